/// Where to listen or what was bound.
public enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// A host (name, IPv4 or IPv6 address without brackets; empty for every address) and a port, 0 to let the kernel choose.
    case tcp(host: String, port: UInt16)
    /// A Unix socket's path, less than 108 bytes.
    case unix(path: String)

    /// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`, `:8080` (every address) or `unix:/run/x.sock`. Throws `invalidAddress`.
    public init(parsing text: String) throws(EventLoopError) {
        let failure = EventLoopError(
            .invalidAddress, "\"\(text)\" is no address: write host:port, e.g. 127.0.0.1:8080 or [::1]:8080, or unix:/path")
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty else { throw failure }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":") else { throw failure }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else { throw failure }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard !host.isEmpty else { throw failure }
        } else if host.contains(where: { $0 == ":" || $0 == "[" || $0 == "]" }) {
            throw failure
        }
        self = .tcp(host: String(host), port: port)
    }

    /// As `init(parsing:)` reads it.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
