import EmbeddedPostgres
import Foundation
import Glibc
import Postgres
import Spool
import Testing
import Traffic

/// Troubles that kill no process: a database that is out of reach, a disk without room, a spool that was damaged.
@Suite(.serialized) struct TroubleTests {
    @Test func aDatabaseThatIsOutOfReachForAWhileCostsNothing() throws {
        let trial = try CrashTrial()
        try trial.start()
        let load = CallLoad(mirror: trial.mirror, threads: 4)
        load.start()
        _ = try eventually(within: 60, "pairs in the database") { try trial.status()["paired"] as? Int ?? 0 > 20 ? true : nil }
        let admin = try PostgresConnection(url: #require(trial.data.runningServerURL), applicationName: "trouble")
        let socket = "\(trial.data.run)/.s.PGSQL.5432"
        for _ in 0..<2 {
            try FileManager.default.moveItem(atPath: socket, toPath: socket + ".aside")
            let cut = try admin.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).count
            #expect(cut >= 3, "courier, worker and page were connected")
            let before = (calls: load.count, pairs: trial.witness.pairs.count)
            _ = try eventually(within: 60, "calls and pairs meanwhile") {
                load.count > before.calls + 50 && trial.witness.pairs.count > before.pairs + 50 ? true : nil
            }
            #expect(try Program.run(["status", "--data", trial.data.path, "crash"]).status == 1)
            try FileManager.default.moveItem(atPath: socket + ".aside", toPath: socket)
            let stored = try eventually(within: 60, "the database") { try? trial.status()["paired"] as? Int }
            _ = try eventually(within: 60, "more pairs in the database") {
                try trial.status()["paired"] as? Int ?? 0 > stored + 20 ? true : nil
            }
        }
        load.stop()
        let outcome = try trial.settle(load)
        print("database cut twice: \(outcome)")
        #expect(outcome.answered == load.count && load.failures() == [])
        #expect(outcome.untroubled >= outcome.answered, "nobody died of it")
        expectNothingLost(outcome)
        #expect(try trial.miscounted() == [])
        #expect(trial.errors.contains("courier the database cannot be used now"))
        trial.stop()
    }

    @Test func aFullDiskShedsShadowsAloudAndProductionPasses() throws {
        let trial = try CrashTrial([])
        let small = try SmallDisk(megabytes: 2, at: trial.data.spool, below: trial.data.path)
        guard let small else { return print("skipped: a full disk needs a tmpfs, and this user may not mount one") }
        try trial.start()
        let load = CallLoad(mirror: trial.mirror, threads: 8, pause: 0)
        load.start()
        _ = try eventually(within: 60, "pairs in the database") { try trial.status()["paired"] as? Int ?? 0 > 20 ? true : nil }
        let courier = try #require(trial.process("courier"))
        kill(courier, SIGSTOP)
        func isFull(_ full: Bool) throws {
            _ = try eventually(within: 240, "a disk that is \(full ? "full" : "not full"): \(trial.errors)") {
                try trial.metric("understudy_spool_full") == (full ? 1 : 0) ? true : nil
            }
        }
        try isFull(true)
        let passed = load.count
        _ = try eventually(within: 60, "calls on a full disk") { load.count > passed + 200 ? true : nil }
        let free = small.free
        kill(courier, SIGCONT)
        try isFull(false)
        let paired = try eventually(within: 60, "the status") { try? trial.status()["paired"] as? Int }
        _ = try eventually(within: 60, "pairs after it") { try trial.status()["paired"] as? Int ?? 0 > paired + 50 ? true : nil }
        load.stop()
        #expect(load.failures() == [])
        let outcome = try trial.settle(load)
        // Counts travel in deltas of a second.
        let status = try eventually(within: 60, "each sampled call as a pair or shed: \(trial.shed())") { () -> [String: Any]? in
            let status = try trial.status()
            let shed = (status["shed"] as? [String: Int] ?? [:]).values.reduce(0, +)
            return status["calls"] as? Int == load.count && status["sampled"] as? Int == shed + (status["paired"] as? Int ?? 0)
                ? status : nil
        }
        let shed = status["shed"] as? [String: Int] ?? [:]
        print(
            "full disk: \(free) bytes free when it was full, \(load.count) calls, 0 failed, \(status["paired"] ?? "") pairs, shed \(shed)")
        #expect(shed["spool_full"] ?? 0 > 0)
        #expect(outcome.doubled == [] && outcome.changed == [])
        #expect(trial.errors.contains("the spool takes no more") && trial.errors.contains("No space left on device"))
        #expect(trial.errors.contains("the spool has room again"))
        trial.stop()
    }

