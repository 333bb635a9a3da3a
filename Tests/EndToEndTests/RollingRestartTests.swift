import Configuration
import EmbeddedPostgres
import EventLoop
import Foundation
import Glibc
import Processes
import TestSupport
import Testing
import Traffic

/// A new mirror takes over from the running one under load: no call fails, and nothing is lost.
///
/// A short run by default; `UNDERSTUDY_RESTARTS=50 ./deploy/test --filter RollingRestartTests` makes it long.
@Suite(.serialized) struct RollingRestartTests {
    private static let restarts = Int(ProcessInfo.processInfo.environment["UNDERSTUDY_RESTARTS"] ?? "") ?? 4

    @Test func restartsUnderLoadFailNoCallAndLoseNothing() throws {
        let trial = try CrashTrial()
        try trial.start()
        let load = CallLoad(mirror: trial.mirror, threads: 16, pause: 0)
        // One connection that is idle for the whole time: it is left alone, and serves again afterwards.
        let idle = try HttpConnection(trial.mirror)
        #expect(try idle.request("POST", Self.path, body: CallLoad.body("idle-1")).status == 200)
        load.start()
        for number in 1...Self.restarts {
            let before = load.count
            _ = try eventually(within: 60, "calls before restart \(number)") { load.count > before + 50 ? true : nil }
            trial.up?.signal(SIGUSR2)
            _ = try eventually(within: 60, "the mirror of restart \(number): \(trial.errors.suffix(2000))") {
                trial.errors.components(separatedBy: "a new mirror serves").count == number + 1 ? true : nil
            }
        }
        let before = load.count
        _ = try eventually(within: 60, "calls after the last restart") { load.count > before + 50 ? true : nil }
        load.stop()
        let last = try idle.request("POST", Self.path, body: CallLoad.body("idle-2"))
        #expect(last.status == 200 && last.headers["connection"] == "close", "the mirror that it belongs to is finishing")
        let failures = load.failures()
        print("rolling restart: \(Self.restarts) restarts, \(load.count) calls over 16 connections, \(failures.count) failed")
        #expect(failures == [])
        _ = try eventually(within: 120, "the old mirrors to end: \(trial.errors.suffix(2000))") {
            trial.errors.components(separatedBy: "the old mirror has ended (exit code 0)").count == Self.restarts + 1 ? true : nil
        }
        let outcome = try trial.settle(load)
        print("rolling restart: \(outcome)")
        // No process died of anything, so every call that was answered is stored.
        #expect(outcome.untroubled >= outcome.answered)
        expectNothingLost(outcome)
        #expect(try trial.miscounted() == [])
        trial.stop()
    }

    @Test func aMirrorThatDiesRefusesNoConnectionMeanwhile() throws {
        let trial = try CrashTrial()
        try trial.start()
        for number in 0..<5 {
            _ = try trial.kill("mirror")
            // Connects while no mirror runs, and is answered by the next one.
            let answer = try HttpConnection(trial.mirror).request("POST", Self.path, body: CallLoad.body("after-\(number)"))
            #expect(answer.status == 200)
        }
        trial.stop()
    }

    @Test func aNewMirrorThatDoesNotComeUpChangesNothing() throws {
        let trial = try CrashTrial()
        try trial.start()
        let connection = try HttpConnection(trial.mirror)
        let old = trial.process("mirror")
        // The spool cannot be made in a file's place, so that the next mirror ends at its start; the running one has its own open.
        let aside = trial.data.spool + ".aside"
        try FileManager.default.moveItem(atPath: trial.data.spool, toPath: aside)
        try Data().write(to: URL(filePath: trial.data.spool))
        trial.up?.signal(SIGUSR2)
        _ = try eventually(within: 60, "a word about it: \(trial.errors)") {
            trial.errors.contains("a new mirror ended before it was ready (exit code 1); the old one goes on") ? true : nil
        }
        #expect(trial.process("mirror") == old)
        #expect(try connection.request("POST", Self.path, body: CallLoad.body("still")).status == 200)
        try FileManager.default.removeItem(atPath: trial.data.spool)
        try FileManager.default.moveItem(atPath: aside, toPath: trial.data.spool)
        trial.stop()
    }

    /// What systemd does with a socket unit: mirrors that share a socket come and go one after the other.
    @Test func mirrorsOnASocketThatIsHandedToThemTakeOverFromEachOther() throws {
        let upstream = try StubUpstream { _ in .text("answer") }
        let folder = try TemporaryFolder()
        try MirrorSettings(
            samplingKey: .init(word0: 1, word1: 2), routes: [MirrorRoute(workload: "crash", productionURL: try UpstreamURL(upstream.url))],
            trials: []
        ).write(to: folder.path("settings.json"))
        let socket = try ListeningSocket(.tcp(host: "127.0.0.1", port: 0))
        let manager = try NotificationSocket(folder.path("notify"))
        let load = CallLoad(mirror: "http://\(socket.address)", threads: 4)
        load.start()
        var running: ChildProcess?
        for number in 0..<4 {
            var command = ChildCommand(
                Program.path, ["mirror", "--without-courier", "--data-folder", folder.path, "--metrics-address", "127.0.0.1:0"])
            command.environment = Program.merged(["NOTIFY_SOCKET": folder.path("notify")])
            command.sockets = [("understudy-mirror.socket", socket.descriptor)]
            command.output = .pipe
            command.errors = .discard
            let next = try ChildProcess(command)
            let ready = String(decoding: try #require(next.output).read(), as: UTF8.self)
            #expect(ready.hasPrefix("ready mirror=http://\(socket.address) "))
            #expect(manager.read() == "READY=1")
            let before = load.count
            _ = try eventually(within: 60, "calls with mirror \(number)") { load.count > before + 20 ? true : nil }
            running?.send(SIGQUIT)
            if let running { #expect(running.wait(timeoutMilliseconds: 60_000) == .exited(0)) }
            running = next
        }
        load.stop()
        print("handed socket: 3 mirrors replaced, \(load.count) calls, \(load.failures().count) failed")
        #expect(load.failures() == [])
        running?.send(SIGTERM)
        #expect(running?.wait(timeoutMilliseconds: 60_000) == .exited(0))
    }

    /// Descriptors that are meant for another process are nobody's; what is no listening socket is refused aloud.
    @Test func whatIsHandedOverMustBeMeantForItAndListen() throws {
        let folder = try TemporaryFolder()
        let strange = try RunningProgram(
            [
                "mirror", "--without-courier", "--data-folder", folder.path, "--mirror-address", "127.0.0.1:0", "--metrics-address",
                "127.0.0.1:0",
            ], environment: ["LISTEN_PID": "1", "LISTEN_FDS": "1"])
        #expect(try strange.ready()["mirror"]?.hasPrefix("http://127.0.0.1:") == true)
        let wrong = try tool(
            "sh",
            [
                "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\" 3</dev/null", "sh", Program.path, "mirror", "--without-courier",
                "--data-folder",
                folder.path,
            ])
        #expect(wrong.status == 1 && wrong.errors.contains("descriptor 3 was handed over and is no stream socket that listens"), "\(wrong)")
    }

    private static let path = "/crash/v1/chat/completions"
}

/// Where a service says how it is, as systemd has it.
private final class NotificationSocket {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw Unexpected("cannot bind \(path)") }
    }

    deinit { close(descriptor) }

    func read() -> String {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }
}
