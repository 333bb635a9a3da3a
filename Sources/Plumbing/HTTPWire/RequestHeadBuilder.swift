/// A head under construction: its lines are checked one by one, what they mean together when the last has come.
struct RequestHeadBuilder: Sendable {
    private var method = ""
    private var target: [UInt8] = []
    private var version = HTTPVersion.http11
    private var headers = Headers()
    private var hosts = 0
    private var contentLength: Int64?
    private var hasTransferEncoding = false
    private var hasConnection = false
    private var hasExpect = false
    private var finished: RequestHead?

    /// The header lines so far.
    var headerCount: Int { headers.count }

    /// The finished head, once.
    mutating func takeFinished() -> RequestHead? { finished.take() }

    /// `method SP request-target SP HTTP-version` (RFC 9112 §3), with exactly these two spaces.
    mutating func begin(_ line: Span<UInt8>) throws(RequestRejection) {
        self = RequestHeadBuilder()
        var index = 0
        while index < line.count, ASCII.isToken(line[index]) { index += 1 }
        guard index > 0 else { throw .notAMethod }
        guard index < line.count, line[index] == ASCII.space else { throw .badRequest("the method is not followed by one space") }
        method = String(copying: line.extracting(0..<index))
        let targetStart = index + 1
        index = targetStart
        while index < line.count, line[index] != ASCII.space { index += 1 }
        let target = line.extracting(targetStart..<index)
        guard RequestTarget.isValid(target, method: method) else { throw .badRequest("the request target is not valid") }
        guard index < line.count else { throw .badRequest("the request line has no HTTP version") }
        version = try Self.version(line.extracting((index + 1)..<line.count))
        self.target = unsafe target.withUnsafeBufferPointer { unsafe Array($0) }
        headers.reserve(bytes: 512, lines: 16)
    }

    private static func version(_ text: Span<UInt8>) throws(RequestRejection) -> HTTPVersion {
        let prefix = "HTTP/".utf8Span.span
        let malformed = RequestRejection.badRequest("the HTTP version is malformed")
        guard text.count == 8 else { throw malformed }
        for index in 0..<5 where text[index] != prefix[index] { throw malformed }
        guard ASCII.isDigit(text[5]), text[6] == 0x2E, ASCII.isDigit(text[7]) else { throw malformed }
        guard text[5] == 0x31 else { throw RequestRejection(status: 505, message: "only HTTP/1.1 and HTTP/1.0 are spoken here") }
        return text[7] == 0x30 ? .http10 : .http11
    }

    mutating func addHeader(_ line: Span<UInt8>) throws(RequestRejection) {
        let field = try HeaderLine(line)
        let name = line.extracting(0..<field.nameEnd)
        let value = line.extracting(field.value)
        switch name.count {  // nearly no header has one of these lengths, so nearly none is compared
        case 4 where name.equalsIgnoringCase("host".utf8Span.span): try noteHost(value)
        case 6 where name.equalsIgnoringCase("expect".utf8Span.span): hasExpect = true
        case 10 where name.equalsIgnoringCase("connection".utf8Span.span): hasConnection = true
        case 14 where name.equalsIgnoringCase("content-length".utf8Span.span): try noteContentLength(value)
        case 17 where name.equalsIgnoringCase("transfer-encoding".utf8Span.span): hasTransferEncoding = true
        default: break
        }
        headers.appendChecked(name: name, value: value)
    }

    private mutating func noteHost(_ value: Span<UInt8>) throws(RequestRejection) {
        hosts += 1
        guard hosts == 1 else { throw .badRequest("more than one Host header") }
        for index in 0..<value.count where !ASCII.isHost(value[index]) { throw .badRequest("the Host header is not valid") }
    }

    /// Digits only (RFC 9110 §8.6), once: even two equal lengths are refused.
    private mutating func noteContentLength(_ value: Span<UInt8>) throws(RequestRejection) {
        guard contentLength == nil else { throw .badRequest("more than one Content-Length header") }
        guard let length = Decimal.value(of: value) else { throw .badRequest("the Content-Length is not a number, or too large") }
        contentLength = length
    }

    /// The empty line has come: decides how the body is delimited (RFC 9112 §6.3) and makes the head available.
    mutating func finish() throws(RequestRejection) -> RequestFraming {
        guard hosts == 1 || version == .http10 else { throw .badRequest("the Host header is missing") }
        var framing = RequestFraming.none
        if hasTransferEncoding {
            try checkTransferEncoding()
            framing = .chunked
        } else if let contentLength {
            framing = .length(contentLength)
        }
        var keepsAlive = version == .http11
        if hasConnection {
            keepsAlive = !headers.hasToken("close", in: "connection") && (keepsAlive || headers.hasToken("keep-alive", in: "connection"))
        }
        let expectsContinue =
            hasExpect && version == .http11 && framing != .none && framing != .length(0) && headers.hasToken("100-continue", in: "expect")
        finished = RequestHead(
            method: method, target: target, version: version, headers: headers, framing: framing, keepsAlive: keepsAlive,
            expectsContinue: expectsContinue)
        headers = Headers()
        return framing
    }

    private func checkTransferEncoding() throws(RequestRejection) {
        guard version == .http11 else { throw .badRequest("Transfer-Encoding in an HTTP/1.0 request") }
        guard contentLength == nil else { throw .badRequest("both Transfer-Encoding and Content-Length") }
        var codings = 0
        var chunked = 0
        var lastIsChunked = false
        headers.forEachMember(of: "transfer-encoding") { coding in
            codings += 1
            lastIsChunked = coding.equalsIgnoringCase("chunked".utf8Span.span)
            if lastIsChunked { chunked += 1 }
        }
        guard codings > 0 else { throw .badRequest("an empty Transfer-Encoding") }
        guard chunked == 0 || lastIsChunked && chunked == 1 else { throw .badRequest("chunked is not the last transfer coding") }
        guard codings == 1, lastIsChunked else {
            throw RequestRejection(status: 501, message: "no transfer coding but chunked is known here")
        }
    }
}

/// Where name and value lie in a header line.
struct HeaderLine {
    let nameEnd: Int
    let value: Range<Int>

    /// `field-name ":" OWS field-value OWS` (RFC 9112 §5).
    init(_ line: Span<UInt8>) throws(RequestRejection) {
        var index = 0
        while index < line.count, ASCII.isToken(line[index]) { index += 1 }
        guard index > 0 else {
            throw .badRequest(ASCII.isBlank(line[0]) ? "a folded header line" : "a header line has no name")
        }
        guard index < line.count, line[index] == ASCII.colon else {
            throw .badRequest("a header name is not followed by a colon at once")
        }
        nameEnd = index
        value = line.trimmingBlanks((index + 1)..<line.count)
        for index in value where !ASCII.isValue(line[index]) { throw .badRequest("a control character in a header") }
    }
}
