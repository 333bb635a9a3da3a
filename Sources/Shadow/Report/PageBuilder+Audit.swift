internal import Verdict

extension PageBuilder {
    /// The audit of pairs that agree by a tolerant rule alone; nil where there are none.
    var audit: Page.Section? {
        guard let audit = model.look.audit else { return nil }
        var blocks: [Page.Block] = []
        if audit.judged > 0 {
            let share = audit.worseShare
            blocks.append(
                .table(
                    Page.Table(
                        caption: "Pairs that agree by a tolerant rule alone",
                        columns: [
                            .init(title: ""), .init(title: "pairs", numeric: true), .init(title: "judged", numeric: true),
                            .init(title: "only \(sentences.production) right (95 %)", numeric: true),
                            .init(title: "allowed", numeric: true),
                        ],
                        rows: [
                            [
                                "in evidence", Numbers.count(audit.equivalents), Numbers.count(audit.judged), Page.share(share),
                                audit.allowed.map { Numbers.percent(min(1, $0)) } ?? "–",
                            ]
                        ])))
        }
        let lines = sentences.auditLines(audit)
        if !lines.isEmpty { blocks.append(.list(lines)) }
        return Page.Section(
            anchor: "audit", title: "Tolerant agreement", lead: sentences.auditLead(audit), blocks: blocks,
            queries: queries.below("/audit/"))
    }
}
