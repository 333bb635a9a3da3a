internal import Configuration
internal import Mirror
internal import ModelAPI
internal import Postgres
internal import Records
internal import Storage
internal import Synchronization
internal import Traffic

extension Command {
    /// Recorded calls, asked again.
    static let replay = Command(
        "replay", operands: "CALLS.jsonl", summary: "Asks the candidate, or both models, what was recorded, and keeps the pairs",
        details: """
            --ask candidate (the default): production's answers are in the file, and the candidate is asked now. --ask both: the file is
            an evaluation set, and both are asked now, each call at the same moment. CALLS.jsonl holds a record a line, a list of them, or a page
            of an API, in any of these forms:
              our own: the lines of import, of which candidate is not needed, and what export --for evals writes
              request logs: {"id":"1","called_at":"2026-11-16T08:00:00Z","request":{"messages":[…]},"response":{"choices":[…]},"duration_ms":812}
              OpenAI: the batch API's input and output lines, joined by custom_id; stored completions with their messages
              LiteLLM: its logging payload, or rows of its spend logs
              Langfuse: observations of type GENERATION, from its pages, its API or its blob export
            Every fault is named by line and field before anybody is asked, and nobody is asked then, unless --skip-bad.
            Keys come from where FILE says: candidate.key, and production.key with --ask both. candidate.limits holds: concurrency, timeout
            (also production's), per_day, calls_per_minute. What was answered is stored at once: started again after whatever end, the same
            command asks only for what is missing. Pairs form a trial of their own, and the report says REPLAYED. With --ask candidate
            production's timings were taken elsewhere, so latency is shown and decides nothing.
            """,
        options: [
            .value("file", short: "f", "FILE", "the workload's settings, YAML"), .value("ask", "MODELS", "candidate (default) or both"),
            .value("rate", "N/s", "begin at most so many calls a second (N/m, N/h)"),
            .flag("skip-bad", "replay the good records and list the bad ones"),
        ]
    ) { arguments in
        let path = try arguments.operands("the file of recorded calls")[0]
        let word = arguments["ask"] ?? AskedModels.candidate.rawValue
        guard let asking = AskedModels(rawValue: word) else { throw CommandError.usage("--ask must be candidate or both, not \(word).") }
        let perSecond = try arguments["rate"].map(ReplayRate.perSecond)
        let settings = try WorkloadSettings.load(file: arguments.required("file", "the workload's settings"))
        let keys = try ReplayKeys(settings, asking: asking)
        let file = try CallFile(path: path, asking: asking, comparedAs: settings.compare.kind)
        try ReplayFaults(file, path: path).check(skipBad: arguments.has("skip-bad"))
        let outcome = try withConnection(arguments) { connection in
            holdEndSignals()
            return try ReplayRun(
                file, settings: settings, asking: asking, keys: keys, perSecond: perSecond, connection: connection
            ).run()
        }
        print(outcome.text(settings, asking))
        if let trouble = outcome.trouble(settings) { throw CommandError.failed(trouble) }
    }
}

/// A pace as `--rate` says it.
enum ReplayRate {
    static func perSecond(_ text: String) throws -> Double {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let seconds = ["s": 1.0, "m": 60, "h": 3600]
        guard parts.count == 2, let unit = seconds[String(parts[1])], let number = Double(parts[0]), number > 0, number.isFinite,
            number / unit <= 1e6, number / unit >= 1e-4
        else { throw CommandError.usage("--rate must be like 5/s, 90/m or 1000/h, not \(text).") }
        return number / unit
    }
}

/// The keys that a replay needs, as they were found. Never stored.
struct ReplayKeys {
    var candidate: String?
    var production: String?

    init(_ settings: WorkloadSettings, asking: AskedModels) throws {
        candidate = try ReplayKeys.find(settings.candidate.key, "candidate.key")
        if asking == .both { production = try ReplayKeys.find(settings.production.key, "production.key") }
    }

    private static func find(_ reference: KeyReference?, _ name: String) throws -> String? {
        switch FoundKey(reference, environment: currentEnvironment()) {
        case .notNeeded: return nil
        case .found(let key): return key
        case .missing(let place): throw CommandError.failed("\(name) is to be in \(place), and is not there.")
        }
    }
}

/// What is wrong with a file of calls, told before anybody is asked.
struct ReplayFaults {
    private static let shown = 20
    let file: CallFile
    let path: String

    init(_ file: CallFile, path: String) {
        self.file = file
        self.path = path
    }

    func check(skipBad: Bool) throws {
        for fault in file.faults.prefix(ReplayFaults.shown) { writeToStandardError("\(path): \(fault)\n") }
        let bad = Set(file.faults.map(\.line)).count
        if file.faults.count > ReplayFaults.shown {
            writeToStandardError("\(path): and \(file.faults.count - ReplayFaults.shown) faults more\n")
        }
        if bad > 0, !skipBad {
            throw CommandError.failed(
                "nobody was asked: correct the \(bad == 1 ? "record" : "\(bad) records"), or leave them out with --skip-bad.")
        }
        if bad > 0 { writeToStandardError("\(bad == 1 ? "1 record was" : "\(bad) records were") left out\n") }
        for (reason, count) in file.skipped.sorted(by: { $0.key < $1.key }) {
            writeToStandardError("\(count == 1 ? "1 record is" : "\(count) records are") not asked again: \(reason)\n")
        }
        guard !file.entries.isEmpty else { throw CommandError.failed("\(path) holds no call that can be asked.") }
    }
}

/// What a replay came to.
struct ReplayOutcome {
    var stored = 0
    var alreadyThere = 0
    /// Calls that are left.
    var left = 0
    /// Answered by failures only since the last good answer, and so not kept.
    var discarded = 0
    var stop: ReplayDesk.Stop?
    var seconds = 0.0

    func text(_ settings: WorkloadSettings, _ asking: AskedModels) -> String {
        let whom = asking == .both ? "production and \(settings.candidate.name)" : settings.candidate.name
        var parts = ["Replayed \(stored) calls of \(settings.workload) to \(whom)"]
        if alreadyThere > 0 { parts.append("\(alreadyThere) were stored already") }
        if left > 0 { parts.append("\(left) are left") }
        var text = parts.joined(separator: ", ") + "."
        if asking == .candidate, stored + alreadyThere > 0 {
            text += " Production's timings were taken elsewhere: the report compares no latency."
        }
        return text + " Read: understudy report \(settings.workload)"
    }

    /// Why calls are left, and what to do; nil when none are.
    func trouble(_ settings: WorkloadSettings) -> String? {
        let again = "the same command goes on where this one ended"
        switch stop {
        case nil, .asked?: return left > 0 ? "stopped as asked; \(again)." : nil
        case .dailyBudget?:
            return "candidate.limits.per_day is used up: \(again), tomorrow or with a higher limit."
        case .failing(let role, let error)?:
            let model = role == .candidate ? "the candidate at \(settings.candidate.url)" : "production at \(settings.production.url)"
            let kept = discarded > 0 ? "; the \(discarded) failures since the last good answer were not kept" : ""
            return "most calls to \(model) fail (\(error.rawValue))\(kept). Mend it, check its key; \(again)."
        }
    }
}
