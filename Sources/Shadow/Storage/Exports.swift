internal import Configuration
internal import JSON
public import Postgres
internal import Traffic

/// What became of an export.
public struct ExportOutcome: Sendable, Hashable {
    /// Lines by the part that they went to: for training, and held out.
    public var written = 0
    public var heldOut = 0
    /// Of both: cases that the candidate lost.
    public var lost = 0
    /// Of both: targets that are gold answers; the others are production's.
    public var gold = 0
    /// Of both: production's answer came from a simulated model.
    public var simulated = 0
    /// Cases of each failure mode; those of agreement under "".
    public var modes: [String: Int] = [:]
    /// Pairs that are not in the set, by why.
    public var leftOut: [LeftOut: Int] = [:]

    /// Nothing yet.
    public init() {}
}

/// Makes sets of cases from what a trial's pairs have shown.
public struct Exports {
    /// Rows that are looked at, and pairs that are read, at a time.
    private static let page = 20_000
    private static let batch = 200
    /// The share of the conversations that is held out.
    public static let heldOutShare = 0.1
    private static let split = KeyedHash(key0: 0x6865_6c64_206f_7574, key1: 0x2073_706c_6974_2031)

    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// A line on its way into a file.
    public struct Line: Sendable {
        /// JSON, with its line feed.
        public var bytes: [UInt8]
        /// Belongs to the part that is held out.
        public var isHeldOut: Bool
    }

    /// Writes the cases of some trials through `write`, in their order. No conversation and no question is on both sides.
    ///
    /// - Parameters:
    ///   - limit: cases at most.
    ///   - progress: is told how many pairs have been looked at, then how many lines were written.
    public func write(
        _ purpose: ExportPurpose, trials: [StoredTrial], limit: Int? = nil, progress: (Int) -> Void = { _ in },
        _ write: (Line) throws -> Void
    ) throws -> ExportOutcome {
        let plan = ExportPlan(try rows(of: trials, progress: progress), for: purpose, limit: limit)
        var outcome = ExportOutcome()
        outcome.leftOut = plan.leftOut
        let trials = Dictionary(uniqueKeysWithValues: trials.map { ($0.id, $0) })
        for start in stride(from: 0, to: plan.chosen.count, by: Exports.batch) {
            let part = plan.chosen[start..<min(start + Exports.batch, plan.chosen.count)]
            let read = Dictionary(
                try ClaimedPair.read(part.map(\.pair), on: connection).map { ($0.pair.id, $0) }, uniquingKeysWith: { first, _ in first })
            let labels = try productionLabels(part.map(\.pair))
            for chosen in part {
                guard let pair = read[chosen.pair], let trial = trials[pair.pair.trial] else { continue }
                let made = ExportCase(pair, chosen, compare: trial.settings.compare, productionLabel: labels[chosen.pair] ?? nil)
                switch purpose == .evals ? made.evalLine() : made.example() {
                case .failure(let reason): outcome.leftOut[reason.why, default: 0] += 1
                case .success(let line):
                    let isHeldOut = line.conversation.map(Exports.isHeldOut) ?? false
                    try write(Line(bytes: line.json.serialised() + [UInt8(ascii: "\n")], isHeldOut: isHeldOut))
                    outcome.add(chosen, isHeldOut: isHeldOut, isSimulated: pair.call.production.simulated)
                }
            }
            progress(outcome.written + outcome.heldOut)
        }
        return outcome
    }

    static func isHeldOut(_ conversation: String) -> Bool { split.fraction(Array(conversation.utf8)) < heldOutShare }

    private func rows(of trials: [StoredTrial], progress: (Int) -> Void) throws -> [ExportRow] {
        var rows: [ExportRow] = []
        for trial in trials {
            var last = Identifier(high: 0, low: 0)
            while let end = try connection.query(ExportQueries.pageEnd, [.id(trial.id), .id(last), .int(Exports.page)]).first?.id("id") {
                // A call has its pair's millisecond: with both ends said for all three tables a page reads a day's partitions, no more.
                let calls = [
                    Identifier(at: last.moment, random: (0, 0)), Identifier(at: end.moment.adding(seconds: 0.001), random: (0, 0)),
                ]
                rows += try connection.query(
                    ExportQueries.rows, [.id(trial.id), .id(last), .id(end), .id(calls[0]), .id(calls[1])]
                ).map { try ExportRow($0) }
                progress(rows.count)
                last = end
            }
        }
        return rows
    }

    private func productionLabels(_ pairs: [Identifier]) throws -> [Identifier: String?] {
        Dictionary(
            try connection.query(ExportQueries.productionLabels, [.ids(pairs)])
                .map { (try $0.id("pair_id"), $0.textOrNull("production_label")) }, uniquingKeysWith: { first, _ in first })
    }
}

