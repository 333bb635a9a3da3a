import Foundation
import Glibc
import Testing

/// `understudy up` and what its user does with it, over real HTTP and a real PostgreSQL.
@Suite(.serialized) struct UpTests {
    @Test func aTrialRunsFromEnableToReport() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        let mirror = try up.ready()["mirror"] ?? ""
        try stage.enable(production: ["default": "yes"], candidate: ["default": "yes", "call-7": "no"])
        let connection = try HttpConnection(mirror)
        try stage.awaitRoute(mirror)
        for number in 0..<20 {
            let answer = try connection.request("POST", "/crash/v1/chat/completions", body: CallLoad.body("call-\(number)"))
            #expect(answer.status == 200)
            #expect(answer.text.contains("\"yes\""))
        }
        let started = Date()
        _ = try eventually(within: 60, "20 compared pairs") { try stage.status()["compared"] as? Int == 21 ? true : nil }
        print("call to report: \(Int(Date().timeIntervalSince(started) * 1000)) ms after the last of 20 calls")
        // Counters travel in deltas of a second.
        let status = try eventually(within: 60, "21 counted calls") { try stage.status()["calls"] as? Int == 21 ? stage.status() : nil }
        #expect(status["sampled"] as? Int == 21)
        #expect(status["paired"] as? Int == 21)
        let report = try stage.run(["report", "crash"])
        #expect(report.status == 0)
        #expect(report.output.contains("NOT YET"))
        #expect(report.output.lowercased().split(separator: "\n").first?.contains("simulated") == true)
        let json =
            try JSONSerialization.jsonObject(with: Data(try stage.run(["report", "crash", "--format", "json"]).output.utf8))
            as? [String: Any]
        #expect((json?["agreement"] as? [String: Any])?["different"] as? Int == 1)
        let sql = try stage.run(["sql", "--csv", "select input, failure_mode from disagreements"])
        #expect(sql.output == "input,failure_mode\ncall-7,label_mismatch\n")
        up.signal(SIGTERM)
        #expect(up.waitForEnd() == 0)
    }

    @Test func whatIsShedIsInStatusReportAndMetricsByItsReason() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        let ready = try up.ready()
        try stage.enable(production: ["default": "yes"], candidate: ["default": "yes"], limits: "calls_per_minute: 5")
        try stage.awaitRoute(ready["mirror"] ?? "")
        let connection = try HttpConnection(ready["mirror"] ?? "")
        for number in 0..<20 {
            #expect(try connection.request("POST", "/crash/v1/chat/completions", body: CallLoad.body("call-\(number)")).status == 200)
        }
        let status = try eventually(within: 60, "21 counted calls") { try stage.status()["calls"] as? Int == 21 ? stage.status() : nil }
        // One of the five went to the call that found the route.
        #expect(status["shed"] as? [String: Int] == ["calls_per_minute": 16])
        let report = try stage.run(["report", "crash", "--format", "json"]).output
        let json = try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any]
        #expect((json?["coverage"] as? [String: Any])?["shed"] as? [String: Int] == ["calls_per_minute": 16])
        #expect(try stage.run(["report", "crash"]).output.contains("calls_per_minute"))
        let metrics = try HttpConnection(ready["metrics"] ?? "").request("GET", "/metrics").text
        #expect(metrics.contains("reason=\"calls_per_minute\"} 16\n"))
        up.signal(SIGTERM)
        #expect(up.waitForEnd() == 0)
    }

    @Test func aSecondUpOnTheSameFolderIsRefusedInOneLine() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        _ = try up.ready()
        let second = try stage.run([
            "up", "--mirror-address", "127.0.0.1:0", "--web-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0",
        ])
        #expect(second.status == 1)
        #expect(second.errors.split(separator: "\n").count == 1)
        #expect(second.errors.contains("another understudy"))
    }

    @Test func aStoppedDatabaseNeitherStopsCallsNorLosesPairs() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        let mirror = try up.ready()["mirror"] ?? ""
        try stage.enable(production: ["default": "yes"], candidate: ["default": "yes"])
        try stage.awaitRoute(mirror)
        let postgres = try stage.process(below: up.processID, named: "postgres -D")
        kill(postgres, SIGSTOP)
        let connection = try HttpConnection(mirror)
        for number in 0..<30 {
            #expect(try connection.request("POST", "/crash/v1/chat/completions", body: CallLoad.body("call-\(number)")).status == 200)
        }
        kill(postgres, SIGCONT)
        _ = try eventually(within: 60, "31 compared pairs") { try stage.status()["compared"] as? Int == 31 ? true : nil }
        kill(postgres, SIGKILL)
        for number in 30..<60 {
            #expect(try connection.request("POST", "/crash/v1/chat/completions", body: CallLoad.body("call-\(number)")).status == 200)
        }
        _ = try eventually(within: 60, "61 compared pairs after PostgreSQL was killed") {
            (try? stage.status()["compared"] as? Int) == 61 ? true : nil
        }
        up.signal(SIGTERM)
        #expect(up.waitForEnd() == 0)
    }

    @Test func controlCallsBeyondTheDaysCapAreCountedInStatusAndReport() throws {
        let stage = try Stage()
        let up = try stage.startUp(["--control-limit", "3"])
        let mirror = try up.ready()["mirror"] ?? ""
        try stage.enable(production: ["default": "yes"], candidate: ["default": "yes"], control: "100%")
        try stage.awaitRoute(mirror)
        let connection = try HttpConnection(mirror)
        for number in 0..<9 {
            #expect(try connection.request("POST", "/crash/v1/chat/completions", body: CallLoad.body("call-\(number)")).status == 200)
        }
        let status = try eventually(within: 60, "10 counted calls") { try stage.status()["calls"] as? Int == 10 ? stage.status() : nil }
        #expect(status["control_skipped"] as? [String: Int] == ["daily_cap": 7])
        #expect(try stage.run(["status", "crash"]).output.contains("daily_cap 7"))
        let report = try stage.run(["report", "crash", "--format", "json"]).output
        let json = try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any]
        #expect((json?["coverage"] as? [String: Any])?["control_skipped"] as? [String: Int] == ["daily_cap": 7])
        up.signal(SIGTERM)
        #expect(up.waitForEnd() == 0)
    }

    @Test func aSettingsFileThatIsDamagedOrRemovedIsWrittenAgain() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        let mirror = try up.ready()["mirror"] ?? ""
        try stage.enable(production: ["default": "yes"], candidate: ["default": "yes"])
        try stage.awaitRoute(mirror)
        let file = URL(filePath: stage.data).appending(path: "settings.json")
        let whole = try Data(contentsOf: file)
        try Data("damaged".utf8).write(to: file)
        _ = try eventually(within: 60, "a whole file after damage") { try? Data(contentsOf: file) == whole ? true : nil }
        try FileManager.default.removeItem(at: file)
        _ = try eventually(within: 60, "a new file after its removal") { FileManager.default.fileExists(atPath: file.path) ? true : nil }
        up.signal(SIGTERM)
        #expect(up.waitForEnd() == 0)
    }

    @Test func aMirrorWithoutADatabaseServesTheRoutesItKnows() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        let mirror = try up.ready()["mirror"] ?? ""
        try stage.enable(production: ["default": "yes"], candidate: ["default": "yes"])
        try stage.awaitRoute(mirror)
        up.signal(SIGTERM)
        #expect(up.waitForEnd() == 0)
        let alone = try RunningProgram([
            "mirror", "--data-folder", stage.data, "--database", "postgresql://127.0.0.1:1/nothing", "--mirror-address", "127.0.0.1:0",
            "--metrics-address",
            "127.0.0.1:0",
        ])
        let ready = try alone.ready()
        let answer = try HttpConnection(ready["mirror"] ?? "").request("POST", "/crash/v1/chat/completions", body: CallLoad.body("alone"))
        #expect(answer.status == 200)
        let health = try HttpConnection(ready["metrics"] ?? "")
        #expect(try health.request("GET", "/readyz").status == 200)
        #expect(try health.request("GET", "/livez").status == 200)
        // Only what is in the spool outlives a kill, and the candidate may take a moment longer than production.
        _ = try eventually(within: 60, "the pair in the spool") {
            let metrics = try health.request("GET", "/metrics").text
            let isWritten = metrics.contains("understudy_spool_queued_records 0\n")
            return isWritten && metrics.contains(/understudy_pairs_total\{.*\} 1\n/) ? true : nil
        }
        alone.signal(SIGKILL)
        alone.waitForEnd()
        let again = try stage.startUp()
        _ = try again.ready()
        _ = try eventually(within: 60, "the pair of the mirror that was alone") {
            try stage.run(["sql", "--csv", "select count(*) from pairs where input = 'alone'"]).output == "count\n1\n" ? true : nil
        }
    }

    @Test func aRouteOutlivesItsTrialAndEndsOnlyByName() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        let mirror = try up.ready()["mirror"] ?? ""
        try stage.enable(production: ["default": "yes"], candidate: ["default": "yes"])
        try stage.awaitRoute(mirror)
        #expect(try stage.run(["disable", "crash"]).status == 0)
        usleep(1_200_000)
        #expect(try HttpConnection(mirror).request("POST", "/crash/v1/chat/completions", body: CallLoad.body("after")).status == 200)
        #expect(try stage.run(["route", "remove", "crash"]).status == 0)
        _ = try eventually(within: 60, "the route to end") {
            let answer = try HttpConnection(mirror).request("POST", "/crash/v1/chat/completions", body: CallLoad.body("gone"))
            return answer.status == 404 && answer.text.contains("crash") ? true : nil
        }
    }
}

