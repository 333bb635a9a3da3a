import EmbeddedPostgres
import Glibc
import Postgres
import Processes
import Synchronization

/// One real PostgreSQL for all tests of a process: private, started when the first test asks, quick because it does not sync, ended and
/// removed with the process (by the kernel, should the process be killed).
public enum TemporaryPostgres {
    private struct State {
        var server: EmbeddedPostgres?
        var folder: String?
        var templates: Set<String> = []
        var databases = 0
    }

    private static let state = Mutex(State())
    private static let folderPrefix = "understudy-tests-"

    /// A database of the test's own.
    ///
    /// - Parameters:
    ///   - template: a name under which the prepared database is kept, so that `prepare` runs once a process.
    ///   - prepare: gets the URL of the database to prepare, such as by migrations.
    /// - Returns: its URL.
    public static func freshDatabase(template: String? = nil, prepare: (String) throws -> Void = { _ in }) throws -> String {
        try state.withLock { state in
            let server = try runningServer(&state)
            let admin = try PostgresConnection(url: server.url, applicationName: "tests")
            var source = "template1"
            if let template {
                source = "template_\(template)"
                if state.templates.insert(template).inserted {
                    try admin.script("CREATE DATABASE \(PostgresConnection.quoted(source))")
                    try prepare(url(of: source, on: server))
                }
            }
            state.databases += 1
            let name = "test_\(state.databases)"
            try admin.script("CREATE DATABASE \(PostgresConnection.quoted(name)) TEMPLATE \(PostgresConnection.quoted(source))")
            let fresh = url(of: name, on: server)
            if template == nil { try prepare(fresh) }
            return fresh
        }
    }

    /// The URL of another database of the same server.
    private static func url(of database: String, on server: EmbeddedPostgres) -> String {
        let parts = server.url.split(separator: "?", maxSplits: 1)
        return "postgresql:///\(database)?\(parts[1])"
    }

    private static func runningServer(_ state: inout State) throws -> EmbeddedPostgres {
        if let server = state.server, !server.hasExited { return server }
        removeLeftovers()
        let folder = try FileSystem.makeUniqueFolder(in: "/tmp", prefix: "\(folderPrefix)\(getpid())-")
        let server = try EmbeddedPostgres.start(
            DataFolder(folder).claim(),
            settings: ["fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"])
        if state.folder == nil { atexit { TemporaryPostgres.end() } }
        state.folder = folder
        state.server = server
        return server
    }

    /// Folders of test processes that were killed.
    private static func removeLeftovers() {
        for name in (try? FileSystem.names(in: "/tmp")) ?? [] where name.hasPrefix(folderPrefix) {
            let owner = Int32(name.dropFirst(folderPrefix.count).prefix(while: \.isWholeNumber))
            let path = FileSystem.realPath("/tmp/\(name)/postgres") ?? ""
            guard let owner, ProcessIdentity(running: owner) == nil, ProcessIdentity.all(named: "postgres", in: path).isEmpty else {
                continue
            }
            try? FileSystem.remove("/tmp/\(name)")
        }
    }

    private static func end() {
        // No waiting: a test that hangs in here must not keep the process from ending.
        _ = state.withLockIfAvailable { state in
            state.server?.stop()
            state.folder.map { try? FileSystem.remove($0) }
        }
    }
}
