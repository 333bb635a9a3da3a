import Traffic

/// Forms of a text that leave out what cannot change what it says, each coarser than the one before. Two texts with one form agree
/// unseen, so that everything is kept that could matter: code, links, layout by indentation and tabs, the case of all but a
/// sentence's first letter, every sign but those named in `ProseLine`.
enum ProseForm {
    /// Longer texts are only equal as they are.
    private static let maximumBytes = 64 << 10

    enum Level: CaseIterable {
        case whitespace, `case`, punctuation
        /// Case is left out by the full stop that makes a line a sentence, so that neither rule has the other in it.
        case punctuationAndCase

        var rule: EquivalenceRule {
            switch self {
            case .whitespace: .whitespace
            case .case: .case
            case .punctuation, .punctuationAndCase: .punctuation
            }
        }
    }

    /// The weakest rule by which two texts say the same; nil when none does.
    static func rule(_ left: String, _ right: String) -> EquivalenceRule? {
        guard left.utf8.count <= maximumBytes, right.utf8.count <= maximumBytes, haveSameLetters(left, right) else { return nil }
        let (scalars, others) = (Array(left.unicodeScalars), Array(right.unicodeScalars))
        for level in Level.allCases where form(scalars, level) == form(others, level) { return level.rule }
        return nil
    }

    /// No rule leaves out a letter or digit, and most texts that differ do so in one: the quick way out.
    private static func haveSameLetters(_ left: String, _ right: String) -> Bool {
        var letters = left.unicodeScalars.makeIterator()
        var others = right.unicodeScalars.makeIterator()
        while true {
            let letter = nextLetter(&letters)
            guard letter == nextLetter(&others) else { return false }
            if letter == nil { return true }
        }
    }

    private static func nextLetter(_ scalars: inout String.UnicodeScalarView.Iterator) -> Unicode.Scalar? {
        while let scalar = scalars.next() {
            let kind = scalar.kind
            if kind == .letter || kind == .digit || kind == .mark { return scalar.lower }
        }
        return nil
    }

    // MARK: Lines

    /// A line of a text, and whether it is kept as it is.
    private struct Line {
        var scalars: ArraySlice<Unicode.Scalar>
        var isCode: Bool

        var isBlank: Bool { scalars.allSatisfy { $0.isBlank || ProseLine.isInvisible($0) } }
    }

    /// A text's form; lines end with a line feed.
    static func form(_ text: [Unicode.Scalar], _ level: Level) -> [Unicode.Scalar] {
        let lines = lines(text)
        let isIndented = lines.contains {
            !$0.isCode && !$0.isBlank && $0.scalars.first?.isBlank == true && $0.scalars.startIndex > firstText(lines)
        }
        var parsed: [ProseLine] = []
        for (index, line) in lines.enumerated() where line.isCode || !line.isBlank {
            if line.isCode {
                parsed.append(ProseLine(code: line.scalars))
            } else {
                var prose = ProseLine(line.scalars, keepsIndent: isIndented)
                let rest = lines[(index + 1)...]
                prose.isLast = rest.allSatisfy { !$0.isCode && $0.isBlank }
                parsed.append(prose)
            }
        }
        if level == .case || level == .punctuationAndCase {
            for index in parsed.indices { parsed[index].foldFirstLetter() }
        }
        if level == .punctuation || level == .punctuationAndCase {
            let isDiff = parsed.contains { $0.mark == ["+", " "] }
            for index in parsed.indices {
                let isFollowedByItem = index + 1 < parsed.count && !parsed[index + 1].mark.isEmpty
                parsed[index].leaveOutPunctuation(keepsBullets: isDiff, isFollowedByItem: isFollowedByItem)
            }
            if parsed.count == 1 { parsed[0].leaveOutQuotes() }
        }
        return parsed.flatMap { $0.indent + $0.mark + $0.body + ["\n"] }
    }

    private static func firstText(_ lines: [Line]) -> Int { lines.first { !$0.isBlank }?.scalars.startIndex ?? .max }

    /// Splits at line ends, and tells code: fenced, or indented by four spaces or a tab.
    private static func lines(_ text: [Unicode.Scalar]) -> [Line] {
        var lines: [Line] = []
        var start = 0
        var opening: CodeFence?
        while start <= text.count {
            var end = start
            while end < text.count, text[end].kind != .newline { end += 1 }
            let line = text[start..<end]
            let fence = CodeFence(line)
            lines.append(Line(scalars: line, isCode: opening != nil || fence != nil || isCodeIndent(line.prefix { $0.isBlank })))
            if let begun = opening { opening = fence?.closes(begun) ?? false ? nil : begun } else { opening = fence }
            start = end + 1
            if end + 1 < text.count, text[end] == "\r", text[end + 1] == "\n" { start += 1 }
        }
        // What follows the last line's end, and what stands before the first line, is no line.
        while let last = lines.last, last.isBlank, opening == nil { lines.removeLast() }
        return Array(lines.drop { $0.isBlank })
    }

    private static func isCodeIndent(_ indent: ArraySlice<Unicode.Scalar>) -> Bool { indent.count >= 4 || indent.contains("\t") }
}
