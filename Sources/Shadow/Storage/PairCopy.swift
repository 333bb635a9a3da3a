internal import JSON
internal import Postgres
internal import Records
internal import Traffic

/// Copies recorded pairs into the tables, with all that belongs to them, inside the caller's transaction.
struct PairCopy {
    private let connection: PostgresConnection
    private let rows: TrafficRows
    private let trial: StoredTrial
    private let reckoning: RateReckoning
    private let source: Source
    private let moment: Timestamp
    private var stored: [(id: Identifier, trial: Identifier)] = []
    private var isSimulated = false
    private var coverage = RecordedCoverage()

    init(_ connection: PostgresConnection, trial: StoredTrial, reckoning: RateReckoning, source: Source, at moment: Timestamp) {
        self.connection = connection
        self.trial = trial
        self.reckoning = reckoning
        self.source = source
        self.moment = moment
        rows = TrafficRows(connection)
    }

    private struct Entry {
        var recorded: RecordedPair
        var key: Identifier
        var call: Call
        var pair: Pair
    }

    /// Copies some pairs; `key` stands for each one's id in the file.
    mutating func add(_ pairs: [(recorded: RecordedPair, key: Identifier)]) throws {
        guard !pairs.isEmpty else { return }
        let entries = pairs.map { entry($0.recorded, $0.key) }
        try copyKeys(entries)
        try rows.copy(calls: entries.map(\.call), agesFrom: moment)
        try rows.copy(
            pairs: entries.map {
                TrafficRows.PairRow(pair: $0.pair, agesFrom: moment, ratesEstimated: reckoning.isEstimated($0.recorded))
            })
        try copyLabels(entries)
        try copyAdjudications(entries)
        for entry in entries {
            stored.append((entry.pair.id, trial.id))
            if entry.recorded.isSimulated { isSimulated = true }
            coverage.add(entry.recorded, rate: entry.pair.samplingRate)
        }
    }

    /// Hands the pairs to the workers and counts them. Gives whether the trial is one of simulated models.
    mutating func finish() throws -> Bool {
        guard !stored.isEmpty else { return trial.simulated }
        try BatchWriter(connection).enqueue(stored, reason: .new)
        try coverage.save(of: trial, on: connection)
        if isSimulated { try connection.execute(ImportQueries.markSimulated, [.id(trial.id)]) }
        try connection.notify(ComparisonQueue.channel)
        return isSimulated || trial.simulated
    }

    private func entry(_ recorded: RecordedPair, _ key: Identifier) -> Entry {
        let numbers = RecordedNumbers(key: key, trial: trial.id)
        let call = Call(
            id: numbers.callID(at: recorded.calledAt), workload: trial.workload, source: source, calledAt: recorded.calledAt,
            externalID: recorded.id, segment: recorded.segment, conversation: recorded.conversation, turn: recorded.turn, path: "",
            request: recorded.request.serialised(), production: recorded.production, control: recorded.control,
            controlRate: reckoning.controlRate(recorded))
        let (probability, planned) = reckoning.adjudication(recorded, draw: numbers.adjudication)
        let pair = Pair(
            id: numbers.pairID(at: recorded.calledAt), callID: call.id, trial: trial.id, workload: trial.workload,
            candidate: recorded.candidate, samplingRate: reckoning.samplingRate(recorded),
            evidenceWeight: reckoning.evidenceWeight(recorded), adjudicationProbability: probability, planned: planned,
            hashOrder: numbers.evidenceOrder)
        return Entry(recorded: recorded, key: key, call: call, pair: pair)
    }

    private func copyKeys(_ entries: [Entry]) throws {
        try connection.copyIn("understudy_store.import_key", columns: ["trial", "external_hash", "pair_id", "call_id", "called_at"]) {
            copy in
            for entry in entries {
                copy.row { row in
                    row.uuid(trial.id.high, trial.id.low)
                    row.uuid(entry.key.high, entry.key.low)
                    row.uuid(entry.pair.id.high, entry.pair.id.low)
                    row.uuid(entry.call.id.high, entry.call.id.low)
                    row.timestamptz(entry.call.calledAt.microseconds)
                }
            }
        }
    }

    private func copyLabels(_ entries: [Entry]) throws {
        guard entries.contains(where: { $0.recorded.label != nil }) else { return }
        try connection.copyIn("understudy_store.gold_label", columns: ["call_id", "label", "origin", "said_at"]) { copy in
            for entry in entries {
                guard let label = entry.recorded.label else { continue }
                copy.row { row in
                    row.uuid(entry.call.id.high, entry.call.id.low)
                    row.jsonb(StorableText.escaped(label).serialisedString())
                    row.text("import")
                    row.timestamptz(moment.microseconds)
                }
            }
        }
    }

