public import JSON
public import Traffic

/// All that is known about one pair, as `explain` tells it and `review` shows it.
public struct PairAccount: Sendable, Hashable {
    /// A gold answer that somebody brought.
    public struct GoldAnswer: Sendable, Hashable {
        /// The right answer, any JSON value.
        public var label: JSONValue
        /// The file that it came in, `feedback`, or `import` for a recorded pair's own.
        public var origin: String
        /// When.
        public var saidAt: Timestamp

        /// Takes its parts as they are.
        public init(label: JSONValue, origin: String, saidAt: Timestamp) {
            self.label = label
            self.origin = origin
            self.saidAt = saidAt
        }
    }

    /// What somebody said about who was right; `unknown` takes back what was said before.
    public struct Judgement: Sendable, Hashable {
        /// Who was right.
        public var correct: Correctness
        /// Who said so; nil where nobody told.
        public var who: String?
        /// When.
        public var saidAt: Timestamp

        /// Takes its parts as they are.
        public init(correct: Correctness, who: String?, saidAt: Timestamp) {
            self.correct = correct
            self.who = who
            self.saidAt = saidAt
        }
    }

    /// USD; nil where no price or no token count is known.
    public struct Costs: Sendable, Hashable {
        /// Of production's answer.
        public var production: Double?
        /// Of the candidate's.
        public var candidate: Double?
        /// Of production's second one.
        public var control: Double?

        /// Takes its parts as they are.
        public init(production: Double? = nil, candidate: Double? = nil, control: Double? = nil) {
            self.production = production
            self.candidate = candidate
            self.control = control
        }
    }

    /// The candidate's name.
    public var candidateName: String
    /// What was asked, and production's answers.
    public var call: Call
    /// The candidate's answer, and with which probabilities it was drawn.
    public var pair: Pair
    /// What the comparison found; nil until the worker has compared the pair.
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
    /// Gold answers of the call, newest first.
    public var goldAnswers: [GoldAnswer]
    /// What people said, newest first.
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
