/// A text taken apart as a date: numbers, words and signs.
struct DateText {
    private enum Token: Hashable {
        case number(Int, digits: Int)
        case word(String)
        case sign(Unicode.Scalar)
    }

    private var tokens: [Token]
    private var time: ClockTime?

    /// nil for a text that no date looks like.
    init?(_ text: String) {
        tokens = []
        guard DateText.isShort(text), let all = DateText.tokens(text) else { return nil }
        if let colon = all.firstIndex(of: .sign(":")) {
            guard colon > 0, let time = DateText.time(all[(colon - 1)...]) else { return nil }
            self.time = time
            tokens = Array(all[..<(colon - 1)])
            while let last = tokens.last, last == .word("t") || last == .sign(",") { tokens.removeLast() }
        } else {
            tokens = all
        }
        tokens.removeAll { token in
            guard case .word(let word) = token else { return false }
            return DateWords.fillers.contains(word) || DateWords.weekdays.contains(word)
        }
        while tokens.first == .sign(",") || tokens.first == .sign(".") { tokens.removeFirst() }
    }

    private static func isShort(_ text: String) -> Bool { text.utf8.count <= 100 }

    /// The days that the text can mean.
    var readings: [DateMeaning] {
        var found: [DateMeaning] = []
        for reading in words() ?? numbers() {
            var reading = reading
            reading.time = time
            if !found.contains(reading) { found.append(reading) }
        }
        return found
    }

    /// Whether both texts are the same numbers in the same order with the same signs: then they are the same day, whichever the
    /// order means.
    func isSameSpelling(as other: DateText) -> Bool {
        guard tokens.count == other.tokens.count, time == other.time else { return false }
        return zip(tokens, other.tokens).allSatisfy { token, otherToken in
            guard case .number(let value, let digits) = token, case .number(let otherValue, let otherDigits) = otherToken else {
                return token == otherToken
            }
            return value == otherValue && (digits <= 2) == (otherDigits <= 2)
        }
    }

    private static func year(_ value: Int, _ digits: Int) -> DateMeaning.Year? {
        switch digits {
        case 4: .full(value)
        case 2: .short(value)
        default: nil
        }
    }

    /// nil when there is something that stands in no date.
    private static func tokens(_ text: String) -> [Token]? {
        var tokens: [Token] = []
        var rest = ValueMeaning.plainDigits(text.lowercased())[...]
        while let scalar = rest.first {
            if scalar.isPlainDigit {
                let digits = rest.prefix(while: \.isPlainDigit)
                guard digits.count <= 9, let value = Int(String(String.UnicodeScalarView(digits))) else { return nil }
                tokens.append(.number(value, digits: digits.count))
                rest = rest[digits.endIndex...]
            } else if scalar.properties.isAlphabetic || scalar.properties.generalCategory == .nonspacingMark {
                let letters = rest.prefix { $0.properties.isAlphabetic || $0.properties.generalCategory == .nonspacingMark }
                tokens.append(.word(String(String.UnicodeScalarView(letters))))
                rest = rest[letters.endIndex...]
            } else if scalar.properties.isWhitespace {
                rest.removeFirst()
            } else {
                guard "-/.,:+'’º°ª".unicodeScalars.contains(scalar) else { return nil }
                tokens.append(.sign(scalar == "’" ? "'" : scalar))
                rest.removeFirst()
            }
        }
        return tokens
    }

    // MARK: Dates with words

    /// Readings of a date whose month, year or day is a word; nil when no word is in it.
    private func words() -> [DateMeaning]? {
        let words = tokens.compactMap { token -> String? in if case .word(let word) = token { word } else { nil } }
        if words.isEmpty { return nil }
        if let reading = markedParts() { return [reading] }
        guard let place = tokens.firstIndex(where: { DateText.month($0) != nil }), let month = DateText.month(tokens[place]) else {
            return []
        }
        guard let before = DateText.values(tokens[..<place]), let after = DateText.values(tokens[(place + 1)...]) else { return [] }
        switch (before.count, after.count) {
        case (1, 0): return DateText.all(DateMeaning(year: nil, month: month, day: DateText.day(before[0])))
        case (0, 1): return monthAndNumber(month, after[0])
        case (0, 2): return DateText.all(DateText.date(year: after[1], month: month, day: after[0]))
        case (1, 1):
            let isYearFirst = before[0].digits == 4
            return DateText.all(
                DateText.date(year: isYearFirst ? before[0] : after[0], month: month, day: isYearFirst ? after[0] : before[0]))
        default: return []
        }
    }

