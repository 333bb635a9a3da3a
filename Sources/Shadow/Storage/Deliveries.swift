public import Postgres
internal import Processes
public import Traffic
public import Verdict

/// Where reports go by themselves.
public enum DeliveryOutlet: String, Sendable, CaseIterable {
    /// As files. Written again they are what they were.
    case folder
    /// As a message, which nobody wants twice.
    case webhook
}

/// Why a report goes out.
public enum DeliveryOccasion: Sendable, Hashable {
    /// A week has ended, `2026-W47`.
    case week(String)
    /// This look, at the end of a day, came to another verdict than the one before.
    case verdict(look: Int, from: Recommendation, to: Recommendation)
}

/// A report that is to be taken to one outlet, claimed for that.
public struct ReportDelivery: Sendable, Hashable {
    public var number: Int
    public var workload: String
    public var outlet: DeliveryOutlet
    public var occasion: DeliveryOccasion
    /// The looks that the report shows.
    public var looks: [Int]
    /// Its day in the trial's time zone, ISO 8601.
    public var day: String
    /// Which attempt this is, from 1.
    public var attempt: Int
}

/// What came of an attempt.
public enum DeliveryOutcome: Sendable, Hashable {
    case done
    /// It certainly did not arrive: it is tried again, up to a limit.
    case refused(String)
    /// It may have arrived: it is not tried again.
    case unknown(String)
}

/// A report that did not arrive, or not in time.
public struct DeliveryTrouble: Sendable, Hashable {
    public enum State: String, Sendable { case waiting, failed, unknown }

    public var outlet: DeliveryOutlet
    /// `week` or `verdict`, and which.
    public var kind: String
    public var occasion: String
    public var state: State
    public var attempts: Int
    /// When it is tried next.
    public var dueAt: Timestamp
    /// Why the last attempt did not succeed; nil where none was made.
    public var note: String?
}

/// Reports that are delivered by themselves: a row a report and outlet, made once and claimed by one worker at a time.
public struct Deliveries {
    /// Attempts before a report is given up; with the waits between them about two days.
    public static let maximumAttempts = 16
    /// The waits double from the first to the longest, in seconds.
    private static let firstWait = 60.0
    private static let longestWait = 6 * 3600.0
    /// How long an attempt may take before its worker counts as gone, in seconds.
    private static let lease = 120.0

    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// A workload's week that has ended.
    public struct EndedWeek: Sendable, Hashable {
        public var workload: String
        public var week: String
        /// The Monday after it, ISO 8601.
        public var monday: String
    }

    /// A look that came to another verdict.
    public struct VerdictChange: Sendable, Hashable {
        public var workload: String
        public var trial: Identifier
        public var at: Timestamp
        public var day: String
        public var occasion: DeliveryOccasion
    }

    /// Runs `body` unless another worker does. Not inside a transaction.
    public func alone(_ body: () throws -> Void) throws {
        guard try connection.query(DeliveryQueries.tryLock)[0].bool("locked") else { return }
        defer { _ = try? connection.execute(DeliveryQueries.unlock) }
        try body()
    }

    /// Weeks that ended, up to Monday 07:00 in the trial's time zone, and whose report is not under way to all of these outlets.
    public func endedWeeks(lacking outlets: [DeliveryOutlet], at moment: Timestamp) throws -> [EndedWeek] {
        try connection.query(DeliveryQueries.weeks, [.moment(moment), .outlets(outlets)]).map { row in
            EndedWeek(workload: try row.text("workload"), week: try row.text("week"), monday: try row.text("monday"))
        }
    }

    /// On that Monday: open trials whose days before it have had no closing look yet.
    public func unclosedTrials(_ ended: EndedWeek, at moment: Timestamp) throws -> [Identifier] {
        try connection.query(DeliveryQueries.unclosed, [.text(ended.workload), .text(ended.monday), .moment(moment)]).map {
            try $0.id("id")
        }
    }

    /// Verdicts that changed in the last days, and whose report is not under way to all of these outlets.
    public func verdictChanges(lacking outlets: [DeliveryOutlet], at moment: Timestamp) throws -> [VerdictChange] {
        try connection.query(DeliveryQueries.changes, [.moment(moment), .outlets(outlets)]).map { row in
            VerdictChange(
                workload: try row.text("workload"), trial: try row.id("trial"), at: try row.moment("looked_at"), day: try row.text("day"),
                occasion: .verdict(look: try row.int("id"), from: try row.word("verdict_before"), to: try row.word("verdict")))
        }
    }

