internal import Foundation
internal import Glibc
internal import Report
internal import Traffic
internal import Worker

extension Command {
    /// The report.
    static let report = Command(
        "report", operands: "WORKLOAD", summary: "Decides now and reports: switch, two-tier, don't switch, or not yet, and why",
        details: "With several candidates it ranks them. Reading it often costs no certainty: every look is part of the same test.",
        options: [
            .value("format", "FORMAT", "text (default), html, md or json"), .value("output", short: "o", "FILE", "write to a file"),
            .value("candidate", "NAME", "only this candidate's trial"), .value("trial", "ID", "this trial, ended or not"),
            .value("week", "YYYY-Www", "what it said at the end of that week, e.g. 2026-W47"),
        ]
    ) { arguments in
        let workload = try arguments.operands("the workload")[0]
        let name = arguments["format"] ?? "text"
        guard let format = ReportFormat(rawValue: name == "markdown" ? "md" : name) else {
            throw CommandError.usage("--format must be text, html, md or json, not \(name).")
        }
        let report = try withConnection(arguments) { connection -> WorkloadReport in
            let maker = ReportMaker(connection)
            if let text = arguments["trial"] {
                guard let trial = Identifier(text) else {
                    throw CommandError.usage("--trial needs a trial's id, as understudy list --all shows it.")
                }
                return try maker.report(trial: trial, at: now())
            }
            if let week = arguments["week"] {
                return try maker.earlierReport(workload: workload, candidate: arguments["candidate"], before: endOfWeek(week))
            }
            return try maker.report(workload: workload, candidate: arguments["candidate"], at: now())
        }
        let colours = format == .text && arguments["output"] == nil && isatty(1) == 1
        let text = report.rendered(as: format, colour: colours)
        guard let path = arguments["output"] else {
            print(text, terminator: text.hasSuffix("\n") ? "" : "\n")
            return
        }
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) else {
            throw CommandError.failed("cannot write \(path).")
        }
    }

    /// The moment after an ISO 8601 week: the Monday that follows it, 00:00 UTC.
    private static func endOfWeek(_ text: String) throws -> Timestamp {
        let parts = text.uppercased().split(separator: "-")
        guard parts.count == 2, let year = Int(parts[0]), parts[1].hasPrefix("W"), let week = Int(parts[1].dropFirst()),
            (1...53).contains(week)
        else {
            throw CommandError.usage("--week needs an ISO week such as 2026-W47, not \(text).")
        }
        // ISO 8601: week 1 holds 4 January; 1970-01-01 was a Thursday.
        let fourth = Timestamp.daysSinceEpoch(year: year, month: 1, day: 4)
        let monday = fourth - (fourth + 3) % 7
        return Timestamp(microseconds: Int64(monday + week * 7) * 86_400_000_000)
    }
}
