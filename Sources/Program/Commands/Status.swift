internal import Configuration
internal import EmbeddedPostgres
internal import JSON
internal import Postgres
internal import Processes
internal import Spool
internal import Storage
internal import Traffic

extension Command {
    /// How far a workload's trials are.
    static let status = Command(
        "status", operands: "WORKLOAD", summary: "Says how many calls were seen, sampled, paired and compared, and what was dropped",
        options: [
            .value("candidate", "NAME", "only this candidate's trial"),
            .flag("json", "as JSON (an object, or a list with several candidates)"),
        ]
    ) { arguments in
        let workload = try arguments.operands("the workload")[0]
        try withConnection(arguments) { connection in
            let statuses = try StatusReader(connection).status(workload: workload).filter {
                arguments["candidate"] == nil || $0.trial.candidate == arguments["candidate"]
            }
            guard !statuses.isEmpty else {
                let known = try Set(Registry(connection).trials(includingEnded: true).map(\.workload)).sorted()
                throw CommandError.failed(
                    "there is no trial of \(workload)."
                        + (known.isEmpty ? " Start one with understudy enable -f FILE." : " Known: \(known.joined(separator: ", "))."))
            }
            let spooled = try spooledPairs(arguments, connection)
            let undelivered = try Deliveries(connection).troubles(workload: workload, at: now())
            let notes = try Heartbeats(connection).all(seenSince: now().adding(seconds: -15)).compactMap(\.warning)
            let feedback = try Feedback(connection).counts(workload: workload)
            let reports = statuses.map {
                StatusReport(status: $0, spooled: spooled, feedback: feedback, undelivered: undelivered, notes: notes)
            }
            if arguments.has("json") {
                let list = reports.map(\.json)
                print((list.count == 1 ? list[0] : .array(list)).serialisedString())
            } else {
                print(reports.map(\.text).joined(separator: "\n\n"))
            }
        }
    }

    /// Pairs that are written and not shipped: counted in the spools of this machine where they are here, else as the mirrors last said.
    private static func spooledPairs(_ arguments: Arguments, _ connection: PostgresConnection) throws -> Int {
        let folder = DatabaseOptions.dataFolder(arguments)
        if FileSystem.isFolder(folder.spool) {
            let shipper = Shipper(connection)
            return try SpoolBacklog(root: folder.spool) { try shipper.position(ofSpool: $0) }.pairs
        }
        return try Heartbeats(connection).all(seenSince: now().adding(seconds: -15)).map(\.spooledRecords).reduce(0, +)
    }
}

/// One trial's status, as text and as JSON.
private struct StatusReport {
    let status: TrialStatus
    let spooled: Int
    let feedback: FeedbackCounts
    let undelivered: [DeliveryTrouble]
    /// What running processes have to say.
    let notes: [String]

    private var warnings: [String] {
        var warnings: [String] = []
        // What the open breaker kept away is no gap in the evidence: those are pairs in which the candidate failed.
        let refused = status.shed["circuit_open"] ?? 0
        let dropped = status.shed.values.reduce(0, +) - refused
        if status.sampled > 0, Double(dropped) > 0.05 * Double(status.sampled) {
            warnings.append(
                "\(dropped) of \(status.sampled) sampled calls were dropped: over 5 %, the evidence gate stays open. Reasons: \(reasons(status.shed.filter { $0.key != "circuit_open" }))."
            )
        }
        if refused > 0 {
            warnings.append("the candidate failed so often that \(refused) calls were not sent to it; each counts as its failure.")
        }
        if status.calls >= 20, status.paired == 0, spooled == 0, status.trial.state == .running {
            warnings.append(
                "calls arrive and no pair does: \(status.sampled == 0 ? "none was sampled; is match.paths right?" : "see the shed reasons and the mirror's log")."
            )
        }
        if status.setAside > 0 {
            warnings.append("\(status.setAside) records could not be stored or compared; see understudy_store.set_aside.")
        }
        if let lost = feedback.outcomes["turned_away"], lost > 0 {
            warnings.append("\(lost) lines of feedback were turned away because \(Feedback.mostWaiting) waited for their calls already.")
        }
        if status.waiting > 10_000 { warnings.append("\(status.waiting) pairs wait for a worker; start another with understudy worker.") }
        return warnings + notes + undelivered.map(words)
    }

