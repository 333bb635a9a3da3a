internal import EmbeddedPostgres
internal import Foundation
internal import Glibc
internal import HTTPClient
internal import HTTPWire
internal import JSON
internal import Postgres
internal import Processes
internal import StandIn
internal import Storage
internal import Traffic

extension Command {
    /// The whole product in a minute.
    static let demo = Command(
        "demo", summary: "Shows a whole shadow trial with two simulated models, in under a minute",
        details: """
            Starts everything in a temporary folder, sends 420 support messages through the mirror, prints the live report, then imports a
            recorded week of the same workload with two candidates and prints the report that ranks them. All models are simulated, and every
            surface says so. Everything is computed now: with --models you can change an answer and see the report change.
            """,
        options: [
            .flag("keep", "leave everything running until Ctrl-C, to look around"),
            .value("models", "DIR", "take the models' files from here (written on the first run, then yours to change)"),
        ]
    ) { arguments in
        _ = try arguments.operands()
        holdEndSignals()
        try Demo(keeps: arguments.has("keep"), models: arguments["models"]).run()
    }
}

/// One run of the demo.
private final class Demo {
    private let keeps: Bool
    private let folder: String
    private let models: String
    private let started = ContinuousClock.now
    private var children: [ChildProcess] = []
    private var data: DataFolder { DataFolder("\(folder)/data") }
    private static let live = "support-intents"
    private static let recorded = "support-intents-recorded"

    init(keeps: Bool, models: String?) throws {
        self.keeps = keeps
        folder = FileManager.default.temporaryDirectory.path + "/understudy-demo-\(getpid())"
        self.models = models ?? "\(folder)/models"
    }

    func run() throws {
        try FileSystem.makeFolder(folder, mode: SystemUser.current.isRoot ? 0o711 : 0o700)
        defer { cleanUp() }
        try FileSystem.makeFolder(models, mode: 0o700)
        say("Understudy demo. Every model here is SIMULATED; what is shown is how the product works, not what a model can do.")
        let production = try startModel("production", DemoModels.production)
        let candidate = try startModel("phi-4-sim", DemoModels.fit)
        let up = try start([
            "up", "--data", data.path, "--mirror-address", "127.0.0.1:0", "--web-address", "127.0.0.1:0", "--metrics-address",
            "127.0.0.1:0",
        ])
        let (mirror, web) = (up["mirror"] ?? "", up["web"] ?? "")
        say("PostgreSQL, mirror, worker and page are up in \(folder).")
        try liveTrial(production: production, candidate: candidate, mirror: mirror)
        try recordedWeek(production: production)
        try farewell(web: web)
    }

    // MARK: - The live trial

    private func liveTrial(production: String, candidate: String, mirror: String) throws {
        let file = "\(folder)/support-intents.yaml"
        try write(
            DemoModels.settings(
                workload: Self.live, production: (DemoModels.production, production), candidate: (DemoModels.fit, candidate), candidates: 1,
                mirrored: true), to: file)
        _ = try output(["enable", "--data", data.path, "-f", file])
        say("Enabled shadow mode for \(Self.live); sending \(DemoWorkload.messages.count) messages through the mirror at \(mirror).")
        try awaitRoute(mirror)
        try send(DemoWorkload.messages, to: mirror)
        try awaitCompared(DemoWorkload.messages.count)
        try labelLive()
        say("The live report, after some seconds of traffic:\n")
        announce(try output(["report", "--data", data.path, Self.live]))
    }

    private func request(_ message: DemoWorkload.Message) -> [UInt8] {
        let body: JSONValue = [
            "model": "frontier-sim", "temperature": 0,
            "messages": [
                ["role": "system", "content": JSONValue(RecordedWeek.prompt)], ["role": "user", "content": JSONValue(message.text)],
            ],
        ]
        return body.serialised()
    }

    private func awaitRoute(_ mirror: String) throws {
        let requester = try Requester()
        try eventually(within: 10, "the mirror to know the workload") {
            try requester.send(OutgoingRequest(method: "GET", url: "\(mirror)/\(Self.live)/v1/models")).status == 200
        }
    }

