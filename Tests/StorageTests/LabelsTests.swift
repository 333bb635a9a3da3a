import Configuration
import JSON
import Postgres
import Records
import Storage
import Testing
import Traffic

@Suite("Labels and judgements")
struct LabelsTests {
    let store: StoreFixture

    init() throws { store = try StoreFixture() }

    @discardableResult
    private func label(_ lines: [JSONValue], workload: String = "support-intents") throws -> Labels.LabelsOutcome {
        try Labels(store.connection).store(
            lines: RecordedLines.file(lines), name: "labels.jsonl", workload: workload, at: Moments.monday.adding(seconds: 2 * Moments.day))
    }

    /// Three imported pairs whose batches have been claimed and finished.
    private func recorded(settings: WorkloadSettings? = nil) throws -> [String: ClaimedPair] {
        try store.take(
            [
                RecordedLines.pair("a") { $0["production"] = ["output": "card_arrival", "request_id": "req-a"] },
                RecordedLines.pair("b") { $0["candidate"] = ["output": "lost_card", "request_id": "cand-b"] },
                RecordedLines.pair("c"),
            ], settings: settings)
        let batch = try #require(try store.queue.claim())
        let found = batch.pairs.map { ComparedPair(pair: $0.pair.id, finding: Finding(agreement: .identical)) }
        #expect(try store.queue.store(batch, found, comparatorVersion: 1, at: Moments.monday))
        return Dictionary(uniqueKeysWithValues: batch.pairs.map { ($0.call.externalID ?? "", $0) })
    }

    @Test("a label finds its call by every name, and its pairs are compared again")
    func names() throws {
        let pairs = try recorded()
        let names: [(JSONValue, String)] = [
            (["id": "a"], "a"), (["id": .string(pairs["b"]!.pair.id.description)], "b"),
            (["id": .string(pairs["c"]!.call.id.description)], "c"), (["id": "req-a"], "a"), (["request_id": "req-a"], "a"),
            (["request_id": "cand-b"], "b"),
        ]
        for (number, (name, id)) in names.enumerated() {
            var line = name
            line["label"] = .string("label \(number)")
            let outcome = try label([line])
            #expect(outcome.stored == 1 && outcome.unmatched.isEmpty)
            #expect(try store.value("SELECT reason FROM understudy_store.batch") == "label")
            let claimed = try store.waiting()
            #expect(claimed.map(\.call.externalID) == [id] && claimed.first?.label == .string("label \(number)"))
            try store.connection.execute("DELETE FROM understudy_store.batch")
        }
    }

    @Test("every label is kept, the last one counts, and what was known is not said again")
    func newest() throws {
        _ = try recorded()
        let outcome = try label([
            ["id": "a", "label": "card_arrival"], ["id": "a", "label": "lost_card"], ["id": "a", "label": "lost_card"],
            ["id": "nobody", "label": "lost_card"], ["request_id": "a", "label": "lost_card"],
        ])
        #expect(outcome.stored == 2 && outcome.unchanged == 1 && outcome.unmatched == ["nobody", "a"])
        #expect(try label([["id": "a", "label": "lost_card"]]).unchanged == 1)
        #expect(try store.count("gold_label") == 2)
        #expect(try store.waiting("a")?.label == "lost_card")
    }

    @Test("judgements by people are stored with the pair's own probability, and who gave them")
    func judgements() throws {
        let pairs = try recorded()
        let outcome = try label([
            ["id": "a", "correct": "production_only", "who": "maria"], ["request_id": "cand-b", "correct": "neither"],
        ])
        #expect(outcome.stored == 2)
        #expect(
            try store.value("SELECT string_agg(correct || coalesce(who, '-') || planned, ',' ORDER BY who) FROM understudy.adjudications")
                == "production_onlymariatrue,neither-true")
        #expect(try store.value("SELECT reason FROM understudy_store.batch") == "adjudication")
        #expect(try store.waiting("a")?.adjudication == .productionOnly)

        let c = try #require(pairs["c"]).pair.id
        try Adjudications(store.connection).record(pair: c, correct: .both, who: nil, at: Moments.monday)
        let read = try #require(try PairReader(store.connection).pair(c))
        #expect(
            read.claimed.adjudication == .both && read.finding == Finding(agreement: .identical) && read.trial.workload == "support-intents"
        )
        let missing = Identifier(at: Moments.monday)
        #expect(throws: StorageError.self) {
            try Adjudications(store.connection).record(pair: missing, correct: .both, who: nil, at: Moments.monday)
        }
        #expect(try PairReader(store.connection).pair(missing) == nil)
    }

    @Test("a judgement of a name that several pairs have is a fault; a label goes to all of them")
    func severalPairs() throws {
        _ = try recorded(settings: labelSettings { $0.trial.candidates = 2 })
        try store.take([RecordedLines.pair("a")], settings: labelSettings(candidate: "mistral") { $0.trial.candidates = 2 })
        #expect(throws: FaultyFileError.self) { try label([["id": "b", "label": "lost_card"], ["id": "a", "correct": "both"]]) }
        #expect(try store.count("gold_label") == 0 && store.count("adjudication") == 0, "nothing of a faulty file is kept")
        #expect(try label([["id": "a", "label": "lost_card"]]).stored == 1)
        #expect(try store.count("gold_label") == 2)
    }

    @Test("faults name line and field; another workload's pairs are not meant")
    func faults() throws {
        _ = try recorded()
        do {
            try label([
                ["id": "a"], ["label": "lost_card"], ["id": "a", "request_id": "r", "label": "lost_card"],
                ["id": "a", "lable": "lost_card"],
                ["id": "a", "label": 3], ["id": "a", "label": "lost_card", "correct": "both"], ["id": "a", "correct": "maybe"],
                ["id": "a", "label": "lost_card", "who": "maria"],
            ])
            Issue.record("the file was taken")
        } catch let error as FaultyFileError {
            #expect(
                error.faults.map { "\($0.line) \($0.field)" }
                    == ["1 label", "2 id", "3 request_id", "4 lable", "4 label", "5 label", "6 correct", "7 correct", "8 who"])
        }
        #expect(throws: StorageError.self) { try label([["id": "a", "label": "x"]], workload: "other") }
    }
}
