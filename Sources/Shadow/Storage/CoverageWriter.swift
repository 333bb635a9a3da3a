internal import Postgres
internal import Traffic

/// Adds to the counts of how far calls come.
struct CoverageWriter {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Adds what mirrors counted, and pairs that have arrived: the one stage that no mirror counts. In the caller's transaction.
    func add(_ deltas: [CoverageDelta] = [], paired: [Pair]) throws {
        try addProfile(deltas.filter(\.stage.isProfile))
        var pairs: [CoverageRow: Int] = [:]
        for pair in paired { pairs[CoverageRow(paired: pair), default: 0] += 1 }
        let rows =
            deltas.filter { !$0.stage.isProfile }.map { CoverageRow($0) }
            + pairs.map { row, count in
                var row = row
                row.count = count
                return row
            }
        guard !rows.isEmpty else { return }
        try connection.execute(
            TrafficQueries.addCoverage,
            [
                .textArray(rows.map(\.workload)), .textArray(rows.map { $0.trial?.description }), .intArray(rows.map(\.minute)),
                .textArray(rows.map(\.stage)), .textArray(rows.map(\.reason)), .textArray(rows.map(\.segment)),
                .intArray(rows.map { Int64($0.count) }),
            ])
    }

    /// Adds to the profile of a sample, by hour. A reason is a dimension and a slice, `size:1 to 4 KB`.
    private func addProfile(_ deltas: [CoverageDelta]) throws {
        let rows = deltas.compactMap { delta in
            delta.reason.firstIndex(of: ":").map { colon in
                (delta: delta, dimension: String(delta.reason[..<colon]), slice: String(delta.reason[colon...].dropFirst()))
            }
        }
        guard !rows.isEmpty else { return }
        try connection.execute(
            TrafficQueries.addProfile,
            [
                .textArray(rows.map { $0.delta.trial?.description }), .intArray(rows.map { $0.delta.at.microseconds / 3_600_000_000 }),
                .textArray(rows.map(\.delta.stage.rawValue)), .textArray(rows.map { StorableText.escaped($0.dimension) }),
                .textArray(rows.map { StorableText.escaped($0.slice) }),
                .textArray(rows.map { StorableText.escaped($0.delta.segment ?? "") }),
                .intArray(rows.map { Int64($0.delta.count) }),
            ])
    }
}

/// One count on its way into `coverage_count`.
private struct CoverageRow: Hashable {
    var workload: String
    var trial: Identifier?
    /// Since 1970.
    var minute: Int64
    var stage: String
    var reason: String
    var segment: String
    var count: Int

    init(_ delta: CoverageDelta) {
        workload = StorableText.escaped(delta.workload)
        trial = delta.trial
        minute = delta.at.microseconds / 60_000_000
        stage = delta.stage.rawValue
        reason = StorableText.escaped(delta.reason)
        segment = StorableText.escaped(delta.segment ?? "")
        count = delta.count
    }

    init(paired pair: Pair) {
        workload = StorableText.escaped(pair.workload)
        trial = pair.trial
        minute = pair.id.moment.microseconds / 60_000_000
        (stage, reason, segment, count) = ("paired", "", "", 1)
    }
}
