import Postgres
import TestSupport
import Testing
import Traffic

@testable import Spool
@testable import Storage

@Suite struct ShipperTests {
    @Test func whatIsShippedIsReadBackAsItWas() throws {
        let store = try StoreFixture()
        let trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        var leg = answer("lost_card", confidence: 0.75, requestID: "chatcmpl-1")
        leg.confidence = Confidence(score: 0.75, logProbabilitySum: -0.29, logProbabilityMinimum: -0.2, tokenCount: 3, margin: 0.5)
        leg.toolCalls = [ToolCall(id: "t1", name: "look_up", arguments: #"{"a": 1"#)]
        leg.untranslated = ["seed"]
        leg.queueMs = 3.5
        leg.refusal = "no"
        leg.usage = TokenUsage(input: 1, output: 2, cachedInput: 3, reasoning: 4, estimated: true)
        let failed = Leg(error: .timeout, streamed: true, durationMs: 30_000, truncatedCapture: true, simulated: true)
        let sent = traffic(
            trial, at: Moments.monday.adding(seconds: 0.000123), production: leg, candidate: failed, control: leg, segment: "mail",
            conversation: "c-1", hashOrder: UInt64.max - 1)
        let result = try store.ship([sent].records)
        #expect(result == Shipper.ShipResult(stored: true, calls: 1, pairs: 1, setAside: 0))
        let batch = try #require(try store.queue.claim())
        #expect(batch.pairs.map(\.pair) == [sent.pair])
        var call = batch.pairs[0].call
        // The request comes back as the same JSON, not as the same bytes.
        #expect(String(decoding: call.request, as: UTF8.self).contains("Where is my card?"))
        call.request = sent.call.request
        #expect(call == sent.call)
    }

    @Test func oneStretchIsStoredOnceAndReadingGoesOnBehindIt() throws {
        let store = try StoreFixture()
        let trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        let spool = Identifier(at: Moments.monday)
        let start = SpoolPosition(segment: 1, offset: 28)
        let records = [traffic(trial, at: Moments.monday)].records
        let batch = SpoolBatch(
            entries: records.map { SpoolEntry(record: $0, position: start) }, next: SpoolPosition(segment: 1, offset: 900))
        #expect(try store.shipper.position(ofSpool: spool) == .start)
        #expect(try store.shipper.ship(batch, spool: spool, from: start).stored)
        #expect(try store.shipper.ship(batch, spool: spool, from: start) == Shipper.ShipResult(stored: false))
        #expect(try store.shipper.position(ofSpool: spool) == SpoolPosition(segment: 1, offset: 900))
        #expect(try store.value("SELECT count(*) FROM understudy_store.pair") == "1")
        #expect(try store.value("SELECT paired FROM understudy.coverage") == "1")
    }

    @Test func textThatPostgreSQLRefusesIsEscaped() throws {
        let store = try StoreFixture()
        let trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        var sent = traffic(trial, at: Moments.monday, production: answer("a\0b"), candidate: answer("c"), segment: "s\0")
        sent.call.request = Array(#"{"messages":[{"role":"user","content":"nul \u0000 and half \ud83d"}],"n":1e5}"#.utf8)
        #expect(try store.ship([sent].records).setAside == 0)
        let row = try store.analyst().query("SELECT input, production_output, segment, request ->> 'n' AS n FROM pairs")[0]
        #expect(try row.text("input") == "nul \\u0000 and half \u{FFFD}")
        #expect(try row.text("production_output") == "a\\u0000b")
        #expect(try row.text("segment") == "s\\u0000")
        #expect(try row.text("n") == "100000")
    }

    @Test func aRequestThatIsNoJSONIsKeptAsText() throws {
        let store = try StoreFixture()
        let trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        var sent = traffic(trial, at: Moments.monday)
        sent.call.request = [0x7B, 0x00, 0xFF]
        #expect(try store.ship([sent].records).setAside == 0)
        #expect(try store.analyst().query("SELECT request #>> '{}' AS body FROM pairs")[0].text("body") == "{\\u0000\u{FFFD}")
    }

    @Test func aRefusedRecordIsSetAsideAndTheOthersAreStored() throws {
        let store = try StoreFixture()
        let trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        var sent = (0..<7).map { traffic(trial, at: Moments.monday.adding(seconds: Double($0))) }
        sent[3].pair.samplingRate = 7
        let stranger = traffic(trial, at: Moments.monday.adding(seconds: 20))
        var lost = stranger
        lost.pair.trial = Identifier(at: Moments.monday)
        let result = try store.ship(sent.records + [lost].records)
        #expect(result == Shipper.ShipResult(stored: true, calls: 8, pairs: 6, setAside: 2))
        let rows = try store.connection.query(
            "SELECT kind, record_id::text AS id, reason FROM understudy_store.set_aside ORDER BY record_id")
        #expect(try rows.map { try $0.text("id") } == [sent[3].pair.id, lost.pair.id].sorted().map(\.description))
        #expect(try rows[0].text("reason").contains("sampling_rate"))
        #expect(try rows[1].text("reason").contains("is not in this database"))
    }

    @Test func requestsThatShareAPromptStoreItOnce() throws {
        let store = try StoreFixture()
        let trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        let sent = (0..<5).map { traffic(trial, at: Moments.monday.adding(seconds: Double($0)), input: "question \($0)") }
        try store.ship(sent.records)
        #expect(try store.value("SELECT count(*) FROM understudy_store.prompt") == "1")
        let row = try store.analyst().query("SELECT request -> 'messages' AS messages, input FROM pairs ORDER BY called_at")[4]
        #expect(
            try row.text("messages")
                == #"[{"role": "system", "content": "Name the intent."}, {"role": "user", "content": "question 4"}]"#)
        #expect(try row.text("input") == "question 4")
    }

    @Test func coverageDeltasAddUp() throws {
        let store = try StoreFixture()
        let trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        func delta(_ stage: CoverageStage, _ count: Int, _ reason: String = "", trial: Identifier? = nil) -> CoverageDelta {
            CoverageDelta(
                workload: "support-intents", trial: trial, stage: stage, reason: reason, at: Moments.monday.adding(seconds: 61),
                count: count)
        }
        try store.ship([
            .coverage([
                delta(.calls, 95), delta(.calls, 90, trial: trial.id), delta(.sampled, 9, trial: trial.id),
                delta(.shed, 2, "queue_full", trial: trial.id), delta(.fault, 4, "capture"),
            ]),
            .coverage([
                delta(.calls, 10, trial: trial.id), delta(.sampled, 1, trial: trial.id), delta(.skipped, 3, "retry", trial: trial.id),
            ]),
        ])
        let row = try store.analyst().query("SELECT * FROM coverage")[0]
        #expect(try [row.int("calls"), row.int("sampled"), row.int("paired"), row.int("compared")] == [100, 10, 0, 0])
        #expect(try row.text("day") == "2026-11-16")
        let reasons = try store.analyst().query("SELECT stage, reason, calls FROM coverage_reasons WHERE reason <> '' ORDER BY stage")
        #expect(
            try reasons.map { "\(try $0.text("stage")) \(try $0.text("reason")) \(try $0.int("calls"))" } == [
                "fault capture 4", "shed queue_full 2", "skipped retry 3",
            ])
    }

    @Test func aTimeRangeByIdReadsOnlyThePartitionsOfItsDays() throws {
        let store = try StoreFixture()
        let trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        try store.ship((0..<6).map { traffic(trial, at: Moments.monday.adding(seconds: Double($0) * Moments.day)) }.records)
        func plan(_ condition: String) throws -> String {
            try store.connection.query("EXPLAIN SELECT agreement, count(*) FROM understudy.pairs WHERE \(condition) GROUP BY 1")
                .map { $0.value(at: 0) ?? "" }.joined(separator: "\n")
        }
        try store.connection.execute("SET enable_partitionwise_join = on")
        let pruned = try plan("pair_id >= understudy.id_at('2026-11-18Z') AND pair_id < understudy.id_at('2026-11-19Z')")
        #expect(pruned.contains("pair_2026_11_18"))
        #expect(!pruned.contains("pair_2026_11_17"))
        #expect(!pruned.contains("pair_2026_11_19"))
        #expect(!pruned.contains("comparison_2026_11_17"))
        let whole = try plan("true")
        #expect(whole.contains("pair_2026_11_16"))
        #expect(whole.contains("pair_2026_11_21"))
    }
}
