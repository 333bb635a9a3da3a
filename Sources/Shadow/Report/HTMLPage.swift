internal import Statistics
internal import Traffic
internal import Verdict

/// Whole HTML documents in the report's style.
public enum HTMLPage {
    /// The start page: every workload with its verdicts. `link` gives the address of a workload's report.
    public static func list(_ reports: [WorkloadReport], link: (String) -> String) -> String {
        document(title: "Understudy") { html in
            html.element("header") { $0.element("h1", text: "Understudy") }
            html.element("main", [("id", "main")]) { html in
                if reports.isEmpty {
                    html.element("p", [("class", "lead")], text: "No trial yet. Enable one: understudy enable -f FILE")
                }
                for report in reports {
                    html.element("section", [("class", "candidate")]) { html in
                        html.element("h2") { html in
                            html.element("a", [("href", link(report.workload))], text: ForeignText.name(report.workload))
                        }
                        for model in report.reports { entry(&html, Sentences(model)) }
                    }
                }
            }
        }
    }

    /// A page that says one thing, such as an error.
    public static func message(title: String, text: String) -> String {
        document(title: title) { html in
            html.element("header") { $0.element("h1", text: title) }
            html.element("main", [("id", "main")]) { $0.element("p", [("class", "lead")], text: text) }
        }
    }

    private static func entry(_ html: inout HTMLWriter, _ sentences: Sentences) {
        html.element("p", [("class", "title")], text: sentences.title)
        HTMLReport.verdict(&html, sentences, headline: sentences.headline)
    }

    static func document(title: String, _ body: (inout HTMLWriter) -> Void) -> String {
        var html = HTMLWriter()
        html.verbatim("<!DOCTYPE html>\n")
        html.element("html", [("lang", "en")]) { html in
            html.element("head") { html in
                html.empty("meta", [("charset", "utf-8")])
                html.element("title", text: title)
                html.empty("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")])
                html.empty("meta", [("name", "color-scheme"), ("content", "light dark")])
                // Foreign text is escaped; this is the second lock: nothing is loaded, nothing runs.
                html.empty(
                    "meta",
                    [("http-equiv", "Content-Security-Policy"), ("content", "default-src 'none'; style-src 'unsafe-inline'")])
                html.element("style") { $0.verbatim(HTMLStyle.sheet) }
            }
            html.line()
            html.element("body") { html in
                html.element("a", [("class", "skip"), ("href", "#main")], text: "To the report")
                html.line()
                body(&html)
                html.line()
            }
        }
        html.line()
        return html.html
    }
}
