internal import Configuration
public import EventLoop
internal import HTTPServer
internal import Synchronization
public import Telemetry
internal import Traffic

/// The mirror: answers every call exactly as production would, and beside that sends a sampled share to the candidates.
///
/// One event loop a core serves production; one further thread does everything else. Routes and trials come from a checksummed
/// local file and nothing else is needed to serve: no database, no network but the upstreams.
public final class Mirror: Sendable {
    private let configuration: MirrorConfiguration
    private let log: Log
    private let registry: MetricsRegistry
    private let desk: ShadowDesk
    private let limits: CaptureLimits
    private let state = Mutex(State())
    private let keeper: SettingsKeeper

    private struct State {
        var loops: [ProductionLoop] = []
        var address: SocketAddress?
        var metricsAddress: SocketAddress?
        var isDraining = false
        var tls: TLSContext?
    }

    /// Prepares a mirror; nothing is served before `start`. Throws `resources`.
    public init(
        _ configuration: MirrorConfiguration, sink: any PairSink, metrics: MetricsRegistry, log: Log
    ) throws(MirrorError) {
        self.configuration = configuration
        self.log = log
        registry = metrics
        limits = CaptureLimits(
            perMessage: configuration.captureLimit, memory: CaptureMemory(limit: configuration.captureMemory),
            tap: TapAccess(token: configuration.tapToken), failpoints: configuration.failpoints)
        do throws(EventLoopError) {
            desk = try ShadowDesk(
                limits: limits, controlsPerDay: configuration.controlsPerDay, sink: sink, metrics: metrics, log: log)
        } catch {
            throw MirrorError(.resources, "the mirror could not start: \(error)")
        }
        keeper = SettingsKeeper(configuration, desk: desk, log: log, metrics: metrics)
    }

    /// Reads the settings, listens and serves. Returns where apps can call. Blocks until then; not for a loop's thread.
    @discardableResult
    public func start() throws(MirrorError) -> SocketAddress {
        let table = keeper.start()
        do throws(MirrorError) {
            try openMetrics()
            try loadTLS()
            return try openLoops(table)
        } catch {
            stopThreads()
            throw error
        }
    }

    /// Where apps call: what was bound, or before `start` what was asked for.
    public var address: SocketAddress { state.withLock { $0.address } ?? configuration.address }
    /// Where metrics are; nil before `start` and where none are served.
    public var metricsAddress: SocketAddress? { state.withLock { $0.metricsAddress } }
    /// Whether calls are served and settings have been read.
    public var isReady: Bool { notReadyBecause == nil }

    private var notReadyBecause: String? {
        let (isServing, isDraining) = state.withLock { (!$0.loops.isEmpty, $0.isDraining) }
        if isDraining { return "the mirror is stopping" }
        if !isServing { return "the mirror is starting" }
        return keeper.hasSettings ? nil : "there are no settings yet at \(configuration.settingsFile)"
    }

    /// Ends the mirror: stops accepting, lets calls in flight be answered and then shadow legs end, both together within `grace`, hands
    /// the last counts to the sink, ends all threads. Blocks until then; not for a loop's thread. Once.
    public func drain(_ grace: DrainGrace) {
        let end = MonotonicClock.nanoseconds() + grace.calls
        let loops = state.withLock { state in
            state.isDraining = true
            return state.loops
        }
        // Where another process serves the same address, what it says of itself is what counts.
        if configuration.metricsSocket != nil { desk.submit { desk in desk.closeMetrics() } }
        let waiters = loops.map { loop in
            let waiter = Waiter<Void>()
            loop.thread.loop.submit { loop.close(grace) { waiter.give(()) } }
            return waiter
        }
        for waiter in waiters { waiter.wait() }
        let waiter = Waiter<Void>()
        keeper.stop()
        let now = MonotonicClock.nanoseconds()
        desk.submit { desk in desk.close(grace: end > now ? end - now : 0) { waiter.give(()) } }
        waiter.wait()
        stopThreads()
    }

    /// While `drain` runs on another thread: gives connections so long from now on.
    public func hasten(_ grace: DrainGrace) {
        for loop in state.withLock({ $0.loops }) { loop.thread.loop.submit { loop.hasten(grace) } }
    }

