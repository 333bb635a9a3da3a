import EmbeddedPostgres
import Foundation
import Glibc
import Traffic

/// A trial with two simulated models that keep ledgers, whose parts can be killed.
final class CrashTrial {
    let folder: URL
    let data: DataFolder
    let witness: SpoolWitness
    private var production: RunningProgram?
    private var candidate: RunningProgram?
    private(set) var up: RunningProgram?
    private(set) var mirror = ""
    private var web = ""
    private(set) var metrics = ""
    private let options: [String]
    /// When parts were killed that may hold pairs which are not yet in the spool.
    private var mirrorKills: [Date] = []
    /// What supervisors that were killed themselves had written.
    private var earlierErrors = ""

    /// - Parameter options: further ones of `up`.
    init(_ options: [String] = ["--spool-limit", "16"]) throws {
        self.options = options
        folder = FileManager.default.temporaryDirectory.appending(path: "us-crash-\(UInt32.random(in: 0...UInt32.max))")
        data = DataFolder(folder.appending(path: "data").path)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        witness = try SpoolWitness(data.spool, keeping: folder.appending(path: "witness").path)
    }

    deinit {
        witness.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// What the supervisor and its children have said so far.
    var errors: String { earlierErrors + (up?.errors ?? "") }

    /// Deaths of the supervisor's children by SIGKILL, by its own log.
    var deaths: [(child: String, at: Date)] {
        errors.split(separator: "\n").compactMap { line in
            guard let name = line.firstMatch(of: /\ (\w+) ended \(signal 9\)/)?.1,
                let stamp = line.split(separator: " ").first.flatMap({ try? Date(String($0), strategy: Self.stamp) })
            else { return nil }
            return (String(name), stamp)
        }
    }

    private static let stamp = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// Starts models, `up` and the trial, and waits for its first call's answer.
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
        let enabled = try Program.run(["enable", "--data", data.path, "-f", settings.path, "--no-probe"])
        guard enabled.status == 0 else { throw Unexpected("enable failed: \(enabled.errors)") }
        try awaitRoute(mirror)
    }

    private func startModel(_ name: String, latency: Int) throws -> RunningProgram {
        let file = folder.appending(path: "\(name).json")
        try """
        {"model": "\(name)", "answers": [{"contains": "\(latency)", "answer": "no"}, {"contains": "7", "answer": "yes of \(name)"}], "default": {"answer": "yes"}, "latency": {"median_ms": \(latency), "p95_ms": \(latency * 3)}}
        """.write(to: file, atomically: true, encoding: .utf8)
        return try RunningProgram(
            ["stand-in", "-f", file.path, "--address", "127.0.0.1:0", "--ledger", folder.appending(path: "\(name).ledger").path])
    }

    private func startUp(failpoint: String? = nil) throws {
        earlierErrors += up?.errors ?? ""
        let up = try RunningProgram(
            [
                "up", "--data", data.path, "--mirror-address", mirror.isEmpty ? "127.0.0.1:0" : address(mirror),
                "--web-address", web.isEmpty ? "127.0.0.1:0" : address(web), "--metrics-address",
                metrics.isEmpty ? "127.0.0.1:0" : address(metrics),
            ] + options, environment: failpoint.map { ["UNDERSTUDY_FAILPOINT": $0] } ?? [:])
        self.up = up
        let ready = try up.ready()
        mirror = ready["mirror"] ?? ""
        web = ready["web"] ?? ""
        metrics = ready["metrics"] ?? ""
    }

    private func address(_ url: String) -> String { url.replacingOccurrences(of: "http://", with: "") }

    /// The process of a part: a role's name, or `postgres`, or `backend` for one of PostgreSQL's own children.
    func process(_ part: String) -> Int32? {
        guard let up else { return nil }
        let all = descendants(of: up.processID)
        switch part {
        case "postgres": return all.first { $0.command.contains("postgres -D") }?.pid
        case "backend": return all.filter { $0.command.hasPrefix("postgres: ") }.randomElement()?.pid
        default: return all.first { $0.command.contains("understudy \(part) ") }?.pid
        }
    }

