import Foundation
import Glibc
import TestSupport
import Testing

/// Production behind TLS: trusted, through proxies, over HTTP/2. Its TLS is a second mirror's, or nginx's where HTTP/2 is wanted.
@Suite(.serialized) struct UpstreamTests {
    /// A production that speaks TLS, and a mirror before it.
    private final class Stage {
        let model: StubUpstream
        let certificates: Certificates
        let front: MirrorAlone
        let mirror: MirrorAlone

        init(trusts: Bool = true, environment: [String: String] = [:]) throws {
            model = try StubUpstream { .text("answer to \($0.text)") }
            certificates = try Certificates()
            try certificates.certificate("server")
            front = try MirrorAlone(
                production: model.url, ["--tls-certificate", certificates.path("server.pem"), "--tls-key", certificates.path("server.key")])
            let trust = trusts ? ["SSL_CERT_FILE": certificates.path("ca.pem")] : [:]
            mirror = try MirrorAlone(
                production: front.url + "/w", ["--loops", "1"],
                environment: ["HTTPS_PROXY": "", "NO_PROXY": ""].merging(trust) { $1 }.merging(environment) { $1 })
        }

        func call() throws -> HTTPAnswer { try HTTPProbe.request("POST", port: mirror.port, "/w/x", body: Array("hi".utf8)) }
    }

    @Test func anAuthorityOfOnesOwnIsTrustedWhereItIsNamed() throws {
        #expect(try Stage().call().text == "answer to hi")
        let stranger = try Stage(trusts: false)
        let answer = try stranger.call()
        #expect(answer.status == 502 && answer.text.contains("certificate"), "\(answer.text)")
        #expect(stranger.model.requests.isEmpty)
        let missing = try Program.run(
            [
                "mirror", "--data-folder", stranger.certificates.path("data"), "--mirror-address", "127.0.0.1:0", "--metrics-address",
                "127.0.0.1:0",
            ],
            environment: ["SSL_CERT_FILE": "/nowhere.pem"])
        #expect(missing.status == 1 && missing.errors.contains("SSL_CERT_FILE"), "\(missing.errors)")
    }

    @Test func productionIsReachedThroughAProxy() throws {
        let proxy = ConnectProxy()
        let stage = try Stage(environment: ["HTTPS_PROXY": "http://user:secret@127.0.0.1:\(proxy.port)"])
        for _ in 0..<3 {
            let answer = try stage.call()
            #expect(answer.text == "answer to hi")
            #expect(answer.header("x-of-the-proxy") == nil, "what the proxy says on connecting is no answer")
        }
        #expect(proxy.heads.count == 1, "the connection is used again")
        #expect(proxy.heads.first?.hasPrefix("CONNECT 127.0.0.1:\(stage.front.port) HTTP/1.1\r\n") == true)
        #expect(proxy.heads.first?.contains("Proxy-Authorization: Basic ") == true)
        #expect(stage.model.requests.allSatisfy { $0.header("proxy-authorization") == nil })
        let direct = try Stage(environment: ["HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)", "NO_PROXY": "example.com,127.0.0.1"])
        #expect(try direct.call().text == "answer to hi")
        #expect(proxy.heads.count == 1, "NO_PROXY names the host")
    }

    @Test func aProxyThatRefusesIsABadGatewayThatSaysSo() throws {
        let proxy = ConnectProxy(refusal: "407 Proxy Authentication Required")
        let stage = try Stage(environment: ["HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)"])
        let answer = try stage.call()
        #expect(answer.status == 502 && answer.text.contains("407"), "\(answer.text)")
        #expect(stage.model.requests.isEmpty)
    }

    // MARK: HTTP/2

    private static let hasNginx = ["/usr/sbin/nginx", "/usr/bin/nginx"].contains { FileManager.default.isExecutableFile(atPath: $0) }

    /// nginx as a production that offers HTTP/2 over TLS and hands everything to `model`.
    private final class Nginx {
        private let process = Process()
        let port: UInt16

