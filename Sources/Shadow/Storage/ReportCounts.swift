public import Traffic
public import Verdict

/// How the pairs of a trial came out.
public struct AgreementTotals: Sendable, Hashable {
    public var identical = 0
    public var equivalent = 0
    public var different = 0
    public var incomparable = 0
}

/// How often the candidate failed in one way.
public struct FailureModeCount: Sendable, Hashable {
    public var mode: FailureMode
    public var pairs: Int
    public var correctness: CorrectnessCounts
    /// Named segments only, most frequent first.
    public var segments: [SegmentPairs]
}

/// Pairs of one segment.
public struct SegmentPairs: Sendable, Hashable {
    public var segment: String
    public var pairs: Int
}

/// How often production said one label and the candidate another.
public struct LabelConfusion: Sendable, Hashable {
    public var productionLabel: String
    public var candidateLabel: String
    public var pairs: Int
    public var productionOnly: Int
    public var candidateOnly: Int
}

/// How often answers were read as one pair of labels, equal ones included.
public struct LabelPairCount: Sendable, Hashable {
    public var productionLabel: String
    public var candidateLabel: String
    public var pairs: Int
}

/// How often the gold answers and a leg's have a value in a field, and the same one.
public struct FieldTotals: Sendable, Hashable {
    public var expected = 0
    public var given = 0
    public var matched = 0
}

/// How the pairs at one place in their conversations came out.
public struct TurnTotals: Sendable, Hashable {
    /// From 1; 10 stands for all from the tenth on.
    public var turn: Int
    public var pairs: Int
    public var different: Int
    public var productionOnly: Int
    public var candidateOnly: Int
}

/// How the pairs came out that have a turn, a prompt, a language or a label in common.
public struct SliceTotals: Sendable, Hashable {
    /// turn, prompt, language or label.
    public var dimension: String
    public var slice: String
    public var pairs: Int
    /// Those in which only production was right.
    public var failures: Int
}

/// Two candidates on the same calls.
public struct RivalTotals: Sendable, Hashable {
    public var pairs: Int
    public var onlyThis: Int
    public var onlyOther: Int
    public var examples: [RivalExample]
}

/// A call on which one of two candidates was right and the other wrong. Its texts are foreign and of any length.
public struct RivalExample: Sendable, Hashable {
    /// The other candidate's pair.
    public var otherPair: Identifier
    public var calledAt: Timestamp
    public var segment: String?
    public var input: String
    public var output: String
    public var otherOutput: String
    /// The gold answer, as text.
    public var label: String?
    /// This one was right, not the other.
    public var isRight: Bool
}

/// What the last look of a day said about quality.
public struct LookOfDay: Sendable, Hashable {
    /// ISO 8601.
    public var day: String
    /// Pairs that could be compared by then; nil where the look's report was not kept.
    public var pairs: Int?
    public var estimate: Double?
    public var lower: Double?
    public var upper: Double?
}

/// One pair to look at. Its texts are foreign and of any length.
public struct ExamplePair: Sendable, Hashable {
    public var pair: Identifier
    public var calledAt: Timestamp
    public var segment: String?
    public var input: String
    public var productionOutput: String
    public var candidateOutput: String
    /// The gold answer, as text.
    public var label: String?
    public var correct: Correctness
    public var differences: [Difference]
    public var productionUnstable: Bool
}

/// The way from calls to compared pairs.
public struct CoverageFunnel: Sendable, Hashable {
    public var calls = 0
    public var sampled = 0
    public var paired = 0
    /// Finished by the worker, incomparable ones included.
    public var compared = 0
    public var incomparable = 0
    /// By reason: not shadowed on purpose, dropped by a limit, control legs not asked, faults of ours.
    public var skipped: [String: Int] = [:]
    public var shed: [String: Int] = [:]
    public var controlSkipped: [String: Int] = [:]
    public var faults: [String: Int] = [:]
    /// Records that could not be stored or compared.
    public var setAside = 0
}

/// What one leg of a trial cost.
public struct LegCostTotals: Sendable, Hashable {
    public var calls: Int
    /// Those of `calls` whose cost is known, and its sum in USD.
    public var pricedCalls: Int
    public var cost: Double
    /// Those of `calls` whose tokens are our estimate.
    public var estimatedCalls: Int
}

/// A model name and the pairs that it answered.
public struct ModelUse: Sendable, Hashable {
    public var name: String
    public var pairs: Int
}

/// The prompt of most calls is not the one of the first day.
public struct PromptChange: Sendable, Hashable {
    public var before: Identifier
    public var now: Identifier
    /// The new one's share of the newest day's pairs.
    public var share: Double
}

/// What a reader must know about a trial beside its figures.
public struct TrialFacts: Sendable, Hashable {
    /// Most used first.
    public var productionModels: [ModelUse] = []
    /// Parameters that the candidate's API could not take, and the pairs that had them.
    public var untranslated: [String: Int] = [:]
    /// Keywords of the answers' schema that could not be checked, and the pairs that they touched.
    public var schemaUnsupported: [String: Int] = [:]
    /// Some rates are an importer's reckoning.
    public var estimatedRates = false
    /// Of the trial's time zone, now; east is positive.
    public var utcOffsetSeconds = 0
    /// The first day with pairs, ISO 8601.
    public var firstDay: String?
    /// Pairs that wait to be compared again by a newer version.
    public var comparedAgain = 0
    public var promptChange: PromptChange?
}
