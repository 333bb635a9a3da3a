internal import Postgres
public import Statistics
public import Traffic

/// The workload's calls while a trial ran.
public struct VolumeTotals: Sendable, Hashable {
    public var calls = 0
    public var sampled = 0
    /// The most in one minute.
    public var busiestMinuteCalls = 0
    public var busiestMinuteSampled = 0
    /// Of whole days: 1 for Monday to 7 for Sunday, and 0 to 23.
    public var weekdays: [CalendarCalls] = []
    public var hours: [CalendarCalls] = []
}

/// Calls on one weekday or in one hour of whole days.
public struct CalendarCalls: Sendable, Hashable {
    public var number: Int
    public var days: Int
    public var calls: Int
}

/// What money and load rest on: tokens, and calls by the calendar. From rollups, as all that a report counts.
extension ReportQueries {
    /// The tokens of both legs on days before `openDay`.
    public func tokens(trial: Identifier, before openDay: String) throws -> [LegRole: TokenSums] {
        var sums: [LegRole: TokenSums] = [:]
        for row in try connection.query(ReportSQL.tokens, [.id(trial), .text(openDay)]) {
            func kinds(_ input: String, _ cached: String, _ output: String) throws -> TokenSums.Tokens {
                TokenSums.Tokens(input: try row.double(input), cached: try row.double(cached), output: try row.double(output))
            }
            sums[try row.word("leg")] = TokenSums(
                count: try row.int("answers"), estimated: try row.int("estimated"), weight: try row.double("weight"),
                weightSquares: try row.double("weight_squares"), linear: try kinds("input", "cached_input", "output"),
                weighted: try kinds("input_weight_squares", "cached_weight_squares", "output_weight_squares"),
                squares: try kinds("input_squares", "cached_squares", "output_squares"), inputCached: try row.double("input_cached"),
                inputOutput: try row.double("input_output"), cachedOutput: try row.double("cached_output"))
        }
        return sums
    }

    /// The calls that the mirrors counted; whole days are those before `openDay`.
    public func volume(trial: Identifier, before openDay: String) throws -> VolumeTotals {
        let row = try connection.query(ReportSQL.volume, [.id(trial), .text(openDay)])[0]
        var totals = VolumeTotals(
            calls: try row.int("calls"), sampled: try row.int("sampled"), busiestMinuteCalls: try row.int("busiest_calls"),
            busiestMinuteSampled: try row.int("busiest_sampled"))
        for row in try connection.query(ReportSQL.calendar, [.id(trial), .text(openDay)]) {
            let part = CalendarCalls(number: try row.int("number"), days: try row.int("days"), calls: try row.int("calls"))
            if try row.text("kind") == "hour" { totals.hours.append(part) } else { totals.weekdays.append(part) }
        }
        return totals
    }
}
