import JSON

/// A gold answer of free text: a text, met by an answer that is identical or equivalent to it, or a number, met by an answer whose
/// final number it is.
struct TextGold {
    private let text: String
    private let number: DecimalNumber?

    /// nil for what is no gold answer of a text: null, an array, an object.
    init?(_ gold: JSONValue) {
        switch gold {
        case .string(let string): text = string
        case .number(let number): text = number
        case .bool(let truth): text = truth ? "true" : "false"
        case .null, .array, .object: return nil
        }
        number = FinalNumber.whole(text)
    }

    /// Whether an answer is right. One that was cut off or withheld has no final number.
    func isMet(by answer: Delivery) -> Bool {
        guard !answer.text.isEmpty else { return false }
        if answer.text == text || ProseForm.rule(answer.text, text) != nil { return true }
        guard let number, answer.fault == nil else { return false }
        return FinalNumber.last(answer.text) == number
    }
}

/// The number that an answer comes to.
enum FinalNumber {
    /// An answer's end is looked into.
    private static let maximumScalars = 16 << 10

    /// The number that a text is and nothing else; a point parts the fraction.
    static func whole(_ text: String) -> DecimalNumber? {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count <= 400 else { return nil }
        let found = number(scalars, startingAt: scalars.first == "-" ? 1 : 0)
        return found.end == scalars.count ? found.value : nil
    }

    /// The marked number, `#### 9` or `\boxed{9}`, else the last one: with its sign and without currency, unit and separators of thousands.
    static func last(_ text: String) -> DecimalNumber? {
        let scalars = Array(text.unicodeScalars.suffix(maximumScalars))
        if let marked = marked(scalars, after: "####") ?? marked(scalars, after: "\\boxed{") { return marked }
        var last: DecimalNumber?
        var index = 0
        while index < scalars.count {
            guard scalars[index].isDigit else {
                index += 1
                continue
            }
            let found = number(scalars, startingAt: index)
            if !isPartOfWord(scalars, index) { last = found.value ?? last }
            index = found.end
        }
        return last
    }

    private static func marked(_ scalars: [Unicode.Scalar], after mark: String) -> DecimalNumber? {
        let mark = Array(mark.unicodeScalars)
        guard scalars.count >= mark.count else { return nil }
        for start in stride(from: scalars.count - mark.count, through: 0, by: -1)
        where scalars[start] == mark[0] && scalars[start..<(start + mark.count)] == mark[...] {
            // On the same line, behind a currency at most.
            var index = start + mark.count
            while index < scalars.count, !scalars[index].isDigit, scalars[index].kind != .newline, !scalars[index].isLetter { index += 1 }
            if index < scalars.count, scalars[index].isDigit { return number(scalars, startingAt: index).value }
        }
        return nil
    }

    /// `B12` and `x2` are no numbers; in `4x3` the x multiplies.
    private static func isPartOfWord(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        guard index > 0 else { return false }
        let before = scalars[index - 1]
        let isTimes = before == "x" && index > 1 && scalars[index - 2].isDigit
        return before == "_" || before.isLetter && !before.isUnspaced && !isTimes
    }

    /// The number whose digits begin at an index, and where they end. Commas and spaces that narrow part thousands; a point parts the fraction, unless
    /// there are several.
    private static func number(_ scalars: [Unicode.Scalar], startingAt start: Int) -> (value: DecimalNumber?, end: Int) {
        var end = start
        while end < scalars.count {
            if scalars[end].isDigit {
                end += 1
            } else if end > start, end + 1 < scalars.count, scalars[end + 1].isDigit, isSeparator(scalars[end]) {
                end += 2
            } else {
                break
            }
        }
        guard let reading = NumberReading(scalars[start..<end], convention: .point) else { return (nil, end) }
        var value = reading.value
        value.isNegative = isNegative(scalars, start) && value.mantissa != 0
        return (value, end)
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ".", ",", "\u{A0}", "\u{202F}", "\u{2009}": true
        default: false
        }
    }

    /// A minus before the number or its currency, that is no hyphen and parts no two numbers: `-5`, `-$5`, `$-5`.
    private static func isNegative(_ scalars: [Unicode.Scalar], _ start: Int) -> Bool {
        var sign = start - 1
        if sign >= 0, Units.unit(scalars[sign]) != nil { sign -= 1 }
        guard sign >= 0, scalars[sign] == "-" || scalars[sign] == "\u{2212}" else { return false }
        var before = sign - 1
        if before >= 0, Units.unit(scalars[before]) != nil { before -= 1 }
        guard before >= 0 else { return true }
        return !scalars[before].isDigit && !scalars[before].isLetter && scalars[before] != ")"
    }
}
