import Comparison
import Configuration
import Glibc
import JSON
import Postgres
import Spool
import Storage
import Testing
import Traffic
import Verdict

/// A store as `understudy demo` leaves it, in small: a recorded week of two candidates and one live disagreement, stored, compared and
/// looked at by the product's own code. What a query must answer follows from `cases`. Made once; tests only read it.
struct SeededTrials: Sendable {
    private static let made = Result { try SeededTrials() }
    static func shared() throws -> SeededTrials { try made.get() }

    static let recorded = "support-intents-recorded"
    static let live = "support-intents"
    static let unfit = "tiny-1b-sim"
    static let fit = "phi-4-sim"
    static let liveRequestID = "chatcmpl-live-1"

    /// How a recorded pair comes out.
    enum Outcome: Sendable, Equatable {
        /// Both give the gold label.
        case agree
        /// The candidate reads it as something else.
        case misread
        /// Production does, and the candidate is right.
        case corrected
        case timeout
        /// The right label, buried in a sentence.
        case verbose
        /// Production failed: incomparable.
        case productionDown

        var failureMode: String? {
            switch self {
            case .agree, .productionDown: nil
            case .misread, .corrected: "label_mismatch"
            case .timeout: "timeout"
            case .verbose: "verbose_label"
            }
        }
    }

    /// One recorded pair.
    struct Case: Sendable {
        var candidate: String
        var outcome: Outcome
        /// Days since the week began, and its number within the day.
        var day: Int
        var number: Int
        var calledAt: Timestamp
        /// Whether production gave the same when asked again; nil when it was not asked.
        var controlAgrees: Bool?

        var isComparable: Bool { outcome != .productionDown }
        var isDifferent: Bool { outcome.failureMode != nil }
        var turn: Int { outcome == .misread ? 2 : 1 }
        /// The second of two prompts.
        var hasNewPrompt: Bool { !number.isMultiple(of: 2) }
        var candidateMs: Double? { outcome == .timeout ? 30_000 : Double(100 + 10 * day + number) }
        var productionMs: Double { Double(800 + number) }
        var input: String {
            let text = "Message \(number) of day \(day)"
            return outcome == .misread ? text + String(repeating: " and more", count: 50) : text
        }
    }

    /// Dollars that every leg with an answer costs here.
    static let costs = (production: 0.001, candidate: 0.0001)

    private let url: String
    let cases: [Case]
    /// The midnight that ends the week. The page's queries reach back from now, so the week lies just behind.
    let end: Timestamp

    private init() throws {
        let store = try StoreFixture()
        url = store.url
        end = Timestamp(microseconds: Int64(time(nil)) / 86_400 * 86_400_000_000)
        let beginning = end.adding(seconds: -7 * Moments.day)
        let days: [(String, [Outcome])] = [
            (Self.unfit, [.agree, .agree, .agree, .agree, .agree, .misread, .corrected, .timeout, .verbose]),
            (Self.fit, [.agree, .agree, .agree, .agree, .agree, .agree, .agree, .agree, .misread]),
        ]
        var cases: [Case] = []
        for (candidate, outcomes) in days {
            for day in 0..<7 {
                let here = day == 3 && candidate == Self.unfit ? outcomes + [.productionDown] : outcomes
                for (number, outcome) in here.enumerated() {
                    let seconds = Double(day) * Moments.day + Double(number + 8) * Moments.hour
                    cases.append(
                        Case(
                            candidate: candidate, outcome: outcome, day: day, number: number, calledAt: beginning.adding(seconds: seconds),
                            controlAgrees: number == 0 ? true : number == 1 && day < 3 ? false : nil))
                }
            }
        }
        self.cases = cases
        for candidate in [Self.unfit, Self.fit] { try importWeek(of: candidate, into: store) }
        try mirrorOneCall(into: store)
        try compareAll(in: store)
        _ = try Summaries(store.connection).refreshLatency()
        for trial in try store.registry.trials() {
            _ = try Looks(store.connection).take(
                trial: trial.id, at: end.adding(seconds: 60), decide: { Verdict.look(at: $0, after: $1) },
                reason: { $0.decision.recommendation.rawValue })
        }
    }

    /// The cases of a candidate.
    func cases(of candidate: String) -> [Case] { cases.filter { $0.candidate == candidate } }

    /// A session of the database's owner, or of another login.
    func session(as login: String? = nil, options: [String: String] = [:]) throws -> PostgresConnection {
        try PostgresConnection(url: login.map { "\(url)&user=\($0)" } ?? url, applicationName: "tests", options: options)
    }

    /// A session of the analyst.
    func analyst() throws -> PostgresConnection {
        try session(options: ["role": "understudy_analyst", "search_path": "understudy"])
    }

    /// The calendar day of the week's day.
    func date(_ day: Int) -> String { String(end.adding(seconds: Double(day - 7) * Moments.day).description.prefix(10)) }

    // MARK: - How it comes into the store

    private func importWeek(of candidate: String, into store: StoreFixture) throws {
        let settings = try labelSettings(workload: Self.recorded, candidate: candidate) { $0.trial.candidates = 2 }
        let outcome = try RecordedPairs(store.connection).store(
            lines: RecordedLines.file(cases(of: candidate).map(line)), name: "week.jsonl", settings: settings, at: end)
        #expect(outcome.stored == cases(of: candidate).count)
    }

