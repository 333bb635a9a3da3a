internal import Statistics
internal import Traffic
internal import Verdict

/// Charts as inline SVG, each with a title and a description in words. Colours come from the style sheet, so they follow light,
/// dark and print.
enum Charts {
    // MARK: A gate's interval against its threshold

    /// The interval as a line with its estimate as a dot; the side on which the gate passes is shaded, the threshold is the line
    /// between. An unbounded side runs to the edge and ends in an arrow.
    static func gate(_ html: inout HTMLWriter, _ gate: Gate, sentence: String, id: String) {
        guard let scale = GateScale(gate) else { return }
        svg(&html, width: 240, height: 34, title: "\(gate.name.label) against its threshold", words: sentence, id: id) { html in
            let threshold = scale.x(gate.threshold)
            let (from, width) = scale.passesAbove ? (threshold, 240 - threshold) : (0, threshold)
            html.empty("rect", [("class", "zone"), ("x", n(from)), ("y", "2"), ("width", n(width)), ("height", "30")])
            html.empty("line", [("class", "axis"), ("x1", "0"), ("y1", "32"), ("x2", "240"), ("y2", "32")])
            html.empty("line", [("class", "threshold"), ("x1", n(threshold)), ("y1", "2"), ("x2", n(threshold)), ("y2", "32")])
            if gate.lower != nil || gate.upper != nil {
                let (lower, upper) = (scale.lower.map(scale.x), scale.upper.map(scale.x))
                html.empty("line", [("class", "interval"), ("x1", n(lower ?? 4)), ("y1", "17"), ("x2", n(upper ?? 236)), ("y2", "17")])
                cap(&html, lower, edge: 4, inward: 6)
                cap(&html, upper, edge: 236, inward: -6)
            }
            if let estimate = gate.estimate {
                html.empty("circle", [("class", "estimate"), ("cx", n(scale.x(estimate))), ("cy", "17"), ("r", "5")])
            }
        }
    }

    /// A tick where a limit is, an arrow head where there is none.
    private static func cap(_ html: inout HTMLWriter, _ limit: Double?, edge: Double, inward: Double) {
        if let limit {
            html.empty("line", [("class", "interval"), ("x1", n(limit)), ("y1", "11"), ("x2", n(limit)), ("y2", "23")])
        } else {
            html.empty("path", [("class", "arrow"), ("d", "M\(n(edge + inward)) 11 L\(n(edge)) 17 L\(n(edge + inward)) 23")])
        }
    }

    // MARK: Failure modes

    /// The parts of a bar in their order, with the classes of their colours.
    private static func parts(_ counts: CorrectnessCounts) -> [(kind: String, words: String, count: Int)] {
        [
            ("production", "only production right", counts.productionOnly), ("candidate", "only the candidate right", counts.candidateOnly),
            ("both", "both right", counts.both), ("neither", "neither right", counts.neither), ("unknown", "not judged", counts.unknown),
        ]
    }

    static func legend(_ html: inout HTMLWriter) {
        html.element("p", [("class", "legend")]) { html in
            for part in parts(CorrectnessCounts()) { html.element("span", [("class", "key \(part.kind)")], text: part.words) }
        }
    }

    /// One mode's pairs, split by who was right; as long as its share of the most frequent mode.
    static func bar(_ html: inout HTMLWriter, _ row: ReportModel.FailureModeRow, most: Int, id: String) {
        let parts = parts(row.correctness).filter { $0.count > 0 }
        let words = parts.map { "\(Numbers.count($0.count)) \($0.words)" }.joined(separator: ", ")
        svg(&html, width: 200, height: 16, title: "\(row.mode.phrase): \(Numbers.count(row.count))", words: words, id: id) { html in
            var x = 0.0
            for part in parts {
                let width = 200 * Double(part.count) / Double(max(1, most))
                html.empty(
                    "rect", [("class", "part \(part.kind)"), ("x", n(x)), ("y", "1"), ("width", n(max(width, 0.5))), ("height", "14")])
                x += width
            }
        }
    }