    /// Puts a report on its way to outlets, unless it is.
    public func announce(
        workload: String, _ occasion: DeliveryOccasion, looks: [Int], day: String, to outlets: [DeliveryOutlet], at moment: Timestamp
    ) throws {
        var (before, after): (String?, String?)
        if case .verdict(_, let from, let to) = occasion { (before, after) = (from.rawValue, to.rawValue) }
        try connection.execute(
            DeliveryQueries.insert,
            [
                .text(workload), .outlets(outlets), .text(occasion.kind), .text(occasion.name), .text(before), .text(after),
                .intArray(looks.map { Int64($0) }), .text(day), .moment(moment),
            ])
    }

    /// The looks that made up the report of the week before a Monday; none where it was not reported.
    public func reportedLooks(workload: String, monday: String) throws -> [Int] {
        try connection.query(DeliveryQueries.reported, [.text(workload), .text(monday)]).first.map { try $0.numbers("looks") } ?? []
    }

    /// Takes a report that is due at one of these outlets, for one attempt; committed before it returns. nil when there is none.
    public func claim(for outlets: [DeliveryOutlet], at moment: Timestamp) throws -> ReportDelivery? {
        try connection.execute(DeliveryQueries.expire, [.moment(moment)])
        let claimed = try connection.query(
            DeliveryQueries.claim, [.moment(moment), .moment(moment.adding(seconds: Self.lease)), .outlets(outlets)])
        if !claimed.isEmpty { Failpoint.reach("delivery.claimed") }
        return try claimed.first.map { row in
            let name = try row.text("occasion")
            let occasion: DeliveryOccasion =
                try row.isNull("verdict")
                ? .week(name) : .verdict(look: Int(name) ?? 0, from: row.word("verdict_before"), to: row.word("verdict"))
            return ReportDelivery(
                number: try row.int("id"), workload: try row.text("workload"), outlet: try row.word("outlet"), occasion: occasion,
                looks: try row.numbers("looks"), day: try row.text("day"),
                attempt: try row.int("attempts"))
        }
    }

    /// Writes down what came of an attempt. True when that was the last one and it failed.
    @discardableResult
    public func finish(_ delivery: ReportDelivery, _ outcome: DeliveryOutcome, at moment: Timestamp) throws -> Bool {
        Failpoint.reach("delivery.taken")
        let isLast = delivery.attempt >= Self.maximumAttempts
        var (state, due, end, note): (String, Timestamp?, Timestamp?, String?) = ("done", nil, moment, nil)
        switch outcome {
        case .done: break
        case .unknown(let why): (state, note) = ("unknown", why)
        case .refused(let why) where isLast: (state, note) = ("failed", why)
        case .refused(let why):
            let wait = min(Self.longestWait, Self.firstWait * Double(1 << min(delivery.attempt - 1, 20)))
            (state, due, end, note) = ("waiting", moment.adding(seconds: wait), nil, why)
        }
        try connection.execute(
            DeliveryQueries.finish,
            [
                .int(delivery.number), .int(delivery.attempt), .text(state), .moment(due), .moment(end),
                .text(note.map { StorableText.escaped($0) }),
            ])
        return state == "failed"
    }

    /// What did not arrive, or is late, of the last two weeks.
    public func troubles(workload: String, at moment: Timestamp) throws -> [DeliveryTrouble] {
        try connection.query(DeliveryQueries.troubles, [.text(workload), .moment(moment)]).map { row in
            DeliveryTrouble(
                outlet: try row.word("outlet"), kind: try row.text("kind"), occasion: try row.text("occasion"),
                state: try row.word("state"), attempts: try row.int("attempts"), dueAt: try row.moment("due_at"),
                note: row.textOrNull("note"))
        }
    }
}

extension DeliveryOccasion {
    fileprivate var kind: String {
        switch self {
        case .week: "week"
        case .verdict: "verdict"
        }
    }

    fileprivate var name: String {
        switch self {
        case .week(let week): week
        case .verdict(let look, _, _): String(look)
        }
    }
}

extension PostgresRow {
    fileprivate func numbers(_ column: String) throws -> [Int] { try (textArrayOrNull(column) ?? []).compactMap { $0.flatMap { Int($0) } } }
}

extension PostgresBind {
    fileprivate static func outlets(_ outlets: [DeliveryOutlet]) -> PostgresBind { .textArray(outlets.map(\.rawValue)) }
}
