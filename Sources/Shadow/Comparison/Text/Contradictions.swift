/// What two answers say differently about the same: sentences with most words in common, of which one has another number, date,
/// name or unit, a negation or an opposite more; and answers that begin with yes and no.
struct Contradictions {
    struct Conflict: Hashable {
        /// What they differ in: `number`, `unit`, `date`, `name`, `negation`, `opposite`, `polarity`.
        var rule: String
        var production: String
        var candidate: String
    }

    private(set) var conflicts: [Conflict] = []
    /// The places of the facts that are named in conflicts, so that they are not told again as missing.
    private(set) var production = ToldFacts()
    private(set) var candidate = ToldFacts()

    struct ToldFacts {
        var numbers: Set<Int> = []
        var dates: Set<Int> = []
        var names: Set<Int> = []
    }

    private let left: Statement
    private let right: Statement

    /// An answer with what it states.
    struct Statement {
        var prose: Prose
        var facts: Facts
        var words: WordSet

        init(_ prose: Prose, language: String?) {
            self.prose = prose
            facts = Facts(prose, language: language)
            words = WordSet(prose)
        }
    }

    init(_ production: Statement, _ candidate: Statement) {
        left = production
        right = candidate
        polarity()
        let alignment = SentenceAlignment(
            production.prose, production.facts.numbers, candidate.prose, candidate.facts.numbers)
        for match in alignment.matches {
            numbers(match)
            dates(match)
            names(match)
            reversal(match)
        }
        conclusions()
    }

    private mutating func add(_ rule: String, _ production: String, _ candidate: String) {
        conflicts.append(Conflict(rule: rule, production: production, candidate: candidate))
    }

    // MARK: Yes and no

    private mutating func polarity() {
        guard let answer = Contradictions.polarity(left.prose), let other = Contradictions.polarity(right.prose),
            answer.isYes != other.isYes
        else { return }
        add("polarity", answer.word, other.word)
    }

    /// The yes or no that an answer begins with. Where a word follows at once, it is part of something else: `No problem`, 对不起.
    private static func polarity(_ prose: Prose) -> (isYes: Bool, word: String)? {
        guard let first = prose.tokens.first, first.kind == .word else { return nil }
        let isUnspaced = prose.scalars[first.range.lowerBound].isUnspaced
        let words = prose.tokens.prefix(5).prefix { $0.kind == .word && $0.sentence == first.sentence }
        guard words.count == 1 || isUnspaced && words.count < 5, let last = words.last else { return nil }
        let word = prose.text(first.range.lowerBound..<last.range.upperBound)
        let hash = words.count == 1 ? first.hash : WordHash.of(word)
        if PolarWords.yes.contains(hash) { return (true, word) }
        return PolarWords.no.contains(hash) ? (false, word) : nil
    }

    // MARK: Numbers and their units

    private mutating func numbers(_ match: SentenceAlignment.Match) {
        let numbers = Contradictions.within(match.production, left.facts.numbers, \.tokens)
        let others = Contradictions.within(match.candidate, right.facts.numbers, \.tokens)
        let (unmatched, unmatchedOthers) = Contradictions.unmatched(numbers, others) {
            left.facts.numbers[$0].reading.mayEqual(right.facts.numbers[$1].reading)
        }
        if unmatched.count == unmatchedOthers.count, unmatched.count <= 3 {
            for (number, other) in zip(unmatched, unmatchedOthers) where isConflict(number, other, match) {
                add("number", text(left, left.facts.numbers[number].tokens), text(right, right.facts.numbers[other].tokens))
                production.numbers.insert(number)
                candidate.numbers.insert(other)
            }
        }
        guard unmatched.isEmpty, unmatchedOthers.isEmpty else { return }
        for (number, other) in zip(numbers, others) {
            let (fact, otherFact) = (left.facts.numbers[number], right.facts.numbers[other])
            if !fact.reading.mayEqual(otherFact.reading) {
                // The same numbers at other places among the same words.
                if match.isWordForWord, match.words >= 3 { add("number", text(left, fact.tokens), text(right, otherFact.tokens)) }
            } else if let unit = fact.unit, let otherUnit = otherFact.unit, unit != otherUnit {
                add("unit", text(left, fact.tokens), text(right, otherFact.tokens))
            }
        }
    }

