import Report
import Statistics
import Traffic

@testable import Verdict

/// Models of every shape a trial can take, edges included: no data, no prices, unbounded limits, both signs, all verdicts. Gates agree
/// with their own numbers, as the real ones do; nothing else need fit together.
struct RandomModel {
    private var random: SplitMix

    init(_ seed: UInt64) { random = SplitMix(seed &* 0x2545_F491_4F6C_DD1D &+ 1) }

    mutating func model() -> ReportModel {
        let look = look()
        let different = count(5000)
        let production = price()
        return ReportModel(
            trial: trial(), look: look,
            agreement: chance(0.1)
                ? ReportModel.AgreementCounts()
                : ReportModel.AgreementCounts(
                    identical: count(50_000), equivalent: count(500), different: different, incomparable: count(50)),
            failureModes: chance(0.2) ? [] : failureModes(different), confusion: chance(0.5) ? [] : confusion(),
            labelMatrix: maybe { $0.matrix() }, fields: chance(0.5) ? [] : fields(), turns: chance(0.3) ? [] : turns(),
            slices: slices(), rivals: chance(0.7) ? [] : rivals(), course: course(),
            spend: ReportModel.Spend(
                production: ReportModel.LegSpend(
                    price: production, calls: count(900), pricedCalls: count(800), estimatedCalls: count(10), tokens: tokens()),
                candidate: ReportModel.LegSpend(price: price(), calls: count(900), pricedCalls: count(800), tokens: tokens()),
                callsPerMonth: maybe { Double($0.count(1_000_000)) },
                pricedAt: maybe { _ in Timestamp(microseconds: 1_790_000_000_000_000) }),
            volume: maybe(0.6) { $0.volume() }, judge: maybe(0.3) { $0.judge() }, coverage: coverage(),
            earlier: maybe(0.3) { $0.earlier() },
            warnings: chance(0.5) ? [] : [.estimatedRates, .noPairs(calls: 12), .other("Something else."), .promptChanged(share: 0.4)])
    }

    // MARK: Dice

    private mutating func chance(_ probability: Double) -> Bool { random.happens(probability) }

    /// Small numbers as often as large ones.
    private mutating func count(_ most: Int) -> Int {
        chance(0.15) ? 0 : chance(0.2) ? 1 : Int(Double(most) * random.fraction() * random.fraction())
    }