    private func send(_ messages: [DemoWorkload.Message], to mirror: String) throws {
        let requester = try Requester()
        let failures = Failures()
        let width = 24
        let requests = messages.map { message in
            OutgoingRequest(
                method: "POST", url: "\(mirror)/\(Self.live)/v1/chat/completions",
                headers: [Header("Content-Type", "application/json"), Header("Authorization", "Bearer demo-key-of-the-app")],
                body: .bytes(request(message)))
        }
        let group = DispatchGroup()
        for lane in 0..<width {
            group.enter()
            // Threads of their own: a queue's pool has one a core, and each of these waits for an answer.
            Thread.detachNewThread {
                for index in stride(from: lane, to: requests.count, by: width) {
                    let status = (try? requester.send(requests[index]))?.status
                    if status != 200 { failures.add() }
                }
                group.leave()
            }
        }
        group.wait()
        guard failures.count == 0 else {
            throw CommandError.failed("\(failures.count) of the demo's calls got no answer through the mirror.")
        }
    }

    private func awaitCompared(_ count: Int) throws {
        let connection = try PostgresConnection(url: databaseURL(), applicationName: "understudy demo")
        try eventually(within: 60, "the worker to compare all pairs") {
            try StatusReader(connection).status(workload: Self.live).first.map { $0.compared >= count } ?? false
        }
    }

    /// The right intents come in as they would later in real life, by the provider's id of the answer.
    private func labelLive() throws {
        let connection = try PostgresConnection(url: databaseURL(), applicationName: "understudy demo")
        let intents = Dictionary(uniqueKeysWithValues: DemoWorkload.messages.map { ($0.text, $0.intent) })
        let rows = try connection.query("SELECT input, production_request_id FROM understudy.pairs WHERE workload = $1", [.text(Self.live)])
        var bytes: [UInt8] = []
        for row in rows {
            guard let input = row.textOrNull("input"), let id = row.textOrNull("production_request_id"), let intent = intents[input]
            else { continue }
            (["request_id": JSONValue(id), "label": JSONValue(intent)] as JSONValue).append(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        let file = "\(folder)/labels.jsonl"
        try write(String(decoding: bytes, as: UTF8.self), to: file)
        announce(try output(["labels", "import", "--data", data.path, Self.live, file]))
        try awaitNothingWaiting(connection)
    }

    private func awaitNothingWaiting(_ connection: PostgresConnection) throws {
        try eventually(within: 60, "the worker to finish") { try ComparisonQueue(connection).waitingPairs() == 0 }
    }

    // MARK: - The recorded week

    private func recordedWeek(production: String) throws {
        say("Now a recorded, simulated week of the same workload with two candidates (\(7 * RecordedWeek.callsPerDay) pairs each).")
        let end = Timestamp(microseconds: now().microseconds / 86_400_000_000 * 86_400_000_000)
        let productionModel = try model("production")
        for (name, profile) in [("phi-4-sim", DemoModels.fit), ("tiny-1b-sim", DemoModels.unfit)] {
            try writeModel(name, profile)
            let week = RecordedWeek(production: productionModel, candidate: try model(name), end: end)
            let pairs = "\(folder)/week-\(name).jsonl"
            try write(String(decoding: week.lines(), as: UTF8.self), to: pairs)
            let file = "\(folder)/week-\(name).yaml"
            try write(
                DemoModels.settings(
                    workload: Self.recorded, production: (DemoModels.production, production), candidate: (profile, production),
                    candidates: 2, mirrored: false), to: file)
            announce(try output(["import", "--data", data.path, "-f", file, pairs]))
        }
        try awaitNothingWaiting(PostgresConnection(url: databaseURL(), applicationName: "understudy demo"))
        say("The report on the recorded week:\n")
        announce(try output(["report", "--data", data.path, Self.recorded]))
    }

    private func farewell(web: String) throws {
        let seconds = (ContinuousClock.now - started).components.seconds
        say("That took \(seconds) s. What to try next:")
        let token = try webToken(data)
        guard keeps else {
            announce("  understudy demo --keep             leaves all this running: the page, psql, the mirror")
            print(
                "  understudy demo --models ./models  writes the models' files there; change an answer, run it again, and the report changes"
            )
            announce("  understudy up                      the same for your own workload; then understudy enable -f FILE")
            return
        }
        announce("  \(web)/?token=\(token)")
        print(
            "  understudy sql --data \(data.path) \"select input, production_output, candidate_output, label from disagreements limit 20\"")
        announce("  understudy sql --data \(data.path)      psql, read-only; migrations/README.md has twelve questions")
        announce("  understudy report --data \(data.path) \(Self.recorded) --format html -o report.html")
        announce("Everything runs until Ctrl-C; then the folder is removed.")
        waitForEndSignal()
    }

    // MARK: - Processes and files

    private func startModel(_ name: String, _ profile: DemoModels.Profile) throws -> String {
        try writeModel(name, profile)
        return try start(["stand-in", "-f", "\(models)/\(name).json", "--address", "127.0.0.1:0"])["model"] ?? ""
    }

    private func writeModel(_ name: String, _ profile: DemoModels.Profile) throws {
        let path = "\(models)/\(name).json"
        if !FileSystem.exists(path) { try write(DemoModels.file(profile).serialisedString(), to: path) }
    }

    private func model(_ name: String) throws -> StandInModel {
        let path = "\(models)/\(name).json"
        guard let bytes = FileManager.default.contents(atPath: path) else { throw CommandError.failed("cannot read \(path).") }
        do { return try StandInModel(Array(bytes)) } catch { throw CommandError.failed("\(path): \(error)") }
    }

    private func start(_ arguments: [String]) throws -> [String: String] {
        var command = ChildCommand(programPath, arguments)
        command.output = .pipe
        command.errors = .file("\(folder)/\(arguments[0]).log")
        command.deathSignal = SIGTERM
        command.hasOwnGroup = true
        let child = try ChildProcess(command)
        children.append(child)
        while let line = child.output?.readLine(timeoutMilliseconds: 60_000) {
            guard line.hasPrefix("ready ") else { continue }
            var words: [String: String] = [:]
            for word in line.split(separator: " ").dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1)
                if parts.count == 2 { words[String(parts[0])] = String(parts[1]) }
            }
            return words
        }
        let log = FileManager.default.contents(atPath: "\(folder)/\(arguments[0]).log").map { String(decoding: $0, as: UTF8.self) } ?? ""
        throw CommandError.failed("understudy \(arguments[0]) did not start: \(log.split(separator: "\n").last ?? "it said nothing")")
    }