    /// Whether two numbers of like sentences conflict: neither stands elsewhere in the other answer, or the sentences are nearly
    /// the same.
    private func isConflict(_ number: Int, _ other: Int, _ match: SentenceAlignment.Match) -> Bool {
        if match.similarity >= 0.85, match.words >= 3 { return true }
        let (fact, otherFact) = (left.facts.numbers[number], right.facts.numbers[other])
        return !right.facts.numbers.contains { $0.reading.mayEqual(fact.reading) }
            && !left.facts.numbers.contains { $0.reading.mayEqual(otherFact.reading) }
    }

    // MARK: Dates and names

    private mutating func dates(_ match: SentenceAlignment.Match) {
        let (dates, others) = Contradictions.unmatched(
            Contradictions.within(match.production, left.facts.dates, \.tokens),
            Contradictions.within(match.candidate, right.facts.dates, \.tokens)
        ) { left.facts.dates[$0].date.mayEqual(right.facts.dates[$1].date) }
        guard dates.count == others.count else { return }
        for (date, other) in zip(dates, others) {
            add("date", text(left, left.facts.dates[date].tokens), text(right, right.facts.dates[other].tokens))
            production.dates.insert(date)
            candidate.dates.insert(other)
        }
    }

    private mutating func names(_ match: SentenceAlignment.Match) {
        let (names, others) = Contradictions.unmatched(
            Contradictions.within(match.production, left.facts.names, \.tokens),
            Contradictions.within(match.candidate, right.facts.names, \.tokens)
        ) { !Set(left.facts.names[$0].words).isDisjoint(with: right.facts.names[$1].words) }
        guard names.count == 1, others.count == 1 else { return }
        let (name, other) = (left.facts.names[names[0]], right.facts.names[others[0]])
        guard match.similarity >= 0.7, !name.words.contains(where: right.words.contains), !other.words.contains(where: left.words.contains)
        else {
            return
        }
        add("name", text(left, name.tokens), text(right, other.tokens))
        production.names.insert(names[0])
        candidate.names.insert(others[0])
    }

    // MARK: Conclusions

    /// Two answers end with other numbers, each in a last sentence that is but that number, or that are alike.
    private mutating func conclusions() {
        guard let number = Contradictions.conclusion(left), let other = Contradictions.conclusion(right),
            !production.numbers.contains(number), !candidate.numbers.contains(other)
        else { return }
        let (fact, otherFact) = (left.facts.numbers[number], right.facts.numbers[other])
        // The one's conclusion in the other's last sentence: they may well come to the same.
        guard !Contradictions.concludes(right, with: fact), !Contradictions.concludes(left, with: otherFact) else { return }
        let (words, others) = (Contradictions.lastWords(left), Contradictions.lastWords(right))
        let shared = words.intersection(others).count
        guard words.isEmpty || others.isEmpty || 10 * shared >= 3 * min(words.count, others.count) else { return }
        add("number", text(left, fact.tokens), text(right, otherFact.tokens))
        production.numbers.insert(number)
        candidate.numbers.insert(other)
    }

    /// The last number of an answer whose last sentence has one.
    private static func conclusion(_ statement: Statement) -> Int? {
        guard let last = statement.facts.numbers.last, let token = statement.prose.tokens.last,
            statement.prose.tokens[last.tokens.upperBound - 1].sentence == token.sentence
        else { return nil }
        return statement.facts.numbers.count - 1
    }

    private static func concludes(_ statement: Statement, with number: Facts.NumberFact) -> Bool {
        let sentence = statement.prose.tokens.last?.sentence
        return statement.facts.numbers.reversed().prefix { statement.prose.tokens[$0.tokens.lowerBound].sentence == sentence }
            .contains { $0.reading.mayEqual(number.reading) }
    }

    private static func lastWords(_ statement: Statement) -> Set<UInt64> {
        let sentence = statement.prose.tokens.last?.sentence
        var words: Set<UInt64> = []
        for token in statement.prose.tokens.reversed() {
            if token.sentence != sentence { break }
            if token.kind == .word { words.insert(token.hash) }
        }
        return words
    }

