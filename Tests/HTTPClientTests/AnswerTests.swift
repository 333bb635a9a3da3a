import EventLoop
import HTTPClient
import HTTPWire
import Synchronization
import Testing

@Suite("Answers as they come back", .timeLimit(.minutes(1)))
struct AnswerTests {
    /// Sends a GET to a server that answers with exactly these bytes and then closes.
    private func answer(_ bytes: String, method: String = "GET") async throws -> Answer {
        let server = WireServer { wire in
            _ = wire.readHead()
            wire.send(bytes)
        }
        let harness = try ClientHarness()
        let answer = await harness.fetch(OutgoingRequest(method: method, url: "http://127.0.0.1:\(server.port)/"))
        harness.stop()
        server.stop()
        return answer
    }

    @Test func givesStatusReasonAndHeadersAsTheyStood() async throws {
        let answer = try await answer(
            "HTTP/1.1 418 I'm a  teapot\r\nContent-Length: 2\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\nX-Empty:\r\nX-Pad: \t x \r\n\r\nok")
        #expect(answer.status == 418)
        #expect(answer.reason == "I'm a  teapot")
        #expect(answer.headers.map(\.nameText) == ["Content-Length", "set-cookie", "Set-Cookie", "X-Empty", "X-Pad"])
        #expect(answer.headers.map(\.valueText) == ["2", "a=1", "b=2", "", "x"])
        #expect(answer.text == "ok")
        #expect(answer.end == .complete)
    }

