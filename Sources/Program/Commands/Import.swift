internal import Configuration
internal import Glibc
internal import Records
internal import Storage

extension Command {
    /// Recorded pairs.
    static let `import` = Command(
        "import", operands: "PAIRS.jsonl", summary: "Takes recorded pairs; contacts no model",
        details: """
            One JSON object a line: {"id":"1","called_at":"2026-11-16T08:00:00Z","request":{"messages":[…]},
              "production":{"output":"card_arrival","input_tokens":512,"output_tokens":4,"duration_ms":812.4},
              "candidate":{"output":"card_arrival",…},"label":"card_arrival"}
            An unknown key or a bad value is an error that names line and field, and nothing of the file is kept unless --skip-bad.
            The same id is stored once. FILE names workload, candidate, comparison and prices, as for enable. Further keys of a line:
              segment, conversation, turn, control (a leg), sampling_rate, control_rate, adjudication_probability, simulated, and
              "correct":"both|production_only|candidate_only|neither" instead of a label. Of a leg: status, error, tool_calls,
              finish_reason, model, cached_input_tokens, reasoning_tokens, ttft_ms, confidence, request_id.
            """,
        options: [
            .value("file", short: "f", "FILE", "the workload's settings, YAML"),
            .flag("skip-bad", "keep the good lines and list the bad ones"),
        ]
    ) { arguments in
        let pairs = try arguments.operands("the file of recorded pairs")[0]
        let settings = try WorkloadSettings.load(file: arguments.required("file", "the workload's settings"))
        try withConnection(arguments) { connection in
            let progress = Progress("imported")
            let outcome = try RecordedPairs(connection).store(
                file: pairs, settings: settings, skipBad: arguments.has("skip-bad"), at: now()
            ) { progress.show($0) }
            progress.end()
            for fault in outcome.faults.prefix(20) { writeToStandardError("\(fault)\n") }
            let bad = Set(outcome.faults.map(\.line)).count
            if bad > 0 { writeToStandardError("\(bad) lines were left out\n") }
            let known = outcome.alreadyThere > 0 ? ", \(outcome.alreadyThere) were there already" : ""
            print("Imported \(outcome.stored) pairs of \(settings.candidate.name) for \(settings.workload)\(known).")
            if let judge = settings.judge {
                print("A worker sends those that differ to the judge \(judge.model) at \(judge.url.authority): request and both answers.")
            }
        }
    }

    /// Labels.
    static let labels = Command(
        "labels", operands: "import WORKLOAD FILE.jsonl", summary: "Brings gold labels, or people's judgements, to pairs",
        details: """
            One JSON object a line: {"id":"…","label":"card_arrival"} or {"request_id":"chatcmpl-…","label":"card_arrival"}, where id is a pair's,
            a call's or an import's id and request_id the provider's id of production's answer. {"request_hash":"…",…} (explain shows it) or
            the request itself, {"request":{"messages":[…]},…}, means every call that asked the same, whatever the model; a file of
            export --for evals is such a file. A judgement instead of a label:
            {"id":"…","correct":"both|production_only|candidate_only|neither","who":"maria"}
            """
    ) { arguments in
        guard arguments.operands.first == "import" else { throw CommandError.usage("say what to do: labels import WORKLOAD FILE.jsonl.") }
        let words = try arguments.operands("import", "the workload", "the file of labels")
        try withConnection(arguments) { connection in
            let progress = Progress("labels read")
            let outcome = try Labels(connection).store(file: words[2], workload: words[1], at: now()) { progress.show($0) }
            progress.end()
            let calls = outcome.labelledCalls > outcome.stored ? " on \(outcome.labelledCalls) calls" : ""
            print(
                "Stored \(outcome.stored) labels for \(words[1])\(calls)\(outcome.unchanged > 0 ? ", \(outcome.unchanged) were known" : "")."
            )
            if !outcome.unmatched.isEmpty {
                let shown = outcome.unmatched.prefix(5).joined(separator: ", ")
                print("\(outcome.unmatched.count) name no pair that is stored: \(shown)\(outcome.unmatched.count > 5 ? ", …" : "").")
            }
        }
    }
}

/// A count that moves on a terminal, for work that takes longer than a moment; silent elsewhere.
final class Progress {
    private let what: String
    /// Whether there is a terminal to show it on.
    let shows: Bool
    private var shown = false

    init(_ what: String) {
        self.what = what
        shows = isatty(2) == 1
    }

    func show(_ count: Int) { show("\(count) \(what)") }

    /// A line of the caller's own in place of the last.
    func show(_ text: String) {
        guard shows else { return }
        shown = true
        writeToStandardError("\r\u{1B}[K\(text)")
    }

    func end() { if shown { writeToStandardError("\r\u{1B}[K") } }
}
