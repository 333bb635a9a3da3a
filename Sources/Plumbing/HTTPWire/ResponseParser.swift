/// A response's head as it came.
public struct ReceivedHead: Sendable {
    /// The status, 100 to 999.
    public var status: Int
    /// The reason phrase byte for byte; may be empty.
    public var reason: [UInt8]
    /// The header lines, hop-by-hop ones included.
    public var headers: Headers
    /// Whether another head follows. 101 is final: without having been asked for an upgrade it is the last word of a strange server.
    public var isInterim: Bool { (100..<200).contains(status) && status != 101 }
}

/// What the parser found next.
public enum ResponseEvent: Sendable {
    /// A complete head, interim or final.
    case head(ReceivedHead)
    /// Body bytes: this range of the input given to `next`.
    case body(Range<Int>)
    /// The response is complete; bytes after it answer nothing that was asked.
    case end
    /// This is no response that can be read; says why in a few words. Nothing comes after it.
    case failed(String)
}

/// A client's side of HTTP/1.1 as a machine without I/O: bytes in, events out.
///
/// Where a request parser must refuse, a client takes what servers send: lines that end without a carriage return, folded lines
/// (RFC 9112 §5.2 lets a proxy unfold them), lines without a colon, which are left out. Not what two readers could read differently
/// about the body's length: two lengths that differ, a length that is no number, a coding that is not known. A body never ends by
/// chance: `next` says `.end` only where the framing does, and who reads asks `endsWithConnection` when the connection has ended.
public struct ResponseParser: Sendable {
    private enum Phase: Sendable, Equatable {
        case statusLine
        case headerLines
        case body(remaining: Int64)
        case bodyUntilEnd
        case chunkSize
        case chunk(remaining: Int64)
        case chunkEnd
        case trailerLines
        case complete
        case over
    }

    private struct Failure: Error {
        var reason: String
    }

    /// The most bytes of one head, of one body's trailers, or of one chunk's line.
    private static let maxLineBytes = 300 * 1024

    private var phase = Phase.over
    private var isAnswerToHead = false
    private var cutLine: [UInt8] = []
    /// Bytes of this head or of these trailers so far.
    private var countedBytes = 0
    private var head = ReceivedHead(status: 0, reason: [], headers: [])
    private var isHTTP10 = false
    private var hasLength = false
    private var hasCoding = false
    private var hasConnection = false
    /// The last line was a header that a folded line may continue.
    private var isContinuable = false
    /// What followed the chunked body of the response that has just ended.
    public private(set) var trailers = Headers()
    /// Whether the server keeps the connection after this response. Valid from its final head on.
    public private(set) var keepsAlive = false

    /// A parser that awaits `begin`.
    public init() {}

    /// Begins the response to a request; nothing of an earlier one is left.
    public mutating func begin(method: String) {
        phase = .statusLine
        isAnswerToHead = method == "HEAD"
        cutLine.removeAll(keepingCapacity: true)
        countedBytes = 0
        keepsAlive = false
        if !trailers.isEmpty { trailers = Headers() }
    }

    /// Whether the connection's end is the end of a whole response.
    public var endsWithConnection: Bool { phase == .bodyUntilEnd }

    /// The next event of `input` from `offset` on, which moves behind what was consumed; nil if more input is needed.
    ///
    /// Call it until it gives nil, also at the end of the input (`.end` needs no byte of its own).
    public mutating func next(_ input: Span<UInt8>, at offset: inout Int) -> ResponseEvent? {
        while true {
            switch phase {
            case .body(let remaining), .chunk(let remaining):
                guard offset < input.count else { return nil }
                let start = offset
                offset += Int(min(remaining, Int64(input.count - offset)))
                let left = remaining - Int64(offset - start)
                if case .body = phase {
                    phase = left == 0 ? .complete : .body(remaining: left)
                } else {
                    phase = left == 0 ? .chunkEnd : .chunk(remaining: left)
                }
                return .body(start..<offset)
            case .bodyUntilEnd:
                guard offset < input.count else { return nil }
                defer { offset = input.count }
                return .body(offset..<input.count)
            case .complete:
                phase = .over
                return .end
            case .over:
                return nil
            case .statusLine, .headerLines, .chunkSize, .chunkEnd, .trailerLines:
                do throws(Failure) {
                    guard let finished = try readLine(input, at: &offset) else { return nil }
                    if let head = finished { return .head(head) }
                } catch {
                    phase = .over
                    return .failed(error.reason)
                }
            }
        }
    }

