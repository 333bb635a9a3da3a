/// The base URL of an upstream: `http` or `https`, host, port and path, without credentials, query or fragment.
public struct UpstreamURL: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    public let scheme: String
    /// The host in lower case; an IPv6 address keeps its brackets.
    public let host: String
    /// The port as connected to, the scheme's own where the URL names none.
    public let port: Int
    /// The path without a slash at its end; empty for the root.
    public let path: String

    /// Why a text is not such a URL, as the end of a sentence that says what to write.
    public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        public let description: String
    }

    /// Reads the URL; the refusal never repeats a password that stood in it.
    public init(_ text: String) throws(Refusal) {
        guard let schemeEnd = text.firstRange(of: "://") else {
            throw Refusal(description: "begins with no scheme; write it as https://host or http://host:port")
        }
        scheme = text[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { throw Refusal(description: "must begin with http:// or https://") }
        let rest = text[schemeEnd.upperBound...]
        guard rest.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F && $0 != "\\" && $0 != "\"" && $0 != "<" && $0 != ">" })
        else {
            throw Refusal(description: "holds a space or a character that must be percent-encoded")
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else {
            throw Refusal(description: "must hold no user name or password; name the key by key: { env: NAME } instead")
        }
        guard !rest.contains("?"), !rest.contains("#") else {
            throw Refusal(description: "must end before ? and #; calls bring their own query")
        }
        (host, port) = try UpstreamURL.hostAndPort(authority, defaultPort: scheme == "https" ? 443 : 80)
        var path = rest.dropFirst(authority.count)
        while path.hasSuffix("/") { path.removeLast() }
        self.path = String(path)
    }

    private static func hostAndPort(_ authority: Substring, defaultPort: Int) throws(Refusal) -> (String, Int) {
        var host = authority
        var port = defaultPort
        let bracket = authority.hasPrefix("[") ? authority.lastIndex(of: "]") : nil
        if let colon = authority.lastIndex(of: ":"), bracket.map({ colon > $0 }) ?? true {
            let digits = authority[authority.index(after: colon)...]
            guard digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let number = Int(digits), (1...65_535).contains(number) else {
                throw Refusal(description: "has no port between 1 and 65535 after the colon")
            }
            port = number
            host = authority[..<colon]
        }
        let allowed: (UInt8) -> Bool = { byte in
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
            default: false
            }
        }
        if host.hasPrefix("[") {
            let inner = host.dropFirst().dropLast()
            guard host.hasSuffix("]"), inner.contains(":"), inner.utf8.allSatisfy({ allowed($0) || $0 == UInt8(ascii: ":") }) else {
                throw Refusal(description: "has no complete IPv6 address between the brackets")
            }
        } else {
            guard !host.isEmpty else { throw Refusal(description: "names no host") }
            guard host.utf8.allSatisfy(allowed) else { throw Refusal(description: "holds a host name with characters no host name has") }
        }
        return (host.lowercased(), port)
    }

    /// The URL without a slash at its end and without the scheme's own port.
    public var description: String { "\(scheme)://\(authority)\(path)" }

    /// Host and port as a `Host` header has them: the scheme's own port is left out.
    public var authority: String { port == (scheme == "https" ? 443 : 80) ? host : "\(host):\(port)" }

    /// The path and query to ask for when an app asks for `target` behind the workload's name: the URL's own path, then the
    /// target as it is, with a `/v1` that both have said once (design §3).
    public func target(appending target: String) -> String {
        guard path.hasSuffix("/v1"), target == "/v1" || target.hasPrefix("/v1/") || target.hasPrefix("/v1?") else { return path + target }
        return path + target.dropFirst(3)
    }
}
