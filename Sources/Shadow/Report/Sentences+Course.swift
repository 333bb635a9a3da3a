internal import Verdict

/// How quality was read from day to day.
extension Sentences {
    /// `On Tue 17 Nov phi-4 was read as between 8.1 less and 5.2 more often right than gpt-5, on Mon 23 Nov as between …`
    var course: String {
        guard let first = model.course.first, let last = model.course.last else { return "" }
        let what =
            look.basis.isAdjudicated
            ? "how many points more or less often \(candidate) is right than \(production)"
            : "how often \(candidate) differs from \(production)"
        return "Look by look the evidence narrows \(what): on \(day(first)) \(finding(first)), on \(day(last)) \(finding(last)); allowed "
            + "\(look.basis.isAdjudicated ? direction(look.gate(.quality).threshold) : Numbers.percent(look.gate(.quality).threshold))."
    }

    /// `Tue 17 Nov`.
    func day(_ point: ReportModel.CoursePoint) -> String { Dates.days(point.day).map(dates.day) ?? point.day }

    /// `0.6 less (between 1.9 less and 0.7 more)`, or of a rate `9 % (between 8 % and 10 %)`.
    func finding(_ point: ReportModel.CoursePoint) -> String {
        var gate = look.gate(.quality)
        (gate.estimate, gate.lower, gate.upper) = (point.estimate, point.lower, point.upper)
        guard let estimate = point.estimate else { return "nothing known" }
        guard look.basis.isAdjudicated else {
            let (lower, upper) = (point.lower ?? 0, point.upper ?? 1)
            let limits = lower <= 0 && upper >= 1 ? "no limit known yet" : "between \(Numbers.percent(lower)) and \(Numbers.percent(upper))"
            return "\(Numbers.percent(estimate)) (\(limits))"
        }
        return "\(direction(estimate)) (\(limits(gate)))"
    }
}
