public import Verdict

/// The forms that a report comes in; raw values as in `understudy report --format`.
public enum ReportFormat: String, Sendable, CaseIterable {
    case text, html
    case markdown = "md"
    case json
}

extension WorkloadReport {
    /// The report in one form. `width` (columns, 60 at least) and `colour` (ANSI) concern text only.
    public func rendered(as format: ReportFormat, width: Int = 100, colour: Bool = false) -> String {
        switch format {
        case .text:
            var text = TextReport(self, width: width, colour: colour)
            return text.text()
        case .markdown:
            var markdown = MarkdownReport(self)
            return markdown.text()
        case .json: return JSONReport(report: self).text()
        case .html: return HTMLReport(self).text()
        }
    }
}

extension WorkloadReport {
    /// The first screen as the report's text has it, a line each: what to do, why, and how sure that is; then what must be known first.
    public var firstScreen: [String] {
        let page = Page(leading)
        var lines = page.firstScreen
        if let ranking = Ranking(self) {
            lines[0] = ranking.title
            lines[1] = page.verdictLine(ranking.headline)
        }
        return lines + page.sentences.banners.map { "! \($0)" }
    }
}

extension Recommendation {
    /// As a report's headline begins: `NOT YET`.
    public var label: String { Sentences.label(self) }
}

extension ReportModel {
    /// This trial's report alone, in one form.
    public func rendered(as format: ReportFormat, width: Int = 100, colour: Bool = false) -> String {
        WorkloadReport([self]).rendered(as: format, width: width, colour: colour)
    }

    /// The five lines that say what to do, why, and how sure that is: title, headline with next action, impact, gates, what fails most.
    /// Below the headline stand a deadline and the way out of agreement mode, where there are.
    public var firstScreen: [String] { Page(self).firstScreen }

    /// The verdict in one sentence, beginning with its label.
    public var headline: String { Sentences(self).headline }

    /// Why the verdict is what it is, in one sentence.
    public var reason: String { Sentences(self).reason }

    /// One thing to do now; a command where it begins with `understudy `.
    public var nextAction: String { Sentences(self).nextAction }
}
