/// Who says which answer is correct in a trial (`adjudicate.by`).
public enum AdjudicationSource: String, Sendable, CaseIterable {
    case labels, people, none
}

/// The limits of one kind of latency, as ratios candidate / production.
public struct LatencyLimits: Sendable, Hashable {
    /// The largest acceptable ratio of the 95th percentiles.
    public var p95: Double
    /// The largest acceptable ratio of the 99th percentiles.
    public var p99: Double

    /// Limits from their two ratios.
    public init(p95: Double, p99: Double) {
        self.p95 = p95
        self.p99 = p99
    }
}

/// What a candidate may lose, and must save; shares of 1.
public struct Margins: Sendable, Hashable {
    /// δ: the accuracy that may be lost.
    public var quality: Double
    /// ε: the accuracy that a two-tier set-up may lose.
    public var tier: Double
    /// The excess failure rate that is acceptable.
    public var reliability: Double
    /// The disagreement beyond production's own that is acceptable.
    public var noise: Double
    /// The share of the cost that must be saved.
    public var saving: Double
    /// Limits where the candidate serves every call.
    public var latency: LatencyLimits
    /// Limits where escalated calls pay for both models.
    public var twoTierLatency: LatencyLimits

    /// The design's defaults, any of them replaced.
    public init(
        quality: Double = 0.02, tier: Double = 0.01, reliability: Double = 0.005, noise: Double = 0.05, saving: Double = 0.2,
        latency: LatencyLimits = LatencyLimits(p95: 1, p99: 1.2), twoTierLatency: LatencyLimits = LatencyLimits(p95: 1.25, p99: 1.5)
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

/// What was fixed before the trial began and what every look is held to.
public struct TrialTerms: Sendable, Hashable {
    /// Days with compared pairs before `switch` or `two_tier` can be said.
    public var days: Int
    /// The day of the last look; also the number of looks that latency and cost are corrected for.
    public var maxDays: Int
    /// The total error allowed to all candidates together.
    public var alpha: Double
    /// How many candidates share `alpha`.
    public var candidates: Int
    /// What may be lost and must be saved.
    public var margins: Margins
    /// Who says which answer is correct.
    public var adjudicateBy: AdjudicationSource
    /// π_min: the smallest probability of adjudication that any disagreement of the trial can be logged with, in (0, 1].
    public var adjudicationFloor: Double
    /// κ: the share of a judge model's prediction that counts for a pair until it is adjudicated; 0 where no judge is asked.
    public var judgeTrust: Double
    /// Pairs may agree by `judge` or `within_tolerance` alone, so that a part of the margins is kept for what such rules may hide.
    public var auditsEquivalents: Bool

    /// κ of a trial with a judge (statistics §3.6).
    public static let trustInJudge = 0.5

    /// The design's defaults, any of them replaced.
    public init(
        days: Int = 7, maxDays: Int = 28, alpha: Double = 0.05, candidates: Int = 1, margins: Margins = Margins(),
        adjudicateBy: AdjudicationSource = .labels, adjudicationFloor: Double = 1, judgeTrust: Double = 0,
        auditsEquivalents: Bool = false
    ) {
        precondition(days >= 1 && maxDays >= days && candidates >= 1, "a trial has days and candidates")
        precondition(alpha > 0 && alpha < 1 && adjudicationFloor > 0 && adjudicationFloor <= 1, "a probability lies in (0, 1]")
        precondition(judgeTrust >= 0 && judgeTrust <= 1, "a share lies in [0, 1]")
        self.days = days
        self.maxDays = maxDays
        self.alpha = alpha
        self.candidates = candidates
        self.margins = margins
        self.adjudicateBy = adjudicateBy
        self.adjudicationFloor = adjudicationFloor
        self.judgeTrust = judgeTrust
        self.auditsEquivalents = auditsEquivalents
    }

    /// The first day on which `stay` can be said (statistics §12).
    public static let firstStayDay = 3

    /// The error allowed to this candidate.
    public var candidateAlpha: Double { alpha / Double(candidates) }
    /// α_S = α_K = α_T: the error of one side of one claim.
    public var sideAlpha: Double { candidateAlpha / 2 }
    /// δ_a: the part of the quality margin that equivalences may cost unseen; 0 where no pair can agree by such a rule.
    public var auditAllowance: Double { auditsEquivalents ? margins.quality / 4 : 0 }
    /// What the pairs that differ may cost: δ − δ_a.
    public var qualityMargin: Double { margins.quality - auditAllowance }
    /// What they may cost where the candidate serves only some calls: ε − δ_a.
    public var tierMargin: Double { margins.tier - auditAllowance }
    /// The confidence of a latency or cost interval, so that a look a day up to `maxDays` keeps to `candidateAlpha`.
    public var lookConfidence: Double { 1 - candidateAlpha / Double(maxDays) }
}
