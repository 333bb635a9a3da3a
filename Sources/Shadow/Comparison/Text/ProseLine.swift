/// One line of a text on its way to a form: what stands before its words, and its words.
struct ProseLine {
    /// White space before it, where that can matter.
    private(set) var indent: [Unicode.Scalar] = []
    /// The mark of a list item with its space; empty where it is none.
    private(set) var mark: [Unicode.Scalar] = []
    private(set) var body: [Unicode.Scalar]
    /// Nothing but white space follows it.
    var isLast = false
    /// It is kept as it is.
    private let isCode: Bool

    init(code: ArraySlice<Unicode.Scalar>) {
        body = Array(code)
        isCode = true
    }

    init(_ line: ArraySlice<Unicode.Scalar>, keepsIndent: Bool) {
        var rest = line
        while let last = rest.last, last.isBlank || ProseLine.isInvisible(last) { rest.removeLast() }
        let start = rest.firstIndex { !$0.isBlank && !ProseLine.isInvisible($0) } ?? rest.endIndex
        indent = keepsIndent ? Array(rest[..<start]) : []
        rest = rest[start...]
        if let length = ProseLine.markLength(rest) {
            mark = Array(rest.prefix(length))
            rest = rest.dropFirst(length).drop { $0 == " " }
        }
        let words = ProseLine.isSpacingKept(rest) ? Array(rest) : ProseLine.spaced(rest)
        isCode = words.indices.contains { ProseLine.isCodeSign(words[$0]) || words[$0] == ";" && !ProseLine.isBetweenWords($0, words) }
        body = words
    }

    // MARK: White space

    /// Zero-width space, word joiner and byte order mark.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool { [0x200B, 0x2060, 0xFEFF].contains(scalar.value) }

