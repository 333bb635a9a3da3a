import EventLoop
import HTTPServer
import HTTPWire
import Synchronization
import Testing

@Suite struct ShutdownTests {
    @Test func closesIdleConnectionsAndFinishesThoseInFlight() throws {
        let asked = Occurrence<Carried>()
        let server = try LoopbackServer { _ in
            BufferedHandler(limit: 10) { exchange, _ in
                if exchange.head.targetText == "/wait" {
                    asked.set(Carried(exchange: exchange))
                } else {
                    exchange.respondSimple(status: 200)
                }
            }
        }
        let idle = try server.connect()
        try idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try idle.response().status == 200)
        let busy = try server.connect()
        try busy.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
        let carried = asked.wait()

        let done = Occurrence<Bool>()
        let isDone = Mutex(false)
        server.withServer { server in
            server.shutdown(grace: milliseconds(60_000)) {
                isDone.withLock { $0 = true }
                done.set(true)
            }
        }
        #expect(try idle.hasEnded())
        #expect(throws: RawClient.Failure.self, "nobody listens any more") { try server.connect() }
        #expect(!isDone.withLock { $0 })
        server.withServer { _ in carried.exchange.respondSimple(status: 200, body: Array("late".utf8)) }
        let response = try busy.response()
        #expect(response.body == "late" && response.header("Connection") == "close")
        #expect(done.wait())
        #expect(try busy.hasEnded())
        #expect(server.openConnections == 0)
    }

    @Test func answersWhatComesOnAnIdleConnectionWithinItsGrace() throws {
        let server = try LoopbackServer(makeHandler: echo)
        let used = try server.connect()
        let unused = try server.connect()
        for client in [used, unused] {
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.response().header("Connection") == nil)
        }
        let done = Occurrence<Bool>()
        server.withServer { server in server.shutdown(grace: milliseconds(60_000), idleGrace: milliseconds(60_000)) { done.set(true) } }
        try used.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try used.response().header("Connection") == "close")
        #expect(try used.hasEnded())
        #expect(server.openConnections == 1)
        server.withServer { server in server.hasten(grace: milliseconds(60_000), idleGrace: 0) }
        #expect(try unused.hasEnded())
        #expect(done.wait())
    }

    @Test func keepsAConnectionWhoseAnswerDidNotSayThatItEnds() throws {
        let begun = Occurrence<Carried>()
        let server = try LoopbackServer { exchange in
            if exchange.head.targetText == "/echo" { return echo(exchange) }
            return BufferedHandler(limit: 10) { exchange, _ in
                exchange.respond(status: 200, headers: [], body: .chunked)
                begun.set(Carried(exchange: exchange))
            }
        }
        let client = try server.connect()
        try client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
        let carried = begun.wait()
        let done = Occurrence<Bool>()
        server.withServer { server in server.shutdown(grace: milliseconds(60_000), idleGrace: milliseconds(60_000)) { done.set(true) } }
        server.withServer { _ in carried.exchange.finish() }
        #expect(try client.response().header("Connection") == nil)
        try client.send("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try client.response().header("Connection") == "close")
        #expect(try client.hasEnded())
        #expect(done.wait())
    }

    @Test func finishesAResponseThatHasBegun() throws {
        let begun = Occurrence<Carried>()
        let server = try LoopbackServer { _ in
            BufferedHandler(limit: 10) { exchange, _ in
                exchange.respond(status: 200, headers: [], body: .chunked)
                exchange.write(Array("one".utf8))
                begun.set(Carried(exchange: exchange))
            }
        }
        let client = try server.connect()
        try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        let carried = begun.wait()
        let done = Occurrence<Bool>()
        server.withServer { server in server.shutdown(grace: milliseconds(60_000)) { done.set(true) } }
        server.withServer { _ in
            carried.exchange.write(Array("two".utf8))
            carried.exchange.finish()
        }
        #expect(try client.response().body == "onetwo")
        #expect(done.wait())
        #expect(try client.hasEnded())
    }

    @Test func closesWhatIsLeftAfterTheGrace() throws {
        let told = Occurrence<Told>()
        let server = try LoopbackServer { exchange in
            RecordingHandler(exchange) { what, _ in
                if what == .ended || what == .left { told.set(what) }
            }
        }
        let client = try server.connect()
        try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(told.wait() == .ended)
        let done = Occurrence<Bool>()
        server.withServer { server in server.shutdown(grace: milliseconds(20)) { done.set(true) } }
        #expect(told.wait() == .left)
        #expect(done.wait())
        #expect(try client.hasEnded())
    }

    @Test func isDoneAtOnceWithoutConnections() throws {
        let server = try LoopbackServer(makeHandler: echo)
        let done = Occurrence<Bool>()
        server.withServer { server in server.shutdown(grace: milliseconds(60_000)) { done.set(true) } }
        #expect(done.wait())
    }

    @Test func lettingGoOfAServerAfterItsEndFreesIt() throws {
        let freed = Mutex(false)
        final class Witness: Sendable {
            let onEnd: @Sendable () -> Void
            init(_ onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
            deinit { onEnd() }
        }
        do {
            let witness = Witness { freed.withLock { $0 = true } }
            let server = try LoopbackServer { exchange in
                withExtendedLifetime(witness) { echo(exchange) }
            }
            let client = try server.connect()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.response().status == 200)
            #expect(try client.response().status == 200)
            let done = Occurrence<Bool>()
            server.withServer { server in server.shutdown(grace: 0) { done.set(true) } }
            #expect(done.wait())
        }
        #expect(freed.withLock { $0 }, "connections, exchanges and timers hold the server no longer")
    }
}
