import EventLoop
import HTTPClient
import HTTPWire
import Synchronization
import Testing

@Suite("Requests as they stand on the wire", .timeLimit(.minutes(1)))
struct RequestTests {
    /// Sends one request and returns what the server read: the head, then what `body` reads.
    private func capture(
        _ request: (UInt16) -> OutgoingRequest, body: @escaping @Sendable (WireConnection) -> String = { _ in "" },
        begin: @escaping @Sendable (Transfer, EventLoop) -> Void = { _, _ in }
    ) async throws -> (head: String, body: String) {
        let seen = Mutex(("", ""))
        let server = WireServer { wire in
            let head = wire.readHead()
            let rest = body(wire)
            seen.withLock { $0 = (head, rest) }
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            _ = wire.readHead()
        }
        let harness = try ClientHarness()
        let answer = await harness.fetch(request(server.port), begin: begin)
        #expect(answer.end == .complete)
        harness.stop()
        server.stop()
        return seen.withLock { (head: $0.0, body: $0.1) }
    }

    @Test func sendsTargetAndHeadersExactlyAndNothingElse() async throws {
        let target = "/a/../b//c%2f?x=%zz&y=<>\u{7C}"
        let seen = try await capture { port in
            OutgoingRequest(
                method: "GET", origin: "http://127.0.0.1:\(port)", target: Array(target.utf8),
                headers: [
                    Header("Host", "models.example"), Header("X-Empty", ""), Header("x-two", "1"), Header("X-Two", "2"),
                    Header("Authorization", "Bearer k"), Header("Cookie", "a=b"), Header("User-Agent", "app"),
                    Header(name: Array("X-Bytes".utf8), value: [0xE9, 0x20, 0xFF]),
                ])
        }
        let expected =
            "GET \(target) HTTP/1.1\r\nHost: models.example\r\nX-Empty:\r\nx-two: 1\r\nX-Two: 2\r\n"
            + "Authorization: Bearer k\r\nCookie: a=b\r\nUser-Agent: app\r\nX-Bytes: \u{FFFD} \u{FFFD}\r\n\r\n"
        #expect(seen.head == expected)
    }

