internal import Configuration
internal import EmbeddedPostgres
internal import EventLoop
internal import Glibc
internal import HTTPClient
internal import HTTPServer
internal import Mirror
internal import Processes
internal import Spool
internal import Telemetry
internal import Traffic

extension Command {
    /// The production path.
    static let mirror = Command(
        "mirror", summary: "Serves production's path and shadows a sampled share of the calls",
        details: """
            It reads routes and trials from DATA/settings.json alone, so it serves every known route with no database at all. Its courier,
            a child process, keeps that file up to date and ships what the mirror spools. It prints
              ready mirror=http://… metrics=http://…
            SIGTERM ends it when the calls in flight are answered, within 45 s. Sockets that it is handed (systemd's socket activation) are
            served instead of --mirror-address, and one named "metrics" instead of --metrics-address; beside another mirror on the same
            sockets SIGQUIT ends it with no call lost, however long that takes (10 minutes at most).
            POST /WORKLOAD/pairs with the token in DATA/tap-token takes finished calls from a gateway, where enable --tap has begun a trial.
            """,
        options: mirrorOptions + [.dataFolder, .flag("without-courier", "another process runs `understudy courier` on the same folder")]
    ) { arguments in
        _ = try arguments.operands()
        try MirrorRun(arguments).run()
    }
}

/// Hands the mirror's records to the spool.
private struct SpoolSink: PairSink {
    let writer: SpoolWriter
    func append(call: Call) -> Bool { writer.append(.call(call)) }
    func append(pair: Pair) -> Bool { writer.append(.pair(pair)) }
    func append(coverage: [CoverageDelta]) -> Bool { writer.append(.coverage(coverage)) }
}

/// One run of the mirror role.
private final class MirrorRun {
    private let arguments: Arguments
    private let folder: DataFolder
    private let log = Log()
    /// At SIGTERM. Idle connections get a moment: a client that uses one all the time learns by its next answer that it ends.
    private static let grace = DrainGrace(calls: 45_000_000_000, idle: 3_000_000_000)
    /// At SIGQUIT, when another mirror serves the same socket: an idle connection lives as long as ever, and a long answer may end.
    private static let patience = DrainGrace(calls: 600_000_000_000, idle: ServerLimits().idleTimeout)

    init(_ arguments: Arguments) {
        self.arguments = arguments
        folder = roleFolder(arguments)
    }

    func run() throws {
        let inherited = try InheritedSockets.take()
        // Wrong use first: it must leave nothing behind.
        var configuration = try configuration()
        configuration.sockets = inherited.notNamed("metrics")
        configuration.metricsSocket = inherited.named("metrics").first
        let limits = try spoolLimits()
        try checkTrust()
        let loop = try EventLoop()
        var isPatient = false
        for number in [SIGTERM, SIGINT] { loop.onSignal(number) { [loop] in loop.stop() } }
        loop.onSignal(SIGQUIT) { [loop] in
            isPatient = true
            loop.stop()
        }
        try folder.makeIfAbsent()
        configuration.tapToken = try token(in: folder.tapTokenFile, of: folder)
        raiseDescriptorLimit()
        let metrics = MetricsRegistry()
        let writer = try SpoolWriter(root: folder.spool, limits: limits)
        expose(writer, in: metrics)
        let mirror = try Mirror(configuration, sink: SpoolSink(writer: writer), metrics: metrics, log: log)
        try mirror.start()
        let supervisor = Supervisor(loop: loop, environment: courierEnvironment(), log: log)
        if !arguments.has("without-courier") {
            let role = Supervisor.Role(
                name: "courier", arguments: { [folder] _ in ["courier", "--data-folder", folder.path] }, yields: true)
            try supervisor.start(role) { _ in }
        }
        if configuration.tls != nil { loop.onSignal(SIGHUP) { [self] in reloadTLS(of: mirror) } }
        announce(
            "ready mirror=\(url(of: mirror.address, tls: configuration.tls != nil)) metrics=\(mirror.metricsAddress.map { url(of: $0) } ?? "none")"
        )
        watchSpool(writer, on: loop, wasFull: false)
        loop.run()
        if isPatient { try drainPatiently(mirror, on: loop) } else { mirror.drain(Self.grace) }
        writer.close()
        supervisor.end("courier", grace: 30)
    }

    /// Ends with time for everything, unless a signal comes that wants it sooner.
    private func drainPatiently(_ mirror: Mirror, on loop: EventLoop) throws {
        log.info("mirror", "another mirror takes new connections; the calls in flight are finished here")
        for number in [SIGTERM, SIGINT] { loop.onSignal(number) { mirror.hasten(Self.grace) } }
        let helper = try LoopThread(name: "drain")
        helper.loop.submit { [loop] in
            mirror.drain(Self.patience)
            loop.stop()
        }
        loop.run()
        helper.stop()
    }

