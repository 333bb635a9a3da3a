internal import Configuration
internal import EmbeddedPostgres
internal import Postgres
internal import Processes
internal import Storage
internal import Traffic

extension Command {
    /// Starts a trial.
    static let enable = Command(
        "enable", summary: "Starts shadowing a workload, as a file says",
        details: """
            Checks the file (every fault with its line), reaches the models once, stores route and trial. Running mirrors follow within a
            second. The same file again changes nothing; a changed one ends that candidate's trial and starts the next, except for sample,
            control, limits, the deadline, privacy, keys and prices, which may change within a trial.
            --tap is for gateways that keep the call path: its trial takes finished calls at POST /WORKLOAD/pairs of the mirror, beside a trial
            of mirrored calls and never mixed with it. deploy/README.md has ready snippets for LiteLLM and nginx.
            """,
        options: [
            .value("file", short: "f", "FILE", "the workload's settings, YAML"), .flag("no-probe", "do not reach the models now"),
            .flag("tap", "take finished calls that a gateway hands in"),
            .flag("explain", "print every setting with its default and what it means, as a file, and do nothing else"),
        ]
    ) { arguments in
        _ = try arguments.operands()
        if arguments.has("explain") {
            print(SettingsExplanation.yaml)
            return
        }
        let settings = try WorkloadSettings.load(file: arguments.required("file", "the workload's settings"))
        if !arguments.has("no-probe") { try Probe(settings).run() }
        try withConnection(arguments) { connection in
            // Before the route is there: a mirror that follows it at once must find its host among those allowed.
            try allow(settings.production.url.authority, in: DatabaseOptions.dataFolder(arguments))
            let source: Source = arguments.has("tap") ? .tap : .mirror
            let outcome = try Registry(connection).enable(settings, source: source, at: now())
            print(EnableText(settings: settings, outcome: outcome, callsPerDay: try callsPerDay(connection, settings.workload)).description)
        }
    }

    /// Calls a day that the route has seen lately, for the outlook; nil when it has seen none.
    private static func callsPerDay(_ connection: PostgresConnection, _ workload: String) throws -> Double? {
        let statuses = try StatusReader(connection).status(workload: workload)
        guard let busiest = statuses.max(by: { $0.calls < $1.calls }), busiest.calls > 0, busiest.day > 0 else { return nil }
        return Double(busiest.calls) / Double(busiest.day)
    }

    /// Mirrors on this machine forward to no host that nobody here has named.
    private static func allow(_ authority: String, in folder: DataFolder) throws {
        try folder.makeIfAbsent()
        let file = folder.allowedUpstreamsFile
        let known = FileSystem.smallText(file) ?? ""
        if known.split(whereSeparator: \.isNewline).contains(Substring(authority)) { return }
        // Added, never written anew: two that enable at once must both stay.
        try FileSystem.append((known.isEmpty || known.hasSuffix("\n") ? "" : "\n") + authority + "\n", to: file)
    }
}
