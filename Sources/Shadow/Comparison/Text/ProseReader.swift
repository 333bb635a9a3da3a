/// Takes an answer apart, line by line. Markdown is read as far as it tells code, headings and list items from sentences.
struct ProseReader {
    let scalars: [Unicode.Scalar]
    private(set) var tokens: [Prose.Token] = []
    private(set) var codeBlocks: [Range<Int>] = []
    private(set) var items: [Range<Int>] = []

    private var sentence: Int32 = 0
    /// The next word begins a sentence.
    private var isFirst = true
    private var isBold = false
    private var isHeading = false
    private var isQuoted = false
    private var isItem = false
    private var itemStart = 0

    init(_ scalars: [Unicode.Scalar]) {
        self.scalars = scalars
        tokens.reserveCapacity(scalars.count / 4 + 16)
    }

    mutating func read() {
        var index = 0
        while index < scalars.count {
            let end = lineEnd(index)
            if let fence = CodeFence(scalars[index..<end]) {
                index = readBlock(after: end, fence)
            } else {
                readLine(index..<end)
                index = end + 1
            }
        }
    }

    private func lineEnd(_ start: Int) -> Int {
        var end = start
        while end < scalars.count, scalars[end].kind != .newline { end += 1 }
        return end
    }

    private func skipSpaces(_ index: Int, _ end: Int) -> Int {
        var index = index
        while index < end, scalars[index].isBlank { index += 1 }
        return index
    }

    // MARK: Code blocks

    /// Reads up to the closing fence, or to the end; gives where the text goes on.
    private mutating func readBlock(after opening: Int, _ fence: CodeFence) -> Int {
        let start = min(opening + 1, scalars.count)
        var index = start
        while index < scalars.count {
            let end = lineEnd(index)
            if CodeFence(scalars[index..<end])?.closes(fence) ?? false {
                codeBlocks.append(start..<index)
                return end + 1
            }
            index = end + 1
        }
        codeBlocks.append(start..<scalars.count)
        return scalars.count
    }

    // MARK: Lines

    private mutating func readLine(_ line: Range<Int>) {
        var index = skipSpaces(line.lowerBound, line.upperBound)
        guard index < line.upperBound else { return }
        (isFirst, isBold, isHeading, isQuoted, isItem) = (true, false, false, false, false)
        while index < line.upperBound, scalars[index] == ">" { index = skipSpaces(index + 1, line.upperBound) }
        if let start = afterHeadingMark(index, line.upperBound) {
            isHeading = true
            index = start
        } else if let start = afterListMark(index, line.upperBound) {
            isItem = true
            index = start
        }
        itemStart = tokens.count
        var isSpaced = true
        while index < line.upperBound {
            if scalars[index].isBlank {
                isSpaced = true
                index += 1
                continue
            }
            let count = tokens.count
            index = readToken(index, line.upperBound)
            if isSpaced, tokens.count > count { tokens[count].flags.insert(.spaced) }
            isSpaced = false
        }
        if isItem, tokens.count > itemStart { items.append(itemStart..<tokens.count) }
        endSentence()
    }

    private func afterHeadingMark(_ index: Int, _ end: Int) -> Int? {
        var start = index
        while start < end, scalars[start] == "#" { start += 1 }
        guard start > index, start - index <= 6, start < end, scalars[start].isBlank else { return nil }
        return skipSpaces(start, end)
    }

    /// What follows a bullet, or a number with `.`, `)` or `、`.
    private func afterListMark(_ index: Int, _ end: Int) -> Int? {
        guard index < end else { return nil }
        if "-*+•–·".unicodeScalars.contains(scalars[index]), index + 1 < end, scalars[index + 1].isBlank {
            return skipSpaces(index + 1, end)
        }
        var start = index
        while start < end, start - index < 3, scalars[start].isDigit { start += 1 }
        guard start > index, start < end, ".)、".unicodeScalars.contains(scalars[start]) else { return nil }
        guard start + 1 < end, scalars[start + 1].isBlank || scalars[start] == "、" else { return nil }
        let rest = skipSpaces(start + 1, end)
        return rest < end ? rest : nil
    }

    private mutating func endSentence() {
        if tokens.last?.sentence == sentence { sentence += 1 }
        isFirst = true
    }

    // MARK: Tokens

