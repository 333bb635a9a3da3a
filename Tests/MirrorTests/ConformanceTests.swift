import Foundation
import HTTPServer
import Mirror
import Synchronization
import TestSupport
import Testing

/// Each odd but legal call goes once straight to production and once through the mirror: production must see the same request, and
/// the client the same answer, byte for byte but for what belongs to a connection.
@Suite struct ConformanceTests {
    /// What one way showed on both its ends.
    private struct Seen: Equatable {
        var requests: [SeenRequest]
        var answers: [SeenAnswer]
    }

    private static func play(_ call: OddCall, to port: UInt16, prefix: String, upstream: RawUpstream) throws -> Seen {
        let before = upstream.requests.count
        let probe = try HTTPProbe(port: port)
        for (number, piece) in call.request.enumerated() {
            // Pieces that must be read one by one do not arrive together.
            if number > 0 { Thread.sleep(forTimeInterval: 0.002) }
            try probe.send(Self.bytes(piece, prefix: prefix))
        }
        var answers: [SeenAnswer] = []
        for method in call.methods { answers.append(try SeenAnswer(from: probe, to: method)) }
        probe.close()
        return Seen(requests: upstream.requests[before...].map { SeenRequest($0) }, answers: answers)
    }

    /// The piece with the workload's name in its place, or none.
    private static func bytes(_ piece: [UInt8], prefix: String) -> [UInt8] {
        let mark = Array("@@".utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < piece.count {
            if piece[index...].starts(with: mark) {
                bytes += prefix.utf8
                index += 2
            } else {
                bytes.append(piece[index])
                index += 1
            }
        }
        return bytes
    }

    @Test(arguments: OddCall.all)
    func theMirrorChangesNothing(_ call: OddCall) async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in
                for (number, piece) in call.answer.enumerated() {
                    if number > 0 { Thread.sleep(forTimeInterval: 0.002) }
                    connection.send(piece)
                }
                if call.closes { connection.close() }
            }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            defer {
                harness.stop(grace: 100_000_000)
                upstream.stop()
            }
            let direct = try Self.play(call, to: upstream.port, prefix: "", upstream: upstream)
            let mirrored = try Self.play(call, to: harness.port, prefix: "/w", upstream: upstream)
            #expect(direct.answers.allSatisfy(\.isComplete) && direct.requests.count == call.methods.count, "the case itself")
            #expect(mirrored == direct)
        }
    }

    /// A mirror before one scripted upstream, and what it gives a client that sends `request`.
    private static func mirrored(_ request: String, _ answer: String, closes: Bool = false) throws -> (bytes: String, upstream: RawRequest)
    {
        let upstream = try RawUpstream { _, connection in
            connection.send(answer)
            if closes { connection.close() }
        }
        let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
        defer {
            harness.stop(grace: 100_000_000)
            upstream.stop()
        }
        let probe = try HTTPProbe(port: harness.port)
        try probe.send(request)
        let bytes = try probe.readToEnd()
        return (String(decoding: bytes, as: UTF8.self), try #require(upstream.requests.first))
    }

    @Test func anOldClientGetsNeitherInterimAnswersNorChunks() async throws {
        try await onOwnThread {
            let answer =
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nab\r\n1\r\nc\r\n0\r\nX-Trailer: 1\r\n\r\n"
            let seen = try Self.mirrored("GET /w/x HTTP/1.0\r\n\r\n", answer).bytes
            #expect(seen == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc")
        }
    }

    @Test func aLengthBesideACodingIsDroppedWithIt() async throws {
        try await onOwnThread {
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nX: 1\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            let seen = try Self.mirrored("GET /w/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", answer).bytes
            #expect(
                seen == "HTTP/1.1 200 OK\r\nX: 1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        }
    }

    @Test func protocolsAreNotSwitchedUnasked() async throws {
        try await onOwnThread {
            let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nnot HTTP"
            let seen = try Self.mirrored("GET /w/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", answer).bytes
            #expect(seen.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n") && seen.contains("production_unreachable"))
        }
    }

    @Test func aTrailerCannotChangeTheFraming() async throws {
        try await onOwnThread {
            let (bytes, request) = try Self.mirrored(
                "POST /w/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
                    + "Content-Length: 9\r\nX-Sum: 1\r\nTransfer-Encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\nContent-Length: 9\r\nX-Sum: 2\r\nConnection: keep-alive\r\n\r\n"
            )
            #expect(bytes.hasSuffix("\r\n1\r\nb\r\n0\r\nX-Sum: 2\r\n\r\n"))
            #expect(request.trailers == Array("X-Sum: 1\r\n".utf8))
        }
    }
}
