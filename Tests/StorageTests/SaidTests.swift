import JSON
import Postgres
import Statistics
import Storage
import Testing
import Traffic
import Verdict

/// What a look said stays, whatever the program would say now.
@Suite("What looks said") struct SaidTests {
    private let store: StoreFixture
    private let afterwards = Moments.monday.adding(seconds: 9 * Moments.day)

    init() throws { store = try StoreFixture() }

    private func take(_ trial: StoredTrial, at moment: Timestamp, decide: (LookInput, Latches) -> Look) throws -> TakenLook {
        try Looks(store.connection).take(
            trial: trial.id, at: moment, decide: decide, reason: { $0.decision.recommendation.rawValue })
    }

    private func week() throws -> StoredTrial {
        let lines = (0..<700).map { number in
            RecordedLines.pair("p\(number)", at: Moments.monday.adding(seconds: Double(number / 100) * Moments.day + Double(number))) {
                line in
                line["label"] = "card_arrival"
                if number.isMultiple(of: 30) { line["candidate"] = ["output": "lost_card"] }
                line["candidate"]?["confidence"] = JSONValue(Double(number % 10) / 10)
            }
        }
        let trial = try store.take(lines).trial
        try store.compareAll()
        return trial
    }

    @Test("every figure of a look is read again as it was")
    func exact() throws {
        let trial = try week()
        let taken = try take(trial, at: afterwards) { Verdict.look(at: $0, after: $1) }
        #expect(taken.look.quality.pairs == 700 && !taken.look.tier.curve.isEmpty)
        let stored = try #require(try Looks(store.connection).latest(trial: trial.id))
        let said = stored.said { _, _ in
            Issue.record("what was said must not be decided again")
            return taken.look
        }
        #expect(said == taken.look)
    }

    @Test("a program that decides otherwise changes no look of before, and takes one of its own")
    func otherwise() throws {
        let trial = try week()
        let before = try take(trial, at: afterwards) { Verdict.look(at: $0, after: $1) }
        func changed(_ input: LookInput, _ latches: Latches) -> Look {
            var look = Verdict.look(at: input, after: latches)
            look.decision = Decision(.stay, because: .gate(.quality))
            return look
        }
        let looks = Looks(store.connection)
        #expect(try #require(try looks.latest(trial: trial.id)).said(orDecide: changed).decision == before.look.decision)
        let after = try take(trial, at: afterwards.adding(seconds: 60), decide: changed)
        #expect(after.number != before.number && after.look.decision.recommendation == .stay)
        #expect(try #require(try looks.latest(trial: trial.id, until: afterwards)).said(orDecide: changed).decision == before.look.decision)
        // The same program twice is the same look.
        #expect(try take(trial, at: afterwards.adding(seconds: 120), decide: changed).number == after.number)
    }

    @Test("a look of before what it said was kept is decided again")
    func withoutRecord() throws {
        let trial = try week()
        let taken = try take(trial, at: afterwards) { Verdict.look(at: $0, after: $1) }
        try store.connection.script("UPDATE understudy_store.look SET said = NULL")
        let stored = try #require(try Looks(store.connection).latest(trial: trial.id))
        #expect(stored.said { Verdict.look(at: $0, after: $1) } == taken.look)
    }

    @Test("segments sampled more often are thinned to the rate of the others in the latencies")
    func thinned() throws {
        let lines = (0..<1000).map { number in
            RecordedLines.pair("p\(number)", at: Moments.monday.adding(seconds: Double(number))) { line in
                let isMail = number < 800
                line["segment"] = isMail ? "mail" : "web"
                line["sampling_rate"] = JSONValue(isMail ? 0.4 : 0.1)
                for leg in ["production", "candidate"] { line[leg]?["duration_ms"] = JSONValue(isMail ? 100.0 : 1000.0) }
            }
        }
        let trial = try store.take(lines).trial
        try store.compareAll()
        let taken = try take(trial, at: afterwards) { Verdict.look(at: $0, after: $1) }
        let samples = taken.look.latency.candidate.samples
        // 200 of mail's 800 and all 200 of web are left: half of the calls are short.
        #expect((350...450).contains(samples))
        let kept = try store.analyst().query("SELECT count(*) AS kept FROM pairs WHERE in_latency(pair_id, evidence_weight)")[0].int("kept")
        #expect(kept == samples)
        #expect(
            try store.value(
                "SELECT count(*) FROM understudy.pairs WHERE segment = 'web' AND NOT understudy.in_latency(pair_id, evidence_weight)")
                == "0")
        let p95 = try #require(taken.look.latency.candidate.duration.first { $0.percentile == 95 }?.estimate)
        #expect(abs(p95 - 1000) < 20)
    }
}
