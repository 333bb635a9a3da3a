import JSON
import Postgres
import Spool
import Storage
import Testing
import Traffic

@Suite struct ComparisonQueueTests {
    private let store: StoreFixture
    private let trial: StoredTrial

    init() throws {
        store = try StoreFixture()
        trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
    }

    private func pairs(_ count: Int) -> [(call: Call, pair: Pair)] {
        (0..<count).map { traffic(trial, at: Moments.monday.adding(seconds: Double($0))) }
    }

    private func compare(_ batch: ClaimedBatch, _ finding: Finding, version: Int = 1, on queue: ComparisonQueue? = nil) throws -> Bool {
        let costs = PairCosts(production: 0.001, candidate: 0.0001)
        return try (queue ?? store.queue).store(
            batch, batch.pairs.map { ComparedPair(pair: $0.pair.id, finding: finding, costs: costs) }, comparatorVersion: version,
            at: Moments.monday.adding(seconds: 100))
    }

    private let identical = Finding(agreement: .identical, productionLabel: "card_arrival", candidateLabel: "card_arrival")
    private let mismatch = Finding(
        agreement: .different, failureMode: .labelMismatch,
        differences: [
            Difference(path: "", kind: "label_mismatch", productionValue: "card_arrival", candidateValue: "lost_card", rule: "label")
        ],
        correct: .productionOnly, correctBy: .label, productionLabel: "card_arrival", candidateLabel: "lost_card")

    @Test func aBatchGoesToOneWorkerOnly() throws {
        try store.ship(pairs(3).records)
        let other = ComparisonQueue(try store.another())
        let batch = try #require(try store.queue.claim())
        #expect(try other.claim() == nil)
        #expect(try compare(batch, identical))
        #expect(try other.claim() == nil)
        #expect(try store.queue.waitingPairs() == 0)
        #expect(try store.value("SELECT compared FROM understudy.coverage") == "3")
    }

    @Test func aDeadWorkersBatchIsTakenOverAndItsOwnStoreComesTooLate() throws {
        try store.ship(pairs(2).records)
        let slow = try #require(try store.queue.claim(lease: 0))
        let rescuer = ComparisonQueue(try store.another())
        let taken = try #require(try rescuer.claim())
        #expect(taken.pairs.map(\.pair) == slow.pairs.map(\.pair))
        #expect(try !compare(slow, mismatch))
        #expect(try compare(taken, identical, on: rescuer))
        #expect(try !compare(taken, identical, on: rescuer))
        #expect(try store.value("SELECT string_agg(agreement || pairs, ' ') FROM understudy_store.outcome_count") == "identical2")
    }

    @Test func findingsMoveEveryRollupAndComparingAgainMovesThemBack() throws {
        try store.ship(pairs(4).records)
        let batch = try #require(try store.queue.claim())
        #expect(try compare(batch, mismatch))
        let analyst = try store.analyst()
        let mode = try analyst.query("SELECT * FROM failure_modes")[0]
        #expect(try mode.text("failure_mode") == "label_mismatch")
        #expect(try [mode.int("pairs"), mode.int("production_only"), mode.int("unknown")] == [4, 4, 0])
        #expect(try mode.double("share") == 1)
        #expect(try analyst.query("SELECT pairs FROM label_confusion")[0].int("pairs") == 4)
        #expect(try analyst.query("SELECT kind, candidate_value FROM differences").count == 4)
        #expect(try analyst.query("SELECT * FROM disagreements").count == 4)

        #expect(try store.queue.recompareOutdated(comparatorVersion: 1) == 0)
        #expect(try store.queue.recompareOutdated(comparatorVersion: 2) == 4)
        #expect(try store.queue.recompareOutdated(comparatorVersion: 2) == 0)
        let again = try #require(try store.queue.claim())
        #expect(try compare(again, identical, version: 2))
        #expect(try analyst.query("SELECT * FROM failure_modes").isEmpty)
        #expect(try analyst.query("SELECT * FROM label_confusion").isEmpty)
        #expect(try analyst.query("SELECT * FROM disagreements").isEmpty)
        let cost = try analyst.query("SELECT * FROM costs WHERE leg = 'candidate'")[0]
        #expect(try cost.int("calls") == 4)
        #expect(abs(try cost.double("cost_per_million_calls") - 100) < 1e-6)
        let samples = "SELECT sum(samples) FROM understudy_store.latency_sketch WHERE leg = 'candidate' AND metric = 'duration_ms'"
        #expect(try store.value(samples) == "4")
    }

    @Test func aPairWaitsForItsCall() throws {
        let sent = pairs(2)
        try store.ship([.call(sent[0].call), .pair(sent[0].pair), .pair(sent[1].pair)])
        let first = try #require(try store.queue.claim())
        #expect(first.pairs.map(\.pair.id) == [sent[0].pair.id])
        #expect(try compare(first, identical))
        #expect(try store.queue.waitingPairs() == 1)
        try store.ship([.call(sent[1].call)])
        try store.connection.execute("UPDATE understudy_store.batch SET not_before = now()")
        let second = try #require(try store.queue.claim())
        #expect(second.pairs.map(\.pair.id) == [sent[1].pair.id])
        #expect(try compare(second, identical))
        #expect(try store.queue.waitingPairs() == 0)
    }

    @Test func aPairWhoseCallNeverComesIsSetAsideAfterAnHour() throws {
        try store.ship([.pair(pairs(1)[0].pair)])
        #expect(try store.queue.claim() == nil)
        #expect(try store.queue.waitingPairs() == 1)
        try store.connection.execute("UPDATE understudy_store.batch SET not_before = now(), created_at = now() - interval '61 minutes'")
        #expect(try store.queue.claim() == nil)
        #expect(try store.queue.waitingPairs() == 0)
        #expect(try store.value("SELECT reason FROM understudy_store.set_aside")?.contains("call") == true)
    }

    @Test func aPairThatKillsEveryWorkerIsFoundAndSetAside() throws {
        let sent = pairs(3)
        try store.ship(sent.records)
        var claims = 0
        // Every claim that holds the second pair dies: its lease runs out at once.
        while let batch = try store.queue.claim(lease: 0), claims < 100 {
            claims += 1
            if batch.pairs.contains(where: { $0.pair.id == sent[1].pair.id }) { continue }
            #expect(try compare(batch, identical))
        }
        #expect(claims < 100)
        #expect(try store.value("SELECT record_id::text FROM understudy_store.set_aside") == sent[1].pair.id.description)
        #expect(try store.value("SELECT compared FROM understudy.coverage") == "2")
    }

    @Test func givenBackIsClaimedAgain() throws {
        try store.ship(pairs(1).records)
        let batch = try #require(try store.queue.claim())
        try store.queue.release(batch)
        #expect(try store.queue.claim()?.id == batch.id)
    }

    @Test func simulatedAnswersMarkTheTrial() throws {
        var sent = pairs(1)
        sent[0].pair.candidate.simulated = true
        try store.ship(sent.records)
        #expect(try compare(try #require(try store.queue.claim()), identical))
        #expect(try store.registry.trial(trial.id)?.simulated == true)
    }
}
