/// The four forms of a request target (RFC 9112 §3.2).
enum RequestTarget {
    /// Whether `target` is a form that `method` may carry, in characters that a target may have.
    static func isValid(_ target: Span<UInt8>, method: String) -> Bool {
        guard !target.isEmpty else { return false }
        for index in 0..<target.count where !ASCII.isTarget(target[index]) { return false }
        if method == "CONNECT" { return isAuthority(target) }
        if target[0] == 0x2F { return true }
        if target.count == 1 && target[0] == 0x2A { return method == "OPTIONS" }
        guard let start = authorityStart(in: target) else { return false }
        return start < target.count && target[start] != 0x2F && target[start] != 0x3F
    }

    /// `host:port`, as CONNECT has it.
    private static func isAuthority(_ target: Span<UInt8>) -> Bool {
        var colon = -1
        for index in 0..<target.count {
            guard ASCII.isHost(target[index]) else { return false }
            if target[index] == ASCII.colon { colon = index }
        }
        guard colon > 0, colon + 1 < target.count else { return false }
        for index in (colon + 1)..<target.count where !ASCII.isDigit(target[index]) { return false }
        return true
    }

    /// Where the authority of an absolute form begins (after `scheme://`), or nil for any other form.
    static func authorityStart(in target: Span<UInt8>) -> Int? {
        var index = 0
        while index < target.count, isSchemeByte(target[index], first: index == 0) { index += 1 }
        guard index > 0, index + 2 < target.count else { return nil }
        guard target[index] == ASCII.colon, target[index + 1] == 0x2F, target[index + 2] == 0x2F else { return nil }
        return index + 3
    }

    private static func isSchemeByte(_ byte: UInt8, first: Bool) -> Bool {
        let letter = (0x61...0x7A).contains(byte | 0x20)
        return letter || !first && (ASCII.isDigit(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E)
    }
}
