import EventLoop
import HTTPServer
import HTTPWire
import Synchronization
import Testing

@Suite struct ResponseTests {
    /// Answers each request by what the test does with the exchange.
    private func server(_ answer: @escaping @Sendable (Exchange) -> Void) throws -> LoopbackServer {
        try LoopbackServer { _ in BufferedHandler(limit: 1000) { exchange, _ in answer(exchange) } }
    }

    private let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func addsNothingToTheGivenHeaders() throws {
        let server = try server { exchange in
            exchange.respond(
                status: 207, reason: Array("Odd one".utf8), headers: [Header("x-B", "1"), Header("content-length", "2"), Header("A", "2")],
                body: .length(2))
            exchange.write(Array("ok".utf8))
            exchange.finish()
        }
        let client = try server.connect()
        try client.send(get)
        #expect(try client.response().head == "HTTP/1.1 207 Odd one\r\nx-B: 1\r\ncontent-length: 2\r\nA: 2\r\n\r\n")
    }

    @Test func streamsChunks() throws {
        let server = try server { exchange in
            exchange.respond(status: 200, headers: [], body: .chunked)
            exchange.write(Array("one".utf8))
            exchange.write([])
            exchange.write(Array("two".utf8)[1...])
            exchange.finish()
        }
        let client = try server.connect()
        try client.send(get + get)
        #expect(
            try client.take(through: "0\r\n\r\n") == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n2\r\nwo\r\n0\r\n\r\n"
        )
        #expect(try client.response().body == "onewo")
    }

    @Test func streamsToAnOldClientUntilTheConnectionEnds() throws {
        let server = try server { exchange in
            exchange.respond(status: 200, headers: [], body: .chunked)
            exchange.write(Array("one".utf8))
            exchange.finish()
        }
        let client = try server.connect()
        try client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(try client.takeAll() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\none")
    }

    @Test(arguments: [
        ("HEAD", 200, ResponseFraming.length(5), "Content-Length: 5\r\n"), ("HEAD", 200, .chunked, "Transfer-Encoding: chunked\r\n"),
        ("HEAD", 200, .none, ""), ("GET", 204, .length(5), ""), ("GET", 204, .none, ""), ("GET", 304, .none, ""),
        ("GET", 304, .length(5), "Content-Length: 5\r\n"), ("GET", 304, .chunked, ""),
    ])
    func sendsNoBodyWhereThereIsNone(_ method: String, _ status: Int, _ framing: ResponseFraming, _ line: String) throws {
        let server = try server { exchange in
            exchange.respond(status: status, headers: [], body: framing)
            exchange.write(Array("hello".utf8))
            exchange.finish()
        }
        let client = try server.connect()
        for _ in 0..<2 {
            try client.send("\(method) / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.response(bodyless: true).head == "HTTP/1.1 \(status) \(StatusReason.phrase(status))\r\n\(line)\r\n")
        }
    }

    @Test func saysThatAnEmptyBodyIsEmpty() throws {
        let server = try server { exchange in
            exchange.respond(status: 200, headers: [], body: .none)
            exchange.finish()
        }
        let client = try server.connect()
        try client.send(get)
        #expect(try client.response().header("Content-Length") == "0")
    }

    @Test func anAbortedResponseIsSeenAsBroken() throws {
        let server = try server { exchange in
            exchange.respond(status: 200, headers: [], body: exchange.head.targetText == "/length" ? .length(10) : .chunked)
            exchange.write(Array("part".utf8))
            exchange.abort()
            #expect(exchange.isOver)
            exchange.write(Array("more".utf8))
            exchange.finish()
        }
        for (target, end) in [("/length", "part"), ("/chunked", "4\r\npart\r\n")] {
            let client = try server.connect()
            try client.send("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
            let text = try client.takeAll()
            #expect(text.hasSuffix("\r\n\r\n" + end))
        }
        let old = try server.connect()
        try old.send("GET /old HTTP/1.0\r\n\r\n")
        #expect(throws: RawClient.Failure.self, "a reset: an end would look like a whole body") { try old.takeAll() }
    }

    @Test(arguments: [3, 5]) func anotherLengthThanPromisedBreaksTheConnection(_ count: Int) throws {
        let server = try server { exchange in
            exchange.respond(status: 200, headers: [], body: .length(4))
            exchange.write([UInt8](repeating: UInt8(ascii: "x"), count: count))
            exchange.finish()
        }
        let client = try server.connect()
        try client.send(get)
        #expect(try client.takeAll().split(separator: "\r\n\r\n").last?.contains("xxxx") != true)
    }

    @Test(arguments: [100, 101, 199, 0, 1000]) func aStatusThatIsNoFinalAnswerEndsTheConnection(_ status: Int) throws {
        let server = try server { exchange in
            exchange.respond(status: status, headers: [], body: .none)
            exchange.finish()
        }
        let client = try server.connect()
        try client.send(get)
        #expect(try client.hasEnded())
    }

    @Test func asksTheWriterToWaitForASlowClient() throws {
        let block = [UInt8](repeating: UInt8(ascii: "x"), count: 64 * 1024)
        let total = 64 << 20
        let full = Occurrence<Int>()
        let most = Mutex((written: 0, drained: 0))
        let server = try LoopbackServer { exchange in
            RecordingHandler(exchange) { what, exchange in
                switch what {
                case .ended: exchange.respond(status: 200, headers: [], body: .length(Int64(total)))
                case .drained: most.withLock { $0.drained += 1 }
                default: return
                }
                while true {
                    let goesOn = exchange.write(block)
                    let written = most.withLock { counts in
                        counts.written += block.count
                        return counts.written
                    }
                    if written == total { return exchange.finish() }
                    if !goesOn { return full.set(written) }
                }
            }
        }
        let client = try server.connect(receiveBuffer: 64 * 1024)
        try client.send(get)
        let first = full.wait()
        #expect(first <= 16 << 20, "what the kernel buffers, the high-water mark and one block; not the whole")
        let body = try client.response().body
        #expect(body.utf8.count == total)
        #expect(most.withLock { $0.drained } > 10)
    }

    @Test func breaksOffWithAClientThatTakesNothing() throws {
        var limits = ServerLimits()
        limits.stallTimeout = milliseconds(50)
        let left = Occurrence<Bool>()
        let server = try LoopbackServer(limits: limits) { exchange in
            RecordingHandler(exchange) { what, exchange in
                if what == .left { left.set(exchange.isOver) }
                guard what == .ended else { return }
                exchange.respond(status: 200, headers: [], body: .chunked)
                exchange.write([UInt8](repeating: 0, count: 16 << 20))
            }
        }
        let client = try server.connect(receiveBuffer: 64 * 1024)
        try client.send(get)
        #expect(left.wait())
        #expect(server.openConnections == 0)
        client.close()
    }
}
