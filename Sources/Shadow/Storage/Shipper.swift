public import Postgres
internal import Processes
public import Spool
public import Traffic

/// Brings what a spool holds into the database: each stretch once, whatever dies when.
public struct Shipper {
    private let connection: PostgresConnection
    private let rows: TrafficRows

    public init(_ connection: PostgresConnection) {
        self.connection = connection
        rows = TrafficRows(connection)
    }

    /// What one shipment came to.
    public struct ShipResult: Sendable, Hashable {
        /// False: this stretch had been shipped before, perhaps in other pieces; ask `position(ofSpool:)` where to read on.
        public var stored: Bool
        public var calls = 0
        public var pairs = 0
        /// Records that the database refused; they are counted and named in `set_aside`.
        public var setAside = 0
    }

    /// Where to read on; the start when nothing of that spool was shipped yet.
    public func position(ofSpool spool: Identifier) throws -> SpoolPosition {
        guard let row = try connection.query(TrafficQueries.position, [.id(spool)]).first else { return .start }
        return SpoolPosition(segment: UInt64(try row.int("next_segment")), offset: UInt64(try row.int("next_position")))
    }

    /// Stores a stretch of a spool: one transaction with the mark that it is stored.
    ///
    /// A batch that the database refuses for its contents is halved until the single record is found, which is set aside.
    /// Throws `PostgresError` for everything else (nothing is stored then; the same call may be made again).
    public func ship(_ batch: SpoolBatch, spool: Identifier, from start: SpoolPosition) throws -> ShipResult {
        let records = batch.entries.map(\.record)
        try rows.makePartitions(for: records.compactMap(\.id))
        let result = try connection.transaction(keepingPlans: true) { () throws -> ShipResult in
            guard try markShipped(batch, spool: spool, from: start) else { return ShipResult(stored: false) }
            var result = ShipResult(stored: true)
            let known = try knownTrials(records)
            try store(records[...], known: known, &result)
            if result.pairs > 0 { try connection.notify(ComparisonQueue.channel) }
            Failpoint.reach("commit.before")
            return result
        }
        Failpoint.reach("commit.after")
        return result
    }

    private func markShipped(_ batch: SpoolBatch, spool: Identifier, from start: SpoolPosition) throws -> Bool {
        let inserted = try connection.execute(
            TrafficQueries.insertShipment,
            [
                .id(spool), .int(Int64(start.segment)), .int(Int64(start.offset)), .int(Int64(batch.next.segment)),
                .int(Int64(batch.next.offset)), .int(batch.entries.count),
            ])
        return inserted == 1
    }

    private func knownTrials(_ records: [SpoolRecord]) throws -> Set<Identifier> {
        var named: Set<Identifier> = []
        for case .pair(let pair) in records { named.insert(pair.trial) }
        return Set(try connection.query(TrafficQueries.knownTrials, [.ids(named)]).map { try $0.id("id") })
    }

    /// Stores records, or halves of them, down to the single one that cannot be stored.
    private func store(_ records: ArraySlice<SpoolRecord>, known: Set<Identifier>, _ result: inout ShipResult) throws {
        guard !records.isEmpty else { return }
        do {
            try connection.savepoint { try storeAll(records, known: known) }
            for record in records {
                if case .call = record { result.calls += 1 }
                if case .pair = record { result.pairs += 1 }
            }
        } catch let error as PostgresError where error.isAboutTheData {
            guard records.count > 1 else {
                try setAside(records[records.startIndex], error.message)
                result.setAside += 1
                return
            }
            let middle = records.startIndex + records.count / 2
            try store(records[..<middle], known: known, &result)
            try store(records[middle...], known: known, &result)
        }
    }

    private func storeAll(_ records: ArraySlice<SpoolRecord>, known: Set<Identifier>) throws {
        var calls: [Call] = []
        var pairs: [Pair] = []
        var deltas: [CoverageDelta] = []
        for record in records {
            switch record {
            case .call(let call): calls.append(call)
            case .pair(let pair): pairs.append(pair)
            case .coverage(let more): deltas += more
            }
        }
        if let stranger = pairs.first(where: { !known.contains($0.trial) }) {
            throw PostgresError(.serverError, "trial \(stranger.trial) is not in this database", sqlState: PostgresError.unknownTrial)
        }
        try rows.copy(calls: calls)
        try rows.copy(pairs: pairs.map { TrafficRows.PairRow(pair: $0, agesFrom: $0.id.moment) })
        try CoverageWriter(connection).add(deltas, paired: pairs)
        try BatchWriter(connection).enqueue(pairs.map { ($0.id, $0.trial) }, reason: .new)
    }

    private func setAside(_ record: SpoolRecord, _ reason: String) throws {
        let reason = PostgresBind.text(StorableText.escaped(reason))
        switch record {
        case .call(let call):
            try connection.execute(
                TrafficQueries.insertSetAside, [.text(StorableText.escaped(call.workload)), .null, .text("call"), .id(call.id), reason])
        case .pair(let pair):
            try connection.execute(
                TrafficQueries.insertSetAside,
                [.text(StorableText.escaped(pair.workload)), .id(pair.trial), .text("pair"), .id(pair.id), reason])
        case .coverage(let deltas):
            let workload = StorableText.escaped(deltas.first?.workload ?? "")
            try connection.execute(TrafficQueries.insertSetAside, [.text(workload), .null, .text("coverage"), .null, reason])
        }
    }
}

extension SpoolRecord {
    /// The id by which the record's row finds its partition; nil for counts.
    fileprivate var id: Identifier? {
        switch self {
        case .call(let call): call.id
        case .pair(let pair): pair.id
        case .coverage: nil
        }
    }
}

extension PostgresError {
    /// A pair whose trial the database does not know: a state of our own in the class of data exceptions.
    fileprivate static let unknownTrial = "22U01"

    /// Whether the server refused the values themselves: data exceptions (22), or a constraint (23). A missing partition is a 23
    /// without a constraint's name: its making and the pruner crossed, and another try will do.
    fileprivate var isAboutTheData: Bool {
        guard code == .serverError || code == .invalidValue else { return false }
        guard let state = sqlState else { return code == .invalidValue }
        return state.hasPrefix("22") || (state.hasPrefix("23") && (constraint != nil || state == "23502"))
    }
}
