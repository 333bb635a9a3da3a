internal import HTTPWire

/// What answers one request. All calls come on the loop's thread, and none after the response has been finished or aborted.
public protocol ExchangeHandler: AnyObject {
    /// Body bytes, as they came; chunks are not kept apart.
    func requestBody(_ exchange: Exchange, _ bytes: [UInt8])
    /// The request is complete.
    func requestEnded(_ exchange: Exchange)
    /// The connection was lost, closed or given up (a malformed body, a stalled client, the end of the server's grace) before the
    /// response was finished. Nothing can be answered any more.
    func clientLeft(_ exchange: Exchange)
    /// After `write` had returned false: output has fallen to the low-water mark.
    func responseDrained(_ exchange: Exchange)
}

/// A handler for requests that are answered as a whole: collects the body, then asks `answer` for the response.
public final class BufferedHandler: ExchangeHandler {
    private let limit: Int
    private let answer: (Exchange, [UInt8]) -> Void
    private let onClientLeft: ((Exchange) -> Void)?
    private var body: [UInt8] = []

    /// A body of more than `limit` bytes is answered by 413. `answer` gets the exchange and the body; it may respond at once or later.
    public init(limit: Int, answer: @escaping (Exchange, [UInt8]) -> Void, onClientLeft: ((Exchange) -> Void)? = nil) {
        self.limit = limit
        self.answer = answer
        self.onClientLeft = onClientLeft
    }

    /// Collects.
    public func requestBody(_ exchange: Exchange, _ bytes: [UInt8]) {
        guard bytes.count <= limit - body.count else {
            exchange.respondSimple(
                status: 413, headers: [Header("Content-Type", "text/plain")], body: Array("the body is longer than \(limit) bytes\n".utf8))
            return
        }
        if body.isEmpty { body = bytes } else { body.append(contentsOf: bytes) }
    }

    /// Hands the body over.
    public func requestEnded(_ exchange: Exchange) {
        let whole = body
        body = []
        answer(exchange, whole)
    }

    /// Passes it on.
    public func clientLeft(_ exchange: Exchange) { onClientLeft?(exchange) }

    /// Nothing: small answers are written at once.
    public func responseDrained(_ exchange: Exchange) {}
}
