import Configuration
import JSON
import Postgres
import Records
import Storage
import TestSupport
import Testing
import Traffic

@Suite("Recorded pairs")
struct RecordedPairsTests {
    let store: StoreFixture

    init() throws { store = try StoreFixture() }

    @Test("every key of a line arrives where the worker and the views read it")
    func everyKey() throws {
        let settings = try labelSettings()
        let line = """
            {"id":"case-1","called_at":"2026-11-16T08:00:00.25Z","segment":"mobile","conversation":"talk","turn":2,
            "request":{"messages":[{"role":"system","content":"Name the intent."},{"role":"user","content":"Where is my card?"}]},
            "production":{"status":200,"output":"card_arrival","tool_calls":[{"id":"t1","type":"function","function":{"name":"look","arguments":"{}"}}],
            "finish_reason":"stop","model":"gpt-5","request_id":"req-1","input_tokens":512,"output_tokens":4,"cached_input_tokens":128,
            "reasoning_tokens":2,"duration_ms":812.4,"ttft_ms":401.0,"confidence":0.98},
            "candidate":{"error":"timeout","duration_ms":30000},"control":{"output":"lost_card"},
            "sampling_rate":0.1,"control_rate":0.05,"adjudication_probability":0.5,"label":"card_arrival"}
            """.split(separator: "\n").joined()
        let outcome = try store.take(bytes: Array(line.utf8))

        #expect(outcome.stored == 1 && outcome.alreadyThere == 0 && outcome.change == .started)
        #expect(outcome.trial.source == .imported && outcome.trial.state == .recorded && outcome.trial.settings == settings)
        let pair = try #require(try store.waiting().first)
        #expect(pair.call.externalID == "case-1")
        #expect(pair.call.calledAt == Timestamp("2026-11-16T08:00:00.25Z"))
        #expect(pair.call.segment == "mobile" && pair.call.conversation == "talk" && pair.call.turn == 2)
        #expect(try JSONValue.parse(pair.call.request).at("/messages/1/content") == "Where is my card?")
        #expect(
            pair.call.production
                == Leg(
                    status: 200, streamed: true, output: "card_arrival",
                    toolCalls: [ToolCall(id: "t1", name: "look", arguments: "{}")], finishReason: "stop", model: "gpt-5",
                    requestID: "req-1",
                    usage: TokenUsage(input: 512, output: 4, cachedInput: 128, reasoning: 2), durationMs: 812.4, ttftMs: 401,
                    confidence: Confidence(score: 0.98)))
        #expect(pair.pair.candidate == Leg(error: .timeout, durationMs: 30_000))
        #expect(pair.call.control == Leg(status: 200, output: "lost_card"))
        #expect(pair.pair.samplingRate == 0.1 && pair.call.controlRate == 0.05 && pair.pair.evidenceWeight == 1)
        #expect(pair.pair.adjudicationProbability == 0.5 && pair.pair.planned)
        #expect(pair.label == "card_arrival" && pair.adjudication == nil)
        #expect(pair.pair.id.moment == Timestamp("2026-11-16T08:00:00.25Z") && pair.call.id.moment == pair.pair.id.moment)
    }

    @Test("the same file again adds nothing; a longer one adds what is new")
    func again() throws {
        let lines = ["a", "b"].map { RecordedLines.pair($0) }
        try store.take(lines)
        let again = try store.take(lines)
        #expect(again.stored == 0 && again.alreadyThere == 2 && again.change == .unchanged)
        let longer = try store.take(lines + [RecordedLines.pair("c"), RecordedLines.pair("c")])
        #expect(longer.stored == 1 && longer.alreadyThere == 3)
        #expect(try store.count("pair") == 3)
        #expect(try store.waiting().count == 3)
    }

    @Test("an id that comes back with another time is at fault, in the file and in the trial")
    func anotherTime() throws {
        let later = Moments.monday.adding(seconds: 1)
        let inFile = try store.faults(of: [RecordedLines.pair("a"), RecordedLines.pair("a", at: later)])
        #expect(inFile.map(\.line) == [2] && inFile.map(\.field) == ["called_at"])
        #expect(try store.count("trial") == 0)

        try store.take([RecordedLines.pair("a")])
        let inTrial = try store.faults(of: [RecordedLines.pair("b"), RecordedLines.pair("a", at: later)])
        #expect(inTrial.map(\.line) == [2] && inTrial.map(\.field) == ["called_at"])
        #expect(try store.count("pair") == 1, "nothing of a faulty file is kept")
        let skipped = try store.take([RecordedLines.pair("b"), RecordedLines.pair("a", at: later)], skipBad: true)
        #expect(skipped.stored == 1 && skipped.faults.map(\.line) == [2])
    }

    @Test("a changed frozen setting begins the next trial, which takes the same ids anew")
    func changedSettings() throws {
        let lines = [RecordedLines.pair("a")]
        let first = try store.take(lines)
        let repriced = try store.take(lines, settings: labelSettings { $0.production.price = nil })
        #expect(repriced.trial.id == first.trial.id && repriced.change == .updated(["production.price"]))
        let second = try store.take(lines, settings: labelSettings { $0.compare.labels.append("other") })
        #expect(second.change == .replaced(previous: first.trial.id) && second.stored == 1)
        #expect(try store.registry.routes().isEmpty, "an import makes no route")
    }

    @Test("rates that no line says are the file's own shares, marked; the weight is the smallest rate ÷ the pair's own")
    func rates() throws {
        try store.take([
            RecordedLines.pair("whole") { $0["control"] = ["output": "card_arrival"] },
            RecordedLines.pair("none"),
            RecordedLines.pair("quarter") {
                $0["sampling_rate"] = 0.25
                $0["control_rate"] = 0.5
            },
        ])
        let pairs = Dictionary(uniqueKeysWithValues: try store.waiting().map { ($0.call.externalID ?? "", $0) })
        #expect(pairs["whole"]?.pair.samplingRate == 1 && pairs["whole"]?.pair.evidenceWeight == 0.25)
        #expect(pairs["whole"]?.call.controlRate == 0.5 && pairs["none"]?.call.controlRate == 0.5)
        #expect(pairs["quarter"]?.pair.evidenceWeight == 1)
        let estimated = "SELECT string_agg(rates_estimated::text, ' ' ORDER BY sampling_rate, rates_estimated) FROM understudy_store.pair"
        #expect(try store.value(estimated) == "false true true")
        let funnel = "SELECT calls || ' ' || sampled || ' ' || paired FROM understudy.coverage"
        #expect(try store.value(funnel) == "6 3 3", "a pair sampled at 25 % stands for four calls")
    }

    @Test("without control legs in the file nothing about control is estimated, and the pairs stand for their calls")
    func ratesWithoutControl() throws {
        try store.take([RecordedLines.pair("tenth") { $0["sampling_rate"] = 0.1 }])
        #expect(try store.value("SELECT rates_estimated FROM understudy_store.pair") == "f")
    }

    @Test("what is to be judged does not hang on what happens to be judged")
    func planned() throws {
        let lines = [
            RecordedLines.pair("judged") { $0["correct"] = "both" },
            RecordedLines.pair("open"),
            RecordedLines.pair("drawn") {
                $0["label"] = "lost_card"
                $0["adjudication_probability"] = 0.3
            },
            RecordedLines.pair("undrawn") { $0["adjudication_probability"] = 0.3 },
            RecordedLines.pair("never") {
                $0["label"] = "lost_card"
                $0["adjudication_probability"] = 0
            },
        ]
        let rows = """
            SELECT string_agg(external_id || ' ' || adjudication_probability || ' ' || planned, ', ' ORDER BY external_id)
            FROM understudy.pairs WHERE trial = $1
            """
        let labels = try store.take(lines)
        #expect(
            try store.value(rows, [.text(labels.trial.id.description)])
                == "drawn 0.3 true, judged 1 true, never 1 true, open 1 true, undrawn 0.3 false")
        let nobody = try store.take(lines, settings: labelSettings { $0.adjudicate.by = .none })
        #expect(try store.value(rows, [.text(nobody.trial.id.description)])?.contains("true") == false)
        let half = try store.take(
            (0..<400).map { RecordedLines.pair("\($0)") }, settings: labelSettings { $0.adjudicate.disagreements = 0.5 })
        let drawn = try #require(
            Int(
                try store.value(
                    "SELECT count(*) FROM understudy_store.pair WHERE planned AND trial = $1", [.text(half.trial.id.description)]) ?? ""))
        #expect((140...260).contains(drawn))
    }

    @Test("the same file gives the same order and the same draws in every database")
    func reproducible() throws {
        let lines = (0..<50).map { RecordedLines.pair("id-\($0)") }
        let facts = """
            SELECT string_agg(external_id || planned || hash_order, ',' ORDER BY pair.id)
            FROM understudy_store.pair JOIN understudy_store.call ON call.id = call_id
            """
        let settings = try labelSettings { $0.adjudicate.disagreements = 0.5 }
        try store.take(lines, settings: settings)
        let other = try StoreFixture()
        try other.take(lines.reversed(), settings: settings)
        #expect(try store.value(facts) == other.value(facts))
    }

    @Test("an adjudication made elsewhere is stored as one, and simulated pairs mark trial and legs")
    func adjudicationAndSimulated() throws {
        let outcome = try store.take([
            RecordedLines.pair("a") {
                $0["correct"] = "candidate_only"
                $0["simulated"] = true
            }
        ])
        #expect(outcome.trial.simulated)
        #expect(try store.registry.trial(outcome.trial.id)?.simulated == true)
        let pair = try #require(try store.waiting("a"))
        #expect(pair.adjudication == .candidateOnly && pair.label == nil && pair.isSimulated)
        #expect(try store.value("SELECT correct || planned || probability FROM understudy.adjudications") == "candidate_onlytrue1")
    }

    @Test("pairs age from their import, and their days' partitions are made")
    func ages() throws {
        let old = try #require(Timestamp("2019-02-03T23:59:59.999999Z"))
        try store.take([RecordedLines.pair("old", at: old), RecordedLines.pair("new")])
        #expect(try store.value("SELECT count(*) FROM understudy_store.pair_2019_02_03") == "1")
        let aging =
            "SELECT count(*) FROM understudy_store.pair JOIN understudy_store.call USING (ages_from) WHERE ages_from = '2026-11-17T08:00:00Z'"
        #expect(try store.value(aging) == "4")
    }

    @Test("text that PostgreSQL refuses is written out")
    func strangeText() throws {
        try store.take([
            RecordedLines.pair("nul\u{0}") {
                $0["production"] = ["output": "a\u{0}b", "model": "m\u{0}"]
                $0["segment"] = "s\u{0}"
                $0["label"] = "l\u{0}"
            }
        ])
        #expect(try store.waiting().first?.call.production.output == "a\\u0000b")
    }

    @Test("a long file comes in whole, in batches that the workers can claim, and says how far it is")
    func longFile() throws {
        var seen: [Int] = []
        let lines = (0..<4_500).map { RecordedLines.pair("\($0)", at: Moments.monday.adding(seconds: Double($0 % 7) * Moments.hour)) }
        #expect(try store.take(lines, progress: { seen.append($0) }).stored == 4_500)
        #expect(seen == [2_000, 4_000, 4_500])
        #expect(try store.queue.waitingPairs() == 4_500)
        #expect(try store.value("SELECT max(cardinality(pair_ids)) FROM understudy_store.batch") == "1000")
    }

    @Test("a file that cannot be read is refused in words")
    func noFile() throws {
        let folder = try TemporaryFolder()
        let settings = try labelSettings()
        let pairs = RecordedPairs(store.connection)
        for path in [folder.path("none.jsonl"), folder.path] {
            #expect(throws: UnreadableFileError.self) { try pairs.store(file: path, settings: settings, at: Moments.monday) }
        }
        let path = try folder.write("\u{FEFF}" + RecordedLines.pair("a").serialisedString() + "\r\n\n  \r\n", to: "pairs.jsonl")
        #expect(try pairs.store(file: path, settings: settings, at: Moments.monday).stored == 1)
    }
}
