internal import Statistics
internal import Traffic
internal import Verdict

/// The page's tables and lists as HTML; charts stand in their rows, so that words stay words at every width.
enum HTMLTables {
    /// A plain table in a box of its own that scrolls when the page is narrower.
    static func write(_ html: inout HTMLWriter, _ table: Page.Table, anchor: String) {
        scrolling(&html, label: table.caption.isEmpty ? anchor : table.caption) { html in
            html.element("table") { html in
                if !table.caption.isEmpty { html.element("caption", text: table.caption) }
                head(&html, table.columns.map { ($0.title, $0.numeric) })
                html.element("tbody") { html in
                    for row in table.rows {
                        html.element("tr") { html in
                            for (index, cell) in row.enumerated() {
                                let numeric = table.columns[index].numeric
                                if index == 0, !numeric {
                                    html.element("th", [("scope", "row")], text: cell)
                                } else {
                                    html.element("td", [("class", numeric ? "number" : "words")], text: cell)
                                }
                            }
                        }
                    }
                }
            }
        }
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
                        html.text(view.sentence)
                        html.element("span", [("class", "n")], text: " n = \(Numbers.count(view.observations))")
                    }
                }
            }
        }
    }

    /// Failure modes: how often, and bars split by who was right.
    static func write(_ html: inout HTMLWriter, _ modes: [Page.ModeView], anchor: String) {
        Charts.legend(&html)
        let most = modes.map(\.row.count).max() ?? 1
        scrolling(&html, label: "Failure modes") { html in
            html.element("table", [("class", "modes")]) { html in
                html.element("caption", text: "How the candidate differs or fails, and who was right")
                let table = Page.modeTable(modes)
                var columns = table.columns.map { ($0.title, $0.numeric) }
                columns.insert(("", false), at: 1)
                head(&html, columns)
                html.element("tbody") { html in
                    for (index, row) in table.rows.enumerated() {
                        html.element("tr") { html in
                            html.element("th", [("scope", "row")], text: row[0])
                            html.element("td", [("class", "bar")]) { html in
                                Charts.bar(&html, modes[index].row, most: most, id: "\(anchor)-\(index)")
                            }
                            for (cell, column) in zip(row, table.columns).dropFirst() {
                                html.element("td", [("class", column.numeric ? "number" : "words")], text: cell)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Latency: dots with their limits on one scale, the ratio beside.
    static func write(_ html: inout HTMLWriter, _ views: [Page.LatencyView], anchor: String) {
        let table = Page.latencyTable(views)
        html.element("p", [("class", "legend")]) { html in
            html.element("span", [("class", "key production")], text: "production")
            html.element("span", [("class", "key candidate")], text: "candidate")
        }
        scrolling(&html, label: table.caption) { html in
            html.element("table") { html in
                html.element("caption", text: table.caption)
                var columns = table.columns.map { ($0.title, $0.numeric) }
                columns.insert(("", false), at: 1)
                head(&html, columns)
                html.element("tbody") { html in
                    for (index, row) in table.rows.enumerated() {
                        html.element("tr") { html in
                            html.element("th", [("scope", "row")], text: row[0])
                            html.element("td", [("class", "bar")]) { html in
                                Charts.quantile(&html, views[index], id: "\(anchor)-\(index)")
                            }
                            for cell in row[1...4] { html.element("td", [("class", "number")], text: cell) }
                            html.element("td", text: row[5])
                        }
                    }
                }
            }
        }
    }

    /// The funnel: stages with bars, between them what left.
    static func write(_ html: inout HTMLWriter, _ steps: [Page.FunnelStep], anchor: String) {
        let most = steps.filter { !$0.leaves }.map(\.count).max() ?? 1
        scrolling(&html, label: "From calls to comparable pairs") { html in
            html.element("table", [("class", "funnel")]) { html in
                html.element("caption", text: "From calls to comparable pairs: each stage is the one before minus what left")
                head(&html, [("stage", false), ("", false), ("calls", true)])
                html.element("tbody") { html in
                    for (index, step) in steps.enumerated() {
                        html.element("tr", [("class", step.leaves ? "leaves" : "stays")]) { html in
                            html.element("th", [("scope", "row")], text: step.leaves ? "– \(step.label)" : step.label)
                            html.element("td", [("class", "bar")]) { html in
                                if !step.leaves { Charts.stage(&html, step, most: most, id: "\(anchor)-\(index)") }
                            }
                            html.element("td", [("class", "number")], text: Numbers.count(step.count))
                        }
                    }
                }
            }
        }
    }

    private static func head(_ html: inout HTMLWriter, _ columns: [(title: String, numeric: Bool)]) {
        html.element("thead") { html in
            html.element("tr") { html in
                for column in columns {
                    if column.title.isEmpty {
                        html.empty("td")
                    } else {
                        html.element("th", [("scope", "col"), ("class", column.numeric ? "number" : "words")], text: column.title)
                    }
                }
            }
        }
    }

    /// Reachable by keyboard, because it may have to be scrolled.
    private static func scrolling(_ html: inout HTMLWriter, label: String, _ body: (inout HTMLWriter) -> Void) {
        html.element("div", [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", label)], body)
    }
}