    /// Runs a command of this program to its end; what it printed.
    private func output(_ arguments: [String]) throws -> String {
        var command = ChildCommand(programPath, arguments)
        command.output = .pipe
        command.deathSignal = SIGTERM
        let child = try ChildProcess(command)
        let text = String(decoding: child.output?.readToEnd() ?? [], as: UTF8.self)
        guard child.wait().isSuccess else { throw CommandError.failed("understudy \(arguments.joined(separator: " ")) failed, see above.") }
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    private func databaseURL() throws -> String {
        guard let url = data.runningServerURL else {
            throw CommandError.failed("the demo's PostgreSQL is gone; see \(data.log)/postgres.log.")
        }
        return url
    }

    private func write(_ text: String, to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) else {
            throw CommandError.failed("cannot write \(path).")
        }
    }

    private func say(_ text: String) {
        let seconds = Double((ContinuousClock.now - started).components.seconds)
        announce("[\(Int(seconds)) s] \(text)")
    }

    private func cleanUp() {
        for child in children.reversed() { child.send(SIGTERM) }
        for child in children.reversed() where child.wait(timeoutMilliseconds: 30_000) == nil { child.send(SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// Counts failures from several threads.
private final class Failures: @unchecked Sendable {
    // @unchecked: the count is behind the lock.
    private let lock = NSLock()
    private var failed = 0
    func add() { lock.withLock { failed += 1 } }
    var count: Int { lock.withLock { failed } }
}

/// Asks every 50 ms until `condition` holds; for other processes' work, which sends no event here.
private func eventually(within seconds: Double, _ what: String, _ condition: () throws -> Bool) throws {
    let deadline = Date().addingTimeInterval(seconds)
    while try !condition() {
        guard Date() < deadline else { throw CommandError.failed("waited \(Int(seconds)) s for \(what), in vain.") }
        usleep(50_000)
    }
}