    /// Reads what begins at an index; gives where it ends.
    private mutating func readToken(_ index: Int, _ end: Int) -> Int {
        let scalar = scalars[index]
        switch scalar.kind {
        case .letter:
            if let stop = link(index, end) { return append(.link, index..<stop) }
            return scalar.isUnspaced ? append(.word, index..<markEnd(index + 1, end)) : readWord(index, end)
        case .digit: return readNumber(index, end)
        case .sign:
            if scalar == "`", let stop = codeSpan(index, end) { return stop }
            return readSign(index, end)
        case .mark, .space, .newline: return index + 1
        }
    }

    @discardableResult
    private mutating func append(_ kind: Prose.Token.Kind, _ range: Range<Int>) -> Int {
        var token = Prose.Token(kind: kind, range: range, sentence: sentence)
        if isFirst { token.flags.insert(.first) }
        if isHeading || isBold || isQuoted { token.flags.insert(.marked) }
        isFirst = false
        var hash = WordHash()
        for index in range { hash.add(kind == .word ? scalars[index].lower : scalars[index]) }
        token.hash = hash.value
        tokens.append(token)
        return range.upperBound
    }

    private func markEnd(_ index: Int, _ end: Int) -> Int {
        var index = index
        while index < end, scalars[index].kind == .mark { index += 1 }
        return index
    }

    /// Letters with their marks and the digits that follow, and apostrophes between letters.
    private mutating func readWord(_ start: Int, _ end: Int) -> Int {
        var token = Prose.Token(kind: .word, range: start..<start, sentence: sentence)
        var hash = WordHash()
        var index = start
        while index < end {
            var scalar = scalars[index]
            if case 0x61...0x7A = scalar.value {
                // Most letters of most texts.
                hash.add(scalar)
                index += 1
                continue
            }
            if scalar.isUnspaced { break }
            let kind = scalar.kind
            if kind == .sign {
                guard scalar == "'" || scalar == "’", index + 1 < end, scalars[index + 1].isLetter, !isPossessive(index + 1, end) else {
                    break
                }
                scalar = "'"
            } else if kind != .letter && kind != .mark && kind != .digit {
                break
            }
            hash.add(scalar.lower)
            index += 1
        }
        token.range = start..<index
        token.hash = hash.value
        if scalars[start].isUpper { token.flags.insert(.capitalised) }
        if isFirst { token.flags.insert(.first) }
        if isHeading || isBold || isQuoted { token.flags.insert(.marked) }
        isFirst = false
        tokens.append(token)
        return index
    }

    /// The s of `Ann's`, which is no part of the name.
    private func isPossessive(_ index: Int, _ end: Int) -> Bool {
        scalars[index].lower == "s" && (index + 1 == end || !scalars[index + 1].isLetter)
    }

    /// Digits, with single separators between digits.
    private mutating func readNumber(_ start: Int, _ end: Int) -> Int {
        var index = start
        while index < end {
            if scalars[index].isDigit {
                index += 1
            } else if ProseReader.isSeparator(scalars[index]), index + 1 < end, scalars[index + 1].isDigit {
                index += 2
            } else {
                break
            }
        }
        append(.number, start..<index)
        return index
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ".", ",", "'", "’", "\u{A0}", "\u{202F}", "\u{2009}", "\u{66B}", "\u{66C}": true
        default: false
        }
    }

    /// Code in backticks on one line.
    private mutating func codeSpan(_ start: Int, _ end: Int) -> Int? {
        var inside = start
        while inside < end, scalars[inside] == "`" { inside += 1 }
        let length = inside - start
        var index = inside
        while index < end {
            guard scalars[index] == "`" else {
                index += 1
                continue
            }
            var stop = index
            while stop < end, scalars[stop] == "`" { stop += 1 }
            if stop - index == length {
                append(.code, inside..<index)
                return stop
            }
            index = stop
        }
        return nil
    }

    private mutating func readSign(_ index: Int, _ end: Int) -> Int {
        let scalar = scalars[index]
        if scalar == "*", index + 1 < end, scalars[index + 1] == "*" {
            isBold.toggle()
            return index + 2
        }
        let token = Prose.Token(kind: .sign, range: index..<(index + 1), sentence: sentence, hash: UInt64(scalar.value))
        tokens.append(token)
        switch scalar {
        case "\"", "“", "”", "„", "«", "»", "「", "」":
            isQuoted = scalar == "\"" ? !isQuoted : "“„«「".unicodeScalars.contains(scalar)
            isFirst = true
        // Behind them a capital says nothing, or little.
        case ":", "(", "[", "—", "–", "/", "|": isFirst = true
        default: if isTerminator(index, end) { endSentence() }
        }
        return index + 1
    }
}
