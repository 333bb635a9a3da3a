import Configuration
import JSON
import Records
import Testing
import Traffic

@testable import Storage

@Suite("Replayed pairs")
struct ReplayedPairsTests {
    let store: StoreFixture

    init() throws { store = try StoreFixture() }

    private func pairs(_ ids: [String], productionMs: Double? = 500) -> [RecordedPair] {
        let lines = ids.map { id in RecordedLines.pair(id).serialisedString() }
        let file = CallFile(Array(lines.joined(separator: "\n").utf8), name: "x", asking: .candidate, comparedAs: .label)
        return file.entries.map { entry in
            let call = file.call(entry)
            var production = call.production ?? Leg()
            production.durationMs = productionMs
            return RecordedPair(
                call, calledAt: call.calledAt ?? Moments.monday, production: production, candidate: answer("lost_card", durationMs: 90))
        }
    }

    private func replay(_ asking: AskedModels, candidate: String = "phi-4") throws -> ReplayedPairs {
        try ReplayedPairs(
            store.another(), settings: labelSettings(candidate: candidate) { $0.trial.candidates = 2 }, asking: asking, smallestRate: 1,
            at: Moments.monday)
    }

    @Test("what is stored is known, and stands in a trial of its own")
    func known() throws {
        let replay = try replay(.candidate)
        #expect(try replay.known(["a", "b"]) == [:])
        try replay.store(pairs(["a"]), at: Moments.monday)
        try replay.store(pairs(["b", "c"]), at: Moments.monday)
        #expect(try replay.known(["a", "b", "c", "d"]) == ["a": Moments.monday, "b": Moments.monday, "c": Moments.monday])
        #expect(replay.trial.source == .replay && replay.trial.state == .recorded)
        #expect(try store.value("SELECT string_agg(DISTINCT source, ',') FROM understudy_store.call") == "replay")
        let imported = try store.take([RecordedLines.pair("a")], settings: try labelSettings())
        #expect(imported.stored == 1 && imported.trial.id != replay.trial.id)
    }

    @Test("two replays of one trial do not run at once")
    func oneAtATime() throws {
        let first = try replay(.candidate)
        #expect(throws: StorageError.self) { try replay(.candidate) }
        _ = try replay(.candidate, candidate: "other")
        withExtendedLifetime(first) {}
    }

    @Test("asking other models begins another trial, and what comes late for the former is refused whole")
    func otherModels() throws {
        let recorded = try replay(.candidate)
        try recorded.store(pairs(["a"]), at: Moments.monday)
        let asked = try replay(.both)
        #expect(asked.trial.id != recorded.trial.id)
        #expect(!recorded.trial.timedTogether && asked.trial.timedTogether)
        #expect(throws: StorageError.self) { try recorded.store(pairs(["b"]), at: Moments.monday) }
        #expect(try store.value("SELECT count(*) FROM understudy_store.pair") == "1")
    }

    @Test("production's time counts only where it was taken beside the candidate's")
    func latency() throws {
        for asking in AskedModels.allCases {
            let replay = try replay(asking)
            try replay.store(pairs(["a", "b"]), at: Moments.monday)
            try store.compareAll()
            let legs = try store.value(
                "SELECT string_agg(leg || ' ' || n, ', ' ORDER BY leg) FROM (SELECT leg, sum(samples) AS n FROM understudy_store.latency_sketch "
                    + "WHERE trial = $1 AND metric = 'duration_ms' GROUP BY leg) AS counted", [.id(replay.trial.id)])
            #expect(legs == (asking == .both ? "candidate 2, production 2, ratio 2" : "candidate 2"))
        }
    }
}
