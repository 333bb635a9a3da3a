internal import Statistics

extension PageBuilder {
    /// The judge model and how far it can be trusted; nil where none is asked.
    var judge: Page.Section? {
        guard let judge = model.judge else { return nil }
        var blocks: [Page.Block] = []
        if judge.opinions > 0 { blocks.append(.table(trust(judge))) }
        blocks.append(.list(sentences.judgeLines(judge)))
        return Page.Section(
            anchor: "judge", title: "Model judge", lead: sentences.judgeLead(judge), blocks: blocks, queries: queries.below("/judge/"))
    }

    private func trust(_ judge: ReportModel.JudgeFigures) -> Page.Table {
        let rows: [(String, ReportModel.JudgeFigures.Part)] = [
            ("both orders of the answers came out alike", judge.orders),
            ("agrees with labels and people on who was right", judge.agreement),
            ("asked again in the same order, it came out otherwise", judge.flips),
        ]
        return Page.Table(
            caption: "How far \(ForeignText.name(judge.model)) can be trusted",
            columns: [.init(title: ""), .init(title: "share", numeric: true), .init(title: "of opinions", numeric: true)],
            rows: rows.map { [$0.0, Page.share($0.1.share), Numbers.count($0.1.of)] })
    }
}
