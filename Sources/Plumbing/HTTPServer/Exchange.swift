public import HTTPWire

/// One request and its response. Loop thread only. When the exchange is over, every further call is without effect, so a handler
/// need not know whether its client has left meanwhile.
public final class Exchange {
    /// The request as it came.
    public let head: RequestHead
    /// Whether the response has been finished or aborted, or the client has left.
    public var isOver: Bool { connection == nil }
    /// What followed a chunked body, once the handler's `requestEnded` has been called.
    public internal(set) var requestTrailers = Headers()
    /// Whether `respond` has been called.
    public private(set) var hasResponded = false

    private var connection: ServerConnection?
    private var writesChunks = false
    private var skipsBody = false
    /// Body bytes still owed, where a length was promised.
    private var owed: Int64?

    init(head: RequestHead, connection: ServerConnection) {
        self.head = head
        self.connection = connection
    }

    /// Begins the response; only the first call counts.
    ///
    /// `headers` go out as they are but for `Connection`, `Keep-Alive` and `Transfer-Encoding`, which belong to the connection, and
    /// `Content-Length`, which always says what `body` says (`ResponseHead.serialise`). The server adds nothing but framing and, where
    /// needed, `Connection`. For HEAD, 204 and 304 no body is sent whatever is written, and `.length` still shows its number (not on a 204).
    /// A status outside 200...999 aborts. Without `reason` the standard phrase is sent.
    public func respond(status: Int, reason: [UInt8]? = nil, headers: Headers, body: ResponseFraming) {
        guard let connection, !hasResponded else { return }
        guard (200...999).contains(status) else { return abort() }
        hasResponded = true
        skipsBody = head.method == "HEAD" || status == 204 || status == 304
        var framing = body
        if status == 204 || status == 304 && body == .chunked {
            framing = .none
        } else if case .none = body, !skipsBody {
            framing = .length(0)
        } else if case .chunked = body, head.version == .http10 {
            framing = .untilClose
        }
        writesChunks = framing == .chunked && !skipsBody
        if case .length(let bytes) = framing, !skipsBody { owed = bytes }
        if framing == .untilClose, !skipsBody { connection.bodyEndsWithConnection() }
        connection.sendHead(ResponseHead(status: status, reason: reason, headers: headers), framing: framing, version: head.version)
    }

    /// Sends an interim answer (1xx, not 101) before the response, as often as wanted; a client of HTTP/1.0 gets none. Of `headers`
    /// those about the connection are left out.
    public func respondInterim(status: Int, reason: [UInt8]? = nil, headers: Headers) {
        guard let connection, !hasResponded, head.version == .http11, (100...199).contains(status), status != 101 else { return }
        connection.sendInterim(ResponseHead(status: status, reason: reason, headers: headers))
    }

    /// Sends body bytes. False means that much output is waiting and the caller should stop until `responseDrained`; the bytes are
    /// taken all the same. More bytes than `.length` promised break the connection off.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool { write(bytes.span) }

    /// Sends body bytes.
    @discardableResult
    public func write(_ bytes: ArraySlice<UInt8>) -> Bool { write(bytes.span) }

    /// Sends body bytes.
    @discardableResult
    public func write(_ bytes: Span<UInt8>) -> Bool {
        guard let connection, hasResponded, !skipsBody, !bytes.isEmpty else { return true }
        if let left = owed {
            guard bytes.count <= left else {
                abort()
                return true
            }
            owed = left - Int64(bytes.count)
        }
        return connection.sendBody(bytes, asChunk: writesChunks)
    }

    /// Completes the response; the connection then goes on to the next request. Fewer bytes than promised break it off instead, so
    /// that the client cannot take the part for the whole. Without `respond` before, the connection is closed unanswered. `trailers`
    /// follow a chunked body; elsewhere there is no place for them.
    public func finish(trailers: Headers = []) {
        guard let connection else { return }
        guard hasResponded, owed ?? 0 == 0 else { return abort() }
        self.connection = nil
        connection.responseFinished(endChunks: writesChunks, trailers: trailers)
    }

    /// Breaks the response off: what has been written is sent, then the connection ends such that the client sees a broken body.
    public func abort() {
        guard let connection else { return }
        self.connection = nil
        connection.responseAborted()
    }

    /// Holds the client's body back: no `requestBody` until `resumeReading`, and with its TCP window full the client must wait. Called before the body was asked for by `100 Continue`, it also holds that back.
    public func pauseReading() { connection?.pauseInput() }

    /// Takes the body up again.
    public func resumeReading() { connection?.resumeInput() }

    /// A whole small answer with its `Content-Length`.
    public func respondSimple(status: Int, headers: Headers = [], body: [UInt8] = []) {
        guard let connection, !hasResponded else { return }
        connection.answersEarlyIfUnread()
        respond(status: status, headers: headers, body: .length(Int64(body.count)))
        write(body)
        finish()
    }

    /// The connection is gone or the exchange given up.
    func detach() { connection = nil }
}
