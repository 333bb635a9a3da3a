public import EventLoop
internal import HTTPServer
internal import HTTPWire
internal import Postgres
internal import Report
internal import Synchronization
public import Telemetry

/// The web role: the list of trials and their reports, as pages and as JSON, and the way in for feedback, for whoever knows the token.
///
/// One loop thread serves connections; one other thread talks to the database, a request at a time. At most
/// `maximumWaiting` requests wait for it; further ones get 503 at once.
public final class WebServer: @unchecked Sendable {
    // @unchecked: `server` is touched on the serving loop only; everything else is Sendable.
    /// Requests that may wait for the database.
    public static let maximumWaiting = 32

    private let access: WebAccess
    private let storage: WebDatabase
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
        storage = WebDatabase(url: url, log: log)
        pages = WebPages(database: storage)
        serving = try LoopThread(name: "web")
        database = try LoopThread(name: "web-database")
        refused = metrics.counter("understudy_web_refused_total", help: "Requests answered with 503 because too many waited.")
    }

    /// Starts to listen and gives the address that was bound.
    public func listen(_ address: SocketAddress) throws -> SocketAddress {
        try serving.perform { [self] in
            let server = HTTPServer(loop: serving.loop) { [self] exchange in handler(for: exchange) }
            self.server = server
            return try server.listen(address)
        }
    }

    /// Ends both threads.
    public func stop() {
        serving.stop()
        database.stop()
    }

    private func handler(for exchange: Exchange) -> BufferedHandler {
        let target = WebTarget(exchange.head.targetText)
        guard let workload = WebFeedback.workload(target) else {
            return BufferedHandler(limit: 64 << 10) { [self] exchange, _ in handle(exchange, target) }
        }
        // Answered before the body is read: nobody else's is held in memory.
        if exchange.head.method != "POST" {
            WebFeedback.wrongMethod.send(exchange)
        } else if !access.allowsChange(exchange.head.headers) {
            WebFeedback.unauthorised.send(exchange)
        }
        return BufferedHandler(limit: WebFeedback.limit) { [self] exchange, body in
            answer(exchange, crowded: WebFeedback.crowded) { [storage] in
                storage.reply(failing: WebFeedback.unavailable) { try WebFeedback.reply(to: body, workload: workload, on: $0) }
            }
        }
    }

    private func handle(_ exchange: Exchange, _ target: WebTarget) {
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
        answer(exchange, crowded: .text(503, "too many requests wait for the database; try again")) { [pages] in pages.reply(to: target) }
    }

    /// Has the database thread make the answer; `crowded` at once where too many wait for it.
    private func answer(_ exchange: Exchange, crowded: WebReply, _ make: @escaping @Sendable () -> WebReply) {
        guard waiting.load(ordering: .relaxed) < Self.maximumWaiting else {
            refused.add()
            crowded.send(exchange)
            return
        }
        waiting.add(1, ordering: .relaxed)
        let box = ExchangeBox(exchange)
        database.loop.submit { [self] in
            let reply = make()
            waiting.subtract(1, ordering: .relaxed)
            serving.loop.submit { reply.send(box.exchange) }
        }
    }
}

/// Carries an exchange across the database thread, which never touches it.
private final class ExchangeBox: @unchecked Sendable {
    // @unchecked: the exchange is used on its loop's thread only; this box merely travels.
    let exchange: Exchange
    init(_ exchange: Exchange) { self.exchange = exchange }
}
