/// A request's path and query, percent-decoded.
struct WebTarget: Sendable {
    /// Begins with a slash.
    let path: String
    let parameters: [String: String]

    init(_ target: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = WebTarget.decoded(parts.first ?? "/")
        var parameters: [String: String] = [:]
        if parts.count == 2 {
            for pair in parts[1].split(separator: "&") {
                let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                parameters[WebTarget.decoded(words[0])] = words.count == 2 ? WebTarget.decoded(words[1]) : ""
            }
        }
        self.parameters = parameters
    }

    /// The path's parts without empty ones.
    var segments: [String] { path.split(separator: "/").map(String.init) }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A text as one part of a path.
    static func encoded(_ text: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return text.utf8.map { plain.contains($0) ? String(UnicodeScalar($0)) : "%" + (($0 < 16 ? "0" : "") + String($0, radix: 16)) }
            .joined()
    }
}