    private mutating func maybe<T>(_ probability: Double = 0.7, _ make: (inout RandomModel) -> T) -> T? {
        chance(probability) ? make(&self) : nil
    }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }

    /// Of any size and sign, the exact edges too.
    private mutating func number(_ scale: Double) -> Double {
        if chance(0.08) { return 0 }
        let size = scale * random.fraction() * (chance(0.3) ? 0.001 : 1)
        return chance(0.5) ? size : -size
    }

    private mutating func estimate(_ scale: Double, from least: Double, to most: Double) -> Estimate {
        let sorted = (0..<3).map { _ in min(max(number(scale), least), most) }.sorted()
        return Estimate(sorted[1], lower: sorted[0], upper: sorted[2])
    }

    // MARK: Parts

    private mutating func trial() -> ReportModel.Trial {
        let source = pick(Source.allCases)
        return ReportModel.Trial(
            id: Identifier(at: Timestamp(microseconds: 1_795_000_000_000_000), random: (random.next(), random.next())),
            workload: pick(["support-intents", "w", "it's odd"]), candidate: pick(["phi-4", "llama-3.1-8b", "mistral small"]),
            production: pick(["gpt-5", "gpt-5 + gpt-5-mini"]), source: source, simulated: chance(0.4),
            startsAt: Timestamp(microseconds: 1_794_000_000_000_000),
            asOf: Timestamp(microseconds: 1_795_000_000_000_000 + Int64(count(9_000_000)) * 100_000),
            utcOffsetSeconds: pick([0, 3600, -18_000]), terms: TrialTerms(candidates: pick([1, 1, 3])),
            samplingRate: source == .imported ? nil : maybe { max(0.001, $0.random.fraction()) }, controlRate: maybe { _ in 0.05 },
            confidenceGiven: chance(0.8), running: chance(0.8), settingsHash: pick(["", "0123abcd"]), timedTogether: chance(0.7),
            deadline: maybe(0.5) { $0.pick(["2026-11-05", "2026-11-18", "2026-11-19", "2026-11-23", "2026-12-31", "2027-06-30"]) })
    }

    private mutating func tokens() -> TokenSums {
        var sums = TokenSums()
        for _ in 0..<count(90) {
            let read = Double(count(3000))
            sums.add(
                .init(input: read, cached: chance(0.5) ? 0 : (read * random.fraction()).rounded(), output: Double(count(400))),
                weight: pick([1, 1, 0.25]), estimated: chance(0.1))
        }
        return sums
    }

    private mutating func volume() -> ReportModel.Volume {
        let calls = count(90_000)
        return ReportModel.Volume(
            calls: calls, sampled: min(calls, count(9000)), endedAt: maybe(0.2) { _ in Timestamp(microseconds: 1_794_900_000_000_000) },
            busiestMinuteCalls: count(900), busiestMinuteSampled: count(90),
            weekdays: (1...7).filter { _ in chance(0.6) }.map { .init(number: $0, days: 1 + count(3), calls: count(9000)) },
            hours: chance(0.4) ? [] : (0..<24).map { .init(number: $0, days: 3, calls: count(900)) }, concurrency: 1 + count(32),
            callsPerMinute: maybe(0.3) { $0.count(600) })
    }

    private mutating func slices() -> [ReportModel.SliceRow] {
        ReportModel.SliceRow.Dimension.allCases.flatMap { dimension in
            (0..<count(4)).map { place in
                let pairs = 1 + count(9000)
                return ReportModel.SliceRow(dimension: dimension, slice: "\(place + 1)", pairs: pairs, failures: min(pairs, count(400)))
            }
        }
    }

    private mutating func rivals() -> [ReportModel.RivalRow] {
        (0..<1 + count(3)).map { place in
            let (ours, theirs) = (count(900), count(900))
            return ReportModel.RivalRow(
                trial: Identifier(high: 7, low: UInt64(place)), candidate: pick(["mistral small", "it's | odd"]),
                pairs: 1 + ours + theirs + count(20_000), onlyThis: ours, onlyOther: theirs,
                examples: (0..<count(4)).map { number in
                    ReportModel.Example(
                        pair: Identifier(high: 9, low: UInt64(10 * place + number)),
                        calledAt: Timestamp(microseconds: 1_794_000_000_000_000),
                        input: "asked", productionOutput: "ours", candidateOutput: "theirs",
                        correct: chance(0.5) ? .productionOnly : .candidateOnly)
                })
        }
    }

    private mutating func course() -> [ReportModel.CoursePoint] {
        (0..<count(30)).map { day in
            ReportModel.CoursePoint(
                day: "2026-11-\(day < 9 ? "0" : "")\(day + 1)", pairs: maybe { $0.count(9000) }, estimate: maybe { $0.number(1) },
                lower: maybe { $0.number(1) }, upper: maybe { $0.number(1) })
        }
    }

    private mutating func judge() -> ReportModel.JudgeFigures {
        func part(_ random: inout RandomModel) -> ReportModel.JudgeFigures.Part {
            let of = random.count(400)
            return .init(min(of, random.count(400)), of: of)
        }
        let opinions = count(400)
        return ReportModel.JudgeFigures(
            model: pick(["gpt-5-mini", "judge | 7b"]), promptVersion: 1, pairs: opinions + count(20), opinions: opinions,
            waiting: count(30), reused: count(9), calls: count(900), cost: maybe { abs($0.number(9)) }, dollarsPerDay: maybe { _ in 5 },
            orders: part(&self), agreement: part(&self), flips: part(&self),
            errors: chance(0.5) ? [] : [.init(error: "malformed", pairs: 1 + count(20)), .init(error: "budget", pairs: 1)])
    }

    private mutating func look() -> Look {
        let basis = pick(VerdictBasis.allCases)
        let quality = quality(basis)
        let latency = latency()
        let cost = cost()
        let segments = (0..<count(4)).map { _ in segment() }
        let gates = gates(basis, quality, latency, cost, segments)
        let decision = decision(gates)
        let worse = quality
        let waits = decision.recommendation == .keepShadowing && decision.because.isGate ? waits(gates) : []
        let wayOut = waits.isEmpty || basis != .agreement ? nil : maybe { $0.wayOut() }
        return Look(
            day: count(30), decision: decision, basis: basis,
            inconclusive: decision.recommendation == .keepShadowing && chance(0.1), gates: gates,
            shortfalls: decision.because == .gate(.evidence) ? shortfalls() : [], quality: worse, noise: noise(), latency: latency,
            cost: cost, segments: segments, tier: tier(), forecast: decision.recommendation == .keepShadowing ? forecast(decision) : nil,
            daysLeft: maybe { abs($0.number(40)) },
            speedUps: pick([
                [], [.raiseSamplingRate], [.adjudicatePending(7), .raiseSamplingRate], [.adjudicate], [.givePrices],
                [.raiseControlShare], [.raiseCandidateLimits], [.raiseAdjudicationShare], [.auditEquivalents(60)],
            ]), daily: daily(), latches: Latches(), waits: waits, pairsPerDay: maybe(0.8) { 1 + abs($0.number(2000)) }, wayOut: wayOut,
            audit: maybe(0.3) { $0.audit() }, bias: (0..<count(6)).map { _ in bias() })
    }

    private mutating func audit() -> AuditReading {
        let equivalents = 1 + count(900)
        let judged = min(equivalents, count(900))
        let ceiling = maybe { 0.001 + abs($0.number(0.5)) }
        let status: GateStatus = ceiling != nil && chance(0.4) ? .pass : .open
        return AuditReading(
            status: status, equivalents: equivalents, judged: judged, worse: min(judged, count(50)), share: min(1, abs(number(0.3))),
            ceiling: ceiling, allowed: ceiling.map { 0.005 / $0 }, logEvidence: abs(number(9)), needed: 3.69,
            hiddenAtMost: min(1, abs(number(0.2))), toJudge: status == .pass ? nil : maybe { $0.count(300) })
    }

    private mutating func bias() -> BiasReading {
        BiasReading(
            step: pick(SampleStep.allCases), dimension: pick(SampleDimension.allCases), count: 1 + count(9000),
            distance: min(1, abs(number(0.2))), p: random.fraction(), isBiased: chance(0.3),
            furthest: pick(["1 to 4 KB", "07", "mail", ""]),
            share: random.fraction(), wanted: random.fraction())
    }

    private mutating func daily() -> [DayReading] {
        (0..<count(9)).map { day in
            let pairs = count(2000)
            let limits = estimate(1, from: -1, to: 1)
            return DayReading(
                day: day, pairs: pairs, disagreements: min(pairs, count(400)), difference: maybe { _ in limits.estimate },
                limits: maybe { _ in Interval(limits.lower, limits.upper) })
        }
    }

    private mutating func waits(_ gates: [Gate]) -> [GateForecast] {
        let forecastable: Set<GateName> = [.evidence, .reliability, .quality, .noise]
        return gates.filter { $0.blocking && $0.status == .open && forecastable.contains($0.name) }.map { gate in
            let pairs = maybe(0.9) { $0.count(60_000) }
            return GateForecast(
                gate: gate.name, towards: .pass, pairs: pairs, fewestPairs: pairs, mostPairs: pairs, days: nil, fewestDays: nil,
                mostDays: nil, adjudications: nil)
        }
    }

    private mutating func wayOut() -> WayOut {
        let judgements = count(3000)
        return WayOut(
            judgements: judgements, pairs: count(20_000), days: maybe { abs($0.number(40)) }, inNewTrial: judgements > 0 && chance(0.2))
    }

    private mutating func quality(_ basis: VerdictBasis) -> QualityReading {
        let counts =
            !basis.isAdjudicated
            ? CorrectnessCounts(unknown: count(3000))
            : CorrectnessCounts(
                both: count(9000), productionOnly: count(300), candidateOnly: count(300), neither: count(500), unknown: count(50))
        let difference = estimate(0.1, from: -1, to: 1)
        let open = chance(0.1)
        return QualityReading(
            pairs: count(9000), disagreements: count(900), adjudicated: count(900), pending: count(50), unaudited: 0, counts: counts,
            productionAccuracy: counts.known == 0 ? nil : maybe { $0.estimate(1, from: 0, to: 1) },
            candidateAccuracy: counts.known == 0 ? nil : maybe { $0.estimate(1, from: 0, to: 1) }, singleLookDifference: nil, mcnemar: nil,
            predictedDifference: maybe(0.4) { $0.number(0.1) },
            sampledDifference: !basis.isAdjudicated
                ? nil
                : maybe(0.4) { model in
                    SampledDifference(
                        method: model.pick(SampledDifference.Method.allCases), difference: model.estimate(0.1, from: -1, to: 1),
                        judged: 30 + model.count(900), power: model.random.fraction(), bySegment: model.chance(0.5))
                },
            worsePerTenThousand: WorsePerTenThousand(
                estimate: !basis.isAdjudicated || open ? nil : -10_000 * difference.estimate,
                lower: open ? -10_000 : -10_000 * difference.upper, upper: open ? 10_000 : -10_000 * difference.lower, allowed: 200))
    }

    private mutating func latency() -> LatencyReading {
        func quantiles(_ model: inout RandomModel, _ scale: Double) -> [LatencyQuantile] {
            [50, 95, 99].map { percentile in
                let known = model.estimate(scale, from: 1, to: 1e6)
                let beyond = percentile > 50 && model.chance(0.1)
                return LatencyQuantile(
                    percentile: percentile, estimate: beyond ? nil : known.estimate, lower: model.chance(0.1) ? nil : known.lower,
                    upper: beyond || model.chance(0.2) ? nil : known.upper)
            }
        }
        func leg(_ model: inout RandomModel) -> LegLatencyReading {
            let samples = model.count(5000)
            return LegLatencyReading(
                samples: samples, timeoutShare: samples == 0 ? nil : abs(model.number(0.05)), duration: quantiles(&model, 3000),
                firstToken: model.chance(0.5) ? [] : quantiles(&model, 800), firstTokenSamples: model.count(900),
                outputSpeed: model.chance(0.3) ? [] : Array(quantiles(&model, 90).prefix(2)), outputSpeedSamples: model.count(900),
                meanDuration: model.maybe { 1 + abs($0.number(3000)) })
        }
        let paired = PairedRatio.Metric.allCases.compactMap { metric in
            maybe { model in
                PairedRatio(
                    metric: metric, pairs: 1 + model.count(900), median: model.maybe { 0.01 + abs($0.number(3)) },
                    lower: model.maybe { abs($0.number(3)) }, upper: model.maybe { abs($0.number(3)) },
                    slower: model.estimate(1, from: 0, to: 1))
            }
        }
        let ratios: [LatencyRatio] =
            chance(0.2)
            ? []
            : [(95, 1.0), (99, 1.2)].map { percentile, limit in
                let known = estimate(2, from: 0.01, to: 3)
                return LatencyRatio(
                    metric: .duration, percentile: percentile, estimate: known.estimate, lower: chance(0.1) ? nil : known.lower,
                    upper: chance(0.3) ? nil : known.upper, limit: limit)
            }
        return LatencyReading(production: leg(&self), candidate: leg(&self), ratios: ratios, paired: paired)
    }

    private mutating func cost() -> CostReading {
        guard chance(0.8) else {
            return CostReading(
                production: ModelCost(), candidate: ModelCost(), saving: nil, savingPerMonth: nil, breakEvenTokensPerDay: nil)
        }
        let saving = estimate(1.2, from: -3, to: 1)
        let perCase = 0.0001 + abs(number(0.05))
        let month = maybe { 1 + abs($0.number(100_000)) }
        return CostReading(
            production: ModelCost(perCase: perCase, perMonth: month, perMillionTokens: 3),
            candidate: ModelCost(
                perCase: perCase * (1 - saving.estimate), perMonth: month.map { $0 * (1 - saving.estimate) }, perMillionTokens: 1),
            saving: saving, savingPerMonth: month.map { $0 * saving.estimate }, breakEvenTokensPerDay: maybe { abs($0.number(1e9)) },
            pairs: count(900), savingPerMonthLimits: maybe { _ in Interval(-1, 1) }, regions: (0..<count(3)).map { region($0) })
    }

    private mutating func region(_ place: Int) -> RegionCost {
        let known = chance(0.7)
        return RegionCost(
            name: place == 0 ? "" : "region | \(place)", share: random.fraction(), hourly: 4,
            tokensPerDay: known ? 1e6 * random.fraction() : nil,
            replicas: known ? Double(1 + count(9)) : nil, perDay: known ? 96 : nil, breakEvenTokensPerDay: maybe { abs($0.number(1e9)) },
            breakEvenLimits: OpenInterval(maybe { abs($0.number(1e9)) }, maybe { abs($0.number(1e9)) }))
    }

    private mutating func segment() -> SegmentReading {
        let flagged = chance(0.5)
        return SegmentReading(
            name: SegmentName(pick(SegmentName.Dimension.allCases), pick(["mail", "2", nil])), pairs: count(900), failures: count(90),
            share: random.fraction(), failureRate: random.fraction(), riskRatio: maybe { 1 + abs($0.number(9)) }, lower: 1.1,
            upper: maybe { 2 + abs($0.number(9)) }, q: 0.05, flagged: flagged, blocking: flagged && chance(0.5))
    }

    private mutating func gates(
        _ basis: VerdictBasis, _ quality: QualityReading, _ latency: LatencyReading, _ cost: CostReading, _ segments: [SegmentReading]
    ) -> [Gate] {
        func status(_ lower: Double?, _ upper: Double?, _ threshold: Double, above: Bool) -> GateStatus {
            if above { return (lower ?? -.infinity) > threshold ? .pass : (upper ?? .infinity) < threshold ? .fail : .open }
            return (upper ?? .infinity) <= threshold ? .pass : (lower ?? -.infinity) > threshold ? .fail : .open
        }
        let worse = quality.worsePerTenThousand
        let (qualityLower, qualityUpper) =
            !basis.isAdjudicated ? (0.0, worse.upper / 10_000) : (-worse.upper / 10_000, -worse.lower / 10_000)
        let reliability = estimate(0.02, from: -1, to: 1)
        let noise = estimate(0.1, from: -1, to: 1)
        let ratio = latency.ratios.first
        let blocking = segments.count(where: \.blocking)
        return [
            Gate(name: .evidence, status: pick([.pass, .pass, .open]), estimate: 7, threshold: 7, unit: .days),
            Gate(
                name: .reliability, status: status(reliability.lower, reliability.upper, 0.005, above: false),
                estimate: maybe(0.9) { _ in reliability.estimate }, lower: reliability.lower, upper: reliability.upper, threshold: 0.005,
                unit: .rateDifference),
            !basis.isAdjudicated
                ? Gate(
                    name: .quality, status: status(qualityLower, qualityUpper, 0.02, above: false),
                    estimate: maybe(0.9) { _ in max(0, qualityUpper) / 2 }, lower: qualityLower, upper: max(0, qualityUpper),
                    threshold: 0.02, unit: .rate, note: .agreementOnly)
                : Gate(
                    name: .quality, status: status(qualityLower, qualityUpper, -0.02, above: true),
                    estimate: worse.estimate.map { -$0 / 10_000 }, lower: qualityLower, upper: qualityUpper, threshold: -0.02,
                    unit: .rateDifference),
            Gate(
                name: .noise, status: status(noise.lower, noise.upper, 0.05, above: false), blocking: !basis.isAdjudicated,
                estimate: noise.estimate, lower: noise.lower, upper: noise.upper, threshold: 0.05, unit: .rateDifference,
                note: chance(0.3) ? .fewControls(have: 12, need: 200) : nil),
            Gate(
                name: .failureConcentration, status: blocking > 0 ? .fail : .pass, estimate: Double(blocking), threshold: 0,
                unit: .segments, note: blocking > 0 ? .blockingSegments(segments.filter(\.blocking).map(\.name)) : nil),
            Gate(
                name: .latency, status: ratio?.status ?? .open, estimate: ratio?.estimate, lower: ratio?.lower, upper: ratio?.upper,
                threshold: ratio?.limit ?? 1, unit: .ratio,
                note: ratio.map {
                    $0.upper == nil && $0.status == .open
                        ? .latencyUnbounded(metric: $0.metric, percentile: $0.percentile)
                        : .latency(metric: $0.metric, percentile: $0.percentile)
                }),
            Gate(
                name: .cost, status: status(cost.saving?.lower, cost.saving?.upper, 0.2, above: true), estimate: cost.saving?.estimate,
                lower: cost.saving?.lower, upper: cost.saving?.upper, threshold: 0.2, unit: .costShare,
                note: cost.saving == nil ? .noCosts : nil),
        ]
    }

    private mutating func decision(_ gates: [Gate]) -> Decision {
        if let failed = gates.first(where: { $0.status == .fail && $0.blocking }), chance(0.6) {
            return Decision(.stay, because: .gate(failed.name))
        }
        if chance(0.25) { return Decision(.switch, because: .everyGate) }
        if chance(0.25) { return Decision(.twoTier, because: .tier, threshold: random.fraction()) }
        let waiting = gates.first { $0.status != .pass && $0.blocking }?.name ?? .evidence
        return pick([
            Decision(.keepShadowing, because: .gate(waiting)), Decision(.keepShadowing, because: .gate(waiting)),
            Decision(.keepShadowing, because: .tier), Decision(.keepShadowing, because: .drift),
        ])
    }

    private mutating func shortfalls() -> [EvidenceShortfall] {
        let all: [EvidenceShortfall] = [
            .days(have: 1, need: 7), .pairs(have: count(999), need: 1000), .adjudicated(have: 12, need: 50),
            .imputed(share: 0.0501, most: 0.05), .shed(share: 0.3, most: 0.05), .biased(bias()), .drift(.quality),
        ]
        return all.filter { _ in chance(0.4) }
    }

    private mutating func forecast(_ decision: Decision) -> GateForecast? {
        guard case .gate(let name) = decision.because, chance(0.7) else { return nil }
        let pairs = maybe(0.8) { $0.count(100_000) }
        return GateForecast(
            gate: name, towards: .pass, pairs: pairs, fewestPairs: pairs, mostPairs: nil,
            days: pairs.flatMap { pairs in maybe { _ in Double(pairs) / 700 } },
            fewestDays: nil, mostDays: nil, adjudications: name == .quality ? maybe { $0.count(900) } : nil)
    }

    private mutating func noise() -> NoiseReading {
        let controls = count(900)
        return NoiseReading(
            controlPairs: controls, disagreement: maybe { $0.estimate(0.3, from: 0, to: 1) },
            selfDisagreement: controls == 0 ? nil : estimate(0.2, from: 0, to: 1),
            excess: controls == 0 ? nil : estimate(0.2, from: -1, to: 1))
    }

    private mutating func tier() -> TierReading {
        let state = pick(TierState.allCases)
        let points = (0..<count(20)).map { place in
            TierPoint(
                threshold: 1 - Double(place) / 25, coverage: maybe(0.9) { $0.estimate(1, from: 0, to: 1) }, logEvidence: number(30),
                certified: state == .certified, saving: maybe { $0.estimate(1, from: -1, to: 1) })
        }
        let chosen = state == .certified || chance(0.2)
        return TierReading(
            state: state, threshold: chosen ? random.fraction() : nil, certifiedAtMost: 0.01,
            coverage: chosen ? estimate(1, from: 0, to: 1) : nil, escalation: chosen ? estimate(1, from: 0, to: 1) : nil,
            saving: chosen ? maybe { $0.estimate(1, from: -1, to: 1) } : nil,
            latency: chosen ? [LatencyRatio(estimate: 1.1, lower: 0.9, upper: nil, limit: 1.25)] : [],
            blocking: chance(0.1) ? [SegmentName(.segment, "mail")] : [], forecastDays: maybe { abs($0.number(20)) }, curve: points)
    }

    private mutating func price() -> ReportModel.Price {
        pick([
            .none, .tokens(input: 5, output: 25, cachedInput: 0.5, batch: .init(input: 2.5, output: 12.5)),
            .tokens(input: 0.125, output: 0.5, cachedInput: nil),
            .dedicated(hourly: 4, tokensPerDay: 200_000_000, replicas: 1),
        ])
    }

    private mutating func failureModes(_ different: Int) -> [ReportModel.FailureModeRow] {
        var left = different
        var rows: [ReportModel.FailureModeRow] = []
        for mode in FailureMode.allCases.shuffled(using: &random).prefix(4) where left > 0 {
            let count = 1 + Int(random.fraction() * Double(left - 1))
            left -= count
            let productionOnly = Int(random.fraction() * Double(count))
            let correctness = CorrectnessCounts(productionOnly: productionOnly, unknown: count - productionOnly)
            rows.append(
                ReportModel.FailureModeRow(
                    mode: mode, count: count, correctness: correctness, segments: [.init(segment: "", count: count)],
                    examples: [
                        .init(
                            pair: Identifier(high: 1, low: UInt64(count)), calledAt: Timestamp(microseconds: 0), input: "asked",
                            productionOutput: "a b", candidateOutput: "a c")
                    ]))
        }
        return rows.sorted { $0.count > $1.count }
    }

    private mutating func confusion() -> [ReportModel.ConfusionRow] {
        (0..<count(6)).map { place in
            let pairs = 1 + count(90)
            return ReportModel.ConfusionRow(
                productionLabel: "label_\(place)", candidateLabel: "other_\(place)", pairs: pairs, productionOnly: pairs / 2,
                candidateOnly: chance(0.5) ? pairs - pairs / 2 : 0)
        }
    }

    private mutating func matrix() -> ReportModel.LabelMatrix {
        ReportModel.LabelMatrix(
            cells: (0..<count(60)).map { _ in ("label_\(count(20))", "label_\(count(20))", count(90)) })
    }

    private mutating func fields() -> [ReportModel.FieldRow] {
        func counts(_ model: inout RandomModel) -> ReportModel.FieldCounts {
            let (expected, given) = (model.count(90), model.count(90))
            return ReportModel.FieldCounts(expected: expected, given: given, matched: model.count(min(expected, given)))
        }
        return (0..<count(30)).map {
            ReportModel.FieldRow(path: $0 == 0 ? "" : "/a/\($0)", production: counts(&self), candidate: counts(&self))
        }
    }

    private mutating func turns() -> [ReportModel.TurnRow] {
        (0..<count(4)).map { turn in
            let pairs = 1 + count(900)
            return ReportModel.TurnRow(turn: turn + 1, pairs: pairs, different: count(pairs))
        }
    }

    private mutating func coverage() -> ReportModel.Coverage {
        func reasons(_ model: inout RandomModel) -> [ReportModel.ReasonCount] {
            model.chance(0.4) ? [] : [.init(reason: "queue_full", calls: model.count(90)), .init(reason: "other/~", calls: model.count(9))]
        }
        return ReportModel.Coverage(
            calls: count(90_000), sampled: count(9000), paired: count(9000), compared: count(9000), skipped: reasons(&self),
            shed: reasons(&self), controlSkipped: reasons(&self), faults: reasons(&self), setAside: count(3))
    }

    private mutating func earlier() -> ReportModel.EarlierFigures {
        ReportModel.EarlierFigures(
            asOf: Timestamp(microseconds: 1_794_300_000_000_000), look: look(),
            agreement: .init(identical: count(900), different: count(90)), failureModes: [.labelMismatch: count(90)])
    }
}

extension Because {
    /// One gate decided.
    fileprivate var isGate: Bool { if case .gate = self { true } else { false } }
}
