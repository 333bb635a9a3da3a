public import JSON
internal import Postgres
public import Traffic

/// A batch of pairs that this worker holds.
public struct ClaimedBatch: Sendable {
    public var id: Int
    public var trial: StoredTrial
    /// By id, so by sampling time.
    public var pairs: [ClaimedPair]
    var token: Identifier
    /// Named by the batch but not readable: their calls have not arrived yet.
    var missing: [Identifier]
    var reason: BatchReason
    /// Made more than an hour ago.
    var isOld: Bool
}

/// All that a comparison needs to know about a pair.
public struct ClaimedPair: Sendable, Hashable {
    public var pair: Pair
    public var call: Call
    /// The beginning of the last user message; nil where there is none.
    public var input: String?
    /// The newest gold answer of the call.
    public var label: JSONValue?
    /// What was said last about who was right, by a person or where the pair was recorded.
    public var adjudication: Correctness?
    /// A judge model's opinion, once there is one.
    public var opinion: JudgeOpinion?

    /// Some leg's answer came from a simulated model.
    public var isSimulated: Bool { pair.candidate.simulated || call.production.simulated || call.control?.simulated == true }
}

/// What a pair's legs cost in USD; nil where no price or no token count is known.
public struct PairCosts: Sendable, Hashable {
    public var production: Double?
    public var candidate: Double?
    public var control: Double?

    public init(production: Double? = nil, candidate: Double? = nil, control: Double? = nil) {
        self.production = production
        self.candidate = candidate
        self.control = control
    }
}

/// What the worker found about one pair.
public struct ComparedPair: Sendable, Hashable {
    public var pair: Identifier
    public var finding: Finding
    public var costs: PairCosts
    /// Of the input, ISO 639.
    public var language: String?

    public init(pair: Identifier, finding: Finding, costs: PairCosts = PairCosts(), language: String? = nil) {
        self.pair = pair
        self.finding = finding
        self.costs = costs
        self.language = language
    }

    /// The answers differ, and the candidate gave one.
    var isForTheJudge: Bool { finding.agreement == .different && !finding.candidateFailed }
}

extension ClaimedPair {
    /// Reads pairs with their calls, by id; those without are left out.
    static func read(
        _ ids: some Collection<Identifier>, withRequest: Bool = true, on connection: PostgresConnection
    ) throws -> [ClaimedPair] {
        try connection.query(PairQueries.pairs(withRequest: withRequest), [.ids(ids)]).map { try ClaimedPair($0) }
            .sorted { $0.pair.id < $1.pair.id }
    }

    /// Roughly what its texts take in memory.
    var textBytes: Int {
        let legs = [call.production, pair.candidate, call.control].compactMap { $0 }
        return legs.reduce(call.request.count) { bytes, leg in
            bytes + (leg.output?.utf8.count ?? 0) + leg.toolCalls.reduce(0) { $0 + $1.arguments.utf8.count }
        }
    }

    /// What the report mentions of it where pairs have it in common.
    var uses: [PairUse] {
        (call.production.model.map { [PairUse(kind: "production_model", name: $0)] } ?? [])
            + Set(pair.candidate.untranslated).map { PairUse(kind: "untranslated", name: $0) }
    }

    private init(_ row: PostgresRow) throws {
        let callID = try row.id("call_id")
        let workload = try row.text("workload")
        call = Call(
            id: callID, workload: workload, source: try row.word("source"), calledAt: try row.moment("called_at"),
            externalID: row.textOrNull("external_id"), segment: row.textOrNull("segment"), conversation: row.textOrNull("conversation"),
            turn: try row.int("turn"), traceparent: row.textOrNull("traceparent"), path: try row.text("path"),
            request: row.textOrNull("request").map { Array($0.utf8) } ?? [], production: try LegRows.read(.production, from: row),
            control: try row.bool("control_drawn") ? LegRows.read(.control, from: row) : nil, controlRate: try row.double("control_rate"))
        pair = Pair(
            id: try row.id("pair_id"), callID: callID, trial: try row.id("trial"), workload: workload,
            candidate: try LegRows.read(.candidate, from: row), samplingRate: try row.double("sampling_rate"),
            evidenceWeight: try row.double("evidence_weight"), adjudicationProbability: try row.double("adjudication_probability"),
            planned: try row.bool("planned"), hashOrder: UInt64(try row.int("hash_order")) << 1)
        input = row.textOrNull("input")
        label = try row.jsonOrNull("label")
        adjudication = try row.wordOrNull("adjudication")
        opinion = row.isNull("prediction") ? nil : try JudgeOpinion(row)
    }
}
