import Foundation
import Glibc
import Synchronization
import Testing

/// Kills parts of a running trial under load and holds the database against a ledger that the simulated models keep themselves.
///
/// A short run by default; `UNDERSTUDY_KILLS=300 ./deploy/test --filter CrashTests` makes it long.
@Suite(.serialized) struct CrashTests {
    @Test func nothingFinishedIsLostOrDoubledWhateverIsKilled() throws {
        let kills = Int(ProcessInfo.processInfo.environment["UNDERSTUDY_KILLS"] ?? "") ?? 10
        let trial = try CrashTrial()
        try trial.start()
        let load = CallLoad(mirror: trial.mirror, threads: 6)
        load.start()
        var victims: [String: Int] = [:]
        for _ in 0..<kills {
            usleep(UInt32.random(in: 150_000...700_000))
            let victim = ["mirror", "mirror", "courier", "courier", "worker", "postgres", "up"].randomElement() ?? "mirror"
            try trial.kill(victim)
            // Calls that a mirror's death could have cut short decide nothing: leave time for some that it could not.
            if victim == "mirror" || victim == "up" { usleep(1_300_000) }
            victims[victim, default: 0] += 1
        }
        usleep(500_000)
        load.stop()
        let outcome = try trial.settle(load)
        print("crash test: \(kills) kills \(victims.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }), \(outcome)")
        #expect(outcome.answered > 50)
        #expect(outcome.mustBeStored > 20)
        #expect(outcome.lost == [])
        #expect(outcome.doubled == [])
        #expect(outcome.changed == [])
        trial.stop()
    }

    /// The number is the visit at which the process dies, each time it has been started again.
    @Test(arguments: ["append.half:300", "append.after:300", "copy.before:4", "copy.half:4", "commit.before:4", "commit.after:4"])
    func nothingIsLostOrDoubledAtAFailpoint(_ point: String) throws {
        let trial = try CrashTrial(failpoint: point)
        try trial.start()
        let load = CallLoad(mirror: trial.mirror, threads: 4)
        load.start()
        _ = try eventually(within: 30, "two deaths at the failpoint \(point)") { trial.deaths.count >= 2 ? true : nil }
        usleep(700_000)
        load.stop()
        let outcome = try trial.settle(load)
        print("failpoint \(point): \(trial.deaths.count) deaths, \(outcome)")
        #expect(outcome.mustBeStored > 10)
        #expect(outcome.lost == [])
        #expect(outcome.doubled == [])
        #expect(outcome.changed == [])
        trial.stop()
    }
}

/// What a settled crash run came to.
struct CrashOutcome: CustomStringConvertible {
    var answered = 0
    var mustBeStored = 0
    var stored = 0
    var lost: [String] = []
    var doubled: [String] = []
    var changed: [String] = []

    var description: String {
        "\(answered) calls answered, \(mustBeStored) pairs certainly finished, \(stored) stored, \(lost.count) lost, \(doubled.count) doubled, \(changed.count) changed"
    }
}

/// A trial with two simulated models that keep ledgers, whose parts can be killed.
final class CrashTrial {
    private let folder: URL
    private var production: RunningProgram?
    private var candidate: RunningProgram?
    private var up: RunningProgram?
    private(set) var mirror = ""
    private var web = ""
    private var metrics = ""
    private let failpoint: String?
    /// When parts were killed that may hold pairs which are not yet in the spool.
    private var mirrorKills: [Date] = []