    @Test func aDamagedSpoolLosesWhatWasDamagedAndNothingBeside() throws {
        let trial = try CrashTrial([])
        try trial.start()
        let load = CallLoad(mirror: trial.mirror, threads: 4)
        load.start()
        _ = try eventually(within: 60, "pairs in the spool") { trial.witness.pairs.count > 20 ? true : nil }
        let courier = try #require(trial.process("courier"))
        kill(courier, SIGSTOP)
        let spool = try #require(SpoolFolder.all(in: trial.data.spool).last)
        let shipped = trial.witness.entries(of: spool.id).count
        _ = try eventually(within: 60, "records that no courier has read") {
            trial.witness.entries(of: spool.id).count > shipped + 200 ? true : nil
        }
        _ = try trial.kill("mirror")
        let answered = load.count
        _ = try eventually(within: 60, "calls with the next mirror") { load.count > answered + 50 ? true : nil }
        load.stop()
        _ = try eventually(within: 60, "the spool at rest") { try trial.metric("understudy_spool_queued_records") == 0 ? true : nil }
        trial.witness.stop()
        let damage = try SpoolDamage(trial.witness.entries(of: spool.id), of: spool, from: shipped + 50)
        kill(courier, SIGCONT)
        let outcome = try trial.settle(load)
        print("damaged spool: \(damage.bytes) bytes, \(damage.lost.count) pairs in them; \(outcome)")
        let lost = outcome.lost.filter { $0.hasSuffix(" of a spool") }
        #expect(Set(lost) == Set(damage.lost.map { "\($0) of a spool" }))
        #expect(outcome.lost.count - lost.count <= lost.count, "by the clock no others are missed")
        #expect(outcome.doubled == [] && outcome.changed == [])
        #expect(try trial.miscounted() == [])
        let said = trial.errors.matches(of: /(\d+) damaged bytes in the spool were skipped/).compactMap { Int($0.1) }
        #expect(said.reduce(0, +) == damage.bytes)
        let warnings = try trial.status()["warnings"] as? [String] ?? []
        #expect(warnings.contains { $0.hasPrefix("\(damage.bytes) bytes of the spool were no whole records") }, "\(warnings)")
        trial.stop()
    }
}

/// A file system of its own, with little room, as long as it is held.
private final class SmallDisk {
    private let path: String

    /// nil where this user may not mount one.
    init?(megabytes: Int, at path: String, below data: String) throws {
        self.path = path
        for folder in [data, path] { unsafe mkdir(folder, folder == data ? 0o711 : 0o700) }
        guard try tool("mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m,mode=0700", "tmpfs", path]).status == 0 else { return nil }
    }

    deinit { _ = try? tool("umount", ["-l", path]) }

    /// Bytes that may still be written.
    var free: UInt64 {
        var status = statvfs()
        return unsafe statvfs(path, &status) == 0 ? UInt64(status.f_bavail) * UInt64(status.f_frsize) : 0
    }
}

/// What was done to a spool: a byte turned over in one record, another filled with zeros, the last torn in its middle.
private struct SpoolDamage {
    /// Bytes that are no whole records any more.
    private(set) var bytes = 0
    /// Pairs that stood in them.
    private(set) var lost: [Identifier] = []

    /// Damages the records of pairs from one on.
    init(_ entries: [SpoolEntry], of spool: SpoolFolder, from first: Int) throws {
        let segment = try #require(entries.last).position.segment
        let digits = String(segment)
        let path = "\(spool.path)/\(String(repeating: "0", count: 12 - digits.count))\(digits).seg"
        let file = try FileHandle(forUpdating: URL(filePath: path))
        let size = Int(try file.seekToEnd())
        func pair(_ index: Int) -> Pair? {
            guard case .pair(let pair) = entries[index].record else { return nil }
            return pair
        }
        func frame(_ index: Int) -> Range<Int> {
            Int(entries[index].position.offset)..<(index + 1 < entries.count ? Int(entries[index + 1].position.offset) : size)
        }
        let pairs = (first..<entries.count).filter { entries[$0].position.segment == segment && pair($0) != nil }
        let (turned, zeroed, torn) = (pairs[5], pairs[20], pairs[pairs.count - 1])
        for (index, range) in [(turned, frame(turned).lowerBound + 40..<frame(turned).lowerBound + 41), (zeroed, frame(zeroed))] {
            try file.seek(toOffset: UInt64(range.lowerBound))
            let before = try #require(try file.read(upToCount: range.count))
            try file.seek(toOffset: UInt64(range.lowerBound))
            try file.write(contentsOf: index == zeroed ? Data(count: before.count) : Data(before.map { ~$0 }))
            bytes += frame(index).count
        }
        let middle = frame(torn).lowerBound + frame(torn).count / 2
        try file.truncate(atOffset: UInt64(middle))
        try file.close()
        bytes += middle - frame(torn).lowerBound
        // Calls behind the last pair are gone with it, and so is what pairs before it would have been.
        let goneCalls = (torn..<entries.count).compactMap { index -> Identifier? in
            if case .call(let call) = entries[index].record { return call.id }
            return nil
        }
        lost =
            [turned, zeroed, torn].compactMap { pair($0)?.id }
            + pairs.compactMap { pair($0) }.filter { goneCalls.contains($0.callID) }.map(\.id)
    }
}
