import Processes

/// The folder that holds all that Understudy keeps on this machine, and the places in it.
public struct DataFolder: Sendable, Hashable {
    /// Its absolute path.
    public let path: String

    /// The folder at `path`, which need not exist. A relative path starts at the working folder.
    public init(_ path: String) {
        let absolute = path.hasPrefix("/") ? path : "\(FileSystem.realPath(".") ?? "")/\(path)"
        // Links are followed once, here: what is recorded must name the same place from any working folder.
        self.path = FileSystem.realPath(absolute) ?? Self.simplified(absolute)
    }

    /// The embedded PostgreSQL's cluster.
    public var postgres: String { "\(path)/postgres" }
    /// Sockets.
    public var run: String { "\(path)/run" }
    /// What the mirror has written and the database has not yet.
    public var spool: String { "\(path)/spool" }
    /// Reports that the worker has written by itself.
    public var reports: String { "\(path)/reports" }
    /// Log files.
    public var log: String { "\(path)/log" }
    /// The last good routes and trials, for a mirror that starts without a database.
    public var settingsFile: String { "\(path)/settings.json" }
    /// Hosts that `enable` on this machine has named, one a line: a mirror sends credentials to no host that nobody here has named.
    public var allowedUpstreamsFile: String { "\(path)/allowed-upstreams" }
    /// The secret that opens the web role's pages.
    public var webTokenFile: String { "\(path)/web-token" }
    /// The secret with which a gateway hands finished calls to the mirror.
    public var tapTokenFile: String { "\(path)/tap-token" }
    private var lockFile: String { "\(path)/lock" }

    /// Makes the folder if it is absent (mode 0700) and locks it for this process, until the claim goes or the process ends.
    ///
    /// - Throws: `inUse` when another process holds it; `folderUnusable` when it cannot be written or holds something else.
    public func claim() throws(EmbeddedPostgresError) -> DataFolderClaim {
        try refuseForeign()
        do throws(ProcessError) {
            let isOpenToServer = SystemUser.current.isRoot && FileSystem.exists(postgres)
            try FileSystem.makeFolder(path, mode: isOpenToServer ? 0o711 : 0o700)
            let lock = try FileLock(path: lockFile)
            try FileSystem.makeFolder(log, mode: 0o700)
            return DataFolderClaim(folder: self, lock: lock)
        } catch {
            throw refusal(error)
        }
    }

    /// Makes the folder (mode 0700) if it is absent, without claiming it: a database of the user's own may stand behind it, and a
    /// mirror may be at work on it.
    ///
    /// - Throws: `folderUnusable` when it cannot be made or holds something else.
    public func makeIfAbsent() throws(EmbeddedPostgresError) {
        try refuseForeign()
        guard !FileSystem.exists(path) else { return }
        do throws(ProcessError) { try FileSystem.makeFolder(path, mode: 0o700) } catch { throw refusal(error) }
    }

    /// The URL of the server that runs on this folder, whoever started it; nil if none accepts connections.
    public var runningServerURL: String? { SocketFolder(of: self).runningServerURL }

    /// A folder that holds other things and nothing of ours is somebody else's: nothing in it is touched.
    private func refuseForeign() throws(EmbeddedPostgresError) {
        let advice = "choose another folder with --data"
        guard FileSystem.exists(path) else { return }
        guard FileSystem.isFolder(path) else { throw EmbeddedPostgresError(.folderUnusable, "\(path) is not a folder: \(advice)") }
        let names: [String]
        do throws(ProcessError) {
            names = try FileSystem.names(in: path).filter { $0 != "lost+found" }
        } catch {
            throw refusal(error)
        }
        let known: Set = ["postgres", "run", "spool", "log", "settings.json", "allowed-upstreams", "web-token", "tap-token", "lock"]
        if let stranger = names.first, known.isDisjoint(with: names) {
            throw EmbeddedPostgresError(
                .folderUnusable, "\(path) holds files that are not Understudy's (\(stranger)): choose an empty or a new folder with --data")
        }
    }

    private func refusal(_ error: ProcessError) -> EmbeddedPostgresError {
        switch error.code {
        case .held(let holder):
            let name = holder.map { " (process \($0))" } ?? ""
            return EmbeddedPostgresError(
                .inUse, "another understudy\(name) is running on \(path): stop it, or choose another folder with --data")
        case .readOnly:
            return EmbeddedPostgresError(
                .folderUnusable, "the data folder \(path) is on a read-only file system: choose another with --data")
        case .notPermitted:
            let owner = FileSystem.owner(of: path).map { ", which belongs to the user \($0.name)" } ?? ""
            return EmbeddedPostgresError(
                .folderUnusable,
                "the user \(SystemUser.current.name) may not write to the data folder \(path)\(owner): choose another with --data")
        default:
            return EmbeddedPostgresError(.folderUnusable, "the data folder cannot be used: \(error)")
        }
    }

    /// The path without `.`, `..` and doubled slashes, for a folder that does not exist yet.
    private static func simplified(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}

/// The right to work on a data folder. It ends with the last reference, or with the process.
public final class DataFolderClaim: Sendable {
    /// The folder.
    public let folder: DataFolder
    private let lock: FileLock

    init(folder: DataFolder, lock: FileLock) {
        self.folder = folder
        self.lock = lock
    }
}
