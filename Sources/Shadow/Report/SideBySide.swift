/// Two texts that models wrote in two columns, line beside line, with what differs marked. Safe to print whatever stands in them.
struct SideBySide {
    private typealias Piece = TerminalText.Piece

    private struct Row {
        var left: [Piece]
        var right: [Piece]
        var differs: Bool
    }

    /// Lines up to which each side is aligned; longer texts are held against each other line by line.
    private static let alignedLines = 400
    /// Lines that are alike and are not folded.
    private static let leastFolded = 4
    /// Between the columns: a bar, or a sign where the lines differ.
    private static let gutter = 3

    private let rows: [Row]

    /// - Parameter limit: characters of each text that are shown; the window lies where the texts begin to differ.
    init(_ left: String, _ right: String, limit: Int = ForeignText.limit) {
        let window = DifferenceWindow(left, right, limit: limit)
        rows = SideBySide.aligned(SideBySide.lines(window.left, limit), SideBySide.lines(window.right, limit)).map {
            SideBySide.row($0.0, $0.1)
        }
    }

    var differs: Bool { rows.contains(where: \.differs) }

    /// The two columns, each line at most `width` wide. Where that is more than `most` lines, stretches that are alike are folded, and
    /// of what is left the lines from the first difference on are shown.
    func lines(width: Int, style: TerminalStyle, most: Int = .max) -> [String] {
        let column = max(10, (width - SideBySide.gutter) / 2)
        let lines = rows.flatMap { row -> [(text: String, differs: Bool)] in
            let (left, right) = (TerminalText.wrapped(row.left, column), TerminalText.wrapped(row.right, column))
            return (0..<max(left.count, right.count)).map { place in
                let sides = [left, right].map { place < $0.count ? $0[place] : [] }
                return (SideBySide.line(sides[0], sides[1], row.differs, column, style), row.differs)
            }
        }
        guard lines.count > most, most > 2 else { return lines.map(\.text) }
        let folded = SideBySide.folded(lines, style)
        guard folded.count > most else { return folded.map(\.text) }
        let first = folded.firstIndex(where: \.differs) ?? 0
        let start = min(max(0, first - 2), folded.count - (most - 1))
        let end = min(folded.count, start + most - (start > 0 ? 2 : 1))
        var shown = folded[start..<end].map(\.text)
        if start > 0 { shown.insert(style.dim("  … \(Numbers.count(start)) lines above"), at: 0) }
        if end < folded.count { shown.append(style.dim("  … \(Numbers.count(folded.count - end)) lines below")) }
        return shown
    }

    /// Long stretches of lines that are alike become one line between their first and their last.
    private static func folded(_ lines: [(text: String, differs: Bool)], _ style: TerminalStyle) -> [(text: String, differs: Bool)] {
        var folded: [(text: String, differs: Bool)] = []
        var start = 0
        while start < lines.count {
            let end = lines[start...].firstIndex { $0.differs != lines[start].differs } ?? lines.count
            if lines[start].differs || end - start <= leastFolded {
                folded += lines[start..<end]
            } else {
                folded.append(lines[start])
                folded.append((style.dim("  … \(Numbers.count(end - start - 2)) lines alike"), false))
                folded.append(lines[end - 1])
            }
            start = end
        }
        return folded
    }

    // MARK: Alignment