    @Test func makesHostFromTheOriginAndKeepsAnAppsAccept() async throws {
        let port = Mutex(UInt16(0))
        let seen = try await capture { number in
            port.withLock { $0 = number }
            return OutgoingRequest(url: "http://127.0.0.1:\(number)/x?y", headers: [Header("accept", "text/event-stream")])
        }
        #expect(seen.head == "GET /x?y HTTP/1.1\r\nHost: 127.0.0.1:\(port.withLock { $0 })\r\naccept: text/event-stream\r\n\r\n")
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE", "GET", "QUERY"])
    func sendsABodyWithAnyMethod(_ method: String) async throws {
        let seen = try await capture(
            { port in
                OutgoingRequest(
                    method: method, url: "http://127.0.0.1:\(port)/m",
                    headers: [Header("Host", "h"), Header("content-length", "999"), Header("Content-Type", "application/json")],
                    body: .bytes(Array("{\"a\":1}".utf8)))
            }, body: { $0.read(7) })
        #expect(seen.head == "\(method) /m HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n")
        #expect(seen.body == "{\"a\":1}")
    }

    @Test(arguments: ["POST", "DELETE", "OPTIONS"])
    func sendsNoLengthWithoutABodyAndZeroWithAnEmptyOne(_ method: String) async throws {
        let none = try await capture { OutgoingRequest(method: method, url: "http://127.0.0.1:\($0)/", headers: [Header("Host", "h")]) }
        #expect(none.head == "\(method) / HTTP/1.1\r\nHost: h\r\n\r\n")
        let empty = try await capture {
            OutgoingRequest(method: method, url: "http://127.0.0.1:\($0)/", headers: [Header("Host", "h")], body: .bytes([]))
        }
        #expect(empty.head == "\(method) / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
    }

    @Test func asksWithHeadWithoutABody() async throws {
        let server = WireServer { wire in
            while wire.readHead().hasPrefix("HEAD ") { wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n") }
        }
        let harness = try ClientHarness()
        for _ in 0..<2 {
            let answer = await harness.fetch(OutgoingRequest(method: "HEAD", url: "http://127.0.0.1:\(server.port)/"))
            #expect(answer.end == .complete)
            #expect(answer.headers["content-length"] == "1234")
            #expect(answer.body.isEmpty)
        }
        #expect(server.connections == 1)
        harness.stop()
        server.stop()
    }

    @Test func streamsABodyOfKnownLength() async throws {
        let seen = try await capture(
            {
                OutgoingRequest(method: "POST", url: "http://127.0.0.1:\($0)/", headers: [Header("Host", "h")], body: .streamed(length: 10))
            },
            body: { $0.read(10) },
            begin: { transfer, _ in
                transfer.write(Array("hello".utf8))
                transfer.write(Array("world".utf8))
                transfer.finishBody()
            })
        #expect(seen.head == "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n")
        #expect(seen.body == "helloworld")
    }

    @Test(arguments: [true, false])
    func streamsAChunkedBody(_ atOnce: Bool) async throws {
        let seen = try await capture(
            {
                OutgoingRequest(
                    method: "POST", url: "http://127.0.0.1:\($0)/", headers: [Header("Host", "h")], body: .streamed(length: nil))
            },
            body: { $0.read(through: "\r\n0\r\n\r\n") },
            begin: { transfer, loop in
                transfer.write(Array("hello".utf8))
                if atOnce { transfer.finishBody() } else { loop.later(3) { transfer.finishBody() } }
            })
        #expect(seen.head == "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        #expect(seen.body == "5\r\nhello\r\n0\r\n\r\n")
    }

    @Test func streamsPiecesAsTheyComeAndReportsThatItDrained() async throws {
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 128 * 1024)
        let total = piece.count * 40
        let mayRead = Signal()
        let server = WireServer { wire in
            _ = wire.readHead()
            mayRead.wait()
            let body = wire.read(total)
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n\(body.utf8.count)")
            _ = wire.readHead()
        }
        let harness = try ClientHarness()
        let written = Mutex(0)
        let stops = Mutex(0)
        let push: @Sendable (Transfer) -> Void = { transfer in
            while written.withLock({ $0 }) < total {
                written.withLock { $0 += piece.count }
                guard transfer.write(piece) else {
                    stops.withLock { $0 += 1 }
                    return mayRead.happen()
                }
            }
            transfer.finishBody()
        }
        let answer = await harness.fetch(
            OutgoingRequest(method: "POST", url: "http://127.0.0.1:\(server.port)/", body: .streamed(length: Int64(total))),
            begin: { transfer, _ in push(transfer) },
            react: { transfer, event in if event == .drained { push(transfer) } })
        #expect(answer.text == "\(total)")
        #expect(stops.withLock { $0 } > 3)
        harness.stop()
        server.stop()
    }

    @Test func failsWhenAStreamedBodyIsShorterThanAnnounced() async throws {
        let server = WireServer { wire in
            _ = wire.readHead()
            _ = wire.read(100)
        }
        let harness = try ClientHarness()
        let answer = await harness.fetch(
            OutgoingRequest(method: "POST", url: "http://127.0.0.1:\(server.port)/", body: .streamed(length: 10)),
            begin: { transfer, _ in
                transfer.write([1, 2, 3])
                transfer.finishBody()
            })
        #expect(answer.failure != nil)
        harness.stop()
        server.stop()
    }

    @Test func repeatsARequestOnceWhenTheIdleConnectionTurnsOutClosed() async throws {
        let server = WireServer { wire in
            guard wire.number == 1 else {
                let head = wire.readHead()
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + (head.contains("Content-Length: 4") ? wire.read(4) : "none"))
                _ = wire.readHead()
                return
            }
            _ = wire.readHead()
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            // Takes the second request's head and goes away without a word.
            _ = wire.readHead()
            wire.reset()
        }
        let harness = try ClientHarness()
        let url = "http://127.0.0.1:\(server.port)/"
        _ = await harness.fetch(OutgoingRequest(url: url))
        let streamed = await harness.fetch(
            OutgoingRequest(method: "POST", url: url, body: .streamed(length: 4)),
            begin: { transfer, loop in
                transfer.write(Array("ab".utf8))
                loop.later(2) {
                    transfer.write(Array("cd".utf8))
                    transfer.finishBody()
                }
            })
        #expect(streamed.text == "abcd")
        #expect(server.connections == 2)
        harness.stop()
        server.stop()
    }

