internal import Configuration
internal import Glibc
internal import Postgres
internal import Processes
internal import Report
internal import Storage
internal import Traffic

extension Command {
    /// One pair, with all that is known about it.
    static let explain = Command(
        "explain", operands: "PAIR", summary: "Shows one pair: both answers, what differs and by which rule, who was right",
        details: """
            PAIR is a pair's id as report, page and views show it; a call's id, an imported id or a provider's (chatcmpl-…) will do where
            it means one pair.
            """,
        options: [.flag("json", "as JSON")]
    ) { arguments in
        let name = try arguments.operands("the pair")[0]
        try withConnection(arguments) { connection in
            let account = try PairAccount.read(try pair(named: name, connection), on: connection)
            if arguments.has("json") {
                print(TerminalLayout.json(account.json()))
                return
            }
            let isTerminal = isatty(1) == 1
            let style = TerminalStyle(colours: isTerminal && currentEnvironment()["NO_COLOR", default: ""].isEmpty, positions: isTerminal)
            print(account.explanation(width: isTerminal ? min(160, RawTerminal.size.columns) : 100, style: style), terminator: "")
        }
    }

    private static func pair(named name: String, _ connection: PostgresConnection) throws -> Identifier {
        let found = try PairReader(connection).pairs(named: name)
        if let id = Identifier(name), found.contains(id) { return id }
        if found.count == 1 { return found[0] }
        guard found.isEmpty else {
            throw CommandError.failed(
                "\(found.count) pairs have this name; say which: \(found.map(\.description).joined(separator: ", ")).")
        }
        throw CommandError.failed(
            "there is no pair \(name). understudy sql \"select pair_id from disagreements limit 20\" shows some; pruned pairs are gone.")
    }
}

extension PairAccount {
    /// Reads all that is known about a pair.
    static func read(_ id: Identifier, on connection: PostgresConnection) throws -> PairAccount {
        let reader = PairReader(connection)
        guard let stored = try reader.pair(id) else {
            throw CommandError.failed("pair \(id) cannot be read: its call has not arrived yet, or it was pruned.")
        }
        let history = try reader.history(of: stored)
        return PairAccount(
            candidateName: stored.trial.candidate, call: stored.claimed.call, pair: stored.claimed.pair, finding: stored.finding,
            declaredLabels: stored.trial.settings.compare.labels,
            costs: PairAccount.Costs(
                production: history.costs.production, candidate: history.costs.candidate, control: history.costs.control),
            requestHash: history.requestHash, inEvidence: history.inEvidence, consumed: history.consumed,
            goldAnswers: history.goldAnswers.map { GoldAnswer(label: $0.label, origin: $0.origin, saidAt: $0.saidAt) },
            judgements: history.judgements.map { Judgement(correct: $0.correct, who: $0.who, saidAt: $0.saidAt) })
    }
}
