internal import EventLoop
internal import HTTPServer
internal import HTTPWire

/// What a candidate can do to whoever asks it.
enum Misbehaviour: CaseIterable {
    case none, hangs, slow, resets, refuses, floods, large
}

/// Production and candidates on ports of their own, all on one thread.
///
/// `@unchecked Sendable`: `servers` is touched by the loop's thread alone.
final class Models: @unchecked Sendable {
    private let thread: LoopThread
    private var servers: [HTTPServer] = []

    init() throws { thread = try LoopThread(name: "models") }

    /// The URL of a model that behaves so.
    func start(_ misbehaviour: Misbehaviour) throws -> String {
        guard misbehaviour != .refuses else { return "http://127.0.0.1:1" }  // nobody listens there
        let address = try thread.perform { [self] in
            let server = HTTPServer(loop: thread.loop) { [thread] _ in ModelAnswer(misbehaviour, on: thread.loop) }
            servers.append(server)
            return try server.listen(.tcp(host: "127.0.0.1", port: 0))
        }
        return "http://\(address)"
    }
}

/// Answers one request as its candidate does.
private final class ModelAnswer: ExchangeHandler {
    private static let answer = Array(
        (#"{"id":"chatcmpl-1","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","#
            + #""content":"card_arrival"},"finish_reason":"stop"}],"usage":{"prompt_tokens":50,"completion_tokens":4,"total_tokens":54}}"#)
            .utf8)
    private static let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
    private static let json: Headers = [Header("Content-Type", "application/json")]

    private let misbehaviour: Misbehaviour
    private let loop: EventLoop
    private var owed = 0

    init(_ misbehaviour: Misbehaviour, on loop: EventLoop) {
        self.misbehaviour = misbehaviour
        self.loop = loop
    }

    func requestBody(_ exchange: Exchange, _ bytes: [UInt8]) {}
    func clientLeft(_ exchange: Exchange) {}

    func requestEnded(_ exchange: Exchange) {
        switch misbehaviour {
        case .none:
            loop.schedule(after: 20_000_000) {
                exchange.respondSimple(status: 200, headers: ModelAnswer.json, body: ModelAnswer.answer)
            }
        case .hangs, .refuses: break
        case .resets: exchange.abort()
        case .slow:
            exchange.respond(status: 200, headers: ModelAnswer.json, body: .chunked)
            drip(exchange)
        case .floods:
            owed = .max
            exchange.respond(status: 200, headers: ModelAnswer.json, body: .chunked)
            responseDrained(exchange)
        case .large:
            owed = 100 << 20
            exchange.respond(status: 200, headers: ModelAnswer.json, body: .length(Int64(owed)))
            responseDrained(exchange)
        }
    }

    func responseDrained(_ exchange: Exchange) {
        while owed > 0, !exchange.isOver {
            owed -= ModelAnswer.piece.count
            if !exchange.write(ModelAnswer.piece) { return }
        }
        exchange.finish()
    }

    private func drip(_ exchange: Exchange) {
        guard !exchange.isOver else { return }
        exchange.write([UInt8(ascii: " ")])
        loop.schedule(after: 50_000_000) { [self] in drip(exchange) }
    }
}