    // MARK: Negations and opposites

    /// Only in sentences that hardly differ otherwise: a clause more may well hold a `not`.
    private mutating func reversal(_ match: SentenceAlignment.Match) {
        let isNear = match.similarity >= 0.75 && abs(match.production.count - match.candidate.count) <= 3
        guard isNear || match.production.count == match.candidate.count else { return }
        let sentence = left.prose.text(Contradictions.range(left.prose, match.production))
        let other = right.prose.text(Contradictions.range(right.prose, match.candidate))
        if isNear, Contradictions.isNegated(left.prose, match.production) != Contradictions.isNegated(right.prose, match.candidate) {
            return add("negation", sentence, other)
        }
        if let pair = Contradictions.opposites(left.prose, match.production, right.prose, match.candidate) {
            add("opposite", "\(pair.0): \(sentence)", "\(pair.1): \(other)")
        }
    }

    private static func isNegated(_ prose: Prose, _ sentence: Range<Int>) -> Bool {
        for index in sentence where prose.tokens[index].kind == .word {
            if PolarWords.negations.contains(prose.tokens[index].hash) { return true }
            for ending in PolarWords.japanese where index + ending.count <= sentence.upperBound {
                if zip(index..., ending).allSatisfy({ prose.tokens[$0].hash == $1 }) { return true }
            }
        }
        return false
    }

    /// A word or sign of the one sentence alone whose opposite is of the other alone.
    private static func opposites(
        _ prose: Prose, _ sentence: Range<Int>, _ otherProse: Prose, _ otherSentence: Range<Int>
    ) -> (String, String)? {
        let words = Set(prose.tokens[sentence].lazy.filter { $0.kind != .number }.map(\.hash))
        let others = Set(otherProse.tokens[otherSentence].lazy.filter { $0.kind != .number }.map(\.hash))
        for token in prose.tokens[sentence] where !others.contains(token.hash) {
            let opposites: [UInt64]
            if token.kind == .word {
                opposites = PolarWords.opposite[token.hash] ?? []
            } else if token.kind == .sign {
                opposites = (PolarWords.oppositeSigns[prose.scalars[token.range.lowerBound]] ?? []).map { UInt64($0.value) }
            } else {
                continue
            }
            let found = otherProse.tokens[otherSentence].first { opposites.contains($0.hash) && !words.contains($0.hash) }
            if let found { return (prose.text(token), otherProse.text(found)) }
        }
        return nil
    }

    // MARK: Helpers

    private func text(_ statement: Statement, _ tokens: Range<Int>) -> String {
        statement.prose.text(Contradictions.range(statement.prose, tokens))
    }

    private static func range(_ prose: Prose, _ tokens: Range<Int>) -> Range<Int> {
        prose.tokens[tokens.lowerBound].range.lowerBound..<prose.tokens[tokens.upperBound - 1].range.upperBound
    }

    /// The places of the facts that stand in a sentence; facts stand in the order of the text.
    private static func within<Fact>(_ sentence: Range<Int>, _ facts: [Fact], _ tokens: (Fact) -> Range<Int>) -> Range<Int> {
        var low = 0
        var high = facts.count
        while low < high {
            let middle = (low + high) / 2
            if tokens(facts[middle]).lowerBound < sentence.lowerBound { low = middle + 1 } else { high = middle }
        }
        var end = low
        while end < facts.count, tokens(facts[end]).lowerBound < sentence.upperBound { end += 1 }
        return low..<end
    }

    /// The facts of two sentences that find no equal, each in its order; of long sentences only the first are looked at.
    private static func unmatched(_ facts: Range<Int>, _ others: Range<Int>, _ equal: (Int, Int) -> Bool) -> ([Int], [Int]) {
        var left: [Int] = []
        var right = Array(others.prefix(32))
        for fact in facts.prefix(32) {
            if let place = right.firstIndex(where: { equal(fact, $0) }) { right.remove(at: place) } else { left.append(fact) }
        }
        return (left, right)
    }
}
