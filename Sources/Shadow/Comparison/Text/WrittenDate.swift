/// A date as far as it is written, a day of the week, or a time of day.
struct WrittenDate: Hashable {
    var year: Int?
    var month: Int?
    var day: Int?
    var weekday: Int?
    /// Minutes since midnight.
    var minute: Int?
    /// Day and month may stand the other way round, as in 3/4/2024.
    var isAmbiguous = false

    /// Whether two dates may be the same: what both say is the same.
    func mayEqual(_ other: WrittenDate) -> Bool {
        if (minute == nil) != (other.minute == nil) || (weekday == nil) != (other.weekday == nil) { return false }
        guard WrittenDate.agree(year, other.year), minute == other.minute, weekday == other.weekday else { return false }
        if WrittenDate.agree(month, other.month), WrittenDate.agree(day, other.day) { return true }
        return (isAmbiguous || other.isAmbiguous) && day == other.month && month == other.day
    }

    private static func agree(_ left: Int?, _ right: Int?) -> Bool { left == nil || right == nil || left == right }
}

/// Finds dates among an answer's tokens.
struct DateReader {
    private let prose: Prose

    init(_ prose: Prose) { self.prose = prose }

    /// The date that begins at a token, and where it ends.
    func date(_ index: Int) -> (WrittenDate, end: Int)? {
        let token = prose.tokens[index]
        if token.kind == .word {
            if let weekday = MonthNames.weekdays[token.hash], token.range.count > 3 { return (WrittenDate(weekday: weekday), index + 1) }
            return MonthNames.numbers[token.hash].flatMap { monthFirst(index, $0) }
        }
        guard token.kind == .number else { return nil }
        return dotted(index) ?? signed(index, "-") ?? signed(index, "/") ?? eastAsian(index) ?? clock(index) ?? dayFirst(index)
    }

