import Glibc
import Processes
import TestSupport
import Testing

private func shell(_ script: String) -> ChildCommand {
    var command = ChildCommand("/bin/sh", ["-c", script])
    command.output = .pipe
    return command
}

private func output(of command: ChildCommand) throws -> String {
    let child = try ChildProcess(command)
    let text = String(decoding: try #require(child.output).readToEnd(), as: UTF8.self)
    #expect(child.wait().isSuccess)
    return text
}

@Suite struct ChildProcessTests {
    @Test func handsOnArgumentsEnvironmentAndFolder() throws {
        var command = ChildCommand("/bin/sh", ["-c", #"printf '%s|' "$0" "$@" "$COLOUR" "$HOME"; pwd"#, "a b", "", "é\"'"])
        command.environment = ["COLOUR": "blue = green"]
        command.folder = "/usr"
        command.output = .pipe
        #expect(try output(of: command) == "a b||é\"'|blue = green||/usr\n")
    }

    @Test func handsSocketsOverToTheChildAndToNobodyElse() throws {
        let sockets = (0..<2).map { _ in socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0) }
        defer { for descriptor in sockets { close(descriptor) } }
        var command = shell(
            "echo $LISTEN_PID $$ $LISTEN_FDS $LISTEN_FDNAMES; readlink /proc/$$/fd/3 /proc/$$/fd/4; ls /proc/$$/fd | tr '\\n' ' '")
        command.environment = ["PATH": "/usr/bin:/bin"]
        command.sockets = [("mirror", sockets[0]), ("metrics", sockets[1])]
        let lines = try output(of: command).split(separator: "\n").map(String.init)
        let words = lines[0].split(separator: " ")
        #expect(words[0] == words[1] && words.dropFirst(2) == ["2", "mirror:metrics"])
        #expect(lines[1...2].allSatisfy { $0.hasPrefix("socket:[") } && lines[1] != lines[2])
        #expect(lines[3] == "0 1 2 3 4 ")
    }

    @Test func yieldsTheProcessorButNotTheDiskIfToldSo() throws {
        // The scheduling policy, of proc(5).
        let script = "cut -d' ' -f41 /proc/$$/stat; sh -c 'cut -d\" \" -f41 /proc/$$/stat'; ionice -p $$"
        #expect(try output(of: shell(script)).hasPrefix("0\n0\n"))
        var command = shell(script)
        command.yields = true
        #expect(try output(of: command) == "5\n5\nbest-effort: prio 4\n")
    }

    @Test func tellsHowMuchProcessorTimeAProcessHasUsed() throws {
        var command = shell("while :; do :; done")
        command.output = .discard
        let child = try ChildProcess(command)
        while try #require(ProcessIdentity.processorSeconds(of: child.processID)) < 0.05 { usleep(10_000) }
        child.send(SIGKILL)
        _ = child.wait()
        #expect(ProcessIdentity.processorSeconds(of: child.processID) == nil)
    }

    @Test func inheritsTheEnvironmentUnlessToldOtherwise() throws {
        unsafe setenv("UNDERSTUDY_PROCESS_TEST", "inherited", 1)
        #expect(try output(of: shell("echo $UNDERSTUDY_PROCESS_TEST")) == "inherited\n")
    }

    @Test func startsWithEmptyInputNoSignalIgnoredAndNothingElseOpen() throws {
        signal(SIGPIPE, SIG_IGN)
        // A descriptor that is not marked close-on-exec, as careless libraries leave them.
        let leak = unsafe open("/dev/null", O_RDONLY)
        defer { close(leak) }
        let text = try output(of: shell("cat; grep -E 'Sig(Ign|Blk)' /proc/self/status; ls /proc/self/fd | tr '\\n' ' '"))
        let masks = text.split(separator: "\n").filter { $0.hasPrefix("Sig") }.compactMap {
            UInt64($0.split(separator: "\t")[1], radix: 16)
        }
        // 32 and 33 belong to glibc, which lets nobody reset them.
        #expect(masks.count == 2 && masks.allSatisfy { $0 & ~(3 << 31) == 0 }, "\(text)")
        // 3 is `ls` reading the folder.
        #expect(text.hasSuffix("0 1 2 3 "))
    }

    @Test func tellsHowItEnded() throws {
        #expect(try ChildProcess(shell("exit 3")).wait() == .exited(3))
        #expect(try ChildProcess(shell("kill -TERM $$")).wait() == .signalled(SIGTERM))
        let child = try ChildProcess(shell("exec sleep 100"))
        #expect(child.exitStatus == nil && child.wait(timeoutMilliseconds: 10) == nil)
        #expect(child.send(SIGKILL))
        #expect(child.wait(timeoutMilliseconds: 10_000) == .signalled(SIGKILL))
        #expect(child.exitStatus == .signalled(SIGKILL) && !child.send(SIGKILL))
    }

    @Test func theExitDescriptorBecomesReadable() throws {
        let child = try ChildProcess(shell("exec sleep 100"))
        var request = pollfd(fd: child.exitDescriptor, events: Int16(POLLIN), revents: 0)
        #expect(unsafe poll(&request, 1, 0) == 0)
        child.send(SIGKILL)
        #expect(unsafe poll(&request, 1, 10_000) == 1)
    }

    @Test func writesToFilesAndNowhere() throws {
        let folder = try TemporaryFolder()
        var command = shell("echo out; echo err >&2")
        command.output = .file(folder.path("both"))
        command.errors = .file(folder.path("both"))
        for _ in 0..<2 { #expect(try ChildProcess(command).wait().isSuccess) }
        #expect(FileSystem.smallText(folder.path("both")) == "out\nerr\nout\nerr\n")
        command.output = .discard
        command.errors = .pipe
        let child = try ChildProcess(command)
        #expect(try #require(child.errors).readToEnd() == Array("err\n".utf8) && child.output == nil)
    }

    @Test func readsLinesAsTheyCome() throws {
        let child = try ChildProcess(shell("echo one; printf 'two'; printf ' more\\nthree'; exec sleep 100"))
        let output = try #require(child.output)
        #expect(output.readLine(timeoutMilliseconds: 10_000) == "one")
        #expect(output.readLine(timeoutMilliseconds: 10_000) == "two more")
        #expect(output.readLine(timeoutMilliseconds: 50) == nil)
        child.send(SIGKILL)
        #expect(output.readLine(timeoutMilliseconds: 10_000) == "three")
        #expect(output.readLine(timeoutMilliseconds: 10_000) == nil)
    }

    @Test func sayWhatIsMissing() throws {
        let absent = try #require(throws: ProcessError.self) { try ChildProcess(ChildCommand("/no/such/program")) }
        #expect(absent.code == .notFound && absent.description == "cannot start /no/such/program: No such file or directory")
        var lost = shell("true")
        lost.folder = "/no/such/folder"
        let folder = try #require(throws: ProcessError.self) { try ChildProcess(lost) }
        #expect(folder.description == "cannot enter /no/such/folder to start /bin/sh: No such file or directory")
        let notes = try TemporaryFolder()
        let plain = try #require(throws: ProcessError.self) { try ChildProcess(ChildCommand(notes.write("text", to: "notes"))) }
        #expect(plain.code == .notPermitted)
        var unwritable = shell("true")
        unwritable.output = .file("/no/such/folder/log")
        #expect(throws: ProcessError.self) { try ChildProcess(unwritable) }
    }

    @Test(.enabled(if: SystemUser.current.isRoot, "needs root to become another user")) func becomesAnotherUserForGood() throws {
        var command = shell("id -u; id -g; id -G; cat /etc/shadow 2>/dev/null || echo refused")
        let user = try #require(SystemUser(named: "nobody"))
        command.user = user
        #expect(try output(of: command) == "\(user.userID)\n\(user.groupID)\n\(user.groupID)\nrefused\n")
    }

    @Test func ownGroupKeepsTerminalSignalsAway() throws {
        var command = ChildCommand("/bin/sleep", ["100"])
        let beside = try ChildProcess(command)
        command.hasOwnGroup = true
        let apart = try ChildProcess(command)
        #expect(getpgid(beside.processID) == getpgrp() && getpgid(apart.processID) == apart.processID)
        for child in [beside, apart] {
            child.send(SIGKILL)
            _ = child.wait()
        }
    }

    /// Also when the thread that asked for the child has long ended, and when the child is another user's.
    @Test func theDeathSignalComesWithTheOwnersEndAndNotBefore() async throws {
        let folder = try TemporaryFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [file = folder.path("child") as String] in
            let child = try await BackgroundWork {
                var command = ChildCommand("/bin/sleep", ["100"])
                command.deathSignal = SIGTERM
                command.user = SystemUser.current.isRoot ? SystemUser.unprivileged : nil
                return try ChildProcess(command)
            }.value()
            // Idle pool threads of the library end after a few seconds; a thread of our own is gone at once.
            #expect(child.wait(timeoutMilliseconds: 300) == nil)
            try FileSystem.append("\(child.processID)", to: file)
            kill(getpid(), SIGKILL)
        }
        let number = try #require(FileSystem.smallText(folder.path("child")).flatMap { Int32($0) })
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .seconds(10))
        while ProcessIdentity(running: number) != nil && clock.now < deadline { usleep(1000) }
        #expect(ProcessIdentity(running: number) == nil)
    }

    @Test func manyThreadsStartChildrenAtOnce() async throws {
        let starts = (0..<8).map { number in
            BackgroundWork { try (0..<5).map { try output(of: shell("echo \(number)-\($0)")) } }
        }
        for (number, start) in starts.enumerated() { #expect(try await start.value() == (0..<5).map { "\(number)-\($0)\n" }) }
    }
}
