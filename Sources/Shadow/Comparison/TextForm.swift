import Traffic

/// Forms of a text that leave out what a declared rule of equivalence leaves out, each coarser than the one before.
enum TextForm {
    /// Without white space at the ends, with one space for each run of it, without invisible marks: rule `whitespace`.
    static func spaced(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var isSpacePending = false
        for scalar in text.unicodeScalars where !isInvisible(scalar) {
            if scalar.properties.isWhitespace {
                isSpacePending = !result.isEmpty
            } else {
                if isSpacePending { result.append(" ") }
                isSpacePending = false
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// Without differences of case either: rule `case`. Upper case in between lets ß, SS and ẞ meet.
    static func folded(_ text: String) -> String { spaced(text).lowercased().uppercased().lowercased() }

    /// Only the words, with one space between them: rule `punctuation`. Signs that belong to a word or a number stay: `c#`,
    /// `50%`, `-1`, `1.5`, `a&b`; so do symbols such as `+`.
    static func words(_ text: String) -> String {
        let scalars = Array(folded(text).unicodeScalars)
        var result = String.UnicodeScalarView()
        var isSpacePending = false
        for index in scalars.indices {
            if isSeparator(scalars, index) {
                isSpacePending = !result.isEmpty
            } else {
                if isSpacePending { result.append(" ") }
                isSpacePending = false
                result.append(scalars[index])
            }
        }
        return String(result)
    }

    /// Longer texts are only equal as they are.
    private static let maximumBytes = 64 << 10

    /// Whether nothing can be seen of the text.
    static func isBlank(_ text: String) -> Bool { text.unicodeScalars.allSatisfy { $0.properties.isWhitespace || isInvisible($0) } }

    /// The weakest rule by which two texts say the same; nil when none does. Texts without a word are only equal but for white
    /// space and case.
    static func rule(_ left: String, _ right: String) -> EquivalenceRule? {
        guard left.utf8.count <= maximumBytes, right.utf8.count <= maximumBytes else { return nil }
        if spaced(left) == spaced(right) { return .whitespace }
        if folded(left) == folded(right) { return .case }
        let words = words(left)
        return !words.isEmpty && words == TextForm.words(right) ? .punctuation : nil
    }

    /// Zero-width space, word joiner and byte order mark.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool { [0x200B, 0x2060, 0xFEFF].contains(scalar.value) }

    private static func isSeparator(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        let scalar = scalars[index]
        let before = index > 0 ? scalars[index - 1] : " "
        let after = index + 1 < scalars.count ? scalars[index + 1] : " "
        switch scalar {
        case "#", "%": return !isWordScalar(before)
        case "&", "@": return false
        case "-", "\u{2212}": return isWordScalar(before) || !isDigit(after)
        case ".", ",": return !(isDigit(before) && isDigit(after))
        case "`", "\u{B4}": return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
            .otherPunctuation, .control:
            return true
        default: return scalar.properties.isWhitespace
        }
    }

    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic || isDigit(scalar) }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .decimalNumber }
}
