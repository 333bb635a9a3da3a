internal import Statistics
internal import Traffic
internal import Verdict

/// A report as one HTML file: no outside asset, no script, light and dark, printable.
struct HTMLReport {
    let report: WorkloadReport

    init(_ report: WorkloadReport) { self.report = report }

    func text() -> String {
        let pages = report.reports.map(Page.init)
        let ranking = Ranking(report)
        let title = ranking?.title ?? pages[0].sentences.title
        return HTMLPage.document(title: title) { html in
            html.element("header") { html in
                html.element("h1", words: title)
                HTMLReport.firstScreen(&html, pages[0], headline: ranking?.headline ?? pages[0].sentences.headline)
                if let ranking { HTMLTables.write(&html, ranking.table) }
            }
            html.line()
            html.element("main", [("id", "main")]) { html in
                if pages.count == 1 {
                    HTMLReport.sections(&html, pages[0], prefix: "", heading: .second)
                } else {
                    if let separation = ranking?.separation { HTMLReport.write(&html, separation, prefix: "", heading: .second) }
                    for (index, page) in pages.enumerated() { candidate(&html, page, place: index + 1) }
                }
            }
            html.line()
            html.element("footer") { html in
                html.element("p", text: "Understudy report, version \(ReportModel.version). Every figure names its query.")
            }
        }
    }

    private func candidate(_ html: inout HTMLWriter, _ page: Page, place: Int) {
        html.element("article", [("class", "candidate"), ("aria-labelledby", "candidate-\(place)")]) { html in
            html.element("h2", [("id", "candidate-\(place)")], text: "\(place). \(page.sentences.candidate)")
            html.element("p", [("class", "title")], words: page.sentences.title)
            // The first one's stands above the ranking.
            if place > 1 { HTMLReport.firstScreen(&html, page, headline: page.sentences.headline) }
            let open: [(StaticString, String)] = place == 1 ? [("open", "open")] : []
            html.element("details", open) { html in
                html.element("summary", text: "The whole report of \(page.sentences.candidate)")
                HTMLReport.sections(&html, page, prefix: "c\(place)-", heading: .third)
            }
        }
        html.line()
    }

    // MARK: The first screen

    private static func firstScreen(_ html: inout HTMLWriter, _ page: Page, headline: String) {
        let sentences = page.sentences
        verdict(&html, sentences, headline: headline)
        for line in sentences.belowHeadline { html.element("p", [("class", "outlook")], words: line) }
        html.element("p", [("class", "impact")], words: sentences.impact)
        html.element("ul", [("class", "gate-line"), ("aria-label", "Latency and gates")]) { html in
            for (index, part) in sentences.gateLineParts.enumerated() {
                html.element("li", [("class", index == 0 ? "speed" : gateClass(part))], words: part)
            }
        }
        html.element("p", [("class", "worst")], words: sentences.worstFailure)
        for banner in sentences.banners { html.element("p", [("class", "banner"), ("role", "note")], words: banner) }
    }

    private static func gateClass(_ word: String) -> String {
        word.hasSuffix("✓") ? "pass" : word.hasSuffix("✗") ? "fail" : "open"
    }

    static func verdict(_ html: inout HTMLWriter, _ sentences: Sentences, headline: String) {
        let kind =
            switch sentences.decision.recommendation {
            case .switch, .twoTier: "pass"
            case .stay: "fail"
            case .keepShadowing: "open"
            }
        html.element("div", [("class", "verdict \(kind)")]) { html in
            html.element("p", [("class", "headline")], words: headline)
            html.element("p", [("class", "action")]) { html in
                html.text("→ ")
                let action = sentences.nextAction
                if action.hasPrefix("understudy ") { html.element("code", text: action) } else { html.words(action) }
            }
        }
    }

    // MARK: Sections

    enum Heading {
        case second, third

        func write(_ html: inout HTMLWriter, id: String, _ text: String) {
            switch self {
            case .second: html.element("h2", [("id", id)], text: text)
            case .third: html.element("h3", [("id", id)], text: text)
            }
        }
    }

    static func sections(_ html: inout HTMLWriter, _ page: Page, prefix: String, heading: Heading) {
        html.element("nav", [("aria-label", "Sections of \(page.sentences.candidate)'s report")]) { html in
            html.element("ul") { html in
                for section in page.sections {
                    html.element("li") { html in
                        html.element("a", [("href", "#\(prefix)\(section.anchor)")], text: section.title)
                    }
                }
            }
        }
        for section in page.sections {
            write(&html, section, prefix: prefix, heading: heading)
        }
    }

    private static func write(_ html: inout HTMLWriter, _ section: Page.Section, prefix: String, heading: Heading) {
        let id = prefix + section.anchor
        html.line()
        html.element("section", [("aria-labelledby", id)]) { html in
            heading.write(&html, id: id, section.title)
            html.element("p", [("class", "lead")], words: section.lead)
            for (index, block) in section.blocks.enumerated() { write(&html, block, id: "\(id)-\(index)") }
            queries(&html, section.queries)
        }
    }

    private static func write(_ html: inout HTMLWriter, _ block: Page.Block, id: String) {
        switch block {
        case .gates(let views): HTMLTables.write(&html, views, anchor: id)
        case .table(let table): HTMLTables.write(&html, table)
        case .matrix(let matrix): HTMLTables.write(&html, matrix)
        case .list(let items):
            html.element("ul") { html in
                for item in items { html.element("li", words: item) }
            }
        case .paragraph(let text): html.element("p", words: text)
        case .modes(let modes): HTMLTables.write(&html, modes, anchor: id)
        case .examples(let group): HTMLExamples.write(&html, group)
        case .latency(let views): HTMLTables.write(&html, views, anchor: id)
        case .curve(let curve):
            Charts.curve(&html, curve, id: id)
            folded(&html, "All thresholds", curve.table)
        case .course(let course):
            CourseChart(course).write(&html, id: id)
            folded(&html, "All looks", course.table)
        case .folded(let table): folded(&html, table.caption, table)
        case .funnel(let steps): HTMLTables.write(&html, steps, anchor: id)
        }
    }

    private static func folded(_ html: inout HTMLWriter, _ summary: String, _ table: Page.Table) {
        html.element("details") { html in
            html.element("summary", text: summary)
            HTMLTables.write(&html, table)
        }
    }

    /// The queries behind a section's figures, on demand.
    private static func queries(_ html: inout HTMLWriter, _ queries: [Query]) {
        guard !queries.isEmpty else { return }
        html.element("details", [("class", "queries")]) { html in
            html.element("summary", text: "Queries behind these figures (\(queries.count))")
            html.element("dl") { html in
                for query in queries {
                    html.element("dt", text: query.subject)
                    html.element("dd") { $0.element("code", text: ForeignText.line(query.sql)) }
                }
            }
        }
    }
}
