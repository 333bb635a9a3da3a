import Glibc
import Processes

/// The files of the private server: made once by `initdb`, then left to the server and its operator.
struct Cluster {
    private let folder: DataFolder
    /// Whom the server runs as; nil: this process's own user.
    let user: SystemUser?
    let programs: ServerPrograms

    /// What a new cluster starts with; the operator may change it in postgresql.conf.
    private static let settings = """

        # Understudy's settings. Change them freely: they are read at each start of the server.
        shared_buffers = 128MB
        cluster_name = 'understudy'
        # A question over a year of daily partitions locks each of them.
        max_locks_per_transaction = 256
        timezone = 'UTC'
        log_timezone = 'UTC'
        # Details and contexts quote stored values: they stay out of the log.
        log_error_verbosity = terse
        """

    /// Finds the cluster's programs and user, and makes the cluster if there is none.
    ///
    /// - Parameter syncs: false makes it quicker and not safe against a power cut.
    init(in folder: DataFolder, syncs: Bool) throws(EmbeddedPostgresError) {
        self.folder = folder
        user = try Self.chooseUser(folder)
        let version = FileSystem.smallText("\(folder.postgres)/PG_VERSION").flatMap { Int($0.prefix(while: \.isWholeNumber)) }
        if version == nil && FileSystem.exists(folder.postgres) {
            throw EmbeddedPostgresError(
                .folderUnusable, "\(folder.postgres) is not a PostgreSQL cluster: remove it, or choose another folder with --data")
        }
        programs = try ServerPrograms.find(version: version)
        if version == nil { try make(syncs: syncs) }
    }

    /// The path as the kernel shows it for the working folder of the server's processes.
    var realPath: String { FileSystem.realPath(folder.postgres) ?? folder.postgres }

    private static func chooseUser(_ folder: DataFolder) throws(EmbeddedPostgresError) -> SystemUser? {
        let owner = FileSystem.owner(of: folder.postgres)
        let current = SystemUser.current
        guard current.isRoot else {
            if let owner, owner != current {
                throw EmbeddedPostgresError(
                    .folderUnusable,
                    "\(folder.postgres) belongs to the user \(owner.name): run as that user or as root, or choose another folder with --data"
                )
            }
            return nil
        }
        // PostgreSQL refuses to run as root. An existing cluster keeps its user.
        guard let user = owner.flatMap({ $0.isRoot ? nil : $0 }) ?? SystemUser.unprivileged else {
            throw EmbeddedPostgresError(
                .folderUnusable, "PostgreSQL must not run as root, and there is no user postgres or nobody: run as another user")
        }
        do throws(ProcessError) {
            try FileSystem.makeFolder(folder.path, mode: 0o711)
        } catch {
            throw EmbeddedPostgresError(.folderUnusable, "\(error)")
        }
        if let barrier = FileSystem.barrier(to: folder.path, for: user) {
            throw EmbeddedPostgresError(
                .folderUnusable,
                "PostgreSQL runs as the user \(user.name), who may not enter \(barrier): choose a folder with --data that all may reach, such as /var/lib/understudy"
            )
        }
        return user
    }

    /// A half-made cluster must never be taken for a whole one: it gets its name when it is complete.
    private func make(syncs: Bool) throws(EmbeddedPostgresError) {
        let draft = "\(folder.path)/postgres.new"
        do throws(ProcessError) {
            try FileSystem.remove(draft)
            try FileSystem.makeFolder(draft, mode: 0o700, owner: user)
            try runInitdb(draft, syncs: syncs)
            try FileSystem.append(Self.settings, to: "\(draft)/postgresql.conf")
            try FileSystem.rename(draft, to: folder.postgres)
        } catch {
            throw EmbeddedPostgresError(.folderUnusable, "cannot make the database in \(folder.path): \(error)")
        }
    }

    private func runInitdb(_ draft: String, syncs: Bool) throws(ProcessError) {
        // The order of plain bytes is the fastest and the same everywhere; upper and lower case know all letters.
        let characters = unsafe newlocale(LC_CTYPE_MASK, "C.UTF-8", nil) == nil ? "C" : "C.UTF-8"
        var command = ChildCommand(
            programs.initdb,
            [
                "--pgdata=\(draft)", "--username=\(EmbeddedPostgres.role)", "--encoding=UTF8", "--locale=C", "--lc-ctype=\(characters)",
                "--auth-local=trust", "--auth-host=reject", "--data-checksums", "--no-instructions",
            ] + (syncs ? [] : ["--no-sync"]))
        command.environment = Self.environment
        command.folder = "/"
        command.user = user
        command.output = .discard
        command.errors = .pipe
        command.deathSignal = SIGTERM
        let child = try ChildProcess(command)
        let complaints = String(decoding: child.errors?.readToEnd() ?? [], as: UTF8.self)
        let status = child.wait()
        guard status.isSuccess else {
            let lines = complaints.split(separator: "\n").map(String.init)
            throw ProcessError(.system, lines.first { $0.contains("error:") || $0.contains("FATAL:") } ?? lines.last ?? "initdb: \(status)")
        }
    }

    /// The command that runs the server. What keeps it private is fixed here and not in a file.
    func serverCommand(socketFolder: String, settings: [String: String]) -> ChildCommand {
        let quotedFolder = "\"" + socketFolder.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        var fixed = settings
        fixed["listen_addresses"] = ""
        fixed["port"] = String(SocketFolder.port)
        fixed["unix_socket_directories"] = quotedFolder
        fixed["unix_socket_permissions"] = "0700"
        fixed["log_destination"] = "stderr"
        fixed["logging_collector"] = "off"
        var command = ChildCommand(
            programs.postgres, ["-D", folder.postgres] + fixed.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] })
        command.environment = Self.environment
        command.folder = "/"
        command.user = user
        command.output = .discard
        command.errors = .pipe
        // SIGINT: sessions are ended, everything is written, no recovery at the next start.
        command.deathSignal = SIGINT
        command.hasOwnGroup = true
        return command
    }

    /// The caller's PG… variables must not reach the server.
    private static var environment: [String: String] {
        ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"]
    }
}
