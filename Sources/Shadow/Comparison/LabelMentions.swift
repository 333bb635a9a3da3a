/// Finds which declared labels a text names as whole words: a tree of characters that is walked from each word's beginning.
struct LabelMentions: Sendable {
    /// Longer texts are not searched: prose around one label is shorter.
    private static let maximumBytes = 64 << 10

    /// A character of a text or label, told apart by numbers alone.
    private struct Cell {
        /// The ASCII value; for others their place in the alphabet of all labels, or `strange`.
        var code: Int32
        /// A letter, a number or an underscore.
        var isWord: Bool
        var isNumber: Bool
        /// A hyphen or the minus sign proper.
        var isMinus: Bool
        var isUnspaced: Bool

        /// Outside ASCII and in no label.
        static let strange: Int32 = -1
        static let space = Cell(code: 32, isWord: false, isNumber: false, isMinus: false, isUnspaced: false)
        static let ascii: [Cell] = (0..<128).map { (value: UInt8) in
            let character = Character(UnicodeScalar(value))
            return Cell(
                code: Int32(value), isWord: character.isLetter || character.isNumber || character == "_", isNumber: character.isNumber,
                isMinus: character == "-", isUnspaced: false)
        }
    }

    private struct Branch: Sendable {
        var next: [Int32: Int] = [:]
        /// Labels that end here; several when they differ only in case.
        var labels: [Int] = []
    }

    private struct Tree: Sendable {
        /// The first is the root.
        var branches = [Branch()]
        /// The root's branches by their code, which every word of a text is looked up by; 0 where there is none.
        var first: [Int] = []

        func branch(at code: Int32) -> Int? {
            guard code >= 0, code < first.count, first[Int(code)] > 0 else { return nil }
            return first[Int(code)]
        }
    }

    private let labels: [String]
    private var alphabet: [Character: Int32] = [:]
    private var exact = Tree()
    private var folded = Tree()

    init(_ labels: [String]) {
        self.labels = labels
        for character in labels.joined() where !character.isASCII {
            for form in [character, LabelMentions.fold(character)] where alphabet[form] == nil {
                alphabet[form] = Int32(128 + alphabet.count)
            }
        }
        for (number, label) in labels.enumerated() {
            LabelMentions.insert(cells(label, folds: false), number, into: &exact)
            LabelMentions.insert(cells(label, folds: true), number, into: &folded)
        }
    }

    /// The one label that the text names; first looked for as declared, then in any case. nil when it names none or several.
    func only(in text: String) -> String? {
        guard text.utf8.count <= LabelMentions.maximumBytes else { return nil }
        let asDeclared = LabelMentions.find(cells(text, folds: false), exact)
        let found = asDeclared.isEmpty ? LabelMentions.find(cells(text, folds: true), folded) : asDeclared
        return found.count == 1 ? found.first.map { labels[$0] } : nil
    }

    /// Whether the text names any label, in any case.
    func isAny(in text: String) -> Bool { !LabelMentions.find(cells(text, folds: true), folded).isEmpty }

    /// A text's characters; `folds` in lower case, each by itself, so that places stay the same. Runs of ASCII are taken byte by byte:
    /// only where other characters stand, or might join the letter before them, is the text cut into characters as Unicode does.
    private func cells(_ text: String, folds: Bool) -> [Cell] {
        let bytes = Array(text.utf8)
        var cells: [Cell] = []
        cells.reserveCapacity(bytes.count)
        var next = 0
        while next < bytes.count {
            let isJoined = bytes[next] >= 0x80 || (next + 1 < bytes.count && bytes[next + 1] >= 0x80)
            guard isJoined else {
                cells.append(LabelMentions.cell(ascii: bytes[next], folds: folds))
                next += 1
                continue
            }
            let end = bytes[(next + 1)...].firstIndex { $0 < 0x80 } ?? bytes.count
            for character in String(decoding: bytes[next..<end], as: UTF8.self) { cells.append(cell(character, folds: folds)) }
            next = end
        }
        return cells
    }

    private static func cell(ascii value: UInt8, folds: Bool) -> Cell {
        let isUpper = folds && value >= UInt8(ascii: "A") && value <= UInt8(ascii: "Z")
        return Cell.ascii[Int(isUpper ? value + 32 : value)]
    }

    private func cell(_ character: Character, folds: Bool) -> Cell {
        if character.isASCII, let value = character.asciiValue { return LabelMentions.cell(ascii: value, folds: folds) }
        let form = folds ? LabelMentions.fold(character) : character
        return Cell(
            code: form.asciiValue.map(Int32.init) ?? alphabet[form] ?? Cell.strange, isWord: form.isLetter || form.isNumber,
            isNumber: form.isNumber, isMinus: form == "\u{2212}", isUnspaced: LabelMentions.isUnspaced(form))
    }

    private static func fold(_ character: Character) -> Character {
        let lower = character.lowercased()
        return lower.count == 1 ? Character(lower) : character
    }

    private static func insert(_ label: [Cell], _ number: Int, into tree: inout Tree) {
        var branch = 0
        for cell in label {
            if let next = tree.branches[branch].next[cell.code] {
                branch = next
            } else {
                tree.branches.append(Branch())
                let added = tree.branches.count - 1
                tree.branches[branch].next[cell.code] = added
                if branch == 0 {
                    let missing = Int(cell.code) + 1 - tree.first.count
                    if missing > 0 { tree.first += Array(repeating: 0, count: missing) }
                    tree.first[Int(cell.code)] = added
                }
                branch = added
            }
        }
        tree.branches[branch].labels.append(number)
    }

    /// All labels named; where labels overlap the longest from the left counts, so that `card arrival` is not also `card`.
    private static func find(_ text: [Cell], _ tree: Tree) -> Set<Int> {
        let branches = tree.branches
        var found: Set<Int> = []
        var index = 0
        while index < text.count {
            var end: Int?
            if let first = tree.branch(at: text[index].code), isBoundary(text, index) {
                var branch = first
                var position = index + 1
                while true {
                    if !branches[branch].labels.isEmpty, isBoundary(text, position) { end = position }
                    guard position < text.count, let next = branches[branch].next[text[position].code] else { break }
                    branch = next
                    position += 1
                }
            }
            if let end {
                var branch = 0
                for position in index..<end { branch = branches[branch].next[text[position].code]! }
                found.formUnion(branches[branch].labels)
            }
            index = end ?? index + 1
        }
        return found
    }

    private static let points = [Int32(UInt8(ascii: ".")), Int32(UInt8(ascii: ","))]
    private static let suffixes = [Int32(UInt8(ascii: "#")), Int32(UInt8(ascii: "+")), Int32(UInt8(ascii: "%"))]

    /// Whether a word ends before an index, or begins there.
    private static func isBoundary(_ text: [Cell], _ index: Int) -> Bool {
        guard index > 0, index < text.count else { return true }
        let (left, right) = (text[index - 1], text[index])
        if left.isWord, right.isWord, !left.isUnspaced, !right.isUnspaced { return false }
        let beforeLeft = index > 1 ? text[index - 2] : .space
        let afterRight = index + 1 < text.count ? text[index + 1] : .space
        if left.isMinus, right.isNumber, !beforeLeft.isWord { return false }
        if points.contains(left.code), right.isNumber, beforeLeft.isNumber { return false }
        if points.contains(right.code), left.isNumber, afterRight.isNumber { return false }
        return !(suffixes.contains(right.code) && left.isWord)
    }

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
