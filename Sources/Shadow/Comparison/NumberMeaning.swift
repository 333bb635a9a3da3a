import JSON
import Traffic

/// A number as people write it: with separators between thousands, a point or a comma before the fraction, perhaps a percent
/// sign. One that could be two (`1,234`) is none.
struct NumberMeaning {
    /// In JSON's normal form.
    let value: String
    /// `%`, or empty.
    let unit: String

    init?(_ text: String) {
        var body = ValueMeaning.plainDigits(text)[...]
        let isNegative = NumberMeaning.takeSign(&body)
        let isPercentage = body.last == "%"
        if isPercentage {
            body.removeLast()
            while body.last?.properties.isWhitespace == true { body.removeLast() }
        }
        guard let value = NumberMeaning.onlyValue(body) else { return nil }
        self.value = isNegative && value != "0" ? "-" + value : value
        unit = isPercentage ? "%" : ""
    }

    /// Takes a sign off the front; whether it was a minus.
    static func takeSign(_ text: inout ArraySlice<Unicode.Scalar>) -> Bool {
        guard let sign = text.first, sign == "-" || sign == "+" else { return false }
        text.removeFirst()
        return sign == "-"
    }

    /// The one value that digits with separators can have; nil when there is none or more than one.
    static func onlyValue(_ body: ArraySlice<Unicode.Scalar>) -> String? {
        guard let first = body.first, first.isPlainDigit || first == ".", body.last?.isPlainDigit == true else { return nil }
        if let number = scientific(body) { return number }
        var groups: [[Unicode.Scalar]] = [[]]
        var separators: [Unicode.Scalar] = []
        for scalar in body {
            if scalar.isPlainDigit {
                groups[groups.count - 1].append(scalar)
            } else {
                guard let separator = separator(scalar) else { return nil }
                separators.append(separator)
                groups.append([])
            }
        }
        let values = Set([whole(groups, separators), fraction(groups, separators)].compactMap { $0 })
        return values.count == 1 ? values.first : nil
    }

    /// `1e3` and the like, which JSON reads as well.
    private static func scientific(_ body: ArraySlice<Unicode.Scalar>) -> String? {
        guard body.contains("e") || body.contains("E") else { return nil }
        let text = String(String.UnicodeScalarView(body))
        guard case .number(let number)? = try? JSONValue.parse(text) else { return nil }
        return JSONNumber.normal(number)
    }

    /// A separator in its plain form; nil for what is none.
    private static func separator(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case ".", ",": scalar
        case " ", "\u{A0}", "\u{2009}", "\u{202F}": " "
        case "'", "\u{2019}": "'"
        // The Arabic ones say what they are.
        case "\u{66B}": "\u{66B}"
        case "\u{66C}": "'"
        default: nil
        }
    }

    /// All separators stand between thousands.
    private static func whole(_ groups: [[Unicode.Scalar]], _ separators: [Unicode.Scalar]) -> String? {
        if let separator = separators.first, separator == "\u{66B}" || separators.contains(where: { $0 != separator }) { return nil }
        return isWhole(groups) ? decimal(groups, []) : nil
    }

    /// The last separator stands before the fraction, and all others between thousands.
    private static func fraction(_ groups: [[Unicode.Scalar]], _ separators: [Unicode.Scalar]) -> String? {
        guard let point = separators.last, [".", ",", "\u{66B}"].contains(point) else { return nil }
        let others = separators.dropLast()
        guard !others.contains(point), others.allSatisfy({ $0 == others.first }), isWhole(Array(groups.dropLast())) else { return nil }
        return decimal(Array(groups.dropLast()), groups[groups.count - 1])
    }

    /// Whether these are the digits of a whole number: no zeros before it, three to a group, or in India's way two to all but the
    /// last. Nothing before a point is a zero.
    private static func isWhole(_ groups: [[Unicode.Scalar]]) -> Bool {
        guard let first = groups.first, let last = groups.last else { return false }
        if groups.count == 1 { return first.count <= 1 || first.first != "0" }
        guard !first.isEmpty, first.first != "0", last.count == 3 else { return false }
        let inner = groups.dropFirst().dropLast()
        let isByThousands = first.count <= 3 && inner.allSatisfy { $0.count == 3 }
        let isByLakhs = first.count <= 2 && inner.allSatisfy { $0.count == 2 }
        return isByThousands || isByLakhs
    }

    private static func decimal(_ whole: [[Unicode.Scalar]], _ fraction: [Unicode.Scalar]) -> String {
        var text = String.UnicodeScalarView()
        for group in whole { text.append(contentsOf: group) }
        if text.isEmpty { text.append("0") }
        if !fraction.isEmpty {
            text.append(".")
            text.append(contentsOf: fraction)
        }
        return JSONNumber.normal(String(text))
    }
}