    private func configuration() throws -> MirrorConfiguration {
        var configuration = MirrorConfiguration(settingsFile: folder.settingsFile)
        configuration.address = try SocketAddress(parsing: arguments["mirror-address"] ?? "127.0.0.1:8080")
        configuration.tls = try tlsFiles(arguments)
        configuration.metricsAddress = try SocketAddress(parsing: arguments["metrics-address"] ?? "127.0.0.1:9464")
        configuration.loops = try mirrorLoops(arguments)
        configuration.allowedUpstreams = try allowedUpstreams()
        configuration.allowedUpstreamsFile = folder.allowedUpstreamsFile
        configuration.captureLimit = try arguments.integer("capture-limit", in: 1...1024, default: 8) << 20
        configuration.controlsPerDay = try arguments.integer("control-limit", in: 0...1_000_000_000, default: configuration.controlsPerDay)
        configuration.environment = currentEnvironment()
        return configuration
    }

    /// The hosts of `--allow-upstream`, as URLs or as URLs name them.
    private func allowedUpstreams() throws -> Set<String> {
        let names = arguments["allow-upstream"]?.split(separator: ",") ?? []
        return Set(
            try names.map { name in
                let text = name.filter { $0 != " " }
                guard let url = try? UpstreamURL(text.contains("://") ? text : "https://\(text)"), url.path.isEmpty else {
                    throw CommandError.usage("--allow-upstream takes HOST or HOST:PORT, several with commas between, not \"\(text)\".")
                }
                return url.authority
            })
    }

    private func spoolLimits() throws -> SpoolLimits {
        var limits = SpoolLimits()
        limits.maximumBytes = UInt64(try arguments.integer("spool-limit", in: 1...1_000_000, default: 4096)) << 20
        // A spool that may hold little must not lie in one segment: only those left behind can be removed.
        limits.segmentBytes = Int(limits.maximumBytes / 64)
        limits.syncNanoseconds = UInt64(try arguments.integer("fsync-interval", in: 0...60_000, default: 1000)) * 1_000_000
        return limits
    }

    /// Every call to a production behind TLS would fail by it.
    private func checkTrust() throws {
        guard let file = ClientNetwork.environment.certificateFile, unsafe access(file, R_OK) != 0 else { return }
        throw CommandError.failed("SSL_CERT_FILE names \(file), which cannot be read: name a file of CAs (PEM), or unset it.")
    }

    /// The database that the mirror was told of goes to its courier by the environment, where `ps` does not show it.
    private func courierEnvironment() -> [String: String] {
        guard let url = try? DatabaseOptions.namedURL(arguments) ?? folder.runningServerURL else { return [:] }
        return ["UNDERSTUDY_DATABASE_URL": url]
    }

    private func reloadTLS(of mirror: Mirror) {
        do throws(MirrorError) {
            try mirror.reloadTLS()
            log.info("mirror", "the certificate was read again; apps that connect from now on see it")
        } catch {
            log.error("mirror", "\(error). The certificate from before stays in use")
        }
    }

    /// Says at once when shadowing pauses for want of room, and when it goes on. Production is not touched by either.
    private func watchSpool(_ writer: SpoolWriter, on loop: EventLoop, wasFull: Bool) {
        let state = writer.state
        if state.isFull, !wasFull {
            log.error(
                "mirror", "the spool takes no more: shadow calls are shed until there is room; production is served as ever",
                [
                    "why": state.reason.isEmpty ? "it holds as much as --spool-limit allows; does the database answer?" : state.reason,
                    "spool": folder.spool,
                ])
        } else if wasFull, !state.isFull {
            log.info("mirror", "the spool has room again", ["refused": String(state.refused)])
        }
        loop.schedule(after: 1_000_000_000) { [self] in watchSpool(writer, on: loop, wasFull: state.isFull) }
    }

    private func expose(_ writer: SpoolWriter, in metrics: MetricsRegistry) {
        metrics.gauge("understudy_spool_queued_records", help: "Records that wait for the spool's thread.") {
            Double(writer.state.queued)
        }
        metrics.gauge("understudy_spool_bytes", help: "Bytes on disk that are not shipped and removed yet.") {
            Double(writer.state.bytesOnDisk)
        }
        metrics.gauge("understudy_spool_full", help: "1 while the disk or the spool's limit is full.") { writer.state.isFull ? 1 : 0 }
        metrics.gauge("understudy_spool_refused_records", help: "Records refused since the start.") { Double(writer.state.refused) }
    }
}

/// Lets the process hold as many connections as the system allows it.
private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    // Where it is refused the old limit holds, and the server sheds connections beyond it.
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
