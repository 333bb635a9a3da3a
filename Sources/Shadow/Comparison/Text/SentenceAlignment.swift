/// The sentences of one answer beside those of another that say something about the same: with most of their words in common.
struct SentenceAlignment {
    /// Only so many sentences of an answer are looked at.
    static let maximumSentences = 400

    /// Below it sentences are about different things.
    static let leastSimilarity = 0.6

    struct Match {
        var production: Range<Int>
        var candidate: Range<Int>
        /// Twice the words in common over the words of both, 0…1; numbers and negations left out.
        var similarity: Double
        /// How many words the shorter sentence has.
        var words: Int
        /// The same words in the same order.
        var isWordForWord: Bool
    }

    private(set) var matches: [Match] = []

    /// A sentence's tokens and its words without negations, each once.
    private struct Sentence {
        var tokens: Range<Int>
        var words: Set<UInt64>
        var sequence: [UInt64]
    }

    init(_ production: Prose, _ numbers: [Facts.NumberFact], _ candidate: Prose, _ otherNumbers: [Facts.NumberFact]) {
        let sentences = SentenceAlignment.sentences(production, numbers)
        let others = SentenceAlignment.sentences(candidate, otherNumbers)
        if sentences.count == 1, others.count == 1, sentences[0].words.isEmpty, others[0].words.isEmpty {
            // Two answers that are but numbers, dates or signs.
            matches = [
                Match(production: sentences[0].tokens, candidate: others[0].tokens, similarity: 1, words: 0, isWordForWord: true)
            ]
            return
        }
        var places: [UInt64: [Int]] = [:]
        for (index, sentence) in others.enumerated() {
            for word in sentence.words where places[word]?.count ?? 0 < 64 { places[word, default: []].append(index) }
        }
        var shared = [Int](repeating: 0, count: others.count)
        for (index, sentence) in sentences.enumerated() {
            var touched: [Int] = []
            for word in sentence.words {
                for place in places[word] ?? [] {
                    if shared[place] == 0 { touched.append(place) }
                    shared[place] += 1
                }
            }
            matches.append(contentsOf: SentenceAlignment.best(sentence, index, others, shared, touched).map { [$0] } ?? [])
            for place in touched { shared[place] = 0 }
        }
    }

    private static func best(
        _ sentence: Sentence, _ index: Int, _ others: [Sentence], _ shared: [Int], _ touched: [Int]
    ) -> Match? {
        var best: (place: Int, similarity: Double)?
        for place in touched.sorted() {
            let similarity = 2 * Double(shared[place]) / Double(sentence.words.count + others[place].words.count)
            let isNearer = best.map { similarity == $0.similarity && abs(place - index) < abs($0.place - index) } ?? false
            if similarity > best?.similarity ?? 0 || isNearer { best = (place, similarity) }
        }
        guard let best, best.similarity >= leastSimilarity else { return nil }
        let other = others[best.place]
        guard shared[best.place] >= 2 || sentence.words.count == 1 && other.words.count == 1 else { return nil }
        return Match(
            production: sentence.tokens, candidate: other.tokens, similarity: best.similarity,
            words: min(sentence.words.count, other.words.count), isWordForWord: sentence.sequence == other.sequence)
    }

    private static func sentences(_ prose: Prose, _ numbers: [Facts.NumberFact]) -> [Sentence] {
        var sentences: [Sentence] = []
        var number = 0
        var start = 0
        while start < prose.tokens.count, sentences.count < maximumSentences {
            var end = start
            var sentence = Sentence(tokens: start..<start, words: [], sequence: [])
            while end < prose.tokens.count, prose.tokens[end].sentence == prose.tokens[start].sentence {
                while number < numbers.count, numbers[number].tokens.upperBound <= end { number += 1 }
                let isNumber = number < numbers.count && numbers[number].tokens.contains(end)
                let token = prose.tokens[end]
                if token.kind == .word, !isNumber, !PolarWords.negations.contains(token.hash) {
                    sentence.words.insert(token.hash)
                    sentence.sequence.append(token.hash)
                }
                end += 1
            }
            sentence.tokens = start..<end
            sentences.append(sentence)
            start = end
        }
        return sentences
    }
}
