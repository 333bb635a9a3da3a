import TestSupport
import Testing

@Suite struct StubUpstreamTests {
    @Test func answersByItsScriptAndRemembersRequests() throws {
        let stub = try StubUpstream { request in .text("\(request.number): \(request.text)") }
        let probe = try HTTPProbe(port: stub.port)
        try probe.send(HTTPProbe.head("POST", "/a?b=%20", headers: [("X-Odd", " spaced ")], body: Array("one".utf8)) + Array("one".utf8))
        #expect(try probe.readAnswer().text == "0: one")
        try probe.send("PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\ntwo\r\n0\r\nTrailer: t\r\n\r\n")
        let second = try probe.readAnswer()
        #expect(second.text == "1: two" && second.header("CONTENT-LENGTH") == "6" && second.status == 200)
        let requests = try stub.waitForRequests(2)
        #expect(requests.map(\.method) == ["POST", "PUT"] && requests.map(\.target) == ["/a?b=%20", "/c"])
        #expect(requests[0].header("x-odd") == "spaced" && requests.map(\.connection) == [0, 0])
        #expect(requests[0].receivedAt < requests[1].receivedAt)
        try stub.wait { $0.answered == 2 }
    }

    @Test func streamsChunksAsTheGateOpens() throws {
        let gate = Gate()
        let stub = try StubUpstream { _ in .events(["one", "two"], between: .wait(gate)) }
        let probe = try HTTPProbe(port: stub.port)
        try probe.send(HTTPProbe.head("GET", "/"))
        #expect(try probe.readHead().header("content-type") == "text/event-stream")
        #expect(try probe.read() == Array("b\r\ndata: one\n\n\r\n".utf8))
        #expect(stub.answered == 0)
        gate.open()
        #expect(try probe.read().starts(with: Array("b\r\ndata: two\n\n\r\n".utf8)))
        try stub.wait { $0.answered == 1 }
    }

    @Test func misbehavesInEveryWay() throws {
        let answers: [String: StubAnswer] = [
            "/short": StubAnswer(framing: .length(10), steps: [.send(Array("abc".utf8)), .close]),
            "/cut": StubAnswer(framing: .chunked, steps: [.send(Array("abc".utf8)), .close]),
            "/reset": StubAnswer(framing: .length(10), steps: [.send(Array("abc".utf8)), .reset]),
            "/closed": .closed, "/garbage": .raw([0, 255, 10, 13]),
            "/slow": StubAnswer(before: [.pause(milliseconds: 5)], steps: [.send(Array("slow".utf8))]),
            "/ends": StubAnswer(status: 503, framing: .untilClose, steps: [.send(Array("abc".utf8))]),
        ]
        let stub = try StubUpstream { answers[$0.target] ?? .text("?") }
        for path in ["/short", "/cut"] {
            let answer = try HTTPProbe.request(port: stub.port, path)
            #expect(answer.text == "abc" && !answer.isComplete)
        }
        #expect(throws: ProbeError.self) { try HTTPProbe.request(port: stub.port, "/closed") }
        #expect(try HTTPProbe.request(port: stub.port, "/reset").isComplete == false)
        let garbage = try HTTPProbe(port: stub.port)
        try garbage.send(HTTPProbe.head("GET", "/garbage"))
        #expect(try garbage.readToEnd() == [0, 255, 10, 13])
        #expect(try HTTPProbe.request(port: stub.port, "/slow").text == "slow")
        let ended = try HTTPProbe.request(port: stub.port, "/ends")
        #expect(ended.status == 503 && ended.text == "abc" && ended.isComplete)
    }

    @Test func noticesAClientThatLeavesAHangOrAFlood() throws {
        let stub = try StubUpstream { $0.target == "/hang" ? .hang : StubAnswer(framing: .chunked, steps: [.flood]) }
        for (number, path) in ["/hang", "/flood"].enumerated() {
            let probe = try HTTPProbe(port: stub.port)
            try probe.send(HTTPProbe.head("GET", path))
            try stub.waitForRequests(number + 1)
            probe.close()
            try stub.wait { $0.abandoned == number + 1 }
        }
        #expect(stub.answered == 0)
    }

    @Test func stopBreaksEveryConnectionAndFreesThePort() throws {
        let stub = try StubUpstream { _ in .hang }
        let probe = try HTTPProbe(port: stub.port)
        try probe.send(HTTPProbe.head("GET", "/"))
        try stub.waitForRequests(1)
        stub.stop()
        #expect(try probe.readToEnd().isEmpty)
        #expect(throws: ProbeError.self) { try HTTPProbe.request(port: stub.port, "/") }
        let again = try StubUpstream(port: stub.port) { _ in .text("back") }
        #expect(try HTTPProbe.request(port: again.port, "/").text == "back")
    }

    @Test func asksForABodyThatIsHeldBack() throws {
        let stub = try StubUpstream { .text($0.text) }
        let probe = try HTTPProbe(port: stub.port)
        try probe.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        #expect(try probe.readHead().status == 100)
        try probe.send("abc")
        #expect(try probe.readAnswer().text == "abc")
    }
}
