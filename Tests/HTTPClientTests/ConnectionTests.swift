import EventLoop
import HTTPClient
import HTTPWire
import Synchronization
import Testing

@Suite("Connections and when they are used again", .timeLimit(.minutes(1)))
struct ConnectionTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    /// Answers each request of a connection so, and ends it when the client does.
    private static func server(_ answer: @escaping @Sendable (Int) -> String) -> WireServer {
        WireServer { wire in
            while !wire.readHead().isEmpty { wire.send(answer(wire.number)) }
        }
    }

    private static func fetch(_ server: WireServer, _ harness: ClientHarness, host: String = "127.0.0.1") async -> Answer {
        await harness.fetch(OutgoingRequest(url: "http://\(host):\(server.port)/"))
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more than was asked for",
    ])
    func leavesAConnectionThatCannotGoOn(_ answer: String) async throws {
        let server = Self.server { _ in answer }
        let harness = try ClientHarness()
        for _ in 0..<2 {
            let answer = await Self.fetch(server, harness)
            #expect(answer.text == "ok")
            #expect(answer.end == .complete)
        }
        #expect(server.connections == 2)
        harness.stop()
        server.stop()
    }

    @Test func leavesAnIdleConnectionOnWhichSomethingIsSaid() async throws {
        let mayTalk = Signal()
        let hasTalked = Signal()
        let server = WireServer { wire in
            _ = wire.readHead()
            wire.send(Self.ok)
            if wire.number == 1 {
                mayTalk.wait()
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
                #expect(wire.read(1) == "")  // the client closes
                hasTalked.happen()
            } else {
                _ = wire.readHead()
            }
        }
        let harness = try ClientHarness()
        #expect(await Self.fetch(server, harness).text == "ok")
        mayTalk.happen()
        hasTalked.wait()
        #expect(await Self.fetch(server, harness).text == "ok")
        #expect(server.connections == 2)
        harness.stop()
        server.stop()
    }

    @Test func findsHostsByTheirNames() async throws {
        let server = Self.server { _ in Self.ok }
        let harness = try ClientHarness()
        for _ in 0..<2 { #expect(await Self.fetch(server, harness, host: "localhost").text == "ok") }
        #expect(server.connections == 1)
        harness.stop()
        server.stop()
    }

    @Test func sendsNoMoreOfABodyThanWasAnnounced() async throws {
        let seen = Mutex("")
        let hasSeen = Signal()
        let server = WireServer { wire in
            _ = wire.readHead()
            let body = wire.read(4)
            wire.send(Self.ok)
            let more = wire.readHead()
            seen.withLock { $0 = body + more }
            hasSeen.happen()
        }
        let harness = try ClientHarness()
        let answer = await harness.fetch(
            OutgoingRequest(method: "POST", url: "http://127.0.0.1:\(server.port)/", body: .streamed(length: 4)),
            begin: { transfer, _ in
                transfer.write(Array("ab".utf8))
                transfer.write(Array("cdGET /smuggled HTTP/1.1\r\n\r\n".utf8))
                transfer.finishBody()
            })
        #expect(answer.text == "ok")
        harness.stop()
        hasSeen.wait()
        server.stop()
        #expect(seen.withLock { $0 } == "abcd")
    }

    @Test(arguments: [true, false])
    func bringsAllOfAHeldBodyThoughItsServerHasGone(_ saysLength: Bool) async throws {
        let total = 300_000
        let server = WireServer { wire in
            _ = wire.readHead()
            wire.send("HTTP/1.1 200 OK\r\n\(saysLength ? "Content-Length: \(total)\r\n" : "")\r\n")
            _ = wire.send([UInt8](repeating: 7, count: total))
        }
        let harness = try ClientHarness()
        let isPaused = Mutex(false)
        let loop = harness.thread.loop
        let answer = await harness.fetch(
            OutgoingRequest(url: "http://127.0.0.1:\(server.port)/"),
            react: { transfer, event in
                guard case .body = event else { return }
                let first = isPaused.withLock { paused in
                    defer { paused = true }
                    return !paused
                }
                guard first else { return }
                transfer.pause()
                _ = loop.schedule(after: 100_000_000) { transfer.resume() }
            })
        #expect(answer.body.count == total)
        #expect(answer.end == .complete)
        harness.stop()
        server.stop()
    }

    @Test func repeatsAWholeBodyOfAnyLength() async throws {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 400_000)
        let server = WireServer { wire in
            guard wire.number == 1 else {
                _ = wire.readHead()
                let count = wire.read(body.count).utf8.count
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\(count)")
                _ = wire.readHead()
                return
            }
            _ = wire.readHead()
            wire.send(Self.ok)
            _ = wire.readHead()
            wire.reset()
        }
        let harness = try ClientHarness()
        #expect(await Self.fetch(server, harness).text == "ok")
        let answer = await harness.fetch(
            OutgoingRequest(method: "POST", url: "http://127.0.0.1:\(server.port)/", body: .bytes(body)))
        #expect(answer.text == "400000")
        #expect(server.connections == 2)
        harness.stop()
        server.stop()
    }

    @Test func waitsForASlowConnectionWithinTheRequestsTime() async throws {
        let server = WireServer { wire in
            while !wire.readHead().isEmpty { wire.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") }
        }
        let harness = try ClientHarness()
        for _ in 0..<2 {
            let answer = await harness.fetch(
                OutgoingRequest(url: "http://127.0.0.1:\(server.port)/", timeoutNanoseconds: 100_000_000))
            #expect(answer.text == "half")
            #expect(answer.failure == .timeout)
        }
        harness.stop()
        server.stop()
    }
}
