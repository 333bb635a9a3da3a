internal import Configuration
internal import JSON
internal import Postgres
internal import Statistics
internal import Traffic
internal import Verdict

/// The evidence of one day.
struct EvidenceDay {
    var cells: [EvidenceCell] = []
    var costs: [TierCosts] = []
    var tierLatencies: [TierBucket] = []

    /// What the pairs of a tier cost; without tiers there is one row, of none.
    struct TierCosts {
        var tier: Int?
        var sums: PairedCostSums
        var production: TokenTotals
        var candidate: TokenTotals
    }

    /// A part of a tier's sketch.
    struct TierBucket {
        var tier: Int
        /// Both legs' durations added, or the candidate's alone.
        var escalated: Bool
        var bucket: StoredBucket
    }
}

/// Reads a trial's evidence day by day. Days that are over, and before the ledger's end, are counted once and kept: only what changes
/// is counted at every look. Runs inside the look's transaction, under the trial's lock.
struct EvidenceDays {
    let connection: PostgresConnection
    let trial: StoredTrial

    /// What the counting of a look's days hangs on.
    struct Bounds {
        var firstDay: String
        /// The first day that has not ended.
        var openDay: String
        var ledgerEnd: Timestamp?
        var ledgerEndDay: String?
        var grid: EvidenceReader.Grid
    }

    /// The oldest pair that waits for its planned judgement.
    private struct Pending {
        var calledAt: Timestamp
        var pair: Identifier
        var day: String
    }

    /// All days, in their order.
    func read(_ bounds: Bounds) throws -> [EvidenceDay] {
        let pending = try firstPending(bounds)
        let days = try connection.query(EvidenceDayQueries.days, [.id(trial.id), .text(bounds.openDay), .text(bounds.ledgerEndDay)])
            .map { (day: try $0.text("day"), isOver: try $0.bool("is_over"), isWhole: try $0.bool("is_whole")) }
        let whole = days.filter(\.isWhole).map(\.day).filter { $0 != pending?.day }
        var kept: [String: EvidenceDay] = [:]
        let withJudge = PostgresBind.bool(trial.settings.judge != nil)
        for row in try connection.query(EvidenceDayQueries.kept, [.id(trial.id), .textArray(whole), withJudge]) {
            kept[try row.text("day")] = try EvidenceDay(row)
        }
        // The server takes every pair for a kind of its own and would sort them all to count a few thousand kinds.
        try connection.execute("SET LOCAL enable_sort = off")
        defer { _ = try? connection.execute("SET LOCAL enable_sort TO DEFAULT") }
        return try days.map { day in
            let isKept = day.isWhole && day.day != pending?.day
            var evidence = try kept[day.day] ?? count(day.day, isOver: day.isOver, keeps: isKept, bounds, pending)
            if isKept {
                let isBefore = pending.map { day.day < $0.day } ?? true
                for index in evidence.cells.indices { evidence.cells[index].beforeFirstPending = isBefore }
            }
            return evidence
        }
    }

    private func firstPending(_ bounds: Bounds) throws -> Pending? {
        guard trial.settings.adjudicate.by != .none else { return nil }
        return try connection.query(EvidenceQueries.firstPending, [.id(trial.id), .moment(bounds.ledgerEnd)]).first.map {
            Pending(calledAt: try $0.moment("called_at"), pair: try $0.id("pair_id"), day: try $0.text("day"))
        }
    }

    private func count(_ day: String, isOver: Bool, keeps: Bool, _ bounds: Bounds, _ pending: Pending?) throws -> EvidenceDay {
        let row = try connection.query(
            keeps ? EvidenceDayQueries.keep : EvidenceDayQueries.count,
            [
                .id(trial.id), .text(day), .moment(bounds.ledgerEnd), .moment(pending?.calledAt), .id(pending?.pair),
                .bool(trial.settings.adjudicate.by != .none), .bool(trial.settings.judge != nil), .bool(isOver), bounds.grid.bind,
                .moment(bounds.grid.calledAt), .id(bounds.grid.pair), .text(bounds.firstDay), .text(trial.settings.trial.timezone),
            ])[0]
        return try EvidenceDay(row)
    }
}

