import Glibc
import Postgres
import Processes

/// A private PostgreSQL server in a data folder: a child of this process, reached by a Unix socket only, ended with its owner.
///
/// All calls are safe from any thread. When the last reference goes the server is stopped.
public final class EmbeddedPostgres: Sendable {
    /// The server's main role and the owner of everything in the database.
    public static let role = "understudy"
    /// The database.
    public static let database = "understudy"

    /// The URL of the database `understudy` as the role `understudy`. It holds no secret: the socket's folder is private.
    public let url: String
    /// The folder of the socket.
    public let socketFolder: String
    private let claim: DataFolderClaim
    private let server: ChildProcess

    /// Makes the cluster if there is none, ends what a killed owner left, starts the server and makes sure of the database.
    ///
    /// - Parameters:
    ///   - claim: the data folder, held by this process.
    ///   - settings: server settings for this run, such as `["fsync": "off"]` in tests.
    ///   - yields: whether it leaves the processor to others, as `ChildCommand.yields`.
    /// - Throws: `notInstalled`, `folderUnusable`, `serverFailed`.
    public static func start(
        _ claim: DataFolderClaim, settings: [String: String] = [:], yields: Bool = false
    ) throws(EmbeddedPostgresError) -> EmbeddedPostgres {
        let folder = claim.folder
        let cluster = try Cluster(in: folder, syncs: settings["fsync"] != "off")
        try OrphanedServer(cluster: cluster.realPath).stop()
        let server: ChildProcess
        let socketFolder: String
        do throws(ProcessError) {
            socketFolder = try SocketFolder(of: folder).make(for: cluster.user)
            var command = cluster.serverCommand(socketFolder: socketFolder, settings: settings)
            command.yields = yields
            server = try ChildProcess(command)
        } catch {
            throw EmbeddedPostgresError(.serverFailed, "cannot start PostgreSQL: \(error)")
        }
        guard let messages = server.errors else { preconditionFailure("the server's errors go to a pipe") }
        let log = BoundedLog(messages, path: "\(folder.log)/postgres.log")
        let embedded = EmbeddedPostgres(claim: claim, server: server, socketFolder: socketFolder)
        try embedded.waitUntilReady(log)
        try embedded.makeDatabase()
        return embedded
    }

    private init(claim: DataFolderClaim, server: ChildProcess, socketFolder: String) {
        self.claim = claim
        self.server = server
        self.socketFolder = socketFolder
        url = SocketFolder.url(socketFolder: socketFolder, database: Self.database)
    }

    deinit { stop() }

    /// The server's main process.
    public var processID: Int32 { server.processID }
    /// Becomes readable when the server ends: for an event loop. Belongs to this object.
    public var exitDescriptor: Int32 { server.exitDescriptor }
    /// True once the server has ended, by `stop` or by itself.
    public var hasExited: Bool { server.exitStatus != nil }

    /// Ends the server: sessions are ended and everything is written; a server that does not come to an end is made to. Returns when
    /// it has ended, at once if it had.
    public func stop() {
        let steps: [(signal: Int32, seconds: Int)] = [(SIGINT, 30), (SIGQUIT, 10), (SIGKILL, 10)]
        for (signal, seconds) in steps where !hasExited {
            server.send(signal)
            _ = server.wait(timeoutMilliseconds: seconds * 1000)
        }
        SocketFolder(of: claim.folder).remove()
    }

    private func waitUntilReady(_ log: BoundedLog) throws(EmbeddedPostgresError) {
        let postgres = SocketFolder.url(socketFolder: socketFolder, database: "postgres")
        let clock = ContinuousClock()
        let start = clock.now
        while true {
            let reachability: PostgresConnection.Reachability
            do throws(PostgresError) {
                reachability = try PostgresConnection.reachability(of: postgres)
            } catch {
                preconditionFailure("our own URL is valid: \(error)")
            }
            if reachability == .accepting { return }
            // A server that recovers from a crash says so; that may take minutes.
            let patience: Duration = reachability == .refusing ? .seconds(600) : .seconds(60)
            if server.wait(timeoutMilliseconds: 20) != nil {
                throw EmbeddedPostgresError(
                    .serverFailed,
                    "PostgreSQL did not start: \(log.lastComplaint() ?? "no reason given") (see \(claim.folder.log)/postgres.log)")
            }
            if clock.now - start > patience {
                throw EmbeddedPostgresError(
                    .serverFailed, "PostgreSQL did not become ready in \(patience): see \(claim.folder.log)/postgres.log")
            }
        }
    }

    private func makeDatabase() throws(EmbeddedPostgresError) {
        do throws(PostgresError) {
            let connection = try PostgresConnection(
                url: SocketFolder.url(socketFolder: socketFolder, database: "postgres"), applicationName: "understudy start")
            let existing = try connection.query("SELECT FROM pg_database WHERE datname = $1", [.text(Self.database)])
            if existing.isEmpty { try connection.script("CREATE DATABASE \(PostgresConnection.quoted(Self.database))") }
        } catch {
            throw EmbeddedPostgresError(.serverFailed, "cannot make the database: \(error)")
        }
    }
}
