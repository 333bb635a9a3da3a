internal import Foundation
internal import Glibc
internal import Report
internal import Traffic
internal import Worker

extension Command {
    /// The report.
    static let report = Command(
        "report", operands: "WORKLOAD", summary: "Decides now and reports: switch, two-tier, don't switch, or not yet, and why",
        details: """
            With several candidates it ranks them. Reading it often costs no certainty: every look is part of the same test.
            --at and --week print an old report again as it was, also when its pairs are gone and labels were corrected since; only what
            its examples said goes with the pairs. Another version keeps its verdict, gates and figures and may word them otherwise.
            """,
        options: [
            .value("format", "FORMAT", "text (default), html, md or json"), .value("output", short: "o", "FILE", "write to a file"),
            .value("candidate", "NAME", "only this candidate's trial"), .value("trial", "ID", "this trial, ended or not"),
            .value("week", "YYYY-Www", "what it said of that week once it had ended, e.g. 2026-W47"),
            .value("at", "DATE", "what it said last by the end of that day, e.g. 2026-11-20, or by a moment such as 2026-11-20T08:00:00Z"),
        ]
    ) { arguments in
        let workload = try arguments.operands("the workload")[0]
        let name = arguments["format"] ?? "text"
        guard let format = ReportFormat(rawValue: name == "markdown" ? "md" : name) else {
            throw CommandError.usage("--format must be text, html, md or json, not \(name).")
        }
        let trial = try arguments["trial"].map { text in
            guard let trial = Identifier(text) else {
                throw CommandError.usage("--trial needs a trial's id, as understudy list --all shows it.")
            }
            return trial
        }
        let when = try moment(arguments)
        let report = try withConnection(arguments) { connection -> WorkloadReport in
            let maker = ReportMaker(connection)
            if let trial {
                return try when.map { try maker.earlierReport(trial: trial, $0) } ?? maker.report(trial: trial, at: now())
            }
            let candidate = arguments["candidate"]
            return try when.map { try maker.earlierReport(workload: workload, candidate: candidate, $0) }
                ?? maker.report(workload: workload, candidate: candidate, at: now())
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

    /// The moment of the past that is asked for; nil for now.
    private static func moment(_ arguments: Arguments) throws -> ReportMoment? {
        switch (arguments["at"], arguments["week"]) {
        case (nil, nil): return nil
        case (nil, let week?): return .weekBefore(monday: try mondayAfter(week))
        case (let text?, nil):
            if let moment = Timestamp(text) { return .at(moment) }
            guard Timestamp("\(text)T00:00:00Z") != nil else {
                throw CommandError.usage("--at needs a day such as 2026-11-20 or a moment such as 2026-11-20T08:00:00Z, not \(text).")
            }
            return .day(text)
        case (_?, _?): throw CommandError.usage("--at and --week both say when: give one of them.")
        }
    }

    /// The Monday that follows an ISO 8601 week, as a date.
    private static func mondayAfter(_ text: String) throws -> String {
        let parts = text.uppercased().split(separator: "-")
        guard parts.count == 2, parts[0].count == 4, let year = Int(parts[0]), parts[1].hasPrefix("W"),
            let week = Int(parts[1].dropFirst()),
            (1...53).contains(week)
        else {
            throw CommandError.usage("--week needs an ISO week such as 2026-W47, not \(text).")
        }
        // ISO 8601: week 1 holds 4 January; 1970-01-01 was a Thursday.
        let fourth = Timestamp.daysSinceEpoch(year: year, month: 1, day: 4)
        let monday = fourth - (fourth + 3) % 7 + week * 7
        return String(Timestamp(microseconds: Int64(monday) * 86_400_000_000).description.prefix(10))
    }
}
