import HTTPWire
import Testing

@Suite struct RequestParserTests {
    @Test func readsHeadBodyAndEnd() {
        #expect(
            read("POST /v1/chat?x=%2F&y=a+b HTTP/1.1\r\nHost: h:80\r\nX-Odd:  two  words \t\r\nContent-Length: 5\r\nx-odd:\r\n\r\nhello")
                == [
                    .head(
                        "POST /v1/chat?x=%2F&y=a+b", .http11,
                        [Header("Host", "h:80"), Header("X-Odd", "two  words"), Header("Content-Length", "5"), Header("x-odd", "")],
                        .length(5)),
                    .body("hello"), .end,
                ])
    }

    @Test func readsPipelinedRequestsOneAfterTheOther() {
        let found = read(
            "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPUT /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nxGET /3 HTTP/1.0\r\n\r\n")
        let host: Headers = [Header("Host", "h")]
        #expect(
            found == [
                .head("GET /1", .http11, host, .none), .end,
                .head("PUT /2", .http11, [Header("Host", "h"), Header("Content-Length", "1")], .length(1)), .body("x"), .end,
                .head("GET /3", .http10, [], .none), .end,
            ])
    }

    @Test func readsChunksWithExtensionsAndTrailers() {
        let found = read(
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "5;name=value;q=\"a b\"\r\nhello\r\n00A \t; x\r\n, world!!!\r\n0\r\nX-Checksum: abc\r\nX-More: 1\r\n\r\nGET / HTTP/1.0\r\n\r\n"
        )
        #expect(
            found == [
                .head("POST /", .http11, [Header("Host", "h"), Header("Transfer-Encoding", "Chunked")], .chunked),
                .body("hello, world!!!"), .end, .head("GET /", .http10, [], .none), .end,
            ])
    }

    @Test func keepsTrailersUntilTheNextRequest() {
        var parser = RequestParser(maxHeaders: 2)
        let chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        func feed(_ text: String) -> [RequestEvent] {
            var offset = 0
            var events: [RequestEvent] = []
            let bytes = Array(text.utf8)
            while let event = parser.next(bytes.span, at: &offset) { events.append(event) }
            return events
        }
        #expect(feed(chunked + "X-Sum:  5 \r\nx-sum: 6\r\n\r\n").count == 2)
        #expect(parser.trailers == [Header("X-Sum", "5"), Header("x-sum", "6")])
        #expect(feed(chunked + "\r\n").count == 2)
        #expect(parser.trailers.isEmpty)
        guard case .rejected(let rejection) = feed(chunked + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n").last else {
            Issue.record("more trailers than headers are allowed")
            return
        }
        #expect(rejection.status == 431)
    }

    @Test(arguments: [
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\r\nGET /b HTTP/1.1\r\nHost: h\r\nX: \u{e4}\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;e=1\r\nabc\r\n1\r\n\n\r\n0\r\nT: 1\r\n\r\nGET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX : 1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\nHost: h\n\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nbad trailer\r\n\r\n",
        "\u{16}\u{3}\u{1}TLS", "(" + String(repeating: "x", count: 1200), "GET /" + String(repeating: "x", count: 1200),
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx" + String(repeating: "x", count: 1200) + "\r\n",
    ])
    func findsTheSameHoweverTheInputIsCut(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = read(text)
        for cut in bytes.indices {
            #expect(read([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
            for second in stride(from: cut, to: bytes.count, by: max(7, bytes.count / 8)) {
                #expect(read([bytes[..<cut], bytes[cut..<second], bytes[second...]]) == whole, "cut at \(cut) and \(second)")
            }
        }
        #expect(read(bytes.indices.map { bytes[$0...$0] }) == whole, "byte by byte")
    }

    @Test func forgivesOneEmptyLineBeforeARequest() {
        #expect(read("\r\nGET / HTTP/1.0\r\n\r\n").last == .end)
        #expect(read("GET / HTTP/1.0\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n").count == 4)
        #expect(rejection("\r\n\r\nGET / HTTP/1.0\r\n\r\n") == 400)
        var parser = RequestParser()
        var offset = 0
        let event = parser.next(Array("\r\n".utf8).span, at: &offset)
        #expect(event == nil)
        #expect(parser.isBetweenRequests && !parser.isInsideHead)
    }

    @Test func refusesWhatIsTooLong() {
        let line = "GET /\(String(repeating: "a", count: 990)) HTTP/1.1\r\n"
        #expect(rejection(line) == 414)
        #expect(rejection(String(line.prefix(1002))) == 414, "without waiting for the line's end")
        #expect(rejection("GET / HTTP/1.1\r\nHost: h\r\nX: \(String(repeating: "a", count: 970))\r\n") == nil)
        #expect(rejection("GET / HTTP/1.1\r\nHost: h\r\nX: \(String(repeating: "a", count: 971))\r\n") == 431)
        #expect(rejection("GET / HTTP/1.1\r\nHost: h\r\n" + String(repeating: "A: 1\r\n", count: 19) + "\r\n") == nil)
        #expect(rejection("GET / HTTP/1.1\r\nHost: h\r\n" + String(repeating: "A: 1\r\n", count: 20) + "\r\n") == 431)
        let chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(rejection(chunked + "0\r\n" + String(repeating: "A: 1\r\n", count: 170)) == 431)
        #expect(rejection(chunked + String(repeating: "1;x=\(String(repeating: "y", count: 90))\r\nz\r\n", count: 12)) == 400)
        #expect(rejection(chunked + String(repeating: "1\r\nz\r\n", count: 2000)) == nil, "chunks without extensions are not counted")
    }
}
