import Configuration
import Postgres
import Spool
import Storage
import Testing
import Traffic
import Verdict

/// From what a mirror counts to what a look says of its sample.
@Suite("The sample in the store") struct SampleProfileTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    private func look(_ trial: StoredTrial) throws -> TakenLook {
        try Looks(store.connection).take(
            trial: trial.id, at: Moments.monday.adding(seconds: Moments.day), decide: { Verdict.look(at: $0, after: $1) },
            reason: { $0.decision.recommendation.rawValue })
    }

    @Test("counts add up by size, hour and segment, and a sample that is bent holds the evidence open")
    func counted() throws {
        let trial = try store.registry.enable(try labelSettings { $0.trial.timezone = "Europe/Berlin" }, at: Moments.monday).trial
        func delta(
            _ stage: CoverageStage, _ count: Int, _ reason: String, segment: String? = nil, hour: Double = 0, seconds: Double = 5
        ) -> CoverageDelta {
            CoverageDelta(
                workload: trial.workload, trial: trial.id, stage: stage, reason: reason, segment: segment,
                at: Moments.monday.adding(seconds: hour * Moments.hour + seconds), count: count)
        }
        var deltas: [CoverageDelta] = []
        for (size, drawn) in [("under 256 B", 900), ("1 to 4 KB", 1400)] {
            for hour in [0.0, 1.0] {
                deltas += [
                    delta(.profileCalls, 4000, "size:\(size)", segment: "mail", hour: hour),
                    delta(.profileCalls, 1000, "size:\(size)", segment: "mail", hour: hour, seconds: 900),
                    delta(.profileExpected, 500_000_000, "size:\(size)", segment: "mail", hour: hour),
                    delta(.profileDrawn, drawn / 2, "size:\(size)", segment: "mail", hour: hour),
                    delta(.profileSampled, drawn / 2, "size:\(size)", segment: "mail", hour: hour),
                    delta(.profileKept, drawn / 2 - 5, "size:\(size)", segment: "mail", hour: hour),
                ]
            }
        }
        deltas += [delta(.profileSampled, 300, "tools:with tools"), delta(.profileKept, 290, "tools:with tools")]
        deltas += [delta(.profileSampled, 2000, "tools:without tools"), delta(.profileKept, 1990, "tools:without tools")]
        try store.ship([.coverage(deltas)])
        #expect(try store.value("SELECT count(*) FROM understudy_store.coverage_count") == "0", "they are no stage of the funnel")

        let rows = try store.analyst().query(
            "SELECT dimension, slice, calls, expected, drawn, kept FROM sample_profile ORDER BY dimension, slice")
        let read = try rows.map { row in
            "\(try row.text("dimension")) \(try row.text("slice")): \(try row.int("calls")) \(try row.double("expected")) "
                + "\(try row.int("drawn")) \(try row.int("kept"))"
        }
        let hours = try store.value("SELECT to_char(timestamptz '\(Moments.monday)' AT TIME ZONE 'Europe/Berlin', 'HH24')") ?? ""
        #expect(read.contains("size 1 to 4 KB: 10000 1000.0 1400 1390"))
        #expect(read.contains("size under 256 B: 10000 1000.0 900 890"))
        #expect(read.contains("segment mail: 20000 2000.0 2300 2280"))
        #expect(read.contains("hour \(hours): 10000 1000.0 1150 1140"))
        #expect(read.contains("tools with tools: 0 0.0 0 290"))

        let taken = try look(trial)
        let bent = try #require(taken.look.bias.first { $0.step == .drawn && $0.dimension == .size })
        #expect(bent.isBiased)
        #expect(abs(bent.distance - (1400.0 / 2300 - 0.5)) < 1e-12)
        #expect(taken.look.bias.first { $0.step == .drawn && $0.dimension == .hour }?.isBiased == false)
        #expect(taken.look.bias.first { $0.step == .kept && $0.dimension == .tools }?.isBiased == false)
        #expect(taken.look.shortfalls.contains(.biased(bent)))
        let stored = try #require(try Looks(store.connection).latest(trial: trial.id))
        #expect(stored.input == taken.input)
        #expect(stored.said { Verdict.look(at: $0, after: $1) } == taken.look)
    }
}
