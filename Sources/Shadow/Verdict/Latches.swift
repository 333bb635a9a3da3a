public import Statistics

/// What all looks so far have established about one mean: the running intersection of its confidence sequence.
public struct ClaimLatch: Sendable, Hashable, Codable {
    /// The largest lower limit so far.
    public var lower: Double
    /// The smallest upper limit so far; below `lower` when the looks contradict each other (DRIFT).
    public var upper: Double
    /// The largest log-capital so far that the mean lies above the claim's threshold.
    public var above: Double
    /// The largest log-capital so far that the mean lies below the claim's threshold.
    public var below: Double

    /// A latch from its four numbers, as they were stored.
    public init(lower: Double, upper: Double, above: Double, below: Double) {
        self.lower = lower
        self.upper = upper
        self.above = above
        self.below = below
    }

    /// Nothing established yet: the whole range, no capital won.
    public init(range: Interval) {
        self.init(lower: range.lower, upper: range.upper, above: 0, below: 0)
    }

    /// The running intersection.
    public var interval: Interval { Interval(lower, upper) }
}

/// What all looks so far have established about one threshold of the two-tier grid.
public struct TierLatch: Sendable, Hashable, Codable {
    /// The threshold t.
    public var threshold: Double
    /// The largest log-capital so far that serving at t loses at most ε.
    public var above: Double
    /// The largest log-capital so far that it loses more.
    public var below: Double

    /// A latch from its three numbers.
    public init(threshold: Double, above: Double = 0, below: Double = 0) {
        self.threshold = threshold
        self.above = above
        self.below = below
    }
}

/// What former looks at a trial established. Each look takes the latches of the one before and returns the next; they only ever
/// tighten, so looking twice at the same evidence changes nothing. They begin with the trial's last day of waiting (`TrialTerms.days`).
public struct Latches: Sendable, Hashable, Codable {
    /// Δ = candidate's − production's accuracy, in [−1, 1], against −δ.
    public var quality: ClaimLatch
    /// Excess failure rate, in [−1, 1], against the reliability margin.
    public var reliability: ClaimLatch
    /// Excess disagreement, in [−1, 1], against the noise margin.
    public var noise: ClaimLatch
    /// Disagreement rate, in [0, 1], against δ: the label-free claim.
    public var disagreement: ClaimLatch
    /// One for each threshold of the grid, in its order; empty until the grid is fixed.
    public var tiers: [TierLatch]
    /// The largest log-capital so far that equivalences cost no more than is allowed; nil before a look that knew of the audit.
    public var audit: Double?

    /// Latches as they were stored.
    public init(
        quality: ClaimLatch, reliability: ClaimLatch, noise: ClaimLatch, disagreement: ClaimLatch, tiers: [TierLatch],
        audit: Double? = nil
    ) {
        self.quality = quality
        self.reliability = reliability
        self.noise = noise
        self.disagreement = disagreement
        self.tiers = tiers
        self.audit = audit
    }

    /// Before the first look.
    public init() {
        let difference = Interval(-1, 1)
        self.init(
            quality: ClaimLatch(range: difference), reliability: ClaimLatch(range: difference), noise: ClaimLatch(range: difference),
            disagreement: ClaimLatch(range: Interval(0, 1)), tiers: [])
    }
}

extension Latches {
    /// What a look keeps for the next while the trial's days are not over: nothing of its own.
    ///
    /// A week has better and worse days. What the better ones show would outlast the worse ones, and what the worse ones show the better:
    /// a trial that begins on a Saturday would be held to its first weekend for ever.
    func untightened(since former: Latches) -> Latches {
        var kept = former
        kept.tiers = tiers.map { tier in former.tiers.first { $0.threshold == tier.threshold } ?? TierLatch(threshold: tier.threshold) }
        kept.audit = audit == nil ? nil : former.audit ?? 0
        return kept
    }
}
