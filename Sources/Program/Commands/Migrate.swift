internal import EmbeddedPostgres
internal import Postgres
internal import Storage

extension Command {
    /// Brings the schema up to date, or says what is missing.
    static let migrate = Command(
        "migrate", summary: "Brings the database's schema up to date",
        details:
            "Every command does this by itself; --check is for deployments that want to know beforehand. It exits with 1 when something is missing.",
        options: [.flag("check", "only say what is missing, and change nothing")]
    ) { arguments in
        _ = try arguments.operands()
        if arguments.has("check") {
            try check(arguments)
            return
        }
        try withDatabase(arguments) { _ in }
        print("The schema is up to date (\(StoreMigrations.all.count) migrations).")
    }

    private static func check(_ arguments: Arguments) throws {
        let url = try DatabaseOptions.namedURL(arguments) ?? DatabaseOptions.dataFolder(arguments).runningServerURL
        guard let url else { throw CommandError.failed("no database runs there: start understudy up, or name one with --database.") }
        let missing = try Migrator(StoreMigrations.all).check(PostgresConnection(url: url, applicationName: "understudy migrate"))
        guard missing.isEmpty else {
            throw CommandError.failed(
                "\(missing.count) of \(StoreMigrations.all.count) migrations are missing: \(missing.map(\.name).joined(separator: ", ")).")
        }
        print("The schema is up to date (\(StoreMigrations.all.count) migrations).")
    }
}
