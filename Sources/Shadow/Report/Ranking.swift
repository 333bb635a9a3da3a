internal import Statistics
internal import Traffic
internal import Verdict

/// What a report of several candidates begins with.
struct Ranking {
    let title: String
    let headline: String
    let table: Page.Table
    /// The pairs that tell the first from the others; nil where they share no judged call.
    let separation: Page.Section?

    /// The sections that the candidates behind the first show.
    static let shortSections: Set<String> = ["gates", "failures"]

    /// nil for a single candidate.
    init?(_ report: WorkloadReport) {
        guard report.reports.count > 1 else { return nil }
        let all = report.reports.map(Sentences.init)
        let leading = all[0]
        let marks = all.flatMap(\.marks).reduce(into: [String]()) { kept, mark in if !kept.contains(mark) { kept.append(mark) } }
        let productions = all.map(\.production).reduce(into: [String]()) { kept, name in if !kept.contains(name) { kept.append(name) } }
        let parts = [
            leading.workload, "\(all.count) candidates instead of \(Sentences.listed(productions))",
            "\(leading.dates.day(leading.model.trial.asOf)), day \(leading.look.day)", leading.basis,
        ]
        separation = PageBuilder(report.leading).separation
        title = (marks + parts).joined(separator: " · ")
        let unjudged = leading.look.basis.isAdjudicated ? "" : ", by agreement and saving only, for nobody has judged"
        headline = "\(leading.headline) Ranked first of \(all.count): \(leading.candidate)\(unjudged)."
        table = Page.Table(
            caption: "The candidates, ranked; figures as if each answered every call",
            columns: [
                .init(title: "", numeric: true), .init(title: "candidate"), .init(title: "verdict"), .init(title: "pairs", numeric: true),
                .init(title: "of 10,000 worse", numeric: true), .init(title: "saving", numeric: true),
                .init(title: "p95 (95 %)", numeric: true),
                .init(title: "not passed"),
            ],
            rows: all.enumerated().map { Ranking.row($1, place: $0 + 1) })
    }

    private static func row(_ sentences: Sentences, place: Int) -> [String] {
        let look = sentences.look
        let worse = look.quality.worsePerTenThousand
        let answers = worse.estimate.map {
            "\(Numbers.count(Numbers.whole($0))) (\(Numbers.count(Numbers.whole(worse.lower))) to \(Numbers.count(Numbers.whole(worse.upper))))"
        }
        let p95 = look.latency.candidate.duration.first { $0.percentile == 95 && $0.estimate != nil }
        let waiting = look.gates.filter { $0.blocking && $0.status != .pass }.map(sentences.gateWord)
        return [
            "\(place)", sentences.candidate, sentences.label, Numbers.count(look.quality.pairs), answers ?? "not judged",
            look.cost.saving.map(Page.share) ?? "unknown", p95.map(Page.quantile) ?? "not measured",
            waiting.isEmpty ? "" : waiting.joined(separator: ", "),
        ]
    }
}
