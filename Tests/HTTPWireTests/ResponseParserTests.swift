import HTTPWire
import Testing

@Suite struct ResponseParserTests {
    /// What the parser made of an answer, body pieces put together.
    enum Found: Equatable {
        case head(Int, String, Headers)
        case body(String)
        case end
        /// The connection ended where that ends the body.
        case endOfConnection
        case failed
        /// The connection ended too early.
        case cut
    }

    private static func read(_ pieces: [ArraySlice<UInt8>], method: String = "GET") -> [Found] {
        var parser = ResponseParser()
        parser.begin(method: method)
        var found: [Found] = []
        for piece in pieces {
            let input = Array(piece)
            var offset = 0
            while let event = parser.next(input.span, at: &offset) {
                switch event {
                case .head(let head): found.append(.head(head.status, String(decoding: head.reason, as: UTF8.self), head.headers))
                case .body(let range):
                    let text = String(decoding: input[range], as: UTF8.self)
                    if case .body(let before) = found.last {
                        found[found.count - 1] = .body(before + text)
                    } else {
                        found.append(.body(text))
                    }
                case .end: found.append(.end)
                case .failed: found.append(.failed)
                }
            }
        }
        if found.last == .end || found.last == .failed { return found }
        return found + [parser.endsWithConnection ? .endOfConnection : .cut]
    }

    private static func read(_ text: String, method: String = "GET") -> [Found] { read([Array(text.utf8)[...]], method: method) }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answer: String
        var found: [Found]
        var method = "GET"