    /// `March 18` is a day, or a month of 2018.
    private func monthAndNumber(_ month: Int, _ number: (value: Int, digits: Int)) -> [DateMeaning] {
        if number.digits == 4 { return DateText.all(DateMeaning(year: .full(number.value), month: month, day: nil)) }
        let asDay = DateText.day(number).flatMap { DateMeaning(year: nil, month: month, day: $0) }
        let asYear = number.digits == 2 ? DateMeaning(year: .short(number.value), month: month, day: nil) : nil
        return [asDay, asYear].compactMap { $0 }
    }

    /// `2018年3月25日` and `2018년 3월 25일`: each number says what it is.
    private func markedParts() -> DateMeaning? {
        var parts: [String: (value: Int, digits: Int)] = [:]
        for index in tokens.indices {
            switch tokens[index] {
            case .number: continue
            case .word(let word):
                guard index > 0, case .number(let value, let digits) = tokens[index - 1], let part = DateWords.parts[word],
                    parts[part] == nil
                else { return nil }
                parts[part] = (value, digits)
            case .sign: return nil
            }
        }
        guard tokens.count == parts.count * 2, let month = parts["month"] else { return nil }
        let year = parts["year"].map { DateText.year($0.value, $0.digits) }
        if case .some(.none) = year { return nil }
        return DateMeaning(year: year ?? nil, month: month.value, day: parts["day"]?.value)
    }

    private static func month(_ token: Token) -> Int? {
        if case .word(let word) = token { DateWords.months[word] } else { nil }
    }

    /// Numbers with what may stand around them in a date with a month's name; nil when there is anything else.
    private static func values(_ tokens: ArraySlice<Token>) -> [(value: Int, digits: Int)]? {
        var numbers: [(value: Int, digits: Int)] = []
        for token in tokens {
            switch token {
            case .number(let value, let digits): numbers.append((value, digits))
            case .word(let word): if numbers.isEmpty || !DateWords.ordinals.contains(word) { return nil }
            case .sign(let sign): if sign == ":" || sign == "+" { return nil }
            }
        }
        return numbers
    }

    private static func day(_ number: (value: Int, digits: Int)) -> Int? { number.digits <= 2 ? number.value : nil }

    private static func date(year: (value: Int, digits: Int), month: Int, day: (value: Int, digits: Int)) -> DateMeaning? {
        guard let year = DateText.year(year.value, year.digits), let day = DateText.day(day) else { return nil }
        return DateMeaning(year: year, month: month, day: day)
    }

    private static func all(_ reading: DateMeaning?) -> [DateMeaning] { reading.map { [$0] } ?? [] }

    // MARK: Dates of numbers

    private func numbers() -> [DateMeaning] {
        var values: [(value: Int, digits: Int)] = []
        var signs: [Unicode.Scalar] = []
        for (index, token) in tokens.enumerated() {
            switch token {
            case .number(let value, let digits):
                guard index.isMultiple(of: 2) else { return [] }
                values.append((value, digits))
            case .sign(let sign):
                // `25.3.` ends with a point, as days do in some languages.
                if sign == ".", index == tokens.count - 1, signs == ["."] { continue }
                guard !index.isMultiple(of: 2), "-/.".unicodeScalars.contains(sign) else { return [] }
                signs.append(sign)
            case .word: return []
            }
        }
        guard let sign = signs.first else { return values.count == 1 ? DateText.digitsInARow(values[0]) : [] }
        guard signs.allSatisfy({ $0 == sign }) else { return [] }
        return values.count == 3 ? three(values, isPointed: sign == ".") : two(values, isPointed: sign == ".")
    }

    private func three(_ values: [(value: Int, digits: Int)], isPointed: Bool) -> [DateMeaning] {
        guard values[1].digits <= 2 else { return [] }
        let yearFirst = DateText.date(year: values[0], month: values[1].value, day: values[2])
        if values[0].digits == 4 { return DateText.all(yearFirst) }
        let dayFirst = DateText.date(year: values[2], month: values[1].value, day: values[0])
        // Nobody separates months that come first by points.
        let monthFirst = isPointed ? nil : DateText.date(year: values[2], month: values[0].value, day: values[1])
        return [dayFirst, monthFirst, yearFirst].compactMap { $0 }
    }

