import Foundation
import Glibc
import Testing

/// Recorded calls, asked again by the built binary, against models that keep ledgers of their own.
@Suite(.serialized) struct ReplayTests {
    /// Two models with ledgers, a file of settings and a running `up`.
    private final class Scene {
        let stage: Stage
        let up: RunningProgram
        private let production: RunningProgram
        private let candidate: RunningProgram

        init(candidate more: String = "") throws {
            stage = try Stage()
            up = try stage.startUp()
            production = try Self.model("production", stage, "")
            candidate = try Self.model("candidate", stage, more)
            _ = try up.ready()
            try """
            workload: replayed
            compare: { as: label, labels: ["yes", "no"] }
            production: { url: "\(production.ready()["model"] ?? "")", key: { env: PRODUCTION_SECRET } }
            candidate: { url: "\(candidate.ready()["model"] ?? "")", model: small, key: { env: CANDIDATE_SECRET },
                         limits: { concurrency: 4, timeout: 1s } }
            """.write(to: settings, atomically: true, encoding: .utf8)
        }

        private static func model(_ name: String, _ stage: Stage, _ more: String) throws -> RunningProgram {
            let file = stage.folder.appending(path: "\(name).json")
            try #"{"model": "\#(name)", "default": {"answer": "yes"}, "latency": {"median_ms": 5, "p95_ms": 15}\#(more)}"#
                .write(to: file, atomically: true, encoding: .utf8)
            let ledger = stage.folder.appending(path: "\(name).ledger").path
            return try RunningProgram(["stand-in", "-f", file.path, "--address", "127.0.0.1:0", "--ledger", ledger])
        }

        var settings: URL { stage.folder.appending(path: "w.yaml") }
        static let keys = ["PRODUCTION_SECRET": "sk-production-secret", "CANDIDATE_SECRET": "sk-candidate-secret"]