    private func line(_ pair: Case) -> JSONValue {
        let gold = pair.outcome == .corrected ? "lost_card" : pair.outcome == .verbose ? "transfer_failed" : "card_arrival"
        let production = pair.outcome == .corrected ? "card_arrival" : gold
        var line: JSONValue = [
            "id": .string("\(pair.day)-\(pair.number)"), "called_at": .string(pair.calledAt.description), "label": .string(gold),
            "turn": JSONValue(pair.turn), "control_rate": 0.1, "simulated": true,
            "request": [
                "messages": [
                    ["role": "system", "content": .string(pair.hasNewPrompt ? "Which intent is it?" : "Name the intent.")],
                    ["role": "user", "content": .string(pair.input)],
                ]
            ],
            "production": leg(production, milliseconds: pair.productionMs),
            "candidate": leg("card_arrival", milliseconds: pair.candidateMs ?? 0),
        ]
        switch pair.outcome {
        case .agree: break
        case .misread, .corrected: line["candidate"]?["output"] = "lost_card"
        case .timeout: line["candidate"] = ["error": "timeout", "duration_ms": 30_000]
        case .verbose: line["candidate"]?["output"] = "The intent is transfer_failed."
        case .productionDown: line["production"] = ["status": 500, "error": "server_error", "duration_ms": 5]
        }
        if let agrees = pair.controlAgrees {
            line["control"] = leg(agrees ? production : "transfer_failed", milliseconds: pair.productionMs)
        }
        return line
    }

    private func leg(_ output: String, milliseconds: Double) -> JSONValue {
        [
            "status": 200, "output": .string(output), "finish_reason": "stop", "model": "frontier-sim", "input_tokens": 200,
            "output_tokens": 4, "duration_ms": JSONValue(milliseconds), "confidence": 0.9,
        ]
    }

    private func mirrorOneCall(into store: StoreFixture) throws {
        let called = end.adding(seconds: -Moments.hour)
        let trial = try store.registry.enable(
            try labelSettings(workload: Self.live, candidate: Self.fit), at: called.adding(seconds: -Moments.minute)
        ).trial
        let sent = traffic(
            trial, at: called, production: answer("card_arrival", requestID: Self.liveRequestID), candidate: answer("lost_card"),
            control: answer("card_arrival"))
        let counts: [(CoverageStage, String, Int)] = [
            (.calls, "", 1000), (.sampled, "", 5), (.shed, "queue_full", 4), (.skipped, "retry", 2),
        ]
        let deltas = counts.map {
            CoverageDelta(workload: Self.live, trial: trial.id, stage: $0.0, reason: $0.1, at: called, count: $0.2)
        }
        try store.ship([sent].records + [.coverage(deltas)])
    }

    private func compareAll(in store: StoreFixture) throws {
        while let batch = try store.queue.claim() {
            let comparator = Comparator(batch.trial.settings.compare)
            let compared = batch.pairs.map { claimed in
                let legs = ComparedAnswers(
                    production: claimed.call.production, candidate: claimed.pair.candidate, control: claimed.call.control)
                let costs = PairCosts(
                    production: legs.production.failure == nil ? Self.costs.production : nil,
                    candidate: legs.candidate.failure == nil ? Self.costs.candidate : nil,
                    control: legs.control.map { _ in Self.costs.production })
                return ComparedPair(pair: claimed.pair.id, finding: comparator.compare(legs, label: claimed.label), costs: costs)
            }
            #expect(try store.queue.store(batch, compared, comparatorVersion: Comparator.version, at: end))
        }
    }
}

/// A page in Markdown, for the SQL and the tables that it promises.
struct MarkdownPage {
    private let lines: [Substring]

    init(_ text: String) { lines = text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The lines below a heading that begins so, up to the next heading of any level.
    func section(_ heading: String) -> MarkdownPage? {
        guard let start = lines.firstIndex(where: { $0.hasPrefix(heading) }) else { return nil }
        let body = lines[(start + 1)...]
        // A comment within SQL would be `--`: no line of it begins with #.
        return MarkdownPage(body.prefix { !$0.hasPrefix("#") }.joined(separator: "\n"))
    }

    /// The SQL blocks in order.
    var sql: [String] {
        var blocks: [String] = []
        var open: [Substring]?
        for line in lines {
            let text = line.drop { $0 == " " }
            if let block = open, text == "```" {
                blocks.append(block.joined(separator: "\n"))
                open = nil
            } else if text == "```sql" {
                open = []
            } else {
                open?.append(line)
            }
        }
        return blocks
    }

    /// The rows of its tables that begin with a name in backticks.
    var namedRows: [(name: String, meaning: String)] {
        lines.compactMap { line in
            guard line.hasPrefix("| `") else { return nil }
            let cells = line.split(separator: "|", maxSplits: 1).map(String.init)
            guard let row = cells.first, let close = row.dropFirst(2).firstIndex(of: "`") else { return nil }
            let meaning = cells[1].drop { $0 == " " }.dropLast(2)
            return (String(row[row.index(row.startIndex, offsetBy: 2)..<close]), String(meaning))
        }
    }
}
