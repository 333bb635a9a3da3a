internal import Traffic

/// Moments as people of the trial's time zone read them.
struct Dates {
    /// The zone's distance from UTC; one for the whole report, so a date beyond a clock change may be an hour off, never shown.
    let utcOffsetSeconds: Int

    /// `Mon 23 Nov`.
    func day(_ moment: Timestamp) -> String { day(localDays(moment)) }

    /// The same of a day of the zone's calendar, counted from 1970-01-01.
    func day(_ days: Int) -> String {
        let date = Timestamp.date(daysSinceEpoch: days)
        return "\(Dates.weekdays[Dates.weekday(days)].prefix(3)) \(date.day) \(Dates.months[date.month - 1])"
    }

    /// `2026-11-23`, as the column `day` of the views.
    func isoDay(_ moment: Timestamp) -> String { isoDay(localDays(moment)) }

    func isoDay(_ days: Int) -> String {
        let date = Timestamp.date(daysSinceEpoch: days)
        return "\(date.year)-\(Dates.padded(date.month))-\(Dates.padded(date.day))"
    }

    /// `23 November 2026, 08:15`.
    func full(_ moment: Timestamp) -> String {
        let seconds = localSeconds(moment)
        let date = Timestamp.date(daysSinceEpoch: localDays(moment))
        let time = seconds - localDays(moment) * 86_400
        return "\(date.day) \(Dates.months[date.month - 1]) \(date.year), \(Dates.padded(time / 3600)):\(Dates.padded(time / 60 % 60))"
    }

    /// A day as somebody reads it at a moment: half a year away it has its year, `Sat 25 Dec 2027`.
    func day(_ days: Int, seenFrom moment: Timestamp) -> String {
        let isNear = abs(days - localDays(moment)) < 183
        return isNear ? day(days) : "\(day(days)) \(Timestamp.date(daysSinceEpoch: days).year)"
    }

    /// When something happens that many days after a moment: `today`, `Thursday` within the week, else `Mon 7 Dec`.
    func due(_ days: Double, after moment: Timestamp) -> String {
        due(localDays(moment.adding(seconds: max(0, days) * 86_400)), seenFrom: moment)
    }

    /// The same of a day of the calendar.
    func due(_ days: Int, seenFrom moment: Timestamp) -> String {
        let distance = days - localDays(moment)
        if distance == 0 { return "today" }
        return (1..<7).contains(distance) ? Dates.weekdays[Dates.weekday(days)] : day(days, seenFrom: moment)
    }

    /// Days from a moment until a day of the calendar has ended.
    func daysUntilEnd(of day: Int, from moment: Timestamp) -> Double { Double((day + 1) * 86_400 - localSeconds(moment)) / 86_400 }

    /// A day that was written as ISO 8601.
    static func days(_ iso: String) -> Int? {
        guard Timestamp("\(iso)T00:00:00Z") != nil else { return nil }
        let parts = iso.split(separator: "-").compactMap { Int($0) }
        return Timestamp.daysSinceEpoch(year: parts[0], month: parts[1], day: parts[2])
    }

    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// 1970-01-01 was a Thursday.
    /// The name of a day of the week, 1 for Monday to 7 for Sunday.
    static func weekdayName(_ number: Int) -> String { weekdays[((number % 7) + 7) % 7] }

    private static func weekday(_ days: Int) -> Int { ((days + 4) % 7 + 7) % 7 }

    static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private func localSeconds(_ moment: Timestamp) -> Int {
        Int((moment.microseconds - (moment.microseconds % 1_000_000 + 1_000_000) % 1_000_000) / 1_000_000) + utcOffsetSeconds
    }

    /// The day of the zone's calendar, counted from 1970-01-01.
    func localDays(_ moment: Timestamp) -> Int {
        let seconds = localSeconds(moment)
        return seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    }
}
