/// The seven gates in reading order; raw values as in the view `gates`.
public enum GateName: String, Sendable, CaseIterable, Codable {
    case evidence, reliability, quality, noise
    case failureConcentration = "failure_concentration"
    case latency, cost
}

/// What a gate says.
public enum GateStatus: String, Sendable, CaseIterable, Codable {
    case pass, fail, open
}

/// What the numbers of a gate measure.
public enum GateUnit: String, Sendable, CaseIterable, Codable {
    /// Days with compared pairs.
    case days
    /// A difference of two rates, candidate − production, as a share of 1.
    case rateDifference = "rate_difference"
    /// A rate, as a share of 1.
    case rate
    /// A ratio candidate / production.
    case ratio
    /// Segments that block.
    case segments
    /// A share of production's cost.
    case costShare = "cost_share"
}

/// Why a gate stands as it does, where its numbers do not say so by themselves. Facts, not sentences.
public enum GateNote: Sendable, Hashable, Codable {
    /// What the evidence still lacks.
    case lacking([EvidenceShortfall])
    /// The quality gate rests on agreement alone: the numbers are the disagreement rate.
    case agreementOnly
    /// Equivalences by `judge` or `within_tolerance` are among the pairs and their audit has not passed.
    case unauditedEquivalents(Int)
    /// Fewer control pairs than the gate needs.
    case fewControls(have: Int, need: Int)
    /// No cost is known for both models.
    case noCosts
    /// The numbers are those of this metric, the one furthest from passing.
    case latency(metric: LatencyMetric, percentile: Int)
    /// Too few pairs on ended days for an upper limit of this metric.
    case latencyUnbounded(metric: LatencyMetric, percentile: Int)
    /// These segments block.
    case blockingSegments([SegmentName])
}

/// One condition of the evidence gate that is not met.
public enum EvidenceShortfall: Sendable, Hashable, Codable {
    /// Too few distinct days with compared pairs.
    case days(have: Int, need: Int)
    /// Too few compared pairs.
    case pairs(have: Int, need: Int)
    /// Too few adjudicated disagreements.
    case adjudicated(have: Int, need: Int)
    /// Too large a share of the ledger waits for adjudication.
    case imputed(share: Double, most: Double)
    /// Too large a share of the sampled calls was shed.
    case shed(share: Double, most: Double)
    /// What the candidate was asked is not a fair sample of the calls.
    case biased(BiasReading)
    /// The looks contradict each other about this gate's mean: conditions changed within the trial.
    case drift(GateName)
}

/// One named test that a verdict needs.
public struct Gate: Sendable, Hashable, Codable {
    /// Which.
    public var name: GateName
    /// What it says.
    public var status: GateStatus
    /// Whether a verdict needs it; false only for noise, where quality rests on adjudications.
    public var blocking: Bool
    /// The best single value; nil without data.
    public var estimate: Double?
    /// The lower limit; nil when unbounded or without data.
    public var lower: Double?
    /// The upper limit; nil when unbounded or without data.
    public var upper: Double?
    /// What the limits are held against.
    public var threshold: Double
    /// What the numbers measure.
    public var unit: GateUnit
    /// What the numbers do not say.
    public var note: GateNote?

    /// A gate from its parts.
    public init(
        name: GateName, status: GateStatus, blocking: Bool = true, estimate: Double? = nil, lower: Double? = nil, upper: Double? = nil,
        threshold: Double, unit: GateUnit, note: GateNote? = nil
    ) {
        self.name = name
        self.status = status
        self.blocking = blocking
        self.estimate = estimate
        self.lower = lower
        self.upper = upper
        self.threshold = threshold
        self.unit = unit
        self.note = note
    }
}