        init(_ name: String, _ answer: String, _ found: [Found], method: String = "GET") {
            testDescription = name
            self.answer = answer
            self.found = found
            self.method = method
        }
    }

    private static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let chunkedHead = Found.head(200, "OK", [Header("Transfer-Encoding", "chunked")])

    static let cases = [
        Case(
            "a length", "HTTP/1.1 418 I'm a  teapot\r\nContent-Length: 2\r\nX:\r\nx: \t y \r\n\r\nok",
            [.head(418, "I'm a  teapot", [Header("Content-Length", "2"), Header("X", ""), Header("x", "y")]), .body("ok"), .end]),
        Case("no reason", "HTTP/1.1 799 \r\nContent-Length: 0\r\n\r\n", [.head(799, "", [Header("Content-Length", "0")]), .end]),
        Case("not even its space", "HTTP/1.1 204\r\n\r\n", [.head(204, "", []), .end]),
        Case(
            "line ends of one byte", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
            [.head(200, "OK", [Header("Content-Length", "2")]), .body("ok"), .end]),
        Case(
            "chunks", chunked + "3;x=\"y\"\r\nabc\r\n00A \r\n0123456789\r\n0;last\r\nX-Sum: 1\r\n\r\n",
            [chunkedHead, .body("abc0123456789"), .end]),
        Case(
            "a coding before a length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
            [.head(200, "OK", [Header("Content-Length", "9"), Header("Transfer-Encoding", "chunked")]), .body("x"), .end]),
        Case("until the end", "HTTP/1.1 200 OK\r\n\r\nall of it", [.head(200, "OK", []), .body("all of it"), .endOfConnection]),
        Case(
            "interim answers", "HTTP/1.1 103 Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 X\r\n\r\n",
            [.head(103, "Hints", [Header("Link", "<x>")]), .head(100, "Continue", []), .head(204, "X", []), .end]),
        Case(
            "304 with a length", "HTTP/1.1 304 X\r\nContent-Length: 9\r\n\r\n", [.head(304, "X", [Header("Content-Length", "9")]), .end]),
        Case(
            "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", [.head(200, "OK", [Header("Content-Length", "9")]), .end],
            method: "HEAD"),
        Case("HEAD in chunks", chunked, [chunkedHead, .end], method: "HEAD"),
        Case(
            "one length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 2\r\n\r\nok",
            [.head(200, "OK", [Header("Content-Length", "2"), Header("content-length", "2")]), .body("ok"), .end]),
        Case(
            "folded lines", "HTTP/1.1 204 X\r\nA: 1\r\n  2\r\n\t3 \r\nB: x\r\n\r\n",
            [.head(204, "X", [Header("A", "1 2 3"), Header("B", "x")]), .end]),
        Case(
            "a folded length", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n 2\r\n\r\nx", [.failed]),
        Case(
            "lines that are no headers", "HTTP/1.1 204 X\r\n folded to nothing\r\nno colon\r\n behind it\r\n: no name\r\nA: 1\r\n\r\n",
            [.head(204, "X", [Header("A", "1")]), .end]),
        Case(
            "a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\nx",
            [.head(200, "OK", [Header("Content-Length", "1")]), .body("x"), .end]),
        Case(
            "switching protocols", "HTTP/1.1 101 X\r\nContent-Length: 1\r\n\r\nxyz",
            [
                .head(101, "X", [Header("Content-Length", "1")]), .body("xyz"), .endOfConnection,
            ]),
        Case("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", [.failed]),
        Case("a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx", [.failed]),
        Case("a length beyond all", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx", [.failed]),
        Case("another coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", [.failed]),
        Case("chunks twice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", [.failed]),
        Case("no size", chunked + "zz\r\n", [chunkedHead, .failed]),
        Case("a size with a sign", chunked + "+1\r\nx\r\n", [chunkedHead, .failed]),
        Case("a size beyond all", chunked + "ffffffffffffffffff\r\n", [chunkedHead, .failed]),
        Case("a chunk longer than its size", chunked + "1\r\nxy\r\n", [chunkedHead, .body("x"), .failed]),
        Case("NUL", "HTTP/1.1 200 OK\r\nA: 1\0\r\n\r\n", [.failed]),
        Case("a lone carriage return", "HTTP/1.1 200 OK\r\nA: 1\rB: 2\r\n\r\n", [.failed]),
        Case("another protocol", "SSH-2.0-x\r\n", [.failed]),
        Case("another protocol without a line end", "SSH-2.0-x", [.failed]),
        Case("an older HTTP", "HTTP/0.9 200 OK\r\n\r\n", [.failed]),
        Case("no status", "HTTP/1.1 2x0 OK\r\n\r\n", [.failed]),
        Case("a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", [.failed]),
        Case(
            "half a length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
            [
                .head(200, "OK", [Header("Content-Length", "9")]), .body("half"), .cut,
            ]),
        Case("between chunks", chunked + "4\r\nhalf\r\n", [chunkedHead, .body("half"), .cut]),
        Case("within the trailers", chunked + "1\r\nx\r\n0\r\nX: 1\r\n", [chunkedHead, .body("x"), .cut]),
        Case("half a head", "HTTP/1.1 200 OK\r\nContent-Le", [.cut]),
    ]

    @Test(arguments: cases) func readsWhatServersSend(_ answer: Case) {
        #expect(Self.read(answer.answer, method: answer.method) == answer.found)
    }

    @Test(arguments: cases) func findsTheSameHoweverTheInputIsCut(_ answer: Case) {
        let bytes = Array(answer.answer.utf8)
        for cut in bytes.indices {
            #expect(Self.read([bytes[..<cut], bytes[cut...]], method: answer.method) == answer.found, "cut at \(cut)")
        }
        #expect(Self.read(bytes.indices.map { bytes[$0...$0] }, method: answer.method) == answer.found, "byte by byte")
    }

    @Test(arguments: [
        ("HTTP/1.1 204 X\r\n\r\n", true), ("HTTP/1.1 204 X\r\nConnection: Close\r\n\r\n", false),
        ("HTTP/1.1 204 X\r\nConnection: foo, close\r\n\r\n", false), ("HTTP/1.0 204 X\r\n\r\n", false),
        ("HTTP/1.0 204 X\r\nConnection: keep-alive\r\n\r\n", true), ("HTTP/1.1 200 X\r\n\r\n", false),
    ])
    func saysWhetherTheConnectionIsKept(_ answer: String, _ keeps: Bool) {
        var parser = ResponseParser()
        parser.begin(method: "GET")
        var offset = 0
        let bytes = Array(answer.utf8)
        _ = parser.next(bytes.span, at: &offset)
        #expect(parser.keepsAlive == keeps)
    }

    @Test func beginsEachResponseAnew() {
        var parser = ResponseParser()
        func feed(_ text: String) -> Int {
            parser.begin(method: "GET")
            let bytes = Array(text.utf8)
            var offset = 0
            var events = 0
            while parser.next(bytes.span, at: &offset) != nil { events += 1 }
            return events
        }
        #expect(feed(Self.chunked + "0\r\nX-Sum: 5\r\n\r\n") == 2)
        #expect(parser.trailers == [Header("X-Sum", "5")])
        #expect(feed("HTTP/1.1 200 OK\r\nX-Cut") == 0)
        #expect(feed("HTTP/1.1 204 X\r\n\r\n") == 2)
        #expect(parser.trailers.isEmpty)
    }

    @Test func doesNotKeepAHeadWithoutEnd() {
        var parser = ResponseParser()
        parser.begin(method: "GET")
        let line = Array("X-Long: \(String(repeating: "x", count: 5000))\r\n".utf8)
        var found: ResponseEvent?
        var sent = 0
        for piece in [Array("HTTP/1.1 200 OK\r\n".utf8)] + Array(repeating: line, count: 100) {
            var offset = 0
            found = parser.next(piece.span, at: &offset)
            guard found == nil else { break }
            sent += piece.count
        }
        guard case .failed = found else { return #expect(Bool(false), "\(sent) bytes of a head were taken") }
        #expect(sent < 400_000)
    }
}
