import Glibc
import Statistics
import Testing

@Suite("Quantiles and sketches")
struct QuantileTests {
    @Test func highPercentilesNeedManyValuesToBeBounded() {
        #expect(quantileRanks(0.99, of: 367, confidence: 0.95).upper == 368)
        #expect(quantileRanks(0.99, of: 368, confidence: 0.95).upper <= 368)
        #expect(quantileRanks(0.95, of: 71, confidence: 0.95).upper == 72)
        #expect(quantileRanks(0.95, of: 72, confidence: 0.95).upper <= 72)
        // A look a day for 28 days, both arms.
        let each = 1 - 0.05 / 28 / 2
        #expect(quantileRanks(0.99, of: 767, confidence: each).upper == 768)
        #expect(quantileRanks(0.99, of: 768, confidence: each).upper <= 768)
    }

    @Test func infiniteValuesSortLast() {
        let values = SortedValues.exact((1...95).map(Double.init), infinite: 5)
        let median = quantileEstimate(0.5, of: values, confidence: 0.95)
        #expect(median.quantile == 50)
        let high = quantileEstimate(0.97, of: values, confidence: 0.95)
        #expect(high.quantile == nil && high.interval.upper == nil)
        #expect(quantileEstimate(0.5, of: .exact([]), confidence: 0.95).quantile == nil)
    }

    @Test func theSketchKeepsItsPromiseAtEveryQuantile() {
        var generator = SplitMix64(seed: 2)
        var sketch = DDSketch()
        let values = (0..<3000).map { _ in exp(Double.random(in: -3...9, using: &generator)) }.sorted()
        for value in values.shuffled(using: &generator) { sketch.add(value) }
        for rank in stride(from: 1, through: 3000, by: 37) {
            let exact = values[rank - 1]
            #expect(abs(sketch.value(atRank: rank)! - exact) <= 0.01 * exact * (1 + 1e-9))
        }
        #expect(sketch.value(atRank: 0) == nil && sketch.value(atRank: 3001) == nil)
        let wide = quantileEstimate(0.9, of: .sketch(sketch), confidence: 0.99).interval
        let narrow = quantileEstimate(0.9, of: .exact(values), confidence: 0.99).interval
        #expect(wide.lower! <= narrow.lower! && wide.upper! >= narrow.upper!)
    }

    @Test func sketchesMergeInAnyOrder() {
        var generator = SplitMix64(seed: 3)
        let parts = (0..<6).map { _ in
            var part = DDSketch(maximumKeys: 256)
            for _ in 0..<200 { part.add(exp(Double.random(in: -8...8, using: &generator))) }
            return part
        }
        func merged(_ parts: [DDSketch]) -> DDSketch {
            parts.reduce(into: DDSketch(maximumKeys: 256)) { $0.merge($1) }
        }
        let whole = merged(parts)
        #expect(merged(parts.reversed()) == whole && whole.count == 1200)
        #expect(whole.counts.keys.max()! - whole.counts.keys.min()! < 256)
        #expect(DDSketch(counts: whole.counts, zeroCount: whole.zeroCount, maximumKeys: 256) == whole)
    }

    @Test func splitMixGivesItsPublishedNumbers() {
        var generator = SplitMix64(seed: 1_234_567)
        #expect(
            [generator.next(), generator.next(), generator.next()] == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }

    @Test func ratiosHoldHoweverTheArmsDepend() {
        let slow = (1...2000).map { Double($0) }
        let fast = slow.map { $0 / 2 }
        let ratio = quantileRatio(0.95, candidate: .exact(fast), production: .exact(slow), confidence: 0.95)
        #expect(ratio.ratio == 0.5 && ratio.interval.lower! < 0.5 && ratio.interval.upper! > 0.5)
        let few = quantileRatio(0.99, candidate: .exact(Array(fast.prefix(50))), production: .exact(slow), confidence: 0.95)
        #expect(few.interval.upper == nil)
        let booted = bootstrapQuantileRatio(0.5, candidate: fast, production: slow, draws: 50, seed: 1)!
        #expect(booted.lower <= 0.5 && booted.upper >= 0.5)
    }
}

@Suite("Costs, segments, tiers, weights")
struct RemainingStatisticsTests {
    @Test func sumsGiveTheSavingThatSingleCostsGive() {
        let candidate = [1.0, 2, 1.5, 3, 0.5]
        let production = [10.0, 14, 9, 22, 7]
        let weights = [1.0, 0.5, 1, 0.25, 1]
        var sums = PairedCostSums()
        for index in 0..<5 { sums.add(candidate: candidate[index], production: production[index], weight: weights[index]) }
        let spent = (0..<5).reduce(0.0) { $0 + weights[$1] * production[$1] }
        let ratio = (0..<5).reduce(0.0) { $0 + weights[$1] * candidate[$1] } / spent
        let residuals = (0..<5).map { weights[$0] * (candidate[$0] - ratio * production[$0]) }
        let squares = residuals.reduce(0.0) { $0 + $1 * $1 }
        let error = (squares * 5 / 4).squareRoot() / spent
        let saving = sums.saving(confidence: 0.95)!
        #expect(abs(saving.estimate - (1 - ratio)) < 1e-12)
        #expect(abs(saving.upper - saving.lower - 2 * 1.959963984540054 * error) < 1e-9)
    }

