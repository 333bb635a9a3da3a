import Configuration
import JSON
import Traffic

/// Compares values by their meaning, where the settings declare what they mean.
enum ValueMeaning {
    /// Longer texts are only equal as they are.
    private static let maximumBytes = 4096

    /// The rule by which two numbers of a document that are not the same are equal; nil when none does.
    static func rule(numbers left: String, _ right: String, tolerance: Double?) -> EquivalenceRule? {
        guard let tolerance, let left = Double(left), let right = Double(right) else { return nil }
        return isWithin(tolerance, left, right) ? .withinTolerance : nil
    }

    /// The rule by which two strings of a document that are not the same are equal; nil when none does. A tolerance makes a
    /// string a number.
    static func rule(strings left: String, _ right: String, format: ValueFormat?, tolerance: Double?) -> EquivalenceRule? {
        guard let format = format ?? tolerance.map({ _ in .number }) else { return nil }
        if format == .text { return TextForm.rule(left, right) }
        guard left.utf8.count <= maximumBytes, right.utf8.count <= maximumBytes else { return nil }
        let (spacedLeft, spacedRight) = (TextForm.spaced(left), TextForm.spaced(right))
        if spacedLeft == spacedRight { return .whitespace }
        switch format {
        case .date: return DateMeaning.areSame(spacedLeft, spacedRight) ? .dateFormat : nil
        case .number:
            guard let left = NumberMeaning(spacedLeft), let right = NumberMeaning(spacedRight), left.unit == right.unit else { return nil }
            return rule(left.value, right.value, .numberFormat, tolerance)
        case .currency:
            guard let left = CurrencyMeaning(spacedLeft), let right = CurrencyMeaning(spacedRight), left.currency == right.currency
            else { return nil }
            return rule(left.amount, right.amount, .currencyFormat, tolerance)
        case .text: return nil
        }
    }

    private static func rule(
        _ left: String, _ right: String, _ sameValue: EquivalenceRule, _ tolerance: Double?
    ) -> EquivalenceRule? {
        left == right ? sameValue : rule(numbers: left, right, tolerance: tolerance)
    }

    /// A decimal fraction is no double: the difference of two may exceed a tolerance by a few of their last places.
    private static func isWithin(_ tolerance: Double, _ left: Double, _ right: Double) -> Bool {
        let difference = abs(left - right)
        return difference.isFinite && difference <= tolerance + 2 * max(left.magnitude, right.magnitude).ulp
    }

    /// A text with the decimal digits of every script as ASCII ones, and every minus sign as a hyphen.
    static func plainDigits(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.map { scalar in
            if scalar.isASCII { return scalar }
            if scalar == "\u{2212}" || scalar == "\u{FF0D}" { return "-" }
            guard scalar.properties.generalCategory == .decimalNumber, let value = scalar.properties.numericValue,
                let digit = Unicode.Scalar(48 + UInt32(value))
            else { return scalar }
            return digit
        }
    }
}

extension Unicode.Scalar {
    /// Whether it is one of 0 to 9.
    var isPlainDigit: Bool { ("0"..."9").contains(self) }
}
