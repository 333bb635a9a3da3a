/// A UUID of version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then version, variant and 74 random bits.
///
/// Ids sort by the time they were made, so a day's rows lie together and a day's partitions can be dropped together.
public struct Identifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The upper 64 bits: milliseconds, version, 12 random bits.
    public let high: UInt64
    /// The lower 64 bits: variant and 62 random bits.
    public let low: UInt64

    /// Takes the 128 bits as they are; any UUID can be held, e.g. one read from the database.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes an id for a moment. `random` gives the random bits (two words), so that tests can fix them.
    public init(at moment: Timestamp, random: (UInt64, UInt64)) {
        let milliseconds = UInt64(max(0, moment.microseconds / 1000)) & 0xFFFF_FFFF_FFFF
        high = (milliseconds << 16) | 0x7000 | (random.0 & 0x0FFF)
        low = 0x8000_0000_0000_0000 | (random.1 & 0x3FFF_FFFF_FFFF_FFFF)
    }

    /// Makes an id for a moment with bits from the system's random source.
    public init(at moment: Timestamp) {
        var generator = SystemRandomNumberGenerator()
        self.init(at: moment, random: (generator.next(), generator.next()))
    }

    /// The moment in the id, to the millisecond; only meaningful for version 7.
    public var moment: Timestamp { Timestamp(microseconds: Int64(high >> 16) * 1000) }

    /// Reads the 36-character form, in either case; nil when the text is not a UUID.
    public init?(_ text: String) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var digits = 0
        var position = 0
        for byte in text.utf8 {
            defer { position += 1 }
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let value = Identifier.hexValue(byte), digits < 32 else { return nil }
            if digits < 16 { high = high << 4 | value } else { low = low << 4 | value }
            digits += 1
        }
        guard digits == 32, position == 36 else { return nil }
        self.high = high
        self.low = low
    }

    /// The 36-character lower-case form.
    public var description: String {
        var text = ""
        text.reserveCapacity(36)
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { text.append("-") }
            let word = index < 16 ? high : low
            let nibble = Int(word >> UInt64(60 - 4 * (index % 16)) & 0xF)
            text.unicodeScalars.append(Unicode.Scalar(nibble < 10 ? UInt8(48 + nibble) : UInt8(87 + nibble)))
        }
        return text
    }

    public static func < (left: Identifier, right: Identifier) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }

    private static func hexValue(_ byte: UInt8) -> UInt64? {
        switch byte {
        case 48...57: UInt64(byte - 48)
        case 97...102: UInt64(byte - 87)
        case 65...70: UInt64(byte - 55)
        default: nil
        }
    }
}