extension EvidenceDay {
    fileprivate init(_ row: PostgresRow) throws {
        cells = try EvidenceDay.objects(row, "cells").map { try EvidenceCell(kept: $0) }
        costs = try EvidenceDay.objects(row, "costs").map { cost in
            TierCosts(
                tier: cost.values["tier"]?.intValue,
                sums: PairedCostSums(
                    count: try cost.int("pairs"), weight: try cost.double("weight"), candidate: try cost.double("candidate"),
                    production: try cost.double("production"), candidateSquares: try cost.double("candidate_squares"),
                    productionSquares: try cost.double("production_squares"), products: try cost.double("products"),
                    weightSquares: try cost.double("weight_squares"),
                    productionWeightSquares: try cost.double("production_weight_squares"),
                    candidateWeightSquares: try cost.double("candidate_weight_squares")),
                production: TokenTotals(input: try cost.double("production_input"), output: try cost.double("production_output")),
                candidate: TokenTotals(input: try cost.double("candidate_input"), output: try cost.double("candidate_output")))
        }
        tierLatencies = try EvidenceDay.objects(row, "tier_latencies").map { part in
            TierBucket(
                tier: try part.int("tier"), escalated: try part.bool("escalated"),
                bucket: StoredBucket(number: try part.int("bucket"), samples: try part.int("samples")))
        }
    }

    private static func objects(_ row: PostgresRow, _ column: String) throws -> [KeptObject] {
        (try row.json(column).arrayValue ?? []).map { KeptObject(values: $0) }
    }
}

/// An object of a kept day, whose members the database has written itself.
private struct KeptObject {
    let values: JSONValue

    func int(_ name: String) throws -> Int { try known(name, values[name]?.intValue) }
    func double(_ name: String) throws -> Double { try known(name, values[name]?.doubleValue) }
    func bool(_ name: String) throws -> Bool { try known(name, values[name]?.boolValue) }
    func text(_ name: String) throws -> String { try known(name, values[name]?.stringValue) }
    func word<Word: RawRepresentable<String>>(_ name: String) throws -> Word { try known(name, Word(rawValue: text(name))) }

    private func known<Value>(_ name: String, _ value: Value?) throws -> Value {
        guard let value else {
            throw StorageError(.unreadable, "a day's evidence holds no \(name); delete its row in understudy_store.evidence_day")
        }
        return value
    }
}

extension EvidenceCell {
    fileprivate init(kept cell: KeptObject) throws {
        let drawn = cell.values["control_differed"]?.boolValue
        self.init(
            day: try cell.int("day"), segment: cell.values["segment"]?.stringValue, lengthBand: try cell.int("length_band"),
            weight: try cell.double("weight"), agreement: try cell.word("agreement"), needsAudit: try cell.bool("needs_audit"),
            auditLevel: try cell.int("audit_level"),
            adjudication: try Adjudication(kept: cell), prediction: try cell.double("prediction"),
            failureDifference: try cell.int("failure_difference"),
            control: ControlDraw(
                probability: try cell.double("control_rate"), outcome: drawn.map { $0 ? .differed : .agreed } ?? .notDrawn),
            tier: cell.values["tier"]?.intValue, beforeFirstPending: try cell.bool("before_pending"), count: try cell.int("pairs"))
    }
}

extension Adjudication {
    fileprivate init(kept cell: KeptObject) throws {
        guard cell.values["judged"]?.isNull == false else {
            self = .notPlanned
            return
        }
        let judged: Correctness = try cell.word("judged")
        let probability = try cell.double("probability")
        self = judged.difference.map { .judged(difference: $0, probability: probability) } ?? .pending(probability: probability)
    }
}
