import Statistics
import Testing
import Traffic

@testable import Verdict

@Suite struct `What few judgements show at one look` {
    private func differing(_ judged: [Int: Int], waiting: Int, segment: String? = nil, prediction: Double = 0) -> [EvidenceCell] {
        judged.map { difference, count in
            EvidenceCell(
                day: 0, segment: segment, agreement: .different, adjudication: .judged(difference: difference, probability: 0.5),
                prediction: prediction, count: count)
        } + [
            EvidenceCell(
                day: 0, segment: segment, agreement: .different, adjudication: .notPlanned, prediction: prediction, count: waiting)
        ]
    }

    @Test func doubleSamplingIsThatOfStatistics() throws {
        let cells = differing([-1: 30, 0: 40, 1: 10], waiting: 120) + [EvidenceCell(day: 0, agreement: .identical, count: 1800)]
        let sampled = try #require(sampledDifference(cells, trust: 0))
        let mean = -0.25
        let expected = doubleSamplingMean([
            SampledStratum(pairs: 1800, adjudicated: 1800, mean: 0, variance: 0),
            SampledStratum(pairs: 200, adjudicated: 80, mean: mean, variance: 0.5 - mean * mean),
        ])!
        #expect(sampled.method == .doubleSampling && sampled.judged == 80 && !sampled.bySegment)
        #expect(abs(sampled.difference.estimate - expected.estimate) < 1e-12)
        #expect(abs(sampled.difference.estimate + 0.025) < 1e-12)
        #expect(abs((sampled.difference.upper - sampled.difference.estimate) / expected.standardError - 1.959964) < 1e-5)
    }

    @Test func segmentsAreStrataWhereEachIsJudged() throws {
        let identical = EvidenceCell(day: 0, segment: "web", agreement: .identical, count: 800)
        let web = differing([-1: 20, 1: 20], waiting: 60, segment: "web")
        let both = try #require(
            sampledDifference(web + differing([-1: 10, 0: 10], waiting: 80, segment: "mail") + [identical], trust: 0))
        #expect(both.bySegment)
        #expect(abs(both.difference.estimate - (0.1 * 0 + 0.1 * -0.5)) < 1e-12)
        let one = try #require(sampledDifference(web + differing([:], waiting: 100, segment: "mail") + [identical], trust: 0))
        #expect(!one.bySegment)
    }

    @Test func aModelJudgesPredictionsStandInForTheRest() throws {
        // A judge that is always right: nothing is left but how often answers differ.
        let cells =
            differing([-1: 30], waiting: 90, prediction: -1) + differing([1: 20], waiting: 60, prediction: 1)
            + [EvidenceCell(day: 0, agreement: .identical, count: 1800)]
        let sampled = try #require(sampledDifference(cells, trust: 0.5))
        #expect(sampled.method == .predictionPowered)
        #expect(abs(sampled.difference.estimate - 0.1 * -0.2) < 1e-9)
        let without = try #require(sampledDifference(cells, trust: 0))
        #expect(without.method == .doubleSampling)
        func width(_ sampled: SampledDifference) -> Double { sampled.difference.upper - sampled.difference.lower }
        #expect(width(sampled) < width(without))
    }

    @Test func nothingIsShownForTooFewOrAll() {
        let identical = EvidenceCell(day: 0, agreement: .identical, count: 1000)
        #expect(sampledDifference(differing([-1: 10, 0: 19], waiting: 50) + [identical], trust: 0) == nil)
        #expect(sampledDifference(differing([-1: 4, 0: 50], waiting: 50) + [identical], trust: 0) == nil)
        #expect(sampledDifference(differing([-1: 40, 0: 50], waiting: 0).filter { $0.count > 0 } + [identical], trust: 0) == nil)
    }
}
