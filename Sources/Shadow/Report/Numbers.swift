internal import Glibc

/// How numbers read in a report: the one place where digits, signs and units are chosen.
///
/// Minus is U+2212. No function here may change a number's sign or turn a number that is not zero into zero: what is too small
/// to show is shown as less than the smallest step.
enum Numbers {
    /// A whole number with thousands separators: `2,140`.
    static func count(_ value: Int) -> String { (value < 0 ? "−" : "") + grouped(String(value.magnitude)) }

    /// A number that is only roughly known, to two significant digits; exact below 20: `600`.
    static func approximate(_ value: Double) -> String {
        let magnitude = abs(value)
        guard magnitude >= 20 else { return count(Int(value.rounded())) }
        let step = pow(10, floor(log10(magnitude)) - 1)
        return (value < 0 ? "−" : "") + decimal((magnitude / step).rounded() * step, places: 0)
    }

    /// A share as a percentage: `71 %`, `9.1 %`, `0.42 %`. Negative shares keep their sign.
    static func percent(_ share: Double) -> String { hundredths(share, nearOne: true) + " %" }

    /// A difference of two shares, in percentage points, without its sign: `0.6`.
    static func points(_ difference: Double) -> String { hundredths(abs(difference), nearOne: false) }

    /// A percentage that stays visibly on its side of another: digits are added until both texts differ, unless the numbers are equal.
    static func percent(_ share: Double, apartFrom other: Double?) -> String {
        apart(share, other, percent) { decimal($0 * 100, places: $1) + " %" }
    }

    /// Percentage points that stay visibly on their side of another number of them.
    static func points(_ difference: Double, apartFrom other: Double?) -> String {
        apart(difference, other, points) { decimal(abs($0) * 100, places: $1) }
    }

    /// Candidate ÷ production: `0.42`, `1.3`, `12`; digits are added where it would read like `other`.
    static func ratio(_ value: Double, apartFrom other: Double? = nil) -> String {
        func usual(_ value: Double) -> String {
            if abs(value) >= 100 { return decimal(value, places: 0) }
            return abs(value) < 0.005 && value != 0 ? significant(value, digits: 2) : trimmed(value, places: abs(value) < 10 ? 2 : 1)
        }
        return apart(value, other, usual) { decimal($0, places: $1) }
    }

    /// Dollars: `$18,400`, `$4.20`, `$0.00213`; three significant digits from a thousand on and below a dollar.
    static func money(_ dollars: Double) -> String {
        let magnitude = abs(dollars)
        let sign = dollars < 0 ? "−$" : "$"
        guard magnitude > 0 else { return "$0" }
        if magnitude < 1 { return sign + withoutTail(significant(magnitude, digits: 3)) }
        if magnitude < 99.995 { return sign + decimal(magnitude, places: 2) }
        if magnitude < 999.5 { return sign + decimal(magnitude, places: 0) }
        return sign + rounded(magnitude, digits: 3)
    }

    /// Milliseconds as `812 ms`, `1.9 s`, `41 s`.
    static func duration(_ milliseconds: Double) -> String {
        if milliseconds < 9.95 { return trimmed(milliseconds, places: milliseconds < 0.095 ? 3 : 1) + " ms" }
        if milliseconds < 999.5 { return decimal(milliseconds, places: 0) + " ms" }
        let seconds = milliseconds / 1000
        return decimal(seconds, places: seconds < 9.95 ? 1 : 0) + " s"
    }

    /// The same in seconds where it stands beside seconds: `1.9 s → 0.8 s`.
    static func duration(_ milliseconds: Double, beside other: Double?) -> String {
        guard let other, other >= 999.5, milliseconds < 999.5, milliseconds >= 95 else { return duration(milliseconds) }
        return decimal(milliseconds / 1000, places: 1) + " s"
    }

    /// A confidence or another plain number, without needless zeros: `0.83`. Four places, because thresholds lie close to 1.
    static func plain(_ value: Double) -> String { trimmed(value, places: 4) }

    /// Tokens a second: `41`, `8.2`.
    static func speed(_ tokens: Double) -> String { trimmed(tokens, places: tokens < 9.95 ? 1 : 0) }

