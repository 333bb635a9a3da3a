import EventLoop
import HTTPServer
import HTTPWire
import Synchronization
import Testing

/// Clients that leave, dawdle or speak nonsense.
@Suite struct DepartureTests {
    /// Notes what handlers are told; the response is begun when the request has ended.
    private func server(limits: ServerLimits = ServerLimits(), _ told: Occurrence<[Told]>, begins: Bool = true) throws -> LoopbackServer {
        let all = Mutex<[Told]>([])
        return try LoopbackServer(limits: limits) { exchange in
            RecordingHandler(exchange) { what, exchange in
                let so = all.withLock { list in
                    list.append(what)
                    return list
                }
                if what == .ended, begins {
                    exchange.respond(status: 200, headers: [], body: .chunked)
                    exchange.write(Array("part".utf8))
                }
                if what == .left || what == .ended { told.set(so) }
            }
        }
    }

    @Test(arguments: [true, false]) func tellsWhenTheClientLeavesBeforeTheResponseIsFinished(_ begins: Bool) throws {
        let told = Occurrence<[Told]>()
        let server = try server(told, begins: begins)
        let client = try server.connect()
        try client.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = told.wait()
        if begins { _ = try client.take(through: "part") }
        client.close()
        #expect(told.wait() == [.head("GET /x"), .ended, .left])
        #expect(server.openConnections == 0)
    }

    @Test func tellsWhenTheClientLeavesWithinItsBody() throws {
        let told = Occurrence<[Told]>()
        let server = try server(told)
        let client = try server.connect()
        try client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
        client.close()
        #expect(told.wait() == [.head("POST /x"), .body(3), .left])
    }

    @Test(arguments: [false, true]) func tellsWhenAClientLeavesThatIsHeldBack(_ byReset: Bool) throws {
        let told = Occurrence<Told>()
        let server = try LoopbackServer { exchange in
            exchange.pauseReading()
            return RecordingHandler(exchange) { what, _ in
                if what == .left { told.set(what) }
            }
        }
        let client = try server.connect()
        try client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
        server.withServer { _ in }
        if byReset { client.resetOnClose() }
        client.close()
        #expect(told.wait() == .left)
        #expect(server.openConnections == 0)
    }

    @Test func forgetsClientsThatLeaveBetweenOrWithinHeads() throws {
        let server = try LoopbackServer(makeHandler: echo)
        for text in ["", "GET / HT", "\r\n"] {
            let client = try server.connect()
            try client.send(text)
            client.close()
        }
        let client = try server.connect()
        try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try client.response().status == 200)
        client.endOutput()
        #expect(try client.hasEnded())
        #expect(server.openConnections == 0)
    }

    @Test func answersAClientThatEndsItsOutputAtOnce() throws {
        let server = try LoopbackServer(makeHandler: echo)
        let client = try server.connect()
        try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try client.response().status == 200)
        client.endOutput()
        #expect(try client.hasEnded())
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: h\r\nX : 1\r\n\r\n", 400), ("\u{16}\u{3}\u{1}", 400),
        ("GET / HTTP/3.0\r\n", 505),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501), ("GET / HTTP/1.1\r\nX: 1\nY: 2\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nX: \(String(repeating: "x", count: 70_000))\r\n\r\n", 431),
        ("GET /\(String(repeating: "x", count: 70_000)) HTTP/1.1\r\n", 414),
    ])
    func refusesMalformedRequestsAndCloses(_ text: String, _ status: Int) throws {
        let server = try LoopbackServer { exchange in
            Issue.record("a handler was made for \(exchange.head.targetText)")
            return echo(exchange)
        }
        let client = try server.connect()
        try client.send(text)
        let response = try client.response()
        #expect(response.status == status && response.header("Connection") == "close" && response.body.hasSuffix("\n"))
        #expect(try client.hasEnded())
        client.close()
    }

    @Test func answersWhatCameBeforeAMalformedRequest() throws {
        let server = try LoopbackServer(makeHandler: echo)
        let client = try server.connect()
        try client.send("GET /good HTTP/1.1\r\nHost: h\r\n\r\nBAD\r\n\r\n")
        #expect(try client.response().body == "GET /good ")
        #expect(try client.response().status == 400)
        #expect(try client.hasEnded())
    }

    @Test(arguments: [true, false]) func breaksOffAtAMalformedBody(_ begun: Bool) throws {
        let told = Occurrence<Told>()
        let server = try LoopbackServer { exchange in
            RecordingHandler(exchange) { what, exchange in
                if case .head = what, begun {
                    exchange.respond(status: 200, headers: [], body: .chunked)
                    exchange.write(Array("part".utf8))
                }
                if what == .left { told.set(what) }
            }
        }
        let client = try server.connect()
        try client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n")
        #expect(told.wait() == .left)
        if begun {
            #expect(try client.takeAll().hasSuffix("part\r\n"), "no end of the chunks")
        } else {
            #expect(try client.response().status == 400)
            #expect(try client.hasEnded())
        }
    }

    @Test func answersASlowHeadBy408() throws {
        var limits = ServerLimits()
        limits.headTimeout = milliseconds(40)
        let server = try LoopbackServer(limits: limits, makeHandler: echo)
        let client = try server.connect()
        try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try client.response().status == 200)
        let start = MonotonicClock.nanoseconds()
        try client.send("GET / HTTP/1.1\r\nX: ")
        let response = try client.response()
        #expect(response.status == 408 && response.header("Connection") == "close")
        #expect(MonotonicClock.nanoseconds() - start >= milliseconds(40))
        #expect(try client.hasEnded())
    }

    @Test func givesAHeadNoMoreTimeForDribbling() throws {
        var limits = ServerLimits()
        limits.headTimeout = milliseconds(60)
        let server = try LoopbackServer(limits: limits, makeHandler: echo)
        let client = try server.connect()
        let dribbler = try LoopThread(name: "dribbler")
        // A byte each 5 ms would never end; the time counts from the first.
        dribbler.loop.submit {
            @Sendable func dribble() {
                guard (try? client.send("x")) != nil else { return }
                dribbler.loop.schedule(after: milliseconds(5)) { dribble() }
            }
            dribble()
        }
        #expect(try client.response().status == 408)
        dribbler.stop()
    }

    @Test func answersAStalledBodyBy408AndTellsTheHandler() throws {
        var limits = ServerLimits()
        limits.stallTimeout = milliseconds(40)
        let told = Occurrence<[Told]>()
        let server = try server(limits: limits, told)
        let client = try server.connect()
        try client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
        #expect(try client.response().status == 408)
        #expect(told.wait() == [.head("POST /x"), .body(3), .left])
        #expect(try client.hasEnded())
    }

    @Test func setsNoLimitOnTheHandlersTime() throws {
        var limits = ServerLimits()
        limits.stallTimeout = milliseconds(10)
        limits.headTimeout = milliseconds(10)
        limits.idleTimeout = milliseconds(10)
        let server = try LoopbackServer(limits: limits) { _ in
            BufferedHandler(limit: 10) { exchange, _ in
                let carried = Carried(exchange: exchange)
                guard let loop = Self.loop.withLock({ $0 }) else { return }
                loop.schedule(after: milliseconds(60)) { carried.exchange.respondSimple(status: 200) }
            }
        }
        Self.loop.withLock { $0 = server.thread.loop }
        let client = try server.connect()
        try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try client.response().status == 200)
    }

    private static let loop = Mutex<EventLoop?>(nil)
}
