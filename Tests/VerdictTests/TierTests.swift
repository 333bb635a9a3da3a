import Statistics
import Testing
import Traffic

@testable import Verdict

/// A week in which the candidate is right where it is confident and often wrong where it is not.
private func tieredWeek(worseWhenUnsure: Double = 0.3) -> LookInput {
    var input = goodWeek()
    let grid = [0.9, 0.6, 0.0]
    var generator = SplitMix64(seed: 77)
    let pairs = (0..<5600).map { index in
        let tier = [1, 2, 3, 3][index % 4]
        var pair = randomPair(
            day: index / 800, worse: tier == 1 ? worseWhenUnsure : 0.002, better: 0.002, harmless: 0.01, using: &generator)
        pair.tier = tier
        return pair
    }
    input.cells = cells(pairs)
    input.tierGrid = grid
    input.cost.byTier = [0, 1400, 1400, 2800].map { pairedCosts($0, candidate: 0.0005, production: 0.005) }
    input.cost.pairs = pairedCosts(5600, candidate: 0.0005, production: 0.005)
    input.latency.tiers = TierLatency(
        served: [0, 1400, 1400, 2800].map { latencySample($0, median: 400) },
        escalated: [0, 1400, 1400, 2800].map { latencySample($0, median: 1800) })
    return input
}

@Suite("Two tiers")
struct TierTests {
    @Test func aCandidateThatKnowsWhenItKnowsServesWhatItKnows() {
        var input = tieredWeek()
        input.terms.margins.twoTierLatency = LatencyLimits(p95: 2, p99: 2)
        let look = look(at: input, after: Latches())
        #expect(look.gate(.quality).status == .fail)
        #expect(look.tier.state == .certified)
        #expect(look.decision == Decision(.twoTier, because: .tier, threshold: 0.6))
        #expect(look.tier.curve.map(\.certified) == [true, true, false])
        #expect(abs(look.tier.coverage!.estimate - 0.75) < 1e-9)
        #expect(abs(look.tier.coverage!.estimate + look.tier.escalation!.estimate - 1) < 1e-12)
        #expect(look.tier.saving!.estimate > 0.6 && look.tier.saving!.estimate < 0.7)
    }

    @Test func theMixHasItsOwnLatencyLimits() {
        // A quarter of the calls pays for both models: p95 of the mix lies among them.
        let look = look(at: tieredWeek(), after: Latches())
        #expect(look.tier.state == .certified)
        #expect(look.tier.latency.map(\.percentile) == [95, 99])
        #expect(look.tier.latency.allSatisfy { $0.estimate! > 1 && $0.estimate! < 2 })
        #expect(look.decision.recommendation != .twoTier)
    }

    @Test func unsureEverywhereIsRefuted() {
        var input = tieredWeek()
        var generator = SplitMix64(seed: 5)
        input.cells = cells(
            (0..<5600).map { index in
                var pair = randomPair(day: index / 800, worse: 0.1, better: 0, harmless: 0, using: &generator)
                pair.tier = [1, 2, 3, 3][index % 4]
                return pair
            })
        let look = look(at: input, after: Latches())
        #expect(look.tier.state == .refuted)
        #expect(look.tier.threshold == nil && look.tier.coverage == nil)
        #expect(look.decision == Decision(.stay, because: .gate(.quality)))
    }

    @Test func pendingPairsThatWouldBeEscalatedDoNotMatter() {
        let agreeing = EvidenceCell(day: 0, agreement: .identical, tier: 3, beforeFirstPending: false, count: 1000)
        let pending = EvidenceCell(
            day: 0, agreement: .different, adjudication: .pending(probability: 1), tier: 1, beforeFirstPending: false, count: 100)
        let input = LookInput(terms: TrialTerms(), days: 1, cells: [agreeing, pending], tierGrid: [0.9, 0.6, 0.0])
        let look = look(at: input, after: Latches())
        #expect(look.tier.curve.map(\.certified) == [true, true, false])
    }

    @Test func evidenceAtAThresholdIsKeptAcrossLooks() {
        let first = look(at: tieredWeek(), after: Latches())
        var nothing = tieredWeek()
        nothing.cells = []
        let second = look(at: nothing, after: first.latches)
        #expect(second.latches.tiers == first.latches.tiers)
    }

    @Test func withoutAGridTheQuestionIsOpen() {
        let look = look(at: goodWeek(), after: Latches())
        #expect(look.tier.state == .open && look.tier.curve.isEmpty && look.tier.forecastDays == nil)
    }

    @Test func theGridFallsAndLeavesDoublesOut() {
        let confidences = (1...500).map { Double($0) / 500 }
        let grid = tierGrid(fromFirst: confidences.shuffled())
        #expect(grid.count == 20 && grid.first == 0.95 && grid.last == 0.002)
        #expect(zip(grid, grid.dropFirst()).allSatisfy { $0 > $1 })
        #expect(tierGrid(fromFirst: [Double](repeating: 0.7, count: 500)) == [0.7])
        #expect(tierGrid(fromFirst: [Double](repeating: 0, count: 500)).isEmpty)
        #expect(tierGrid(fromFirst: []).isEmpty)
    }

    @Test func tiesAreServedAndMissingConfidenceIsEscalated() {
        let grid = [0.9, 0.6, 0.2]
        #expect(tierIndex(of: 0.95, in: grid) == 3)
        #expect(tierIndex(of: 0.9, in: grid) == 3)
        #expect(tierIndex(of: 0.6, in: grid) == 2)
        #expect(tierIndex(of: 0.59, in: grid) == 1)
        #expect(tierIndex(of: nil, in: grid) == 0)
    }
}
