import EmbeddedPostgres
import Glibc
import Postgres
import Processes
import TestSupport
import Testing

private let quick = ["fsync": "off", "full_page_writes": "off"]

/// A data folder that the server's user may reach, in a folder removed after the test.
private func dataFolder(_ outer: TemporaryFolder, _ name: String = "data") throws -> DataFolder {
    try FileSystem.makeFolder(outer.path, mode: 0o711)
    return DataFolder(outer.path(name))
}

private func connect(_ server: EmbeddedPostgres) throws -> PostgresConnection {
    try PostgresConnection(url: server.url, applicationName: "embedded tests")
}

private func mode(_ path: String) -> UInt32 {
    var state = stat()
    return unsafe stat(path, &state) == 0 ? state.st_mode & 0o7777 : 0
}

@Suite struct EmbeddedPostgresTests {
    private let outer: TemporaryFolder
    private let folder: DataFolder

    init() throws {
        outer = try TemporaryFolder()
        folder = try dataFolder(outer)
    }

    @Test func keepsItsDataOverACleanStop() throws {
        let claim = try folder.claim()
        #expect(folder.runningServerURL == nil)
        let server = try EmbeddedPostgres.start(claim, settings: quick)
        #expect(folder.runningServerURL == server.url)
        try connect(server).script("CREATE TABLE kept (id integer); INSERT INTO kept VALUES (1)")
        #expect(!server.hasExited)
        server.stop()
        #expect(server.hasExited && folder.runningServerURL == nil)
        let error = try #require(throws: PostgresError.self) { try connect(server) }
        #expect(error.code == .connectionFailed)
        let again = try EmbeddedPostgres.start(claim, settings: quick)
        #expect(try connect(again).query("SELECT id FROM kept").count == 1)
        again.stop()
        let log = try #require(FileSystem.smallText("\(folder.log)/postgres.log"))
        #expect(log.contains("database system is ready to accept connections") && !log.contains("not properly shut down"))
    }

    @Test func isPrivate() throws {
        let server = try EmbeddedPostgres.start(folder.claim(), settings: quick)
        let connection = try connect(server)
        let row = try #require(
            try connection.query(
                """
                SELECT current_setting('listen_addresses') AS addresses, current_user AS name, current_database() AS database,
                    current_setting('server_encoding') AS encoding, current_setting('shared_buffers') AS buffers, 'Ü' ~* 'ü' AS letters
                """
            ).first)
        #expect(try row.text("addresses") == "" && row.text("name") == "understudy" && row.text("database") == "understudy")
        #expect(try row.text("encoding") == "UTF8" && row.text("buffers") == "128MB" && row.bool("letters"))
        #expect(mode(folder.path) == (SystemUser.current.isRoot ? 0o711 : 0o700))
        for inner in [folder.postgres, folder.run, folder.log] { #expect(mode(inner) == 0o700, "\(inner)") }
        #expect("\(folder.run)/.s.PGSQL.5432".utf8.count < 100)
        if SystemUser.current.isRoot {
            #expect(FileSystem.owner(of: folder.postgres) == SystemUser.unprivileged)
            #expect(ProcessIdentity.all(named: "postgres", in: folder.postgres).count > 1)
        }
    }

    @Test func detailsOfErrorsStayOutOfTheLog() throws {
        let server = try EmbeddedPostgres.start(folder.claim(), settings: quick)
        let connection = try connect(server)
        try connection.script("CREATE TABLE t (words text PRIMARY KEY)")
        for _ in 0..<2 { _ = try? connection.execute("INSERT INTO t VALUES ($1)", [.text("a customer's words")]) }
        #expect(throws: PostgresError.self) { try connection.query("SELECT $1::jsonb", [.text("{customer")]) }
        server.stop()
        let log = try #require(FileSystem.smallText("\(folder.log)/postgres.log"))
        #expect(log.contains("duplicate key value") && log.contains("invalid input syntax for type json"))
        #expect(!log.contains("customer"))
    }