    private static func lines(_ text: String, _ limit: Int) -> [String] {
        TerminalText.block(text, limit: limit).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func row(_ left: String?, _ right: String?) -> Row {
        guard let left, let right else {
            return Row(
                left: [Piece(text: left ?? "", differs: true)], right: [Piece(text: right ?? "", differs: true)], differs: true)
        }
        if left == right {
            return Row(left: [Piece(text: left, differs: false)], right: [Piece(text: right, differs: false)], differs: false)
        }
        let marks = MarkedDifference(left, right)
        func pieces(_ side: MarkedDifference.Side) -> [Piece] {
            [Piece(text: side.before, differs: false), Piece(text: side.differing, differs: true), Piece(text: side.after, differs: false)]
        }
        return Row(left: pieces(marks.left), right: pieces(marks.right), differs: true)
    }

    /// Lines beside each other: those of a longest common subsequence, and between them as they come.
    private static func aligned(_ left: [String], _ right: [String]) -> [(String?, String?)] {
        let common = max(left.count, right.count) > alignedLines ? [] : commonLines(left, right)
        var rows: [(String?, String?)] = []
        var (first, second) = (0, 0)
        for (nextFirst, nextSecond) in common + [(left.count, right.count)] {
            let gap = max(nextFirst - first, nextSecond - second)
            for offset in 0..<gap {
                let (one, other) = (first + offset, second + offset)
                rows.append((one < nextFirst ? left[one] : nil, other < nextSecond ? right[other] : nil))
            }
            if nextFirst < left.count { rows.append((left[nextFirst], right[nextSecond])) }
            (first, second) = (nextFirst + 1, nextSecond + 1)
        }
        return rows
    }

    private static func commonLines(_ left: [String], _ right: [String]) -> [(Int, Int)] {
        let width = right.count + 1
        // lengths[i * width + j]: of the longest common subsequence of left[i...] and right[j...].
        var lengths = [Int32](repeating: 0, count: (left.count + 1) * width)
        for i in left.indices.reversed() {
            for j in right.indices.reversed() {
                lengths[i * width + j] =
                    left[i] == right[j]
                    ? lengths[(i + 1) * width + j + 1] + 1 : max(lengths[(i + 1) * width + j], lengths[i * width + j + 1])
            }
        }
        var pairs: [(Int, Int)] = []
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            if left[i] == right[j] {
                pairs.append((i, j))
                (i, j) = (i + 1, j + 1)
            } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
                i += 1
            } else {
                j += 1
            }
        }
        return pairs
    }

    // MARK: Columns

    private static func line(_ left: [Piece], _ right: [Piece], _ differs: Bool, _ column: Int, _ style: TerminalStyle) -> String {
        let used = left.reduce(0) { $0 + TextLayout.columns($1.text) }
        let padding = String(repeating: " ", count: max(0, column - used))
        let bar = differs ? style.bold("≠") : style.dim("│")
        let text = shown(left, style) + padding + style.column(column + 1) + " \(bar) " + shown(right, style)
        return style.colours ? text : TextLayout.trimmedRight(text)
    }

    private static func shown(_ pieces: [Piece], _ style: TerminalStyle) -> String {
        pieces.map { $0.differs ? style.marked($0.text) : $0.text }.joined()
    }
}

/// The part of two texts that is worth showing: their beginnings or, where those are long and alike, what lies around their first
/// difference.
private struct DifferenceWindow {
    let left: String
    let right: String

    init(_ left: String, _ right: String, limit: Int) {
        let alike = left == right ? 0 : DifferenceWindow.commonPrefix(left, right)
        guard alike > limit / 2, left.utf8.count > limit || right.utf8.count > limit else {
            (self.left, self.right) = (left, right)
            return
        }
        let skipped = alike - limit / 4
        self.left = DifferenceWindow.tail(left, skipped)
        self.right = DifferenceWindow.tail(right, skipped)
    }

    /// In bytes.
    private static func commonPrefix(_ left: String, _ right: String) -> Int {
        var count = 0
        var (first, second) = (left.utf8.makeIterator(), right.utf8.makeIterator())
        while let one = first.next(), let other = second.next(), one == other { count += 1 }
        return count
    }

    private static func tail(_ text: String, _ bytes: Int) -> String {
        var index = text.utf8.index(text.startIndex, offsetBy: bytes)
        while index < text.endIndex, String.Index(index, within: text) == nil { index = text.utf8.index(after: index) }
        let skipped = text[..<index].unicodeScalars.count
        return "… (\(Numbers.count(skipped)) characters alike)\n" + text[index...]
    }
}