    init(failpoint: String? = nil) throws {
        self.failpoint = failpoint
        folder = FileManager.default.temporaryDirectory.appending(path: "us-crash-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// When children of the supervisor died by SIGKILL, by its own log.
    var deaths: [(child: String, at: Date)] {
        (up?.errors ?? "").split(separator: "\n").compactMap { line in
            guard line.contains("ended (signal 9)"),
                let stamp = line.split(separator: " ").first.flatMap({ try? Date(String($0), strategy: Self.stamp) })
            else { return nil }
            return (line.contains(" mirror ended") ? "mirror" : "other", stamp)
        }
    }

    private static let stamp = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    private var data: String { folder.appending(path: "data").path }

    func start() throws {
        production = try startModel("production", latency: 3)
        candidate = try startModel("candidate", latency: 5)
        try startUp()
        let productionURL = try production?.ready()["model"] ?? ""
        let candidateURL = try candidate?.ready()["model"] ?? ""
        let settings = folder.appending(path: "crash.yaml")
        try """
        workload: crash
        compare: { as: label, labels: ["yes", "no"] }
        production: { url: "\(productionURL)" }
        candidate: { url: "\(candidateURL)", model: small, confidence: none, limits: { queue: 10000 } }
        sample: 100%
        control: 20%
        """.write(to: settings, atomically: true, encoding: .utf8)
        let enabled = try Program.run(["enable", "--data", data, "-f", settings.path, "--no-probe"])
        guard enabled.status == 0 else { throw Unexpected("enable failed: \(enabled.errors)") }
        _ = try eventually(within: 5, "the mirror to know the workload") {
            (try? HttpConnection(mirror).request("POST", "/crash/v1/chat/completions", body: CallLoad.body("warm-up")))?.status == 200
                ? true : nil
        }
    }

    private func startModel(_ name: String, latency: Int) throws -> RunningProgram {
        let file = folder.appending(path: "\(name).json")
        try """
        {"model": "\(name)", "answers": [{"contains": "\(latency)", "answer": "no"}, {"contains": "7", "answer": "yes of \(name)"}], "default": {"answer": "yes"}, "latency": {"median_ms": \(latency), "p95_ms": \(latency * 3)}}
        """.write(to: file, atomically: true, encoding: .utf8)
        return try RunningProgram(
            ["stand-in", "-f", file.path, "--address", "127.0.0.1:0", "--ledger", folder.appending(path: "\(name).ledger").path])
    }

    private func startUp() throws {
        var environment: [String: String] = [:]
        if let failpoint { environment["UNDERSTUDY_FAILPOINT"] = failpoint }
        let up = try RunningProgram(
            [
                "up", "--data", data, "--mirror-address", mirror.isEmpty ? "127.0.0.1:0" : address(mirror),
                "--web-address", web.isEmpty ? "127.0.0.1:0" : address(web), "--metrics-address",
                metrics.isEmpty ? "127.0.0.1:0" : address(metrics),
            ], environment: environment)
        self.up = up
        let ready = try up.ready()
        mirror = ready["mirror"] ?? ""
        web = ready["web"] ?? ""
        metrics = ready["metrics"] ?? ""
    }

    private func address(_ url: String) -> String { url.replacingOccurrences(of: "http://", with: "") }

    /// Kills one part with SIGKILL; `up` itself is started again at once.
    func kill(_ part: String) throws {
        guard let up else { return }
        if part == "up" {
            note(killAt: Date(), of: "up")
            up.signal(SIGKILL)
            up.waitForEnd()
            try startUp()
            return
        }
        let pids = descendants(of: up.processID).filter {
            part == "postgres" ? $0.command.contains("postgres -D") : $0.command.contains(" \(part)")
        }
        guard let pid = pids.first?.pid else { return }
        note(killAt: Date(), of: part)
        Glibc.kill(pid, SIGKILL)
    }

    func note(killAt moment: Date, of part: String) {
        if part == "mirror" || part == "up" { mirrorKills.append(moment) }
    }

    /// Waits until everything that was spooled is in the database, then compares it with the ledgers.
    func settle(_ load: CallLoad) throws -> CrashOutcome {
        _ = try eventually(within: 60, "the spool to be empty") { () -> Bool? in
            let status = try Program.run(["status", "--data", data, "crash", "--json"])
            guard status.status == 0, let json = try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any] else {
                return nil
            }
            return json["spooled"] as? Int == 0 && (json["paired"] as? Int ?? 0) > 0 ? true : nil
        }
        let rows = try Program.run([
            "sql", "--data", data, "--csv",
            "select input, coalesce(production_output, '-'), coalesce(candidate_output, '-') from pairs where workload = 'crash'",
        ])
        guard rows.status == 0 else { throw Unexpected("sql failed: \(rows.errors)") }
        var stored: [String: [String]] = [:]
        var outcome = CrashOutcome()
        for line in rows.output.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3 else { continue }
            if stored.updateValue(fields, forKey: fields[0]) != nil { outcome.doubled.append(fields[0]) }
        }
        outcome.stored = stored.count
        mirrorKills += deaths.filter { $0.child == "mirror" }.map(\.at)
        let candidateLedger = try ledger("candidate")
        let productionLedger = try ledger("production")
        for call in load.results() where call.status == 200 {
            outcome.answered += 1
            guard let candidate = candidateLedger[call.id], let production = productionLedger[call.id] else { continue }
            // Finished for certain: no kill fell between the call's start and a moment after its last leg's end.
            let last = max(candidate.at, call.ended).addingTimeInterval(0.5)
            if mirrorKills.contains(where: { $0 >= call.started.addingTimeInterval(-0.05) && $0 <= last }) { continue }
            outcome.mustBeStored += 1
            guard let row = stored[call.id] else {
                outcome.lost.append(call.id)
                continue
            }
            let asSaid =
                row[1] == production.answer && row[2] == candidate.answer && call.text.contains("\"content\":\"\(production.answer)\"")
            if !asSaid { outcome.changed.append(call.id) }
        }
        return outcome
    }

