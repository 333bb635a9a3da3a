/// A number by its value, exactly: `mantissa` × 10^`exponent`, the mantissa without trailing zeros, so that 1000, 1,000 and
/// 1000.0 are the same.
struct DecimalNumber: Hashable {
    private(set) var mantissa: UInt64 = 0
    private(set) var exponent = 0
    var isNegative = false

    /// From digits, of which so many stand behind the point. Numbers of more than 18 digits are known by the hash of them.
    init(digits: [UInt8], fraction: Int) {
        var digits = digits[...]
        var exponent = -fraction
        while digits.count > 1, digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        digits = digits.drop { $0 == 0 }
        if digits.count <= 18 {
            for digit in digits { mantissa = mantissa * 10 + UInt64(digit) }
        } else {
            for digit in digits { mantissa = (mantissa ^ UInt64(digit + 1)) &* 0x0000_0100_0000_01B3 }
        }
        self.exponent = mantissa == 0 ? 0 : exponent
    }

    init(_ value: Int) {
        self.init(digits: Array(String(value.magnitude).utf8.map { $0 - 0x30 }), fraction: 0)
        isNegative = value < 0
    }

    /// The number times a power of ten.
    func scaled(by power: Int) -> DecimalNumber {
        var number = self
        if mantissa != 0 { number.exponent += power }
        return number
    }
}

/// What a written number may mean.
struct NumberReading: Hashable {
    var value: DecimalNumber
    /// The other value, where a single point or comma may part thousands or a fraction.
    var other: DecimalNumber?

    /// Whether two written numbers may be the same.
    func mayEqual(_ reading: NumberReading) -> Bool {
        value == reading.value || other == reading.value || reading.other.map { $0 == value || $0 == other } ?? false
    }

    /// Reads digits with separators between them; nil for what is no single number, such as 1.2.3 or 05.03.2024.
    init?(_ scalars: ArraySlice<Unicode.Scalar>, convention: NumberConvention) {
        var groups: [Int] = [0]
        var separators: [Unicode.Scalar] = []
        var digits: [UInt8] = []
        for scalar in scalars {
            if let digit = scalar.digitValue {
                digits.append(UInt8(digit))
                groups[groups.count - 1] += 1
            } else {
                separators.append(NumberReading.normal(scalar))
                groups.append(0)
            }
        }
        guard !digits.isEmpty, digits.count <= 400, let last = groups.last else { return nil }
        let whole = DecimalNumber(digits: digits, fraction: 0)
        let decimal = DecimalNumber(digits: digits, fraction: last)
        let isGrouped = NumberReading.areThousands(groups[...])
        switch (separators.count, Set(separators).count) {
        case (0, _): value = whole
        case (1, _) where separators[0] == "'": value = isGrouped ? whole : decimal
        case (1, _) where isGrouped && digits[0] != 0:
            switch convention.isPointDecimal(separators[0]) {
            case true?: value = decimal
            case false?: value = whole
            case nil: (value, other) = (whole, decimal)
            }
        case (1, _): value = decimal
        case (_, 1) where isGrouped: value = whole
        case (_, 2) where separators.dropLast().allSatisfy { $0 == separators[0] }:
            guard NumberReading.areThousands(groups.dropLast()) else { return nil }
            value = decimal
        default: return nil
        }
    }

    /// Groups of three behind a group of one to three; or of two and at the end three, as in 12,34,567.
    private static func areThousands(_ groups: ArraySlice<Int>) -> Bool {
        guard let first = groups.first, let last = groups.last, groups.count > 1, (1...3).contains(first), last == 3 else { return false }
        let middle = groups.dropFirst().dropLast()
        return middle.allSatisfy { $0 == 3 } || (first <= 2 && middle.allSatisfy { $0 == 2 })
    }

    /// Spaces of all kinds and apostrophes only ever part thousands.
    private static func normal(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar {
        case ".", "\u{66B}": "."
        case ",", "\u{66C}": ","
        default: "'"
        }
    }

    init(_ value: DecimalNumber) { self.value = value }

    func map(_ change: (DecimalNumber) -> DecimalNumber) -> NumberReading {
        var reading = NumberReading(change(value))
        reading.other = other.map(change)
        return reading
    }
}

/// How a language writes a single separator before three digits.
enum NumberConvention {
    /// 1,234.5
    case point
    /// 1.234,5
    case comma
    case unknown

    init(language: String?) {
        switch language {
        case "en", "zh", "zh-Hant", "ja", "ko", "hi", "th", "he", "ar", "ms": self = .point
        case "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk", "cs", "sk", "sv", "da", "no", "fi", "hu", "tr", "el", "ro", "bg",
            "hr", "sr", "sl", "id", "vi", "ca":
            self = .comma
        default: self = .unknown
        }
    }

    /// Whether a separator parts a fraction; nil where that is not known.
    func isPointDecimal(_ separator: Unicode.Scalar) -> Bool? {
        switch self {
        case .point: separator == "."
        case .comma: separator == ","
        case .unknown: nil
        }
    }
}
