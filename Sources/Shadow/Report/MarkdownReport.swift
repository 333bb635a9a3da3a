internal import Statistics
internal import Traffic
internal import Verdict

/// A report as Markdown (CommonMark with GitHub's tables).
struct MarkdownReport {
    let report: WorkloadReport
    private var lines: [String] = []

    init(_ report: WorkloadReport) { self.report = report }

    mutating func text() -> String {
        lines = []
        let pages = report.reports.map(Page.init)
        let ranking = Ranking(report)
        firstScreen(pages[0], level: "#", title: ranking?.title, headline: ranking?.headline)
        if let ranking { add(ranking.table) }
        if let separation = ranking?.separation { add(separation, level: "##") }
        for (index, page) in pages.enumerated() {
            if index > 0 {
                firstScreen(page, level: "##")
            } else if ranking != nil {
                lines += ["## \(escaped(page.sentences.title))", ""]
            }
            let sections = index == 0 ? page.sections : page.sections.filter { Ranking.shortSections.contains($0.anchor) }
            for section in sections { add(section, level: ranking == nil ? "##" : "###") }
        }
        lines.append(escaped(pages[0].sentences.whereQueriesAre))
        return lines.joined(separator: "\n") + "\n"
    }

    private mutating func firstScreen(_ page: Page, level: String, title: String? = nil, headline: String? = nil) {
        let sentences = page.sentences
        lines +=
            [
                "\(level) \(escaped(title ?? sentences.title))", "", "**\(escaped(headline ?? sentences.headline))**", "",
                action(sentences.nextAction), "",
            ] + sentences.belowHeadline.flatMap { [escaped($0), ""] } + [
                escaped(sentences.impact), "", escaped(sentences.gateLine), "",
                escaped(sentences.worstFailure), "",
            ]
        for banner in sentences.banners { lines += ["> **\(escaped(banner))**", ""] }
    }

    private func action(_ text: String) -> String {
        text.hasPrefix("understudy ") && !text.contains("`") ? "→ `\(text)`" : "→ \(escaped(text))"
    }

    private mutating func add(_ section: Page.Section, level: String) {
        lines += ["\(level) \(section.title)", "", escaped(section.lead), ""]
        for block in section.blocks { add(block) }
    }

    private mutating func add(_ block: Page.Block) {
        switch block {
        case .gates(let views):
            add(
                Page.Table(
                    caption: "",
                    columns: [.init(title: ""), .init(title: "gate"), .init(title: "finding"), .init(title: "n", numeric: true)],
                    rows: views.map {
                        [Sentences.mark($0.gate.status), $0.gate.name.label, $0.sentence, Numbers.count($0.observations)]
                    }))
        case .table(let table): add(table)
        case .matrix(let matrix): add(matrix.table)
        case .list(let items): lines += items.map { "- \(escaped($0))" } + [""]
        case .paragraph(let text): lines += [escaped(text), ""]
        case .modes(let modes): add(Page.modeTable(modes))
        case .examples(let group): add(group)
        case .latency(let views): add(Page.latencyTable(views))
        case .curve(let curve): add(curve.table)
        case .course(let course): add(course.table)
        case .folded(let table): add(table)
        case .funnel(let steps):
            add(
                Page.Table(
                    caption: "", columns: [.init(title: "stage"), .init(title: "calls", numeric: true)],
                    rows: steps.map { [$0.leaves ? "– \($0.label)" : $0.label, Numbers.count($0.count)] }))
        }
    }

    private mutating func add(_ table: Page.Table) {
        if !table.caption.isEmpty { lines += ["\(escaped(table.caption)):", ""] }
        func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        lines.append(row(table.columns.map { escaped($0.title) }))
        lines.append(row(table.columns.map { $0.numeric ? "---:" : "---" }))
        lines += table.rows.map { row($0.map(escaped)) } + [""]
    }

    private mutating func add(_ group: Page.ExampleGroup) {
        lines += ["**\(escaped(group.title))**", ""]
        for example in group.examples {
            let words = ExampleWords(example, group)
            lines.append("- \(escaped("pair " + words.identity))")
            if words.rows.isEmpty { lines.append("  - \(escaped(ExampleWords.gone))") }
            lines += words.rows.map { "  - \(escaped($0.name)): \(code($0.text))" }
        }
        lines.append("")
    }

    /// Foreign text as a code span, whose fence is longer than any run of backticks in it.
    private func code(_ text: String) -> String {
        if text.isEmpty { return "(empty)" }
        let longest = text.split(whereSeparator: { $0 != "`" }).map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: longest + 1)
        return "\(fence) \(text) \(fence)"
    }

    /// Text in which nothing is markup.
    private func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            if "\\`*_[]<>|#~&".contains(character) { result.append("\\") }
            result.append(character == "\n" ? " " : character)
        }
        return result
    }
}