    /// The ids in a model's ledger, each with the moment when it was answered and the answer.
    private func ledger(_ name: String) throws -> [String: (at: Date, answer: String)] {
        var answered: [String: (at: Date, answer: String)] = [:]
        let text = try String(contentsOf: folder.appending(path: "\(name).ledger"), encoding: .utf8)
        for line in text.split(separator: "\n") {
            guard let entry = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let id = entry["last_user"] as? String,
                let at = entry["at_us"] as? Double, let answer = entry["answer"] as? String, (entry["leg"] as? String ?? "") != "control"
            else { continue }
            answered[id] = (Date(timeIntervalSince1970: at / 1e6), answer)
        }
        return answered
    }

    func stop() {
        up?.signal(SIGTERM)
        up?.waitForEnd()
        production?.signal(SIGTERM)
        candidate?.signal(SIGTERM)
    }
}

/// Calls with ids of their own, sent by several threads until told to stop.
final class CallLoad: @unchecked Sendable {
    // @unchecked: everything mutable is behind the two locks.
    struct Result {
        let id: String
        let status: Int
        let text: String
        let started: Date
        let ended: Date
    }

    private let mirror: String
    private let threads: Int
    private let done = Mutex<[Result]>([])
    private let stopped = Atomic<Bool>(false)
    private let group = DispatchGroup()

    init(mirror: String, threads: Int) {
        self.mirror = mirror
        self.threads = threads
    }

    static func body(_ id: String) -> String {
        #"{"model":"big","messages":[{"role":"system","content":"Answer yes or no."},{"role":"user","content":"\#(id)"}]}"#
    }

    func start() {
        for thread in 0..<threads {
            group.enter()
            Thread.detachNewThread { [self] in
                var count = 0
                var connection: HttpConnection?
                while !stopped.load(ordering: .relaxed) {
                    count += 1
                    let id = "call-\(thread)-\(count)"
                    let started = Date()
                    do {
                        let open = try connection ?? HttpConnection(mirror, timeout: 10)
                        connection = open
                        let answer = try open.request("POST", "/crash/v1/chat/completions", body: Self.body(id))
                        done.withLock {
                            $0.append(Result(id: id, status: answer.status, text: answer.text, started: started, ended: Date()))
                        }
                    } catch {
                        connection = nil
                        usleep(20_000)
                    }
                    usleep(2_000)
                }
                group.leave()
            }
        }
    }

    func stop() {
        stopped.store(true, ordering: .relaxed)
        group.wait()
    }

    func results() -> [Result] { done.withLock { $0 } }
}
