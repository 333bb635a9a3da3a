internal import Glibc

/// A server's side of HTTP/1.1 as a machine without I/O: bytes in, events out, strict as RFC 9112 asks.
///
/// Whatever two implementations could read differently is refused, since a proxy that guesses lets requests be smuggled past
/// whoever stands before it: two lengths, a length and a coding, `+3`, a space before the colon, folded lines, a bare line feed, a
/// control character. The events are the same however the input is cut. Lines are parsed where they lie in the input; only a line
/// cut in two is copied.
public struct RequestParser: Sendable {
    enum Phase: Sendable, Equatable {
        case requestLine
        case headerLines
        case body(remaining: Int64)
        case chunkSize
        case chunk(remaining: Int64)
        case chunkEnd
        case trailerLines
        case complete
        case rejected
    }

    /// A chunk-size line with its extensions; nobody uses longer ones.
    private static let maxChunkLine = 4096

    private let maxHeadBytes: Int
    private let maxHeaders: Int
    var phase = Phase.requestLine
    private var cutLine: [UInt8] = []
    /// Bytes of this head (or, later, of its trailers or its chunk extensions) so far.
    private var countedBytes = 0
    private var skippedEmptyLine = false
    var head = RequestHeadBuilder()
    /// The trailers of the request that has just ended; valid from its `.end` on until the next request's head.
    public private(set) var trailers = Headers()

    /// A parser for one connection. A head over either limit is rejected with 431 (414 where the request line alone is too long).
    public init(maxHeadBytes: Int = 65_536, maxHeaders: Int = 256) {
        self.maxHeadBytes = maxHeadBytes
        self.maxHeaders = maxHeaders
    }

    /// Whether no byte of a next request has come yet (an empty line before it does not count).
    public var isBetweenRequests: Bool { phase == .requestLine && cutLine.isEmpty }

    /// Whether a head has begun and is not complete.
    public var isInsideHead: Bool { phase == .headerLines || phase == .requestLine && !cutLine.isEmpty }

    /// Whether the request's last byte has been consumed, so that `next` will give `.end` without further input.
    public var isRequestComplete: Bool { phase == .complete }

    /// The next event of `input` from `offset` on, which moves behind what was consumed; nil if more input is needed.
    ///
    /// Call it until it gives nil, also at the end of the input (`.end` needs no byte of its own). After `.end` the next call begins
    /// the next request: leave it until the present one has been answered.
    public mutating func next(_ input: Span<UInt8>, at offset: inout Int) -> RequestEvent? {
        while true {
            switch phase {
            case .body(let remaining):
                guard offset < input.count else { return nil }
                let range = take(remaining, of: input, at: &offset)
                let left = remaining - Int64(range.count)
                phase = left == 0 ? .complete : .body(remaining: left)
                return .body(range)
            case .chunk(let remaining):
                guard offset < input.count else { return nil }
                let range = take(remaining, of: input, at: &offset)
                let left = remaining - Int64(range.count)
                phase = left == 0 ? .chunkEnd : .chunk(remaining: left)
                return .body(range)
            case .complete:
                phase = .requestLine
                countedBytes = 0
                skippedEmptyLine = false
                return .end
            case .rejected:
                return nil
            case .requestLine, .headerLines, .chunkSize, .chunkEnd, .trailerLines:
                do {
                    guard try readLine(input, at: &offset) else { return nil }
                } catch {
                    phase = .rejected
                    return .rejected(error)
                }
                if let finished = head.takeFinished() { return .head(finished) }
            }
        }
    }

    private func take(_ remaining: Int64, of input: Span<UInt8>, at offset: inout Int) -> Range<Int> {
        let start = offset
        offset += Int(min(remaining, Int64(input.count - offset)))
        return start..<offset
    }

    /// Handles one line, or notes the part of it that is there and returns false.
    private mutating func readLine(_ input: Span<UInt8>, at offset: inout Int) throws(RequestRejection) -> Bool {
        guard offset < input.count else { return false }
        let start = offset
        if cutLine.isEmpty { try checkFirstByte(input[start]) }
        guard let lineFeed = input.firstLineFeed(from: start) else {
            offset = input.count
            try checkLength(cutLine.count + offset - start)
            unsafe input.extracting(start..<offset).withUnsafeBufferPointer { bytes in unsafe cutLine.append(contentsOf: bytes) }
            if phase == .chunkEnd, cutLine.count > 1 { throw .chunkTooLong }
            return false
        }
        offset = lineFeed + 1
        try checkLength(cutLine.count + offset - start)
        countedBytes += cutLine.count + offset - start
        if cutLine.isEmpty {
            try handle(input.extracting(start..<lineFeed))
        } else {
            unsafe input.extracting(start..<lineFeed).withUnsafeBufferPointer { bytes in unsafe cutLine.append(contentsOf: bytes) }
            let line = cutLine
            cutLine.removeAll()
            try handle(line.span)
        }
        return true
    }

