public import Postgres
public import Traffic

/// What a pruning removed.
public struct PruneResult: Sendable, Hashable {
    /// UTC days whose calls and pairs were dropped, as YYYY_MM_DD.
    public var droppedDays: [String] = []
    /// Pairs deleted from days of which others are kept.
    public var deletedPairs = 0
}

/// Partitions for the days to come, and the end of what is not to be kept.
///
/// Pairs and calls go when `privacy.retain` says so. Comparisons of an open trial stay, without their contents: its evidence must not
/// shrink. Rollups, looks and verdicts stay.
public struct Retention {
    /// Days for which partitions are made beforehand.
    private static let daysAhead = 2.0
    private static let secondsPerDay = 86_400.0

    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// Makes the partitions from yesterday to two days ahead.
    public func makePartitions(at moment: Timestamp) throws {
        let days = stride(from: -1.0, through: Retention.daysAhead, by: 1)
            .map { Identifier(at: moment.adding(seconds: $0 * Retention.secondsPerDay), random: (0, 0)) }
        try TrafficRows(connection).makePartitions(for: days)
    }

    /// Removes what is past its time. Does nothing while another process prunes. Not inside a transaction.
    public func prune(at moment: Timestamp) throws -> PruneResult {
        guard try connection.query(RetentionQueries.tryLock)[0].bool("locked") else { return PruneResult() }
        defer { _ = try? connection.execute(RetentionQueries.unlock) }
        try removeLeftovers()
        var result = PruneResult()
        for row in try connection.query(RetentionQueries.days, [.moment(moment)]) {
            let day = try Day(row.text("day"))
            try prune(day, at: moment, &result)
        }
        try connection.execute(RetentionQueries.deleteExamples, [.moment(moment)])
        if !result.droppedDays.isEmpty || result.deletedPairs > 0 {
            try connection.execute(RetentionQueries.deleteLabels)
            try connection.execute(RetentionQueries.deleteJudgeCalls)
        }
        for statement in RetentionQueries.deleteSmall { try connection.execute(statement, [.moment(moment)]) }
        return result
    }

    /// A UTC day's partitions.
    private struct Day {
        /// As in the partitions' names: 2026_11_16.
        let suffix: String

        init(_ suffix: String) { self.suffix = suffix }

        func table(_ parent: String) -> String { PostgresConnection.quoted("understudy_store.\(parent)_\(suffix)") }
    }

    private func prune(_ day: Day, at moment: Timestamp, _ result: inout PruneResult) throws {
        if try isAttached("pair", day),
            try connection.query(RetentionQueries.keepsPairs(day.table("pair")), [.moment(moment)])[0].bool("keeps")
        {
            try connection.transaction {
                result.deletedPairs += try connection.execute(RetentionQueries.deletePairs(day.table("pair")), [.moment(moment)])
                try connection.execute(RetentionQueries.deleteCalls(day.table("call"), pairs: day.table("pair")), [.moment(moment)])
            }
        } else if try isAttached("call", day) {
            try drop("pair", day)
            try drop("call", day)
            result.droppedDays.append(day.suffix)
        }
        if try isAttached("comparison", day) { try pruneComparisons(day, at: moment) }
    }

    private func pruneComparisons(_ day: Day, at moment: Timestamp) throws {
        let table = day.table("comparison")
        try connection.transaction {
            try connection.execute(RetentionQueries.markPruned(table), [.moment(moment)])
            try connection.execute(RetentionQueries.deleteComparisons(table), [.moment(moment)])
            try connection.execute(RetentionQueries.stripComparisons(table), [.moment(moment)])
        }
        let hasRows = try connection.query(RetentionQueries.hasRows(table))[0].bool("has_rows")
        if !hasRows, try !isAttached("pair", day) { try drop("comparison", day) }
    }

    private func isAttached(_ parent: String, _ day: Day) throws -> Bool {
        try connection.query(RetentionQueries.isAttached, [.text("\(parent)_\(day.suffix)")])[0].bool("attached")
    }

    /// Detached without stopping readers or writers, then dropped.
    private func drop(_ parent: String, _ day: Day) throws {
        guard try isAttached(parent, day) else { return }
        try connection.execute(RetentionQueries.detach(parent: parent, day.table(parent)))
        try connection.execute(RetentionQueries.drop(day.table(parent)))
    }

    /// What a pruner that died left half detached, or detached and not dropped.
    private func removeLeftovers() throws {
        for row in try connection.query(RetentionQueries.halfDetached) {
            try connection.execute(RetentionQueries.finishDetaching(parent: row.text("parent"), try row.text("child")))
        }
        for row in try connection.query(RetentionQueries.detached) {
            try connection.execute(RetentionQueries.drop("understudy_store." + PostgresConnection.quoted(row.text("child"))))
        }
    }
}
