/// Text that models and users wrote, made fit to be shown: cut to a length, with nothing in it that a terminal or a browser would obey.
enum ForeignText {
    /// How much of one text a report shows, in characters.
    static let limit = ReportModel.Passage.longest

    /// On one line: line breaks and tabs become visible signs.
    static func line(_ text: String, limit: Int = limit) -> String { shown(text, limit: limit, keepsLines: false) }

    /// The beginning of a passage on one line.
    static func line(_ passage: ReportModel.Passage, limit: Int) -> String {
        shown(passage.text, rest: passage.rest, limit: limit, keepsLines: false)
    }

    /// With its own lines.
    static func block(_ text: String, limit: Int) -> String { shown(text, limit: limit, keepsLines: true) }

    /// A passage with its own lines.
    static func block(_ passage: ReportModel.Passage) -> String {
        shown(passage.text, rest: passage.rest, limit: limit, keepsLines: true)
    }

    /// A model's, workload's or label's name: one line, short.
    static func name(_ text: String) -> String { shown(text, limit: 80, keepsLines: false) }

    private static func shown(_ text: String, rest: Int = 0, limit: Int, keepsLines: Bool) -> String {
        if text.isEmpty { return "" }
        var result = String.UnicodeScalarView()
        var kept = 0
        var position = text.unicodeScalars.startIndex
        while position < text.unicodeScalars.endIndex, kept < limit {
            let scalar = text.unicodeScalars[position]
            text.unicodeScalars.formIndex(after: &position)
            kept += 1
            if keepsLines, scalar == "\n" || scalar == "\t" {
                result.append(scalar)
            } else if keepsLines, scalar == "\r" {
                // A carriage return before a line feed is half of one line break; alone it is shown.
                if position < text.unicodeScalars.endIndex, text.unicodeScalars[position] == "\n" { continue }
                result.append("␍")
            } else {
                append(scalar, to: &result)
            }
        }
        let left = text.unicodeScalars.distance(from: position, to: text.unicodeScalars.endIndex) + rest
        guard left > 0 else { return String(result) }
        return String(result) + "… (\(Numbers.count(left)) more characters)"
    }

    /// Control characters as their pictures (U+2400…), direction and invisible format characters as their code points.
    private static func append(_ scalar: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
        switch scalar.value {
        case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value)!)
        case 0x7F: result.append("␡")
        case 0x80...0x9F, 0x61C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
            result.append(contentsOf: "⟨U+\(String(scalar.value, radix: 16, uppercase: true))⟩".unicodeScalars)
        default: result.append(scalar)
        }
    }
}