    /// Handles one line; gives the head that it completes, if any. nil: the line is not there yet, what there is of it is noted.
    private mutating func readLine(_ input: Span<UInt8>, at offset: inout Int) throws(Failure) -> ReceivedHead?? {
        guard offset < input.count else { return nil }
        let start = offset
        guard let lineFeed = input.firstLineFeed(from: start) else {
            offset = input.count
            cutLine.append(copying: input.extracting(start..<offset))
            try checkLength(cutLine.count)
            if phase == .statusLine { try checkBeginning(cutLine.span) }
            return nil
        }
        offset = lineFeed + 1
        try checkLength(cutLine.count + offset - start)
        if phase != .chunkSize, phase != .chunkEnd { countedBytes += cutLine.count + offset - start }
        guard !cutLine.isEmpty else { return .some(try handle(input.extracting(start..<lineFeed))) }
        cutLine.append(copying: input.extracting(start..<lineFeed))
        let line = cutLine
        cutLine.removeAll(keepingCapacity: true)
        return .some(try handle(line.span))
    }

    private func checkLength(_ length: Int) throws(Failure) {
        guard countedBytes + length <= Self.maxLineBytes else {
            throw Failure(reason: "its head is longer than \(Self.maxLineBytes) bytes")
        }
    }

    /// What speaks another protocol need not be waited for until its line ends.
    private func checkBeginning(_ line: Span<UInt8>) throws(Failure) {
        let expected = "HTTP/1.".utf8Span.span
        for index in 0..<min(line.count, expected.count) where line[index] != expected[index] {
            throw Failure(reason: "it is no HTTP/1.1")
        }
    }

    /// `bytes` is a line without its line feed.
    private mutating func handle(_ bytes: Span<UInt8>) throws(Failure) -> ReceivedHead? {
        let hasReturn = bytes.count > 0 && bytes[bytes.count - 1] == ASCII.carriageReturn
        let line = bytes.extracting(0..<(hasReturn ? bytes.count - 1 : bytes.count))
        switch phase {
        case .statusLine:
            try beginHead(line)
            phase = .headerLines
        case .headerLines:
            guard line.isEmpty else {
                try addHeader(line)
                return nil
            }
            return try finishHead()
        case .chunkSize:
            let size = try Self.chunkSize(line)
            countedBytes = 0
            phase = size == 0 ? .trailerLines : .chunk(remaining: size)
        case .chunkEnd:
            guard line.isEmpty else { throw Failure(reason: "a chunk is longer than its size says") }
            phase = .chunkSize
        case .trailerLines:
            if line.isEmpty { phase = .complete } else { try Self.add(line, to: &trailers) }
        case .body, .bodyUntilEnd, .chunk, .complete, .over: preconditionFailure("lines are read in no such phase")
        }
        return nil
    }

    // MARK: The head

    /// `HTTP/1.1 SP 3DIGIT SP reason`; the second space is often left out where there is no reason.
    private mutating func beginHead(_ line: Span<UInt8>) throws(Failure) {
        try checkBeginning(line)
        guard line.count >= 12, ASCII.isDigit(line[7]), line[8] == ASCII.space else { throw Failure(reason: "it is no HTTP/1.1") }
        var status = 0
        for index in 9..<12 {
            guard ASCII.isDigit(line[index]) else { throw Failure(reason: "its status is no number") }
            status = status * 10 + Int(line[index] - 0x30)
        }
        guard status >= 100, line.count == 12 || line[12] == ASCII.space else { throw Failure(reason: "its status is no number") }
        isHTTP10 = line[7] == 0x30
        (hasLength, hasCoding, hasConnection, isContinuable) = (false, false, false, false)
        head = ReceivedHead(status: status, reason: [], headers: Headers())
        if line.count > 13 { head.reason.append(copying: line.extracting(13..<line.count)) }
        head.headers.reserve(bytes: 512, lines: 16)
    }

