internal import Statistics
internal import Verdict

extension PageBuilder {
    /// How quality's interval closed in, look by look, and what the single days brought; nil before the second day.
    var course: [Page.Block]? {
        guard model.course.count > 1 || model.look.daily.count > 1 else { return nil }
        let gate = model.look.gate(.quality)
        var blocks: [Page.Block] = []
        if model.course.count > 1 {
            blocks.append(.paragraph(sentences.course))
            blocks.append(
                .course(
                    Page.CourseView(
                        points: model.course, threshold: gate.threshold, passesAbove: gate.passesAbove,
                        words: model.course.map { (sentences.day($0), sentences.finding($0)) }, table: courseTable)))
        }
        if model.look.daily.count > 1 { blocks.append(.folded(dailyTable)) }
        return blocks
    }

    private var courseTable: Page.Table {
        Page.Table(
            caption: "Quality at each day's last look; the limits hold on all days at once",
            columns: [.init(title: "look on"), .init(title: "pairs", numeric: true), .init(title: "finding")],
            rows: model.course.map { [sentences.day($0), $0.pairs.map(Numbers.count) ?? "not kept", sentences.finding($0)] })
    }

    private var dailyTable: Page.Table {
        let judged = model.look.basis.isAdjudicated
        return Page.Table(
            caption: "Day by day, each for itself (pairs in evidence)",
            columns: [
                .init(title: "day", numeric: true), .init(title: "pairs", numeric: true), .init(title: "differ (95 %)", numeric: true),
            ] + (judged ? [.init(title: "\(sentences.candidate) right, points more or less often (95 %)", numeric: true)] : []),
            rows: model.look.daily.map { day in
                [Numbers.count(day.day + 1), Numbers.count(day.pairs), Page.share(ReportModel.share(of: day.disagreements, in: day.pairs))]
                    + (judged ? [difference(day)] : [])
            })
    }

    private func difference(_ day: DayReading) -> String {
        guard let difference = day.difference, let limits = day.limits else { return "not all judged" }
        return "\(sentences.direction(difference)) (\(sentences.direction(limits.lower)) to \(sentences.direction(limits.upper)))"
    }
}
