/// Laying out plain text in columns of a terminal.
enum TextLayout {
    /// Breaks a text at spaces into lines of at most `width` columns; a word that is longer is cut. `indent` begins every line but
    /// the first.
    static func wrapped(_ text: String, width: Int, indent: String = "") -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in words(text) {
            var rest = word
            while true {
                let room = width - used - (line.isEmpty || line == indent ? 0 : 1)
                let needed = columns(rest)
                if needed <= room {
                    if !(line.isEmpty || line == indent) {
                        line += " "
                        used += 1
                    }
                    line += rest
                    used += needed
                    break
                }
                if line.isEmpty || line == indent {
                    let (head, tail) = split(rest, columns: max(1, width - used))
                    lines.append(line + head)
                    rest = tail
                } else {
                    lines.append(line)
                }
                line = indent
                used = columns(indent)
            }
        }
        if line != indent || lines.isEmpty { lines.append(line) }
        return lines
    }

    /// Padded with spaces to `width` columns, or cut to it with an ellipsis.
    static func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
        let used = columns(text)
        if used > width { return split(text, columns: max(0, width - 1)).0 + "…" }
        let space = String(repeating: " ", count: width - used)
        return right ? space + text : text + space
    }

    /// A table at most `width` wide: columns as wide as their contents, the widest made narrower as far as their longest words allow,
    /// cells wrapped.
    static func table(_ table: Page.Table, width: Int) -> [String] {
        let all = [table.columns.map(\.title)] + table.rows
        var widths = table.columns.indices.map { index in all.map { columns($0[index]) }.max() ?? 0 }
        let least = table.columns.indices.map { index in
            // What a row is about stays on one line while it can.
            let parts = index == 0 ? all.map { $0[index] } : all.flatMap { words($0[index]) }
            return min(32, parts.map(columns).max() ?? 1)
        }
        let gaps = 2 * (widths.count - 1)
        while widths.reduce(0, +) + gaps > width {
            guard let widest = widths.indices.filter({ widths[$0] > least[$0] }).max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return all.flatMap { row -> [String] in
            let cells = row.indices.map { wrapped(row[$0], width: max(1, widths[$0])) }
            return (0..<(cells.map(\.count).max() ?? 0)).map { line in
                let parts = cells.indices.map { index in
                    let text = line < cells[index].count ? cells[index][line] : ""
                    return padded(text, widths[index], right: table.columns[index].numeric)
                }
                return trimmedRight(parts.joined(separator: "  "))
            }
        }
    }

    static func trimmedRight(_ text: String) -> String {
        var text = Substring(text)
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    /// How many columns a text takes: two for wide East Asian characters and emoji, none for combining ones.
    static func columns(_ text: String) -> Int { text.reduce(0) { $0 + columns(of: $1) } }

    /// A sequence that is one picture takes two columns; any other cluster what its parts take, as terminals reckon.
    static func columns(of character: Character) -> Int {
        let scalars = character.unicodeScalars
        guard let first = scalars.first else { return 0 }
        if scalars.count == 1 { return columns(of: first) }
        let isPicture = scalars.contains { $0.value == 0x200D || $0.value == 0xFE0F } || (0x1F1E6...0x1F1FF).contains(first.value)
        return isPicture && first.value >= 0x203C ? 2 : scalars.reduce(0) { $0 + columns(of: $1) }
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0..<0x300: return 1
        case 0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23EC, 0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653, 0x26AA...0x26AB,
            0x26BD...0x26BE, 0x2705, 0x270A...0x270B, 0x2728, 0x274C, 0x274E, 0x2753...0x2755, 0x2757, 0x2795...0x2797, 0x2B1B...0x2B1C,
            0x2B50, 0x2B55, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        case 0x1160...0x11FF: return 0
        default:
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark: return 0
            default: return scalar.properties.isDefaultIgnorableCodePoint ? 0 : 1
            }
        }
    }

    /// The words of a text. Signs stay with what they belong to: a number with its unit, a gate with its mark, an arrow with the word
    /// after it.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var joins = false
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" }) {
            if let last = words.last, joins || belongsToTheWordBefore(word) {
                words[words.count - 1] = last + " " + word
            } else {
                words.append(String(word))
            }
            joins = word == "→" || word == "=" || word == "–"
        }
        return words
    }

    private static func belongsToTheWordBefore(_ word: Substring) -> Bool {
        let bare = word.prefix { !",.;:)".contains($0) }
        return word.hasPrefix("%") || ["✓", "✗", "·", "=", "s", "ms", "M", "k"].contains(bare)
    }

    private static func split(_ text: String, columns width: Int) -> (String, String) {
        var used = 0
        var index = text.startIndex
        while index < text.endIndex {
            let next = columns(of: text[index])
            if used + next > width, index > text.startIndex { break }
            used += next
            text.formIndex(after: &index)
        }
        return (String(text[..<index]), String(text[index...]))
    }
}
