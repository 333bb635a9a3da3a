/// Tells answers that refuse, in prose, to do what was asked. Made for precision: an answer that begins otherwise, is long, or
/// answers after its disclaimer is none.
struct ProseRefusal {
    private static let maximumScalars = 700

    /// Whether an answer is a refusal.
    static func isRefusal(_ prose: Prose) -> Bool {
        guard !prose.isCut, prose.scalars.count <= maximumScalars, prose.codeBlocks.isEmpty, prose.items.isEmpty, !prose.tokens.isEmpty
        else {
            return false
        }
        let sentences = sentences(prose).prefix(3).map { normal(prose, $0) }
        for (index, sentence) in sentences.enumerated() {
            if refuses(sentence) { return !answersAfterAll(sentences[index...].joined(separator: " "), prose) }
            // Only an apology may stand before it.
            if !ProseRefusalPhrases.preambles.contains(where: sentence.hasPrefix) { return false }
        }
        return false
    }

    private static func sentences(_ prose: Prose) -> [Range<Int>] {
        var sentences: [Range<Int>] = []
        var start = 0
        for index in prose.tokens.indices.dropFirst() where prose.tokens[index].sentence != prose.tokens[start].sentence {
            sentences.append(start..<index)
            start = index
        }
        sentences.append(start..<prose.tokens.count)
        return sentences
    }

    /// A sentence in small letters, with plain apostrophes and single spaces.
    private static func normal(_ prose: Prose, _ sentence: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        for token in prose.tokens[sentence] {
            if token.flags.contains(.spaced), !text.isEmpty { text.append(" ") }
            for scalar in prose.scalars[token.range] { text.append(scalar == "’" ? "'" : scalar.lower) }
        }
        return String(text)
    }

    private static func refuses(_ sentence: String) -> Bool {
        for (beginnings, acts) in ProseRefusalPhrases.elsewhere where beginnings.contains(where: sentence.hasPrefix) {
            if acts.contains(where: { sentence.firstRange(of: $0) != nil }) { return true }
        }
        var rest = sentence[...]
        var hasOpening = false
        // An apology, then perhaps what it is: `I'm sorry, but as an AI language model, I can't …`.
        for _ in 0..<4 {
            guard let opening = ProseRefusalPhrases.openings.first(where: rest.hasPrefix) else { break }
            rest = rest.dropFirst(opening.count)
            while let first = rest.first, first == " " || first == "," { rest = rest.dropFirst() }
            hasOpening = true
        }
        if ProseRefusalPhrases.whole.contains(where: rest.hasPrefix) { return true }
        guard let inability = ProseRefusalPhrases.inabilities.first(where: rest.hasPrefix) else { return false }
        rest = rest.dropFirst(inability.count)
        return ProseRefusalPhrases.acts.contains(where: rest.hasPrefix)
            || hasOpening && ProseRefusalPhrases.actsAfterOpening.contains(where: rest.hasPrefix)
    }

    /// Whether an answer follows the disclaimer: `I can't give medical advice, but a cold usually lasts a week`. An offer to do
    /// something else is none.
    private static func answersAfterAll(_ text: String, _ prose: Prose) -> Bool {
        for turn in ProseRefusalPhrases.turns {
            guard let place = text.dropFirst(30).firstRange(of: turn) else { continue }
            let rest = text[place.upperBound...].drop { $0 == " " || $0 == "," }
            return !ProseRefusalPhrases.offers.contains(where: rest.hasPrefix)
        }
        return false
    }
}
