public import Postgres
public import Traffic

/// What pruning removed.
public struct PruneResult: Sendable, Hashable {
    /// UTC days whose partitions were dropped, as YYYY-MM-DD.
    public var droppedDays: [String] = []
    /// Pairs deleted from days that hold others which are kept.
    public var deletedPairs = 0

    public init() {}
}

/// Makes partitions ahead and removes what is older than its workload keeps it. Rollups, looks and verdicts stay.
public struct Retention {
    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// Makes the partitions of yesterday to the day after tomorrow (UTC), where they are missing.
    public func makePartitions(at moment: Timestamp) throws {
        _ = try connection.query(RetentionQueries.makePartitions, [.moment(moment)])
    }

    /// Drops the days of which nothing is to be kept any more, and deletes single trials' rows from the others. Several workers may do
    /// so at a time.
    public func prune(at moment: Timestamp) throws -> PruneResult {
        var result = PruneResult()
        for row in try connection.query(RetentionQueries.days, [.moment(moment)]) {
            let day = String(try row.text("day").prefix(10))
            let bounds: [PostgresBind] = [.id(try row.id("first_id")), .id(try row.id("end_id")), .moment(moment)]
            if try connection.query(RetentionQueries.holdsKept, bounds)[0].bool("kept") {
                result.deletedPairs += try deleteExpired(bounds)
            } else if try drop(day: day) {
                result.droppedDays.append(day)
            }
        }
        _ = try connection.query(RetentionQueries.deletePrompts)
        try connection.execute(RetentionQueries.deleteHeartbeats, [.moment(moment)])
        try connection.execute(RetentionQueries.deleteShipments, [.moment(moment)])
        return result
    }

    private func deleteExpired(_ bounds: [PostgresBind]) throws -> Int {
        try connection.transaction {
            let deleted = try connection.execute(RetentionQueries.deletePairs, bounds)
            if deleted > 0 {
                try connection.execute(RetentionQueries.deleteComparisons, bounds)
                try connection.execute(RetentionQueries.deleteCalls, bounds)
            }
            return deleted
        }
    }

    /// Detaches a day's partitions without stopping readers, then drops them. False when another pruner had them already.
    private func drop(day: String) throws -> Bool {
        _ = try connection.query(RetentionQueries.lock)
        defer { _ = try? connection.query(RetentionQueries.unlock) }
        var dropped = false
        for parent in ["comparison", "pair", "call"] {
            let name = "understudy_store.\(parent)_\(day.split(separator: "-").joined(separator: "_"))"
            let attached = try connection.query(
                "SELECT FROM pg_inherits WHERE inhparent = $1::text::regclass AND inhrelid = to_regclass($2)",
                [.text("understudy_store.\(parent)"), .text(name)])
            if !attached.isEmpty {
                try connection.script(
                    "ALTER TABLE understudy_store.\(parent) DETACH PARTITION \(PostgresConnection.quoted(name)) CONCURRENTLY")
            }
            try connection.script("DROP TABLE IF EXISTS \(PostgresConnection.quoted(name))")
            dropped = dropped || !attached.isEmpty
        }
        return dropped
    }
}
