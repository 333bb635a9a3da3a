/// Where a pair's evidence comes from. Pairs of different sources never share a trial.
public enum Source: String, Sendable, CaseIterable {
    case mirror, tap, replay
    case imported = "import"
}

/// One production request and what production answered, with the control leg if one was drawn.
///
/// Written once, when its production and control legs have ended.
public struct Call: Sendable, Hashable {
    public var id: Identifier
    public var workload: String
    public var source: Source
    public var calledAt: Timestamp
    /// The id that the call's origin knows it by: the `id` of an import, else nil.
    public var externalID: String?
    public var segment: String?
    /// Names the conversation that the call belongs to; nil when it stands alone.
    public var conversation: String?
    /// The call's place in its conversation, from 1: the number of user messages so far.
    public var turn: Int
    public var traceparent: String?
    /// The path as the app sent it, without the workload's name and without the query, where some APIs have their key.
    public var path: String
    /// The request body as the app sent it.
    public var request: [UInt8]
    public var production: Leg
    public var control: Leg?
    /// Probability with which a control leg was drawn for this call; 0…1.
    public var controlRate: Double

    public init(
        id: Identifier, workload: String, source: Source, calledAt: Timestamp, externalID: String? = nil, segment: String? = nil,
        conversation: String? = nil, turn: Int = 1, traceparent: String? = nil, path: String, request: [UInt8], production: Leg,
        control: Leg? = nil, controlRate: Double
    ) {
        self.id = id
        self.workload = workload
        self.source = source
        self.calledAt = calledAt
        self.externalID = externalID
        self.segment = segment
        self.conversation = conversation
        self.turn = turn
        self.traceparent = traceparent
        self.path = path
        self.request = request
        self.production = production
        self.control = control
        self.controlRate = controlRate
    }
}

/// One sampled call in one trial: the candidate's leg, and with which probabilities everything about it was drawn.
/// Those are fixed before any outcome is known, which is what makes the verdict valid.
public struct Pair: Sendable, Hashable {
    /// Takes its call's millisecond, so that pair and call age together.
    public var id: Identifier
    public var callID: Identifier
    public var trial: Identifier
    public var workload: String
    public var candidate: Leg
    /// ρ: the probability with which the call was sampled for this trial; 0…1.
    public var samplingRate: Double
    /// w of the evidence ledger: the smallest rate in force in any segment at that moment ÷ `samplingRate`; 0…1.
    public var evidenceWeight: Double
    /// π: the probability with which a disagreement here is drawn for judging; 0…1, 0 when nothing is judged.
    public var adjudicationProbability: Double
    /// Whether it was drawn.
    public var planned: Bool
    /// The call's place in the keyed hash order, which picks one pair of a conversation and day for the evidence.
    public var hashOrder: UInt64

    public init(
        id: Identifier, callID: Identifier, trial: Identifier, workload: String, candidate: Leg, samplingRate: Double,
        evidenceWeight: Double = 1,
        adjudicationProbability: Double = 1, planned: Bool = true, hashOrder: UInt64 = 0
    ) {
        self.id = id
        self.callID = callID
        self.trial = trial
        self.workload = workload
        self.candidate = candidate
        self.samplingRate = samplingRate
        self.evidenceWeight = evidenceWeight
        self.adjudicationProbability = adjudicationProbability
        self.planned = planned
        self.hashOrder = hashOrder
    }
}

/// The stages that a call can reach; with `reason` they make the coverage funnel that adds up.
public enum CoverageStage: String, Sendable, CaseIterable {
    /// Every call that passed through the route.
    case calls
    /// Drawn for the trial.
    case sampled
    /// Not shadowed on purpose: no match, a retry, server-side state, a loop, an ended trial…
    case skipped
    /// Drawn, but dropped by a limit; a hidden drop would be a biased sample.
    case shed
    /// Control legs that were drawn and not asked (back-off after production's 429 or 5xx…).
    case controlSkipped = "control_skipped"
    /// Faults of ours that ended in plain pass-through.
    case fault
    /// For the sample's profile (`isProfile`): calls that could be drawn; the sum of their probabilities, in millionths; those drawn; those of
    /// them that can be shadowed; and those of which a pair was written. The reason names what they are counted by, `size:4 to 16 KB`.
    case profileCalls = "profile_calls"
    case profileExpected = "profile_expected"
    case profileDrawn = "profile_drawn"
    case profileSampled = "profile_sampled"
    case profileKept = "profile_kept"

    /// Counted to hold the sample against all calls, not on the way from call to pair.
    public var isProfile: Bool {
        switch self {
        case .profileCalls, .profileExpected, .profileDrawn, .profileSampled, .profileKept: true
        case .calls, .sampled, .skipped, .shed, .controlSkipped, .fault: false
        }
    }
}

/// How many calls reached a stage for a reason within one hour: counters travel through the spool as such deltas.
public struct CoverageDelta: Sendable, Hashable {
    public var workload: String
    /// nil for counts of the route as a whole.
    public var trial: Identifier?
    public var stage: CoverageStage
    /// Empty where the stage needs none.
    public var reason: String
    public var segment: String?
    /// When the delta was taken.
    public var at: Timestamp
    public var count: Int

    public init(
        workload: String, trial: Identifier?, stage: CoverageStage, reason: String = "", segment: String? = nil, at: Timestamp, count: Int
    ) {
        self.workload = workload
        self.trial = trial
        self.stage = stage
        self.reason = reason
        self.segment = segment
        self.at = at
        self.count = count
    }
}
