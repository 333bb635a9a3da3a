/// The facts that one of two answers states and the other does not.
struct FactComparison {
    struct Missing {
        /// What it is: `number`, `date`, `name`, `link`, `code`, `item`.
        var rule: String
        var text: String
    }

    /// Only so many are told one by one.
    static let most = 20

    /// What only the first answer states, in the order of the kinds; the first of them.
    private(set) var missing: [Missing] = []
    /// How many there are in all.
    private(set) var count = 0
    /// What has been told, so that nothing is told twice.
    private var seen: Set<UInt64> = []

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
            add("code") { prose.text(block) }
        }
        if isSameLanguage { items(prose, other.words) }
    }

    private mutating func add(_ rule: String, _ prose: Prose, _ tokens: Range<Int>) {
        var hash = WordHash.of(rule)
        for token in prose.tokens[tokens] { hash = (hash ^ token.hash) &* 0x0000_0100_0000_01B3 }
        guard seen.insert(hash).inserted else { return }
        add(rule) {
            prose.text(prose.tokens[tokens.lowerBound].range.lowerBound..<prose.tokens[tokens.upperBound - 1].range.upperBound)
        }
    }

    private mutating func add(_ rule: String, _ text: () -> String) {
        count += 1
        if count <= FactComparison.most { missing.append(Missing(rule: rule, text: text())) }
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
        for (index, name) in statement.facts.names.enumerated() where !told.names.contains(index) {
            if name.words.contains(where: other.words.contains) { continue }
            add("name", statement.prose, name.tokens)
        }
    }

    // MARK: Code

    /// Only so many pieces of code are looked for in the other answer.
    private static let maximumSpans = 20

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

    /// Whether both answers have code blocks and they are not the same; white space at a block's end is no difference.
    static func areBlocksDifferent(_ prose: Prose, _ other: Prose) -> Bool {
        guard !prose.codeBlocks.isEmpty, !other.codeBlocks.isEmpty else { return false }
        return prose.codeBlocks.count != other.codeBlocks.count
            || zip(prose.codeBlocks, other.codeBlocks).contains { trimmed(prose.scalars[$0]) != trimmed(other.scalars[$1]) }
    }

    private static func trimmed(_ block: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        var block = block
        while let last = block.last, last.isBlank { block.removeLast() }
        return block
    }

    // MARK: List items

    /// An item is there when the other answer has most of its words, in a list or not. Short words stand everywhere.
    private mutating func items(_ prose: Prose, _ words: WordSet) {
        guard prose.items.count >= 2 else { return }
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
