/// What is drawn as one: single calls, or whole conversations.
public enum SamplingUnit: String, Sendable, CaseIterable {
    /// A keyed hash of the call's own id.
    case call
    /// A keyed hash of the conversation: all of its turns or none, and every mirror decides alike.
    case conversation
}

/// Where a call's conversation is named.
public enum ConversationSource: Sendable, Hashable {
    /// A request header.
    case header(String)
    /// A field of the request body, by JSON Pointer.
    case field(String)
}

/// Rates of their own for some of the traffic.
public struct SegmentSettings: Sendable, Hashable {
    /// The request header whose value is the call's segment.
    public var header: String
    /// Sampling rates by segment, each above 0 and at most 1; a segment not named has the common rate.
    public var rates: [String: Double]

    public init(header: String, rates: [String: Double] = [:]) {
        self.header = header
        self.rates = rates
    }
}

/// Which share of the calls is shadowed.
public struct SampleSettings: Sendable, Hashable {
    /// ρ: above 0, at most 1.
    public var rate: Double
    public var unit: SamplingUnit
    /// nil: system text, first user message and date name the conversation, if `unit` needs one.
    public var conversation: ConversationSource?
    public var segments: SegmentSettings?

    public init(
        rate: Double = 0.1, unit: SamplingUnit = .call, conversation: ConversationSource? = nil, segments: SegmentSettings? = nil
    ) {
        self.rate = rate
        self.unit = unit
        self.conversation = conversation
        self.segments = segments
    }

    /// ρ of a segment (nil: a call in none); above 0, at most 1.
    public func rate(segment: String?) -> Double {
        guard let segment, let own = segments?.rates[segment] else { return rate }
        return own
    }

    /// The smallest rate in force in any segment: the numerator of the evidence weight (design §9).
    public var smallestRate: Double { segments?.rates.values.reduce(rate, min) ?? rate }
}

/// Who says which answer is correct.
public enum Adjudicator: String, Sendable, CaseIterable {
    case labels, people, none
}

/// How disagreements are judged.
public struct AdjudicateSettings: Sendable, Hashable {
    /// Whose word counts where a label and a person differ.
    public var by: Adjudicator
    /// π: the share of the disagreements that is drawn for judging; above 0, at most 1.
    public var disagreements: Double

    public init(by: Adjudicator = .labels, disagreements: Double = 1) {
        self.by = by
        self.disagreements = disagreements
    }
}
