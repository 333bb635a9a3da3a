import EventLoop
import HTTPServer
import HTTPWire
import Testing

/// Echoes method, target and body.
func echo(_ exchange: Exchange) -> any ExchangeHandler {
    BufferedHandler(limit: 1 << 20) { exchange, body in
        let text = "\(exchange.head.method) \(exchange.head.targetText) \(String(decoding: body, as: UTF8.self))"
        exchange.respondSimple(status: 200, body: Array(text.utf8))
    }
}

@Suite struct KeepAliveTests {
    @Test func answersRequestAfterRequestOnOneConnection() throws {
        let server = try LoopbackServer(makeHandler: echo)
        let client = try server.connect()
        for number in 1...3 {
            try client.send("POST /a/\(number)?x=%2f HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
            let response = try client.response()
            #expect(response.status == 200)
            #expect(response.head == "HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n")
            #expect(response.body == "POST /a/\(number)?x=%2f hi")
        }
        #expect(server.openConnections == 1)
    }
}
