internal import Configuration
internal import EmbeddedPostgres
internal import Foundation
internal import Postgres
internal import Storage
internal import Traffic

extension Command {
    /// Starts a trial.
    static let enable = Command(
        "enable", summary: "Starts shadowing a workload, as a file says",
        details: """
            Checks the file (every fault with its line), reaches both models once, stores route and trial. Running mirrors follow within a
            second. The same file again changes nothing; a changed one ends that candidate's trial and starts the next, except for sample,
            control, limits, privacy, keys and prices, which may change within a trial.
            """,
        options: [.value("file", short: "f", "FILE", "the workload's settings, YAML"), .flag("no-probe", "do not reach the models now")]
    ) { arguments in
        _ = try arguments.operands()
        let settings = try WorkloadSettings.load(file: arguments.required("file", "the workload's settings"))
        if !arguments.has("no-probe") { try Probe(settings).run() }
        try withConnection(arguments) { connection in
            let outcome = try Registry(connection).enable(settings, at: now())
            try allowUpstream(settings.production.url.authority, in: DatabaseOptions.dataFolder(arguments))
            print(EnableText(settings: settings, outcome: outcome, callsPerDay: try callsPerDay(connection, settings.workload)).description)
        }
    }

    /// Calls a day that the route has seen lately, for the outlook; nil when it has seen none.
    private static func callsPerDay(_ connection: PostgresConnection, _ workload: String) throws -> Double? {
        let statuses = try StatusReader(connection).status(workload: workload)
        guard let busiest = statuses.max(by: { $0.calls < $1.calls }), busiest.calls > 0, busiest.day > 0 else { return nil }
        return Double(busiest.calls) / Double(busiest.day)
    }

    /// Mirrors forward to no host that nobody on their machine has named.
    private static func allowUpstream(_ authority: String, in folder: DataFolder) throws {
        let path = "\(folder.path)/allowed-upstreams"
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        let known = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        if known.split(separator: "\n").contains(Substring(authority)) { return }
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data((known + authority + "\n").utf8), attributes: [.posixPermissions: 0o600])
        else {
            throw CommandError.failed("cannot write \(path); the mirror will refuse \(authority) until --allow-upstream names it.")
        }
    }
}