    private func words(_ trouble: DeliveryTrouble) -> String {
        let isWeek = trouble.kind == "week"
        let report = isWeek ? "the report of week \(trouble.occasion)" : "the report of a changed verdict"
        let (taken, option) = trouble.outlet == .folder ? ("written", "--report-folder") : ("posted", "--webhook-file")
        let instead = "Read it with understudy report \(status.trial.workload)\(isWeek ? " --week \(trouble.occasion)" : "")."
        let note = trouble.note ?? "no reason was noted"
        let why = note.hasSuffix(".") ? String(note.dropLast()) : note
        switch trouble.state {
        case .waiting where trouble.attempts == 0: return "\(report) waits to be \(taken): no worker with \(option) is at work."
        case .waiting:
            return "\(report) could not be \(taken) yet, attempt \(trouble.attempts): \(why). It is tried again at \(trouble.dueAt)."
        case .failed: return "\(report) was not \(taken) in \(trouble.attempts) attempts, the last: \(why). \(instead)"
        case .unknown: return "it is not known whether \(report) was \(taken), so it is not sent again: \(why). \(instead)"
        }
    }

    private func reasons(_ shed: [String: Int]) -> String {
        shed.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    var json: JSONValue {
        let trial = status.trial
        func object(_ counts: [String: Int]) -> JSONValue {
            .object(counts.sorted { $0.key < $1.key }.map { JSONMember($0.key, JSONValue($0.value)) })
        }
        var json: JSONValue = [
            "workload": JSONValue(trial.workload), "trial": JSONValue(trial.id.description), "candidate": JSONValue(trial.candidate),
            "source": JSONValue(trial.source.rawValue), "simulated": JSONValue(trial.simulated), "state": JSONValue(trial.state.rawValue),
            "day": JSONValue(status.day), "calls": JSONValue(status.calls), "sampled": JSONValue(status.sampled),
            "paired": JSONValue(status.paired),
            "compared": JSONValue(status.compared), "spooled": JSONValue(spooled), "shed": object(status.shed),
            "control_skipped": object(status.controlSkipped), "feedback": feedbackJSON,
            "warnings": .array(warnings.map { JSONValue($0) }),
        ]
        json["awaiting_judge"] = status.awaitingJudge.map { JSONValue($0) }
        return json
    }

    private var feedbackJSON: JSONValue {
        let outcomes = feedback.outcomes.sorted { $0.key < $1.key }.map { JSONMember($0.key, JSONValue($0.value)) }
        return .object([JSONMember("waiting", JSONValue(feedback.waiting))] + outcomes)
    }

    /// Of the whole workload; nil where none came.
    private var feedbackRow: [String]? {
        guard !feedback.outcomes.isEmpty else { return nil }
        let outcomes = feedback.outcomes.sorted { $0.key < $1.key }.map { "\($0.key.replacing("_", with: " ")) \($0.value)" }
        return ["feedback", (["waiting \(feedback.waiting)"] + outcomes).joined(separator: ", ")]
    }

    var text: String {
        let trial = status.trial
        let rows =
            [
                ["calls", "\(status.calls)"], ["sampled", "\(status.sampled)"], ["paired", "\(status.paired)"],
                ["compared", "\(status.compared)"],
                ["spooled", "\(spooled)"], ["shed", status.shed.isEmpty ? "0" : reasons(status.shed)],
            ] + (status.controlSkipped.isEmpty ? [] : [["control skipped", reasons(status.controlSkipped)]])
            + (status.awaitingJudge.map { [["awaiting judge", "\($0)"]] } ?? [])
        let head =
            "\(trial.workload) · \(trial.candidate)\(trial.simulated ? " (simulated)" : "") · \(trial.source.rawValue) · \(trial.state.rawValue), day \(status.day) of \(trial.settings.trial.days)"
        return ([head, table(rows + [feedbackRow].compactMap { $0 })] + warnings.map { "warning: \($0)" }).joined(separator: "\n")
    }
}
