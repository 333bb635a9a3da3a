import Foundation
import HTTPServer
import Mirror
import TestSupport
import Testing

/// What no honest client sends: it is answered by an error and production never hears of it.
@Suite struct HostileClientTests {
    /// A request that must be refused before production is asked.
    struct Hostile: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var status: Int

        init(_ name: String, _ text: String, _ status: Int = 400) {
            testDescription = name
            bytes = Array(text.utf8)
            self.status = status
        }
    }

    private static func post(_ lines: String, body: String = "abc") -> String { "POST /w/x HTTP/1.1\r\nHost: h\r\n\(lines)\r\n\r\n\(body)" }

    static let requests = [
        Hostile(
            "a length and a coding",
            post("Content-Length: 3\r\nTransfer-Encoding: chunked", body: "0\r\n\r\nGET /w/y HTTP/1.1\r\nHost: h\r\n\r\n")),
        Hostile("a coding and a length", post("Transfer-Encoding: chunked\r\nContent-Length: 3", body: "0\r\n\r\n")),
        Hostile("two lengths", post("Content-Length: 3\r\nContent-Length: 30")),
        Hostile("the same length twice", post("Content-Length: 3\r\nContent-Length: 3")),
        Hostile("a list of lengths", post("Content-Length: 3, 3")),
        Hostile("a signed length", post("Content-Length: +3")),
        Hostile("a negative length", post("Content-Length: -1")),
        Hostile("a length beyond all", post("Content-Length: 99999999999999999999")),
        Hostile("a space before the colon", post("Content-Length : 3")),
        Hostile("a tab before the colon", post("Transfer-Encoding\t: chunked", body: "0\r\n\r\n")),
        Hostile("NUL in a value", post("X: a\u{0}b\r\nContent-Length: 3")),
        Hostile("NUL in a name", post("X\u{0}: a\r\nContent-Length: 3")),
        Hostile("a carriage return in a value", post("X: a\rContent-Length: 3")),
        Hostile("a folded line", post("X: a\r\n b\r\nContent-Length: 3")),
        Hostile("a bare line feed in the head", post("X: a\nContent-Length: 3")),
        Hostile("bare line feeds alone", "POST /w/x HTTP/1.1\nHost: h\nContent-Length: 3\n\nabc"),
        Hostile("a coding nobody knows", post("Transfer-Encoding: xchunked", body: "0\r\n\r\n"), 501),
        Hostile("chunked twice", post("Transfer-Encoding: chunked, chunked", body: "0\r\n\r\n")),
        Hostile("chunked and then more", post("Transfer-Encoding: chunked, identity", body: "0\r\n\r\n")),
        Hostile("a coding in HTTP/1.0", "POST /w/x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Hostile("no host", "GET /w/x HTTP/1.1\r\n\r\n"),
        Hostile("two hosts", "GET /w/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        Hostile("HTTP/2 in clear", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Hostile("HTTP/0.9", "GET /w/x\r\n\r\n"),
        Hostile("a version to come", "GET /w/x HTTP/3.0\r\nHost: h\r\n\r\n", 505),
        Hostile("a handshake of TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}"),
        Hostile("another protocol", "EHLO mail.example\r\n"),
        Hostile("noise", "\u{0}\u{1}\u{2}\u{3}\r\n\r\n"),
        Hostile(
            "a head without end",
            "GET /w/x HTTP/1.1\r\nHost: h\r\n" + String(repeating: "X-Pad: \(String(repeating: "x", count: 90))\r\n", count: 800), 431),
        Hostile("a line without end", "GET /w/x HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "x", count: 70_000), 431),
        Hostile("lines without end", "GET /w/x HTTP/1.1\r\nHost: h\r\n" + String(repeating: "a:\r\n", count: 300), 431),
        Hostile("a target without end", "GET /w/" + String(repeating: "x", count: 70_000), 414),
    ]

    @Test(arguments: requests)
    func isRefusedAndProductionIsNotAsked(_ hostile: Hostile) async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in connection.answer("reached") }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            defer {
                harness.stop(grace: 100_000_000)
                upstream.stop()
            }
            let probe = try HTTPProbe(port: harness.port)
            // A refusal may come, and the connection end, before all is sent.
            try? probe.send(hostile.bytes)
            let answer = try probe.readAnswer()
            #expect(answer.status == hostile.status, "\(answer.text)")
            #expect(answer.header("connection") == "close")
            #expect(try probe.readToEnd().isEmpty, "nothing that follows is taken for a request")
            #expect(upstream.connectionCount == 0)
        }
    }

    @Test(arguments: ["GET /w/x HTTP/1.1\r\nHost: h\r\n", "G", "GET /w/x HTTP/1.1\r\nHost: h\r\nX: "])
    func aHeadThatTricklesIsGivenUp(_ begin: String) async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in connection.answer("reached") }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1) {
                $0.serverLimits.headTimeout = 200_000_000
            }
            defer {
                harness.stop(grace: 100_000_000)
                upstream.stop()
            }
            let probe = try HTTPProbe(port: harness.port)
            try probe.send(begin)
            let began = Date()
            while Date().timeIntervalSince(began) < 0.5 {
                guard (try? probe.send("a")) != nil else { break }
                Thread.sleep(forTimeInterval: 0.02)
            }
            #expect(try probe.readAnswer().status == 408)
            #expect(upstream.connectionCount == 0)
        }
    }

    /// The head of these is in order, so production is asked while the body is coming: it must not take what came for a whole request.
    @Test(arguments: [
        "5\r\nhello\r\n+1\r\n", "5\r\nhello\r\n1 \r\n", "5\r\nhelloX", "5;a\u{0}\r\nhello\r\n", "5\nhello\r\n", "ffffffffffffffff0\r\n",
        "0x5\r\nhello\r\n",
        "5\r\nhello\r\n0\r\nX : 1\r\n\r\n",
    ])
    func aMalformedBodyIsNoRequestForProduction(_ body: String) async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in connection.answer("reached") }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            defer {
                harness.stop(grace: 100_000_000)
                upstream.stop()
            }
            let probe = try HTTPProbe(port: harness.port)
            try probe.send("POST /w/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(body)GET /w/y HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try probe.readAnswer().status == 400)
            #expect(try probe.readToEnd().isEmpty)
            harness.stop(grace: 100_000_000)
            #expect(upstream.requests.isEmpty)
        }
    }
}
