import JSON

/// The words and numbers of what a model was asked, to tell whether a value can have come from there.
struct Grounding {
    /// What is longer is not looked through.
    private static let maximumBytes = 1 << 20
    /// Numbers that are added to and multiplied by each other, at most.
    private static let maximumNumbers = 200

    private let input: String
    /// All of the input without anything between the words.
    private let squeezed: [UInt8]
    private lazy var words = Set(Words(input).list)
    /// Each once, in every way in which they can be read.
    private lazy var numbers = Grounding.numbers(input)

    /// nil when not all of the input is text at hand: nothing can be said then.
    init?(_ messages: [JSONValue]) {
        var all = ""
        for message in messages {
            guard let text = Grounding.text(of: message) else { return nil }
            all += text + "\n"
        }
        guard !all.isEmpty, all.utf8.count <= Grounding.maximumBytes else { return nil }
        input = all
        squeezed = Words(all).squeezed
    }

    /// The text of a message, the arguments of its tool calls included; nil when it holds anything else, such as an image.
    private static func text(of message: JSONValue) -> String? {
        var text = message["tool_calls"]?.serialisedString() ?? ""
        switch message["content"] {
        case .string(let content)?: text += content
        case .array(let parts)?:
            for part in parts {
                guard part["type"] == "text", let content = part["text"]?.stringValue else { return nil }
                text += content + "\n"
            }
        case nil, .null?: break
        default: return nil
        }
        return text
    }

