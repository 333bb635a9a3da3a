internal import JSON
public import Postgres
internal import Records
public import Traffic

/// Truth that comes later, from the app itself: a ticket that was routed elsewhere, a field that somebody corrected.
///
/// It is said in the lines of `labels import`, and may come before its call is stored, or of a call that never was sampled: what names
/// no stored call is held for `holdSeconds`, and applied when the call arrives. A later word about the same call then stands.
public struct Feedback {
    /// How long feedback waits for its call.
    public static let holdSeconds = 86_400.0
    /// How many lines wait, of one workload.
    public static let mostWaiting = 100_000
    /// Seconds after which a worker looks for the call of new feedback; then it waits as long again, up to `longestPause`.
    private static let firstPause = 2.0
    private static let longestPause = 900.0

    private let connection: PostgresConnection
    private let mostWaiting: Int

    public init(_ connection: PostgresConnection) { self.init(connection, mostWaiting: Feedback.mostWaiting) }

    init(_ connection: PostgresConnection, mostWaiting: Int) {
        self.connection = connection
        self.mostWaiting = mostWaiting
    }

    /// What became of some feedback.
    public struct Receipt: Sendable, Hashable {
        /// Lines that said something new about a stored call.
        public var stored = 0
        /// Lines that said what was known.
        public var unchanged = 0
        /// What the other lines called their calls, in their order.
        public var unmatched: [String] = []
        /// Until when those wait for their calls; nil where there are none, or too many wait already.
        public var keptUntil: Timestamp?
    }

    /// Takes the body of a request: one JSON object, or one a line. All of it or, when anything is wrong with a line, nothing.
    ///
    /// - Throws: `FaultyFileError` with all faults, `StorageError.notFound` for a workload without a trial, `PostgresError`.
    public func take(_ body: [UInt8], workload: String, at moment: Timestamp) throws -> Receipt {
        let kind = try Labels(connection).comparisonKind(of: workload)
        let file = LineFile(Feedback.lines(of: body), name: "feedback")
        var faults: [LineFault] = []
        let lines = LabelLine.all(of: file, comparedAs: kind, &faults)
        if lines.isEmpty, faults.isEmpty { faults.append(LineFault(line: 1, field: "", message: "a JSON object is expected, not nothing")) }
        guard faults.isEmpty else { throw FaultyFileError(file: file.name, faults: faults) }
        return try connection.transaction {
            var storing = LabelStoring(connection, origin: file.name, at: moment)
            try storing.add(lines, of: workload)
            guard storing.faults.isEmpty else { throw FaultyFileError(file: file.name, faults: storing.faults) }
            try storing.finish()
            let kept = try keep(storing.unmatched, of: workload, at: moment)
            try count(workload, "stored", storing.outcome.stored)
            try count(workload, "unchanged", storing.outcome.unchanged)
            try count(workload, kept ? "kept" : "turned_away", storing.unmatched.count)
            return Receipt(
                stored: storing.outcome.stored, unchanged: storing.outcome.unchanged, unmatched: storing.outcome.unmatched,
                keptUntil: kept && !storing.unmatched.isEmpty ? moment.adding(seconds: Feedback.holdSeconds) : nil)
        }
    }

    /// A body that is one object may be laid out over several lines.
    private static func lines(of body: [UInt8]) -> [UInt8] {
        guard let value = try? JSONValue.parse(body), case .object = value else { return body }
        return value.serialised()
    }

    /// False when that would be more than may wait.
    private func keep(_ lines: [LabelLine], of workload: String, at moment: Timestamp) throws -> Bool {
        guard !lines.isEmpty else { return true }
        let waiting = try connection.query(FeedbackQueries.waiting, [.text(workload), .int(mostWaiting)])[0].int("lines")
        guard waiting + lines.count <= mostWaiting else { return false }
        try connection.execute(
            FeedbackQueries.keep,
            [
                .text(workload), .textArray(lines.map { $0.json.serialisedString() }), .moment(moment),
                .moment(moment.adding(seconds: Feedback.firstPause)),
            ])
        return true
    }

    private func count(_ workload: String, _ outcome: String, _ lines: Int) throws {
        guard lines > 0 else { return }
        try connection.execute(FeedbackQueries.count, [.text(workload), .text(outcome), .int(lines)])
    }
}

/// What a look at waiting feedback came to, in lines.
public struct WaitingFeedbackOutcome: Sendable, Hashable {
    /// Their calls are there now.
    public var applied = 0
    /// Their calls did not come in time.
    public var expired = 0
    /// A judgement whose name several pairs turned out to have, or a line that the workload's new settings do not allow.
    public var refused = 0
}

extension Feedback {
    /// Looks once for the calls of all waiting feedback that is due. Workers may do so at once.
    public func applyWaiting(at moment: Timestamp) throws -> WaitingFeedbackOutcome {
        var outcome = WaitingFeedbackOutcome()
        while true {
            let looked = try connection.transaction { () throws -> Int in
                let rows = try connection.query(FeedbackQueries.due, [.moment(moment), .int(Labels.batch)])
                    .map { try WaitingLine($0) }
                for (workload, rows) in Dictionary(grouping: rows, by: \.workload).sorted(by: { $0.key < $1.key }) {
                    try apply(rows, of: workload, at: moment, &outcome)
                }
                return rows.count
            }
            if looked < Labels.batch { return outcome }
        }
    }

