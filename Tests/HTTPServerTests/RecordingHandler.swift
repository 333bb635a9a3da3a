import HTTPServer
import HTTPWire

/// What a handler was told, in order.
enum Told: Equatable, Sendable {
    case head(String)
    case body(Int)
    case ended
    case left
    case drained
}

/// A handler that notes what it is told and then does what the test wants. Lives on the server's loop.
final class RecordingHandler: ExchangeHandler, @unchecked Sendable {
    private let record: @Sendable (Told, Exchange) -> Void

    init(_ exchange: Exchange, _ record: @escaping @Sendable (Told, Exchange) -> Void) {
        self.record = record
        record(.head("\(exchange.head.method) \(exchange.head.targetText)"), exchange)
    }

    func requestBody(_ exchange: Exchange, _ bytes: [UInt8]) { record(.body(bytes.count), exchange) }
    func requestEnded(_ exchange: Exchange) { record(.ended, exchange) }
    func clientLeft(_ exchange: Exchange) { record(.left, exchange) }
    func responseDrained(_ exchange: Exchange) { record(.drained, exchange) }
}

/// An exchange carried to another thread, to be used by `LoopThread.submit` only.
struct Carried: @unchecked Sendable {
    let exchange: Exchange
}

/// Echoes method, target and body.
@Sendable func echo(_ exchange: Exchange) -> any ExchangeHandler {
    BufferedHandler(limit: 1 << 20) { exchange, body in
        let text = "\(exchange.head.method) \(exchange.head.targetText) \(String(decoding: body, as: UTF8.self))"
        exchange.respondSimple(status: 200, body: Array(text.utf8))
    }
}

func milliseconds(_ count: UInt64) -> UInt64 { count * 1_000_000 }
