import Configuration
import TestSupport
import Testing
import Traffic

@testable import Mirror

@Suite struct PairWatchTests {
    private let second: UInt64 = 1_000_000_000
    private let trial = trialIdentifier(1)

    private func watch(rate: Double = 1) throws -> PairWatch {
        var watch = PairWatch()
        let settings = try workloadSettings(sample: SampleSettings(rate: rate))
        watch.follow([MirrorTrial(id: trial, settings: settings)], at: 0)
        return watch
    }

    private func delta(_ stage: CoverageStage, _ reason: String = "", _ count: Int) -> CoverageDelta {
        CoverageDelta(workload: "w", trial: trial, stage: stage, reason: reason, at: Timestamp(microseconds: 0), count: count)
    }

    @Test(arguments: [
        (1.0, 2, 60, false),
        (1.0, 3, 59, false),
        (1.0, 3, 60, true),
        (0.1, 29, 100, false),
        (0.1, 30, 100, true),
    ])
    func warnsWhenPairsWereToBeExpected(_ rate: Double, _ calls: Int, _ seconds: UInt64, _ warns: Bool) throws {
        var watch = try watch(rate: rate)
        watch.count([delta(.calls, calls)])
        #expect(watch.warnings(at: seconds * second).isEmpty == !warns)
        #expect(watch.states.first?.isStarved == warns)
    }

    private func delta(_ stage: CoverageStage, _ count: Int) -> CoverageDelta { delta(stage, "", count) }

    @Test func saysTheMostFrequentReason() throws {
        var watch = try watch()
        watch.count([delta(.calls, 10), delta(.skipped, "no_match", 7), delta(.shed, "queue_full", 3)])
        #expect(watch.warnings(at: 60 * second).map(\.why) == ["skipped no_match: 7 calls"])
    }

    @Test func saysItAgainOnlyAfterAnotherMinuteOfCalls() throws {
        var watch = try watch()
        watch.count([delta(.calls, 10)])
        #expect(watch.warnings(at: 60 * second).count == 1)
        watch.count([delta(.calls, 10)])
        #expect(watch.warnings(at: 119 * second).isEmpty)
        #expect(watch.warnings(at: 120 * second).map(\.why) == ["no call was drawn"])
    }

    @Test func aPairEndsTheWarning() throws {
        var watch = try watch()
        watch.count([delta(.calls, 10)])
        _ = watch.warnings(at: 60 * second)
        watch.pairWritten(trial)
        #expect(watch.warnings(at: 61 * second).isEmpty)
        #expect(watch.states.first?.isStarved == false)
    }

    @Test func callsThatAreCountedJustAfterTheirPairsAreNoAlarm() throws {
        var watch = try watch()
        watch.pairWritten(trial)
        #expect(watch.warnings(at: 1 * second).isEmpty)
        watch.count([delta(.calls, 10)])
        for moment in [2, 61, 62, 300] { #expect(watch.warnings(at: UInt64(moment) * second).isEmpty) }
        watch.count([delta(.calls, 10)])
        #expect(watch.warnings(at: 301 * second).count == 1)
    }
}

@Suite struct FoundKeyTests {
    private func text(_ key: FoundKey) -> String {
        switch key {
        case .notNeeded: "not needed"
        case .found(let value): "found \(value)"
        case .missing(let place): "missing \(place)"
        }
    }

    @Test func readsTheEnvironment() {
        #expect(text(FoundKey(nil, environment: [:])) == "not needed")
        #expect(text(FoundKey(.environment("K"), environment: ["K": " secret\n"])) == "found secret")
        #expect(text(FoundKey(.environment("K"), environment: ["K": "  "])) == "missing the environment variable K")
        #expect(text(FoundKey(.environment("K"), environment: [:])) == "missing the environment variable K")
    }

    @Test func readsTheFirstLineOfAFile() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("secret \nsecond line\n", to: "key")
        #expect(text(FoundKey(.file(file), environment: [:])) == "found secret")
        #expect(text(FoundKey(.file(folder.path("none")), environment: [:])).hasPrefix("missing the first line of /"))
    }
}
