internal import HTTPWire

/// Tells from a production answer whether production is short of capacity, in which case it is not asked a second time.
enum ControlBackoff {
    /// How long the control leg is left out after such an answer, in nanoseconds.
    static let pause: UInt64 = 60_000_000_000

    /// Share of a rate limit that must be left.
    static let leastLeft = 0.2

    /// Whether an answer is a 429 or 5xx, or its rate-limit headers show less than a fifth left. Known are the families
    /// `x-ratelimit-remaining-*` and `x-ratelimit-limit-*` (OpenAI and others), `anthropic-ratelimit-*-remaining` and
    /// `-limit`, `ratelimit-remaining` and `ratelimit-limit`.
    static func isShort(status: Int, headers: Headers) -> Bool {
        if status == 429 || status >= 500 { return true }
        for index in headers.indices where mayBeRemaining(headers, index) {
            let header = headers[index]
            let name = header.nameText.lowercased()
            guard let word = name.firstRange(of: "remaining"), let remaining = leadingNumber(header.value) else { continue }
            let limitName = name[..<word.lowerBound] + "limit" + name[word.upperBound...]
            guard let limitText = headers.bytes(of: String(limitName)), let limit = leadingNumber(limitText), limit > 0 else { continue }
            if remaining < leastLeft * limit { return true }
        }
        return false
    }

    /// A test of two bytes and a length that nearly every other header fails.
    private static func mayBeRemaining(_ headers: Headers, _ index: Int) -> Bool {
        headers.withField(at: index) { name, _ in
            guard name.count >= 19 else { return false }
            switch name[0] | 0x20 {
            case UInt8(ascii: "x"): return name[1] == UInt8(ascii: "-") && name[2] | 0x20 == UInt8(ascii: "r")
            case UInt8(ascii: "r"): return name[4] | 0x20 == UInt8(ascii: "l")
            case UInt8(ascii: "a"): return name[9] == UInt8(ascii: "-") && name[10] | 0x20 == UInt8(ascii: "r")
            default: return false
            }
        }
    }

    /// The number that a value begins with, as in `4`, `4;w=60` or `149984`; nil when it begins with none.
    private static func leadingNumber(_ value: [UInt8]) -> Double? {
        var number = 0.0
        var digits = 0
        for byte in value {
            guard byte >= 0x30, byte <= 0x39 else { break }
            number = number * 10 + Double(byte - 0x30)
            digits += 1
        }
        return digits > 0 ? number : nil
    }
}
