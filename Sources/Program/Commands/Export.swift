internal import JSON
internal import Processes
internal import Storage

extension Command {
    /// Sets of cases from what the trial has shown.
    static let export = Command(
        "export", operands: "WORKLOAD", summary: "Writes a training set, or a labelled regression set, from what the trial has shown",
        details: """
            --for fine-tuning: chat JSONL as OpenAI and Azure take it, {"messages":[…],"tools":[…]}. The answer to learn is the gold answer
              where there is one, else production's; what the candidate lost comes first. Left out, and counted: pairs in which production
              disagreed with itself or is known to be wrong, where no gold answer says what is right. A tenth of the conversations is held
              out, in FILE.held-out.jsonl: no conversation and no question is in both. Both services ask for at least 10 examples and
              files under 512 MB. Azure's page also asks for a byte-order mark: sed -i '1s/^/\\xef\\xbb\\xbf/' FILE.jsonl
            --for evals: one case a line, {"id","called_at","request","label","label_by","segment","failure_mode",…}, where a gold answer
              or a person says what is right, one of each failure mode in turn. labels import takes such a file: each case's label goes to every
              call that asked the same.
            What was asked alike is one case. The files hold your traffic: they are written whole or not at all, for you alone (0600).
            """,
        options: [
            .value("for", "PURPOSE", "fine-tuning or evals"), .value("output", short: "o", "FILE.jsonl", "the file to write"),
            .value("limit", "N", "at most so many cases"), .value("candidate", "NAME", "only this candidate's trial"),
            .value("trial", "ID", "this trial, ended or not"), .flag("json", "say what was written as JSON"),
        ]
    ) { arguments in
        let workload = try arguments.operands("the workload")[0]
        let word = try arguments.required("for", "what the set is for, fine-tuning or evals,")
        guard let purpose = ExportPurpose(rawValue: word) else {
            throw CommandError.usage("--for must be fine-tuning or evals, not \(word).")
        }
        let path = try arguments.required("output", "the file to write")
        let limit = try arguments["limit"].map { _ in try arguments.integer("limit", in: 1...100_000_000, default: 1) }
        // What cannot be written is said before anything is read.
        let main = try AtomicFile(path: path)
        let heldOut = purpose == .fineTuning ? try AtomicFile(path: ExportReport.heldOutPath(path)) : nil
        let outcome = try withConnection(arguments) { connection in
            let trials = try chosenTrials(workload, arguments, connection)
            let progress = Progress("looked at")
            defer { progress.end() }
            return try Exports(connection).write(purpose, trials: trials, limit: limit, progress: { progress.show($0) }) { line in
                try (line.isHeldOut ? heldOut ?? main : main).write(line.bytes)
            }
        }
        let report = ExportReport(outcome: outcome, purpose: purpose, workload: workload, path: path)
        guard outcome.written + outcome.heldOut > 0 else { throw CommandError.failed(report.nothing) }
        try heldOut?.commit()
        try main.commit()
        print(arguments.has("json") ? report.json.serialisedString() : report.text)
    }
}

/// What an export came to, as it is told.
private struct ExportReport {
    let outcome: ExportOutcome
    let purpose: ExportPurpose
    let workload: String
    let path: String

    /// Both services refuse files with fewer.
    private static let leastExamples = 10

    /// `cases.jsonl` → `cases.held-out.jsonl`.
    static func heldOutPath(_ path: String) -> String {
        let ending = ".jsonl"
        return path.hasSuffix(ending) ? path.dropLast(ending.count) + ".held-out" + ending : path + ".held-out"
    }

    private var heldOutPath: String { ExportReport.heldOutPath(path) }
    private var all: Int { outcome.written + outcome.heldOut }

    private var leftOut: [(words: String, pairs: Int)] {
        LeftOut.allCases.compactMap { reason in outcome.leftOut[reason].map { (reason.words, $0) } }
    }

    private var leftOutLine: String? {
        leftOut.isEmpty ? nil : "Left out: " + leftOut.map { "\($0.pairs) \($0.words)" }.joined(separator: ", ") + "."
    }

    var nothing: String {
        let why = leftOutLine.map { " \($0)" } ?? " It has no pairs."
        let advice =
            purpose == .evals ? " Bring gold answers (labels import), or judge pairs: understudy review \(workload)." : ""
        return "there is nothing to export of \(workload); no file was written.\(why)\(advice)"
    }

    var text: String {
        var lines: [String] = []
        switch purpose {
        case .fineTuning:
            lines.append("Wrote \(outcome.written) examples to \(path), and \(outcome.heldOut) held out to \(heldOutPath).")
            lines.append(
                "The answer to learn is the gold one in \(outcome.gold) and production's in \(all - outcome.gold); \(outcome.lost) are cases that the candidate lost."
            )
            if outcome.written < Self.leastExamples {
                lines.append("OpenAI and Azure take files of at least \(Self.leastExamples) examples: this has \(outcome.written).")
            }
        case .evals:
            lines.append("Wrote \(outcome.written) cases to \(path): \(modes).")
            lines.append(
                "The label is a gold answer in \(outcome.gold) and production's, found right by a person, in \(all - outcome.gold).")
        }
        if let leftOutLine { lines.append(leftOutLine) }
        if outcome.simulated > 0 {
            lines.append(
                "SIMULATED: production's answer came from a simulated model in \(outcome.simulated): good for trying this out, and for nothing else."
            )
        }
        return lines.joined(separator: "\n")
    }

    private var modes: String {
        outcome.modes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key.isEmpty ? "where both agree" : $0.key)" }.joined(separator: ", ")
    }

    var json: JSONValue {
        [
            "for": .string(purpose.rawValue), "file": .string(path), "written": JSONValue(outcome.written),
            "held_out_file": purpose == .fineTuning ? .string(heldOutPath) : .null, "held_out": JSONValue(outcome.heldOut),
            "lost": JSONValue(outcome.lost), "gold": JSONValue(outcome.gold), "simulated": JSONValue(outcome.simulated),
            "failure_modes": counts(outcome.modes.map { ($0.key.isEmpty ? "agreement" : $0.key, $0.value) }),
            "left_out": counts(outcome.leftOut.map { ($0.key.rawValue, $0.value) }),
        ]
    }

    private func counts(_ counts: [(String, Int)]) -> JSONValue {
        .object(counts.sorted { $0.0 < $1.0 }.map { JSONMember($0.0, JSONValue($0.1)) })
    }
}

extension LeftOut {
    fileprivate var words: String {
        switch self {
        case .notCompared: "not compared yet"
        case .noAnswer: "without a whole answer of production"
        case .unstable: "in which production disagreed with itself"
        case .refuted: "in which production is known to be wrong"
        case .unjudged: "that nobody has judged"
        case .duplicate: "that ask what another asks"
        case .notChat: "whose request is no chat of texts and pictures"
        case .unclearTarget: "whose gold answer is not one that this workload declares"
        case .beyondLimit: "beyond --limit"
        }
    }
}
