import Statistics
import Testing

/// Every function of the module that a reference vector names, by that name.
private let functions: [String: @Sendable (VectorValue) -> VectorValue] = [
    "logGamma": { .number(logGamma($0["x"].double)) },
    "erfc": { .number(complementaryError($0["x"].double)) },
    "normQuantile": { .number(normalQuantile($0["p"].double)) },
    "betaInc": { .number(incompleteBeta($0["x"].double, $0["a"].double, $0["b"].double)) },
    "betaIncInv": { .number(incompleteBetaInverse($0["p"].double, $0["a"].double, $0["b"].double)) },
    "binomCdf": { .number(binomialCDF($0["k"].int, trials: $0["n"].int, probability: $0["p"].double)) },
    "wilson": { interval(wilsonInterval(successes: $0["x"].int, of: $0["n"].int, confidence: $0["conf"].double)) },
    "clopperPearson": { interval(clopperPearsonInterval(successes: $0["x"].int, of: $0["n"].int, confidence: $0["conf"].double)) },
    "tango": {
        interval(
            tangoInterval(
                candidateOnly: $0["candOnly"].int, productionOnly: $0["prodOnly"].int, pairs: $0["n"].int, confidence: $0["conf"].double))
    },
    "mcnemar": {
        let test = mcnemarTest(candidateOnly: $0["candOnly"].int, productionOnly: $0["prodOnly"].int)
        return .numbers([test.exact, test.mid])
    },
    "logCapital": { .number(logCapital(histogram($0["groups"]), against: $0["theta"].double, side($0["side"]))) },
    "confidenceSequence": {
        let range = $0["dom"].doubles
        return interval(
            confidenceSequence(
                histogram($0["groups"]), alphaLower: $0["alphaLo"].double, alphaUpper: $0["alphaHi"].double,
                range: Interval(range[0], range[1])))
    },
    "runningDecision": {
        let decision = runningDecision(
            looks: $0["cumulative"].list.map { signs($0) }, against: $0["theta"].double, alpha: $0["alpha"].double)
        return .object([
            "state": .text(decision.decided == .above ? "pass" : decision.decided == .below ? "fail" : "open"),
            "logPlus": .numbers(decision.above), "logMinus": .numbers(decision.below),
        ])
    },
    "ppiScore": {
        let score = adjudicatedScore(
            prediction: $0["f"].double, difference: $0["d"].isNull ? nil : $0["d"].int, probability: $0["pi"].double,
            trust: $0["kappa"].double)
        return .object(["z": .number(score.score), "bound": .number(score.bound)])
    },
    "moverDiff": {
        let difference = rateDifference(
            successes: $0["x1"].int, of: $0["n1"].int, minus: $0["x2"].int, of: $0["n2"].int, correlation: $0["r"].double,
            confidence: $0["conf"].double)
        return .numbers([difference.estimate, difference.lower, difference.upper])
    },
    "noiseExcess": {
        let aa = $0["aa"].ints
        let excess = noiseExcess(
            disagreements: $0["pairDisagree"].int, of: $0["pairs"].int,
            controls: ControlTable(bothDiffer: aa[0], candidateDiffers: aa[1], productionDiffers: aa[2], noneDiffers: aa[3]),
            confidence: $0["conf"].double)
        return .object([
            "estimate": .optional(excess.estimate), "lower": .number(excess.interval.lower), "upper": .number(excess.interval.upper),
            "r": .number(excess.correlation),
        ])
    },
    "ppiMean": {
        estimate(
            predictionPoweredMean(
                labels: $0["y"].doubles, predictions: $0["fLab"].doubles, unlabelled: $0["fUnlab"].doubles,
                power: $0["lambda"].isNull ? nil : $0["lambda"].double, confidence: $0["conf"].double))
    },
    "hajek": {
        guard let mean = hajekMean($0["y"].doubles, weights: $0["w"].doubles) else { return .null }
        return .object([
            "estimate": .number(mean.estimate), "se": .optional(mean.standardError), "nEff": .number(mean.effectiveCount),
        ])
    },
    "horvitzThompson": {
        sampled(horvitzThompsonMean($0["y"].doubles, probabilities: $0["pi"].doubles, population: $0["population"].double))
    },
    "doubleSampling": {
        sampled(
            doubleSamplingMean(
                $0["strata"].list.map {
                    SampledStratum(pairs: $0[0].int, adjudicated: $0[1].int, mean: $0[2].double, variance: $0[3].double)
                }))
    },
    "quantileRanks": {
        let ranks = quantileRanks($0["p"].double, of: $0["n"].int, confidence: $0["conf"].double)
        return .list([.integer(ranks.lower), .integer(ranks.upper)])
    },
    "quantileCI": {
        let found = quantileEstimate($0["p"].double, of: .exact($0["sorted"].doubles), confidence: $0["conf"].double)
        return .object([
            "quantile": .optional(found.quantile), "ci": .list([.optional(found.interval.lower), .optional(found.interval.upper)]),
        ])
    },
    "quantileRatioExact": {
        let found = quantileRatio(
            $0["p"].double, candidate: .exact($0["cand"].doubles.sorted()), production: .exact($0["prod"].doubles.sorted()),
            confidence: $0["conf"].double)
        return .object([
            "ratio": .optional(found.ratio), "lower": .optional(found.interval.lower), "upper": .optional(found.interval.upper),
        ])
    },
    "bootstrapQuantileRatio": {
        let found = bootstrapQuantileRatio(
            $0["p"].double, candidate: $0["cand"].doubles, production: $0["prod"].doubles, draws: $0["reps"].int,
            seed: UInt64($0["seed"].int), confidence: $0["conf"].double)
        return .object(["lower": .optional(found?.lower), "upper": .optional(found?.upper)])
    },
    "splitMix64": {
        var generator = SplitMix64(seed: UInt64($0["seed"].int))
        return .list((0..<$0["count"].int).map { _ in .text(String(generator.next())) })
    },
    "ddsketch": { sketched($0) },
    "tierSelect": {
        let found = tierSelect(
            confidences: $0["conf"].doubles, differences: $0["d"].ints, grid: $0["grid"].doubles, epsilon: $0["eps"].double,
            alpha: $0["delta"].double, loss: $0["loss"].text == "net" ? .net : .harm)
        return .object([
            "threshold": .optional(found.threshold), "logE": .numbers(found.evidence), "coverage": .optional(found.coverage),
        ])
    },
    "tierSelectBinomial": {
        let found = tierSelectBinomial(
            confidences: $0["conf"].doubles, differences: $0["d"].ints, grid: $0["grid"].doubles, epsilon: $0["eps"].double,
            alpha: $0["delta"].double)
        return .object(["threshold": .optional(found.threshold), "p": .numbers(found.evidence)])
    },
    "concentration": { concentrated($0) },
    "benjaminiHochberg": { .numbers(benjaminiHochberg($0["p"].doubles)) },
    "forecastPairs": {
        let pairs = forecastPairs(
            signs($0["counts"]), against: $0["theta"].double, side($0["side"]), alpha: $0["alpha"].double, shift: $0["shift"].double)
        return .optional(pairs.map(Double.init))
    },
    "plannedPairs": {
        let pairs = plannedPairs(
            disagreement: $0["disagreement"].double, margin: $0["delta"].double, difference: $0["mu"].double, alpha: $0["alpha"].double,
            adjudicated: $0["pi"].double, explained: $0["r2"].double)
        return .optional(pairs.map(Double.init))
    },
    "blendedPrice": {
        .optional(
            blendedPrice(
                input: $0["priceIn"].double, output: $0["priceOut"].double, inputTokens: $0["tokIn"].double,
                outputTokens: $0["tokOut"].double))
    },
    "breakEvenTokens": {
        .optional(
            breakEvenTokens(
                hourly: $0["hourly"].double, pricePerMillion: $0["pricePerMillion"].double, capacityPerDay: $0["capacityPerDay"].double,
                fewestReplicas: $0["minReplicas"].double))
    },
    "dedicatedPerDay": {
        .number(
            dedicatedPerDay(
                tokensPerDay: $0["tokensPerDay"].double, hourly: $0["hourly"].double, capacityPerDay: $0["capacityPerDay"].double,
                fewestReplicas: $0["minReplicas"].double))
    },
    "savingInterval": {
        var sums = PairedCostSums()
        for (candidate, production) in zip($0["cand"].doubles, $0["prod"].doubles) {
            sums.add(candidate: candidate, production: production)
        }
        let saving = sums.saving(confidence: $0["conf"].double)
        return .object([
            "saving": .optional(saving?.estimate), "lower": .optional(saving?.lower), "upper": .optional(saving?.upper),
        ])
    },
    "twoTierCost": {
        .number(twoTierCost(candidate: $0["cand"].double, production: $0["prod"].double, coverage: $0["coverage"].double))
    },
]

