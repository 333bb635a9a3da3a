internal import EmbeddedPostgres
internal import Postgres
internal import Storage

/// Which database a command works on: `--database URL`, the embedded one of `--data DIR`, `UNDERSTUDY_DATABASE_URL`, or the
/// embedded one of ./understudy-data, in this order.
enum DatabaseOptions {
    static let options: [Option] = [
        .value("database", "URL", "the PostgreSQL to use, e.g. postgresql://user@host/name"),
        .value("data", "DIR", "the data folder, and the embedded PostgreSQL in it (default ./understudy-data)"),
    ]

    /// The data folder; it exists also beside a database of the user's own, for spool and settings.
    static func dataFolder(_ arguments: Arguments) -> DataFolder { DataFolder(arguments["data"] ?? "understudy-data") }

    /// The URL of a database that the user named; nil for the embedded one.
    static func namedURL(_ arguments: Arguments) throws -> String? {
        let url: String?
        if let given = arguments["database"] {
            url = given
        } else if arguments["data"] != nil {
            url = nil
        } else {
            url = currentEnvironment()["UNDERSTUDY_DATABASE_URL"].flatMap { $0.isEmpty ? nil : $0 }
        }
        if let url { try PostgresURL.check(url) }
        return url
    }
}

/// Runs `body` with the URL of the database that the arguments choose, its schema brought up to date.
///
/// An embedded database that no `up` is running is started for the length of `body`.
func withDatabase<Result>(_ arguments: Arguments, _ body: (String) throws -> Result) throws -> Result {
    if let url = try DatabaseOptions.namedURL(arguments) {
        try bringUpToDate(url)
        return try body(url)
    }
    let folder = DatabaseOptions.dataFolder(arguments)
    if let url = folder.runningServerURL {
        try bringUpToDate(url)
        return try body(url)
    }
    let server = try EmbeddedPostgres.start(folder.claim())
    defer { server.stop() }
    try bringUpToDate(server.url)
    return try body(server.url)
}

/// Runs `body` with a connection to the database that the arguments choose.
func withConnection<Result>(_ arguments: Arguments, _ body: (PostgresConnection) throws -> Result) throws -> Result {
    try withDatabase(arguments) { url in
        try body(PostgresConnection(url: url, applicationName: "understudy"))
    }
}

/// Brings the schema up to date; concurrent starts wait for each other.
@discardableResult
func bringUpToDate(_ url: String) throws -> [Migration] {
    let connection = try PostgresConnection(url: url, applicationName: "understudy migrate")
    return try Migrator(StoreMigrations.all).run(connection)
}
