import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// TLS on the mirror's side of apps, as curl sees it.
@Suite(.serialized) struct TLSTests {
    private static func upstream() throws -> StubUpstream {
        try StubUpstream { request in
            request.target == "/big" ? .text(String(repeating: "0123456789abcdef", count: 1 << 18)) : .text("answer to \(request.text)")
        }
    }

    private static func mirror(_ upstream: StubUpstream, _ certificates: Certificates, clientCA: String? = nil) throws -> MirrorAlone {
        let options = ["--tls-certificate", certificates.path("server.pem"), "--tls-key", certificates.path("server.key")]
        return try MirrorAlone(production: upstream.url, options + (clientCA.map { ["--tls-client-ca", certificates.path($0)] } ?? []))
    }

    private static func curl(_ certificates: Certificates, _ arguments: String...) throws -> Program.Result {
        try tool("curl", ["-sS", "--max-time", "20", "--cacert", certificates.path("ca.pem")] + arguments)
    }

    /// Calls, one connection each, until it is stopped.
    private final class Load: Sendable {
        private let state = Mutex((isOver: false, calls: 0, failures: [String]()))
        private let done = DispatchSemaphore(value: 0)

        init(_ url: String, _ certificates: String) {
            for _ in 0..<2 {
                Thread.detachNewThread { [self] in
                    while !state.withLock({ $0.isOver }) {
                        let result = try? tool("curl", ["-sS", "--max-time", "20", "--cacert", certificates, "-d", "x", "\(url)/w/x"])
                        state.withLock {
                            $0.calls += 1
                            if result?.output != "answer to x" { $0.failures.append(result?.errors ?? "no curl") }
                        }
                    }
                    done.signal()
                }
            }
        }

        var calls: Int { state.withLock { $0.calls } }

        func stop() -> [String] {
            state.withLock { $0.isOver = true }
            for _ in 0..<2 { done.wait() }
            return state.withLock { $0.failures }
        }
    }

    /// The subject that a client is shown.
    private static func subject(_ url: String) throws -> String {
        let address = url.replacingOccurrences(of: "https://", with: "")
        let result = try tool("sh", ["-c", "openssl s_client -connect \(address) </dev/null 2>/dev/null | openssl x509 -noout -subject"])
        return result.output
    }

    @Test func callsAreServedOverTLS() throws {
        let upstream = try Self.upstream()
        let certificates = try Certificates()
        try certificates.certificate("server")
        let mirror = try Self.mirror(upstream, certificates)
        #expect(mirror.url.hasPrefix("https://127.0.0.1:"))
        for version in ["--tlsv1.3", "--tls-max=1.2"] {
            let options = version == "--tlsv1.3" ? ["--tlsv1.3"] : ["--tlsv1.2", "--tls-max", "1.2"]
            let result = try tool("curl", ["-sS", "--cacert", certificates.path("ca.pem"), "-d", "hi", "\(mirror.url)/w/x"] + options)
            #expect(result.output == "answer to hi", "\(version): \(result.errors)")
        }
        // Keep-alive, HTTP/1.1 agreed on although HTTP/2 is offered too, a large answer and a large request.
        let many = try Self.curl(
            certificates, "--http2", "-w", "%{http_version} %{num_connects} %{size_download}\n", "-o", "/dev/null", "-o", "/dev/null",
            "\(mirror.url)/w/big", "\(mirror.url)/w/big")
        #expect(many.output == "1.1 1 4194304\n1.1 0 4194304\n", "\(many.errors)")
        let body = certificates.path("body")
        try Data(repeating: 120, count: 3 << 20).write(to: URL(filePath: body))
        let large = try Self.curl(certificates, "--data-binary", "@\(body)", "-w", " %{http_code}", "-o", "/dev/null", "\(mirror.url)/w/x")
        #expect(large.output == " 200", "\(large.errors)")
        #expect(upstream.requests.last?.body.count == 3 << 20)
        // Who speaks plain HTTP there, or too old a TLS, or only HTTP/2, gets nothing and harms nobody.
        #expect(try tool("curl", ["-sS", "--max-time", "5", "http://127.0.0.1:\(mirror.port)/w/x"]).status != 0)
        let onlyHTTP2 = try tool("openssl", ["s_client", "-alpn", "h2", "-connect", "127.0.0.1:\(mirror.port)"])
        #expect(onlyHTTP2.status != 0 && onlyHTTP2.errors.contains("no application protocol"))
        #expect(try tool("curl", ["-sS", "--max-time", "5", "\(mirror.url)/w/x"]).status == 60, "an authority that nobody knows")
        #expect(try Self.curl(certificates, "-d", "end", "\(mirror.url)/w/x").output == "answer to end")
        mirror.program.signal(SIGTERM)
        #expect(mirror.program.waitForEnd() == 0)
    }