    private func checkLength(_ length: Int) throws(RequestRejection) {
        switch phase {
        case .chunkSize:
            guard length <= Self.maxChunkLine, countedBytes + length <= maxHeadBytes else {
                throw .badRequest("the chunk extensions are too long")
            }
        case .chunkEnd: break
        default:
            guard countedBytes + length > maxHeadBytes else { return }
            throw RequestRejection(status: phase == .requestLine ? 414 : 431, message: "the head is longer than \(maxHeadBytes) bytes")
        }
    }

    /// What cannot become right any more is refused before its line ends, which may never come: a client that speaks something else
    /// (TLS, say), or a chunk longer than its size.
    private func checkFirstByte(_ byte: UInt8) throws(RequestRejection) {
        if phase == .requestLine, byte != ASCII.carriageReturn, !ASCII.isToken(byte) { throw .notAMethod }
        if phase == .chunkEnd, byte != ASCII.carriageReturn { throw .chunkTooLong }
    }

    /// `bytes` is a line without its line feed.
    private mutating func handle(_ bytes: Span<UInt8>) throws(RequestRejection) {
        let length = bytes.count - 1
        guard length >= 0, bytes[length] == ASCII.carriageReturn else { throw .badRequest("a line ends without a carriage return") }
        let line = bytes.extracting(0..<length)
        switch phase {
        case .requestLine:
            if line.isEmpty, !skippedEmptyLine {  // RFC 9112 §2.2: one is forgiven
                skippedEmptyLine = true
                countedBytes = 0
                return
            }
            try head.begin(line)
            if !trailers.isEmpty { trailers = Headers() }
            phase = .headerLines
        case .headerLines:
            guard line.isEmpty else {
                guard head.headerCount < maxHeaders else {
                    throw RequestRejection(status: 431, message: "more than \(maxHeaders) header lines")
                }
                return try head.addHeader(line)
            }
            countedBytes = 0
            switch try head.finish() {
            case .none, .length(0): phase = .complete
            case .length(let bytes): phase = .body(remaining: bytes)
            case .chunked: phase = .chunkSize
            }
        case .chunkSize:
            let size = try Self.chunkSize(line, countedBytes: &countedBytes)
            if size == 0 { countedBytes = 0 }
            phase = size == 0 ? .trailerLines : .chunk(remaining: size)
        case .chunkEnd:
            guard line.isEmpty else { throw .chunkTooLong }
            countedBytes -= 2
            phase = .chunkSize
        case .trailerLines:
            guard line.isEmpty else { return try addTrailer(line) }
            phase = .complete
        case .body, .chunk, .complete, .rejected:
            preconditionFailure("lines are read in no such phase")
        }
    }

    private mutating func addTrailer(_ line: Span<UInt8>) throws(RequestRejection) {
        guard trailers.count < maxHeaders else {
            throw RequestRejection(status: 431, message: "more than \(maxHeaders) trailer lines")
        }
        let field = try HeaderLine(line)
        trailers.appendChecked(name: line.extracting(0..<field.nameEnd), value: line.extracting(field.value))
    }

    /// `1*HEXDIG [ chunk-ext ]` (RFC 9112 §7.1). Only the extensions' bytes stay counted: over a whole body they are limited too, or
    /// one-byte chunks with long extensions would keep the server busy for nothing.
    private static func chunkSize(_ line: Span<UInt8>, countedBytes: inout Int) throws(RequestRejection) -> Int64 {
        var size: Int64 = 0
        var index = 0
        while index < line.count, let digit = ASCII.hexValue(line[index]) {
            guard size <= Int64.max >> 4 else { throw .badRequest("a chunk size is too large") }
            size = size << 4 | Int64(digit)
            index += 1
        }
        guard index > 0 else { throw .badRequest("a chunk size is no hexadecimal number") }
        countedBytes -= index + 2
        guard index < line.count else { return size }
        while index < line.count, ASCII.isBlank(line[index]) { index += 1 }
        guard index < line.count, line[index] == 0x3B else { throw .badRequest("something other than an extension follows a chunk size") }
        for byte in index..<line.count where !ASCII.isValue(line[byte]) {
            throw .badRequest("a control character in a chunk extension")
        }
        return size
    }
}

extension RequestRejection {
    static func badRequest(_ message: String) -> RequestRejection { RequestRejection(status: 400, message: message) }
    static var chunkTooLong: RequestRejection { .badRequest("a chunk is longer than its size says") }
    static var notAMethod: RequestRejection { .badRequest("the request line does not begin with a method") }
}

extension Span where Element == UInt8 {
    /// Where the next line feed is. The C library looks at many bytes at once.
    func firstLineFeed(from start: Int) -> Int? {
        unsafe withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress, let found = unsafe memchr(base + start, Int32(ASCII.lineFeed), bytes.count - start) else {
                return nil
            }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }
}