    // MARK: Latency

    /// Both legs' quantile as dots with their limits, from zero on a scale common to the timing.
    static func quantile(_ html: inout HTMLWriter, _ view: Page.LatencyView, id: String) {
        let words = "production \(Page.quantile(view.production)), candidate \(Page.quantile(view.candidate))"
        svg(&html, width: 200, height: 30, title: view.name, words: words, id: id) { html in
            html.empty("line", [("class", "axis"), ("x1", "0"), ("y1", "29"), ("x2", "200"), ("y2", "29")])
            dot(&html, view.production, kind: "production", y: 9, scale: view.scale)
            dot(&html, view.candidate, kind: "candidate", y: 20, scale: view.scale)
        }
    }

    private static func dot(_ html: inout HTMLWriter, _ quantile: LatencyQuantile, kind: String, y: Double, scale: Double) {
        func x(_ value: Double) -> Double { 4 + 188 * min(1, max(0, value / max(scale, 1e-9))) }
        guard let estimate = quantile.estimate else {
            html.empty("path", [("class", "arrow \(kind)"), ("d", "M190 \(n(y - 4)) L198 \(n(y)) L190 \(n(y + 4))")])
            return
        }
        let (from, to) = (quantile.lower.map(x) ?? 4, quantile.upper.map(x) ?? 198)
        html.empty("line", [("class", "interval \(kind)"), ("x1", n(from)), ("y1", n(y)), ("x2", n(to)), ("y2", n(y))])
        if quantile.upper == nil {
            html.empty("path", [("class", "arrow \(kind)"), ("d", "M192 \(n(y - 4)) L198 \(n(y)) L192 \(n(y + 4))")])
        }
        html.empty("circle", [("class", "dot \(kind)"), ("cx", n(x(estimate))), ("cy", n(y)), ("r", "4")])
    }

    // MARK: Coverage

    /// A stage as a bar, as long as its share of the widest stage.
    static func stage(_ html: inout HTMLWriter, _ step: Page.FunnelStep, most: Int, id: String) {
        svg(&html, width: 200, height: 14, title: step.label, words: Numbers.count(step.count), id: id) { html in
            let width = 200 * Double(max(0, step.count)) / Double(max(1, most))
            html.empty("rect", [("class", "stage"), ("x", "0"), ("y", "1"), ("width", n(max(width, 0.5))), ("height", "12")])
        }
    }

    // MARK: Two-tier

    /// Saving (or, without prices, the share kept) over the share of calls kept, a dot a threshold; certified ones are filled.
    static func curve(_ html: inout HTMLWriter, _ curve: Page.CurveView, id: String) {
        let points = curve.points.compactMap { point in point.coverage.map { (point: point, kept: $0.estimate) } }
        guard !points.isEmpty else { return }
        let priced = points.contains { $0.point.saving != nil }
        let values = points.map { priced ? $0.point.saving?.estimate ?? 0 : $0.kept }
        let (low, high) = (min(0, values.min() ?? 0), max(values.max() ?? 1, 0.01))
        func x(_ kept: Double) -> Double { 58 + 318 * kept }
        func y(_ value: Double) -> Double { 180 - 164 * (value - low) / (high - low) }
        let certified = points.filter(\.point.certified).count
        let words =
            "\(certified) of \(points.count) thresholds are certified."
            + (curve.threshold.map { " The certified threshold that keeps most calls is \(Numbers.plain($0))." } ?? "")
        let title = priced ? "Saving by share of calls that the candidate answers" : "Share of calls kept by threshold"
        svg(&html, width: 400, height: 224, title: title, words: words, id: id, kind: "curve") { html in
            html.empty("line", [("class", "axis"), ("x1", "58"), ("y1", n(y(0))), ("x2", "376"), ("y2", n(y(0)))])
            html.empty("line", [("class", "axis"), ("x1", "58"), ("y1", "12"), ("x2", "58"), ("y2", "180")])
            for share in [0, 0.25, 0.5, 0.75, 1] {
                label(&html, x(share), 198, Numbers.percent(share), anchor: "middle")
            }
            for value in low < -0.05 ? [low, 0, high] : [0, high] { label(&html, 54, y(value) + 4, Numbers.percent(value), anchor: "end") }
            label(&html, 217, 216, "of calls answered by the candidate", anchor: "middle")
            label(&html, 62, 10, priced ? "saving" : "kept", anchor: "start")
            let path = zip(points, values).map { "\(n(x($0.kept))),\(n(y($1)))" }.joined(separator: " ")
            html.empty("polyline", [("class", "line"), ("points", path)])
            for (entry, value) in zip(points, values) {
                let chosen = entry.point.threshold == curve.threshold
                html.empty(
                    "circle",
                    [
                        ("class", entry.point.certified ? "certified" : "uncertified"), ("cx", n(x(entry.kept))), ("cy", n(y(value))),
                        ("r", chosen ? "7" : "4"),
                    ])
                if chosen {
                    let isRight = x(entry.kept) > 200
                    label(
                        &html, x(entry.kept) + (isRight ? -10 : 10), y(value) + (isRight ? -10 : 16),
                        "from \(Numbers.plain(entry.point.threshold))", anchor: isRight ? "end" : "start")
                }
            }
        }
        html.element("p", [("class", "legend")]) { html in
            html.element("span", [("class", "key certified")], text: "certified")
            html.element("span", [("class", "key uncertified")], text: "not certified")
        }
    }

