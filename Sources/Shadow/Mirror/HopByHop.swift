internal import HTTPWire

/// Headers that belong to one connection and are never passed on (RFC 9110 §7.6.1).
enum HopByHop {
    /// A request's headers as they go up: without hop-by-hop ones, without `Expect` (answered here already) and without `Host`
    /// (the upstream's own is set).
    ///
    /// An app that takes trailers is one hop away from an upstream that may send some, so `TE: trailers` is said anew on the next hop.
    static func requestHeaders(_ headers: Headers) -> Headers {
        var filtered = filtered(headers, request: true)
        if headers.contains("te"), headers.hasToken("trailers", in: "te") {
            filtered.append("TE", "trailers")
            filtered.append("Connection", "TE")
        }
        return filtered
    }

    /// A response's headers as they go down.
    static func responseHeaders(_ headers: Headers) -> Headers { filtered(headers, request: false) }

    /// Whether a request asks for another protocol that this mirror would have to switch to. An offer of HTTP/2 over plain TCP
    /// (`h2c`), which some client libraries add to every first request, may be ignored and is (RFC 9110 §7.8).
    static func wantsUpgrade(_ headers: Headers) -> Bool {
        guard headers.contains("upgrade") else { return false }
        return headers.tokens(in: "upgrade").contains { $0 != "h2c" }
    }

    private static func filtered(_ headers: Headers, request: Bool) -> Headers {
        // What else `Connection` names; nearly always nothing but `close` or `keep-alive`.
        let named = headers.contains("connection") ? headers.tokens(in: "connection").filter { $0 != "close" && $0 != "keep-alive" } : []
        var filtered = headers
        filtered.removeAll { headers, index in
            let length = headers.withField(at: index) { name, _ in name.count }
            let isHop =
                switch length {
                case 2: headers.isNamed("TE", at: index)
                case 4: request && headers.isNamed("Host", at: index)
                case 6: request && headers.isNamed("Expect", at: index)
                case 7: headers.isNamed("Upgrade", at: index)
                case 10: headers.isNamed("Connection", at: index) || headers.isNamed("Keep-Alive", at: index)
                case 14: request && headers.isNamed("HTTP2-Settings", at: index)
                case 16: headers.isNamed("Proxy-Connection", at: index)
                case 17: headers.isNamed("Transfer-Encoding", at: index)
                default: false
                }
            return isHop || (!named.isEmpty && named.contains { headers.isNamed($0, at: index) && $0 != "content-length" })
        }
        return filtered
    }
}