    /// Kills one part with SIGKILL; `up` itself is started again at once, to die at a failpoint if one is named. False when the part is
    /// just not there.
    @discardableResult func kill(_ part: String, failpoint: String? = nil) throws -> Bool {
        if part == "mirror" || part == "up" { mirrorKills.append(Date()) }
        if part == "up", let up {
            up.signal(SIGKILL)
            up.waitForEnd()
            try startUp(failpoint: failpoint)
            return true
        }
        guard let pid = process(part) else { return false }
        return Glibc.kill(pid, SIGKILL) == 0
    }

    /// Waits until everything that was spooled is in the database and compared, then holds it against ledgers and spools.
    func settle(_ load: CallLoad) throws -> CrashOutcome {
        // A batch that a killed worker held is free after a minute.
        _ = try eventually(within: 180, "the spool to be empty and all pairs compared") { () -> Bool? in
            guard let status = try? status() else { return nil }
            let paired = status["paired"] as? Int ?? 0
            return status["spooled"] as? Int == 0 && paired > 0 && status["compared"] as? Int == paired ? true : nil
        }
        witness.stop()
        let lines = try sql("select \(StoredPair.columns) from pairs where workload = 'crash'").split(separator: "\n")
        let reckoning = CrashReckoning(
            rows: lines.compactMap { StoredPair($0) }, production: try LedgerEntry.read(folder.appending(path: "production.ledger")),
            candidate: try LedgerEntry.read(folder.appending(path: "candidate.ledger")), calls: load.results(), spooled: witness.pairs,
            mirrorDeaths: mirrorKills + deaths.filter { $0.child == "mirror" }.map(\.at))
        return reckoning.outcome()
    }

    func status() throws -> [String: Any] {
        let result = try Program.run(["status", "--data", data.path, "crash", "--json"])
        guard result.status == 0 else { throw Unexpected(result.errors) }
        return try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
    }

    /// A query's rows as CSV, without their heading.
    func sql(_ query: String) throws -> String {
        let rows = try Program.run(["sql", "--data", data.path, "--csv", query])
        guard rows.status == 0 else { throw Unexpected("sql failed: \(rows.errors)") }
        return rows.output.split(separator: "\n").dropFirst().joined(separator: "\n")
    }

    /// Sampled calls that became no pair, by their reasons.
    func shed() throws -> String {
        try sql("select reason || ' ' || sum(calls) from coverage_reasons where stage = 'shed' group by reason order by reason")
            .replacingOccurrences(of: "\n", with: ", ")
    }

    /// What the rollups count otherwise than the comparisons themselves; empty when each pair was counted exactly once.
    func miscounted() throws -> [String] {
        try sql(
            """
            with counted as (
                select 'compared' as what, (select sum(compared) from coverage) as kept,
                    (select count(*) from pairs where agreement is not null) as recounted
                union all select 'paired', (select sum(paired) from coverage), (select count(*) from pairs)
                union all select 'failures', (select sum(pairs) from failure_modes), (select count(*) from disagreements)
                union all select mode, kept, recounted
                from (select failure_mode as mode, sum(pairs) as kept from failure_modes group by 1) as rollup
                full join (select failure_mode as mode, count(*) as recounted from disagreements group by 1) as rows using (mode)
            )
            select what || ': ' || coalesce(kept, 0) || ' in the rollups; ' || recounted || ' recounted'
            from counted where coalesce(kept, 0) is distinct from recounted
            """
        ).split(separator: "\n").map(String.init)
    }

    /// One of the mirror's metrics, its name with its labels.
    func metric(_ name: String) throws -> Double? {
        let text = try HttpConnection(metrics).request("GET", "/metrics").text
        return text.split(separator: "\n").first { $0.hasPrefix(name + " ") }?.split(separator: " ").last.flatMap { Double($0) }
    }

    func stop() {
        up?.signal(SIGTERM)
        up?.waitForEnd()
        production?.signal(SIGTERM)
        candidate?.signal(SIGTERM)
    }
}
