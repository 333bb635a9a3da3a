internal import EventLoop
internal import Mirror
internal import Synchronization
internal import Telemetry

/// Serves a worker's metrics, on a thread of its own: the worker's waits for the database.
final class WorkerMetrics: @unchecked Sendable {
    // @unchecked: `server` is touched on the loop's thread only; everything else is Sendable.
    /// Whether the worker has its database.
    let isReady = Atomic<Bool>(false)
    private let registry: MetricsRegistry
    private let thread: LoopThread
    private var server: MetricsServer?

    init(_ registry: MetricsRegistry) throws {
        self.registry = registry
        thread = try LoopThread(name: "metrics")
    }

    /// Starts to listen and gives the address that was bound.
    func listen(_ address: SocketAddress) throws -> SocketAddress {
        try thread.perform { [self] in
            let server = try MetricsServer(loop: thread.loop, address: address, registry: registry) { [weak self] in
                self?.isReady.load(ordering: .relaxed) == true ? nil : "the database cannot be used now"
            }
            self.server = server
            return server.address
        }
    }

    /// Ends the thread.
    func stop() {
        thread.loop.submit { [self] in
            server?.close()
            server = nil
        }
        thread.stop()
    }
}
