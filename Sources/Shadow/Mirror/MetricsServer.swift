public import EventLoop
internal import HTTPServer
internal import HTTPWire
public import Telemetry

/// `/metrics`, `/livez` and `/readyz` of a process. Loop thread only.
public final class MetricsServer {
    private var server: HTTPServer?

    /// Listens at once; `readiness` says why the process is not ready, or nil. Throws `cannotListen`.
    public convenience init(
        loop: EventLoop, address: SocketAddress, registry: MetricsRegistry, readiness: @escaping () -> String?
    ) throws(EventLoopError) {
        try self.init(loop: loop, on: ListeningSocket(address), registry: registry, readiness: readiness)
    }

    /// Accepts from a socket at once.
    public init(
        loop: EventLoop, on socket: ListeningSocket, registry: MetricsRegistry, readiness: @escaping () -> String?
    ) throws(EventLoopError) {
        let server = HTTPServer(loop: loop) { _ in
            BufferedHandler(limit: 1024) { exchange, _ in
                MetricsServer.answer(exchange, registry, readiness)
            }
        }
        self.server = server
        self.address = try server.listen(on: socket)
    }

    /// What was bound.
    public let address: SocketAddress

    /// Stops at once.
    public func close() {
        server?.shutdown(grace: 0) {}
        server = nil
    }

    private static func answer(_ exchange: Exchange, _ registry: MetricsRegistry, _ readiness: () -> String?) {
        let plain: Headers = [Header("Content-Type", "text/plain; charset=utf-8")]
        guard exchange.head.method == "GET" || exchange.head.method == "HEAD" else {
            return exchange.respondSimple(
                status: 405, headers: [Header("Allow", "GET, HEAD"), Header("Content-Type", "text/plain")], body: Array("only GET\n".utf8))
        }
        let path = exchange.head.originForm.prefix { $0 != UInt8(ascii: "?") }
        switch String(decoding: path, as: UTF8.self) {
        case "/metrics":
            exchange.respondSimple(
                status: 200, headers: [Header("Content-Type", MetricsRegistry.contentType)], body: Array(registry.prometheusText().utf8))
        case "/livez": exchange.respondSimple(status: 200, headers: plain, body: Array("alive\n".utf8))
        case "/readyz":
            if let reason = readiness() {
                exchange.respondSimple(status: 503, headers: plain, body: Array("not ready: \(reason)\n".utf8))
            } else {
                exchange.respondSimple(status: 200, headers: plain, body: Array("ready\n".utf8))
            }
        default: exchange.respondSimple(status: 404, headers: plain, body: Array("try /metrics, /livez or /readyz\n".utf8))
        }
    }
}
