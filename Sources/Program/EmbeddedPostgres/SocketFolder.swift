import Postgres
import Processes

/// Where the server's socket lies: in DATA/run, or, where that path is too long for a socket, in a private folder under /tmp whose
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
    private var fits: Bool { Self.socket(in: folder.run).utf8.count <= Self.longest }

    /// The folder in use; nil if none has been made.
    private var current: String? {
        if fits { return folder.run }
        guard let recorded = FileSystem.smallText(record), recorded.hasPrefix("/tmp/\(Self.temporaryPrefix)"),
            FileSystem.isFolder(recorded), FileSystem.owner(of: recorded) == FileSystem.owner(of: folder.run)
        else { return nil }
        return recorded
    }

    /// Makes the folder anew for the server's user (nil: this process's).
    func make(for user: SystemUser?) throws(ProcessError) -> String {
        try FileSystem.makeFolder(folder.run, mode: 0o700, owner: user)
        guard !fits else { return folder.run }
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
