internal import Statistics
internal import Traffic
internal import Verdict

/// The page's tables and lists as HTML; charts stand in their rows, so that words stay words at every width.
enum HTMLTables {
    /// A plain table.
    static func write(_ html: inout HTMLWriter, _ table: Page.Table) {
        write(&html, table.caption, table.columns, table.rows, chart: nil)
    }

    /// Gates: mark, interval against the threshold, sentence.
    static func write(_ html: inout HTMLWriter, _ views: [Page.GateView], anchor: String) {
        html.element("ul", [("class", "gates")]) { html in
            for view in views {
                let gate = view.gate
                html.element("li", [("class", gate.status.rawValue)]) { html in
                    html.element("p", [("class", "gate-name")]) { html in
                        html.element("strong", text: gate.name.label)
                        html.text(" ")
                        html.element("span", [("class", "mark")], text: Sentences.mark(gate.status))
                        if !gate.blocking { html.element("span", [("class", "advisory")], text: " advisory") }
                    }
                    html.element("div", [("class", "gate-chart")]) { html in
                        Charts.gate(&html, gate, sentence: view.sentence, id: "\(anchor)-\(gate.name.rawValue)")
                    }
                    html.element("p", [("class", "gate-sentence")]) { html in
                        html.words(view.sentence)
                        html.element("span", [("class", "n")], text: " n = \(Numbers.count(view.observations))")
                    }
                }
            }
        }
    }

    /// Failure modes: how often, and bars split by who was right.
    static func write(_ html: inout HTMLWriter, _ modes: [Page.ModeView], anchor: String) {
        let table = Page.modeTable(modes)
        let most = modes.map(\.row.count).max() ?? 1
        Charts.legend(&html)
        write(&html, table.caption, table.columns, table.rows) { html, index in
            Charts.bar(&html, modes[index].row, most: most, id: "\(anchor)-\(index)")
        }
    }

    /// Latency: dots with their limits on one scale, the ratio beside.
    static func write(_ html: inout HTMLWriter, _ views: [Page.LatencyView], anchor: String) {
        let table = Page.latencyTable(views)
        html.element("p", [("class", "legend")]) { html in
            html.element("span", [("class", "key production")], text: "production")
            html.element("span", [("class", "key candidate")], text: "candidate")
        }
        write(&html, table.caption, table.columns, table.rows) { html, index in
            Charts.quantile(&html, views[index], id: "\(anchor)-\(index)")
        }
    }

    /// The funnel: stages with bars, between them what left.
    static func write(_ html: inout HTMLWriter, _ steps: [Page.FunnelStep], anchor: String) {
        let most = steps.filter { !$0.leaves }.map(\.count).max() ?? 1
        let rows = steps.map { [$0.leaves ? "– \($0.label)" : $0.label, Numbers.count($0.count)] }
        write(
            &html, "From calls to comparable pairs: each stage is the one before minus what left",
            [.init(title: "stage"), .init(title: "calls", numeric: true)], rows,
            rowClass: { steps[$0].leaves ? "leaves" : "stays" },
            chart: { html, index in
                if !steps[index].leaves { Charts.stage(&html, steps[index], most: most, id: "\(anchor)-\(index)") }
            })
    }

    /// A label matrix: each cell is shaded by its share of the row, what agrees in another colour than what does not.
    static func write(_ html: inout HTMLWriter, _ matrix: Page.MatrixView) {
        let table = matrix.table
        html.element("figure") { html in
            html.element("figcaption", text: table.caption)
            html.element("div", [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", table.caption)]) { html in
                html.element("table", [("class", "matrix")]) { html in
                    html.element("thead") { html in
                        html.element("tr") { html in for column in table.columns { head(&html, column) } }
                    }
                    html.element("tbody") { html in
                        for (index, row) in table.rows.enumerated() {
                            html.element("tr") { html in
                                html.element("th", [("scope", "row")], text: row[0])
                                for (place, share) in matrix.shares[index].enumerated() {
                                    let shade = "\(place == index ? "agrees" : "differs") shade-\(Int((share * 5).rounded(.up)))"
                                    html.element("td", [("class", "number \(shade)")], text: row[place + 1])
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// A table in a box of its own that scrolls when the page is narrower, reachable by keyboard for that; the caption stays in view.
    /// `chart` draws a row's picture, between its name and its numbers.
    private static func write(
        _ html: inout HTMLWriter, _ caption: String, _ columns: [Page.Table.Column], _ rows: [[String]],
        rowClass: (Int) -> String = { _ in "row" }, chart: ((inout HTMLWriter, Int) -> Void)?
    ) {
        html.element("figure") { html in
            html.element("figcaption", words: caption)
            html.element("div", [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption)]) { html in
                html.element("table") { html in
                    html.element("thead") { html in
                        html.element("tr") { html in
                            for (index, column) in columns.enumerated() {
                                head(&html, column)
                                if index == 0, chart != nil { html.element("td", text: "") }
                            }
                        }
                    }
                    html.element("tbody") { html in
                        for (index, row) in rows.enumerated() {
                            html.element("tr", [("class", rowClass(index))]) { html in
                                cells(&html, row, columns) { html in
                                    if let chart { html.element("td", [("class", "bar")]) { chart(&$0, index) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static func cells(
        _ html: inout HTMLWriter, _ row: [String], _ columns: [Page.Table.Column], afterFirst: (inout HTMLWriter) -> Void
    ) {
        for (index, cell) in row.enumerated() {
            if index == 0, !columns[0].numeric {
                html.element("th", [("scope", "row")], words: cell)
            } else {
                html.element("td", [("class", columns[index].numeric ? "number" : "words")]) { html in
                    if columns[index].numeric { html.figure(cell) } else { html.words(cell) }
                }
            }
            if index == 0 { afterFirst(&html) }
        }
    }

    private static func head(_ html: inout HTMLWriter, _ column: Page.Table.Column) {
        if column.title.isEmpty {
            html.element("td", text: "")
        } else {
            html.element("th", [("scope", "col"), ("class", column.numeric ? "number" : "words")], words: column.title)
        }
    }
}