private func interval(_ value: Interval) -> VectorValue { .numbers([value.lower, value.upper]) }

private func estimate(_ value: Estimate) -> VectorValue {
    .object(["estimate": .number(value.estimate), "lower": .number(value.lower), "upper": .number(value.upper)])
}

private func sampled(_ value: SampledMean?) -> VectorValue {
    value.map { .object(["estimate": .number($0.estimate), "se": .number($0.standardError)]) } ?? .null
}

private func side(_ value: VectorValue) -> ClaimSide { value.text == "+" ? .above : .below }

private func histogram(_ groups: VectorValue) -> ScoreHistogram {
    ScoreHistogram(
        groups.list.map {
            ScoreGroup(
                score: $0["z"].double, count: $0["count"].double, weight: $0["weight"].double, lowest: $0["lo"].double,
                highest: $0["hi"].double)
        })
}

/// A ledger of D from its counts of −1, 0 and 1.
private func signs(_ counts: VectorValue) -> ScoreHistogram {
    ScoreHistogram(zip([-1.0, 0, 1], counts.doubles).map { ScoreGroup(score: $0, count: $1) })
}

private func sketched(_ input: VectorValue) -> VectorValue {
    var whole = DDSketch(relativeError: input["alpha"].double, maximumKeys: input["maxBins"].int)
    for part in input["parts"].list {
        var sketch = DDSketch(relativeError: input["alpha"].double, maximumKeys: input["maxBins"].int)
        for value in part.doubles { sketch.add(value) }
        whole.merge(sketch)
    }
    let bins = Dictionary(uniqueKeysWithValues: whole.counts.map { (String($0.key), VectorValue.integer($0.value)) })
    return .object([
        "bins": .object(bins), "zero": .integer(whole.zeroCount),
        "values": .list(whole.values(atRanks: input["ranks"].ints).map { .optional($0) }),
    ])
}