    @Test func usesOneConnectionForRequestsOneAfterTheOther() async throws {
        let server = WireServer { wire in
            while !wire.readHead().isEmpty { wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
        }
        let harness = try ClientHarness()
        for _ in 0..<50 { #expect(await harness.fetch(OutgoingRequest(url: "http://127.0.0.1:\(server.port)/")).text == "ok") }
        #expect(server.connections == 1)
        harness.stop()
        server.stop()
    }

    @Test func leavesAConnectionThatHasServedLongEnough() async throws {
        let server = WireServer { wire in
            while !wire.readHead().isEmpty { wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
        }
        let harness = try ClientHarness(limits: ClientLimits(connectionSeconds: 1))
        // Never idle for long: only its age can end it.
        let start = ContinuousClock.now
        for _ in 0..<11 {
            #expect(await harness.fetch(OutgoingRequest(url: "http://127.0.0.1:\(server.port)/")).text == "ok")
            try await Task.sleep(nanoseconds: 250_000_000)
        }
        let seconds = Int((ContinuousClock.now - start).components.seconds)
        #expect((2...(seconds + 1)).contains(server.connections))
        harness.stop()
        server.stop()
    }

    @Test func bringsAnAnswerThatComesBeforeTheBodyHasGone() async throws {
        let server = WireServer { wire in
            _ = wire.readHead()
            wire.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 8\r\nConnection: close\r\n\r\ntoo much")
            _ = wire.readHead()
        }
        let harness = try ClientHarness()
        let answer = await harness.fetch(
            OutgoingRequest(method: "POST", url: "http://127.0.0.1:\(server.port)/", body: .streamed(length: 1 << 30)),
            begin: { transfer, _ in transfer.write([1, 2, 3]) })
        #expect(answer.status == 413)
        #expect(answer.text == "too much")
        #expect(answer.end == .complete)
        harness.stop()
        server.stop()
    }

    @Test func keepsToTheLimitOfConnectionsToAHost() async throws {
        let server = WireServer { wire in
            while !wire.readHead().isEmpty { wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
        }
        let harness = try ClientHarness(limits: ClientLimits(connectionsPerHost: 1))
        let url = "http://127.0.0.1:\(server.port)/"
        let texts = await withTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { await harness.fetch(OutgoingRequest(url: url)).text } }
            return await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(texts == Array(repeating: "ok", count: 8))
        #expect(server.connections == 1)
        harness.stop()
        server.stop()
    }

    @Test func waitsForA100WhereTheAppAskedForOne() async throws {
        let seen = try await capture(
            { port in
                OutgoingRequest(
                    method: "POST", url: "http://127.0.0.1:\(port)/", headers: [Header("Host", "h"), Header("Expect", "100-continue")],
                    body: .bytes(Array("body".utf8)))
            },
            body: { wire in
                #expect(wire.waiting == 0)
                wire.send("HTTP/1.1 100 Continue\r\n\r\n")
                return wire.read(4)
            })
        #expect(seen.head.contains("Expect: 100-continue\r\n"))
        #expect(seen.body == "body")
    }
}
