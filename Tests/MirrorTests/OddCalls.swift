import Testing

/// A call that few clients or servers make, though the standards let them.
struct OddCall: Sendable, CustomTestStringConvertible {
    var name: String
    /// What the client sends, piece by piece; `@@` stands where a mirror has its workload's name.
    var request: [[UInt8]]
    /// What production sends for each request, piece by piece.
    var answer: [[UInt8]]
    /// Whether production then ends the connection.
    var closes = false
    /// The method of each request on the connection.
    var methods = ["GET"]

    var testDescription: String { name }

    init(_ name: String, _ request: [String], _ answer: [String], closes: Bool = false, methods: [String]? = nil) {
        self.name = name
        self.request = request.map { Array($0.utf8) }
        self.answer = answer.map { Array($0.utf8) }
        self.closes = closes
        self.methods = methods ?? [String(request[0].prefix { $0 != " " })]
    }

    private static let get = ["GET @@/v1/x HTTP/1.1\r\nHost: h\r\n\r\n"]
    private static let ok = ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]
    private static let head = "HTTP/1.1 200 OK\r\n"
    private static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    /// One chunk of these bytes.
    private static func chunk(_ bytes: [UInt8], size: String? = nil) -> [UInt8] {
        Array("\(size ?? String(bytes.count, radix: 16))\r\n".utf8) + bytes + [13, 10]
    }

    static let all = framings + streams + codings + statuses + headers + requests + connections

    // MARK: Answers

    private static let framings: [OddCall] = [
        OddCall("a chunk for each byte", get, [chunked] + "hello".map { "1\r\n\($0)\r\n" } + ["0\r\n\r\n"]),
        OddCall("chunks cut within their framing", get, [chunked + "5", "\r", "\nhel", "lo", "\r\n", "0\r", "\n\r", "\n"]),
        OddCall("sizes with leading zeros and capitals", get, [chunked + "0000A\r\n0123456789\r\n0b\r\nabcdefghijk\r\n000\r\n\r\n"]),
        OddCall("chunk extensions", get, [chunked + "5;a\r\nhello\r\n1;b=c;d=\"e f\"\r\n!\r\n0;last\r\n\r\n"]),
        OddCall("trailers", get, [chunked + "5\r\nhello\r\n0\r\n", "X-Checksum: abc\r\nx-checksum: def\r\nX-Empty:\r\n\r\n"]),
        OddCall("a length and then nothing", get, [head + "Content-Length: 0\r\n\r\n"]),
        OddCall("a length with leading zeros", get, [head + "Content-Length: 0005\r\n\r\nhello"]),
        OddCall("a body that ends with the connection", get, [head + "\r\nall", " of", " it"], closes: true),
        OddCall("the same said", get, [head + "Connection: close\r\n\r\nall of it"], closes: true),
        OddCall("an empty body that ends with the connection", get, [head + "Connection: close\r\n\r\n"], closes: true),
        OddCall("an answer of HTTP/1.0", get, ["HTTP/1.0 200 OK\r\nContent-Type: a/b\r\n\r\nold"], closes: true),
        OddCall("a head cut within its lines", get, ["HTT", "P/1.1 200", " OK\r", "\nContent-", "Length: ", "2\r\n\r", "\nok"]),
    ]

    private static let streams: [OddCall] = [
        OddCall(
            "comments, names, ids and retries", get,
            [stream]
                + [
                    ": hello\n\n", "event: delta\ndata: {\"a\": 1}\nid: 7\nretry: 100\n\n", "data\n\n", "data: [DONE]\n\n",
                ].map(chunkText) + ["0\r\n\r\n"]),
        OddCall(
            "CRLF and CR line ends", get,
            [stream]
                + [
                    "data: 1\r", "\ndata: 2\r\n\r\n", "data: 3\r\r",
                ].map(chunkText) + ["0\r\n\r\n"]),
        OddCall("an event without its empty line", get, [stream, chunkText("data: [DONE]"), "0\r\n\r\n"]),
        OddCall(
            "a stream that ends with the connection", get,
            [
                head + "Content-Type: text/event-stream\r\n\r\n", "data: 1\n\n", "data: [DONE]\n\n",
            ], closes: true),
        with(OddCall("characters cut across chunks", get, [stream, "0\r\n\r\n"])) { call in
            call.answer.insert(contentsOf: Array("data: {\"a\":\"é – 😀\"}\n\n".utf8).map { chunk([$0]) }, at: 1)
        },
        with(OddCall("a mark of byte order", get, [stream, "0\r\n\r\n"])) { call in
            call.answer.insert(chunk([0xEF, 0xBB, 0xBF] + Array("data: 1\n\n".utf8)), at: 1)
        },
    ]

    /// Bodies in a content coding: the bytes only look like it, which shows that nobody decodes them on the way.
    private static let codings: [OddCall] = ["gzip", "br", "zstd", "deflate", "gzip, br", "x-unheard-of"].map { coding in
        with(OddCall("a body in \(coding)", ["GET @@/v1/x HTTP/1.1\r\nHost: h\r\nAccept-Encoding: \(coding), *;q=0\r\n\r\n"], [])) { call in
            let bytes: [UInt8] = [0x1F, 0x8B] + Array(0...255)
            call.answer = [
                Array((head + "Content-Encoding: \(coding)\r\nContent-Length: \(bytes.count)\r\nVary: Accept-Encoding\r\n\r\n").utf8),
                bytes,
            ]
        }
    }

    private static let statuses: [OddCall] = [
        OddCall("early hints", get, ["HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>\r\n\r\n"] + ok),
        OddCall(
            "several interim answers", get,
            [
                "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 199 Odd\r\nX: 1\r\n\r\n",
            ] + ok),
        OddCall("204", get, ["HTTP/1.1 204 No Content\r\nETag: \"x\"\r\n\r\n"]),
        OddCall(
            "304 with the length of what it does not send", get, ["HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 99\r\n\r\n"]),
        OddCall("HEAD with a length", ["HEAD @@/v1/x HTTP/1.1\r\nHost: h\r\n\r\n"], [head + "Content-Length: 12345\r\n\r\n"]),
        OddCall("HEAD with a coding", ["HEAD @@/v1/x HTTP/1.1\r\nHost: h\r\n\r\n"], [head + "Transfer-Encoding: chunked\r\nX: 1\r\n\r\n"]),
        OddCall(
            "a redirect with a body", get, ["HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 4\r\n\r\ngone"]),
        OddCall(
            "a redirect of a POST", ["POST @@/v1/x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"],
            [
                "HTTP/1.1 303 See Other\r\nLocation: /v1/y\r\nContent-Length: 0\r\n\r\n"
            ]),
        OddCall(
            "401 with challenges", get,
            [
                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"a\"\r\nWWW-Authenticate: Basic\r\nContent-Length: 2\r\n\r\n{}"
            ]),
        OddCall(
            "417 without an expectation", ["POST @@/v1/x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"],
            [
                "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno"
            ]),
        OddCall(
            "429 with its limits", get,
            [
                "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 20\r\nx-ratelimit-limit-requests: 60\r\nx-ratelimit-remaining-tokens: 0\r\n"
                    + "x-ratelimit-reset-requests: 1s\r\nanthropic-ratelimit-requests-reset: 2026-01-01T00:00:00Z\r\nContent-Length: 2\r\n\r\n{}"
            ]),
        OddCall(
            "a date to come back at", get,
            [
                "HTTP/1.1 503 Service Unavailable\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n"
            ]),
        OddCall(
            "529 in chunks", get,
            ["HTTP/1.1 529 Site Overloaded\r\nretry-after-ms: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"]),
        OddCall("a status nobody knows, without a reason", get, ["HTTP/1.1 799 \r\nContent-Length: 1\r\n\r\nx"]),
        with(OddCall("a reason beyond ASCII", get, [])) { call in
            call.answer = [Array("HTTP/1.1 200 D'accord ".utf8) + [0xE9, 0xFF] + Array("\r\nContent-Length: 2\r\n\r\nok".utf8)]
        },
    ]

    private static let headers: [OddCall] = [
        OddCall(
            "repeated and empty headers, in their order",
            [
                "GET @@/v1/x HTTP/1.1\r\nX-A: 1\r\nHost: h\r\nx-a:\r\nX-B:2\r\nX-A:  3 \t\r\nCookie: a=b\r\nCookie: c=d\r\nX-Odd_.!#$%&'*+^`|~: t\r\n\r\n"
            ],
            [
                head
                    + "Set-Cookie: a=1; Path=/\r\nX-Empty:\r\nset-cookie: b=2\r\nX-Empty: \r\nDate:now\r\nServer:  s \r\nContent-Length: 2\r\nSet-Cookie: c\r\n\r\nok"
            ]),
        OddCall(
            "values of 6 KB", ["GET @@/v1/x HTTP/1.1\r\nHost: h\r\nX-Long: \(String(repeating: "v,", count: 3000))\r\n\r\n"],
            [
                head + "X-Long: \(String(repeating: "w;", count: 3000))\r\nContent-Length: 2\r\n\r\nok"
            ]),
        OddCall(
            "sixty headers", ["GET @@/v1/x HTTP/1.1\r\nHost: h\r\n\((1...60).map { "X-\($0): \($0)\r\n" }.joined())\r\n"],
            [
                head + (1...60).map { "Y-\($0): \($0)\r\n" }.joined() + "Content-Length: 2\r\n\r\nok"
            ]),
        with(OddCall("bytes beyond ASCII", [], ok, methods: ["GET"])) { call in
            let odd: [UInt8] = [0xE9, 0x20, 0xC3, 0xA9, 0xFF, 0x80, 0x09, 0x7E]
            call.request = [Array("GET @@/v1/x HTTP/1.1\r\nHost: h\r\nX-Odd: ".utf8) + odd + [13, 10, 13, 10]]
            call.answer = [Array((head + "X-Odd: ").utf8) + odd + Array("\r\nContent-Length: 2\r\n\r\nok".utf8)]
        },
        OddCall(
            "conditions, ranges and content's own headers",
            [
                "GET @@/v1/x HTTP/1.1\r\nHost: h\r\nIf-None-Match: W/\"a\", \"b\"\r\nRange: bytes=0-1\r\nAccept: */*;q=0.1\r\nUser-Agent:\r\nVia: 1.1 a\r\n"
                    + "Forwarded: for=1.2.3.4\r\nX-Forwarded-For: 1.2.3.4\r\nTraceparent: 00-0-0-0\r\n\r\n"
            ],
            [
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/5\r\nContent-Language: de\r\nAge: 3\r\nVia: 1.0 b\r\n"
                    + "Alt-Svc: h3=\":443\"\r\nStrict-Transport-Security: max-age=1\r\nContent-Length: 2\r\n\r\nok"
            ]),
    ]

    // MARK: Requests

    private static let requests: [OddCall] =
        [
            "/v1/x%2F%2f%00%zz", "//v1//x//", "/v1/../x/./y", "/v1/x?", "/v1/x?a=b&a=%20+&?=/?", "/?q",
            "/v1/x;p=1,2:3@4!$'()*~[]|\\^\"<>{}`",
            "/v1/" + String(repeating: "long", count: 1500),
        ].map { path in
            OddCall("the path \(path.prefix(40))", ["GET @@\(path) HTTP/1.1\r\nHost: h\r\n\r\n"], ok)
        } + [
            OddCall(
                "a chunked request",
                [
                    "POST @@/v1/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n", "5;x=y\r\nhe", "llo\r\n00",
                    "1\r\n!\r\n0\r\n\r\n",
                ], ok),
            OddCall(
                "a chunked request with trailers",
                [
                    "POST @@/v1/x HTTP/1.1\r\nHost: h\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
                    "X-Sum: 5\r\n",
                    "X-Sum:6\r\n\r\n",
                ], ok),
            OddCall("an empty chunked request", ["PUT @@/v1/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"], ok),
            OddCall(
                "a request cut everywhere",
                ["POST @@/v1/x"] + " HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello".utf8.map { String(UnicodeScalar($0)) }, ok),
            OddCall("no body with a length", ["POST @@/v1/x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"], ok),
            OddCall("no body without a length", ["POST @@/v1/x HTTP/1.1\r\nHost: h\r\n\r\n"], ok),
            OddCall(
                "GET and DELETE with a body",
                [
                    "GET @@/1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na",
                    "DELETE @@/2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nb",
                ], ok, methods: ["GET", "DELETE"]),
            OddCall(
                "a method nobody knows", ["M-SEARCH! @@/v1/x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na"], ok, methods: ["M-SEARCH!"]
            ),
            OddCall("a method in small letters", ["get @@/v1/x HTTP/1.1\r\nHost: h\r\n\r\n"], ok),
            OddCall("an asterisk's neighbours", ["OPTIONS @@/* HTTP/1.1\r\nHost: h\r\nAccess-Control-Request-Method: POST\r\n\r\n"], ok),
            OddCall("an empty line before the request", ["\r\nGET @@/v1/x HTTP/1.1\r\nHost: h\r\n\r\n"], ok, methods: ["GET"]),
            OddCall("a later minor version", ["GET @@/v1/x HTTP/1.9\r\nHost: h\r\n\r\n"], ok),
            OddCall("a request of HTTP/1.0", ["GET @@/v1/x HTTP/1.0\r\nX: 1\r\n\r\n"], ok),
            OddCall("HTTP/1.0 with a body", ["POST @@/v1/x HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi"], ok),
            OddCall(
                "HTTP/1.0 and an answer that ends with the connection", ["GET @@/v1/x HTTP/1.0\r\n\r\n"], [head + "\r\nall of it"],
                closes: true),
            OddCall(
                "HTTP/1.0 that keeps its connection",
                [
                    "GET @@/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET @@/2 HTTP/1.0\r\n\r\n",
                ], ok, methods: ["GET", "GET"]),
        ]

    private static let connections: [OddCall] = [
        OddCall(
            "pipelined requests",
            [
                "POST @@/1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET @@/2?x HTTP/1.1\r\nHost: h\r\n\r\n"
                    + "PUT @@/3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\nHEAD @@/4 HTTP/1.1\r\nHost: h\r\n\r\nGET @@/5 HTTP",
                "/1.1\r\nHost: h\r\n\r\n",
            ], [head + "Content-Length: 2\r\n\r\n"], methods: [])
    ].map { call in
        var call = call
        // HEAD is among them, so no answer has a body.
        call.answer = [Array("HTTP/1.1 204 No Content\r\nX-Answer: 1\r\n\r\n".utf8)]
        call.methods = ["POST", "GET", "PUT", "HEAD", "GET"]
        return call
    }

    private static func chunkText(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }

    private static func with(_ call: OddCall, _ change: (inout OddCall) -> Void) -> OddCall {
        var call = call
        change(&call)
        return call
    }
}