extension ExportOutcome {
    fileprivate mutating func add(_ chosen: ExportPlan.Chosen, isHeldOut: Bool, isSimulated: Bool) {
        if isHeldOut { heldOut += 1 } else { written += 1 }
        if chosen.isLost { lost += 1 }
        if chosen.usesGold { gold += 1 }
        if isSimulated { simulated += 1 }
        modes[chosen.failureMode?.rawValue ?? "", default: 0] += 1
    }
}

extension ExportRow {
    fileprivate init(_ row: PostgresRow) throws {
        let person: Correctness? = try row.wordOrNull("person")
        self.init(
            pair: try row.id("pair_id"), call: try row.id("call_id"), calledAt: try row.moment("called_at"),
            requestHash: try row.idOrNull("request_hash"), agreement: try row.wordOrNull("agreement"),
            correct: try row.wordOrNull("correct") ?? .unknown, failureMode: try row.wordOrNull("failure_mode"),
            isUnstable: try row.boolOrNull("production_unstable") ?? false, isUsable: try row.boolOrNull("is_usable") ?? false,
            goldSaidAt: try row.momentOrNull("gold_said_at"), person: person == .unknown ? nil : person)
    }
}

/// A chosen pair on its way to a line.
private struct ExportCase {
    struct Reason: Error { let why: LeftOut }

    let pair: ClaimedPair
    let chosen: ExportPlan.Chosen
    let compare: CompareSettings
    let productionLabel: String?

    init(_ pair: ClaimedPair, _ chosen: ExportPlan.Chosen, compare: CompareSettings, productionLabel: String?) {
        self.pair = pair
        self.chosen = chosen
        self.compare = compare
        self.productionLabel = productionLabel
    }

    func example() -> Result<(json: JSONValue, conversation: String?), Reason> {
        let gold = chosen.usesGold ? pair.label : nil
        guard let target = ExportTarget.message(pair.call, gold: gold, as: compare, productionLabel: productionLabel) else {
            return .failure(Reason(why: .unclearTarget))
        }
        guard let example = ChatExample(pair.call, target: target) else { return .failure(Reason(why: .notChat)) }
        return .success((example.json, example.conversation))
    }

    /// As `labels import` takes it, and a recorded call with its gold answer.
    func evalLine() -> Result<(json: JSONValue, conversation: String?), Reason> {
        let call = pair.call
        let production = { ExportTarget.label(of: call.production, kind: compare.kind, productionLabel: productionLabel) }
        guard let request = try? JSONValue.parse(call.request), case .object = request else { return .failure(Reason(why: .notChat)) }
        guard let label = chosen.usesGold ? pair.label : production() else { return .failure(Reason(why: .unclearTarget)) }
        var line: JSONValue = [
            "id": .string(call.externalID ?? call.id.description), "called_at": .string(call.calledAt.description),
            "turn": JSONValue(call.turn),
            "request": request, "label": label, "label_by": .string(chosen.usesGold ? "label" : "person"),
        ]
        if let segment = call.segment { line["segment"] = .string(segment) }
        if let conversation = call.conversation { line["conversation"] = .string(conversation) }
        if let mode = chosen.failureMode { line["failure_mode"] = .string(mode.rawValue) }
        if call.production.simulated { line["simulated"] = true }
        return .success((line, nil))
    }
}

/// The SQL of exports.
enum ExportQueries {
    /// The last pair of a page; none after the last page.
    static let pageEnd = """
        SELECT id FROM (
            SELECT id FROM understudy_store.pair WHERE trial = $1 AND id > $2 ORDER BY id LIMIT $3::bigint
        ) AS page
        ORDER BY id DESC LIMIT 1
        """

    /// The pairs of a page.
    static let rows = """
        SELECT pair.id AS pair_id, pair.call_id, call.called_at, call.request_hash, found.agreement, found.correct, found.failure_mode,
            found.production_unstable,
            call.production_error IS NULL AND call.production_status BETWEEN 200 AND 299 AND NOT call.production_truncated
                AND coalesce(call.production_refusal, '') = ''
                AND coalesce(call.production_finish_reason, '') NOT IN ('length', 'content_filter')
                AND (call.production_tool_calls IS NOT NULL OR call.production_output ~ '\\S') AS is_usable,
            (SELECT said_at FROM understudy_store.gold_label WHERE gold_label.call_id = pair.call_id ORDER BY id DESC LIMIT 1) AS gold_said_at,
            (SELECT said.correct FROM understudy_store.adjudication AS said WHERE said.pair_id = pair.id ORDER BY said.id DESC LIMIT 1) AS person
        FROM understudy_store.pair
        JOIN understudy_store.call ON call.id = pair.call_id AND call.id >= $4 AND call.id < $5
        LEFT JOIN understudy_store.comparison AS found ON found.pair_id = pair.id AND found.pair_id > $2 AND found.pair_id <= $3
        WHERE pair.trial = $1 AND pair.id > $2 AND pair.id <= $3
        ORDER BY pair.id
        """

    static let productionLabels = "SELECT pair_id, production_label FROM understudy_store.comparison WHERE pair_id = ANY ($1)"
}
