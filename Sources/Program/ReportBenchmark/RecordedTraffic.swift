internal import Configuration
internal import JSON
internal import Postgres
internal import Spool
internal import Storage
internal import Traffic

/// A week of label pairs under the names that the twelve questions use, half of them each of two candidates.
struct RecordedTraffic {
    static let workload = "support-intents-recorded"
    /// Question 12 looks for the newest call of the live workload, as somebody does who has just seen it in a log.
    private static let liveWorkload = "support-intents"
    private static let labels = (0..<20).map { "intent_\($0)" }
    private static let segments = ["web", "mail", "chat", "phone"]

    let count: Int
    let end: Timestamp

    /// A report's own figures, counted from the pairs.
    static let plainQueries = [
        ("how they came out", "SELECT candidate, agreement, count(*) FROM pairs WHERE workload = '\(workload)' GROUP BY 1, 2"),
        (
            "failure modes by segment",
            "SELECT candidate, failure_mode, segment, correct, count(*) FROM disagreements WHERE workload = '\(workload)' GROUP BY 1, 2, 3, 4"
        ),
        (
            "latency quantiles",
            """
            SELECT candidate, percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY candidate_duration_ms),
                percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY production_duration_ms)
            FROM pairs WHERE workload = '\(workload)' GROUP BY 1
            """
        ),
    ]

    private func settings(_ workload: String, _ candidate: String) throws -> WorkloadSettings {
        var settings = WorkloadSettings(
            workload: workload, compare: CompareSettings(kind: .label, labels: Self.labels),
            production: ProductionSettings(url: try UpstreamURL("http://production.test"), price: TokenPrice(input: 5, output: 25)),
            candidate: CandidateSettings(
                name: candidate, url: try UpstreamURL("http://candidate.test/v1"), model: candidate,
                price: .tokens(TokenPrice(input: 0.125, output: 0.5))))
        settings.trial.candidates = 2
        return settings
    }

    /// Ships the pairs, in the order of their calls.
    func fill(_ connection: PostgresConnection) throws {
        let registry = Registry(connection)
        let begin = end.adding(seconds: -7 * 86_400 + 3600)
        let trials = try ["phi-4", "tiny-1b"].map { try registry.enable(settings(Self.workload, $0), at: begin).trial }
        let live = try registry.enable(settings(Self.liveWorkload, "phi-4"), at: begin).trial
        let shipper = Shipper(connection)
        let spool = Identifier(at: begin)
        let apart = 7 * 86_400.0 / Double(count + 1)
        for first in stride(from: 0, to: count, by: 2000) {
            var records: [SpoolRecord] = []
            for number in first..<min(first + 2000, count) {
                let moment = begin.adding(seconds: Double(number) * apart * 0.99)
                let trial = number == count - 1 ? live : trials[number % 2]
                let (call, pair) = pair(number, at: moment, trial)
                records += [.call(call), .pair(pair)]
            }
            let here = SpoolPosition(segment: 1, offset: UInt64(first))
            let batch = SpoolBatch(
                entries: records.map { SpoolEntry(record: $0, position: here) },
                next: SpoolPosition(segment: 1, offset: UInt64(first + 2000)))
            _ = try shipper.ship(batch, spool: spool, from: here)
        }
    }

    private func pair(_ number: Int, at moment: Timestamp, _ trial: StoredTrial) -> (call: Call, pair: Pair) {
        let label = Self.labels[number * 7 % Self.labels.count]
        let differs = number % 11 == 0
        let other = Self.labels[(number * 7 + 1) % Self.labels.count]
        let request: JSONValue = [
            "model": "gpt-5",
            "messages": [
                ["role": "system", "content": .string("Name the intent. Version \(number % 5).")],
                ["role": "user", "content": .string(String(repeating: "where is my order ", count: 1 + number % 40))],
            ],
        ]
        func leg(_ output: String, _ model: String, _ milliseconds: Double) -> Leg {
            Leg(
                status: 200, output: output, finishReason: "stop", model: model, requestID: "chatcmpl-\(model)-\(number)",
                usage: TokenUsage(input: 120 + number % 300, output: 5), durationMs: milliseconds + Double(number * 31 % 1009),
                confidence: Confidence(score: 1 - Double(number * 17 % 97) / 400))
        }
        let call = Call(
            id: Identifier(at: moment), workload: trial.workload, source: .mirror, calledAt: moment,
            segment: Self.segments[number % Self.segments.count], turn: 1 + number % 3, path: "/v1/chat/completions",
            request: request.serialised(), production: leg(label, "gpt-5", 400),
            control: number % 20 == 0 ? leg(number % 60 == 0 ? other : label, "gpt-5", 410) : nil, controlRate: 0.05)
        let candidate =
            number % 997 == 0
            ? Leg(error: .timeout, durationMs: 30_000) : leg(differs ? other : label, trial.candidate, 150)
        return (
            call,
            Pair(
                id: Identifier(at: moment), callID: call.id, trial: trial.id, workload: trial.workload, candidate: candidate,
                samplingRate: 0.1, hashOrder: UInt64(truncatingIfNeeded: number &* 2_654_435_761))
        )
    }
}
