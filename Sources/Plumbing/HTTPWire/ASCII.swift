/// Byte classes of RFC 9110 §5.6.2 and RFC 9112. Sets are 128-bit constants: no table to load, no lazy initialisation to check.
enum ASCII {
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let tab: UInt8 = 0x09
    static let colon: UInt8 = 0x3A

    /// `tchar`, what methods and header names are made of: letters, digits and ``!#$%&'*+-.^_`|~``.
    @inline(always) static func isToken(_ byte: UInt8) -> Bool {
        contains(byte, low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    }

    /// What a Host value may hold, `uri-host [":" port]` by RFC 3986 §3.2.2: letters, digits and `-._~%!$&'()*+,;=:[]`.
    @inline(always) static func isHost(_ byte: UInt8) -> Bool {
        contains(byte, low: 0x2FFF_7FF2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFE)
    }

    /// What a header value may hold: VCHAR, obs-text (0x80–0xFF), space and tab. No control character, hence no NUL and no lone CR.
    @inline(always) static func isValue(_ byte: UInt8) -> Bool { byte >= space && byte != 0x7F || byte == tab }

    /// What a request target may hold: printable ASCII without space and `#` (a fragment never travels).
    @inline(always) static func isTarget(_ byte: UInt8) -> Bool { byte > space && byte < 0x7F && byte != 0x23 }

    @inline(always) private static func contains(_ byte: UInt8, low: UInt64, high: UInt64) -> Bool {
        byte < 0x80 && (byte < 0x40 ? low : high) &>> UInt64(byte & 0x3F) & 1 != 0
    }

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
