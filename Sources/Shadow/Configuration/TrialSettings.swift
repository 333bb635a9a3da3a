/// When a trial decides and by which standards; all but `deadline` frozen for the whole trial.
public struct TrialSettings: Sendable, Hashable {
    /// Days with compared pairs before which there is no `switch` or `two_tier`.
    public var days: Int
    /// The day of the last look.
    public var maxDays: Int
    /// The error that all candidates of the workload share; above 0, below 0.5.
    public var alpha: Double
    /// How many candidates may be on trial at once; each verdict is held to `alpha` divided by it.
    public var candidates: Int
    /// The IANA time zone whose calendar days count.
    public var timezone: String
    /// The day by which the verdict must be there, ISO 8601; nil where nothing presses. It decides nothing.
    public var deadline: String?
    public var margins: MarginSettings

    public init(
        days: Int = 7, maxDays: Int = 28, alpha: Double = 0.05, candidates: Int = 1, timezone: String = "UTC", deadline: String? = nil,
        margins: MarginSettings = MarginSettings()
    ) {
        self.days = days
        self.maxDays = maxDays
        self.alpha = alpha
        self.candidates = candidates
        self.timezone = timezone
        self.deadline = deadline
        self.margins = margins
    }
}

/// How much worse the candidate may be, and how much better it must be. All but the latency ratios are shares 0…1.
public struct MarginSettings: Sendable, Hashable {
    /// δ: accuracy that may be lost.
    public var quality: Double
    /// ε: wrong answers that the first tier may add.
    public var tier: Double
    /// Failures that the candidate may have beyond production's.
    public var reliability: Double
    /// Disagreement beyond production's with itself.
    public var noise: Double
    /// The least share of the cost that must be saved.
    public var saving: Double
    /// The candidate's latency ÷ production's, at most.
    public var latency: LatencyLimits
    /// The same for the mix of both tiers.
    public var twoTierLatency: LatencyLimits

    public init(
        quality: Double = 0.02, tier: Double = 0.01, reliability: Double = 0.005, noise: Double = 0.05, saving: Double = 0.2,
        latency: LatencyLimits = LatencyLimits(p95: 1.0, p99: 1.2), twoTierLatency: LatencyLimits = LatencyLimits(p95: 1.25, p99: 1.5)
    ) {
        self.quality = quality
        self.tier = tier
        self.reliability = reliability
        self.noise = noise
        self.saving = saving
        self.latency = latency
        self.twoTierLatency = twoTierLatency
    }
}

/// The greatest ratio of latencies allowed at two quantiles.
public struct LatencyLimits: Sendable, Hashable {
    public var p95: Double
    public var p99: Double

    public init(p95: Double, p99: Double) {
        self.p95 = p95
        self.p99 = p99
    }
}
