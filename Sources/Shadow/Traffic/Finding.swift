/// What a comparison of two answers came to.
public enum Agreement: String, Sendable, CaseIterable {
    case identical
    /// The same meaning by a declared rule.
    case equivalent
    /// Also when the candidate failed and production answered.
    case different
    /// Production failed or the client left: used for reliability only.
    case incomparable
}

/// The rule by which two answers that are not identical count as agreeing.
public enum EquivalenceRule: String, Sendable, CaseIterable {
    case whitespace, `case`, punctuation
    case keyOrder = "key_order"
    case itemOrder = "item_order"
    case numberFormat = "number_format"
    case dateFormat = "date_format"
    case currencyFormat = "currency_format"
    case defaultArgument = "default_argument"
    case withinTolerance = "within_tolerance"
    case judge
}

/// How the candidate failed, or differs from production; one per pair, found by the order of the groups.
public enum FailureMode: String, Sendable, CaseIterable {
    // reliability
    case connectionFailed = "connection_failed"
    case timeout
    case rateLimited = "rate_limited"
    case serverError = "server_error"
    case rejectedRequest = "rejected_request"
    case streamBroken = "stream_broken"
    case circuitOpen = "circuit_open"
    // delivery
    case refused
    case contentFiltered = "content_filtered"
    case truncated, empty
    // unreadable
    case invalidJSON = "invalid_json"
    // label
    case labelMismatch = "label_mismatch"
    case unknownLabel = "unknown_label"
    // json
    case valueMismatch = "value_mismatch"
    case missingField = "missing_field"
    case typeMismatch = "type_mismatch"
    case lengthMismatch = "length_mismatch"
    case extraField = "extra_field"
    // tools
    case missingToolCall = "missing_tool_call"
    case toolMismatch = "tool_mismatch"
    case argumentsMismatch = "arguments_mismatch"
    case extraToolCall = "extra_tool_call"
    // text
    case languageMismatch = "language_mismatch"
    case contradiction, omission, addition
    case meaningMismatch = "meaning_mismatch"
    case style
    // format only
    case schemaViolation = "schema_violation"
    case wrappedJSON = "wrapped_json"
    case verboseLabel = "verbose_label"

    /// The group of the design's table that the mode stands in.
    public var group: FailureGroup {
        switch self {
        case .connectionFailed, .timeout, .rateLimited, .serverError, .rejectedRequest, .streamBroken, .circuitOpen: .reliability
        case .refused, .contentFiltered, .truncated, .empty: .delivery
        case .invalidJSON: .unreadable
        case .labelMismatch, .unknownLabel: .label
        case .valueMismatch, .missingField, .typeMismatch, .lengthMismatch, .extraField: .json
        case .missingToolCall, .toolMismatch, .argumentsMismatch, .extraToolCall: .tools
        case .languageMismatch, .contradiction, .omission, .addition, .meaningMismatch, .style: .text
        case .schemaViolation, .wrappedJSON, .verboseLabel: .formatOnly
        }
    }

    /// Whether the mode counts as a failure in the reliability gate.
    public var isReliabilityFailure: Bool {
        switch self {
        case .empty, .invalidJSON, .schemaViolation: true
        default: group == .reliability
        }
    }
}

/// The groups of failure modes, in the order in which the first that applies wins.
public enum FailureGroup: String, Sendable, CaseIterable {
    case reliability, delivery, unreadable, label, json, tools, text
    case formatOnly = "format"
}

/// Who was right. `unknown` until a label or a person says.
public enum Correctness: String, Sendable, CaseIterable {
    case both
    case productionOnly = "production_only"
    case candidateOnly = "candidate_only"
    case neither, unknown

    /// D of the statistics: candidate right − production right; nil when unknown.
    public var difference: Int? {
        switch self {
        case .both, .neither: 0
        case .productionOnly: -1
        case .candidateOnly: 1
        case .unknown: nil
        }
    }

