internal import EmbeddedPostgres
internal import EventLoop
internal import Mirror
internal import Postgres
internal import Synchronization
internal import Telemetry
internal import Worker

extension Command {
    /// The diff worker.
    static let worker = Command(
        "worker", summary: "Compares pairs, keeps the figures up to date, decides at the end of each day, delivers reports",
        details: """
            Any number may run on one database; a report goes to a folder and to a webhook once, whichever of them takes it there.
            It prints: ready worker=running
            Pairs whose workload names a judge are put to it from here: the judge's key must be in this program's environment, or in the file
            that the settings name.
            """,
        options: reportOptions + [
            .value("metrics-address", "HOST:PORT", "/metrics, /livez and /readyz (none unless given); port 0 lets the kernel choose"),
            .dataFolder,
        ]
    ) { arguments in
        _ = try arguments.operands()
        holdEndSignals()
        let webhook = Webhook(arguments)
        var outlets = ReportOutlets(folder: arguments["report-folder"])
        if let webhook { outlets.post = { webhook.post($0) } }
        let database = try roleDatabase(arguments)
        let log = Log()
        let metrics = MetricsRegistry()
        // Comparing goes on without it: reports wait, and `status` says why.
        do { try webhook?.check() } catch { log.error("worker", "\(error)") }
        let served = try WorkerMetrics(metrics)
        let address = try arguments["metrics-address"].map { try url(of: served.listen(SocketAddress(parsing: $0))) }
        defer { served.stop() }
        var announced = false
        var ending = false
        // Of its own: comparing never waits for a judge.
        var judges: JudgeThread?
        defer { judges?.stop() }
        while !ending {
            do {
                try bringUpToDate(database)
                let connection = try PostgresConnection(url: database, applicationName: "understudy worker")
                if !announced { announce("ready worker=running" + (address.map { " metrics=\($0)" } ?? "")) }
                announced = true
                if judges == nil {
                    judges = try JudgeThread(database: database, environment: currentEnvironment(), log: log, metrics: metrics)
                }
                served.isReady.store(true, ordering: .relaxed)
                try Worker(connection, outlets: outlets, log: log, metrics: metrics).run {
                    ending = ending || endSignalArrives(within: 0)
                    return ending
                }
            } catch {
                if !announced, (error as? PostgresError)?.code == .invalidURL { throw error }
                served.isReady.store(false, ordering: .relaxed)
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