    @Test func anAppMustShowACertificateOfTheRightAuthority() throws {
        let upstream = try Self.upstream()
        let certificates = try Certificates()
        try certificates.authority("other")
        try certificates.certificate("server")
        try certificates.certificate("app")
        try certificates.certificate("stranger", of: "other")
        let mirror = try Self.mirror(upstream, certificates, clientCA: "ca.pem")
        func call(_ name: String) throws -> Program.Result {
            try Self.curl(
                certificates, "--cert", certificates.path("\(name).pem"), "--key", certificates.path("\(name).key"), "-d", name,
                "\(mirror.url)/w/x")
        }
        #expect(try call("app").output == "answer to app")
        let stranger = try call("stranger")
        #expect(stranger.status != 0 && stranger.errors.contains("unknown ca"), "\(stranger.errors)")
        let bare = try Self.curl(certificates, "\(mirror.url)/w/x")
        #expect(bare.status != 0 && bare.errors.contains("certificate required"), "\(bare.errors)")
        #expect(upstream.requests.count == 1)
    }

    @Test func aNewCertificateIsTakenUnderLoadAndABadOneIsNot() throws {
        let upstream = try Self.upstream()
        let certificates = try Certificates()
        for name in ["server", "second", "third"] { try certificates.certificate(name) }
        try certificates.certificate("ended", days: -1)
        let mirror = try Self.mirror(upstream, certificates)
        #expect(try Self.subject(mirror.url).contains("CN = server"))
        let load = Load(mirror.url, certificates.path("ca.pem"))
        try certificates.replace("server", by: "second")
        mirror.program.signal(SIGHUP)
        _ = try eventually(within: 60, "the second certificate") { try Self.subject(mirror.url).contains("CN = second") ? true : nil }
        // One that has ended, one that is no certificate, and a key that is another's: each is refused aloud.
        for (number, damage) in ["ended", "noise", "key"].enumerated() {
            switch damage {
            case "ended": try certificates.replace("server", by: "ended")
            case "noise": try Data("nothing".utf8).write(to: URL(filePath: certificates.path("server.pem")))
            default:
                try certificates.replace("server", by: "third")
                try FileManager.default.removeItem(atPath: certificates.path("server.key"))
                try FileManager.default.copyItem(atPath: certificates.path("second.key"), toPath: certificates.path("server.key"))
            }
            mirror.program.signal(SIGHUP)
            _ = try eventually(within: 60, "a word about the \(damage)") {
                mirror.program.errors.components(separatedBy: "stays in use").count == number + 2 ? true : nil
            }
            #expect(try Self.subject(mirror.url).contains("CN = second"))
        }
        #expect(
            mirror.program.errors.contains("has ended (") && mirror.program.errors.contains("the key \(certificates.path("server.key"))"))
        let seen = load.calls
        _ = try eventually(within: 60, "calls after it") { load.calls > seen + 10 ? true : nil }
        let failures = load.stop()
        print("reloads under load: \(load.calls) calls, \(failures.count) failed")
        #expect(failures.isEmpty)
    }

    @Test func wrongUseIsToldInOneLine() throws {
        let certificates = try Certificates()
        try certificates.certificate("server")
        let half = try Program.run(["mirror", "--tls-certificate", certificates.path("server.pem")])
        #expect(half.status == 2 && half.errors.contains("--tls-key"))
        for command in ["mirror", "up"] {
            let missing = try Program.run([
                command, "--data", certificates.path("data"), "--mirror-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0",
                "--tls-certificate",
                certificates.path("none.pem"), "--tls-key", certificates.path("server.key"),
            ])
            #expect(
                missing.status == 1 && missing.errors.contains("none.pem") && missing.errors.contains("No such file"), "\(missing.errors)")
        }
    }

    @Test func aUnixSocketServesAsAPortDoes() throws {
        let upstream = try Self.upstream()
        let folder = try TemporaryFolder()
        let mirror = try MirrorAlone(production: upstream.url, address: "unix:\(folder.path("m.sock"))")
        #expect(mirror.url == "unix:\(folder.path("m.sock"))")
        let result = try tool(
            "curl", ["-sS", "--unix-socket", folder.path("m.sock"), "-d", "hi", "http://mirror/w/x", "http://mirror/w/y"])
        #expect(result.output == "answer to hianswer to hi", "\(result.errors)")
        mirror.program.signal(SIGTERM)
        #expect(mirror.program.waitForEnd() == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.path("m.sock")))
    }
}