        init(_ certificates: Certificates, model: UInt16, keepAlive: Int = 60) throws {
            port = try Self.freePort()
            let folder = certificates.folder.path("")
            let text = """
                daemon off; master_process off; worker_processes 1; pid \(folder)/nginx.pid; error_log \(folder)/nginx.log;
                events { worker_connections 256; }
                http {
                  access_log off; client_max_body_size 0; proxy_request_buffering off; proxy_buffering off; proxy_http_version 1.1;
                  keepalive_timeout \(keepAlive)s;
                  client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/proxy; fastcgi_temp_path \(folder)/f;
                  uwsgi_temp_path \(folder)/u; scgi_temp_path \(folder)/s;
                  server {
                    listen 127.0.0.1:\(port) ssl http2;
                    ssl_certificate \(certificates.path("server.pem")); ssl_certificate_key \(certificates.path("server.key"));
                    location / { proxy_pass http://127.0.0.1:\(model); add_header X-Protocol $server_protocol always; }
                  }
                }
                """
            try Data(text.utf8).write(to: URL(filePath: certificates.path("nginx.conf")))
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["nginx", "-c", certificates.path("nginx.conf"), "-p", folder]
            process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
            process.standardError = FileHandle.nullDevice
            try process.run()
            _ = try eventually(within: 60, "nginx") { (try? HTTPProbe(port: port)) != nil ? true : nil }
        }

        deinit {
            // A flood is under way at the end; nothing of it is to be finished.
            kill(process.processIdentifier, SIGKILL)
            let deadline = Date().addingTimeInterval(5)
            while process.isRunning, Date() < deadline { usleep(10_000) }
        }

        private static func freePort() throws -> UInt16 {
            let upstream = try StubUpstream()
            defer { upstream.stop() }
            return upstream.port
        }
    }

    @Test(.enabled(if: hasNginx, "nginx is not installed (deploy/install --bench brings it)"))
    func productionIsAskedOverHTTP2WhereItOffersThat() throws {
        let model = try StubUpstream { request in
            switch request.target {
            case "/fail": .text("no", status: 529)
            case "/empty": StubAnswer(status: 204, framing: .length(0))
            case "/stream": .events(["{\"a\":1}", "[DONE]"], between: .pause(milliseconds: 5))
            case "/endless": StubAnswer(framing: .chunked, steps: [.flood])
            default: .text("\(request.method) \(request.body.count) \(request.header("x-app") ?? "")")
            }
        }
        let certificates = try Certificates()
        try certificates.certificate("server")
        let nginx = try Nginx(certificates, model: model.port, keepAlive: 1)
        let mirror = try MirrorAlone(
            production: "https://127.0.0.1:\(nginx.port)", environment: ["SSL_CERT_FILE": certificates.path("ca.pem"), "HTTPS_PROXY": ""])
        func ask(_ method: String, _ target: String, _ body: [UInt8]? = nil) throws -> HTTPAnswer {
            try HTTPProbe.request(method, port: mirror.port, "/w\(target)", headers: [("X-App", "1")], body: body)
        }
        let first = try ask("GET", "/x")
        #expect(first.header("x-protocol") == "HTTP/2.0" && first.text == "GET 0 1" && first.reason == "OK")
        #expect(try ask("POST", "/x", Array(repeating: 120, count: 5 << 20)).text == "POST \(5 << 20) 1")
        #expect(try ask("HEAD", "/x").body.isEmpty)
        #expect(try ask("GET", "/empty").status == 204)
        let failed = try ask("GET", "/fail")
        #expect(failed.status == 529 && failed.text == "no")
        #expect(try ask("POST", "/stream", [1]).text == "data: {\"a\":1}\n\ndata: [DONE]\n\n")
        // A body of unknown length has no chunks of its own under HTTP/2.
        let probe = try HTTPProbe(port: mirror.port)
        try probe.send("POST /w/x HTTP/1.1\r\nHost: h\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        usleep(50_000)
        try probe.send("6\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n")
        #expect(try probe.readAnswer().text == "POST 11 ")
        // An app that takes nothing holds back nobody else.
        let sleeper = try HTTPProbe(port: mirror.port)
        try sleeper.send("GET /w/endless HTTP/1.1\r\nHost: h\r\n\r\n")
        usleep(1_500_000)  // the other connections have been closed by now, and are made anew
        for _ in 0..<20 { #expect(try ask("GET", "/x").text == "GET 0 1") }
        #expect(try mirror.memory().most < 120_000)
        sleeper.close()
        model.stop()
    }
}
