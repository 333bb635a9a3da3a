/// Finds which declared labels a text names as whole words: a tree of characters that is walked from each word's beginning.
struct LabelMentions: Sendable {
    /// Longer texts are not searched: prose around one label is shorter.
    private static let maximumBytes = 64 << 10

    private struct Branch: Sendable {
        var next: [Character: Int] = [:]
        /// Labels that end here; several when they differ only in case.
        var labels: [Int] = []
    }

    private let labels: [String]
    private var exact: [Branch] = [Branch()]
    private var folded: [Branch] = [Branch()]

    init(_ labels: [String]) {
        self.labels = labels
        for (number, label) in labels.enumerated() {
            LabelMentions.insert(Array(label), number, into: &exact)
            LabelMentions.insert(LabelMentions.fold(Array(label)), number, into: &folded)
        }
    }

    /// The one label that the text names; first looked for as declared, then in any case. nil when it names none or several.
    func only(in text: String) -> String? {
        guard text.utf8.count <= LabelMentions.maximumBytes else { return nil }
        let characters = Array(text)
        let asDeclared = LabelMentions.find(characters, exact)
        let found = asDeclared.isEmpty ? LabelMentions.find(LabelMentions.fold(characters), folded) : asDeclared
        return found.count == 1 ? found.first.map { labels[$0] } : nil
    }

    /// Whether the text names any label, in any case.
    func isAny(in text: String) -> Bool { !LabelMentions.find(LabelMentions.fold(Array(text)), folded).isEmpty }

    private static func insert(_ label: [Character], _ number: Int, into tree: inout [Branch]) {
        var branch = 0
        for character in label {
            if let next = tree[branch].next[character] {
                branch = next
            } else {
                tree.append(Branch())
                tree[branch].next[character] = tree.count - 1
                branch = tree.count - 1
            }
        }
        tree[branch].labels.append(number)
    }

    /// All labels named; where labels overlap the longest from the left counts, so that `card arrival` is not also `card`.
    private static func find(_ text: [Character], _ tree: [Branch]) -> Set<Int> {
        var found: Set<Int> = []
        var index = 0
        while index < text.count {
            var end: Int?
            if isBoundary(text, index) {
                var branch = 0
                var position = index
                while position < text.count, let next = tree[branch].next[text[position]] {
                    branch = next
                    position += 1
                    if !tree[branch].labels.isEmpty, isBoundary(text, position) { end = position }
                }
            }
            if let end {
                var branch = 0
                for position in index..<end { branch = tree[branch].next[text[position]]! }
                found.formUnion(tree[branch].labels)
            }
            index = end ?? index + 1
        }
        return found
    }

    /// Lower case, each character by itself, so that places stay the same.
    private static func fold(_ text: [Character]) -> [Character] {
        text.map { character in
            let lower = character.lowercased()
            return lower.count == 1 ? Character(lower) : character
        }
    }

    /// Whether a word ends before an index, or begins there.
    private static func isBoundary(_ text: [Character], _ index: Int) -> Bool {
        guard index > 0, index < text.count else { return true }
        let (left, right) = (text[index - 1], text[index])
        let beforeLeft = index > 1 ? text[index - 2] : " "
        let afterRight = index + 1 < text.count ? text[index + 1] : " "
        switch (left, right) {
        case ("-", _), ("\u{2212}", _): if right.isNumber, !isWordCharacter(beforeLeft) { return false }
        case (".", _), (",", _): if right.isNumber, beforeLeft.isNumber { return false }
        case (_, "."), (_, ","): if left.isNumber, afterRight.isNumber { return false }
        case (_, "#"), (_, "+"), (_, "%"): if isWordCharacter(left) { return false }
        default: break
        }
        return !isWordCharacter(left) || !isWordCharacter(right) || isUnspaced(left) || isUnspaced(right)
    }

    private static func isWordCharacter(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" }

    /// Characters of scripts that put no space between words, or glue particles to them: any place may be a boundary.
    private static func isUnspaced(_ character: Character) -> Bool {
        guard let value = character.unicodeScalars.first?.value else { return false }
        switch value {
        case 0x0E00...0x0FFF: return true  // Thai, Lao, Tibetan
        case 0x1000...0x109F, 0x1100...0x11FF: return true  // Myanmar, Hangul letters
        case 0x1780...0x17FF: return true  // Khmer
        case 0x3040...0x30FF, 0x31F0...0x31FF: return true  // Japanese syllables
        case 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: return true  // Han
        case 0xAC00...0xD7A3: return true  // Hangul
        default: return false
        }
    }
}