    /// Whether a string or number stands in the input, or says what stands there in another form: other spaces, case or signs,
    /// the same number or day in another spelling, a word with one letter put right. A number of the document's may have been
    /// worked out, too.
    mutating func holds(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number): return holds(number: number) || isWorkedOut(number)
        case .string(let string):
            let words = Words(string)
            if words.squeezed.isEmpty || squeezed.holds(words.squeezed) { return true }
            if let number = NumberMeaning(string)?.value ?? CurrencyMeaning(string)?.amount { return holds(number: number) }
            return words.list.allSatisfy { holds(word: $0) } || holds(date: string)
        default: return true
        }
    }

    // MARK: Numbers

    private mutating func holds(number: String) -> Bool {
        guard let value = Double(number)?.magnitude else { return false }
        // A sign may be a matter of point of view, a share may be written in percent, and places may be rounded away.
        let places = number.contains("e") ? 0 : number.split(separator: ".", maxSplits: 1).dropFirst().first?.utf8.count ?? 0
        let half = places <= 6 ? [0.5, 0.05, 0.005, 0.0005, 0.00005, 0.000005, 0.0000005][places] : 0
        return numbers.contains { known in
            let difference = abs(known - value)
            return difference <= half * 1.000001 || [known * 100, known / 100].contains { abs($0 - value) <= value * 1e-12 }
        }
    }

    /// Whether a number may have been counted, or is a sum, difference or product of two in the input.
    private mutating func isWorkedOut(_ number: String) -> Bool {
        guard let value = Double(number) else { return false }
        if value == value.rounded(), (0...20).contains(value) { return true }
        let numbers = numbers
        guard numbers.count <= Grounding.maximumNumbers else { return true }
        return numbers.contains { left in
            numbers.contains { right in
                [left + right, left - right, left * right].contains { abs($0 - value.magnitude) < 0.005 }
            }
        }
    }

    /// The numbers that a text holds. Points and commas in one may stand between thousands or before the fraction, or between
    /// numbers: all of them count.
    private static func numbers(_ text: String) -> [Double] {
        var numbers: Set<Double> = []
        var run: [UInt8] = []
        func end() {
            while let last = run.last, last < 0x30 { run.removeLast() }
            if run.isEmpty { return }
            for (point, ignored) in [(UInt8(ascii: "."), UInt8(ascii: ",")), (UInt8(ascii: ","), UInt8(ascii: "."))] {
                if let value = value(run, point: point, ignored: ignored) { numbers.insert(value) }
            }
            for piece in run.split(whereSeparator: { $0 < 0x30 }) {
                if let value = value(piece, point: 0, ignored: 0) { numbers.insert(value) }
            }
            run.removeAll(keepingCapacity: true)
        }
        for scalar in ValueMeaning.plainDigits(text) {
            if scalar.isPlainDigit || (!run.isEmpty && (scalar == "." || scalar == ",")) {
                run.append(UInt8(scalar.value))
            } else if !run.isEmpty {
                end()
            }
        }
        end()
        return numbers.sorted()
    }

    /// Digits with one point at most; nil when there are more, or too many digits to tell them apart.
    private static func value(_ digits: some Collection<UInt8>, point: UInt8, ignored: UInt8) -> Double? {
        var value = 0.0
        var scale = 0.0
        for byte in digits where byte != ignored {
            if byte == point {
                guard scale == 0 else { return nil }
                scale = 1
            } else {
                value = value * 10 + Double(byte - 0x30)
                scale *= 10
            }
        }
        return value < 0x1p53 ? value / max(scale, 1) : nil
    }

    // MARK: Dates

    private mutating func holds(date string: String) -> Bool {
        for day in DateText(TextForm.spaced(string))?.readings ?? [] {
            let years: [String] =
                switch day.year {
                case .full(let year)?: [String(year), Grounding.twoDigits(year % 100)]
                case .short(let year)?: [Grounding.twoDigits(year), "20" + Grounding.twoDigits(year), "19" + Grounding.twoDigits(year)]
                case nil: []
                }
            let hasYear = day.year == nil || years.contains { hasNumber($0) }
            let hasMonth = hasNumber(String(day.month)) || words.contains { DateWords.months[$0] == day.month }
            if hasYear, hasMonth, day.day.map({ hasNumber(String($0)) }) ?? true { return true }
        }
        return false
    }

    /// Whether a number is a word of the input, with a zero before it or letters behind it (`05`, `17th`).
    private mutating func hasNumber(_ digits: String) -> Bool {
        words.contains(digits) || words.contains("0" + digits)
            || words.contains { $0.hasPrefix(digits) && $0.dropFirst(digits.count).first?.isLetter == true }
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

    // MARK: Words

    private mutating func holds(word: String) -> Bool {
        if words.contains(word) { return true }
        guard word.utf8.count >= 4 else { return false }
        if squeezed.holds(Array(word.utf8)) { return true }
        return !word.utf8.contains { (0x30...0x39).contains($0) } && words.contains { Grounding.isOneLetterAway(word, $0) }
    }

    /// Whether one letter more, less or other makes one word the other.
    private static func isOneLetterAway(_ word: String, _ other: String) -> Bool {
        guard abs(word.utf8.count - other.utf8.count) <= 1 else { return false }
        let (left, right) = (Array(word.utf8), Array(other.utf8))
        var start = 0
        while start < min(left.count, right.count), left[start] == right[start] { start += 1 }
        var end = 0
        while end < min(left.count, right.count) - start, left[left.count - 1 - end] == right[right.count - 1 - end] { end += 1 }
        return max(left.count, right.count) - start - end <= 1
    }
}

/// A text as its runs of letters and digits, in lower case.
private struct Words {
    /// All runs without anything between them.
    private(set) var squeezed: [UInt8] = []
    /// Where in that each run ends.
    private var ends: [Int] = []

    init(_ text: String) {
        squeezed.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x30...0x39, 0x61...0x7A: squeezed.append(UInt8(scalar.value))
            case 0x41...0x5A: squeezed.append(UInt8(scalar.value | 0x20))
            case 0x80... where scalar.properties.isAlphabetic || scalar.properties.numericType != nil:
                squeezed.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            default: if ends.last ?? 0 != squeezed.count { ends.append(squeezed.count) }
            }
        }
        if ends.last ?? 0 != squeezed.count { ends.append(squeezed.count) }
    }

    var list: [String] {
        zip([0] + ends, ends).map { String(decoding: squeezed[$0..<$1], as: UTF8.self) }
    }
}

extension [UInt8] {
    /// Whether other bytes stand in these without a gap.
    fileprivate func holds(_ other: [UInt8]) -> Bool {
        guard let first = other.first, count >= other.count else { return other.isEmpty }
        for start in 0...(count - other.count) where self[start] == first {
            var length = 1
            while length < other.count, self[start + length] == other[length] { length += 1 }
            if length == other.count { return true }
        }
        return false
    }
}
