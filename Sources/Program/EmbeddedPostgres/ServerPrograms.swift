import Processes

/// PostgreSQL's programs on this machine.
struct ServerPrograms {
    /// The folder with `initdb` and `postgres`.
    let folder: String
    /// The major version, such as 15.
    let version: Int

    static let oldestVersion = 15

    var initdb: String { "\(folder)/initdb" }
    var postgres: String { "\(folder)/postgres" }

    /// Finds them: in PATH, in /usr/lib/postgresql, where `pg_config` points.
    ///
    /// - Parameter version: the major version that an existing cluster needs; nil takes the first that is new enough.
    static func find(version wanted: Int?) throws(EmbeddedPostgresError) -> ServerPrograms {
        var seen: [ServerPrograms] = []
        for folder in candidates() {
            guard let programs = ServerPrograms(folder: folder) else { continue }
            if wanted.map({ $0 == programs.version }) ?? (programs.version >= oldestVersion) { return programs }
            seen.append(programs)
        }
        let found = seen.isEmpty ? "" : " (found: \(Set(seen.map(\.version)).sorted().map(String.init).joined(separator: ", ")))"
        if let wanted {
            throw EmbeddedPostgresError(
                .notInstalled,
                "the data folder was made by PostgreSQL \(wanted), which is not installed\(found): install postgresql-\(wanted), "
                    + "or choose a new folder with --data")
        }
        throw EmbeddedPostgresError(
            .notInstalled,
            "PostgreSQL \(oldestVersion) or newer is not installed\(found): install it (apt install postgresql), "
                + "or name a database with --database")
    }

    private init?(folder: String) {
        self.folder = folder
        // "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"
        guard FileSystem.exists("\(folder)/initdb"), let line = Self.output(of: "\(folder)/postgres", ["--version"]),
            let number = line.split(separator: " ").dropFirst(2).first, let major = Int(number.prefix(while: \.isWholeNumber))
        else { return nil }
        version = major
    }

    private static func candidates() -> [String] {
        var folders: [String] = []
        // PATH may hold a link: initdb looks for `postgres` beside its real place.
        if let initdb = FileSystem.executable("initdb").flatMap(FileSystem.realPath) {
            folders.append(initdb.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" })
        }
        let packaged = (try? FileSystem.names(in: "/usr/lib/postgresql")) ?? []
        folders += packaged.compactMap { Int($0) }.sorted(by: >).map { "/usr/lib/postgresql/\($0)/bin" }
        if let config = FileSystem.executable("pg_config"), let folder = output(of: config, ["--bindir"]) { folders.append(folder) }
        return folders
    }

    /// The first line that a program prints; nil if it fails.
    private static func output(of program: String, _ arguments: [String]) -> String? {
        var command = ChildCommand(program, arguments)
        command.output = .pipe
        command.errors = .discard
        guard let child = try? ChildProcess(command), let output = child.output else { return nil }
        let text = String(decoding: output.readToEnd(), as: UTF8.self)
        guard child.wait().isSuccess else { return nil }
        return text.split(separator: "\n").first.map(String.init)
    }
}
