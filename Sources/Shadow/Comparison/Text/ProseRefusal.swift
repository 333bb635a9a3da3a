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
            if refuses(sentence[...]) { return !answersAfterAll(Array(sentences[index...].joined(separator: [0x20]))) }
            // Only an apology may stand before it.
            if !ProseRefusalPhrases.preambles.contains(where: { sentence.starts(with: $0.utf8) }) { return false }
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

    /// A sentence in small letters, with plain apostrophes and single spaces; in bytes, since marks join letters to characters.
    private static func normal(_ prose: Prose, _ sentence: Range<Int>) -> [UInt8] {
        var text = String.UnicodeScalarView()
        for token in prose.tokens[sentence] {
            if token.flags.contains(.spaced), !text.isEmpty { text.append(" ") }
            for scalar in prose.scalars[token.range] { text.append(scalar == "’" ? "'" : scalar.lower) }
        }
        return Array(String(text).utf8)
    }

    private static func refuses(_ sentence: ArraySlice<UInt8>) -> Bool {
        for (beginnings, acts) in ProseRefusalPhrases.elsewhere where beginnings.contains(where: { sentence.starts(with: $0.utf8) }) {
            if acts.contains(where: { place(of: $0, in: sentence) != nil }) { return true }
        }
        if ProseRefusalPhrases.within.contains(where: { place(of: $0, in: sentence) != nil }) { return true }
        var rest = sentence
        var hasOpening = false
        // An apology, then perhaps what it is: `I'm sorry, but as an AI language model, I can't …`.
        for _ in 0..<4 {
            guard let opening = ProseRefusalPhrases.openings.first(where: { rest.starts(with: $0.utf8) }) else { break }
            rest = rest.dropFirst(opening.utf8.count).drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ",") }
            hasOpening = true
        }
        if ProseRefusalPhrases.whole.contains(where: { rest.starts(with: $0.utf8) }) { return true }
        guard let inability = ProseRefusalPhrases.inabilities.first(where: { rest.starts(with: $0.utf8) }) else { return false }
        rest = rest.dropFirst(inability.utf8.count)
        return ProseRefusalPhrases.acts.contains { rest.starts(with: $0.utf8) }
            || hasOpening && ProseRefusalPhrases.actsAfterOpening.contains { rest.starts(with: $0.utf8) }
    }

    /// Whether an answer follows the disclaimer: `I can't give medical advice, but a cold usually lasts a week`. An offer to do
    /// something else is none.
    private static func answersAfterAll(_ text: [UInt8]) -> Bool {
        for turn in ProseRefusalPhrases.turns {
            guard let place = place(of: turn, in: text.dropFirst(30)) else { continue }
            let rest = text[(place + turn.utf8.count)...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ",") }
            return !ProseRefusalPhrases.offers.contains { rest.starts(with: $0.utf8) }
        }
        return false
    }

    private static func place(of phrase: String, in text: ArraySlice<UInt8>) -> Int? {
        guard let first = phrase.utf8.first, text.count >= phrase.utf8.count else { return nil }
        return (text.startIndex...(text.endIndex - phrase.utf8.count)).first {
            text[$0] == first && text[$0...].starts(with: phrase.utf8)
        }
    }
}