    @Test func escalatedAndDedicatedSumsAreThoseOfTheirCosts() {
        let pairs = [(1.0, 10.0, 1.0), (2, 14, 0.5), (1.5, 9, 0.25)]
        var sums = PairedCostSums()
        var escalated = PairedCostSums()
        var fixed = PairedCostSums()
        for (candidate, production, weight) in pairs {
            sums.add(candidate: candidate, production: production, weight: weight)
            escalated.add(candidate: candidate + production, production: production, weight: weight)
            fixed.add(candidate: 3, production: production, weight: weight)
        }
        #expect(sums.escalated == escalated)
        #expect(sums.withCandidate(costing: 3) == fixed)
        #expect(PairedCostSums().saving(confidence: 0.95) == nil)
    }

    @Test func breakEvenLiesWhereBothCostTheSame() {
        let tokens = breakEvenTokens(hourly: 4, pricePerMillion: 12, capacityPerDay: 2e8, fewestReplicas: 1)!
        #expect(tokens == 8e6)
        #expect(dedicatedPerDay(tokensPerDay: tokens, hourly: 4, capacityPerDay: 2e8, fewestReplicas: 1) == tokens * 12 / 1e6)
        #expect(breakEvenTokens(hourly: 4, pricePerMillion: 0.2, capacityPerDay: 2e8, fewestReplicas: 1) == nil)
        #expect(blendedPrice(input: 3, output: 15, inputTokens: 900, outputTokens: 100) == 4.2)
    }

    @Test func falseDiscoveryRatesFollowTheirDefinition() {
        #expect(benjaminiHochberg([0.01, 0.04, 0.03, 0.005]) == [0.02, 0.04, 0.04, 0.02])
        #expect(yekutieliFactor(2) == 1.5 && yekutieliFactor(1) == 1)
    }

    @Test func aCrowdedCommonSegmentBlocksAndARareOneDoesNot() {
        let common = concentration([
            SegmentCount(pairs: 500, failures: 5), SegmentCount(pairs: 300, failures: 3), SegmentCount(pairs: 200, failures: 20),
        ])
        #expect(common.map(\.blocking) == [false, false, true])
        #expect(abs(common[2].riskRatio! - 10) < 1e-12)
        let rare = concentration([SegmentCount(pairs: 15, failures: 9), SegmentCount(pairs: 985, failures: 20)])
        #expect(rare[0].flagged && !rare[0].blocking)
        let none = concentration([SegmentCount(pairs: 100, failures: 0), SegmentCount(pairs: 200, failures: 0)])
        #expect(none.allSatisfy { $0.riskRatio == nil && $0.p == 1 })
    }

    @Test func halfAdjudicatedFailuresCountDouble() {
        let segments = [SegmentCount(pairs: 400, failures: 12), SegmentCount(pairs: 4000, failures: 8)]
        #expect(!concentration(segments)[0].blocking)
        #expect(concentration(segments, adjudicated: 0.5)[0].blocking)
    }

    @Test func tiersAreAcceptedInOrderUntilTheFirstDoubt() {
        #expect(acceptedPrefix([true, true, false, true]) == 2)
        #expect(acceptedPrefix([]) == 0)
        let confidences = (0..<1000).map { Double($0 % 10) / 10 }
        let differences = confidences.map { $0 < 0.3 ? -1 : 0 }
        let found = tierSelect(
            confidences: confidences, differences: differences, grid: [0.9, 0.6, 0.3, 0.0], epsilon: 0.01, alpha: 0.025, loss: .net)
        #expect(found.threshold == 0.3 && found.coverage == 0.7)
        let single = tierSelectBinomial(
            confidences: confidences, differences: differences, grid: [0.9, 0.6, 0.3, 0.0], epsilon: 0.01, alpha: 0.025)
        #expect(single.threshold == 0.3)
        let empty = tierSelect(confidences: [], differences: [], grid: [0.9], epsilon: 0.01, alpha: 0.025, loss: .harm)
        #expect(empty.threshold == nil && empty.evidence == [0])
    }

    @Test func equalWeightsAndNoPredictionsGiveThePlainMean() {
        let values = [1.0, 0, -1, 1, 1]
        let plain = hajekMean(values, weights: [Double](repeating: 2, count: 5))!
        #expect(abs(plain.estimate - 0.4) < 1e-15 && plain.effectiveCount == 5)
        #expect(abs(plain.standardError! - (3.2 / 5 / 4).squareRoot()) < 1e-12)
        let labelled = predictionPoweredMean(labels: values, predictions: values, unlabelled: [0, 0, 1], power: 0)
        #expect(abs(labelled.estimate - 0.4) < 1e-15)
        #expect(doubleSamplingMean([SampledStratum(pairs: 5, adjudicated: 0, mean: 0, variance: 0)]) == nil)
    }
}
