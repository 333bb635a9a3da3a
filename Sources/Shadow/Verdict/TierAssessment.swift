import Statistics
import Traffic

/// The two-tier question at one look (statistics §8).
struct TierAssessment {
    /// For the report and the decision.
    var reading: TierReading
    /// For the next look.
    var latches: [TierLatch]

    /// A threshold is accepted while it and all before it are shown to lose at most ε, over all looks.
    ///
    /// `audited` is false while equivalences still have to be audited: nothing is certified then.
    init(_ input: LookInput, ledger: QualityLedger, after former: [TierLatch], audited: Bool) {
        let grid = TierGrid(input)
        let terms = input.terms
        let latches = grid.indices.map { index in
            let capital = ledger.claim(serves: grid.serves(index)).capital(against: -terms.tierMargin)
            let latch = former.first { $0.threshold == grid.thresholds[index] } ?? TierLatch(threshold: grid.thresholds[index])
            return TierLatch(
                threshold: latch.threshold, above: max(latch.above, capital.above), below: max(latch.below, capital.below))
        }
        let needed = capitalNeeded(alpha: terms.sideAlpha)
        let accepted = audited ? acceptedPrefix(latches.map { $0.above >= needed }) : 0
        let curve = grid.indices.map { index in
            TierPoint(
                threshold: grid.thresholds[index], coverage: grid.coverage(index), logEvidence: latches[index].above,
                certified: index < accepted, saving: grid.saving(index, input.cost))
        }
        var reading = TierReading(
            state: .open, threshold: nil, certifiedAtMost: terms.margins.tier, coverage: nil, escalation: nil, saving: nil, latency: [],
            blocking: [], forecastDays: nil, curve: curve)
        if accepted > 0 { reading.describe(grid, accepted - 1, input) }
        let wide = grid.indices.filter { (curve[$0].coverage?.estimate ?? 0) >= TierStanding.leastCoverage }
        if wide.contains(accepted - 1) {
            reading.state = .certified
        } else if !wide.isEmpty, wide.allSatisfy({ latches[$0].below >= needed }) {
            reading.state = .refuted
        } else if audited, let first = wide.first, let perDay = input.pairsPerDay, perDay > 0 {
            let open = (accepted...max(accepted, first)).filter { latches[$0].above < needed }
            reading.forecastDays = grid.forecast(open, ledger).map { Double($0) / perDay }
        }
        self.reading = reading
        self.latches = latches
    }

    /// As the decision table reads it.
    var standing: TierStanding {
        TierStanding(
            state: reading.state, threshold: reading.threshold, coverage: reading.coverage?.estimate ?? 0,
            savingLower: reading.saving?.lower, savingUpper: reading.saving?.upper, latency: combined(reading.latency.map(\.status)),
            blocked: !reading.blocking.isEmpty, forecastDays: reading.forecastDays)
    }
}

extension TierReading {
    /// Fills in what holds at the threshold chosen.
    fileprivate mutating func describe(_ grid: TierGrid, _ chosen: Int, _ input: LookInput) {
        threshold = grid.thresholds[chosen]
        coverage = curve[chosen].coverage
        escalation = coverage.map { Estimate(1 - $0.estimate, lower: 1 - $0.upper, upper: 1 - $0.lower) }
        saving = curve[chosen].saving
        latency = grid.latency(chosen, input.latency)
        blocking = assessSegments(grid.served(chosen), terms: input.terms).filter(\.blocking).map(\.name)
    }
}

/// The falling thresholds, and which pairs each of them serves: those with a tier index of at least m − index.
private struct TierGrid {
    let thresholds: [Double]
    private let cells: [EvidenceCell]
    private let terms: TrialTerms
    /// Pairs by tier index and weight, in one order.
    private let tallies: [(tier: Int, weight: Double, count: Double)]

    init(_ input: LookInput) {
        thresholds = input.tierGrid
        cells = input.cells.filter { $0.tier != nil && $0.agreement != .incomparable }
        terms = input.terms
        var counts: [TierKey: Int] = [:]
        for cell in cells { counts[TierKey(tier: cell.tier ?? 0, weight: cell.weight), default: 0] += cell.count }
        tallies = counts.map { (tier: $0.key.tier, weight: $0.key.weight, count: Double($0.value)) }
            .sorted { ($0.tier, $0.weight) < ($1.tier, $1.weight) }
    }

    private struct TierKey: Hashable {
        var tier: Int
        var weight: Double
    }

    var indices: Range<Int> { thresholds.indices }

    private func leastTier(_ index: Int) -> Int { thresholds.count - index }

    /// Whether a pair of a tier index is served; nil for pairs that take no part.
    func serves(_ index: Int) -> (Int?) -> Bool? {
        let least = leastTier(index)
        return { tier in tier.map { $0 >= least } }
    }

    /// The pairs served.
    func served(_ index: Int) -> [EvidenceCell] {
        let least = leastTier(index)
        return cells.filter { ($0.tier ?? -1) >= least }
    }

    /// Share served, with Wilson limits that hold over the whole grid.
    func coverage(_ index: Int) -> Estimate? {
        var all = 0.0
        var squares = 0.0
        var served = 0.0
        for tally in tallies {
            all += tally.count * tally.weight
            squares += tally.count * tally.weight * tally.weight
            if tally.tier >= leastTier(index) { served += tally.count * tally.weight }
        }
        guard all > 0 else { return nil }
        let rate = served / all
        let limits = wilsonInterval(
            rate: rate, trials: all * all / squares, confidence: 1 - terms.candidateAlpha / Double(thresholds.count))
        return Estimate(rate, lower: limits.lower, upper: limits.upper)
    }

    /// Share of production's cost saved, with limits that hold over the grid and a look a day.
    func saving(_ index: Int, _ cost: CostEvidence) -> Estimate? {
        guard cost.byTier.count == thresholds.count + 1 else { return nil }
        var mix = PairedCostSums()
        for (tier, sums) in cost.byTier.enumerated() {
            guard let charged = chargedSums(sums, cost) else { return nil }
            mix.merge(tier >= leastTier(index) ? charged : charged.escalated)
        }
        return mix.saving(confidence: 1 - (1 - terms.lookConfidence) / Double(thresholds.count))
    }

    /// p95 and p99 of the mix against production's, on per-pair sums for escalated calls.
    func latency(_ index: Int, _ evidence: LatencyEvidence) -> [LatencyRatio] {
        let tiers = evidence.tiers
        guard tiers.served.count == thresholds.count + 1, tiers.escalated.count == thresholds.count + 1 else { return [] }
        var mix = LatencySample(sketch: DDSketch(relativeError: evidence.production.duration.sketch.relativeError))
        for tier in tiers.served.indices { mix.merge(tier >= leastTier(index) ? tiers.served[tier] : tiers.escalated[tier]) }
        return latencyRatios(
            .duration, candidate: mix, production: evidence.production.duration, limits: terms.margins.twoTierLatency, terms: terms)
    }

    /// Pairs until the last of these thresholds should be accepted; nil when one is not on course.
    func forecast(_ indices: [Int], _ ledger: QualityLedger) -> Int? {
        var most = 0
        for index in indices {
            guard let expected = ledger.expected(serves: serves(index)),
                let pairs = forecastPairs(expected, against: -terms.tierMargin, .above, alpha: terms.sideAlpha)
            else { return nil }
            most = max(most, pairs)
        }
        return most
    }
}
