/// What an answer states that can be held against another answer piece by piece.
struct Facts {
    var numbers: [NumberFact] = []
    var dates: [DateFact] = []
    var names: [NameFact] = []
    /// Addresses on the web and of mail, in a form without differences of case in the host or a slash at the end.
    var links: [TextFact] = []
    /// Code in backticks.
    var codeSpans: [TextFact] = []

    /// A number as it stands in the text, with its unit where it has one.
    struct NumberFact {
        var reading: NumberReading
        var unit: String?
        /// The tokens that it takes up, its unit among them.
        var tokens: Range<Int>
    }

    /// A date, a day of the week or a time of day.
    struct DateFact {
        var date: WrittenDate
        var tokens: Range<Int>
    }

    /// Words with capitals that stand together.
    struct NameFact {
        var words: [UInt64]
        var tokens: Range<Int>
    }

    struct TextFact {
        var key: String
        var token: Int
    }

    init(_ prose: Prose, language: String?) {
        var reader = FactReader(prose, language)
        reader.read()
        self = reader.facts
    }

    fileprivate init() {}
}

/// Reads an answer's tokens from front to back for what they state.
struct FactReader {
    let prose: Prose
    let language: String?
    private let convention: NumberConvention
    private let words: NumberWords?
    fileprivate(set) var facts = Facts()

    init(_ prose: Prose, _ language: String?) {
        self.prose = prose
        self.language = language
        convention = NumberConvention(language: language)
        words = NumberWords.of(language)
    }

    mutating func read() {
        let isNaming = NameReader.hasNames(prose, language)
        let titled = isNaming ? NameReader.titledSentences(prose) : []
        var index = 0
        while index < prose.tokens.count {
            let token = prose.tokens[index]
            switch token.kind {
            case .link: facts.links.append(Facts.TextFact(key: FactReader.normalLink(prose.text(token)), token: index))
            case .code: facts.codeSpans.append(Facts.TextFact(key: TextForm.spaced(prose.text(token)), token: index))
            case .number, .word:
                if let end = readDate(index) ?? readNumber(index) {
                    index = end
                    continue
                }
                if isNaming, let end = readName(index, titled) {
                    index = end
                    continue
                }
            case .sign: break
            }
            index += 1
        }
    }

    private mutating func readDate(_ index: Int) -> Int? {
        guard let (date, end) = DateReader(prose).date(index) else { return nil }
        facts.dates.append(Facts.DateFact(date: date, tokens: index..<end))
        return end
    }

    private mutating func readName(_ index: Int, _ titled: Set<Int32>) -> Int? {
        guard let range = NameReader.name(prose, index), !titled.contains(prose.tokens[index].sentence) else { return nil }
        facts.names.append(Facts.NameFact(words: prose.tokens[range].map(\.hash), tokens: range))
        return range.upperBound
    }

    /// A link without what does not tell pages apart.
    private static func normalLink(_ text: String) -> String {
        var link = text[...]
        if link.hasSuffix("/") { link = link.dropLast() }
        let start = link.firstRange(of: "://")?.upperBound ?? link.startIndex
        let host = link[start...].firstIndex { "/?#".contains($0) } ?? link.endIndex
        return link[..<host].lowercased() + link[host...]
    }

    // MARK: Numbers

    private mutating func readNumber(_ index: Int) -> Int? {
        let token = prose.tokens[index]
        if token.kind == .word {
            guard let (value, end) = words?.number(prose, index) else { return nil }
            append(NumberReading(value), index, end)
            return end
        }
        var range = token.range
        var end = index + 1
        // 10 000 with plain spaces.
        while end < prose.tokens.count, prose.tokens[end].kind == .number, prose.tokens[end].range.count == 3,
            prose.tokens[end].range.lowerBound == range.upperBound + 1, prose.scalars[range.upperBound] == " ", token.range.count <= 3,
            convention == .comma
        {
            range = range.lowerBound..<prose.tokens[end].range.upperBound
            end += 1
        }
        let scalars = prose.scalars[range].map { $0 == " " ? "'" : $0 }
        guard var reading = NumberReading(scalars[...], convention: convention) else { return nil }
        if isNegative(index) {
            reading = reading.map { value in
                var value = value
                value.isNegative = true
                return value
            }
        }
        append(reading, index, end)
        return end
    }

    private mutating func append(_ reading: NumberReading, _ start: Int, _ end: Int) {
        var reading = reading
        var end = end
        var unit: String?
        if end < prose.tokens.count, prose.tokens[end].sentence == prose.tokens[start].sentence {
            if prose.tokens[end].kind == .word, let power = words?.power(prose.tokens[end].hash), power > 2 {
                reading = reading.map { $0.scaled(by: power) }
                end += 1
            } else if isThousands(end, start) {
                reading = reading.map { $0.scaled(by: 3) }
                end += 1
            }
        }
        var begin = start
        if start > 0, prose.isGlued(start), let sign = unitSign(start - 1) {
            unit = sign
            begin = start - 1
        } else if let after = unitAfter(end, start) {
            unit = after
            end += 1
        }
        facts.numbers.append(Facts.NumberFact(reading: reading, unit: unit, tokens: begin..<end))
    }

    /// `5k`; `$5K`, since a capital alone may be a variable.
    private func isThousands(_ index: Int, _ start: Int) -> Bool {
        guard prose.isGlued(index), prose.tokens[index].range.count == 1 else { return false }
        switch prose.scalars[prose.tokens[index].range.lowerBound] {
        case "k": return true
        case "K": return start > 0 && prose.isGlued(start) && unitSign(start - 1) != nil
        default: return false
        }
    }

    private func unitSign(_ index: Int) -> String? {
        prose.tokens[index].kind == .sign ? Units.unit(prose.scalars[prose.tokens[index].range.lowerBound]) : nil
    }

    private func unitAfter(_ index: Int, _ start: Int) -> String? {
        guard index < prose.tokens.count, prose.tokens[index].sentence == prose.tokens[start].sentence else { return nil }
        let token = prose.tokens[index]
        switch token.kind {
        case .sign: return unitSign(index)
        case .word: return Units.unit(token.hash, prose.text(token), length: token.range.count)
        case .number, .code, .link: return nil
        }
    }

    /// A sign stands before the number, or before its currency, and belongs to nothing before it.
    private func isNegative(_ index: Int) -> Bool {
        var sign = index - 1
        guard sign >= 0, prose.isGlued(index) else { return false }
        if unitSign(sign) != nil, prose.isGlued(sign) { sign -= 1 }
        guard prose.isSign(sign, "-") || prose.isSign(sign, "\u{2212}") else { return false }
        return !prose.isGlued(sign) || prose.isSign(sign - 1, "(") || prose.isSign(sign - 1, "$") || prose.isSign(sign - 1, "=")
    }
}
