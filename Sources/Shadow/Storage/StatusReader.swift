internal import Configuration
public import Postgres
internal import Traffic

/// How far a trial is: what `status` shows.
public struct TrialStatus: Sendable, Hashable {
    public var trial: StoredTrial
    /// Days with compared pairs.
    public var day: Int
    public var calls: Int
    public var sampled: Int
    /// Pairs in the database.
    public var paired: Int
    /// Finished by the worker, incomparable ones included, and already in what `report` says.
    public var compared: Int
    public var shed: [String: Int]
    /// Control legs that were drawn and not asked, by reason.
    public var controlSkipped: [String: Int]
    /// Pairs that wait for the worker.
    public var waiting: Int
    /// Pairs that wait for a judge's opinion; nil where no judge is asked.
    public var awaitingJudge: Int?
    /// Records that could not be stored or compared.
    public var setAside: Int
}

/// Reads how far the trials of a workload are.
public struct StatusReader {
    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// Open trials, or the newest one where all have ended. Throws `StorageError.notFound` for a workload without a trial.
    public func status(workload: String) throws -> [TrialStatus] {
        let trials = try Registry(connection).trials(workload: workload, includingEnded: true)
        guard let newest = trials.last else {
            throw StorageError(.notFound, "no trial of workload \(workload); `understudy list` shows those there are")
        }
        let open = trials.filter { $0.state != .ended }
        return try (open.isEmpty ? [newest] : open).map { try status(of: $0) }
    }

    private func status(of trial: StoredTrial) throws -> TrialStatus {
        let funnel = try ReportQueries(connection).coverage(trial: trial.id)
        return TrialStatus(
            trial: trial, day: try connection.query(StatusQueries.days, [.id(trial.id)])[0].int("days"), calls: funnel.calls,
            sampled: funnel.sampled, paired: funnel.paired, compared: funnel.compared, shed: funnel.shed,
            controlSkipped: funnel.controlSkipped,
            waiting: try ComparisonQueue(connection).waitingPairs(trial: trial.id),
            awaitingJudge: trial.settings.judge == nil ? nil : try JudgeQueue(connection).waitingPairs(trial: trial.id),
            setAside: funnel.setAside)
    }
}

/// The SQL of `status`.
enum StatusQueries {
    static let days = "SELECT count(DISTINCT day) AS days FROM understudy_store.outcome_count WHERE trial = $1 AND pairs > 0"
}
