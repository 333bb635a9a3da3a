internal import Glibc
internal import Postgres
internal import Processes
internal import Report
internal import Storage
internal import Traffic
internal import Verdict

extension Command {
    /// The terminal's review queue.
    static let review = Command(
        "review", operands: "WORKLOAD", summary: "Judges disagreements: two answers side by side, one key each, models hidden",
        details: """
            Serves the pairs that were drawn for judging, oldest first, then those of the audit (they agree by a tolerance or a model judge alone)
            in the order of their draw, then the others that differ, marked unplanned. Which model stands left is drawn anew for every pair. Each
            answer is stored at once, so that q, Ctrl-C or a lost connection loses nothing; u takes the last answer back. Several people may
            review at once: a pair lies before one of them at a time, for some minutes.
            Keys: 1 only left is right, 2 only right is right, b both, n neither, s skip, u undo, i input, l labels, m whole answers, q quit.
            Without a terminal, or with --json, it reads a line an order: one of these keys, or left, right, both, neither, skip, undo, quit.
            """,
        options: [
            .value("who", "NAME", "whose judgement it is (default $USER)"), .value("candidate", "NAME", "only this candidate's trial"),
            .value("trial", "ID", "this trial, ended or not"), .value("pair", "ID", "this pair alone, also one that is judged already"),
            .flag("json", "one JSON object a line, for a program"),
        ]
    ) { arguments in
        let workload = try arguments.operands("the workload")[0]
        let who = try reviewer(arguments)
        let only = try arguments["pair"].map { text in
            guard let id = Identifier(text) else { throw CommandError.usage("--pair needs a pair's id, as report and explain show it.") }
            return id
        }
        try withConnection(arguments) { connection in
            let trials = try chosenTrials(workload, arguments, connection)
            let desk = ReviewDesk(connection, workload: workload, trials: trials, who: who, outlook: try outlook(of: trials, connection))
            defer { desk.close() }
            if let only, try !desk.open(only) {
                throw CommandError.failed(
                    "pair \(only) cannot be judged for \(workload): it is not there, belongs to another trial, or production gave no answer."
                )
            }
            try run(desk, once: only != nil, asJSON: arguments.has("json"))
        }
    }

    private static func run(_ desk: ReviewDesk, once: Bool, asJSON: Bool) throws {
        guard RawTerminal.isThere, !asJSON else {
            let lines = ReviewLines(desk: desk, asJSON: asJSON, width: 100, read: { readLine(strippingNewline: true) }, write: announce)
            return try lines.run(once: once)
        }
        // The terminal is put back before anything else is said.
        let ending = try {
            let terminal = try RawTerminal()
            defer { terminal.write("\n") }
            let colours = currentEnvironment()["NO_COLOR", default: ""].isEmpty
            return try ReviewScreen(desk: desk, terminal: terminal, colours: colours).run(once: once)
        }()
        print(ending.isEmpty ? "" : ending + "\n", terminator: "")
        print(ReviewText.summary(desk))
        if desk.judged > 0 { print("What it comes to: understudy report \(desk.workload)") }
    }

    private static func reviewer(_ arguments: Arguments) throws -> String {
        let name = arguments["who"] ?? currentEnvironment()["USER"].flatMap { $0.isEmpty ? nil : $0 } ?? SystemUser.current.name
        guard !name.isEmpty, name.count <= 80, !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw CommandError.usage("--who must be a name of at most 80 characters.")
        }
        return name
    }

    /// What the last look of the only trial said about how many judgements are still needed; no look is taken for it.
    private static func outlook(of trials: [StoredTrial], _ connection: PostgresConnection) throws -> String? {
        guard trials.count == 1, let stored = try Looks(connection).latest(trial: trials[0].id) else { return nil }
        let look = stored.said(orDecide: Verdict.look)
        guard let forecast = look.forecast, forecast.gate == .quality, let more = forecast.adjudications, more > 0 else { return nil }
        return "at the last look about \(more) more would decide"
    }
}

/// The trials that a command works on: the one that `--trial` names, else those that the workload's name means.
func chosenTrials(_ workload: String, _ arguments: Arguments, _ connection: PostgresConnection) throws -> [StoredTrial] {
    let registry = Registry(connection)
    if let text = arguments["trial"] {
        guard let id = Identifier(text) else {
            throw CommandError.usage("--trial needs a trial's id, as understudy list --all shows it.")
        }
        guard let trial = try registry.trial(id), trial.workload == workload else {
            throw CommandError.failed("\(workload) has no trial \(id); understudy list --all shows those there are.")
        }
        return [trial]
    }
    let trials = try registry.trialsInQuestion(workload: workload, candidate: arguments["candidate"])
    guard trials.isEmpty else { return trials }
    let known = try Set(registry.trials(includingEnded: true).map(\.workload)).sorted()
    let named = arguments["candidate"].map { " with the candidate \($0)" } ?? ""
    throw CommandError.failed(
        "there is no trial of \(workload)\(named)."
            + (known.isEmpty ? " Start with understudy enable or import." : " Known: \(known.joined(separator: ", "))."))
}
