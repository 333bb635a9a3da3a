import Traffic

/// Forms of a text that leave out what a declared rule of equivalence leaves out, each coarser than the one before.
enum TextForm {
    /// Without white space at the ends, with one space for each run of it, without invisible marks: rule `whitespace`.
    static func spaced(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var isSpacePending = false
        for scalar in text.unicodeScalars where !isInvisible(scalar) {
            if isSpace(scalar) {
                isSpacePending = !bytes.isEmpty
            } else {
                if isSpacePending { bytes.append(UInt8(ascii: " ")) }
                isSpacePending = false
                append(scalar, to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Without differences of case either: rule `case`. Upper case in between lets ß, SS and ẞ meet.
    static func folded(_ text: String) -> String {
        let text = spaced(text)
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return text.lowercased().uppercased().lowercased() }
        return text.lowercased()
    }

    /// Only the words, with one space between them: rule `punctuation`. Signs that belong to a word or a number stay: `c#`,
    /// `50%`, `-1`, `1.5`, `a&b`; so do symbols such as `+`.
    static func words(_ text: String) -> String {
        let scalars = Array(folded(text).unicodeScalars)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(scalars.count)
        var isSpacePending = false
        for index in scalars.indices {
            if isSeparator(scalars, index) {
                isSpacePending = !bytes.isEmpty
            } else {
                if isSpacePending { bytes.append(UInt8(ascii: " ")) }
                isSpacePending = false
                append(scalars[index], to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Longer texts are only equal as they are.
    private static let maximumBytes = 64 << 10

    /// Whether nothing can be seen of the text.
    static func isBlank(_ text: String) -> Bool { text.unicodeScalars.allSatisfy { isSpace($0) || isInvisible($0) } }

    /// The weakest rule by which two texts say the same; nil when none does. Texts without a word are only equal but for white
    /// space and case.
    static func rule(_ left: String, _ right: String) -> EquivalenceRule? {
        guard left.utf8.count <= maximumBytes, right.utf8.count <= maximumBytes else { return nil }
        if spaced(left) == spaced(right) { return .whitespace }
        if folded(left) == folded(right) { return .case }
        let words = words(left)
        return !words.isEmpty && words == TextForm.words(right) ? .punctuation : nil
    }

    private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        if scalar.isASCII { bytes.append(UInt8(truncatingIfNeeded: scalar.value)) } else { bytes.append(contentsOf: UTF8.encode(scalar)!) }
    }

    /// White space; looked up in Unicode's tables only where it must be, which takes long.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? scalar == " " || (scalar.value >= 9 && scalar.value <= 13) : scalar.properties.isWhitespace
    }

    /// Zero-width space, word joiner and byte order mark.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool { [0x200B, 0x2060, 0xFEFF].contains(scalar.value) }

    private static func isSeparator(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        let scalar = scalars[index]
        if scalar.isASCII, !asciiSigns[Int(scalar.value)] { return isSpace(scalar) }
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

    /// The signs among the ASCII characters: all but letters, digits and white space.
    private static let asciiSigns: [Bool] = (0..<128).map { (value: UInt8) in
        let scalar = Unicode.Scalar(value)
        return !isWordScalar(scalar) && !isSpace(scalar)
    }

    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return scalar.properties.isAlphabetic || isDigit(scalar) }
        return isDigit(scalar) || (scalar.value | 0x20 >= 0x61 && scalar.value | 0x20 <= 0x7A)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? scalar.value >= 0x30 && scalar.value <= 0x39 : scalar.properties.generalCategory == .decimalNumber
    }
}