private func concentrated(_ input: VectorValue) -> VectorValue {
    let segments = input["segments"].list
    let found = concentration(
        segments.map {
            SegmentCount(pairs: $0[1].int, failures: $0[2].int, trafficShare: $0.list.count > 3 ? $0[3].double : nil)
        })
    return .list(
        zip(segments, found).map { segment, result in
            .object([
                "id": segment[0], "share": .number(result.share), "rr": .optional(result.riskRatio), "lower": .number(result.lower),
                "upper": .optional(result.upper), "p": .number(result.p), "q": .number(result.q), "flagged": .bool(result.flagged),
                "blocking": .bool(result.blocking),
            ])
        })
}

@Suite(
    "Reference vectors", .enabled(if: VectorFile.folder != nil, "no shared/vectors beside the repository: reference values not compared"))
struct VectorTests {
    @Test(
        "agrees with independent libraries",
        arguments: [
            "special_functions", "binomial_intervals", "paired_difference", "confidence_sequence", "noise_floor", "ppi", "weighting",
            "quantiles", "ddsketch", "two_tier", "concentration", "forecast", "cost",
        ])
    func agrees(suite: String) throws {
        let file = try VectorFile.load(suite)
        #expect(!file.cases.isEmpty)
        for vector in file.cases {
            guard let function = functions[vector.fn] else {
                Issue.record("no function stands for \(vector.fn)")
                continue
            }
            let got = function(vector.input)
            #expect(
                got.matches(vector.expected, absolute: file.tolerance.abs, relative: file.tolerance.rel),
                "\(vector.id) \(vector.fn): got \(got), expected \(vector.expected)")
        }
    }
}
