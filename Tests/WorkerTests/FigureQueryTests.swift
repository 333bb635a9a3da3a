import Configuration
import JSON
import Postgres
import Report
import Storage
import Testing
import Traffic

@testable import Spool
@testable import Worker

/// Every figure of a mirrored trial's report is given by its own query, asked by the analyst.
@Suite struct `Queries of a mirrored trial's figures` {
    private let store: TrialFixture
    private static let days = 9

    init() throws { store = try TrialFixture() }

    private static func leg(
        _ output: String, _ number: Int, milliseconds: Double, cached: Int? = nil, estimated: Bool = false, confidence: Double = 0.9
    ) -> Leg {
        Leg(
            status: 200, streamed: true, output: output, finishReason: "stop", model: "gpt-5",
            usage: TokenUsage(input: 300 + number * 37 % 400, output: 3 + number % 9, cachedInput: cached, estimated: estimated),
            durationMs: milliseconds, ttftMs: milliseconds / 3, confidence: Confidence(score: confidence))
    }

    private static let inputs = [
        "Could you please tell me when my new card is going to arrive at my house?",
        "Können Sie mir bitte sagen, wann meine neue Karte bei mir zu Hause ankommt?", "card?",
    ]

    /// Nine days of forty calls an hour apart, of three languages and two segments; some differ, time out, are cached or estimated.
    private func fill(_ trial: StoredTrial) throws {
        var records: [SpoolRecord] = []
        var labels: [JSONValue] = []
        for number in 0..<(Self.days * 120) {
            let at = TrialFixture.monday.adding(seconds: Double(number) * 720)
            let request: JSONValue = [
                "model": "gpt-5", "messages": [["role": "user", "content": .string(Self.inputs[number % 3] + " \(number % 40)")]],
            ]
            let wrong = number % (number % 3 == 1 ? 7 : 19) == 0
            let call = Call(
                id: Identifier(at: at), workload: trial.workload, source: trial.source, calledAt: at,
                segment: number % 2 == 0 ? "mail" : nil, turn: 1 + number % 3, path: "/v1/chat/completions", request: request.serialised(),
                production: Self.leg(
                    number % 31 == 0 ? "lost_card" : "card_arrival", number, milliseconds: 700 + Double(number * 13 % 500),
                    cached: number % 2 == 0 ? 100 + number % 90 : nil, estimated: number % 50 == 0),
                control: number % 10 == 0
                    ? Self.leg(number % 70 == 0 ? "lost_card" : "card_arrival", number, milliseconds: 800) : nil,
                controlRate: 0.1)
            let candidate =
                number % 401 == 3
                ? Leg(error: .timeout, durationMs: 30_000)
                : Self.leg(
                    wrong ? "lost_card" : "card_arrival", number, milliseconds: 200 + Double(number * 29 % 700),
                    confidence: wrong ? 0.4 + Double(number % 50) / 100 : 0.6 + Double(number % 40) / 100)
            let pair = Pair(
                id: Identifier(at: at), callID: call.id, trial: trial.id, workload: trial.workload, candidate: candidate,
                samplingRate: 0.1, hashOrder: UInt64(number))
            records += [.call(call), .pair(pair)]
            labels.append(["id": .string(call.id.description), "label": "card_arrival"])
            records.append(
                .coverage(
                    [(CoverageStage.calls, 10 + number % 7), (.sampled, 1)].map {
                        CoverageDelta(workload: trial.workload, trial: trial.id, stage: $0.0, reason: "", at: at, count: $0.1)
                    }))
        }
        records.append(
            .coverage([
                CoverageDelta(
                    workload: trial.workload, trial: trial.id, stage: .shed, reason: "queue_full", at: TrialFixture.day(2), count: 3),
                CoverageDelta(
                    workload: trial.workload, trial: trial.id, stage: .skipped, reason: "retry", at: TrialFixture.day(2), count: 5),
            ]))
        let position = SpoolPosition(segment: 1, offset: 0)
        _ = try Shipper(store.connection).ship(
            SpoolBatch(
                entries: records.map { SpoolEntry(record: $0, position: position) }, next: SpoolPosition(segment: 1, offset: 1000)),
            spool: Identifier(at: TrialFixture.monday), from: position)
        try store.compare(at: TrialFixture.day(1))
        _ = try Labels(store.connection).store(
            lines: labels.flatMap { $0.serialised() + [10] }, name: "labels.jsonl", workload: trial.workload, at: TrialFixture.day(8))
        try store.compare(at: TrialFixture.day(8))
    }

