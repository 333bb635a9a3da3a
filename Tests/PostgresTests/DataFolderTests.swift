import EmbeddedPostgres
import Glibc
import Processes
import TestSupport
import Testing

/// The newest `postgres` of this machine, found independently of the code under test.
enum ServerProgram {
    static var path: String? {
        let packaged = ((try? FileSystem.names(in: "/usr/lib/postgresql")) ?? []).compactMap { Int($0) }.max()
        return packaged.map { "/usr/lib/postgresql/\($0)/bin/postgres" } ?? FileSystem.executable("postgres")
    }
}

@Suite struct DataFolderTests {
    private let outer: TemporaryFolder

    init() throws {
        outer = try TemporaryFolder()
        try FileSystem.makeFolder(outer.path, mode: 0o711)
    }

    private func refusal(_ path: String) throws -> EmbeddedPostgresError {
        try #require(throws: EmbeddedPostgresError.self) { _ = try EmbeddedPostgres.start(DataFolder(path).claim()) }
    }

    @Test func aFolderOfOthersIsRefusedAndLeftAlone() throws {
        try FileSystem.makeFolder(outer.path("photos"), mode: 0o755)
        try outer.write("x", to: "photos/cat.jpg")
        let error = try refusal(outer.path("photos"))
        #expect(error.code == .folderUnusable)
        #expect(error.description.contains("(cat.jpg): choose an empty or a new folder with --data"))
        #expect(try FileSystem.names(in: outer.path("photos")) == ["cat.jpg"])
    }

    @Test func aFolderMadeForHostsAloneIsOursAndPrivate() throws {
        let folder = DataFolder(outer.path("data"))
        try folder.makeIfAbsent()
        let nobody = try #require(SystemUser(named: "nobody"))
        #expect(FileSystem.isFolder(folder.path) && FileSystem.barrier(to: folder.path, for: nobody) == folder.path)
        try FileSystem.append("api.example.com\n", to: folder.allowedUpstreamsFile)
        try folder.makeIfAbsent()
        withExtendedLifetime(try folder.claim()) {}
        try FileSystem.makeFolder(outer.path("photos"), mode: 0o755)
        try outer.write("x", to: "photos/cat.jpg")
        let error = try #require(throws: EmbeddedPostgresError.self) { try DataFolder(outer.path("photos")).makeIfAbsent() }
        #expect(error.code == .folderUnusable && error.description.contains("(cat.jpg)"))
    }

    @Test func aFileIsRefused() throws {
        try outer.write("x", to: "file")
        #expect(try refusal(outer.path("file")).description == "\(outer.path("file")) is not a folder: choose another folder with --data")
        #expect(try refusal(outer.path("file/below")).code == .folderUnusable)
    }

    @Test func aForeignPostgresFolderIsRefused() throws {
        try FileSystem.makeFolder(outer.path("data/postgres/things"), mode: 0o700)
        #expect(try refusal(outer.path("data")).description.contains("is not a PostgreSQL cluster"))
    }

    @Test func aClusterOfAVersionThatIsNotInstalledIsRefused() throws {
        try FileSystem.makeFolder(outer.path("data/postgres"), mode: 0o700)
        try outer.write("9\n", to: "data/postgres/PG_VERSION")
        let error = try refusal(outer.path("data"))
        #expect(error.code == .notInstalled && error.description.contains("install postgresql-9"))
    }

    @Test(.enabled(if: FileSystem.isFolder("/sys/kernel"), "needs /sys")) func aFolderThatCannotBeMadeIsOneLine() throws {
        let error = try refusal("/sys/kernel/understudy")
        #expect(error.code == .folderUnusable && !error.description.contains("\n"))
    }

    @Test(.enabled(if: SystemUser.current.isRoot, "needs root")) func aFolderThatTheServersUserCannotEnterIsNamed() throws {
        try FileSystem.makeFolder(outer.path("closed"), mode: 0o700)
        let error = try refusal(outer.path("closed/data"))
        #expect(error.code == .folderUnusable && error.description.contains("who may not enter \(outer.path("closed")):"))
    }

    @Test(.enabled(if: SystemUser.current.isRoot, "needs root to become another user")) func worksWithoutRoot() async throws {
        let user = try #require(SystemUser(named: "nobody"))
        try FileSystem.makeFolder(outer.path("theirs"), mode: 0o700, owner: user)
        try FileSystem.makeFolder(outer.path("ours"), mode: 0o755)
        await #expect(processExitsWith: .success) {
            [outer = outer.path as String, user = Int(user.userID) as Int, group = Int(user.groupID) as Int] in
            try #require(setgid(UInt32(group)) == 0 && setuid(UInt32(user)) == 0)
            let server = try EmbeddedPostgres.start(DataFolder("\(outer)/theirs/data").claim(), settings: ["fsync": "off"])
            #expect(!server.hasExited && FileSystem.owner(of: "\(outer)/theirs/data/postgres")?.userID == UInt32(user))
            server.stop()
            let error = try #require(throws: EmbeddedPostgresError.self) { try DataFolder("\(outer)/ours").claim() }
            #expect(
                error.description.contains("the user nobody may not write to the data folder \(outer)/ours, which belongs to the user root")
            )
        }
    }

    @Test(.enabled(if: SystemUser.current.isRoot, "needs root to mount")) func aReadOnlyFolderIsOneLine() throws {
        try FileSystem.makeFolder(outer.path("mount"), mode: 0o755)
        let mount = try ChildProcess(ChildCommand("/bin/mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", outer.path("mount")]))
        try #require(mount.wait().isSuccess)
        defer { _ = try? ChildProcess(ChildCommand("/bin/umount", [outer.path("mount")])).wait() }
        let error = try refusal(outer.path("mount/data"))
        #expect(
            error.description == "the data folder \(outer.path("mount/data")) is on a read-only file system: choose another with --data")
        #expect(try refusal(outer.path("mount")).code == .folderUnusable)
    }

    @Test func aRelativePathBecomesAbsolute() {
        #expect(DataFolder("x/./y//../z").path == "\(FileSystem.realPath(".") ?? "")/x/z")
    }
}
