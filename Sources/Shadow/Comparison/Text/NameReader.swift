/// Finds names: words with capitals inside sentences. Scripts without capitals show none, and German writes every noun so.
enum NameReader {
    /// Whether capitals tell names in a text.
    static func hasNames(_ prose: Prose, _ language: String?) -> Bool {
        guard language == nil else { return language != "de" && language != "lb" }
        return !prose.tokens.contains { germanWords.contains($0.hash) }
    }

    /// Words that show German where a text is too short for the detector.
    private static let germanWords = WordSet("der und ist nicht ein eine für mit wir ich sie auf von zu wird sind oder auch das dem")

    /// Words with a capital that name nobody.
    private static let noNames = WordSet("i i'm i've i'll i'd ok okay")

    /// Sentences in which most words have capitals: titles, whose capitals say nothing.
    static func titledSentences(_ prose: Prose) -> Set<Int32> {
        var titled: Set<Int32> = []
        var index = 0
        while index < prose.tokens.count {
            let sentence = prose.tokens[index].sentence
            var words = 0
            var capitals = 0
            while index < prose.tokens.count, prose.tokens[index].sentence == sentence {
                if prose.tokens[index].kind == .word, !prose.tokens[index].flags.contains(.first) {
                    words += 1
                    if prose.tokens[index].flags.contains(.capitalised) { capitals += 1 }
                }
                index += 1
            }
            if words >= 3, capitals * 4 >= words * 3 { titled.insert(sentence) }
        }
        return titled
    }

    /// The name that begins at a token.
    static func name(_ prose: Prose, _ start: Int) -> Range<Int>? {
        var end = start
        while end < prose.tokens.count, isNamePart(prose, end), end == start || follows(prose, end) { end += 1 }
        return end > start ? start..<end : nil
    }

    private static func isNamePart(_ prose: Prose, _ index: Int) -> Bool {
        let token = prose.tokens[index]
        guard token.kind == .word, token.flags.contains(.capitalised), token.range.count > 1 else { return false }
        if token.flags.contains(.first) || token.flags.contains(.marked) { return false }
        return !noNames.contains(token.hash)
    }

    /// One space lies between a word and the one before it, of the same sentence.
    private static func follows(_ prose: Prose, _ index: Int) -> Bool {
        prose.tokens[index].range.lowerBound == prose.tokens[index - 1].range.upperBound + 1
            && prose.tokens[index].sentence == prose.tokens[index - 1].sentence
    }
}
