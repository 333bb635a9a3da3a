public import JSON
public import Postgres
public import Traffic

/// A pair with all that is known about it.
public struct StoredPair: Sendable, Hashable {
    public var trial: StoredTrial
    /// Its legs, probabilities, label and judgement.
    public var claimed: ClaimedPair
    /// What the worker found; nil before it did.
    public var finding: Finding?
}

/// What was said about a pair, and what else stands beside its finding.
public struct PairHistory: Sendable, Hashable {
    public struct GoldAnswer: Sendable, Hashable {
        public var label: JSONValue
        /// The file that it came in, `feedback`, or `import`.
        public var origin: String
        public var saidAt: Timestamp
    }

    public struct Judgement: Sendable, Hashable {
        /// `unknown` took back what was said before.
        public var correct: Correctness
        public var who: String?
        public var saidAt: Timestamp
    }

    public var costs = PairCosts()
    public var requestHash: Identifier?
    /// nil until its conversation's day has ended.
    public var inEvidence: Bool?
    /// What a look has counted.
    public var consumed: Correctness?
    /// Of the call, newest first.
    public var goldAnswers: [GoldAnswer] = []
    /// Newest first.
    public var judgements: [Judgement] = []
}

/// Reads single pairs, for `explain` and `review`.
public struct PairReader {
    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// One pair; nil when there is none with this id, or its call has not arrived.
    public func pair(_ id: Identifier) throws -> StoredPair? {
        guard let claimed = try ClaimedPair.read([id], on: connection).first else { return nil }
        guard let trial = try Registry(connection).trial(claimed.pair.trial) else {
            throw StorageError(.unreadable, "pair \(id) belongs to trial \(claimed.pair.trial), which does not exist")
        }
        return StoredPair(
            trial: trial, claimed: claimed, finding: try connection.query(PairQueries.finding, [.id(id)]).first.map { try Finding($0) })
    }

    /// The pairs that a name means: a pair's or a call's id, an import's, or a provider's; oldest first, `limit` at most.
    public func pairs(named name: String, limit: Int = 20) throws -> [Identifier] {
        try connection.query(
            PairQueries.named,
            [
                .text(Identifier(name)?.description), .text(ContentHash.of(name.utf8).description), .text(StorableText.escaped(name)),
                .int(limit),
            ]
        ).map { try $0.id("pair_id") }
    }

    /// What was said about a pair, and what else stands beside its finding.
    public func history(of pair: StoredPair) throws -> PairHistory {
        let call = pair.claimed.call.id
        var history = PairHistory()
        if let row = try connection.query(PairQueries.beside, [.id(pair.claimed.pair.id), .id(call)]).first {
            history.costs = PairCosts(
                production: try row.doubleOrNull("production_cost"), candidate: try row.doubleOrNull("candidate_cost"),
                control: try row.doubleOrNull("control_cost"))
            history.requestHash = try row.idOrNull("request_hash")
            history.inEvidence = try row.boolOrNull("in_evidence")
            history.consumed = try row.wordOrNull("consumed_correct")
        }
        history.goldAnswers = try connection.query(PairQueries.goldAnswers, [.id(call)]).map { row in
            PairHistory.GoldAnswer(label: try row.json("label"), origin: try row.text("origin"), saidAt: try row.moment("said_at"))
        }
        history.judgements = try connection.query(PairQueries.judgements, [.id(pair.claimed.pair.id)]).map { row in
            PairHistory.Judgement(correct: try row.word("correct"), who: row.textOrNull("who"), saidAt: try row.moment("said_at"))
        }
        return history
    }
}

extension Finding {
    init(_ row: PostgresRow) throws {
        let differences = try row.json("differences").arrayValue ?? []
        self.init(
            agreement: try row.word("agreement"), equivalence: try row.wordOrNull("equivalence"),
            failureMode: try row.wordOrNull("failure_mode"),
            differences: differences.map { difference in
                Difference(
                    path: difference["path"]?.stringValue ?? "", kind: difference["kind"]?.stringValue ?? "",
                    productionValue: difference["production_value"]?.stringValue,
                    candidateValue: difference["candidate_value"]?.stringValue, rule: difference["rule"]?.stringValue ?? "")
            },
            productionUnstable: try row.boolOrNull("production_unstable"), ungrounded: try row.boolOrNull("ungrounded"),
            correct: try row.word("correct"), correctBy: try row.wordOrNull("correct_by"),
            productionLabel: row.textOrNull("production_label"), candidateLabel: row.textOrNull("candidate_label"),
            productionFailed: try row.bool("production_failed"), candidateFailed: try row.bool("candidate_failed"))
    }
}
