public import JSON
public import Postgres
internal import Processes
internal import Statistics
public import Traffic
public import Verdict

/// A look that has just been taken.
public struct TakenLook: Sendable {
    /// The stored look's number.
    public var number: Int
    public var trial: StoredTrial
    public var at: Timestamp
    /// Days with compared pairs.
    public var day: Int
    public var input: LookInput
    public var look: Look
    /// nil where none was asked for, or none stored then.
    public var report: LookReport?

    public init(
        number: Int, trial: StoredTrial, at: Timestamp, day: Int, input: LookInput, look: Look, report: LookReport? = nil
    ) {
        self.number = number
        self.trial = trial
        self.at = at
        self.day = day
        self.input = input
        self.look = look
        self.report = report
    }

    /// A stored look, as it was said; see `StoredLook.said(orDecide:)`.
    public init(_ stored: StoredLook, trial: StoredTrial, report: LookReport?, decide: (LookInput, Latches) -> Look) {
        let look = stored.said(orDecide: decide)
        self.init(
            number: stored.number, trial: trial, at: stored.at, day: look.day, input: stored.input, look: look, report: report)
    }
}

/// What a report says beside its look, in the form in which whoever makes reports reads it again.
public struct LookReport: Sendable, Hashable {
    /// The figures; they stay.
    public var record: JSONValue
    /// What the pairs shown said; each goes with its pair.
    public var texts: [Identifier: JSONValue]

    public init(record: JSONValue, texts: [Identifier: JSONValue]) {
        self.record = record
        self.texts = texts
    }
}

/// A look as it was stored, with what it was decided from: deciding again by the same program comes to the same look.
public struct StoredLook: Sendable {
    public var number: Int
    public var trial: Identifier
    public var at: Timestamp
    public var input: LookInput
    public var latchesBefore: Latches
    /// Of its report; nil where none was stored.
    var record: JSONValue?
    /// The look itself; nil where it was not stored yet.
    var look: String?

    /// What the look said when it was taken, whatever this program would say: an old report stays as it was read. Looks of before that was
    /// stored, or in a form that this program does not know, are decided again.
    public func said(orDecide decide: (LookInput, Latches) -> Look) -> Look {
        look.flatMap { try? Look(stored: $0) } ?? decide(input, latchesBefore)
    }
}

/// Which looks of the past count.
public struct LookBounds: Sendable, Hashable {
    /// Those up to here,
    public var until: Timestamp
    /// and the look of this day that was taken because the day before it had ended.
    public var orClosing: String?

    public init(until: Timestamp, orClosing: String? = nil) {
        self.until = until
        self.orClosing = orClosing
    }
}

/// Looks at trials.
public struct Looks {
    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// Takes a look: reads the evidence, has `decide` decide, stores the look with its gates, thresholds, latches and report, and
    /// freezes the judgements that it consumed. One transaction under the trial's lock.
    ///
    /// `reason` gives the words that the view `verdicts` shows, `report` what the report says beside the look. A look that sees what
    /// the day's last look saw, and whose report says the same, is that look; of a trial whose pairs have been pruned the last look is
    /// decided again.
    /// Throws `StorageError.notFound` for an unknown trial.
    public func take(
        trial id: Identifier, at moment: Timestamp, dayEnd: Bool = false, decide: (LookInput, Latches) -> Look,
        reason: (Look) -> String, report: (TakenLook) throws -> LookReport? = { _ in nil }
    ) throws -> TakenLook {
        let taken = try connection.transaction { () throws -> TakenLook in
            try connection.execute(ComparisonQueries.lockTrial, [.text(id.description)])
            guard let trial = try Registry(connection).trial(id) else { throw StorageError(.notFound, "there is no trial \(id)") }
            let established = try connection.query(EvidenceQueries.established, [.id(id)])[0]
            if !established.isNull("evidence_pruned_at"), let last = try latest(trial: id) {
                return TakenLook(last, trial: trial, report: try self.report(of: last), decide: decide)
            }
            let reader = EvidenceReader(connection: connection, trial: trial, moment: moment)
            let calendar = try reader.calendar()
            let reading = try reader.read(calendar)
            let latches = try established.jsonOrNull("latches").map { try Latches(json: $0) } ?? Latches()
            let look = decide(reading.input, latches)
            var taken = TakenLook(number: 0, trial: trial, at: moment, day: look.day, input: reading.input, look: look)
            taken.report = try report(taken)
            if let last = try last(id, until: nil), last.day == calendar.today, last.dayEnd == dayEnd,
                last.look.input.withoutForecasts == reading.input.withoutForecasts
            {
                let before = try self.report(of: last.look)
                let said = last.look.said(orDecide: decide)
                if said.decision != look.decision || said.gates != look.gates {
                    // The program has changed since: what it says now is a look of its own.
                } else if taken.report == nil || taken.report?.canonical() == before?.canonical() {
                    return TakenLook(last.look, trial: trial, report: before, decide: decide)
                }
            }
            taken.number = try store(taken, today: calendar.today, dayEnd: dayEnd, latches: latches, reason: reason(look))
            Failpoint.reach("look.stored")
            try connection.execute(LookQueries.saveLatches, [.id(id), .json(look.latches.json)])
            try connection.execute(EvidenceQueries.consume, [.id(id), .moment(reading.ledgerEnd)])
            Failpoint.reach("look.finished")
            return taken
        }
        Failpoint.reach("look.committed")
        return taken
    }

    /// The last look, or the last one up to a moment; nil when there is none.
    public func latest(trial: Identifier, until moment: Timestamp? = nil) throws -> StoredLook? {
        try last(trial, until: moment)?.look
    }

