/// The facts that one of two answers states and the other does not.
struct FactComparison {
    struct Missing {
        /// What it is: `number`, `date`, `name`, `link`, `code`, `item`.
        var rule: String
        var text: String
    }

    /// What only the first answer states, in the order of the kinds.
    private(set) var missing: [Missing] = []

    /// `told`: facts that need no telling again. `isSameLanguage`: names and list items are only looked for in the same language.
    init(_ statement: Contradictions.Statement, in other: Contradictions.Statement, told: Contradictions.ToldFacts, isSameLanguage: Bool) {
        let (prose, facts) = (statement.prose, statement.facts)
        // A number once told, as conflict or as missing, is not told again.
        var values = FactComparison.values(other.facts.numbers)
        for index in told.numbers { values.insert(facts.numbers[index].reading.value) }
        for number in facts.numbers where !values.contains(number.reading.value) {
            if let other = number.reading.other, values.contains(other) { continue }
            values.insert(number.reading.value)
            add("number", prose, number.tokens)
        }
        for (index, date) in facts.dates.prefix(1000).enumerated() where !told.dates.contains(index) {
            if other.facts.dates.prefix(1000).contains(where: { $0.date.mayEqual(date.date) }) { continue }
            add("date", prose, date.tokens)
        }
        if isSameLanguage { names(statement, other, told) }
        let links = Set(other.facts.links.map(\.key))
        for link in facts.links where !links.contains(link.key) { add("link", prose, link.token..<(link.token + 1)) }
        codeSpans(statement, other)
        let (blocks, otherBlocks) = (prose.codeBlocks.count, other.prose.codeBlocks.count)
        for block in prose.codeBlocks.dropFirst(min(blocks, otherBlocks)) {
            missing.append(Missing(rule: "code", text: prose.text(block)))
        }
        if isSameLanguage { items(prose, other.prose) }
    }

    private mutating func add(_ rule: String, _ prose: Prose, _ tokens: Range<Int>) {
        let range = prose.tokens[tokens.lowerBound].range.lowerBound..<prose.tokens[tokens.upperBound - 1].range.upperBound
        let text = prose.text(range).replacing("**", with: "")
        if !missing.contains(where: { $0.rule == rule && $0.text == text }) { missing.append(Missing(rule: rule, text: text)) }
    }

    private static func values(_ numbers: [Facts.NumberFact]) -> Set<DecimalNumber> {
        var values: Set<DecimalNumber> = []
        for number in numbers {
            values.insert(number.reading.value)
            if let other = number.reading.other { values.insert(other) }
        }
        return values
    }

    // MARK: Names

    private mutating func names(
        _ statement: Contradictions.Statement, _ other: Contradictions.Statement, _ told: Contradictions.ToldFacts
    ) {
        guard statement.facts.names.count > told.names.count else { return }
        let words = Set(other.prose.tokens.lazy.filter { $0.kind == .word }.map(\.hash))
        for (index, name) in statement.facts.names.enumerated() where !told.names.contains(index) {
            if name.words.contains(where: words.contains) { continue }
            add("name", statement.prose, name.tokens)
        }
    }

    /// Whether an answer has a word of a name.
    static func isNamed(_ name: Facts.NameFact, _ prose: Prose) -> Bool {
        prose.tokens.contains { $0.kind == .word && name.words.contains($0.hash) }
    }

    // MARK: Code

    /// Only so many pieces of code are looked for in the other answer.
    private static let maximumSpans = 50

    private mutating func codeSpans(_ statement: Contradictions.Statement, _ other: Contradictions.Statement) {
        let keys = Set(other.facts.codeSpans.map(\.key))
        for span in statement.facts.codeSpans.prefix(FactComparison.maximumSpans) where !keys.contains(span.key) {
            let range = statement.prose.tokens[span.token].range
            if FactComparison.contains(other.prose.scalars, statement.prose.scalars[range]) { continue }
            add("code", statement.prose, span.token..<(span.token + 1))
        }
    }

    private static func contains(_ text: [Unicode.Scalar], _ piece: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = piece.first, piece.count <= text.count else { return false }
        for start in 0...(text.count - piece.count) where text[start] == first {
            if text[start..<(start + piece.count)] == piece { return true }
        }
        return false
    }

    /// Whether both answers have code blocks and they are not the same.
    static func areBlocksDifferent(_ prose: Prose, _ other: Prose) -> Bool {
        guard !prose.codeBlocks.isEmpty, !other.codeBlocks.isEmpty else { return false }
        let blocks = prose.codeBlocks.map { TextForm.spaced(prose.text($0)) }
        return blocks != other.codeBlocks.map { TextForm.spaced(other.text($0)) }
    }

    // MARK: List items

    /// An item is there when the other answer has most of its words, in a list or not. Short words stand everywhere.
    private mutating func items(_ prose: Prose, _ other: Prose) {
        guard prose.items.count >= 2 else { return }
        let words = Set(other.tokens.lazy.filter { $0.kind == .word }.map(\.hash))
        for item in prose.items.prefix(200) {
            var count = 0
            var found = 0
            for token in prose.tokens[item] where token.kind == .word {
                let isUnspaced = prose.scalars[token.range.lowerBound].isUnspaced
                guard isUnspaced || token.range.count >= 4 else { continue }
                count += 1
                if words.contains(token.hash) { found += 1 }
            }
            if count > 0, found * 2 < count { add("item", prose, item) }
        }
    }
}
