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

    /// A sentence's tokens and its words without numbers and negations, by their places in a table of both answers' words.
    private struct Sentence {
        var tokens: Range<Int>
        /// Each once.
        var words: [Int] = []
        /// In their order.
        var sequence: [UInt64] = []
    }

    init(_ production: Prose, _ numbers: [Facts.NumberFact], _ candidate: Prose, _ otherNumbers: [Facts.NumberFact]) {
        // For each word the last sentence that it has been seen in.
        var seen = WordTable<Int>(capacity: production.tokens.count + candidate.tokens.count)
        let sentences = SentenceAlignment.sentences(production, numbers, from: 0, &seen)
        let others = SentenceAlignment.sentences(candidate, otherNumbers, from: sentences.count, &seen)
        if sentences.count == 1, others.count == 1, sentences[0].words.isEmpty, others[0].words.isEmpty {
            // Two answers that are but numbers, dates or signs.
            matches = [
                Match(production: sentences[0].tokens, candidate: others[0].tokens, similarity: 1, words: 0, isWordForWord: true)
            ]
            return
        }
        let places = SentencePlaces(others.map(\.words), wordCount: seen.values.count)
        var shared = [Int](repeating: 0, count: others.count)
        var touched: [Int] = []
        for (index, sentence) in sentences.enumerated() {
            touched.removeAll(keepingCapacity: true)
            for word in sentence.words {
                places.forEach(word) { place in
                    if shared[place] == 0 { touched.append(place) }
                    shared[place] += 1
                }
            }
            if let match = SentenceAlignment.best(sentence, index, others, shared, touched) { matches.append(match) }
            for place in touched { shared[place] = 0 }
        }
    }

    private static func best(
        _ sentence: Sentence, _ index: Int, _ others: [Sentence], _ shared: [Int], _ touched: [Int]
    ) -> Match? {
        var best: (place: Int, similarity: Double)?
        for place in touched {
            let similarity = 2 * Double(shared[place]) / Double(sentence.words.count + others[place].words.count)
            guard let found = best, similarity <= found.similarity else {
                best = (place, similarity)
                continue
            }
            // Of sentences that are equally alike the nearest, of those the first.
            let distances = (abs(place - index), abs(found.place - index))
            if similarity == found.similarity, distances.0 < distances.1 || distances.0 == distances.1 && place < found.place {
                best = (place, similarity)
            }
        }
        guard let best, best.similarity >= leastSimilarity else { return nil }
        let other = others[best.place]
        guard shared[best.place] >= 2 || sentence.words.count == 1 && other.words.count == 1 else { return nil }
        return Match(
            production: sentence.tokens, candidate: other.tokens, similarity: best.similarity,
            words: min(sentence.words.count, other.words.count), isWordForWord: sentence.sequence == other.sequence)
    }

    private static func sentences(
        _ prose: Prose, _ numbers: [Facts.NumberFact], from first: Int, _ seen: inout WordTable<Int>
    ) -> [Sentence] {
        var sentences: [Sentence] = []
        var number = 0
        var start = 0
        while start < prose.tokens.count, sentences.count < maximumSentences {
            var end = start
            var sentence = Sentence(tokens: start..<start)
            let id = first + sentences.count
            while end < prose.tokens.count, prose.tokens[end].sentence == prose.tokens[start].sentence {
                while number < numbers.count, numbers[number].tokens.upperBound <= end { number += 1 }
                let isNumber = number < numbers.count && numbers[number].tokens.contains(end)
                let token = prose.tokens[end]
                if token.kind == .word, !isNumber, !PolarWords.negations.contains(token.hash) {
                    let word = seen.insert(token.hash, -1)
                    if seen.values[word] != id { sentence.words.append(word) }
                    seen.update(token.hash) { $0 = id }
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

/// The sentences that each word stands in: lists in one array, the latest first.
private struct SentencePlaces {
    /// Words that stand in more sentences tell none from the other.
    private static let most = 64

    private var latest: [Int]
    private var entries: [(sentence: Int, earlier: Int)] = []

    init(_ sentences: [[Int]], wordCount: Int) {
        latest = [Int](repeating: -1, count: wordCount)
        for (index, words) in sentences.enumerated() {
            for word in words {
                entries.append((index, latest[word]))
                latest[word] = entries.count - 1
            }
        }
    }

    func forEach(_ word: Int, _ body: (Int) -> Void) {
        var entry = latest[word]
        var count = 0
        while entry >= 0, count < SentencePlaces.most {
            body(entries[entry].sentence)
            entry = entries[entry].earlier
            count += 1
        }
    }
}