    @Test func aSecondOwnerIsRefusedInOneLine() throws {
        let claim = try folder.claim()
        let error = try #require(throws: EmbeddedPostgresError.self) { try folder.claim() }
        #expect(error.code == .inUse)
        #expect(
            error.description
                == "another understudy (process \(getpid())) is running on \(folder.path): stop it, or choose another folder with --data")
        #expect(claim.folder == folder)
    }

    @Test func aReleasedFolderCanBeClaimedAgain() throws {
        for _ in 0..<2 { #expect(try folder.claim().folder.path == folder.path) }
    }

    @Test func aKilledServerIsNoticedAndRecovers() throws {
        let claim = try folder.claim()
        let server = try EmbeddedPostgres.start(claim, settings: ["fsync": "off"])
        let connection = try connect(server)
        try connection.script("CREATE TABLE kept (id integer)")
        try connection.execute("INSERT INTO kept VALUES (1)")
        #expect(kill(server.processID, SIGKILL) == 0)
        let error = try #require(throws: PostgresError.self) {
            // The session's own process outlives the main one for a moment.
            while true { try connection.execute("SELECT pg_sleep(0.01)") }
        }
        #expect(error.code == .connectionLost)
        var exit = pollfd(fd: server.exitDescriptor, events: Int16(POLLIN), revents: 0)
        #expect(unsafe poll(&exit, 1, 10_000) == 1 && server.hasExited)
        let again = try EmbeddedPostgres.start(claim, settings: ["fsync": "off"])
        #expect(try connect(again).query("SELECT id FROM kept").count == 1)
    }

    /// The main process is killed while a session still works: a server that started beside it would ruin the files.
    @Test func sessionsOfAKilledServerAreEndedFirst() async throws {
        let claim = try folder.claim()
        let server = try EmbeddedPostgres.start(claim, settings: quick)
        let connection = try connect(server)
        let session = try #require(ProcessIdentity(running: connection.serverProcessID))
        session.send(SIGSTOP)
        kill(server.processID, SIGKILL)
        let again = try EmbeddedPostgres.start(claim, settings: quick)
        #expect(!session.isRunning && !again.hasExited)
    }

    @Test func theServerOfAKilledOwnerIsReplaced() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let server = try EmbeddedPostgres.start(DataFolder(path).claim(), settings: quick)
            try connect(server).script("CREATE TABLE kept (id integer); INSERT INTO kept VALUES (1)")
            try FileSystem.append("\(server.processID)", to: "\(path)/orphan")
            kill(getpid(), SIGKILL)
        }
        let orphan = try #require(FileSystem.smallText("\(folder.path)/orphan").flatMap { Int32($0) })
        let server = try EmbeddedPostgres.start(folder.claim(), settings: quick)
        #expect(ProcessIdentity(running: orphan) == nil)
        #expect(try connect(server).query("SELECT id FROM kept").count == 1)
    }

    /// Were the folder's owner told nothing by the kernel, as when the machine sleeps, the server would still be there.
    @Test func aServerThatOutlivedItsOwnerIsReplaced() throws {
        let claim = try folder.claim()
        try EmbeddedPostgres.start(claim, settings: quick).stop()
        var command = ChildCommand(
            try #require(ServerProgram.path), ["-D", folder.postgres, "-c", "listen_addresses=", "-k", folder.run])
        command.user = SystemUser.current.isRoot ? SystemUser.unprivileged : nil
        command.folder = "/"
        command.errors = .pipe
        command.deathSignal = SIGKILL
        let orphan = try ChildProcess(command)
        while let line = orphan.errors?.readLine(timeoutMilliseconds: 20_000), !line.contains("ready to accept") {}
        #expect(ProcessIdentity.all(named: "postgres", in: folder.postgres).contains { $0.processID == orphan.processID })
        let server = try EmbeddedPostgres.start(claim, settings: quick)
        #expect(orphan.exitStatus != nil && !server.hasExited)
    }

    @Test func aStalePidFileNamingAStrangerIsNotTrusted() throws {
        let claim = try folder.claim()
        try EmbeddedPostgres.start(claim, settings: quick).stop()
        var command = ChildCommand("/bin/sleep", ["100"])
        command.user = SystemUser.current.isRoot ? SystemUser.unprivileged : nil
        command.deathSignal = SIGKILL
        let stranger = try ChildProcess(command)
        defer { stranger.send(SIGKILL) }
        try FileSystem.append("\(stranger.processID)\n\(folder.postgres)\n1\n5432\n\n\n", to: "\(folder.postgres)/postmaster.pid")
        let server = try EmbeddedPostgres.start(claim, settings: quick)
        #expect(!server.hasExited && stranger.exitStatus == nil)
    }

    @Test func aHalfMadeClusterIsMadeAnew() throws {
        try FileSystem.makeFolder("\(folder.path)/postgres.new/base", mode: 0o700)
        try FileSystem.makeFolder(folder.log, mode: 0o700)
        let server = try EmbeddedPostgres.start(folder.claim(), settings: quick)
        #expect(try connect(server).isAlive && !FileSystem.exists("\(folder.path)/postgres.new"))
    }

    @Test func aLongPathGetsAShortSocketFolder() throws {
        let long = try dataFolder(outer, String(repeating: "long-name-", count: 12))
        let claim = try long.claim()
        let server = try EmbeddedPostgres.start(claim, settings: quick)
        #expect(server.socketFolder.utf8.count < 60 && mode(server.socketFolder) == 0o700)
        #expect(try connect(server).isAlive && long.runningServerURL == server.url)
        server.stop()
        #expect(!FileSystem.exists(server.socketFolder))
    }

    @Test func aFolderNameWithOddCharactersWorks() throws {
        let odd = try dataFolder(outer, #"a b,'c"%2F#?é"#)
        let server = try EmbeddedPostgres.start(odd.claim(), settings: quick)
        #expect(try connect(server).isAlive)
    }

    @Test func aSettingThatTheServerRefusesIsNamed() throws {
        let error = try #require(throws: EmbeddedPostgresError.self) {
            try EmbeddedPostgres.start(folder.claim(), settings: ["no_such_setting": "1", "fsync": "off"])
        }
        #expect(error.code == .serverFailed)
        #expect(error.description.contains(#"PostgreSQL did not start: FATAL:  unrecognized configuration parameter "no_such_setting""#))
    }
}