    /// Reads the certificate and its key anew and shows them to apps that connect from now on; calls and connections that are open
    /// go on as they are. Throws where the new ones cannot be used, or have ended: then the old ones stay.
    public func reloadTLS() throws(MirrorError) {
        guard let files = configuration.tls else { return }
        let context = try MirrorTLS.read(files)
        guard !MirrorTLS.hasEnded(context) else { throw MirrorError(.tls, MirrorTLS.endedText(files, context)) }
        let loops = state.withLock { state in
            state.tls = context
            return state.loops
        }
        for loop in loops { loop.thread.loop.submit { loop.show(context) } }
    }

    private func loadTLS() throws(MirrorError) {
        guard let files = configuration.tls else { return }
        let context = try MirrorTLS.read(files)
        // Served all the same: some apps do not look, and none is helped by a mirror that does not start.
        if MirrorTLS.hasEnded(context) { log.error("mirror", MirrorTLS.endedText(files, context)) }
        state.withLock { $0.tls = context }
        registry.gauge(
            "understudy_tls_certificate_end_seconds", help: "When the certificate that apps see ends, in seconds since 1970."
        ) { [unowned self] in Double(state.withLock { $0.tls?.notAfter } ?? 0) }
    }

    private func openMetrics() throws(MirrorError) {
        guard let wanted = configuration.metricsSocket?.address ?? configuration.metricsAddress else { return }
        let waiter = Waiter<Result<SocketAddress, EventLoopError>>()
        desk.submit { [self] desk in
            do throws(EventLoopError) {
                let handed = configuration.metricsSocket
                let socket = if let handed { handed } else { try ListeningSocket(wanted) }
                let server = try MetricsServer(loop: desk.thread.loop, on: socket, registry: registry) { [unowned self] in
                    notReadyBecause
                }
                desk.keep(server)
                waiter.give(.success(server.address))
            } catch {
                waiter.give(.failure(error))
            }
        }
        switch waiter.wait() {
        case .success(let bound): state.withLock { $0.metricsAddress = bound }
        case .failure(let error): throw MirrorError(.cannotListenForMetrics, "cannot serve metrics on \(wanted): \(error)")
        }
    }

    private func openLoops(_ table: RouteTable) throws(MirrorError) -> SocketAddress {
        var loops: [ProductionLoop] = []
        let bound: SocketAddress
        do throws(EventLoopError) {
            let sockets =
                configuration.sockets.isEmpty
                ? try ListeningSocket.shared(configuration.address, by: configuration.loops) : configuration.sockets
            bound = sockets[0].address
            for number in 0..<configuration.loops {
                let waiter = Waiter<Result<Void, EventLoopError>>()
                let loop = try ProductionLoop(name: "mirror-\(number)", table: table, desk: desk, limits: limits)
                loops.append(loop)
                state.withLock { $0.loops = loops }
                let tls = state.withLock { $0.tls }
                let socket = sockets[number % sockets.count]
                loop.thread.loop.submit { [serverLimits = configuration.serverLimits] in
                    do throws(EventLoopError) {
                        try loop.open(socket, tls: tls, limits: serverLimits)
                        waiter.give(.success(()))
                    } catch {
                        waiter.give(.failure(error))
                    }
                }
                try waiter.wait().get()
            }
        } catch {
            throw MirrorError(.cannotListen, "the mirror cannot listen: \(error)")
        }
        state.withLock { $0.address = bound }
        keeper.publish(to: loops)
        registry.gauge("understudy_captured_bytes", help: "Bytes held for calls being shadowed.") { [memory = limits.memory] in
            Double(memory.bytes)
        }
        return bound
    }

    private func stopThreads() {
        for loop in state.withLock({ $0.loops }) { loop.thread.stop() }
        desk.thread.stop()
    }
}

/// How long a mirror that ends goes on, in nanoseconds.
public struct DrainGrace: Sendable {
    /// For calls in flight, and for their shadows.
    public var calls: UInt64
    /// For connections that are idle: a client may be about to send on one.
    public var idle: UInt64

    public init(calls: UInt64, idle: UInt64) {
        self.calls = calls
        self.idle = idle
    }
}