/// A temporary folder with two simulated models and an `up`.
final class Stage {
    let folder: URL
    private var models: [RunningProgram] = []
    var data: String { folder.appending(path: "data").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "us-stage-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func startUp(_ options: [String] = []) throws -> RunningProgram {
        try RunningProgram(
            ["up", "--data", data, "--mirror-address", "127.0.0.1:0", "--web-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0"]
                + options)
    }

    /// Runs a command on the stage's data folder.
    func run(_ arguments: [String]) throws -> Program.Result { try Program.run(arguments + ["--data", data]) }

    /// Starts a model that answers some messages in its own way and everything else with `default`; its URL.
    func model(_ name: String, _ answers: [String: String], faults: String = "") throws -> String {
        let entries = answers.filter { $0.key != "default" }.map { #"{"last_user": "\#($0.key)", "answer": "\#($0.value)"}"# }
        let file = folder.appending(path: "\(name).json")
        try """
        {"model": "\(name)", "answers": [\(entries.joined(separator: ","))], "default": {"answer": "\(answers["default"] ?? "yes")"},
         "latency": {"median_ms": 3, "p95_ms": 9}\(faults)}
        """.write(to: file, atomically: true, encoding: .utf8)
        let program = try RunningProgram(["stand-in", "-f", file.path])
        models.append(program)
        return try program.ready()["model"] ?? ""
    }

    func enable(production: [String: String], candidate: [String: String], limits: String = "", control: String = "10%") throws {
        let settings = folder.appending(path: "crash.yaml")
        try """
        workload: crash
        compare: { as: label, labels: ["yes", "no"] }
        production: { url: "\(try model("production", production))" }
        candidate: { url: "\(try model("candidate", candidate))", model: small, limits: { \(limits) } }
        sample: 100%
        control: \(control)
        """.write(to: settings, atomically: true, encoding: .utf8)
        let result = try run(["enable", "-f", settings.path])
        guard result.status == 0 else { throw Unexpected("enable failed: \(result.errors)") }
    }

    /// Waits until the mirror answers the workload's calls, by one call of its own.
    func awaitRoute(_ mirror: String) throws {
        try EndToEndTests.awaitRoute(mirror)
        guard try HttpConnection(mirror).request("POST", "/crash/v1/chat/completions", body: CallLoad.body("warm-up")).status == 200 else {
            throw Unexpected("the mirror knows the workload and does not answer its calls")
        }
    }

    func status(_ workload: String = "crash") throws -> [String: Any] {
        let result = try run(["status", workload, "--json"])
        guard result.status == 0 else { throw Unexpected(result.errors) }
        return try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
    }

    func process(below parent: Int32, named part: String) throws -> Int32 {
        guard let pid = descendants(of: parent).first(where: { $0.command.contains(part) })?.pid else {
            throw Unexpected("no process \(part) below \(parent)")
        }
        return pid
    }
}
