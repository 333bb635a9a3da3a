/// A day, or part of one, with or without its time, as people write it in several languages and orders.
///
/// What could be two different days is none: `03/04/2018`, unless the other text has the same numbers in the same order.
struct DateMeaning: Hashable {
    /// Four digits, or two that leave the century open.
    enum Year: Hashable {
        case full(Int)
        case short(Int)
    }

    var year: Year?
    var month: Int
    var day: Int?
    var time: ClockTime?

    /// Whether two texts are the same day, at the same time.
    static func areSame(_ left: String, _ right: String) -> Bool {
        guard let left = DateText(left), let right = DateText(right) else { return false }
        let (readings, others) = (left.readings, right.readings)
        guard !readings.isEmpty, !others.isEmpty else { return false }
        if readings.count == 1, others.count == 1 { return readings[0].isSame(as: others[0]) }
        return left.isSameSpelling(as: right)
    }

    private func isSame(as other: DateMeaning) -> Bool {
        guard month == other.month, day == other.day, DateMeaning.isSame(year, other.year) else { return false }
        switch (time, other.time) {
        case (nil, nil): return true
        case (let time?, let otherTime?):
            if time.offset == otherTime.offset { return time == otherTime }
            // Hours of two time zones are the same only at one instant.
            guard let minute = instant(time), let otherMinute = other.instant(otherTime) else { return false }
            return minute == otherMinute && time.seconds == otherTime.seconds && time.fraction == otherTime.fraction
        default: return false
        }
    }

    /// Two digits are a year from 1970 to 2069.
    static func isSame(_ left: Year?, _ right: Year?) -> Bool {
        switch (left, right) {
        case (.full(let year), .short(let digits)), (.short(let digits), .full(let year)):
            year % 100 == digits && (1970...2069).contains(year)
        default: left == right
        }
    }

    /// Minutes since a fixed day in UTC; nil without a whole date or zone.
    private func instant(_ time: ClockTime) -> Int? {
        guard case .full(let year)? = year, let day, let offset = time.offset else { return nil }
        return DateMeaning.dayNumber(year, month, day) * 1440 + time.minutes - offset
    }

    /// Days since a fixed one in the Gregorian calendar (Howard Hinnant's algorithm).
    private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    }

    /// nil when there is no such day.
    init?(year: Year?, month: Int, day: Int?, time: ClockTime? = nil) {
        let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), day.map({ (1...lengths[month - 1]).contains($0) }) ?? true else { return nil }
        if case .full(let year)? = year {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            guard (1000...9999).contains(year), month != 2 || day != 29 || isLeap else { return nil }
        }
        self.year = year
        self.month = month
        self.day = day
        self.time = time
    }
}

/// A time of day.
struct ClockTime: Hashable {
    var minutes: Int
    var seconds = 0
    /// Digits after the second's point, without zeros at their end.
    var fraction = ""
    /// Minutes east of UTC; nil where no zone is said.
    var offset: Int?
}
