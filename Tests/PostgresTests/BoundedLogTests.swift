import Processes
import TestSupport
import Testing

@testable import EmbeddedPostgres

@Suite struct BoundedLogTests {
    @Test func keepsTwoFilesOfBoundedSize() throws {
        let folder = try TemporaryFolder()
        var command = ChildCommand(
            "/bin/sh", ["-c", "i=0; while [ $i -lt 3000 ]; do echo \"line $i\"; i=$((i+1)); done; echo \"2026 [1] FATAL:  the end\""])
        command.output = .pipe
        let child = try ChildProcess(command)
        let log = BoundedLog(try #require(child.output), path: folder.path("postgres.log"), limit: 4000)
        #expect(child.wait().isSuccess)
        #expect(log.lastComplaint() == "FATAL:  the end")
        let (current, before) = (FileSystem.smallText(folder.path("postgres.log")), FileSystem.smallText(folder.path("postgres.log.1")))
        // A file grows by one read over its limit at most; a pipe holds 64 KiB.
        #expect(try #require(current).utf8.count + #require(before).utf8.count < 2 * (4000 + 65_536))
        #expect(try FileSystem.names(in: folder.path) == ["postgres.log", "postgres.log.1"])
        #expect((before ?? "").hasSuffix("the end\n") || (current ?? "").hasSuffix("the end\n"))
    }
}
