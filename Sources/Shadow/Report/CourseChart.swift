/// The confidence sequence: a column a day with that day's interval, against the line that the gate needs it to clear.
struct CourseChart {
    private let course: Page.CourseView
    private let low: Double
    private let high: Double
    private static let (left, right, top, bottom) = (58.0, 388.0, 14.0, 176.0)

    /// Early intervals may be so wide that the later ones would shrink to a point: what reaches beyond three times the newest one's
    /// reach is cut off, and ends in an arrow.
    init(_ course: Page.CourseView) {
        self.course = course
        let newest = course.points.last
        let reach = [newest?.lower, newest?.upper, course.threshold].compactMap { $0.map(abs) }.max() ?? 1
        let known: [Double?] = course.points.flatMap { point -> [Double?] in [point.lower, point.upper, point.estimate] }
        let limits = known.compactMap { $0 } + [0, course.threshold]
        low = max(limits.min() ?? -1, -3 * max(reach, 0.001))
        high = max(min(limits.max() ?? 1, 3 * max(reach, 0.001)), low + 0.001)
    }

    func write(_ html: inout HTMLWriter, id: String) {
        let words = course.words.map { "\($0.day): \($0.finding)" }.joined(separator: "; ")
        Charts.svg(&html, width: 400, height: 200, title: "Quality, look by look", words: words, id: id, kind: "curve") { html in
            ground(&html)
            for (index, point) in course.points.enumerated() { column(&html, point, x(index)) }
            let last = course.points.count - 1
            for index in Set([0, last / 2, last]).sorted() {
                let anchor = index == 0 ? "start" : index == last ? "end" : "middle"
                Charts.label(&html, x(index) + (index == 0 ? -12 : index == last ? 12 : 0), 194, course.words[index].day, anchor: anchor)
            }
        }
        html.element("p", [("class", "legend")]) { html in
            html.element("span", [("class", "key zone")], text: "where the gate passes")
            html.element("span", [("class", "key limit")], text: "interval that holds on all days at once, with the estimate")
        }
    }

    private func x(_ index: Int) -> Double {
        let columns = max(1, course.points.count - 1)
        return CourseChart.left + 18 + (CourseChart.right - CourseChart.left - 36) * Double(index) / Double(columns)
    }

    private func y(_ value: Double) -> Double {
        CourseChart.bottom - (CourseChart.bottom - CourseChart.top) * (min(max(value, low), high) - low) / (high - low)
    }

    /// Where the gate passes, the threshold, and the scale.
    private func ground(_ html: inout HTMLWriter) {
        let (left, right) = (Charts.n(CourseChart.left), Charts.n(CourseChart.right))
        let threshold = y(course.threshold)
        let (from, to) = course.passesAbove ? (CourseChart.top, threshold) : (threshold, CourseChart.bottom)
        html.empty(
            "rect",
            [
                ("class", "zone"), ("x", left), ("y", Charts.n(from)), ("width", Charts.n(CourseChart.right - CourseChart.left)),
                ("height", Charts.n(to - from)),
            ])
        for (kind, height) in [("axis", y(0)), ("threshold", threshold)] {
            html.empty("line", [("class", kind), ("x1", left), ("y1", Charts.n(height)), ("x2", right), ("y2", Charts.n(height))])
        }
        var taken: [Double] = []
        for value in [course.threshold, 0, high, low] where !taken.contains(where: { abs($0 - y(value)) < 13 }) {
            taken.append(y(value))
            Charts.label(&html, CourseChart.left - 6, y(value) + 4, text(value), anchor: "end")
        }
    }

    /// Points of a difference, percent of a rate.
    private func text(_ value: Double) -> String {
        guard course.passesAbove else { return Numbers.percent(value) }
        return value == 0 ? "equal" : (value < 0 ? "−" : "+") + Numbers.points(value)
    }

    private func column(_ html: inout HTMLWriter, _ point: ReportModel.CoursePoint, _ x: Double) {
        let (lower, upper) = (point.lower ?? -.infinity, point.upper ?? .infinity)
        html.empty(
            "line",
            [
                ("class", "interval"), ("x1", Charts.n(x)), ("y1", Charts.n(y(lower))), ("x2", Charts.n(x)), ("y2", Charts.n(y(upper))),
            ])
        end(&html, x, lower, isCut: lower < low, inward: -5)
        end(&html, x, upper, isCut: upper > high, inward: 5)
        guard let estimate = point.estimate else { return }
        html.empty("circle", [("class", "look"), ("cx", Charts.n(x)), ("cy", Charts.n(y(estimate))), ("r", "4")])
    }

    /// A tick where a limit is, an arrow head where it lies beyond the picture.
    private func end(_ html: inout HTMLWriter, _ x: Double, _ limit: Double, isCut: Bool, inward: Double) {
        let height = y(limit)
        if isCut {
            let path =
                "M\(Charts.n(x - 4)) \(Charts.n(height + inward)) L\(Charts.n(x)) \(Charts.n(height)) "
                + "L\(Charts.n(x + 4)) \(Charts.n(height + inward))"
            html.empty("path", [("class", "arrow"), ("d", path)])
        } else {
            html.empty(
                "line",
                [
                    ("class", "interval"), ("x1", Charts.n(x - 4)), ("y1", Charts.n(height)), ("x2", Charts.n(x + 4)),
                    ("y2", Charts.n(height)),
                ])
        }
    }
}
