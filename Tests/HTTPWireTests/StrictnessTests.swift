import HTTPWire
import Testing

/// What two implementations could read differently must be refused (RFC 9112, request smuggling).
@Suite struct StrictnessTests {
    @Test(arguments: [
        // The request line.
        ("GET  / HTTP/1.1", 400), ("GET /  HTTP/1.1", 400), (" GET / HTTP/1.1", 400), ("GET\t/ HTTP/1.1", 400), ("GET /", 400),
        ("GET / HTTP/1.1 ", 400), ("G(T / HTTP/1.1", 400), ("G\u{0}T / HTTP/1.1", 400), ("GET / http/1.1", 400), ("GET / HTTP/1.10", 400),
        ("GET / HTTP/11", 400), ("GET / HTTP/2.0", 505), ("PRI * HTTP/2.0", 400), ("GET / HTTP/0.9", 505), ("GET / HTTP/1", 400),
        // The target.
        ("GET * HTTP/1.1", 400), ("GET path HTTP/1.1", 400), ("GET /a#b HTTP/1.1", 400), ("GET /\u{1} HTTP/1.1", 400),
        ("GET /\u{7f} HTTP/1.1", 400), ("GET /\u{e4} HTTP/1.1", 400), ("GET http:// HTTP/1.1", 400), ("GET http:/x HTTP/1.1", 400),
        ("GET ://x/ HTTP/1.1", 400), ("CONNECT / HTTP/1.1", 400), ("CONNECT h HTTP/1.1", 400), ("CONNECT h:x HTTP/1.1", 400),
    ])
    func refusesBadRequestLines(_ line: String, _ status: Int) {
        #expect(rejection(line + "\r\nHost: h\r\n\r\n") == status)
    }

    @Test(arguments: [
        "OPTIONS * HTTP/1.1", "GET http://h/p?q HTTP/1.1", "GET http://h HTTP/1.1", "CONNECT h:443 HTTP/1.1", "GET / HTTP/1.1",
        "M-SEARCH /a|b\\c{d}\"<> HTTP/1.1", "get /%00/../x?y#".dropLast() + " HTTP/1.1", "GET / HTTP/1.7",
    ])
    func takesGoodRequestLines(_ line: String) {
        #expect(read(line + "\r\nHost: h\r\n\r\n").last == .end)
    }

    @Test(arguments: [
        // The form of lines.
        ("X : 1", 400), ("X\t: 1", 400), (" X: 1", 400), ("X", 400), (": 1", 400), ("X(: 1", 400), ("X: a\u{0}b", 400), ("X: a\rb", 400),
        ("X: a\u{8}", 400), ("X: a\u{7f}", 400), ("X: 1\r\n folded", 400), ("X: 1\r\n\tfolded", 400), ("X: 1\n", 400), ("X\u{e4}: 1", 400),
        ("X: 1\nY: 2", 400), ("X: 1\r\r", 400),
        // Lengths.
        ("Content-Length: 1\r\nContent-Length: 1", 400), ("Content-Length: 1\r\nContent-Length: 2", 400), ("Content-Length: 1, 1", 400),
        ("Content-Length: +3", 400), ("Content-Length: -1", 400), ("Content-Length: 0x3", 400), ("Content-Length: 3 3", 400),
        ("Content-Length:", 400), ("Content-Length: 3.0", 400), ("Content-Length: 9223372036854775808", 400),
        ("Content-Length: 99999999999999999999999", 400), ("content-LENGTH: \u{b}3", 400),
        // Codings.
        ("Transfer-Encoding: chunked\r\nContent-Length: 3", 400), ("Content-Length: 3\r\ntransfer-encoding: chunked", 400),
        ("Transfer-Encoding: gzip", 501), ("Transfer-Encoding: gzip, chunked", 501), ("Transfer-Encoding: identity", 501),
        ("Transfer-Encoding: xchunked", 501), ("Transfer-Encoding: chunked, gzip", 400), ("Transfer-Encoding: chunked, chunked", 400),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", 400), ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400),
        ("Transfer-Encoding:", 400), ("Transfer-Encoding: ,", 400), ("Transfer-Encoding: chunked;q=1", 501),
        ("Transfer-Encoding: \"chunked\"", 501),
        // Hosts.
        ("Host: h", 400), ("Host: other", 400),
    ])
    func refusesBadHeaders(_ lines: String, _ status: Int) {
        #expect(rejection("POST / HTTP/1.1\r\nHost: h\r\n\(lines)\r\n\r\n") == status)
    }

    @Test(arguments: [
        ("", 400), ("Host: a\r\nHost: a\r\n", 400), ("Host: a b\r\n", 400), ("Host: a/b\r\n", 400), ("Host: u@h\r\n", 400),
        ("Host: a,b\"\r\n", 400),
    ])
    func refusesAbsentDoubledOrBadHosts(_ lines: String, _ status: Int) {
        #expect(rejection("GET / HTTP/1.1\r\n\(lines)\r\n") == status)
    }

    @Test(arguments: ["", "h", "h:80", "[::1]:8080", "xn--a.example", "127.0.0.1"])
    func takesGoodHosts(_ host: String) {
        #expect(read("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").last == .end)
    }

    @Test func codingIsRefusedInHTTP10() {
        #expect(rejection("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400)
        #expect(rejection("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == 400)
    }

    @Test(arguments: [
        "x\r\n", "\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", " 1\r\n", "1 \r\n", "1 2\r\n", "1,\r\n", "1;a=\u{0}\r\n", "1;a\rb\r\n", "1\n",
        "8000000000000000\r\n",
        "fffffffffffffffff\r\n", "1\r\nab\r\n", "1\r\na\n", "1\r\na\rX", "0\r\n X: 1\r\n", "0\r\nX : 1\r\n", "0\r\n\n",
    ])
    func refusesBadChunks(_ chunks: String) {
        #expect(rejection("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks) == 400)
    }

    @Test func saysNothingMoreAfterARejection() {
        #expect(read("BAD\r\nGET / HTTP/1.0\r\n\r\n").count == 1)
    }

    @Test func tellsClientsOfOtherProtocolsByTheirFirstByte() {
        #expect(rejection("\u{16}\u{3}\u{1}") == 400)
    }

    @Test func byteClassesAreThoseOfTheStandard() {
        let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8.min...UInt8.max {
            let name = [UInt8]("GET / HTTP/1.0\r\nX".utf8) + [byte] + Array(": 1\r\n\r\n".utf8)
            let isToken = read([name[...]]).last == .end
            // A colon ends the name, and all after it is value.
            #expect(isToken == (token.contains(byte) || byte == 0x3A), "byte \(byte) in a name")
            let value = [UInt8]("GET / HTTP/1.0\r\nX: a".utf8) + [byte] + Array("b\r\n\r\n".utf8)
            #expect((read([value[...]]).last == .end) == (byte == 9 || byte >= 0x20 && byte != 0x7F), "byte \(byte) in a value")
        }
    }
}
