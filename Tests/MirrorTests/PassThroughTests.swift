import Configuration
import Foundation
import HTTPServer
import Mirror
import TestSupport
import Testing
import Traffic

/// The route is plain pass-through here: what counts is that every byte arrives as it was sent.
@Suite struct PassThroughTests {
    /// Header lines without those that a hop makes itself. White space at the end of a line is no part of the value (RFC 9110 §5.5).
    private func endToEnd(_ request: RawRequest) -> [String] {
        request.headerLines.filter { line in !["host:", "connection:"].contains { line.lowercased().hasPrefix($0) } }
            .map { $0.hasSuffix(": ") ? String($0.dropLast()) : $0 }
    }

    @Test(
        arguments: [
            ("GET", "/v1/models", [("X-A", "1"), ("x-a", "2"), ("Empty", "")], nil),
            ("GET", "/", [], nil),
            ("DELETE", "/v1/files/file%2Fx//y?q=%20a&b", [("Accept", "*/*")], nil),
            ("POST", "/v1/chat/completions", [("Content-Type", "application/json"), ("Authorization", "Bearer k")], "{\"a\": 1}\n"),
            ("PUT", "/x/../y/./z;p=1?;?", [("User-Agent", "")], ""),
            ("OPTIONS", "/v1/x", [("Origin", "http://a")], nil),
            ("PATCH", "/v1/x?", [("If-Match", "\"a\", W/\"b\"")], "x"),
            ("POST", "/v1/big", [("X-Long", String(repeating: "v", count: 6000))], String(repeating: "0123456789abcdef", count: 100_000)),
            ("BREW", "/pot", [("Accept-Additions", "milk")], "coffee"),
        ] as [(String, String, [(String, String)], String?)])
    func requestsArriveAsTheyWereSent(_ method: String, _ path: String, _ headers: [(String, String)], _ body: String?) async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in connection.answer("ok", headers: []) }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            let answer = try HTTPProbe.request(
                method, port: harness.port, "/w" + path, headers: headers, body: body.map { Array($0.utf8) })
            #expect(answer.status == 200 && answer.text == "ok")
            let direct = HTTPProbe.head(method, path, headers: headers, body: body.map { Array($0.utf8) })
            let request = upstream.requests[0]
            #expect(request.requestLine == "\(method) \(path) HTTP/1.1")
            #expect(endToEnd(request) == endToEnd(RawRequest(head: direct, framedBody: [], body: [])))
            #expect(request.header("host") == "127.0.0.1:\(upstream.port)")
            #expect(request.body == Array((body ?? "").utf8))
            harness.stop()
            upstream.stop()
        }
    }

    @Test func hopByHopHeadersStayOnTheirHop() async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in
                connection.answer(
                    "ok",
                    headers: [
                        "Keep-Alive: timeout=5", "Connection: X-Hop, keep-alive", "X-Hop: 1", "X-End: 2", "Upgrade: h2c", "Via: 1.0 fred",
                    ])
            }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            let answer = try HTTPProbe.request(
                port: harness.port, "/w/x",
                headers: [
                    ("Connection", "close, X-Secret-Hop"), ("X-Secret-Hop", "1"), ("X-End", "2"), ("TE", "trailers"), ("Keep-Alive", "5"),
                    ("Proxy-Connection", "keep-alive"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABk"), ("Proxy-Authorization", "x"),
                ])
            #expect(endToEnd(upstream.requests[0]) == ["X-End: 2", "Proxy-Authorization: x", "TE: trailers"])
            #expect(upstream.requests[0].header("connection") == "TE", "what TE says is for the next hop alone")
            #expect(
                answer.headers.map { "\($0.name): \($0.value)" }.filter { !$0.hasPrefix("Connection") } == [
                    "X-End: 2", "Via: 1.0 fred", "Content-Length: 2",
                ])
            harness.stop()
            upstream.stop()
        }
    }

    @Test func aChunkedRequestStaysChunkedAndAnExpectationIsMet() async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in connection.answer("ok") }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            let probe = try HTTPProbe(port: harness.port)
            try probe.send("POST /w/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
            let interim = try probe.readHead()
            #expect(interim.status == 100)
            try probe.send("5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n")
            #expect(try probe.readAnswer().text == "ok")
            let request = upstream.requests[0]
            #expect(request.header("transfer-encoding") == "chunked")
            #expect(request.header("content-length") == nil && request.header("expect") == nil)
            #expect(request.body == Array("hello world".utf8))
            harness.stop()
            upstream.stop()
        }
    }

    @Test(arguments: [
        ("200 OK", ["Content-Type: text/plain", "Set-Cookie: a", "Set-Cookie: b", "X-Empty: "], "hello"),
        ("201 Made It So", ["Location: /x"], "{}"),
        ("301 Moved", ["Location: http://elsewhere/"], ""),
        ("404 Not Found", ["X-Request-Id: r1"], "{\"error\":{}}"),
        ("429 Too Many", ["Retry-After: 3", "x-ratelimit-remaining-requests: 0"], "slow"),
        ("500 ", ["Content-Type: text/html"], "<h1>"),
        ("529 Overloaded", ["Retry-After: 3"], "over"),
        ("200 OK", ["Content-Encoding: gzip"], "\u{1f}\u{8b} not really gzip"),
    ])
    func answersArriveAsTheyWereSent(_ status: String, _ headers: [String], _ body: String) async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in connection.answer(body, status: status, headers: headers) }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            let through = try HTTPProbe(port: harness.port)
            try through.send(HTTPProbe.head("GET", "/w/x"))
            let direct = try HTTPProbe(port: upstream.port)
            try direct.send(HTTPProbe.head("GET", "/x"))
            #expect(try through.readAnswer().rawBytes == direct.readAnswer().rawBytes)
            harness.stop()
            upstream.stop()
        }
    }

    @Test(arguments: ["204 No Content", "304 Not Modified"])
    func answersWithoutBodiesAndHeadKeepTheConnection(_ status: String) async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { request, connection in
                if request.requestLine.hasPrefix("HEAD") {
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\nETag: \"x\"\r\n\r\n")
                } else {
                    connection.send("HTTP/1.1 \(status)\r\nETag: \"x\"\r\n\r\n")
                }
            }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            let probe = try HTTPProbe(port: harness.port)
            for _ in 0..<2 {
                try probe.send(HTTPProbe.head("HEAD", "/w/x"))
                let head = try probe.readAnswer(to: "HEAD")
                #expect(head.header("content-length") == "12345" && head.header("etag") == "\"x\"")
                try probe.send(HTTPProbe.head("GET", "/w/x"))
                let answer = try probe.readAnswer()
                #expect("\(answer.status) \(answer.reason)" == status && answer.header("etag") == "\"x\"")
            }
            harness.stop()
            upstream.stop()
        }
    }

    @Test func streamsArriveChunkByChunk() async throws {
        try await onOwnThread {
            let seen = DispatchSemaphore(value: 0)
            let events = [
                "data: {\"a\":\"é", "é\"}\n\n", ": comment\r\n\r\n", "event: x\r\ndata: 1\r\ndata: 2\r\n\r\n", "data: [DONE]\n\n",
            ]
            let upstream = try RawUpstream { _, connection in
                connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                for event in events {
                    connection.chunk(event)
                    seen.wait()  // the next only after the client has this one
                }
                connection.send("0\r\n\r\n")
            }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            let probe = try HTTPProbe(port: harness.port)
            try probe.send(HTTPProbe.head("POST", "/w/x", body: [1]) + [1])
            let head = try probe.readHead()
            #expect(head.header("transfer-encoding") == "chunked")
            for event in events {
                let bytes = try probe.read()
                #expect(bytes == Array("\(String(event.utf8.count, radix: 16))\r\n\(event)\r\n".utf8))
                seen.signal()
            }
            #expect(try probe.read() == Array("0\r\n\r\n".utf8))
            harness.stop()
            upstream.stop()
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n",
    ])
    func aBrokenBodyIsABrokenBodyForTheApp(_ answer: String) async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in
                connection.send(answer)
                connection.close()
            }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            let broken = try HTTPProbe.request(port: harness.port, "/w/x")
            #expect(broken.status == 200 && !broken.isComplete)
            harness.stop()
            upstream.stop()
        }
    }

    @Test func aBodyThatEndsWithTheConnectionIsWhole() async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in
                connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it")
                connection.close()
            }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            let answer = try HTTPProbe.request(port: harness.port, "/w/x")
            #expect(answer.isComplete && answer.text == "all of it")
            harness.stop()
            upstream.stop()
        }
    }

    @Test func bigAnswersPassWithoutFillingMemory() async throws {
        try await onOwnThread {
            let size = 24 << 20
            let upstream = try RawUpstream { _, connection in
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
                for _ in 0..<(size / 65_536) { connection.send([UInt8](repeating: 120, count: 65_536)) }
            }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            let answer = try HTTPProbe.request(port: harness.port, "/w/x")
            #expect(answer.isComplete && answer.body.count == size)
            harness.stop()
            upstream.stop()
        }
    }

    @Test func aClientThatDoesNotReadSlowsProductionDown() async throws {
        try await onOwnThread {
            let sent = Counted()
            let upstream = try RawUpstream { _, connection in
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                let piece = String(repeating: "x", count: 65_536)
                for _ in 0..<1024 {
                    guard connection.chunk(piece) else { return }
                    sent.add(piece.utf8.count)
                }
                connection.send("0\r\n\r\n")
            }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            let probe = try HTTPProbe(port: harness.port)
            try probe.send(HTTPProbe.head("GET", "/w/x"))
            var answer = try probe.readHead()
            sent.waitUntilSteady()
            #expect(sent.value < 32 << 20, "production was let run ahead of a client that reads nothing")
            try probe.readBody(&answer)
            #expect(answer.isComplete && answer.body.count == 64 << 20)
            harness.stop()
            upstream.stop()
        }
    }

    @Test func aClientThatLeavesEndsTheProductionCall() async throws {
        try await onOwnThread {
            let ended = DispatchSemaphore(value: 0)
            let upstream = try RawUpstream { _, connection in
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                connection.chunk("x")
                connection.waitForEnd()
                ended.signal()
            }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            let probe = try HTTPProbe(port: harness.port)
            try probe.send(HTTPProbe.head("GET", "/w/x"))
            _ = try probe.readHead()
            probe.close()
            #expect(ended.wait(timeout: .now() + 5) == .success)
            harness.stop()
            upstream.stop()
        }
    }

    @Test func theVersionPrefixIsNeverDoubled() async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in connection.answer("ok") }
            var settings = try mirrorSettings(production: upstream)
            settings.routes[0].productionURL = try UpstreamURL("http://127.0.0.1:\(upstream.port)/openai/v1")
            let harness = try MirrorHarness(settings, loops: 1)
            for path in ["/w/v1/models", "/w/models?x", "/w/v1?y", "/w/v10/z", "/w", "/w/"] {
                #expect(try HTTPProbe.request(port: harness.port, path).status == 200)
            }
            #expect(
                upstream.requests.map(\.target) == [
                    "/openai/v1/models", "/openai/v1/models?x", "/openai/v1?y", "/openai/v1/v10/z", "/openai/v1", "/openai/v1/",
                ])
            harness.stop()
            upstream.stop()
        }
    }

    @Test func unknownWorkloadsGetAClearAnswerThatNamesTheKnownOnes() async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in connection.answer("ok") }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            for (path, name) in [("/nope/v1/x", "nope"), ("/", ""), ("/W/v1", "W"), ("/ww", "ww")] {
                let answer = try HTTPProbe.request(port: harness.port, path)
                #expect(answer.status == 404 && answer.header("understudy-error") == "unknown_workload")
                #expect(answer.header("content-type") == "application/json")
                #expect(answer.text.contains("There is no workload \\\"\(name)\\\"") && answer.text.contains(#""known":["w"]"#))
            }
            #expect(upstream.requests.isEmpty)
            harness.stop()
            upstream.stop()
        }
    }

    @Test func productionDownIsABadGatewayThatSaysSo() async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in connection.answer("ok") }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            upstream.stop()
            let answer = try HTTPProbe.request("POST", port: harness.port, "/w/v1/x", body: Array("{}".utf8))
            #expect(answer.status == 502 && answer.header("understudy-error") == "production_unreachable")
            #expect(answer.text.contains("127.0.0.1"))
            harness.stop()
        }
    }

    @Test func upgradesAreRefused() async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in connection.answer("ok") }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            let answer = try HTTPProbe.request(port: harness.port, "/w/x", headers: [("Connection", "Upgrade"), ("Upgrade", "websocket")])
            #expect(answer.status == 501 && answer.header("understudy-error") == "upgrade_not_supported")
            #expect(upstream.requests.isEmpty)
            harness.stop()
            upstream.stop()
        }
    }

    @Test func manyCallsOnManyConnectionsEachGetTheirOwnAnswer() async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { request, connection in
                connection.answer(String(decoding: request.body.reversed(), as: UTF8.self))
            }
            let harness = try MirrorHarness(mirrorSettings(production: upstream))
            DispatchQueue.concurrentPerform(iterations: 8) { worker in
                guard let probe = try? HTTPProbe(port: harness.port) else {
                    Issue.record("no connection")
                    return
                }
                for round in 0..<50 {
                    let text = "\(worker)-\(round)"
                    do {
                        try probe.send(HTTPProbe.head("POST", "/w/x", body: Array(text.utf8)) + Array(text.utf8))
                        let answer = try probe.readAnswer()
                        #expect(answer.text == String(text.reversed()))
                    } catch {
                        Issue.record(error)
                        return
                    }
                }
            }
            harness.stop()
            upstream.stop()
        }
    }
}

/// A number that a test can wait for to stand still.
final class Counted: Sendable {
    private let number = NSLock()
    private nonisolated(unsafe) var count = 0

    var value: Int { number.withLock { unsafe count } }
    func add(_ amount: Int) { number.withLock { unsafe count += amount } }

    /// Returns when the number has not moved for half a second.
    func waitUntilSteady() {
        var last = -1
        while last != value {
            last = value
            Thread.sleep(forTimeInterval: 0.5)
        }
    }
}
