public import JSON
public import Traffic

/// All that is known about one pair, as `explain` tells it and `review` shows it.
public struct PairAccount: Sendable, Hashable {
    /// A gold answer that somebody brought.
    public struct GoldAnswer: Sendable, Hashable {
        public var label: JSONValue
        /// The file that it came in, `feedback`, or `import` for a recorded pair's own.
        public var origin: String
        public var saidAt: Timestamp

        public init(label: JSONValue, origin: String, saidAt: Timestamp) {
            self.label = label
            self.origin = origin
            self.saidAt = saidAt
        }
    }

    /// What somebody said about who was right; `unknown` takes back what was said before.
    public struct Judgement: Sendable, Hashable {
        public var correct: Correctness
        /// nil where nobody told.
        public var who: String?
        public var saidAt: Timestamp

        public init(correct: Correctness, who: String?, saidAt: Timestamp) {
            self.correct = correct
            self.who = who
            self.saidAt = saidAt
        }
    }

    /// USD; nil where no price or no token count is known.
    public struct Costs: Sendable, Hashable {
        public var production: Double?
        public var candidate: Double?
        public var control: Double?

        public init(production: Double? = nil, candidate: Double? = nil, control: Double? = nil) {
            self.production = production
            self.candidate = candidate
            self.control = control
        }
    }

    public var candidateName: String
    public var call: Call
    public var pair: Pair
    /// nil until the worker has compared the pair.
    public var finding: Finding?
    /// The workload's declared labels; empty where it compares something else.
    public var declaredLabels: [String]
    public var costs: Costs
    /// Stands for what was asked; nil where that could not be read.
    public var requestHash: Identifier?
    /// Whether the pair counts as evidence; nil until its conversation's day has ended.
    public var inEvidence: Bool?
    /// What a look has counted: it stays in the evidence whatever is said later.
    public var consumed: Correctness?
    /// Newest first.
    public var goldAnswers: [GoldAnswer]
    /// Newest first.
    public var judgements: [Judgement]

    /// Takes its parts as they are.
    public init(
        candidateName: String, call: Call, pair: Pair, finding: Finding?, declaredLabels: [String] = [], costs: Costs = Costs(),
        requestHash: Identifier? = nil, inEvidence: Bool? = nil, consumed: Correctness? = nil, goldAnswers: [GoldAnswer] = [],
        judgements: [Judgement] = []
    ) {
        self.candidateName = candidateName
        self.call = call
        self.pair = pair
        self.finding = finding
        self.declaredLabels = declaredLabels
        self.costs = costs
        self.requestHash = requestHash
        self.inEvidence = inEvidence
        self.consumed = consumed
        self.goldAnswers = goldAnswers
        self.judgements = judgements
    }

    /// Some answer came from a simulated model.
    public var isSimulated: Bool { pair.candidate.simulated || call.production.simulated || call.control?.simulated == true }
}
