import EmbeddedPostgres
import Foundation
import Glibc
import Testing

/// Kills parts of a running trial under load and holds the database against ledgers that the simulated models keep themselves, and
/// against the spools.
///
/// A short run by default; `UNDERSTUDY_KILLS=300 ./deploy/test --filter CrashTests` makes it long.
@Suite(.serialized) struct CrashTests {
    private static let kills = Int(ProcessInfo.processInfo.environment["UNDERSTUDY_KILLS"] ?? "")

    @Test func nothingFinishedIsLostOrDoubledWhateverIsKilled() throws {
        let kills = Self.kills ?? 12
        let trial = try CrashTrial()
        try trial.start()
        let load = CallLoad(mirror: trial.mirror, threads: 6)
        load.start()
        let parts = ["mirror", "mirror", "courier", "courier", "worker", "postgres", "backend", "up"]
        var victims: [String: Int] = [:]
        for number in 0..<kills {
            // Whatever the machine's speed, each death finds pairs that were finished since the last one.
            let before = trial.witness.pairs.count
            _ = try eventually(within: 120, "ten more pairs in the spool, after \(victims)") {
                trial.witness.pairs.count >= before + 10 ? true : nil
            }
            usleep(UInt32.random(in: 0...400_000))
            let victim = number < parts.count ? parts[number] : parts.randomElement() ?? "mirror"
            if try trial.kill(victim) { victims[victim, default: 0] += 1 }
        }
        load.stop()
        let outcome = try trial.settle(load)
        print("crash test: \(victims.values.reduce(0, +)) kills \(Self.text(victims)), \(outcome), shed: \(try trial.shed())")
        #expect(outcome.spooled >= 10 * kills)
        expectNothingLost(outcome)
        #expect(try trial.miscounted() == [])
        trial.stop()
    }

    /// The number is the visit at which a process dies, each time it has been started again.
    private static let points: [(child: String, point: String)] = [
        ("mirror", "append.before:150"), ("mirror", "append.half:150"), ("mirror", "append.after:150"), ("mirror", "segment.before:2"),
        ("mirror", "segment.begun:2"), ("courier", "settings.written:1"), ("courier", "copy.before:4"), ("courier", "copy.half:4"),
        ("courier", "commit.before:4"), ("courier", "commit.after:4"), ("courier", "segment.remove:1"), ("courier", "spool.remove:1"),
        ("worker", "compare.claimed:2"), ("worker", "compare.saved:2"), ("worker", "compare.finished:2"), ("worker", "compare.committed:2"),
    ]

    @Test func nothingIsLostOrDoubledAtAnyFailpoint() throws {
        let deathsEach = Self.kills.map { max(1, $0 / 40) } ?? 1
        let trial = try CrashTrial()
        try trial.start()
        let load = CallLoad(mirror: trial.mirror, threads: 4)
        load.start()
        var deaths: [String: Int] = [:]
        for (child, point) in Self.points {
            let before = trial.deaths.count
            try trial.kill("up", failpoint: point)
            _ = try eventually(within: 120, "\(deathsEach) deaths at the failpoint \(point): \(trial.errors.suffix(2000))") {
                trial.deaths.dropFirst(before).count { $0.child == child } >= deathsEach ? true : nil
            }
            deaths[point] = trial.deaths.dropFirst(before).count { $0.child == child }
        }
        try trial.kill("up")
        let before = trial.witness.pairs.count
        _ = try eventually(within: 60, "pairs after the last death") { trial.witness.pairs.count > before + 10 ? true : nil }
        load.stop()
        let outcome = try trial.settle(load)
        print("failpoints: \(Self.text(deaths)), \(Self.points.count + 1) kills of up, \(outcome)")
        #expect(outcome.spooled > 100)
        expectNothingLost(outcome)
        #expect(try trial.miscounted() == [])
        trial.stop()
    }

    /// A look, and with it the day's verdict, is there whole or not at all.
    @Test func aLookIsTakenOnceOrNotAtAll() throws {
        let trial = try CrashTrial()
        try trial.start()
        let load = CallLoad(mirror: trial.mirror, threads: 2)
        load.start()
        _ = try eventually(within: 60, "some calls") { load.count > 20 ? true : nil }
        load.stop()
        _ = try trial.settle(load)
        func look(_ failpoint: String) throws -> (verdicts: String, gates: String) {
            let died = try Program.run(
                ["report", "--data", trial.data.path, "crash"], environment: failpoint.isEmpty ? [:] : ["UNDERSTUDY_FAILPOINT": failpoint])
            #expect(died.status == (failpoint.isEmpty ? 0 : SIGKILL), "\(failpoint): \(died.errors)")
            return (try trial.sql("select count(*) from verdicts"), try trial.sql("select count(*) from gates"))
        }
        #expect(try look("look.stored") == ("0", "0"))
        #expect(try look("look.finished") == ("0", "0"))
        let after = try look("look.committed")
        #expect(after.verdicts == "1")
        #expect(try look("") == after)
        trial.stop()
    }

    private static func text(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}

/// Nothing lost, nothing twice, nothing otherwise than it was.
func expectNothingLost(_ outcome: CrashOutcome) {
    #expect(outcome.lost == [])
    #expect(outcome.doubled == [])
    #expect(outcome.changed == [])
}
