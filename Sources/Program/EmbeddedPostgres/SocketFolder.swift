import Postgres
import Processes

/// Where the server's socket lies: in DATA/run, or, where that path will not do for a socket, in a private folder under /tmp whose
/// name is recorded in DATA/run.
struct SocketFolder {
    private let folder: DataFolder
    /// Part of the socket's name; no TCP port is opened.
    static let port = 5432
    /// `sun_path` holds 108 bytes; the design's limit leaves room.
    private static let longest = 100
    private static let temporaryPrefix = "understudy-"

    init(of folder: DataFolder) { self.folder = folder }

    private var record: String { "\(folder.run)/socket-folder" }
    /// libpq takes a comma for the end of a host's name, and knows no way to write one.
    private var fits: Bool { Self.socket(in: folder.run).utf8.count <= Self.longest && !folder.run.contains(",") }

    /// The folder in use; nil if none has been made.
    private var current: String? {
        if fits { return folder.run }
        guard let recorded = FileSystem.smallText(record), recorded.hasPrefix("/tmp/\(Self.temporaryPrefix)"),
            FileSystem.isFolder(recorded), FileSystem.owner(of: recorded) == FileSystem.owner(of: folder.run)
        else { return nil }
        return recorded
    }

    /// Makes the folder for the server's user (nil: this process's), without what a killed server left. Only when none runs.
    func make(for user: SystemUser?) throws(ProcessError) -> String {
        try FileSystem.makeFolder(folder.run, mode: 0o700, owner: user)
        if fits {
            let socket = Self.socket(in: folder.run)
            // The lock names a process id that may be somebody else's by now; the server would not start beside it.
            try FileSystem.remove("\(socket).lock")
            try FileSystem.remove(socket)
            return folder.run
        }
        remove()
        let made = try FileSystem.makeUniqueFolder(in: "/tmp", prefix: Self.temporaryPrefix)
        try FileSystem.makeFolder(made, mode: 0o700, owner: user)
        try FileSystem.append(made, to: record)
        return made
    }

    /// Removes the folder under /tmp, if there is one.
    func remove() {
        guard !fits else { return }
        // Nothing depends on success: an empty folder stays behind at worst.
        if let current { try? FileSystem.remove(current) }
        try? FileSystem.remove(record)
    }

    var runningServerURL: String? {
        guard let current, FileSystem.exists(Self.socket(in: current)) else { return nil }
        let url = Self.url(socketFolder: current, database: EmbeddedPostgres.database)
        return (try? PostgresConnection.reachability(of: url)) == .accepting ? url : nil
    }

    private static func socket(in folder: String) -> String { "\(folder)/.s.PGSQL.\(port)" }

    static func url(socketFolder: String, database: String) -> String {
        let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
        let host = socketFolder.utf8.map { byte in
            unreserved.contains(byte) ? String(UnicodeScalar(byte)) : "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return "postgresql:///\(database)?host=\(host.joined())&port=\(port)&user=\(EmbeddedPostgres.role)"
    }
}