    /// A whole number of at most four digits.
    private func number(_ index: Int) -> Int? {
        guard prose.tokens.indices.contains(index), prose.tokens[index].kind == .number, prose.tokens[index].range.count <= 4 else {
            return nil
        }
        var value = 0
        for scalar in prose.scalars[prose.tokens[index].range] {
            guard let digit = scalar.digitValue else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private func year(_ index: Int) -> Int? {
        guard let value = number(index), (1000...2999).contains(value) else { return nil }
        return value
    }

    private func day(_ index: Int) -> Int? {
        guard let value = number(index), (1...31).contains(value) else { return nil }
        return value
    }

    /// `March 5, 2024`, `March 5th`, `March 2024`.
    private func monthFirst(_ index: Int, _ month: Int) -> (WrittenDate, end: Int)? {
        var next = index + 1
        if prose.isSign(next, "."), prose.isGlued(next) { next += 1 }
        if let day = day(next) {
            next += 1
            if isOrdinalEnding(next) { next += 1 }
            let beforeYear = prose.isSign(next, ",") ? next + 1 : next
            if let year = year(beforeYear) { return (WrittenDate(year: year, month: month, day: day), beforeYear + 1) }
            return (WrittenDate(month: month, day: day), next)
        }
        next = skipLink(next)
        return year(next).map { (WrittenDate(year: $0, month: month), next + 1) }
    }

    /// `5 March 2024`, `5. März`, `5th of March`, `5 de marzo de 2024`.
    private func dayFirst(_ index: Int) -> (WrittenDate, end: Int)? {
        guard let day = day(index) else { return nil }
        var next = index + 1
        if prose.isSign(next, ".") || isOrdinalEnding(next) { next += 1 }
        next = skipLink(next)
        guard next < prose.tokens.count, prose.tokens[next].kind == .word, let month = MonthNames.numbers[prose.tokens[next].hash] else {
            return nil
        }
        next += 1
        let beforeYear = skipLink(prose.isSign(next, ",") || prose.isSign(next, ".") ? next + 1 : next)
        if let year = year(beforeYear) { return (WrittenDate(year: year, month: month, day: day), beforeYear + 1) }
        return (WrittenDate(month: month, day: day), next)
    }

    private static let links = WordSet("of de del di do")
    private static let endings = WordSet("st nd rd th er")

    private func skipLink(_ index: Int) -> Int {
        index < prose.tokens.count && DateReader.links.contains(prose.tokens[index].hash) ? index + 1 : index
    }

    private func isOrdinalEnding(_ index: Int) -> Bool {
        prose.isGlued(index) && prose.tokens[index].kind == .word && DateReader.endings.contains(prose.tokens[index].hash)
    }

    /// `05.03.2024` is one number to the reader of tokens.
    private func dotted(_ index: Int) -> (WrittenDate, end: Int)? {
        let scalars = prose.scalars[prose.tokens[index].range]
        guard (6...10).contains(scalars.count) else { return nil }
        let parts = scalars.split(separator: ".", omittingEmptySubsequences: false).map { part in
            part.reduce(Int?.some(0)) { value, scalar in scalar.digitValue.flatMap { digit in value.map { $0 * 10 + digit } } }
        }
        guard parts.count == 3, let first = parts[0], let second = parts[1], let third = parts[2] else { return nil }
        return ordered(first, second, third).map { ($0, index + 1) }
    }

    /// `2024-03-05`, `3/4/2024`.
    private func signed(_ index: Int, _ sign: Unicode.Scalar) -> (WrittenDate, end: Int)? {
        guard prose.isSign(index + 1, sign), prose.isSign(index + 3, sign), (1...4).allSatisfy({ prose.isGlued(index + $0) }),
            let first = number(index), let second = number(index + 2), let third = number(index + 4)
        else { return nil }
        return ordered(first, second, third, shortYears: sign == "/").map { ($0, index + 5) }
    }

    /// Two digits are a year between slashes only: 20 - 6 - 13 is a calculation, 1.2.10 a version.
    private func ordered(_ first: Int, _ second: Int, _ third: Int, shortYears: Bool = false) -> WrittenDate? {
        if (1000...2999).contains(first), (1...12).contains(second), (1...31).contains(third) {
            return WrittenDate(year: first, month: second, day: third)
        }
        let year = third < 100 && shortYears ? 2000 + third : third
        guard (1000...2999).contains(year), (1...31).contains(first), (1...31).contains(second), min(first, second) <= 12 else {
            return nil
        }
        if second > 12 { return WrittenDate(year: year, month: first, day: second) }
        return WrittenDate(year: year, month: second, day: first, isAmbiguous: first <= 12 && first != second)
    }

    /// `2024年3月5日`, `3월 5일`.
    private func eastAsian(_ index: Int) -> (WrittenDate, end: Int)? {
        var date = WrittenDate()
        var next = index
        while let value = number(next), next + 1 < prose.tokens.count, prose.tokens[next + 1].range.count == 1 {
            switch prose.scalars[prose.tokens[next + 1].range.lowerBound] {
            case "年", "년": date.year = value
            case "月", "월": date.month = value
            case "日", "일", "号": date.day = value
            default: return date.month == nil ? nil : (date, next)
            }
            next += 2
        }
        return date.month == nil ? nil : (date, next)
    }

    /// `14:30`, `2:30 pm`.
    private func clock(_ index: Int) -> (WrittenDate, end: Int)? {
        guard prose.isSign(index + 1, ":"), prose.isGlued(index + 1), prose.isGlued(index + 2), var hour = number(index), hour < 24,
            let minute = number(index + 2), minute < 60, prose.tokens[index + 2].range.count == 2
        else { return nil }
        var end = index + 3
        if end < prose.tokens.count, prose.tokens[end].kind == .word {
            let hash = prose.tokens[end].hash
            if hash == DateReader.afternoon, hour < 12 { hour += 12 }
            if hash == DateReader.morning, hour == 12 { hour = 0 }
            if hash == DateReader.afternoon || hash == DateReader.morning { end += 1 }
        }
        return (WrittenDate(minute: hour * 60 + minute), end)
    }

    private static let morning = WordHash.of("am")
    private static let afternoon = WordHash.of("pm")
}
