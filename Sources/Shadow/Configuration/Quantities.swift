internal import Traffic

/// Why a value is wrong and what would be right, without the name of its key.
struct WrongValue: Error {
    var message: String

    init(_ message: String) { self.message = message }

    /// For a text that is no such thing at all.
    init(_ text: String, isNot what: String) { message = "\"\(Node.readable(text))\" is not \(what)" }
}

/// Reads the quantities that settings are written in.
enum Quantity {
    /// A finite decimal number.
    static func number(_ text: String, _ what: String = "a number; write it like 0.5") throws(WrongValue) -> Double {
        guard let decimal = Node.decimalNumber(text), let value = Double(decimal), value.isFinite else {
            throw WrongValue(text, isNot: what)
        }
        return value
    }

    /// A number within bounds that are named in words, e.g. `above 0`.
    static func number(_ text: String, _ bounds: String, where fits: (Double) -> Bool) throws(WrongValue) -> Double {
        let value = try number(text, "a number \(bounds)")
        guard fits(value) else { throw WrongValue("\(Node.readable(text)) is out of range; it must be \(bounds)") }
        return value
    }

    /// A whole number within bounds.
    static func integer(_ text: String, in range: ClosedRange<Int>) throws(WrongValue) -> Int {
        let value = try number(text, "a whole number; write it like \(max(1, range.lowerBound)), without separators or unit")
        guard value == value.rounded() else { throw WrongValue("\(Node.readable(text)) is not a whole number") }
        guard value >= Double(range.lowerBound), value <= Double(range.upperBound) else {
            throw WrongValue("\(Node.readable(text)) is out of range; it must be \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(value)
    }

    /// A share of a whole, written `10%` or `0.1`. `zero` and `one` say whether the ends are allowed.
    static func share(_ text: String, zero: Bool = false, one: Bool = true) throws(WrongValue) -> Double {
        let percent = text.hasSuffix("%")
        var digits = text[...]
        if percent { digits = digits.dropLast() }
        while digits.last == " " { digits.removeLast() }
        // The decimal point is moved in the text, so that 0.1% and 0.001 are the same number to the last bit.
        guard let decimal = Node.decimalNumber(String(digits)), !percent || !decimal.contains("e"),
            let value = Double(percent ? decimal + "e-2" : decimal)
        else {
            throw WrongValue(text, isNot: "a share; write it like 10% or 0.1")
        }
        if value > 1, !percent, value <= 100 {
            throw WrongValue("\(Node.readable(text)) is more than the whole; for \(text) percent write \(text)%")
        }
        guard value > 0 || (zero && value == 0), value < 1 || (one && value == 1) else {
            throw WrongValue(
                "\(Node.readable(text)) is out of range; it must be \(zero ? "0%" : "above 0%") \(one ? "to" : "and below") 100%")
        }
        return value
    }

    /// A length of time such as `30s`, in nanoseconds: 1 ms to 1 h.
    static func nanoseconds(_ text: String) throws(WrongValue) -> UInt64 {
        let units: [(suffix: String, nanoseconds: Double)] = [("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)]
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }), let decimal = Node.decimalNumber(trimmed(text, unit.suffix)),
            let count = Double(decimal)
        else { throw WrongValue(text, isNot: "a length of time; write it with its unit, like 30s, 500ms or 2m") }
        let value = (count * unit.nanoseconds).rounded()
        guard value >= 1e6, value <= 3600e9 else { throw WrongValue("\(text) is out of range; it must be 1ms to 1h") }
        return UInt64(value)
    }

    /// Days such as `30d`; nil for `forever`.
    static func days(_ text: String) throws(WrongValue) -> Int? {
        if text == "forever" { return nil }
        guard text.hasSuffix("d"), let days = Int(trimmed(text, "d")) else {
            throw WrongValue(text, isNot: "a number of days; write it like 30d, or forever")
        }
        guard (1...36_500).contains(days) else { throw WrongValue("\(text) is out of range; it must be 1d to 36500d, or forever") }
        return days
    }

    /// A calendar day such as `2026-12-31`.
    static func day(_ text: String) throws(WrongValue) -> String {
        guard text.utf8.count == 10, Timestamp("\(text)T00:00:00Z") != nil else {
            throw WrongValue(text, isNot: "a day of the calendar; write it like 2026-12-31")
        }
        return text
    }

    /// An amount such as `25 USD`, above 0; nil for `none`.
    static func dollars(_ text: String) throws(WrongValue) -> Double? {
        if text == "none" { return nil }
        guard text.hasSuffix("USD"), let decimal = Node.decimalNumber(trimmed(text, "USD")), let value = Double(decimal), value.isFinite
        else {
            throw WrongValue(text, isNot: "an amount; write it like 25 USD, or none")
        }
        guard value > 0 else { throw WrongValue("\(text) is out of range; it must be above 0 USD, or none") }
        return value
    }

    private static func trimmed(_ text: String, _ suffix: String) -> String {
        var rest = text.dropLast(suffix.count)
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
