/// Byte classes of RFC 9110 §5.6.2 and RFC 9112, as tables: one load and one test for each byte of a head.
enum ASCII {
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let tab: UInt8 = 0x09
    static let colon: UInt8 = 0x3A

    /// `tchar`: what method and header names are made of.
    @inline(always) static func isToken(_ byte: UInt8) -> Bool { classes[Int(byte)] & 1 != 0 }
    /// What a header value may hold: VCHAR, obs-text (0x80–0xFF), space and tab. No control character, hence no NUL and no lone CR.
    @inline(always) static func isValue(_ byte: UInt8) -> Bool { classes[Int(byte)] & 2 != 0 }
    /// What a request target may hold: printable ASCII without space and `#` (a fragment never travels).
    @inline(always) static func isTarget(_ byte: UInt8) -> Bool { classes[Int(byte)] & 4 != 0 }
    /// What a Host value may hold: `uri-host [":" port]` by RFC 3986 §3.2.2, without user information.
    @inline(always) static func isHost(_ byte: UInt8) -> Bool { classes[Int(byte)] & 8 != 0 }

    @inline(always) static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    @inline(always) static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    @inline(always) static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }

    /// The value of a hexadecimal digit, or nil.
    @inline(always) static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte - 0x30 }
        let letter = byte | 0x20
        return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : nil
    }

    private static let classes: InlineArray<256, UInt8> = {
        var table = InlineArray<256, UInt8>(repeating: 0)
        for byte in 0..<256 {
            let visible = byte > 0x20 && byte < 0x7F
            let alphanumeric =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            if alphanumeric || "!#$%&'*+-.^_`|~".utf8.contains(UInt8(byte)) { table[byte] |= 1 }
            if visible || byte >= 0x80 || byte == 0x20 || byte == 0x09 { table[byte] |= 2 }
            if visible && byte != 0x23 { table[byte] |= 4 }
            if alphanumeric || "-._~%!$&'()*+,;=:[]".utf8.contains(UInt8(byte)) { table[byte] |= 8 }
        }
        return table
    }()
}

extension Span where Element == UInt8 {
    /// ASCII-case-insensitive equality, as header names and coding names are compared (RFC 9110 §5.1).
    func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] {
            guard ASCII.lowercased(self[index]) == ASCII.lowercased(other[index]) else { return false }
        }
        return true
    }

    /// `range` without spaces and tabs at both ends (OWS of RFC 9110 §5.6.3).
    func trimmingBlanks(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end && ASCII.isBlank(self[start]) { start += 1 }
        while end > start && ASCII.isBlank(self[end - 1]) { end -= 1 }
        return start..<end
    }
}