    private func change(_ settings: inout WorkloadSettings, dedicated: Bool) {
        settings.sample.rate = 0.1
        settings.production.price = TokenPrice(input: 5, output: 25, cachedInput: 0.5, batch: BatchPrice(input: 2.5, output: 12.5))
        guard dedicated else { return }
        let regions: [String: DedicatedPrice.Region] = ["eu": .init(share: 0.75), "us": .init(share: 0.25, hourly: 0.001)]
        settings.candidate.price = .dedicated(DedicatedPrice(hourly: 0.002, tokensPerDay: 400_000, regions: regions))
    }

    @Test(arguments: [false, true]) func `give the figures, run by the analyst`(dedicated: Bool) throws {
        let trial = try store.enable(try TrialFixture.settings { change(&$0, dedicated: dedicated) })
        try fill(trial)
        let text = try store.maker.report(workload: trial.workload, at: TrialFixture.day(Double(Self.days) + 0.1)).rendered(as: .json)
        let json = try JSONValue.parse(Array(text.utf8))
        let analyst = try PostgresConnection(
            url: store.url, applicationName: "tests", options: ["role": "understudy_analyst", "search_path": "understudy"])
        let queries = json["sql"]?.objectValue ?? []
        var checked: Set<String> = []
        for query in queries {
            let sql = try #require(query.value.stringValue)
            let rows = try analyst.query(sql)
            #expect(rows.columns.first == "estimate", "\(query.name): \(sql)")
            let figure = json.at(query.name)
            guard let shown = figure?.doubleValue ?? figure?["estimate"]?.doubleValue else { continue }
            guard let asked = rows.first?.value(at: 0).flatMap({ Double($0) }) else {
                Issue.record("\(query.name) is \(shown) in the report and nothing in SQL: \(sql)")
                continue
            }
            // What comes from sketches is within 1 % of the exact figure, a ratio of two within 2 %.
            let isSketched =
                query.name.hasPrefix("/latency/") || query.name.hasPrefix("/load/candidate") || query.name.contains("/two_tier/latency")
            let tolerance = isSketched ? 0.021 * abs(shown) + 1e-9 : 1e-6 * max(1, abs(shown))
            #expect(abs(asked - shown) <= tolerance, "\(query.name): report \(shown), SQL \(asked): \(sql)")
            checked.insert(query.name)
        }
        let expected = [
            "/daily/3/share", "/daily/3/difference/estimate", "/label_matrix/pairs/0/1", "/load/share", "/load/candidate_at_once",
            "/latency/production/output_tokens_per_second/p50/estimate", "/latency/paired/0/median/estimate",
            "/latency/paired/2/slower_share/estimate", "/cost/production/batch_per_case/estimate",
            "/cost/production/cache_saving_per_case/estimate", "/cost/production/cached_share/estimate", "/cost/calls_per_month",
            "/volume/whole_days", "/volume/weekdays/0/calls", "/volume/hours/5/calls", "/coverage/skipped/retry",
            "/agreement/excess/estimate",
            "/quality/difference_single_look/estimate", "/slices/0/risk_ratio", "/cost/candidate/per_case", "/impact/saving_per_month",
        ]
        for pointer in expected + (dedicated ? ["/cost/regions/1/break_even_tokens_per_day/estimate", "/cost/regions/0/replicas"] : []) {
            #expect(checked.contains(pointer), "\(pointer) was not checked")
        }
        #expect(checked.count > 150, "\(checked.count)")
        #expect(json["slices"]?.arrayValue?.contains { $0["dimension"]?.stringValue == "language" } == true)
    }
}