    private func two(_ values: [(value: Int, digits: Int)], isPointed: Bool) -> [DateMeaning] {
        guard values.count == 2 else { return [] }
        if values[0].digits == 4 { return DateText.all(DateMeaning(year: .full(values[0].value), month: values[1].value, day: nil)) }
        if values[1].digits == 4 { return DateText.all(DateMeaning(year: .full(values[1].value), month: values[0].value, day: nil)) }
        let dayFirst = DateText.day(values[0]).flatMap { DateMeaning(year: nil, month: values[1].value, day: $0) }
        let monthFirst = isPointed ? nil : DateText.day(values[1]).flatMap { DateMeaning(year: nil, month: values[0].value, day: $0) }
        return [dayFirst, monthFirst].compactMap { $0 }
    }

    /// `20180325`, in whichever order gives a day of the last or this century.
    private static func digitsInARow(_ number: (value: Int, digits: Int)) -> [DateMeaning] {
        guard number.digits == 8 else { return [] }
        let value = number.value
        let orders = [
            (value / 10_000, value / 100 % 100, value % 100), (value % 10_000, value / 10_000 % 100, value / 1_000_000),
            (value % 10_000, value / 1_000_000, value / 10_000 % 100),
        ]
        return orders.compactMap { year, month, day in
            (1900...2099).contains(year) ? DateMeaning(year: .full(year), month: month, day: day) : nil
        }
    }

    // MARK: Times

    /// `21:27`, `9:27:05.50 pm`, `21:27Z`, `21:27+02:00`; nil for anything else.
    private static func time(_ tokens: ArraySlice<Token>) -> ClockTime? {
        var rest = tokens
        guard case .number(var hour, let hourDigits)? = rest.popFirst(), hourDigits <= 2, let minute = sixtieth(&rest) else { return nil }
        var time = ClockTime(minutes: 0)
        if rest.first == .sign(":") {
            guard let seconds = sixtieth(&rest) else { return nil }
            time.seconds = seconds
            if rest.first == .sign(".") {
                rest.removeFirst()
                guard case .number(let value, let digits)? = rest.popFirst() else { return nil }
                let text = String(value)
                time.fraction = String(repeating: "0", count: digits - text.utf8.count) + text
                while time.fraction.hasSuffix("0") { time.fraction.removeLast() }
            }
        }
        if let isAfternoon = half(&rest) {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (isAfternoon ? 12 : 0)
        }
        guard hour < 24, let offset = zone(&rest), rest.isEmpty else { return nil }
        time.minutes = hour * 60 + minute
        time.offset = offset
        return time
    }

    /// Takes `:27` off the front.
    private static func sixtieth(_ rest: inout ArraySlice<Token>) -> Int? {
        guard rest.popFirst() == .sign(":"), case .number(let value, 2)? = rest.popFirst(), value < 60 else { return nil }
        return value
    }

    /// Takes `am` or `p.m.` off the front; nil when it is neither.
    private static func half(_ rest: inout ArraySlice<Token>) -> Bool? {
        guard case .word(let word)? = rest.first, ["a", "p", "am", "pm"].contains(word) else { return nil }
        rest.removeFirst()
        if word.count == 1 {
            guard rest.starts(with: [.sign("."), .word("m")]) else { return nil }
            rest.removeFirst(2)
            if rest.first == .sign(".") { rest.removeFirst() }
        }
        return word.hasPrefix("p")
    }

    /// Takes a time zone off the front: minutes east of UTC, `.some(nil)` where there is none; nil when it cannot be read.
    private static func zone(_ rest: inout ArraySlice<Token>) -> Int?? {
        guard let first = rest.popFirst() else { return .some(nil) }
        if case .word(let word) = first { return ["z", "utc", "gmt"].contains(word) ? 0 : nil }
        guard first == .sign("+") || first == .sign("-"), case .number(let value, let digits)? = rest.popFirst() else { return nil }
        var minutes = 0
        switch digits {
        case 4: minutes = value / 100 * 60 + value % 100
        case 1, 2:
            minutes = value * 60
            if rest.first == .sign(":") {
                guard let rest = sixtieth(&rest) else { return nil }
                minutes += rest
            }
        default: return nil
        }
        guard minutes <= 14 * 60 else { return nil }
        return first == .sign("-") ? -minutes : minutes
    }
}