    private mutating func addHeader(_ line: Span<UInt8>) throws(Failure) {
        if ASCII.isBlank(line[0]) {
            try Self.checkValue(line)
            if isContinuable { head.headers.continueLast(line.extracting(line.trimmingBlanks(0..<line.count))) }
            return
        }
        isContinuable = try Self.add(line, to: &head.headers) { name in
            switch name.count {
            case 10 where name.equalsIgnoringCase("connection".utf8Span.span): hasConnection = true
            case 14 where name.equalsIgnoringCase("content-length".utf8Span.span): hasLength = true
            case 17 where name.equalsIgnoringCase("transfer-encoding".utf8Span.span): hasCoding = true
            default: break
            }
        }
    }

    /// Adds a line; white space before the colon is taken off, as RFC 9112 §5.1 asks of a proxy. `look` sees the name. False: the line
    /// is no header and is left out.
    @discardableResult
    private static func add(
        _ line: Span<UInt8>, to headers: inout Headers, look: (Span<UInt8>) -> Void = { _ in }
    ) throws(Failure) -> Bool {
        var colon = 0
        while colon < line.count, line[colon] != ASCII.colon { colon += 1 }
        try checkValue(line)
        guard colon < line.count else { return false }
        let name = line.extracting(line.trimmingBlanks(0..<colon))
        guard !name.isEmpty else { return false }
        look(name)
        headers.appendChecked(name: name, value: line.extracting(line.trimmingBlanks((colon + 1)..<line.count)))
        return true
    }

    /// NUL and a lone carriage return would let a value forge further lines for a reader behind us.
    private static func checkValue(_ line: Span<UInt8>) throws(Failure) {
        for index in 0..<line.count where line[index] <= ASCII.carriageReturn {
            if line[index] == 0 || line[index] == ASCII.carriageReturn { throw Failure(reason: "a control character in its head") }
        }
    }

    /// The empty line has come: decides how the body is delimited (RFC 9112 §6.3).
    private mutating func finishHead() throws(Failure) -> ReceivedHead {
        defer { head.headers = Headers() }
        countedBytes = 0
        guard !head.isInterim else {
            phase = .statusLine
            return head
        }
        keepsAlive = !isHTTP10
        if hasConnection {
            keepsAlive =
                !head.headers.hasToken("close", in: "connection")
                && (keepsAlive || head.headers.hasToken("keep-alive", in: "connection"))
        }
        phase = try bodyPhase()
        if phase == .bodyUntilEnd { keepsAlive = false }
        return head
    }

    private func bodyPhase() throws(Failure) -> Phase {
        if isAnswerToHead || head.status == 204 || head.status == 304 { return .complete }
        if hasCoding {
            let codings = head.headers.tokens(in: "transfer-encoding").filter { $0 != "identity" }
            if codings == ["chunked"] { return .chunkSize }
            guard codings.isEmpty else { throw Failure(reason: "its transfer coding is not known") }
        }
        guard hasLength, head.status != 101 else { return .bodyUntilEnd }
        let length = try announcedLength()
        return length == 0 ? .complete : .body(remaining: length)
    }

    /// One length, or the same one several times.
    private func announcedLength() throws(Failure) -> Int64 {
        var announced: Int64?
        for index in head.headers.indices where head.headers.isNamed("content-length", at: index) {
            guard let length = head.headers.withField(at: index, { _, value in Decimal.value(of: value) }) else {
                throw Failure(reason: "its length is no number")
            }
            guard announced == nil || announced == length else { throw Failure(reason: "it has two lengths") }
            announced = length
        }
        guard let announced else { throw Failure(reason: "its length is no number") }
        return announced
    }

    /// `1*HEXDIG [ chunk-ext ]` (RFC 9112 §7.1); what stands behind the size is of no interest.
    private static func chunkSize(_ line: Span<UInt8>) throws(Failure) -> Int64 {
        var size: Int64 = 0
        var index = 0
        while index < line.count, let digit = ASCII.hexValue(line[index]) {
            guard size <= Int64.max >> 4 else { throw Failure(reason: "a chunk size is too large") }
            size = size << 4 | Int64(digit)
            index += 1
        }
        guard index > 0 else { throw Failure(reason: "a chunk size is no number") }
        guard index == line.count || line[index] == 0x3B || ASCII.isBlank(line[index]) else {
            throw Failure(reason: "a chunk size is no number")
        }
        return size
    }
}

extension [UInt8] {
    mutating func append(copying span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { bytes in unsafe append(contentsOf: bytes) }
    }
}
