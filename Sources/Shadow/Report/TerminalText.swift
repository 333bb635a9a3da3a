/// Foreign text as a terminal can take it: nothing in it is obeyed, and its lines end where the terminal's do.
enum TerminalText {
    /// A stretch of a line, with something to mark in it or not.
    struct Piece {
        var text: String
        var differs: Bool
    }

    /// Marks that one letter may carry: more are only there to disturb.
    private static let mostMarks = 16

    /// With its own lines; tabs become spaces.
    static func block(_ text: String, limit: Int) -> String {
        let shown = ForeignText.block(text, limit: limit).replacing("\t", with: "    ")
        guard shown.unicodeScalars.contains(where: { $0.value >= 0x300 }) else { return shown }
        return String(
            shown.map { character in
                let scalars = character.unicodeScalars
                guard scalars.count > mostMarks else { return character }
                return String(String.UnicodeScalarView(scalars.prefix(mostMarks))).first ?? character
            })
    }

    /// On one line.
    static func line(_ text: String, limit: Int) -> String { block(ForeignText.line(text, limit: limit), limit: .max) }

    /// In lines of at most `width` columns, its own line breaks kept.
    static func lines(_ text: String, limit: Int, width: Int) -> [String] {
        block(text, limit: limit).split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
            wrapped([Piece(text: String(line), differs: false)], width).map { TextLayout.trimmedRight($0.map(\.text).joined()) }
        }
    }

    /// Breaks a line into such of at most `width` columns, after a space where there is one in the second half.
    static func wrapped(_ pieces: [Piece], _ width: Int) -> [[Piece]] {
        let characters = pieces.flatMap { piece in piece.text.map { (character: $0, differs: piece.differs) } }
        var lines: [[Piece]] = []
        var start = 0
        while start < characters.count {
            var (end, used) = (start, 0)
            while end < characters.count {
                let next = TextLayout.columns(of: characters[end].character)
                if used + next > width, end > start { break }
                used += next
                end += 1
            }
            if end < characters.count, let space = characters[start..<end].lastIndex(where: { $0.character == " " }),
                space > start + (end - start) / 2
            {
                end = space + 1
            }
            var line: [Piece] = []
            for (character, differs) in characters[start..<end] {
                if line.last?.differs == differs {
                    line[line.count - 1].text.append(character)
                } else {
                    line.append(Piece(text: String(character), differs: differs))
                }
            }
            lines.append(line)
            start = end
        }
        return lines.isEmpty ? [[]] : lines
    }
}
