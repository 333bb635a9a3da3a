internal import Statistics
internal import Traffic
internal import Verdict

/// Figures as tables, for the formats without charts and beside the charts.
extension Page {
    /// How often each mode happens and who was right.
    static func modeTable(_ modes: [ModeView]) -> Table {
        let parts: [(title: String, count: (CorrectnessCounts) -> Int)] = [
            ("production only", \.productionOnly), ("candidate only", \.candidateOnly), ("both", \.both),
            ("neither", \.neither), ("not judged", \.unknown),
        ]
        let shown = parts.filter { part in modes.contains { part.count($0.row.correctness) > 0 } }
        let placed = modes.contains { !$0.segments.isEmpty }
        return Table(
            caption: "How the candidate differs or fails, and who was right",
            columns: [.init(title: "mode"), .init(title: "pairs", numeric: true), .init(title: "share (95 %)", numeric: true)]
                + shown.map { .init(title: $0.title, numeric: true) } + (placed ? [.init(title: "where")] : []),
            rows: modes.map { view in
                [view.row.mode.phrase, Numbers.count(view.row.count), share(view.share)]
                    + shown.map { Numbers.count($0.count(view.row.correctness)) } + (placed ? [view.segments] : [])
            })
    }

    /// `9.1 % (8.0 %–10 %)`.
    static func share(_ share: Estimate?) -> String {
        guard let share else { return "no data" }
        return "\(Numbers.percent(share.estimate)) (\(Numbers.percent(share.lower))–\(Numbers.percent(share.upper)))"
    }

    /// `$0.0213 ($0.021–$0.0216)`; the limits are missing where there is too little for any.
    static func money(_ dollars: Double, _ limits: Interval?) -> String {
        guard let limits else { return "\(Numbers.money(dollars)) (too few for limits)" }
        return "\(Numbers.money(dollars)) (\(Numbers.money(limits.lower))–\(Numbers.money(limits.upper)))"
    }

    /// Both legs' quantiles with their limits, and the ratio that the gate holds against its limit.
    static func latencyTable(_ views: [LatencyView]) -> Table {
        Table(
            caption: "Latency with 95 % limits; ratios with limits for a look a day",
            columns: [
                .init(title: ""), .init(title: "production", numeric: true), .init(title: "candidate", numeric: true),
                .init(title: "ratio", numeric: true), .init(title: "allowed", numeric: true), .init(title: ""),
                .init(title: "answers", numeric: true),
            ],
            rows: views.map { view in
                [
                    view.name, quantile(view.production), quantile(view.candidate), ratio(view.ratio),
                    view.ratio.map { Numbers.ratio($0.limit) } ?? "", view.ratio.map { Sentences.mark($0.status) } ?? "", view.samples,
                ]
            })
    }

    /// `1.9 s (1.8 s–2.1 s)`; a side without a limit says so.
    static func quantile(_ quantile: LatencyQuantile) -> String {
        guard let estimate = quantile.estimate else { return "beyond the timeout" }
        let lower = quantile.lower.map(Numbers.duration) ?? "no lower limit yet"
        let upper = quantile.upper.map(Numbers.duration) ?? "no upper limit yet"
        return "\(Numbers.duration(estimate)) (\(lower)–\(upper))"
    }

    /// The same for a ratio; its limits hold for a look a day.
    static func ratio(_ ratio: LatencyRatio?) -> String {
        guard let ratio, let estimate = ratio.estimate else { return "" }
        let lower = ratio.lower.map { Numbers.ratio($0, apartFrom: ratio.limit) } ?? "no lower limit yet"
        let upper = ratio.upper.map { Numbers.ratio($0, apartFrom: ratio.limit) } ?? "no upper limit yet"
        return "\(Numbers.ratio(estimate)) (\(lower)–\(upper))"
    }
}

/// One example in words that fit a line each.
struct ExampleWords {
    /// Pair id, moment, segment, who was right.
    let identity: String
    /// What was asked, answered and right, each with its name and on one line; empty once the texts are gone.
    let rows: [(name: String, text: String)]

    /// What stands in the place of texts that are not kept any more.
    static let gone = "What was asked and answered here is not kept any more (privacy.retain)."

    init(_ example: ReportModel.Example, _ group: Page.ExampleGroup) {
        identity = ExampleWords.identity(example, group)
        guard let texts = example.texts else {
            rows = []
            return
        }
        let named: [(String, ReportModel.Passage?)] = [
            ("asked", texts.input), (group.production, texts.productionOutput), (group.candidate, texts.candidateOutput),
            ("right", texts.label),
        ]
        rows = named.compactMap { name, passage in passage.map { (name, ForeignText.line($0, limit: 300)) } }
    }

    static func identity(_ example: ReportModel.Example, _ group: Page.ExampleGroup) -> String {
        var parts = [example.pair.description, example.calledAt.description]
        if let segment = example.segment { parts.append(ForeignText.name(segment)) }
        if group.namesRight { parts.append(ExampleWords.judgement(example.correct)) }
        if example.productionUnstable { parts.append("production disagrees with itself here") }
        return parts.joined(separator: " · ")
    }

    static func judgement(_ correct: Correctness) -> String {
        switch correct {
        case .both: "both right"
        case .productionOnly: "only production right"
        case .candidateOnly: "only the candidate right"
        case .neither: "neither right"
        case .unknown: "not judged"
        }
    }
}
