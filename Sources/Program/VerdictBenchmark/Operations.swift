internal import Glibc
internal import Statistics
internal import Verdict

/// Latencies and costs of a simulated trial's ended days.
struct Operations {
    private(set) var latency = LatencyEvidence()
    private(set) var cost = CostEvidence()

    /// Counts a pair.
    mutating func count(_ timing: Timing, weight: Double) {
        if timing.inLatency {
            latency.production.duration.count(timing.production)
            latency.candidate.duration.count(timing.candidate)
        }
        cost.pairs.add(candidate: timing.candidateCost, production: timing.productionCost, weight: weight)
    }

    /// Makes room for a grid of so many thresholds.
    mutating func fix(thresholds: Int) {
        let empty = [LatencySample](repeating: LatencySample(), count: thresholds + 1)
        latency.tiers = TierLatency(served: empty, escalated: empty)
        cost.byTier = Array(repeating: PairedCostSums(), count: thresholds + 1)
    }

    /// Counts a pair once more, under its tier.
    mutating func count(_ timing: Timing, weight: Double, tier: Int) {
        if timing.inLatency {
            latency.tiers.served[tier].count(timing.candidate)
            var both: Double?
            if let production = timing.production, let candidate = timing.candidate { both = production + candidate }
            latency.tiers.escalated[tier].count(both)
        }
        cost.byTier[tier].add(candidate: timing.candidateCost, production: timing.productionCost, weight: weight)
    }

    /// A candidate so fast and cheap that no verdict waits for its latency or cost, in every tier of a grid.
    static func beyondDoubt(thresholds: Int) -> Operations {
        var operations = Operations()
        if thresholds > 0 { operations.fix(thresholds: thresholds) }
        for index in 0..<1000 {
            let production = 900 * exp(0.4 * normalQuantile((Double(index) + 0.5) / 1000))
            let timing = Timing(production: production, candidate: production / 50, productionCost: 0.005, candidateCost: 0.0001)
            operations.count(timing, weight: 1)
            guard thresholds > 0 else { continue }
            for tier in 0...thresholds { operations.count(timing, weight: 1, tier: tier) }
        }
        return operations
    }
}

extension LatencySample {
    /// Counts a leg; nil is a timeout.
    fileprivate mutating func count(_ milliseconds: Double?) {
        if let milliseconds { sketch.add(milliseconds) } else { timeouts += 1 }
    }
}
