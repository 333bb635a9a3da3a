public import Configuration
public import Postgres
internal import Processes
public import Records
public import Traffic

/// Keeps what a replay brings, as it comes: each pair once, whatever dies when, in a trial of its own.
public final class ReplayedPairs {
    /// Tries when an old day's empty partition is pruned while pairs of it are being copied.
    private static let tries = 3

    /// The trial that the pairs belong to.
    public private(set) var trial: StoredTrial
    private let connection: PostgresConnection
    private let reckoning: RateReckoning

    /// Opens the trial for workload, candidate, frozen settings and whom is asked: the same again adds to it, others begin the next.
    ///
    /// - Parameter smallestRate: of the sampling rates that the file's calls say.
    /// - Throws: `StorageError.refused` for refused settings, or while another replay of the same trial runs; `PostgresError`.
    public init(
        _ connection: PostgresConnection, settings: WorkloadSettings, asking: AskedModels, smallestRate: Double, at moment: Timestamp
    ) throws {
        self.connection = connection
        reckoning = RateReckoning(smallestRate: smallestRate, controlShare: 0, settings)
        trial = try connection.transaction {
            try Registry(connection).openTrial(settings, source: .replay, timedTogether: asking == .both, at: moment).trial
        }
        guard try connection.query(RegistryQueries.claimReplay, [.text(trial.id.description)]).first?.bool("claimed") == true else {
            throw StorageError(
                .refused, "another replay of \(trial.candidate) for \(trial.workload) is running: wait for its end, or stop it")
        }
    }

    /// Those of some calls' ids that are stored already, and when they were called.
    public func known(_ ids: [String]) throws -> [String: Timestamp] {
        var known: [String: Timestamp] = [:]
        for start in stride(from: 0, to: ids.count, by: 10_000) {
            let part = ids[start..<min(start + 10_000, ids.count)]
            let names = Dictionary(part.map { (ContentHash.of($0.utf8), $0) }) { first, _ in first }
            for row in try connection.query(ImportQueries.knownKeys, [.id(trial.id), .ids(Array(names.keys))]) {
                if let name = names[try row.id("external_hash")] { known[name] = try row.moment("called_at") }
            }
        }
        return known
    }

    /// Stores pairs whose ids are not known yet: all of them, in one transaction, or none.
    ///
    /// - Throws: `StorageError.refused` when the trial has ended meanwhile; `PostgresError`.
    public func store(_ pairs: [RecordedPair], at moment: Timestamp) throws {
        guard !pairs.isEmpty else { return }
        for attempt in 1... {
            try TrafficRows(connection).makePartitions(for: pairs.map { Identifier(at: $0.calledAt) })
            do {
                try connection.transaction {
                    try copy(pairs, moment)
                    Failpoint.reach("replay.copied")
                }
                Failpoint.reach("replay.committed")
                return
            } catch let error as PostgresError where error.isMissingPartition && attempt < ReplayedPairs.tries {
                continue
            }
        }
    }

    private func copy(_ pairs: [RecordedPair], _ moment: Timestamp) throws {
        guard try connection.query(RegistryQueries.holdOpenTrial, [.id(trial.id)]).first?.text("state") == TrialState.recorded.rawValue
        else {
            throw StorageError(
                .refused, "the trial of \(trial.candidate) for \(trial.workload) has ended meanwhile (another file, or other models asked)")
        }
        var copy = PairCopy(connection, trial: trial, reckoning: reckoning, source: .replay, at: moment)
        try copy.add(pairs.map { ($0, ContentHash.of($0.id.utf8)) })
        if try copy.finish() { trial.simulated = true }
    }
}
