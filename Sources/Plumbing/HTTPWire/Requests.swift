/// The HTTP versions spoken. A higher minor version is handled as 1.1 (RFC 9110 §2.5).
public enum HTTPVersion: Sendable, Hashable {
    case http10
    case http11
}

/// How a request's body is delimited (RFC 9112 §6.3).
public enum RequestFraming: Sendable, Hashable {
    /// No body.
    case none
    /// Exactly so many bytes.
    case length(Int64)
    /// The chunked transfer coding.
    case chunked
}

/// A request's first part as it came.
public struct RequestHead: Sendable {
    /// The method, case as sent.
    public var method: String
    /// The request target byte for byte, e.g. `/support/v1/chat/completions?x=%2f`.
    public var target: [UInt8]
    /// The sender's version.
    public var version: HTTPVersion
    /// The header lines, hop-by-hop ones included.
    public var headers: Headers
    /// How the body is delimited.
    public var framing: RequestFraming
    /// Whether the sender wants the connection kept after this exchange (RFC 9112 §9.3).
    public var keepsAlive: Bool
    /// Whether the sender waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1).
    public var expectsContinue: Bool

    /// A head from its parts; a server gets one from `RequestParser`.
    public init(
        method: String, target: [UInt8], version: HTTPVersion = .http11, headers: Headers = [], framing: RequestFraming = .none,
        keepsAlive: Bool = true, expectsContinue: Bool = false
    ) {
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.framing = framing
        self.keepsAlive = keepsAlive
        self.expectsContinue = expectsContinue
    }

    /// The target as text. The parser lets only ASCII through, so nothing is lost.
    public var targetText: String { String(decoding: target, as: UTF8.self) }

    /// Path and query of the target: `http://host/path?q` gives `/path?q`, `http://host` gives `/`; as the sender wrote
    /// them, nothing decoded. `*` and `host:port` (OPTIONS, CONNECT) stay what they are.
    public var originForm: ArraySlice<UInt8> {
        guard target.first != 0x2F, let scheme = RequestTarget.authorityStart(in: target.span) else { return target[...] }
        let rest = target[scheme...]
        guard let slash = rest.firstIndex(where: { $0 == 0x2F || $0 == 0x3F }) else { return [0x2F] }
        return target[slash] == 0x2F ? target[slash...] : [0x2F] + target[slash...]
    }
}

/// What a server answers to a request that it cannot take: the connection is closed after it.
public struct RequestRejection: Error, Sendable, Hashable, CustomStringConvertible {
    /// 400, 408, 413, 431, 501 or 505.
    public var status: Int
    /// One plain line saying what is wrong.
    public var message: String

    /// A rejection with its status and reason.
    public init(status: Int, message: String) {
        self.status = status
        self.message = message
    }

    /// Status and message in one line.
    public var description: String { "\(status) \(StatusReason.phrase(status)): \(message)" }
}

/// What the parser found next.
public enum RequestEvent: Sendable {
    /// A complete head.
    case head(RequestHead)
    /// Body bytes: this range of the input given to `next`.
    case body(Range<Int>)
    /// The request is complete; the bytes after it belong to the next one.
    case end
    /// The request is not acceptable. Nothing comes after this.
    case rejected(RequestRejection)
}