    /// From the two answers' correctness.
    public init(production: Bool, candidate: Bool) {
        switch (production, candidate) {
        case (true, true): self = .both
        case (true, false): self = .productionOnly
        case (false, true): self = .candidateOnly
        case (false, false): self = .neither
        }
    }
}

/// Who said which answer is correct.
public enum CorrectnessSource: String, Sendable, CaseIterable {
    case label, person
}

/// One single difference between the two answers.
public struct Difference: Sendable, Hashable {
    /// JSON Pointer into the answer; empty for the answer as a whole.
    public var path: String
    /// What kind of difference; a failure mode's name, or an equivalence rule's where the values count as equal.
    public var kind: String
    public var productionValue: String?
    public var candidateValue: String?
    /// The rule of the comparator that said so, for `explain`.
    public var rule: String

    public init(path: String, kind: String, productionValue: String?, candidateValue: String?, rule: String) {
        self.path = path
        self.kind = kind
        self.productionValue = productionValue
        self.candidateValue = candidateValue
        self.rule = rule
    }
}

/// How one answer stands to one field of the gold answer.
public enum FieldOutcome: String, Sendable, CaseIterable {
    /// The answer has the gold answer's value.
    case right
    /// Both have a value, and not the same.
    case wrong
    /// The gold answer has a value and the answer none.
    case missing
    /// The answer has a value and the gold answer none.
    case extra
    /// Neither has a value.
    case absent
}

/// How both answers stand to one field of the gold answer.
public struct FieldScore: Sendable, Hashable {
    /// JSON Pointer of the field; a `*` stands for the place in an array.
    public var path: String
    public var production: FieldOutcome
    public var candidate: FieldOutcome

    public init(path: String, production: FieldOutcome, candidate: FieldOutcome) {
        self.path = path
        self.production = production
        self.candidate = candidate
    }
}

/// All that the diff worker found about one pair.
public struct Finding: Sendable, Hashable {
    public var agreement: Agreement
    public var equivalence: EquivalenceRule?
    /// nil for identical and equivalent pairs.
    public var failureMode: FailureMode?
    public var differences: [Difference]
    /// Production disagreed with its own control; nil when no control leg answered.
    public var productionUnstable: Bool?
    public var ungrounded: Bool?
    public var correct: Correctness
    public var correctBy: CorrectnessSource?
    /// For label comparisons: the declared label that each answer was read as.
    public var productionLabel: String?
    public var candidateLabel: String?
    /// For JSON comparisons with a gold answer: each of its fields, and each that an answer has beside them.
    public var fields: [FieldScore]
    /// Keywords of the answer's JSON Schema that could not be checked.
    public var schemaUnsupported: [String]
    /// Whether production's own answer failed in the sense of the reliability gate.
    public var productionFailed: Bool
    /// Whether the candidate's answer failed in that sense.
    public var candidateFailed: Bool

    public init(
        agreement: Agreement, equivalence: EquivalenceRule? = nil, failureMode: FailureMode? = nil, differences: [Difference] = [],
        productionUnstable: Bool? = nil, ungrounded: Bool? = nil, correct: Correctness = .unknown, correctBy: CorrectnessSource? = nil,
        productionLabel: String? = nil, candidateLabel: String? = nil, fields: [FieldScore] = [], schemaUnsupported: [String] = [],
        productionFailed: Bool = false, candidateFailed: Bool = false
    ) {
        self.agreement = agreement
        self.equivalence = equivalence
        self.failureMode = failureMode
        self.differences = differences
        self.productionUnstable = productionUnstable
        self.ungrounded = ungrounded
        self.correct = correct
        self.correctBy = correctBy
        self.productionLabel = productionLabel
        self.candidateLabel = candidateLabel
        self.fields = fields
        self.schemaUnsupported = schemaUnsupported
        self.productionFailed = productionFailed
        self.candidateFailed = candidateFailed
    }
}