    private struct WaitingLine {
        var number: Int
        var workload: String
        var receivedAt: Timestamp
        var line: String

        init(_ row: PostgresRow) throws {
            number = try row.int("id")
            workload = try row.text("workload")
            receivedAt = try row.moment("received_at")
            line = try row.text("line")
        }
    }

    private func apply(_ rows: [WaitingLine], of workload: String, at moment: Timestamp, _ outcome: inout WaitingFeedbackOutcome) throws {
        let kind = try Labels(connection).comparisonKind(of: workload)
        let lines = rows.enumerated().compactMap { place, row -> LabelLine? in
            // A fault is told by the place of its row.
            var decoder = LineDecoder(line: place)
            var line = LabelLine(Array(row.line.utf8)[...], comparedAs: kind, &decoder)
            line?.saidAt = row.receivedAt
            return line
        }
        var storing = LabelStoring(connection, origin: "feedback", at: moment)
        try storing.add(lines, of: workload)
        try storing.finish()
        let unmatched = Set(storing.unmatched.map(\.number))
        let waiting = unmatched.filter { rows[$0].receivedAt.adding(seconds: Feedback.holdSeconds) > moment }
        let refused = rows.count - lines.count + storing.faults.count
        let found = WaitingFeedbackOutcome(
            applied: rows.count - unmatched.count - refused, expired: unmatched.count - waiting.count, refused: refused)
        try connection.execute(
            FeedbackQueries.forget, [.intArray(rows.indices.filter { !waiting.contains($0) }.map { Int64(rows[$0].number) })])
        let later = waiting.sorted()
        try connection.execute(
            FeedbackQueries.postpone,
            [
                .intArray(later.map { Int64(rows[$0].number) }),
                .textArray(later.map { nextLook(at: moment, receivedAt: rows[$0].receivedAt).description }),
            ])
        try count(workload, "applied", found.applied)
        try count(workload, "expired", found.expired)
        try count(workload, "refused", found.refused)
        outcome.applied += found.applied
        outcome.expired += found.expired
        outcome.refused += found.refused
    }

    /// As long again as it has waited, and once more when its time is over.
    private func nextLook(at moment: Timestamp, receivedAt: Timestamp) -> Timestamp {
        let waited = Double(moment.microseconds - receivedAt.microseconds) / 1e6
        let next = moment.adding(seconds: min(Feedback.longestPause, max(Feedback.firstPause, waited)))
        return min(next, receivedAt.adding(seconds: Feedback.holdSeconds))
    }
}

/// The counts of a workload's feedback, for `status`.
public struct FeedbackCounts: Sendable, Hashable {
    /// Lines that wait for their calls now.
    public var waiting = 0
    /// Lines by what became of them; see `understudy_store.feedback_count`.
    public var outcomes: [String: Int] = [:]
}

extension Feedback {
    /// What became of a workload's feedback so far.
    public func counts(workload: String) throws -> FeedbackCounts {
        var counts = FeedbackCounts()
        counts.waiting = try connection.query(FeedbackQueries.waiting, [.text(workload), .int(mostWaiting)])[0].int("lines")
        for row in try connection.query(FeedbackQueries.counts, [.text(workload)]) {
            counts.outcomes[try row.text("outcome")] = try row.int("lines")
        }
        return counts
    }
}

/// The SQL of feedback.
enum FeedbackQueries {
    static let waiting = """
        SELECT count(*) AS lines FROM (SELECT FROM understudy_store.waiting_feedback WHERE workload = $1 LIMIT $2::bigint) AS waiting
        """

    static let keep = """
        INSERT INTO understudy_store.waiting_feedback (workload, line, received_at, next_look_at)
        SELECT $1, line::jsonb, $3, $4 FROM unnest($2::text[]) WITH ORDINALITY AS new (line, place) ORDER BY place
        """

    static let count = """
        INSERT INTO understudy_store.feedback_count AS counted (workload, outcome, lines) VALUES ($1, $2, $3)
        ON CONFLICT (workload, outcome) DO UPDATE SET lines = counted.lines + excluded.lines
        """

    static let counts = "SELECT outcome, lines FROM understudy_store.feedback_count WHERE workload = $1"

    /// In the order in which it came, so that the last word about a call is said last.
    static let due = """
        SELECT id, workload, received_at, line::text AS line FROM understudy_store.waiting_feedback
        WHERE next_look_at <= $1 ORDER BY id LIMIT $2::bigint FOR UPDATE SKIP LOCKED
        """

    static let forget = "DELETE FROM understudy_store.waiting_feedback WHERE id = ANY ($1)"

    static let postpone = """
        UPDATE understudy_store.waiting_feedback AS waiting SET next_look_at = later.next_look_at::timestamptz
        FROM unnest($1::bigint[], $2::text[]) AS later (id, next_look_at)
        WHERE waiting.id = later.id
        """
}
