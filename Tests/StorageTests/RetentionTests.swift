import Configuration
import Postgres
import Spool
import Storage
import Testing
import Traffic
import Verdict

@Suite struct RetentionTests {
    private let store: StoreFixture
    private var retention: Retention { Retention(store.connection) }

    init() throws { store = try StoreFixture() }

    private func days(_ number: Double) -> Timestamp { Moments.monday.adding(seconds: number * Moments.day) }

    private func fill(_ trial: StoredTrial, _ moments: [Timestamp]) throws {
        try store.ship(moments.map { traffic(trial, at: $0) }.records)
        while let batch = try store.queue.claim() {
            let compared = batch.pairs.map {
                ComparedPair(
                    pair: $0.pair.id,
                    finding: Finding(
                        agreement: .different, failureMode: .labelMismatch,
                        differences: [Difference(path: "", kind: "k", productionValue: "secret", candidateValue: "b", rule: "r")]))
            }
            #expect(try store.queue.store(batch, compared, comparatorVersion: 1, at: Moments.monday))
        }
    }

    private func count(_ table: String) throws -> Int {
        try store.connection.query("SELECT count(*) AS n FROM understudy_store.\(table)")[0].int("n")
    }

    private func look(_ trial: StoredTrial, at moment: Timestamp) throws -> TakenLook {
        try Looks(store.connection).take(
            trial: trial.id, at: moment, decide: { Verdict.look(at: $0, after: $1) }, reason: { _ in "" })
    }

    @Test func anOpenTrialsPairsGoButItsEvidenceStays() throws {
        let trial = try store.registry.enable(try labelSettings { $0.privacy.retainDays = 3 }, at: Moments.monday).trial
        try fill(trial, [days(0), days(1), days(6)])
        let before = try look(trial, at: days(7)).input.cells
        let result = try retention.prune(at: days(7))
        #expect(result.droppedDays == ["2026_11_16", "2026_11_17"])
        #expect(try count("pair") == 1)
        #expect(try count("call") == 1)
        #expect(try count("comparison") == 3)
        #expect(try store.value("SELECT count(*) FROM understudy_store.comparison WHERE differences IS NOT NULL") == "1")
        #expect(try look(trial, at: days(7)).input.cells == before)
        #expect(try store.queue.recompareOutdated(comparatorVersion: 2) == 1)
        #expect(try ReportQueries(store.connection).agreement(trial: trial.id).different == 3)
    }

    @Test func anEndedTrialKeepsItsVerdict() throws {
        let trial = try store.registry.enable(try labelSettings { $0.privacy.retainDays = 3 }, at: Moments.monday).trial
        try fill(trial, [days(0), days(1)])
        let last = try look(trial, at: days(2))
        _ = try store.registry.disable(workload: trial.workload, candidate: nil, at: days(2))
        _ = try retention.prune(at: days(20))
        #expect(try count("comparison") == 0)
        let again = try look(trial, at: days(21))
        #expect(again.number == last.number)
        #expect(again.look == last.look)
        #expect(try store.analyst().query("SELECT sum(pairs) AS n FROM failure_modes")[0].int("n") == 2)
    }

    @Test func rowsOfWorkloadsThatKeepLessAreDeletedFromACommonDay() throws {
        let short = try store.registry.enable(try labelSettings { $0.privacy.retainDays = 2 }, at: Moments.monday).trial
        let long = try store.registry.enable(try labelSettings(workload: "other") { $0.privacy.retainDays = nil }, at: Moments.monday).trial
        try fill(short, [days(0), days(0.1)])
        try fill(long, [days(0)])
        let result = try retention.prune(at: days(5))
        #expect(result.droppedDays == [])
        #expect(result.deletedPairs == 2)
        #expect(try store.analyst().query("SELECT workload FROM pairs").map { try $0.text("workload") } == ["other"])
        #expect(try count("call") == 1)
    }

    @Test func partitionsAreMadeAheadOnceAndAgainAfterTheyWereDropped() throws {
        try retention.makePartitions(at: days(0))
        try retention.makePartitions(at: days(0))
        let partitions = "pg_inherits WHERE inhparent = 'understudy_store.call'::regclass"
        #expect(try store.value("SELECT count(*) FROM \(partitions)") == "4")
        _ = try retention.prune(at: days(10))
        #expect(try store.value("SELECT count(*) FROM \(partitions)") == "0")
        let trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        try fill(trial, [days(0)])
        #expect(try count("pair") == 1)
    }

    @Test func whatADeadPrunerLeftDetachedIsDroppedOrMadeAnew() throws {
        try retention.makePartitions(at: days(0))
        try store.connection.script(
            "ALTER TABLE understudy_store.call DETACH PARTITION understudy_store.call_2026_11_15 CONCURRENTLY")
        try store.connection.script(
            "ALTER TABLE understudy_store.call DETACH PARTITION understudy_store.call_2026_11_16 CONCURRENTLY")
        let trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        try fill(trial, [days(0)])
        #expect(try count("call") == 1)
        _ = try retention.prune(at: days(0))
        #expect(try store.value("SELECT to_regclass('understudy_store.call_2026_11_15')::text") == nil)
        #expect(try count("call") == 1)
    }
}
