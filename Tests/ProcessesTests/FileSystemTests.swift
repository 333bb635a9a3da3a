import Glibc
import Processes
import TestSupport
import Testing

@Suite struct FileSystemTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func mode(_ path: String) -> UInt32 {
        var state = stat()
        return unsafe stat(path, &state) == 0 ? state.st_mode & 0o7777 : 0
    }

    @Test func makesFoldersWithExactModes() throws {
        let path = folder.path("a/b/c")
        try FileSystem.makeFolder(path, mode: 0o700)
        #expect(mode(path) == 0o700 && mode(folder.path("a")) == 0o755)
        try FileSystem.makeFolder(path, mode: 0o777)
        #expect(mode(path) == 0o777 && FileSystem.isFolder(path))
    }

    @Test func aFileInTheWayIsAnError() throws {
        try folder.write("x", to: "file")
        let error = try #require(throws: ProcessError.self) { try FileSystem.makeFolder(folder.path("file"), mode: 0o700) }
        #expect(error.description == "cannot make the folder \(folder.path("file")): File exists")
        #expect(throws: ProcessError.self) { try FileSystem.makeFolder(folder.path("file/below"), mode: 0o700) }
    }

    @Test func removesTreesWithoutFollowingLinks() throws {
        try FileSystem.makeFolder(folder.path("kept"), mode: 0o700)
        try folder.write("x", to: "kept/file")
        try FileSystem.makeFolder(folder.path("tree/inner"), mode: 0o700)
        try folder.write("x", to: "tree/inner/file")
        #expect(unsafe symlink(folder.path("kept"), folder.path("tree/link")) == 0)
        try FileSystem.remove(folder.path("tree"))
        #expect(try FileSystem.names(in: folder.path) == ["kept"] && FileSystem.names(in: folder.path("kept")) == ["file"])
        try FileSystem.remove(folder.path("never there"))
    }

    @Test func namesTheFirstClosedFolderOnTheWay() throws {
        let nobody = try #require(SystemUser(named: "nobody"))
        try FileSystem.makeFolder(folder.path, mode: 0o711)
        try FileSystem.makeFolder(folder.path("open/inner"), mode: 0o711)
        #expect(FileSystem.barrier(to: folder.path("open/inner"), for: nobody) == nil)
        try FileSystem.makeFolder(folder.path("open"), mode: 0o710)
        #expect(FileSystem.barrier(to: folder.path("open/inner"), for: nobody) == folder.path("open"))
        #expect(FileSystem.barrier(to: folder.path("open/inner"), for: SystemUser.current) == nil)
    }

    @Test func findsProgramsInThePath() {
        #expect(FileSystem.executable("sh")?.hasSuffix("/sh") == true)
        #expect(FileSystem.executable("no-such-program-anywhere") == nil)
    }

    @Test func aFileIsReplacedWholeOrNotAtAll() throws {
        let path = folder.path("report")
        try FileSystem.replace(path, with: "one", mode: 0o640)
        try FileSystem.replace(path, with: String(repeating: "two ", count: 100_000), mode: 0o640)
        #expect(try FileSystem.names(in: folder.path) == ["report"])
        var state = stat()
        #expect(unsafe stat(path, &state) == 0 && state.st_size == 400_000 && mode(path) == 0o640)
        // Where it cannot be renamed the old one stays, and nothing is left behind.
        try FileSystem.makeFolder(folder.path("taken/inside"), mode: 0o700)
        #expect(throws: ProcessError.self) { try FileSystem.replace(folder.path("taken"), with: "three", mode: 0o640) }
        #expect(throws: ProcessError.self) { try FileSystem.replace(folder.path("absent/report"), with: "four", mode: 0o640) }
        #expect(try FileSystem.names(in: folder.path) == ["report", "taken"])
    }
}

@Suite struct FileLockTests {
    @Test func isRefusedToTheSecondNamingTheFirst() throws {
        let folder = try TemporaryFolder()
        var first: FileLock? = try FileLock(path: folder.path("lock"))
        let error = try #require(throws: ProcessError.self) { _ = try FileLock(path: folder.path("lock")) }
        #expect(error.code == .held(getpid()))
        #expect(first != nil)
        first = nil
        _ = try FileLock(path: folder.path("lock"))
    }

    @Test func endsWithAKilledHolderEvenIfAChildOfItLives() async throws {
        let folder = try TemporaryFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let lock = try FileLock(path: "\(path)/lock")
            let child = try ChildProcess(ChildCommand("/bin/sleep", ["3600"]))
            try FileSystem.append("\(child.processID)", to: "\(path)/child")
            withExtendedLifetime(lock) { _ = kill(getpid(), SIGKILL) }
        }
        let child = try #require(FileSystem.smallText(folder.path("child")).flatMap { Int32($0) })
        let identity = try #require(ProcessIdentity(running: child))
        _ = try FileLock(path: folder.path("lock"))
        identity.send(SIGKILL)
    }
}

@Suite struct ProcessIdentityTests {
    @Test func knowsThisProcess() throws {
        let me = try #require(ProcessIdentity(running: getpid()))
        #expect(me.isRunning && me.startTicks > 0 && me.workingFolder == FileSystem.realPath("."))
        #expect(ProcessIdentity.all(named: me.name, in: try #require(me.workingFolder)).contains(me))
    }

    @Test func anEndedProcessIsGoneEvenBeforeItIsCollected() throws {
        let child = try ChildProcess(ChildCommand("/bin/sleep", ["100"]))
        let identity = try #require(ProcessIdentity(running: child.processID))
        #expect(identity.name == "sleep" && identity.send(SIGKILL))
        var request = pollfd(fd: child.exitDescriptor, events: Int16(POLLIN), revents: 0)
        #expect(unsafe poll(&request, 1, 10_000) == 1)
        #expect(!identity.isRunning && !identity.send(SIGKILL) && ProcessIdentity(running: child.processID) == nil)
        #expect(child.wait() == .signalled(SIGKILL))
    }

    @Test(arguments: [0, -1, .max] as [Int32]) func nobodyHasAnImpossibleNumber(number: Int32) {
        #expect(ProcessIdentity(running: number) == nil)
    }
}
