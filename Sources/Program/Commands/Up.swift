internal import EmbeddedPostgres
internal import EventLoop
internal import Glibc
internal import Postgres
internal import Telemetry

extension Command {
    /// Everything on one machine.
    static let up = Command(
        "up", summary: "Starts everything on one machine: PostgreSQL, mirror, worker, page",
        details: """
            Without --database it runs a PostgreSQL of its own in the data folder, reached by a Unix socket only. It prints
              ready mirror=http://… web=http://… metrics=http://…
            once all of it answers. SIGUSR2 has a new mirror take over from the running one, of the program's file as it is then: no call
            is lost or refused. SIGTERM (or Ctrl-C) finishes the calls in flight, ships what is spooled, and ends.
            """,
        options: [.webAddress, .value("worker-metrics-address", "HOST:PORT", "the worker's /metrics (none unless given)")] + mirrorOptions
            + reportOptions
    ) { arguments in
        _ = try arguments.operands()
        try UpRun(arguments).run()
    }
}

/// One run of `understudy up`.
private final class UpRun {
    private let arguments: Arguments
    private let folder: DataFolder
    private let log = Log()
    private let loop: EventLoop
    private var postgres: EmbeddedPostgres?
    private var ready: [String: String] = [:]
    private var hasStartedOthers = false
    private var sockets: [(name: String, socket: ListeningSocket)] = []
    /// A mirror that is draining waits for the longest candidate timeout at most; then everything else is quick.
    private static let mirrorGrace = 60.0
    private static let grace = 30.0
    /// Nanoseconds that an address may still be somebody else's.
    private static let takeover: UInt64 = 15_000_000_000
    /// Nanoseconds that the mirror's start waits for the courier.
    private static let patience: UInt64 = 5_000_000_000

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        folder = DatabaseOptions.dataFolder(arguments)
        loop = try EventLoop()
    }

    func run() throws {
        let inherited = try InheritedSockets.take()
        // Wrong use first: it must leave nothing behind.
        try Webhook(arguments)?.check()
        let tls = try tlsFiles(arguments)
        // Found out here, and not by a mirror that is started again and again.
        if let tls { _ = try TLSContext(tls) }
        let claim = try folder.claim()
        sockets = try listenAtLast(inherited)
        let url = try DatabaseOptions.namedURL(arguments) ?? startPostgres(claim)
        try bringUpToDate(url)
        for number in [SIGTERM, SIGINT] { loop.onSignal(number) { [loop] in loop.stop() } }
        let supervisor = Supervisor(loop: loop, environment: ["UNDERSTUDY_DATABASE_URL": url], log: log)
        if tls != nil { loop.onSignal(SIGHUP) { [supervisor] in supervisor.signal("mirror", SIGHUP) } }
        // Options reach the children as they were given; the database's URL goes by the environment, where `ps` does not show it.
        let common = ["--data-folder", folder.path]
        // Courier, worker and PostgreSQL yield to the mirror: they may be a second late, a production call may not be a millisecond.
        try supervisor.start(Supervisor.Role(name: "courier", arguments: { _ in ["courier"] + common }, yields: true)) { [self] _ in
            startOthers(supervisor, common)
        }
        // A courier that does not come up must not keep production's calls from being served as they were before.
        loop.schedule(after: Self.patience) { [self] in startOthers(supervisor, common) }
        loop.onSignal(SIGUSR2) { [supervisor] in supervisor.replace("mirror") }
        loop.run()
        // From now on calls are refused: nobody would answer them.
        sockets = []
        log.info("up", "ending: calls in flight are finished first")
        supervisor.end("mirror", grace: Self.mirrorGrace)
        for name in ["courier", "worker", "web"] { supervisor.end(name, grace: Self.grace) }
        postgres?.stop()
        withExtendedLifetime(claim) {}
    }

    /// The mirror starts when the courier has written its settings file, so that it knows every route from its first call on.
    private func startOthers(_ supervisor: Supervisor, _ common: [String]) {
        guard !hasStartedOthers else { return }
        hasStartedOthers = true
        do {
            let mirror = Supervisor.Role(
                name: "mirror",
                arguments: { [arguments] _ in
                    ["mirror", "--without-courier"] + common + forwardedOptions(arguments, mirrorOptions, instead: [:])
                }, sockets: { [unowned self] in sockets })
            try supervisor.start(mirror) { [self] words in note(words) }
            let reports = ["report-folder": arguments["report-folder"] ?? folder.reports]
            let worker = Supervisor.Role(
                name: "worker",
                arguments: { [arguments] bound in
                    let metrics = bound["metrics"].map(address(ofURL:)) ?? arguments["worker-metrics-address"]
                    return ["worker"] + common + forwardedOptions(arguments, reportOptions, instead: reports)
                        + (metrics.map { ["--metrics-address=\($0)"] } ?? [])
                }, yields: true)
            try supervisor.start(worker) { [self] words in note(["worker": words["worker"] ?? ""]) }
            let page = Supervisor.Role(name: "web") { [arguments] bound in
                ["web"] + common + forwardedOptions(arguments, [.webAddress], instead: ["web-address": bound["web"]])
            }
            try supervisor.start(page) { [self] words in note(words) }
        } catch {
            log.error("up", "\(error)")
            loop.stop()
        }
    }

    /// The mirror of an `up` that was killed may take a moment to go after it.
    private func listenAtLast(_ inherited: InheritedSockets) throws -> [(name: String, socket: ListeningSocket)] {
        let end = MonotonicClock.nanoseconds() + Self.takeover
        var isFirst = true
        while true {
            do {
                return try listen(inherited)
            } catch let error as EventLoopError where error.errno == EADDRINUSE && MonotonicClock.nanoseconds() < end {
                if isFirst { log.warning("up", "\(error); trying again for \(Self.takeover / 1_000_000_000) s") }
                isFirst = false
                usleep(50_000)
            }
        }
    }

    /// The mirror's sockets are held here, so that a call that comes while no mirror runs, or while one takes over from another, waits
    /// for a moment and is not refused.
    private func listen(_ inherited: InheritedSockets) throws -> [(name: String, socket: ListeningSocket)] {
        var mirror = inherited.notNamed("metrics")
        if mirror.isEmpty {
            let address = try SocketAddress(parsing: arguments["mirror-address"] ?? "127.0.0.1:8080")
            mirror = try ListeningSocket.shared(address, by: mirrorLoops(arguments))
        }
        let address = try SocketAddress(parsing: arguments["metrics-address"] ?? "127.0.0.1:9464")
        let metrics = try inherited.named("metrics").first ?? ListeningSocket(address)
        return mirror.map { ("mirror", $0) } + [("metrics", metrics)]
    }

    private func note(_ words: [String: String]) {
        ready.merge(words) { $1 }
        guard let mirror = ready["mirror"], let web = ready["web"], ready["worker"] != nil else { return }
        announce("ready mirror=\(mirror) web=\(web) metrics=\(ready["metrics"] ?? "none")")
    }

    private func startPostgres(_ claim: DataFolderClaim) throws -> String {
        let server = try EmbeddedPostgres.start(claim, yields: true)
        postgres = server
        watch(server, claim)
        return server.url
    }

    /// Starts the server again when it dies; everything that uses it connects again by itself.
    private func watch(_ server: EmbeddedPostgres, _ claim: DataFolderClaim) {
        var watch: LoopWatch?
        watch = loop.watch(server.exitDescriptor, .read) { [weak self] _ in
            guard let self, server.hasExited else { return }
            watch?.cancel()
            self.log.error("up", "PostgreSQL ended; starting it again")
            self.restartPostgres(claim, after: 0)
        }
    }

    private func restartPostgres(_ claim: DataFolderClaim, after seconds: Double) {
        loop.schedule(after: UInt64(seconds * 1e9)) { [weak self] in
            guard let self else { return }
            do {
                _ = try self.startPostgres(claim)
                self.log.info("up", "PostgreSQL runs again")
            } catch {
                self.log.error("up", "\(error); trying again in 5 s")
                self.restartPostgres(claim, after: 5)
            }
        }
    }
}