    // MARK: SVG

    static func svg(
        _ html: inout HTMLWriter, width: Int, height: Int, title: String, words: String, id: String, kind: String = "row",
        _ body: (inout HTMLWriter) -> Void
    ) {
        html.element(
            "svg",
            [
                ("class", kind), ("viewBox", "0 0 \(width) \(height)"), ("role", "img"), ("aria-labelledby", "\(id)-t \(id)-d"),
                ("width", "\(width)"), ("height", "\(height)"),
            ]
        ) { html in
            html.element("title", [("id", "\(id)-t")], text: title)
            html.element("desc", [("id", "\(id)-d")], text: words)
            body(&html)
        }
    }

    static func label(_ html: inout HTMLWriter, _ x: Double, _ y: Double, _ text: String, anchor: String) {
        html.element("text", [("x", n(x)), ("y", n(y)), ("text-anchor", anchor)], text: text)
    }

    /// A coordinate, to a tenth.
    static func n(_ value: Double) -> String {
        let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}

/// Where a gate's numbers lie on a line of 240 units: wide enough for interval, estimate and threshold, and no wider than reads well.
private struct GateScale {
    let passesAbove: Bool
    /// Limits that are known; nil where unbounded.
    let lower: Double?
    let upper: Double?
    private let from: Double
    private let to: Double

    /// nil where the gate has no number to draw.
    init?(_ gate: Gate) {
        guard gate.unit != .segments, gate.estimate != nil || gate.lower != nil || gate.upper != nil else { return nil }
        passesAbove = gate.passesAbove
        /// The end of a rate's range says nothing.
        let end: Double? = gate.unit == .rateDifference ? 1 : nil
        lower = gate.lower.flatMap { $0 == end.map { -$0 } ? nil : $0 }
        upper = gate.upper.flatMap { $0 == end ? nil : $0 }
        let shown = [lower, upper, gate.estimate, gate.threshold].compactMap { $0 }
        let (least, most) = (shown.min() ?? 0, shown.max() ?? 1)
        let margin = max((most - least) * 0.15, abs(gate.threshold) * 0.1, 1e-6)
        from = least - margin
        to = most + margin
    }

    func x(_ value: Double) -> Double { 240 * (value - from) / (to - from) }
}

extension Gate {
    /// Whether the gate passes above its threshold, or below.
    var passesAbove: Bool {
        switch name {
        case .evidence, .cost: true
        case .quality: unit != .rate
        case .reliability, .noise, .failureConcentration, .latency: false
        }
    }
}
