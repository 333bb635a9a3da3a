public import Traffic

/// Whether it is known who was right about a pair that differs.
public enum Adjudication: Sendable, Hashable {
    /// Not drawn for adjudication (whatever anyone said about it is in no gate), or a pair that agrees.
    case notPlanned
    /// Drawn with this logged probability, answer outstanding.
    case pending(probability: Double)
    /// Drawn with this logged probability and answered: D = candidate right − production right.
    case judged(difference: Int, probability: Double)
}

/// Production asked a second time, for one pair.
public struct ControlDraw: Sendable, Hashable {
    /// What came of the draw.
    public enum Outcome: Sendable, Hashable {
        /// Not drawn.
        case notDrawn
        /// Production agreed with itself.
        case agreed
        /// Production disagreed with itself; also a drawn control leg that failed.
        case differed
    }

    /// π_A as the pair logged it, before the draw; 0 while no control could be drawn (share 0, or suspended).
    public var probability: Double
    /// What came of it.
    public var outcome: Outcome

    /// A draw from its logged probability and what came of it.
    public init(probability: Double, outcome: Outcome) {
        self.probability = probability
        self.outcome = outcome
    }

    /// No control leg could be drawn.
    public static let none = ControlDraw(probability: 0, outcome: .notDrawn)
}

/// A group of alike pairs of the ledger: `count` pairs that share everything below.
///
/// The ledger holds the pairs that are `in_evidence` and not after any pair that the worker has still to compare or a judge to speak
/// about, in the order of sampling time, then id. Within a cell order does not matter to any test; `beforeFirstPending` is all that is kept of it.
public struct EvidenceCell: Sendable, Hashable {
    /// Calendar day of the trial, the first with a call being 0.
    public var day: Int
    /// The call's segment.
    public var segment: String?
    /// The band of the request's length, counted from 0.
    public var lengthBand: Int?
    /// `evidence_weight` w in (0, 1]: smallest sampling rate in force in any segment ÷ the pair's own.
    public var weight: Double
    /// What the comparison came to; `incomparable` pairs count for reliability only.
    public var agreement: Agreement
    /// The pair is `equivalent` only by a rule that must be audited (`judge`, `within_tolerance`).
    public var needsAudit: Bool
    /// Of pairs that need the audit: how often their draw halves the sample and still keeps them, 0 to `equivalenceSamples` − 1.
    public var auditLevel: Int
    /// For `different` pairs, and for those that need the audit (there with probability 1); `notPlanned` for all others.
    public var adjudication: Adjudication
    /// f: what a judge model predicts D to be, in [−1, 1]; 0 for pairs that agree, and where there is no prediction. Fixed before the
    /// pair stands in the ledger.
    public var prediction: Double
    /// D_f = candidate failed − production failed, in the sense of the reliability gate.
    public var failureDifference: Int
    /// Production asked a second time.
    public var control: ControlDraw
    /// How many thresholds of the tier grid are at or below the candidate's confidence (missing confidence: 0 as a confidence);
    /// nil for the pairs that fixed the grid, and for all while it is not fixed.
    public var tier: Int?
    /// The pair stands in the ledger before the oldest pair whose adjudication is pending (all do where none is).
    public var beforeFirstPending: Bool
    /// How many pairs.
    public var count: Int

    /// A cell; the defaults describe fully agreeing pairs of an unsegmented, evenly sampled trial.
    public init(
        day: Int, segment: String? = nil, lengthBand: Int? = nil, weight: Double = 1, agreement: Agreement, needsAudit: Bool = false,
        auditLevel: Int = 0, adjudication: Adjudication = .notPlanned, prediction: Double = 0, failureDifference: Int = 0,
        control: ControlDraw = .none,
        tier: Int? = nil, beforeFirstPending: Bool = true, count: Int
    ) {
        self.day = day
        self.segment = segment
        self.lengthBand = lengthBand
        self.weight = weight
        self.agreement = agreement
        self.needsAudit = needsAudit
        self.auditLevel = auditLevel
        self.adjudication = adjudication
        self.prediction = prediction
        self.failureDifference = failureDifference
        self.control = control
        self.tier = tier
        self.beforeFirstPending = beforeFirstPending
        self.count = count
    }
}
