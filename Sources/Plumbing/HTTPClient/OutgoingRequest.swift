public import HTTPWire

/// A request as it goes up to a server.
public struct OutgoingRequest: Sendable {
    /// The method, sent as it is.
    public var method: String
    /// Scheme and authority, such as `https://api.example.com` or `http://127.0.0.1:8000`, without a slash at the end.
    public var origin: String
    /// Path and query, sent byte for byte.
    public var target: [UInt8]
    /// The header lines, sent in this order. `Content-Length` and `Transfer-Encoding` are left out, since `body` says them; `Host` is
    /// made from `origin` unless it stands here. Nothing else is added.
    public var headers: Headers
    /// What follows the head.
    public var body: OutgoingBody
    /// For the whole transfer from its start to the last byte of the answer; nil is no limit.
    public var timeoutNanoseconds: UInt64?
    /// The path of a Unix socket to connect to instead of the origin's host.
    public var unixSocket: String?
    /// Whether to offer HTTP/2 to an `https` origin. Plain `http` is always HTTP/1.1.
    public var http2: Bool

    /// Takes all parts as they are.
    public init(
        method: String = "GET", origin: String, target: [UInt8], headers: Headers = [], body: OutgoingBody = .none,
        timeoutNanoseconds: UInt64? = nil, unixSocket: String? = nil, http2: Bool = true
    ) {
        self.method = method
        self.origin = origin
        self.target = target
        self.headers = headers
        self.body = body
        self.timeoutNanoseconds = timeoutNanoseconds
        self.unixSocket = unixSocket
        self.http2 = http2
    }

    /// Takes origin and target from one URL, which is split at the first slash after the authority.
    public init(
        method: String = "GET", url: String, headers: Headers = [], body: OutgoingBody = .none,
        timeoutNanoseconds: UInt64? = nil, unixSocket: String? = nil, http2: Bool = true
    ) {
        let bytes = Array(url.utf8)
        let authority = (bytes.firstIndex(of: UInt8(ascii: ":")) ?? 0) + 3
        let slash =
            bytes.indices.first { $0 >= authority && (bytes[$0] == UInt8(ascii: "/") || bytes[$0] == UInt8(ascii: "?")) } ?? bytes.count
        let rest = Array(bytes[slash...])
        self.init(
            method: method, origin: String(decoding: bytes[..<slash], as: UTF8.self),
            target: rest.first == UInt8(ascii: "/") ? rest : [UInt8(ascii: "/")] + rest, headers: headers, body: body,
            timeoutNanoseconds: timeoutNanoseconds, unixSocket: unixSocket, http2: http2)
    }
}

/// A request's body.
public enum OutgoingBody: Sendable {
    /// No body and no `Content-Length`.
    case none
    /// All of it, with its `Content-Length`.
    case bytes([UInt8])
    /// Handed over piece by piece with `Transfer.write` and `finishBody`: so many bytes with a `Content-Length`, or chunked
    /// where the length is nil.
    case streamed(length: Int64?)
}

/// What a client keeps to itself and for how long.
public struct ClientLimits: Sendable {
    /// Connections to one host at once; further transfers wait. 0 is no limit.
    public var connectionsPerHost: Int
    /// Connections kept open though nothing uses them.
    public var idleConnections: Int
    /// How long such a connection is still used again.
    public var idleSeconds: Int
    /// How long a connection is used at all, so that a host that has moved is followed.
    public var connectionSeconds: Int
    /// How long a host's address is remembered.
    public var nameSeconds: Int
    /// For resolving, connecting and the TLS handshake together.
    public var connectTimeoutNanoseconds: UInt64

    /// The defaults suit a proxy: no limit per host, 1,024 idle connections for 55 s (servers mostly close theirs after 60 s or
    /// more), a host's move followed within five minutes and a call's length, 10 s to connect.
    public init(
        connectionsPerHost: Int = 0, idleConnections: Int = 1024, idleSeconds: Int = 55, connectionSeconds: Int = 270,
        nameSeconds: Int = 30,
        connectTimeoutNanoseconds: UInt64 = 10_000_000_000
    ) {
        self.connectionsPerHost = connectionsPerHost
        self.idleConnections = idleConnections
        self.idleSeconds = idleSeconds
        self.connectionSeconds = connectionSeconds
        self.nameSeconds = nameSeconds
        self.connectTimeoutNanoseconds = connectTimeoutNanoseconds
    }
}
