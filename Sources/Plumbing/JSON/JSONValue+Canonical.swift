extension JSONValue {
    /// The value in a form in which equal meaning is equal text: members sorted by name (by Unicode scalars), a repeated name's
    /// last value only, numbers in their normal form. Strings and the order of arrays stay.
    public func canonical() -> JSONValue {
        switch self {
        case .null, .bool, .string: return self
        case .number(let text): return .number(JSONNumber.normal(text))
        case .array(let elements): return .array(elements.map { $0.canonical() })
        case .object(let members):
            var canonical: [JSONMember] = []
            canonical.reserveCapacity(members.count)
            // Sorting keeps the order of members with one name (the standard library promises it): the last of them comes last.
            for member in members.sorted(by: { $0.name < $1.name }) {
                // Names may be equal and yet written differently: the first one's spelling stays.
                let name = canonical.last?.name == member.name ? canonical.removeLast().name : member.name
                canonical.append(JSONMember(name, member.value.canonical()))
            }
            return .object(canonical)
        }
    }
}

/// Numbers as decimal text, without the rounding of a double.
public enum JSONNumber {
    /// The normal form of a number's text: `100` for `1e2`, `100.0` and `100`; `-0.5` for `-5.0E-1`; `0` for `-0.00`. Numbers of
    /// more than 21 places are written with an exponent (`1.5e300`), as ECMAScript does.
    public static func normal(_ text: String) -> String {
        let parts = Parts(text)
        guard !parts.digits.isEmpty else { return "0" }
        let count = parts.digits.count
        let sign = parts.negative ? "-" : ""
        // The value is 0.DIGITS × 10^point.
        let point = parts.exponent.addingReportingOverflow(count)
        guard !point.overflow else { return text }
        let digits = String(decoding: parts.digits, as: UTF8.self)
        switch point.partialValue {
        case let places where places >= count && places <= 21:
            return sign + digits + String(repeating: "0", count: places - count)
        case let places where places >= 1 && places <= 21:
            let split = digits.utf8.index(digits.startIndex, offsetBy: places)
            return sign + digits[..<split] + "." + digits[split...]
        case -5...0:
            return sign + "0." + String(repeating: "0", count: -point.partialValue) + digits
        default:
            let rest = digits.dropFirst()
            return sign + digits.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e" + String(point.partialValue - 1)
        }
    }

    /// A number as ± DIGITS × 10^exponent, the digits without zeros at either end; no digits means zero.
    private struct Parts {
        var negative = false
        var digits: [UInt8] = []
        var exponent = 0

        init(_ text: String) {
            var fraction = false
            var exponentText: [UInt8] = []
            var inExponent = false
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "e"), UInt8(ascii: "E"): inExponent = true
                case _ where inExponent: exponentText.append(byte)
                case UInt8(ascii: "-"): negative = true
                case UInt8(ascii: "."): fraction = true
                default:
                    if fraction { exponent -= 1 }
                    if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte) }
                }
            }
            let written = String(decoding: exponentText, as: UTF8.self)
            // An exponent beyond Int is out of every reach; half of the range keeps the sums below from overflowing.
            let limit = Int.max / 2
            exponent += written.isEmpty ? 0 : Int(written) ?? (written.hasPrefix("-") ? -limit : limit)
            while digits.last == UInt8(ascii: "0") {
                digits.removeLast()
                exponent += 1
            }
        }
    }
}