    private func copyAdjudications(_ entries: [Entry]) throws {
        guard entries.contains(where: { $0.recorded.correct != nil }) else { return }
        let columns = ["pair_id", "trial", "probability", "said_at", "planned", "correct"]
        try connection.copyIn("understudy_store.adjudication", columns: columns) { copy in
            for entry in entries {
                guard let correct = entry.recorded.correct else { continue }
                copy.row { row in
                    row.uuid(entry.pair.id.high, entry.pair.id.low)
                    row.uuid(trial.id.high, trial.id.low)
                    row.double(entry.pair.adjudicationProbability)
                    row.timestamptz(moment.microseconds)
                    row.bool(entry.pair.planned)
                    row.text(correct.rawValue)
                }
            }
        }
    }
}

/// The numbers of a recorded pair, all from its id in the file, so that the same file gives the same evidence in every database:
/// pairs of one millisecond stand in the same order, and the same ones are drawn.
private struct RecordedNumbers {
    private let key: Identifier
    private let trial: Identifier

    private enum Purpose: UInt64 {
        case order, adjudication, evidence, call, pair
    }

    init(key: Identifier, trial: Identifier) {
        self.key = key
        self.trial = trial
    }

    /// 0 ..< 1: a disagreement here is to be judged when this is below the share.
    var adjudication: Double { KeyedHash.fraction(of: hash(.adjudication)) }

    /// The place in the order that picks one pair of a conversation and day for the evidence.
    var evidenceOrder: UInt64 { hash(.evidence) }

    func callID(at moment: Timestamp) -> Identifier { id(.call, at: moment) }

    func pairID(at moment: Timestamp) -> Identifier { id(.pair, at: moment) }

    /// 26 leading random bits order the ids of a millisecond alike everywhere; the other 48 tell this trial's from another's.
    private func id(_ purpose: Purpose, at moment: Timestamp) -> Identifier {
        let order = hash(.order)
        let own = hash(purpose, trial.high, trial.low) >> 16
        return Identifier(at: moment, random: (order, (order >> 12 & 0x3FFF) << 48 | own))
    }

    private static let hash = KeyedHash(key0: 0x7265_636f_7264_6564, key1: 0x2070_6169_7273_2031)

    private func hash(_ purpose: Purpose, _ more: UInt64...) -> UInt64 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(40)
        for word in [key.high, key.low, purpose.rawValue] + more {
            for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * place))) }
        }
        return RecordedNumbers.hash.hash(bytes)
    }
}

/// The funnel of recorded pairs. Their calls are reckoned: a pair of sampling rate ρ stands for 1 ÷ ρ of them.
private struct RecordedCoverage {
    private struct Cell: Hashable {
        var minute: Int64
        var segment: String
    }

    private struct Counts {
        var calls: Int64 = 0
        var pairs: Int64 = 0
    }

    private var cells: [Cell: Counts] = [:]
    /// Calls that were reckoned and not yet counted, being less than a whole one.
    private var remainder = 0.0

    mutating func add(_ pair: RecordedPair, rate: Double) {
        let cell = Cell(minute: pair.calledAt.microseconds / 60_000_000, segment: StorableText.escaped(pair.segment ?? ""))
        let reckoned = 1 / rate + remainder
        let whole = max(1, reckoned.rounded(.down))
        remainder = max(0, reckoned - whole)
        cells[cell, default: Counts()].calls += Int64(min(whole, 1e15))
        cells[cell, default: Counts()].pairs += 1
    }

    func save(of trial: StoredTrial, on connection: PostgresConnection) throws {
        let counts: [(stage: String, of: KeyPath<Counts, Int64>)] = [("calls", \.calls), ("sampled", \.pairs), ("paired", \.pairs)]
        for (stage, count) in counts {
            let all = Array(cells)
            try connection.execute(
                TrafficQueries.addCoverage,
                [
                    .textArray(all.map { _ in trial.workload }), .textArray(all.map { _ in trial.id.description }),
                    .intArray(all.map(\.key.minute)), .textArray(all.map { _ in stage }), .textArray(all.map { _ in "" }),
                    .textArray(all.map(\.key.segment)), .intArray(all.map { $0.value[keyPath: count] }),
                ])
        }
    }
}
