internal import EmbeddedPostgres
internal import Postgres
internal import Telemetry
internal import Worker

extension Command {
    /// The diff worker.
    static let worker = Command(
        "worker", summary: "Compares pairs, keeps the figures up to date, decides at the end of each day",
        details: """
            Any number may run on one database. It prints: ready worker=running
            Pairs whose workload names a judge are put to it from here: the judge's key must be in this program's environment, or in the file
            that the settings name.
            """, options: [.dataFolder]
    ) { arguments in
        _ = try arguments.operands()
        holdEndSignals()
        let url = try roleDatabase(arguments)
        let log = Log()
        let metrics = MetricsRegistry()
        var announced = false
        var ending = false
        // Of its own: comparing never waits for a judge.
        var judges: JudgeThread?
        defer { judges?.stop() }
        while !ending {
            do {
                try bringUpToDate(url)
                let connection = try PostgresConnection(url: url, applicationName: "understudy worker")
                if !announced { announce("ready worker=running") }
                announced = true
                if judges == nil {
                    judges = try JudgeThread(database: url, environment: currentEnvironment(), log: log, metrics: metrics)
                }
                try Worker(connection, log: log, metrics: metrics).run {
                    ending = ending || endSignalArrives(within: 0)
                    return ending
                }
            } catch {
                if !announced, (error as? PostgresError)?.code == .invalidURL { throw error }
                log.warning("worker", "the database cannot be used now: \(error)")
                ending = ending || endSignalArrives(within: 1)
            }
        }
    }
}

/// The database of a role that runs for long: named, or the embedded one that `up` runs in the data folder.
func roleDatabase(_ arguments: Arguments) throws -> String {
    guard let url = try DatabaseOptions.namedURL(arguments) ?? roleFolder(arguments).runningServerURL else {
        throw CommandError.failed(
            "no database runs in \(roleFolder(arguments).path): start understudy up there, or name one with --database.")
    }
    return url
}
