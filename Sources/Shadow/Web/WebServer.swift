public import EventLoop
internal import HTTPServer
internal import HTTPWire
internal import Postgres
internal import Report
internal import Synchronization
public import Telemetry

/// The web role: the list of trials and their reports, as pages and as JSON, for whoever knows the token.
///
/// One loop thread serves connections; one other thread talks to the database, a request at a time. At most
/// `maximumWaiting` requests wait for it; further ones get 503 at once.
public final class WebServer: @unchecked Sendable {
    // @unchecked: `server` is touched on the serving loop only; everything else is Sendable.
    /// Requests that may wait for the database.
    public static let maximumWaiting = 32

    private let access: WebAccess
    private let pages: WebPages
    private let serving: LoopThread
    private let database: LoopThread
    private let waiting = Atomic<Int>(0)
    private let refused: Counter
    private var server: HTTPServer?

    /// - Parameters:
    ///   - url: the database; connected to when the first page is asked for, and again after it was lost.
    ///   - token: what opens the pages, at least 20 characters.
    public init(url: String, token: String, log: Log, metrics: MetricsRegistry) throws(EventLoopError) {
        access = WebAccess(token: token)
        pages = WebPages(url: url, log: log)
        serving = try LoopThread(name: "web")
        database = try LoopThread(name: "web-database")
        refused = metrics.counter("understudy_web_refused_total", help: "Requests answered with 503 because too many waited.")
    }

    /// Starts to listen and gives the address that was bound.
    public func listen(_ address: SocketAddress) throws -> SocketAddress {
        try serving.perform { [self] in
            let server = HTTPServer(loop: serving.loop) { [self] exchange in
                BufferedHandler(limit: 64 << 10) { [self] exchange, _ in handle(exchange) }
            }
            self.server = server
            return try server.listen(address)
        }
    }

    /// Ends both threads.
    public func stop() {
        serving.stop()
        database.stop()
    }

    private func handle(_ exchange: Exchange) {
        let target = WebTarget(exchange.head.targetText)
        if target.path == "/livez" {
            exchange.respondSimple(status: 200, headers: WebReply.headers("text/plain; charset=utf-8"), body: Array("ok\n".utf8))
            return
        }
        guard exchange.head.method == "GET" || exchange.head.method == "HEAD" else {
            WebReply.text(405, "only GET is served here").send(exchange)
            return
        }
        switch access.check(exchange.head.headers, target) {
        case .allowed: break
        case .signIn(let reply), .refused(let reply):
            reply.send(exchange)
            return
        }
        guard waiting.load(ordering: .relaxed) < Self.maximumWaiting else {
            refused.add()
            WebReply.text(503, "too many requests wait for the database; try again").send(exchange)
            return
        }
        waiting.add(1, ordering: .relaxed)
        let answer = ExchangeBox(exchange)
        database.loop.submit { [self] in
            let reply = pages.reply(to: target)
            waiting.subtract(1, ordering: .relaxed)
            serving.loop.submit { reply.send(answer.exchange) }
        }
    }
}

/// Carries an exchange across the database thread, which never touches it.
private final class ExchangeBox: @unchecked Sendable {
    // @unchecked: the exchange is used on its loop's thread only; this box merely travels.
    let exchange: Exchange
    init(_ exchange: Exchange) { self.exchange = exchange }
}
