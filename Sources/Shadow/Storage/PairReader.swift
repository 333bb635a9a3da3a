internal import JSON
public import Postgres
public import Traffic

/// A pair with all that is known about it.
public struct StoredPair: Sendable, Hashable {
    public var trial: StoredTrial
    /// Its legs, probabilities, label and judgement.
    public var claimed: ClaimedPair
    /// What the worker found; nil before it did.
    public var finding: Finding?
}

/// Reads single pairs, for `explain`.
public struct PairReader {
    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// One pair; nil when there is none with this id, or its call has not arrived.
    public func pair(_ id: Identifier) throws -> StoredPair? {
        guard let claimed = try ClaimedPair.read([id], on: connection).first else { return nil }
        guard let trial = try Registry(connection).trial(claimed.pair.trial) else {
            throw StorageError(.unreadable, "pair \(id) belongs to trial \(claimed.pair.trial), which does not exist")
        }
        return StoredPair(
            trial: trial, claimed: claimed, finding: try connection.query(PairQueries.finding, [.id(id)]).first.map { try Finding($0) })
    }
}

extension Finding {
    init(_ row: PostgresRow) throws {
        let differences = try row.json("differences").arrayValue ?? []
        self.init(
            agreement: try row.word("agreement"), equivalence: try row.wordOrNull("equivalence"),
            failureMode: try row.wordOrNull("failure_mode"),
            differences: differences.map { difference in
                Difference(
                    path: difference["path"]?.stringValue ?? "", kind: difference["kind"]?.stringValue ?? "",
                    productionValue: difference["production_value"]?.stringValue,
                    candidateValue: difference["candidate_value"]?.stringValue, rule: difference["rule"]?.stringValue ?? "")
            },
            productionUnstable: try row.boolOrNull("production_unstable"), ungrounded: try row.boolOrNull("ungrounded"),
            correct: try row.word("correct"), correctBy: try row.wordOrNull("correct_by"),
            productionLabel: row.textOrNull("production_label"), candidateLabel: row.textOrNull("candidate_label"),
            productionFailed: try row.bool("production_failed"), candidateFailed: try row.bool("candidate_failed"))
    }
}