        func write(_ lines: [String], to name: String = "calls.jsonl") throws -> String {
            let path = stage.folder.appending(path: name).path
            try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        func arguments(_ path: String, _ more: [String]) -> [String] { ["replay", "-f", settings.path, path, "--data", stage.data] + more }

        func replay(_ path: String, _ more: [String] = []) throws -> Program.Result {
            try Program.run(arguments(path, more), environment: Self.keys)
        }

        /// How often a model was asked each thing.
        func asked(_ model: String) -> [String: Int] {
            let text = (try? String(contentsOf: stage.folder.appending(path: "\(model).ledger"), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").reduce(into: [:]) { counts, line in
                if let entry = try? json(String(line)), let what = entry["last_user"] as? String { counts[what, default: 0] += 1 }
            }
        }

        func sql(_ query: String) throws -> [String] {
            try stage.run(["sql", "--csv", query]).output.split(separator: "\n").dropFirst().map(String.init)
        }
    }

    private static func recorded(_ number: Int) -> String {
        #"{"id":"c\#(number)","called_at":"2026-11-\#(10 + number % 7)T08:00:00Z","request":{"messages":[{"role":"user","content":"c\#(number)"}]},"#
            + #""production":{"output":"yes","duration_ms":500},"label":"yes"}"#
    }

    /// Dies before and after the commit of what was answered, and goes on each time where it was.
    @Test func atEachFailpointWhatIsStoredIsNotAskedAgainAndNothingIsStoredTwice() throws {
        let scene = try Scene()
        let count = 60
        let path = try scene.write((0..<count).map(Self.recorded))
        for point in ["replay.copied:1", "replay.committed:1", "replay.copied:2", "replay.committed:2"] {
            let before = try scene.sql("select external_id from pairs")
            let asked = scene.asked("candidate")
            let died = try Program.run(
                scene.arguments(path, []), environment: Scene.keys.merging(["UNDERSTUDY_FAILPOINT": point]) { $1 })
            // With few calls left there may be no second transaction.
            #expect(died.status == SIGKILL || (point.hasSuffix(":2") && died.status == 0), "\(point): \(died.errors)")
            let stored = try scene.sql("select external_id from pairs")
            #expect(Set(before).isSubset(of: stored))
            if point == "replay.copied:1" { #expect(stored == [], "the transaction was not committed") }
            if point == "replay.committed:1" { #expect(stored != []) }
            let again = scene.asked("candidate")
            #expect(before.filter { asked[$0] != again[$0] } == [], "asked again although stored, at \(point)")
        }
        #expect(try scene.replay(path).status == 0)
        #expect(try scene.sql("select count(*), count(distinct external_id) from pairs") == ["\(count),\(count)"])
    }

    @Test func killedAndStartedAgainItAsksNobodyTwiceForWhatIsStored() throws {
        let scene = try Scene()
        let count = 400
        let path = try scene.write((0..<count).map(Self.recorded))
        var certain: [(stored: [String], asked: [String: Int])] = []
        for _ in 0..<3 {
            let run = try RunningProgram(scene.arguments(path, ["--rate", "25/s"]), environment: Scene.keys)
            let before = certain.last?.stored.count ?? 0
            _ = try eventually(within: 60, "some more pairs to be stored") {
                try Int(scene.sql("select count(*) from pairs")[0]).map { $0 > before + 20 } == true ? true : nil
            }
            run.signal(SIGKILL)
            run.waitForEnd()
            certain.append((try scene.sql("select external_id from pairs"), scene.asked("candidate")))
        }
        let last = try scene.replay(path)
        #expect(last.status == 0, "\(last.errors)")
        let asked = scene.asked("candidate")
        for (stored, then) in certain { #expect(stored.filter { asked[$0] != then[$0] } == [], "asked again although stored") }
        #expect(certain.last.map { $0.stored.count > 60 && $0.stored.count < count } == true)
        #expect(try scene.sql("select count(*), count(distinct external_id), min(source) from pairs") == ["\(count),\(count),replay"])
        #expect(scene.asked("production").isEmpty)
        let again = try scene.replay(path)
        #expect(again.status == 0 && again.output.contains("Replayed 0 calls") && again.output.contains("\(count) were stored already"))
        #expect(scene.asked("candidate") == asked)
        _ = try eventually(within: 60, "all compared") { try scene.stage.status("replayed")["compared"] as? Int == count ? true : nil }
        let report = try scene.stage.run(["report", "replayed"]).output
        #expect(report.hasPrefix("SIMULATED · REPLAYED · replayed"))
        #expect(report.contains("was timed when its answers were recorded"))
        // The recorded time is kept, and held against nothing.
        #expect(try scene.sql("select distinct production_duration_ms from pairs") == ["500"])
        _ = try eventually(within: 60, "the days' latencies") {
            try scene.sql("select sum(samples) from latency where leg = 'candidate'") == ["\(count)"] ? true : nil
        }
        #expect(try scene.sql("select count(*) from latency where leg = 'production'") == ["0"])
    }

    @Test func anEvaluationSetIsPutToBothAndKeysStayOut() throws {
        let scene = try Scene()
        let path = try scene.write(
            (0..<40).map { #"{"id":"e\#($0)","request":{"messages":[{"role":"user","content":"e\#($0)"}]},"label":"yes"}"# })
        let result = try scene.replay(path, ["--ask", "both"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(scene.asked("production").values.reduce(0, +) == 40 && scene.asked("candidate").values.reduce(0, +) == 40)
        _ = try eventually(within: 60, "all compared") { try scene.stage.status("replayed")["compared"] as? Int == 40 ? true : nil }
        let rows = try scene.sql(
            "select count(*) filter (where production_duration_ms > 0 and candidate_duration_ms > 0), min(label::text), min(source) from pairs"
        )
        #expect(rows == ["40,yes,replay"])
        // The same file with only the candidate asked is other evidence: another trial, for which production's answers are missing.
        #expect(try scene.replay(path, ["--ask", "candidate"]).status == 1)
        let dump =
            try String(
                decoding: Data(contentsOf: URL(filePath: scene.stage.data + "/settings.json")), as: UTF8.self)
            + scene.sql("select settings from trials").joined()
        for secret in Scene.keys.values { #expect(!dump.contains(secret)) }
    }

    @Test(arguments: ["hang", "server_error", "rate_limited", "close_early"])
    func aCandidateThatIsOutEndsItAndIsNotEvidence(_ fault: String) throws {
        let scene = try Scene(candidate: #", "faults": [{"share": 1, "fault": "\#(fault)"}]"#)
        let path = try scene.write((0..<100).map(Self.recorded))
        let result = try scene.replay(path)
        #expect(result.status == 1)
        #expect(result.errors.contains("most calls to the candidate at http://127.0.0.1:"))
        #expect(scene.asked("candidate").count < 40)
        #expect(try scene.sql("select count(*) from pairs") == ["0"])
    }

    @Test func aFaultyFileAsksNobodyAndNamesLineAndField() throws {
        let scene = try Scene()
        let path = try scene.write([Self.recorded(0), "garbage", #"{"id":"x","request":{"messages":[]}}"#, Self.recorded(1)])
        let result = try scene.replay(path)
        #expect(result.status == 1 && result.output.isEmpty)
        for fault in [
            "calls.jsonl: line 2: this is not JSON", "calls.jsonl: line 3: called_at:", "line 3: request.messages:", "nobody was asked",
        ] {
            #expect(result.errors.contains(fault), "\(result.errors)")
        }
        #expect(scene.asked("candidate").isEmpty)
        #expect(try scene.replay(path, ["--skip-bad"]).status == 0)
        #expect(scene.asked("candidate") == ["c0": 1, "c1": 1])
        let other = try scene.write([Self.recorded(1).replacing("T08:", with: "T09:")], to: "other.jsonl")
        let otherTime = try scene.replay(other)
        #expect(otherTime.status == 1 && otherTime.errors.contains("line 1: called_at: this trial has the id c1 already"))
        let noKey = try Program.run(scene.arguments(path, ["--skip-bad"]))
        #expect(noKey.status == 1 && noKey.errors.contains("CANDIDATE_SECRET"))
    }

    /// Finished calls that a gateway hands in, while the mirror is killed under it.
    @Test func whatAGatewayHandsInIsKeptAsItsOwnSourceWhateverIsKilled() throws {
        let scene = try Scene()
        let settings = scene.stage.folder.appending(path: "tap.yaml")
        let text = try String(contentsOf: scene.settings, encoding: .utf8).replacing(", key: { env: CANDIDATE_SECRET }", with: "")
        try (text + "\nsample: 100%\n").write(to: settings, atomically: true, encoding: .utf8)
        let enabled = try scene.stage.run(["enable", "--tap", "--no-probe", "-f", settings.path])
        #expect(enabled.status == 0 && enabled.output.contains("/replayed/pairs"), "\(enabled.errors)")
        let mirror = try scene.up.ready()["mirror"] ?? ""
        let token = try String(contentsOfFile: scene.stage.data + "/tap-token", encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines)
        func hand(_ number: Int) -> Int? {
            let moment = Date().formatted(.iso8601)
            let body =
                #"{"id":"g\#(number)","called_at":"\#(moment)","request":{"messages":[{"role":"user","content":"g\#(number)"}]},"#
                + #""response":{"choices":[{"index":0,"message":{"role":"assistant","content":"yes"}}]},"duration_ms":40}"#
            return try? HttpConnection(mirror, timeout: 5).request(
                "POST", "/replayed/pairs", headers: ["Authorization": "Bearer \(token)"], body: body
            ).status
        }
        _ = try eventually(within: 60, "the mirror to take calls") { hand(0) == 202 ? true : nil }
        var taken: Set<String> = ["g0"]
        /// Handed in again because no answer came: the mirror that died may have asked about it already.
        var repeated: Set<String> = []
        for number in 1..<120 {
            if number == 60 {
                // What was taken is asked at once; a moment later it is in the spool.
                _ = try eventually(within: 60, "what was taken to be stored") {
                    try scene.sql("select count(*) from pairs") == ["60"] ? true : nil
                }
                let pid = try #require(descendants(of: scene.up.processID).first { $0.command.contains(" mirror") }?.pid)
                kill(pid, SIGKILL)
            }
            _ = try eventually(within: 60, "call \(number) to be taken") {
                if hand(number) == 202 { return true }
                repeated.insert("g\(number)")
                return nil
            }
            taken.insert("g\(number)")
            usleep(5_000)
        }
        _ = try eventually(within: 60, "what was taken to be stored") {
            try Set(scene.sql("select external_id from pairs")).isSuperset(of: taken) ? true : nil
        }
        #expect(try scene.sql("select distinct source from pairs") == ["tap"])
        #expect(try scene.sql("select count(*) = count(distinct external_id) from pairs") == ["t"])
        #expect(scene.asked("candidate").filter { $0.key.hasPrefix("g") && !repeated.contains($0.key) }.values.allSatisfy { $0 == 1 })
        #expect(scene.asked("production").keys.allSatisfy { !$0.hasPrefix("g") })
        #expect(try scene.stage.run(["report", "replayed"]).output.hasPrefix("SIMULATED · TAPPED · replayed"))
        // The route serves apps as ever.
        let app = try HttpConnection(mirror).request("POST", "/replayed/v1/chat/completions", body: CallLoad.body("from an app"))
        #expect(app.status == 200)
        #expect(try scene.sql("select count(*) from pairs where source = 'mirror'") == ["0"])
    }
}
