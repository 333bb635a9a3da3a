import EventLoop
import Glibc
import HTTPServer
import HTTPWire
import Synchronization
import Testing

@Suite struct KeepAliveTests {
    @Test func answersRequestAfterRequestOnOneConnection() throws {
        let server = try LoopbackServer(makeHandler: echo)
        let client = try server.connect()
        for number in 1...3 {
            try client.send("POST /a/\(number)?x=%2f HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
            let response = try client.response()
            #expect(response.head == "HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n")
            #expect(response.body == "POST /a/\(number)?x=%2f hi")
        }
        #expect(server.openConnections == 1)
    }

    @Test(arguments: [
        ("HTTP/1.1", "Connection: close\r\n", "close"), ("HTTP/1.0", "", "close"), ("HTTP/1.0", "Connection: keep-alive\r\n", "keep-alive"),
    ])
    func endsTheConnectionAsTheClientWants(_ version: String, _ line: String, _ connection: String) throws {
        let server = try LoopbackServer(makeHandler: echo)
        let client = try server.connect()
        try client.send("GET / \(version)\r\nHost: h\r\n\(line)\r\n")
        let response = try client.response()
        #expect(response.header("Connection") == connection)
        #expect(response.body == "GET / ")
        if connection == "close" {
            #expect(try client.hasEnded())
        } else {
            try client.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.response().body == "GET /2 ")
        }
    }

    @Test func takesPipelinedRequestsOneAfterTheOther() throws {
        let told = Mutex<[Told]>([])
        let first = Occurrence<Carried>()
        let server = try LoopbackServer { exchange in
            RecordingHandler(exchange) { what, exchange in
                told.withLock { $0.append(what) }
                guard what == .ended else { return }
                if exchange.head.targetText == "/1" {
                    first.set(Carried(exchange: exchange))
                } else {
                    exchange.respondSimple(status: 200, body: exchange.head.target)
                }
            }
        }
        let client = try server.connect()
        try client.send(
            "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n"
        )
        let carried = first.wait()
        try client.send("GET /4 HTTP/1.1\r\nHost: h\r\n\r\n")
        server.withServer { _ in }
        #expect(told.withLock { $0 } == [.head("POST /1"), .body(3), .ended], "no later request before the first is answered")
        server.withServer { _ in carried.exchange.respondSimple(status: 201, body: Array("first".utf8)) }
        #expect(try client.response().body == "first")
        for number in 2...4 { #expect(try client.response().body == "/\(number)") }
    }

    @Test func answersManyPipelinedRequestsWithoutDepth() throws {
        let server = try LoopbackServer(makeHandler: echo)
        let client = try server.connect()
        let count = 5000
        try client.send(String(repeating: "GET / HTTP/1.1\r\nHost: h\r\n\r\n", count: count))
        for _ in 0..<count { #expect(try client.response().body == "GET / ") }
    }

    @Test func closesIdleConnections() throws {
        var limits = ServerLimits()
        limits.idleTimeout = milliseconds(30)
        let server = try LoopbackServer(limits: limits, makeHandler: echo)
        let silent = try server.connect()
        let client = try server.connect()
        try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try client.response().status == 200)
        #expect(try client.hasEnded())
        #expect(try silent.hasEnded())
    }

    @Test func servesAUnixSocket() throws {
        let path = "/tmp/understudy-server-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let server = try LoopbackServer(makeHandler: echo)
        let address = server.withServer { server in try? server.listen(.unix(path: path)) }
        #expect(address == .unix(path: path))
        let client = try RawClient(path: path)
        try client.send("GET /u HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try client.response().body == "GET /u ")
        server.withServer { server in server.shutdown(grace: 0) {} }
        #expect(unsafe access(path, F_OK) != 0)
    }

    @Test func furtherConnectionsWaitForAFreePlace() throws {
        var limits = ServerLimits()
        limits.maxConnections = 1
        let server = try LoopbackServer(limits: limits, makeHandler: echo)
        let first = try server.connect()
        try first.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try first.response().body == "GET /1 ")
        let second = try server.connect()
        try second.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(server.openConnections == 1)
        first.close()
        #expect(try second.response().body == "GET /2 ")
    }
}