    /// Signs of code, links, formulas and paths: a line that has one is left as it is.
    private static func isCodeSign(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "`", "{", "}", "[", "]", "\\", "=", "<", ">", "|", "#", "~", "^", "_", "/", "@": true
        default: false
        }
    }

    /// A semicolon of prose, with a word before it and a space behind it.
    private static func isBetweenWords(_ index: Int, _ body: [Unicode.Scalar]) -> Bool {
        index > 1 && index + 1 < body.count && body[index + 1] == " "
            && (body[index - 1].isLetter || body[index - 1] == " " && body[index - 2].isLetter)
    }

    /// Tabs part columns, and in strings and code every space counts.
    private static func isSpacingKept(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
        line.contains { isCodeSign($0) || $0 == "\t" || $0 == "\"" }
    }

    private static func spaced(_ line: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(line.count)
        var isSpacePending = false
        for scalar in line where !isInvisible(scalar) {
            if scalar.isBlank {
                isSpacePending = !result.isEmpty
            } else {
                if isSpacePending { result.append(" ") }
                isSpacePending = false
                result.append(scalar)
            }
        }
        return result
    }

    /// `- `, `* `, `• `, `– `, `+ `, `1. `, `1) ` before a letter.
    private static func markLength(_ line: ArraySlice<Unicode.Scalar>) -> Int? {
        guard let first = line.first else { return nil }
        var length = 1
        if first.isDigit {
            length = line.prefix(3).prefix { $0.isDigit }.count
            guard let sign = line.dropFirst(length).first, sign == "." || sign == ")" else { return nil }
            length += 1
        } else if !"-*•–+".unicodeScalars.contains(first) {
            return nil
        }
        guard line.dropFirst(length).first == " ", let next = line.dropFirst(length).first(where: { $0 != " " }),
            next.isLetter || next == "*"
        else { return nil }
        return length + 1
    }

    // MARK: Case

    /// A capital at the beginning of a line says nothing: where the line is a sentence, or but a yes or no. (Elsewhere it may:
    /// `US`, `Polish`, `MW`; and a line without a full stop may be a command.)
    mutating func foldFirstLetter() {
        guard !isCode, let first = body.first, first.isUpper || first.isLower else { return }
        let end = body.firstIndex { !$0.isLetter && $0 != "'" && $0 != "’" } ?? body.endIndex
        let rest = body[end...]
        if rest.isEmpty || rest == ["."] || rest == ["!"] {
            var hash = WordHash()
            for scalar in body[..<end] { hash.add(scalar.lower) }
            guard PolarWords.yes.contains(hash.value) || PolarWords.no.contains(hash.value) else { return }
            for index in 0..<end { body[index] = body[index].lower }
        } else if end >= 2, body[1..<end].allSatisfy({ !$0.isUpper }), rest.first == " " || rest.first == ",", let last = body.last,
            ".!?…\"”".unicodeScalars.contains(last)
        {
            body[0] = first.lower
        }
    }

    // MARK: Punctuation

    /// Leaves out how quotes, dashes, bullets and bold are written, and the full stop at the end of the text or of a list item.
    mutating func leaveOutPunctuation(keepsBullets: Bool, isFollowedByItem: Bool) {
        if isCode { return }
        let isItem = !mark.isEmpty
        if mark.count == 2, !keepsBullets { mark = ["•", " "] }
        if mark.count > 2 { mark[mark.count - 2] = "." }
        normaliseQuotes()
        leaveOutBold()
        guard !body.contains("*") else { return }
        normaliseDashes()
        normaliseWideSigns()
        if isLast || isItem && isFollowedByItem { leaveOutFullStop() }
    }

    private func at(_ index: Int) -> Unicode.Scalar? { body.indices.contains(index) ? body[index] : nil }

    /// “x”, „x“, «x», « x » and 「x」 are "x"; ‘x’ is 'x'.
    private mutating func normaliseQuotes() {
        var result: [Unicode.Scalar] = []
        for (index, scalar) in body.enumerated() {
            switch scalar {
            case "“", "”", "„", "‟", "「", "」": result.append("\"")
            case "‘", "’", "‚", "‛": result.append("'")
            case "«": result.append("\"")
            case "»":
                if result.last == " " { result.removeLast() }
                result.append("\"")
            case " " where index > 0 && body[index - 1] == "«": break
            default: result.append(scalar)
            }
        }
        body = result
    }

    /// `**x**` where it can be nothing but bold: at word ends, around words or a number, in no calculation.
    private mutating func leaveOutBold() {
        var index = 0
        while let start = pairOfStars(from: index) {
            guard let end = pairOfStars(from: start + 2) else { return }
            let inner = body[(start + 2)..<end]
            let before = body[..<start].last { $0 != " " }
            let isOpening =
                start == 0 || body[start - 1] == " " || body[start - 1] == "(" || body[start - 1] == "\"" || body[start - 1].isUnspaced
            let after = at(end + 2)
            let isClosing = after.map { $0 == " " || $0.isUnspaced || ".,:!?)\"'。，：！？".unicodeScalars.contains($0) } ?? true
            let isText = inner.first.map { $0.isLetter || $0.isDigit || "$€£\"".unicodeScalars.contains($0) } ?? false
            let isClosed = inner.last.map { !$0.isBlank && $0 != "(" } ?? false
            let isCalculation = before.map { $0.isDigit || "+-−×÷*".unicodeScalars.contains($0) } ?? false
            if isOpening, isClosing, isText, isClosed, !isCalculation, !inner.contains("*") {
                body.removeSubrange(end..<(end + 2))
                body.removeSubrange(start..<(start + 2))
                index = end - 2
            } else {
                index = start + 2
            }
        }
    }

    private func pairOfStars(from index: Int) -> Int? {
        var index = index
        while index + 1 < body.count {
            if body[index] == "*", body[index + 1] == "*" { return index }
            index += 1
        }
        return nil
    }

    /// Dashes between words are one sign, however long and with spaces or without; beside a number they may be a minus or a range.
    private mutating func normaliseDashes() {
        var result: [Unicode.Scalar] = []
        for (index, scalar) in body.enumerated() {
            switch scalar {
            case "\u{2011}" where isWordLetter(at(index - 1)) && isWordLetter(at(index + 1)): result.append("-")
            case "—" where isWordLetter(at(index - 1)) && isWordLetter(at(index + 1)): result += [" ", "—", " "]
            case "-", "–", "—", "―":
                let isDash = at(index - 1) == " " && at(index + 1) == " " && isWordEnd(index - 2) && isWordStart(index + 2)
                result.append(isDash ? "—" : scalar)
            default: result.append(scalar)
            }
        }
        body = result
    }

    private func isWordLetter(_ scalar: Unicode.Scalar?) -> Bool { scalar?.isLetter ?? false }

    /// Two letters at least: a single one may be a variable.
    private func isWordEnd(_ index: Int) -> Bool {
        guard let last = at(index) else { return false }
        return last.isUnspaced || last.isLetter && isWordLetter(at(index - 1)) || "\")".unicodeScalars.contains(last)
    }

    private func isWordStart(_ index: Int) -> Bool {
        guard let first = at(index) else { return false }
        return first.isUnspaced || first.isLetter && isWordLetter(at(index + 1)) || first == "\""
    }

    /// Wide signs behind a letter of their script, and the space before a sign as French has it. Beside digits all stays.
    private mutating func normaliseWideSigns() {
        var result: [Unicode.Scalar] = []
        for (index, scalar) in body.enumerated() {
            let before = result.last
            let after = at(index + 1)
            if let narrow = ProseLine.narrow(scalar), let before, before.value > 0x590, before.isLetter || before.kind == .mark,
                !(after?.isDigit ?? false)
            {
                result.append(narrow)
            } else if scalar == "…", !(before?.isDigit ?? false), !(after?.isDigit ?? false) {
                result += [".", ".", "."]
            } else if scalar == " ", let before, let after {
                let endsWord = before.isLetter && result.count > 1 && result[result.count - 2].isLetter
                let isFrench = endsWord && "!?:".unicodeScalars.contains(after) && (at(index + 2).map { $0 == " " } ?? true)
                let isWide = ",.!?:".unicodeScalars.contains(before) && after.isUnspaced && result.dropLast().last?.isUnspaced ?? false
                if !isFrench && !isWide { result.append(scalar) }
            } else {
                result.append(scalar)
            }
        }
        body = result
    }

    private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case "，", "،": ","
        case "。", "।", "۔", "．": "."
        case "！": "!"
        case "？", "؟": "?"
        case "：": ":"
        default: nil
        }
    }

    /// A full stop, or an exclamation mark behind a word. Not behind a single letter, an abbreviation or a file name.
    private mutating func leaveOutFullStop() {
        guard let sign = body.last, sign == "." || sign == "!", let last = at(body.count - 2) else { return }
        var start = body.count - 2
        while start > 0, body[start - 1] != " ", !body[start - 1].isUnspaced { start -= 1 }
        let word = body[start..<(body.count - 1)]
        let isWord =
            last.isUnspaced
            || (last.isLetter || last.kind == .mark) && word.count >= 2
                && word.allSatisfy { $0.isLetter || $0.kind == .mark || "'-\"(,".unicodeScalars.contains($0) }
        let isNumber = last.isDigit && word.allSatisfy { $0.isDigit || ".,$€£+-".unicodeScalars.contains($0) }
        let isClosed = "\")%".unicodeScalars.contains(last) && word.count > 1
        if isWord || sign == "." && (isNumber || isClosed) { body.removeLast() }
    }

    /// Quotes around the whole text.
    mutating func leaveOutQuotes() {
        guard !isCode, mark.isEmpty, body.count > 3, body.first == "\"", body.last == "\"" else { return }
        let inner = body.dropFirst().dropLast()
        guard !inner.contains("\""), zip(inner, inner.dropFirst()).contains(where: { $0.isLetter && $1.isLetter }) else { return }
        body = Array(inner)
        leaveOutFullStop()
    }
}
