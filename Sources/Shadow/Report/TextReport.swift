internal import Statistics
internal import Traffic
internal import Verdict

/// A report for a terminal: at most `width` columns, colour only when asked for.
struct TextReport {
    let report: WorkloadReport
    let width: Int
    let colour: Bool
    private var lines: [String] = []

    init(_ report: WorkloadReport, width: Int, colour: Bool) {
        self.report = report
        self.width = max(60, width)
        self.colour = colour
    }

    mutating func text() -> String {
        lines = []
        let pages = report.reports.map(Page.init)
        let ranking = Ranking(report)
        firstScreen(pages[0], title: ranking?.title, headline: ranking?.headline)
        if let ranking { add(.table(ranking.table)) }
        if let separation = ranking?.separation { add(separation) }
        for (index, page) in pages.enumerated() {
            if ranking != nil {
                lines += ["", String(repeating: "─", count: width)]
                add("\(index + 1). \(page.sentences.candidate)", style: .bold)
            }
            if index > 0 { firstScreen(page) }
            let sections = index == 0 ? page.sections : page.sections.filter { Ranking.shortSections.contains($0.anchor) }
            for section in sections { add(section) }
            if index > 0 {
                lines.append("")
                add("All of it: understudy report \(page.sentences.workload) --candidate \(page.sentences.candidate)")
            }
        }
        lines.append("")
        add(pages[0].sentences.whereQueriesAre)
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: The first screen

    private mutating func firstScreen(_ page: Page, title: String? = nil, headline: String? = nil) {
        let sentences = page.sentences
        let headline = headline ?? sentences.headline
        add(title ?? sentences.title)
        let arrow = "→ \(sentences.nextAction)"
        let room = width - TextLayout.columns(headline) - TextLayout.columns(arrow)
        if room >= 3 {
            lines.append(styled(headline, style(page.model)) + String(repeating: " ", count: room) + arrow)
        } else {
            add(headline, style: style(page.model))
            lines += TextLayout.wrapped("  " + arrow, width: width, indent: "    ").map { $0.hasPrefix(" ") ? $0 : "  " + $0 }
        }
        for line in sentences.belowHeadline { add(line) }
        add(sentences.impact)
        add(sentences.gateLine)
        add(sentences.worstFailure)
        for banner in sentences.banners { add("! \(banner)", indent: "  ", style: .waiting) }
    }

    // MARK: Sections

    private mutating func add(_ section: Page.Section) {
        lines.append("")
        add(section.title.uppercased(), style: .bold)
        add(section.lead)
        for block in section.blocks { add(block) }
    }

    private mutating func add(_ block: Page.Block) {
        switch block {
        case .gates(let views):
            for view in views {
                let mark = view.gate.status == .open ? "·" : Sentences.mark(view.gate.status)
                add("\(mark) \(view.sentence) n = \(Numbers.count(view.observations))", indent: "  ", style: style(view.gate.status))
            }
        case .matrix: break  // Too wide for a terminal; the confused pairs stand above.
        case .table(let table):
            lines.append("")
            add("\(table.caption):")
            lines += TextLayout.table(table, width: width)
        case .list(let items): for item in items { add("· \(item)", indent: "  ") }
        case .paragraph(let text): add(text)
        case .modes(let modes): add(modes)
        case .examples(let group): add(group)
        case .latency(let views): add(views)
        case .curve(let curve): add(.table(curve.table))
        case .course(let course): add(.table(course.table))
        case .folded(let table): add(.table(table))
        case .funnel(let steps): add(steps)
        }
    }

    private mutating func add(_ modes: [Page.ModeView]) {
        lines.append("")
        lines += TextLayout.table(Page.modeTable(modes), width: width)
    }

    private mutating func add(_ views: [Page.LatencyView]) {
        lines.append("")
        lines += TextLayout.table(Page.latencyTable(views), width: width)
    }

    private mutating func add(_ steps: [Page.FunnelStep]) {
        let digits = steps.map { TextLayout.columns(Numbers.count($0.count)) }.max() ?? 0
        for step in steps {
            let number = TextLayout.padded(Numbers.count(step.count), digits, right: true)
            add(step.leaves ? "     \(number)  \(step.label)" : "\(number)  \(step.label)", verbatim: true)
        }
    }

    private mutating func add(_ group: Page.ExampleGroup) {
        lines.append("")
        add(group.title, style: .bold)
        for example in group.examples {
            let words = ExampleWords(example, group)
            add("· pair \(words.identity)", indent: "  ")
            if words.rows.isEmpty { lines += TextLayout.wrapped(ExampleWords.gone, width: width - 4).map { "    " + $0 } }
            let label = min(24, words.rows.map { TextLayout.columns($0.name) }.max() ?? 0)
            for row in words.rows {
                let begin = "    " + TextLayout.padded(row.name, label) + "  "
                let text = row.text.isEmpty ? "(empty)" : row.text
                lines.append(begin + TextLayout.padded(text, width - TextLayout.columns(begin)).trimmedRight)
            }
        }
    }

    // MARK: Lines

    private enum Style: String {
        case plain = ""
        case bold = "1"
        case good = "32"
        case bad = "31"
        case waiting = "33"
    }

    private func style(_ model: ReportModel) -> Style {
        switch model.look.decision.recommendation {
        case .switch, .twoTier: .good
        case .stay: .bad
        case .keepShadowing: .waiting
        }
    }

    private func style(_ status: GateStatus) -> Style {
        switch status {
        case .pass: .plain
        case .fail: .bad
        case .open: .waiting
        }
    }

    private mutating func add(_ text: String, indent: String = "", style: Style = .plain, verbatim: Bool = false) {
        let wrapped = verbatim ? [text] : TextLayout.wrapped(text, width: width, indent: indent)
        lines += wrapped.map { styled($0, style) }
    }

    private func styled(_ text: String, _ style: Style) -> String {
        colour && style != .plain ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}

extension String {
    /// Without spaces at the end.
    var trimmedRight: String { TextLayout.trimmedRight(self) }
}