    /// One look; nil when there is none with this number.
    public func look(_ number: Int) throws -> StoredLook? {
        try connection.query(LookQueries.look, [.int(number)]).first.map { try Self.stored($0) }
    }

    /// The last look within bounds; nil when there is none.
    public func last(trial: Identifier, _ bounds: LookBounds) throws -> StoredLook? {
        try last(trial, until: bounds.until, orClosing: bounds.orClosing)?.look
    }

    /// The last moment of a day, `2026-11-20`, in a time zone that PostgreSQL knows.
    public func lastMoment(of day: String, timezone: String) throws -> Timestamp {
        try connection.query(LookQueries.lastMoment, [.text(day), .int(1), .text(timezone)])[0].moment("last_moment")
    }

    /// The last moment before a day.
    public func lastMoment(before day: String, timezone: String) throws -> Timestamp {
        try connection.query(LookQueries.lastMoment, [.text(day), .int(0), .text(timezone)])[0].moment("last_moment")
    }

    /// What the report said beside a look; nil where it was not stored.
    public func report(of look: StoredLook) throws -> LookReport? {
        guard let record = look.record else { return nil }
        var texts: [Identifier: JSONValue] = [:]
        for row in try connection.query(LookQueries.examples, [.int(look.number)]) { texts[try row.id("pair_id")] = try row.json("texts") }
        return LookReport(record: record, texts: texts)
    }

    /// Trials with a day that has ended and whose look at the day's end is still to be taken.
    public func due(at moment: Timestamp) throws -> [Identifier] {
        try connection.query(LookQueries.due, [.moment(moment)]).map { try $0.id("id") }
    }

    private func last(
        _ trial: Identifier, until moment: Timestamp?, orClosing day: String? = nil
    ) throws -> (look: StoredLook, day: String, dayEnd: Bool)? {
        guard let row = try connection.query(LookQueries.last, [.id(trial), .moment(moment), .text(day)]).first else { return nil }
        return (try Self.stored(row), try row.text("day"), try row.bool("day_end"))
    }

    private static func stored(_ row: PostgresRow) throws -> StoredLook {
        StoredLook(
            number: try row.int("id"), trial: try row.id("trial"), at: try row.moment("looked_at"),
            input: try LookInput(json: try row.json("input")), latchesBefore: try Latches(json: try row.json("latches_before")),
            record: try row.jsonOrNull("report"),
            look: row.textOrNull("said"))
    }

    private func store(_ taken: TakenLook, today: String, dayEnd: Bool, latches: Latches, reason: String) throws -> Int {
        let look = taken.look
        let number = try connection.query(
            LookQueries.insertLook,
            [
                .id(taken.trial.id), .moment(taken.at), .text(today), .int(taken.input.days), .bool(dayEnd),
                .text(look.decision.recommendation.rawValue), .text(StorableText.escaped(reason)), .text(look.basis.rawValue),
                .text(taken.trial.settingsHash), .json(taken.input.json), .json(latches.json),
                taken.report.map { .json($0.record) } ?? .null, .json(try look.stored()),
            ])[0].int("id")
        for (pair, texts) in taken.report?.texts ?? [:] {
            try connection.execute(LookQueries.insertExample, [.int(number), .id(pair), .json(texts)])
        }
        for gate in look.gates {
            try connection.execute(
                LookQueries.insertGate,
                [
                    .int(number), .text(gate.name.rawValue), .text(gate.status.rawValue), .double(gate.estimate), .double(gate.lower),
                    .double(gate.upper), .double(gate.threshold), .bool(gate.blocking),
                ])
        }
        if let audit = look.audit {
            try connection.execute(
                LookQueries.insertAudit,
                [
                    .int(number), .text(audit.status.rawValue), .int(audit.equivalents), .int(audit.judged), .int(audit.worse),
                    .double(audit.share), .double(audit.ceiling), .double(audit.allowed), .double(audit.logEvidence),
                    .double(audit.hiddenAtMost),
                ])
        }
        for point in look.tier.curve {
            try connection.execute(
                LookQueries.insertTierPoint,
                [
                    .int(number), .double(point.threshold), .double(point.coverage.map { 1 - $0.estimate }), .double(point.logEvidence),
                    .bool(point.certified), .double(point.saving?.estimate),
                ])
        }
        return number
    }
}

extension LookReport {
    /// Equal to another that says the same, however the database has written the numbers.
    fileprivate func canonical() -> LookReport { LookReport(record: record.canonical(), texts: texts.mapValues { $0.canonical() }) }
}

extension LookInput {
    /// Without what changes with every minute of a trial's first day and decides nothing, nor the last digits of sums, which change
    /// with the order in which PostgreSQL adds.
    fileprivate var withoutForecasts: LookInput {
        var input = self
        input.pairsPerDay = nil
        input.cost.pairs = input.cost.pairs.rounded
        input.cost.byTier = input.cost.byTier.map(\.rounded)
        if input.cost.pricing == .perToken { input.cost.callsPerMonth = nil }
        return input
    }
}

extension PairedCostSums {
    /// To seven digits.
    fileprivate var rounded: PairedCostSums {
        func rounded(_ sum: Double) -> Double { Double(Float(sum)) }
        return PairedCostSums(
            count: count, weight: rounded(weight), candidate: rounded(candidate), production: rounded(production),
            candidateSquares: rounded(candidateSquares), productionSquares: rounded(productionSquares), products: rounded(products),
            weightSquares: rounded(weightSquares), productionWeightSquares: rounded(productionWeightSquares),
            candidateWeightSquares: rounded(candidateWeightSquares))
    }
}

extension PostgresBind {
    fileprivate static func double(_ number: Double?) -> PostgresBind { number.map { PostgresBind.double($0) } ?? .null }
}