    /// Calls a second: `12`, `2.1`, `0.035`.
    static func rate(_ calls: Double) -> String {
        calls < 0.95 && calls > 0 ? significant(calls, digits: 2) : trimmed(calls, places: calls < 9.95 ? 1 : 0)
    }

    /// Many tokens: `8 M`, `480 k`, `920`.
    static func tokens(_ value: Double) -> String {
        if value >= 999_500 { return significantTrimmed(value / 1e6) + " M" }
        if value >= 9_995 { return significantTrimmed(value / 1e3) + " k" }
        return decimal(value, places: 0)
    }

    /// A number with that many decimals and thousands separators; not finite ones as words.
    static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "unknown" : value < 0 ? "unbounded below" : "unbounded" }
        let scale = pow(10, Double(places))
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 0x1p63 else { return (value < 0 ? "−" : "") + abs(value).description }
        let units = UInt64(scaled)
        let sign = value < 0 && units > 0 ? "−" : ""
        guard places > 0 else { return sign + grouped(String(units)) }
        let divisor = UInt64(scale)
        let fraction = String(units % divisor)
        return sign + grouped(String(units / divisor)) + "." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    // MARK: Digits

    /// A share times 100 with the digits that make sense at its size.
    private static func hundredths(_ share: Double, nearOne: Bool) -> String {
        let value = share * 100
        let magnitude = abs(value)
        if magnitude > 0, magnitude < 0.005 { return value < 0 ? "> −0.01" : "< 0.01" }
        if nearOne, magnitude < 100, magnitude >= 99.995 { return value < 0 ? "< −99.99" : "> 99.99" }
        let distance = nearOne && magnitude < 100 ? min(magnitude, 100 - magnitude) : magnitude
        return trimmed(value, places: distance < 1 ? 2 : distance < 10 ? 1 : 0)
    }

    /// The usual text, or one with more digits where two different numbers would read alike.
    private static func apart(
        _ value: Double, _ other: Double?, _ usual: (Double) -> String, _ precise: (Double, Int) -> String
    ) -> String {
        let text = usual(value)
        guard let other, other != value else { return text }
        let shown = text.prefix { $0 != " " }.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first?.count ?? 0
        guard precise(value, shown) == precise(other, shown) else { return text }
        for places in max(2, shown + 1)...9 where precise(value, places) != precise(other, places) { return precise(value, places) }
        return text
    }

    /// At most that many decimals: fewer where fewer say the same (to a billionth).
    private static func trimmed(_ value: Double, places: Int) -> String {
        for fewer in 0..<places {
            let scale = pow(10, Double(fewer))
            if abs((value * scale).rounded() / scale - value) < 1e-9 { return decimal(value, places: fewer) }
        }
        return decimal(value, places: places)
    }

    /// Decimals so that `digits` significant ones show, for magnitudes below 1.
    private static func significant(_ value: Double, digits: Int) -> String {
        guard value != 0 else { return "0" }
        let places = digits - 1 - Int(floor(log10(abs(value))))
        return places > 15 ? value.description : decimal(value, places: max(0, places))
    }

    /// Without zeros at the end beyond the cents.
    private static func withoutTail(_ digits: String) -> String {
        var digits = digits
        while digits.hasSuffix("0"), digits.utf8.count > 4 { digits.removeLast() }
        return digits
    }

    private static func significantTrimmed(_ value: Double) -> String {
        trimmed(value, places: value < 10 ? 1 : 0)
    }

    /// Rounded to so many significant digits, for magnitudes of a thousand and more.
    private static func rounded(_ value: Double, digits: Int) -> String {
        let step = pow(10, floor(log10(value)) - Double(digits - 1))
        return decimal((value / step).rounded() * step, places: 0)
    }

    private static func grouped(_ digits: String) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}

extension Numbers {
    /// The nearest whole number; numbers beyond any count stay at its end.
    static func whole(_ value: Double) -> Int {
        guard value.isFinite else { return value.isNaN ? 0 : value < 0 ? .min / 2 : .max / 2 }
        return Int(min(max(value.rounded(), -1e15), 1e15))
    }

    /// A share as answers of 10,000: `190`; what is more than none and rounds to none is `less than 1`.
    static func answers(_ share: Double) -> String {
        let answers = whole(share * 10_000)
        return answers == 0 && share != 0 ? "less than 1" : count(answers)
    }
}
