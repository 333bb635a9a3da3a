internal import Report
internal import Storage
internal import Verdict

/// A report's short form as a message: why it comes, the first screen, and where the rest is.
struct ReportMessage {
    /// For Slack and what speaks like it: `&`, `<` and `>` are entities, so that no name in it becomes a link or calls anybody.
    let text: String

    init(_ report: WorkloadReport, _ delivery: ReportDelivery) {
        let (why, when): (String, String) =
            switch delivery.occasion {
            case .week(let week): ("Weekly report, \(week).", "--week \(week)")
            case .verdict(_, let before, let now):
                ("The verdict changed: \(before.label) → \(now.label).", "--at \(report.reports.map(\.trial.asOf).max()!)")
            }
        let lines = [why] + report.firstScreen + ["All of it: understudy report \(delivery.workload) \(when)"]
        text = lines.joined(separator: "\n").replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
