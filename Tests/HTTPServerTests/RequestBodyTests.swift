import EventLoop
import HTTPServer
import HTTPWire
import Synchronization
import Testing

@Suite struct RequestBodyTests {
    @Test func takesAChunkedUpload() throws {
        let server = try LoopbackServer(makeHandler: echo)
        let client = try server.connect()
        try client.send("POST /up HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        try client.send("5;ext=1\r\nhel")
        server.withServer { _ in }
        try client.send("lo\r\n7\r\n, world\r\n0\r\nTrailer: x\r\n\r\n")
        #expect(try client.response().body == "POST /up hello, world")
    }

    @Test func asksForTheBodyOfAClientThatWaits() throws {
        let server = try LoopbackServer(makeHandler: echo)
        let client = try server.connect()
        try client.send("POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        #expect(try client.response().head == "HTTP/1.1 100 Continue\r\n\r\n")
        try client.send("abc")
        #expect(try client.response().body == "POST /e abc")
    }

    @Test func holdsContinueBackWhileReadingIsPaused() throws {
        let head = Occurrence<Carried>()
        let server = try LoopbackServer { exchange in
            exchange.pauseReading()
            head.set(Carried(exchange: exchange))
            return echo(exchange)
        }
        let client = try server.connect()
        try client.send("POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        let carried = head.wait()
        try client.send("abc")  // a client may stop waiting
        server.withServer { _ in carried.exchange.resumeReading() }
        #expect(try client.response().status == 100)
        #expect(try client.response().body == "POST /e abc")
    }

    @Test func refusesWithoutAskingForTheBody() throws {
        let server = try LoopbackServer { exchange in
            exchange.respondSimple(status: 403, body: Array("no".utf8))
            return echo(exchange)
        }
        let client = try server.connect()
        try client.send("POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        let response = try client.response()
        #expect(response.status == 403 && response.body == "no" && response.header("Connection") == "close")
        #expect(try client.hasEnded())
    }

    @Test func holdsTheClientBackWhileReadingIsPaused() throws {
        let total = 32 << 20
        let received = Mutex(0)
        let paused = Occurrence<Carried>()
        let server = try LoopbackServer { exchange in
            RecordingHandler(exchange) { what, exchange in
                switch what {
                case .body(let count):
                    let (before, after) = received.withLock { sum in
                        sum += count
                        return (sum - count, sum)
                    }
                    if before == 0 || after == total {
                        exchange.pauseReading()
                        paused.set(Carried(exchange: exchange))
                    }
                case .ended: exchange.respondSimple(status: 200, body: Array("\(received.withLock { $0 })".utf8))
                default: break
                }
            }
        }
        let client = try server.connect()
        try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(total)\r\n\r\n")
        let sender = try LoopThread(name: "sender")
        sender.loop.submit { try? client.send([UInt8](repeating: 1, count: total)) }
        let carried = paused.wait()
        for _ in 0..<3 { server.withServer { _ in } }
        let early = received.withLock { $0 }
        #expect(early <= 64 * 1024, "one read's worth at most")
        server.withServer { _ in carried.exchange.resumeReading() }
        _ = paused.wait()
        sender.stop()
        server.withServer { _ in carried.exchange.resumeReading() }
        #expect(try client.response().body == "\(total)")
    }

    @Test func answersATooLongBodyWhileItIsStillComing() throws {
        let server = try LoopbackServer { _ in BufferedHandler(limit: 10) { exchange, _ in exchange.respondSimple(status: 200) } }
        let client = try server.connect()
        let total = 1 << 20
        try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(total)\r\n\r\n")
        // All of it is taken, so that no reset overtakes the answer.
        try client.send([UInt8](repeating: 1, count: total))
        let response = try client.response()
        #expect(response.status == 413 && response.header("Connection") == "close")
        #expect(try client.hasEnded())
    }

    @Test func takesABodyOfExactlyTheLimit() throws {
        let server = try LoopbackServer { _ in
            BufferedHandler(limit: 3) { exchange, body in exchange.respondSimple(status: 200, body: body) }
        }
        let client = try server.connect()
        try client.send(
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nabcd")
        #expect(try client.response().body == "abc")
        let second = try client.response()
        #expect(second.status == 413)
        #expect(second.header("Connection") == nil, "the whole body had come: the connection can go on")
        try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
        #expect(try client.response().body == "x")
    }
}
