public import EventLoop
internal import Glibc
internal import HTTPServer
internal import HTTPWire
internal import JSON

/// A small OpenAI-compatible server that answers chat completions as a `StandInModel` says. For trying things out and for tests.
///
/// Every answer is marked as simulated (`X-Understudy-Simulated: true`, `system_fingerprint`), so that whatever is made of it can
/// say so. Belongs to its own thread; `stop` may be called from any other.
public final class StandInServer: @unchecked Sendable {
    // @unchecked: `occurrences`, `number` and `server` are touched on the loop's thread only.
    private let model: StandInModel
    private let ledger: StandInLedger?
    private let thread: LoopThread
    private var server: HTTPServer?
    private var occurrences: [String: Int] = [:]
    private var number = 0

    /// Reads no file itself. `ledger` is the path of an append-only file that gets a line for each request before its answer ends,
    /// for tests that must know what was answered whatever else dies; nil keeps none.
    public init(_ model: StandInModel, ledger: String? = nil) throws {
        self.model = model
        self.ledger = try ledger.map { try StandInLedger(path: $0) }
        thread = try LoopThread(name: "stand-in")
    }

    /// Starts to listen and gives the address that was bound (port 0 lets the kernel choose).
    public func listen(_ address: SocketAddress) throws -> SocketAddress {
        try thread.perform { [self] in
            let server = HTTPServer(loop: thread.loop) { [unowned self] _ in
                BufferedHandler(limit: 64 << 20) { [unowned self] exchange, body in self.handle(exchange, body) }
            }
            self.server = server
            return try server.listen(address)
        }
    }

    /// Stops answering and ends the thread.
    public func stop() { thread.stop() }

    private func handle(_ exchange: Exchange, _ body: [UInt8]) {
        let target = exchange.head.targetText
        guard exchange.head.method == "POST", target.split(separator: "?").first?.hasSuffix("/chat/completions") == true else {
            let known = target.hasSuffix("/models") || target == "/"
            let text =
                known ? #"{"object":"list","data":[{"id":"\#(model.name)","object":"model"}]}"# : #"{"error":{"message":"not found"}}"#
            exchange.respondSimple(status: known ? 200 : 404, headers: StandInAnswerWriter.headers, body: Array(text.utf8))
            return
        }
        guard let request = try? JSONValue.parse(body) else {
            let text = #"{"error":{"message":"the body is not JSON","type":"invalid_request_error"}}"#
            exchange.respondSimple(status: 400, headers: StandInAnswerWriter.headers, body: Array(text.utf8))
            return
        }
        let message = Self.lastUserText(request)
        let occurrence = occurrences[message, default: 0]
        occurrences[message] = occurrence + 1
        number += 1
        let answer = model.answer(to: message, occurrence: occurrence)
        let writer = StandInAnswerWriter(
            exchange: exchange, loop: thread.loop, model: model.name, answer: answer, request: request, requestBytes: body.count,
            number: number
        ) { [self] requestID in
            ledger?.append(
                message: message, answer: answer, requestID: requestID, leg: exchange.head.headers["Understudy-Leg"] ?? "production")
        }
        writer.start()
    }

    /// The text of the last user message, parts joined.
    private static func lastUserText(_ request: JSONValue) -> String {
        let messages = request["messages"]?.arrayValue ?? []
        guard let last = messages.last(where: { $0["role"]?.stringValue == "user" }) else { return "" }
        if let text = last["content"]?.stringValue { return text }
        return (last["content"]?.arrayValue ?? []).compactMap { $0["text"]?.stringValue }.joined()
    }
}