    @Test func skipsInterimHeads() async throws {
        let answer = try await answer(
            "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(answer.heads == 1)
        #expect(answer.status == 200)
        #expect(answer.headers.count == 1)
    }

    @Test func takesChunksOffAndDropsTrailers() async throws {
        let answer = try await answer(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n")
        #expect(answer.text == "abcde")
        #expect(answer.end == .complete)
        #expect(answer.heads == 1)
        #expect(!answer.headers.contains("x-trailer"))
    }

    @Test func leavesContentCodingAlone() async throws {
        let answer = try await answer("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nraw")
        #expect(answer.text == "raw")
        #expect(answer.headers["content-encoding"] == "gzip")
    }

    @Test func followsNoRedirect() async throws {
        let answer = try await answer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        #expect(answer.status == 302)
        #expect(answer.end == .complete)
    }

    @Test func readsABodyThatEndsWithTheConnection() async throws {
        let answer = try await answer("HTTP/1.1 200 OK\r\n\r\nuntil the end")
        #expect(answer.text == "until the end")
        #expect(answer.end == .complete)
    }

    @Test(arguments: [204, 304])
    func expectsNoBodyWhereThereCanBeNone(_ status: Int) async throws {
        let server = WireServer { wire in
            while !wire.readHead().isEmpty { wire.send("HTTP/1.1 \(status) X\r\nETag: \"1\"\r\n\r\n") }
        }
        let harness = try ClientHarness()
        for _ in 0..<2 {
            let answer = await harness.fetch(OutgoingRequest(url: "http://127.0.0.1:\(server.port)/"))
            #expect(answer.end == .complete)
            #expect(answer.status == status)
        }
        #expect(server.connections == 1)
        harness.stop()
        server.stop()
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "",
        "garbage without any sense\r\n\r\n",
    ])
    func reportsABrokenAnswer(_ bytes: String) async throws {
        let answer = try await answer(bytes)
        #expect(answer.failure == .broken)
    }

    @Test func reportsAResetAsBroken() async throws {
        let server = WireServer { wire in
            _ = wire.readHead()
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            wire.reset()
        }
        let harness = try ClientHarness()
        #expect(await harness.fetch(OutgoingRequest(url: "http://127.0.0.1:\(server.port)/")).failure == .broken)
        harness.stop()
        server.stop()
    }

    @Test func deliversAnEventStreamPieceByPiece() async throws {
        let next = Signal()
        let server = WireServer { wire in
            _ = wire.readHead()
            wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            for piece in 1...5 {
                wire.send("9\r\ndata: \(piece)\n\n\r\n")
                next.wait()
            }
            wire.send("0\r\n\r\n")
        }
        let harness = try ClientHarness()
        let pieces = Mutex(0)
        let answer = await harness.fetch(
            OutgoingRequest(url: "http://127.0.0.1:\(server.port)/"),
            react: { _, event in
                guard case .body = event else { return }
                pieces.withLock { $0 += 1 }
                next.happen()
            })
        #expect(pieces.withLock { $0 } == 5)
        #expect(answer.text == (1...5).map { "data: \($0)\n\n" }.joined())
        harness.stop()
        server.stop()
    }

    @Test func holdsTheBodyBackWhilePaused() async throws {
        let total = 24 << 20
        let sent = Mutex(0)
        let server = WireServer { wire in
            _ = wire.readHead()
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            let piece = [UInt8](repeating: 7, count: 1 << 20)
            for _ in 0..<24 where wire.send(piece) { sent.withLock { $0 += 1 } }
        }
        let harness = try ClientHarness()
        let seenWhilePaused = Mutex<Int?>(nil)
        let received = Mutex(0)
        let loop = harness.thread.loop
        let answer = await harness.fetch(
            OutgoingRequest(url: "http://127.0.0.1:\(server.port)/"),
            react: { transfer, event in
                guard case .body(let bytes) = event else { return }
                let before = received.withLock { count in
                    defer { count += bytes.count }
                    return count
                }
                guard before == 0 else { return }
                transfer.pause()
                let first = bytes.count
                loop.later(500) {
                    seenWhilePaused.withLock { $0 = received.withLock { $0 } - first }
                    transfer.resume()
                }
            })
        #expect(seenWhilePaused.withLock { $0 } == 0)
        #expect(answer.body.count == total)
        #expect(answer.end == .complete)
        harness.stop()
        server.stop()
    }

    @Test func tellsWhatKindOfFailureItWas() async throws {
        let closed = WireServer { _ in }
        closed.stop()
        let silent = WireServer { wire in
            _ = wire.readHead()
            _ = wire.readHead()
        }
        let harness = try ClientHarness()
        #expect(await harness.fetch(OutgoingRequest(url: "http://127.0.0.1:1/")).failure == .connect)
        let late = await harness.fetch(OutgoingRequest(url: "http://127.0.0.1:\(silent.port)/", timeoutNanoseconds: 50_000_000))
        #expect(late.failure == .timeout)
        let plain = WireServer { wire in
            wire.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            _ = wire.readHead()
        }
        #expect(await harness.fetch(OutgoingRequest(url: "https://127.0.0.1:\(plain.port)/")).failure == .tls)
        #expect(await harness.fetch(OutgoingRequest(url: "http://x/", unixSocket: "/nonexistent/socket")).failure == .connect)
        #expect(await harness.fetch(OutgoingRequest(url: "ftp://127.0.0.1/")).failure != nil)
        harness.stop()
        silent.stop()
        plain.stop()
    }

    @Test func staysUsableAfterFailures() async throws {
        let server = WireServer { wire in
            guard wire.number % 2 == 0 else { return wire.reset() }
            while !wire.readHead().isEmpty { wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
        }
        let harness = try ClientHarness()
        var good = 0
        for _ in 0..<20 where await harness.fetch(OutgoingRequest(url: "http://127.0.0.1:\(server.port)/")).end == .complete { good += 1 }
        #expect(good >= 19)
        harness.stop()
        server.stop()
    }

    @Test func saysNothingMoreAfterCancel() async throws {
        let reached = Signal()
        let gone = Signal()
        let server = WireServer { wire in
            _ = wire.readHead()
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            reached.happen()
            // The client closes the connection, since the rest of the answer would be lost on it.
            #expect(wire.read(1) == "")
            gone.happen()
        }
        let harness = try ClientHarness()
        let events = Mutex(0)
        let url = "http://127.0.0.1:\(server.port)/"
        let receiver = Counting { transfer in
            events.withLock { $0 += 1 }
            transfer.cancel()
        }
        await harness.onLoop { client in _ = client.send(OutgoingRequest(url: url), to: receiver) }
        reached.wait()
        gone.wait()
        #expect(events.withLock { $0 } == 1)
        harness.stop()
        server.stop()
    }

    @Test func endsEverythingAtShutdown() async throws {
        let arrived = Signal()
        let server = WireServer { wire in
            _ = wire.readHead()
            arrived.happen()
            _ = wire.readHead()
        }
        let harness = try ClientHarness()
        let url = "http://127.0.0.1:\(server.port)/"
        await harness.onLoop { client in
            for _ in 0..<3 { _ = client.send(OutgoingRequest(url: url), to: Counting { _ in Issue.record("nothing may come") }) }
        }
        for _ in 0..<3 { arrived.wait() }
        harness.stop()
        server.stop()
    }
}

/// Counts every call.
private final class Counting: TransferReceiver, @unchecked Sendable {
    private let called: @Sendable (Transfer) -> Void

    init(_ called: @escaping @Sendable (Transfer) -> Void) { self.called = called }

    func responseHead(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers) { called(transfer) }
    func responseBody(_ transfer: Transfer, _ bytes: [UInt8]) { called(transfer) }
    func ended(_ transfer: Transfer, _ result: TransferEnd) { called(transfer) }
    func uploadDrained(_ transfer: Transfer) { called(transfer) }
}
