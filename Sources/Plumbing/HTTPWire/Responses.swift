/// How a response's body is delimited on the wire.
public enum ResponseFraming: Sendable, Hashable {
    /// `Content-Length`, exactly so many bytes follow.
    case length(Int64)
    /// The chunked transfer coding. A client of HTTP/1.0 gets `untilClose` instead.
    case chunked
    /// The body ends where the connection ends.
    case untilClose
    /// No body and no header about one, as for 204 and 304.
    case none
}

/// A response's first part.
public struct ResponseHead: Sendable, Equatable {
    /// The status, 100 to 999 (100 to 199 are no final answers).
    public var status: Int
    /// The reason phrase byte for byte; may be empty.
    public var reason: [UInt8]
    /// The header lines. `Connection`, `Keep-Alive`, `Transfer-Encoding` and `Content-Length` belong to the connection: see `serialise`.
    public var headers: Headers

    /// A head; without `reason` it has the standard phrase of its status.
    public init(status: Int, reason: [UInt8]? = nil, headers: Headers = []) {
        self.status = status
        self.reason = reason ?? Array(StatusReason.phrase(status).utf8)
        self.headers = headers
    }

    /// Appends the head as it goes on the wire, the empty line included.
    ///
    /// - `Connection`, `Keep-Alive` and `Transfer-Encoding` of `headers` are left out: they speak of another connection.
    /// - `Content-Length` keeps place and spelling where the framing is a length, but carries the framing's number; it
    ///   is added at the end where missing, and left out under any other framing.
    /// - `connection` becomes a `Connection` header.
    public func serialise(framing: ResponseFraming, connection: String?, into output: inout [UInt8]) {
        output.append(contentsOf: "HTTP/1.1 ".utf8)
        Decimal.append(Int64(status), to: &output)
        output.append(ASCII.space)
        for byte in reason { output.append(ASCII.isValue(byte) ? byte : ASCII.space) }
        Self.endLine(&output)
        var length: Int64?
        if case .length(let bytes) = framing { length = bytes }
        for index in headers.indices {
            switch headers.connectionRole(at: index) {
            case .endToEnd:
                headers.appendField(at: index, to: &output)
                Self.endLine(&output)
            case .contentLength:
                guard let bytes = length else { continue }
                if headers.withField(at: index, { _, value in Decimal.value(of: value) == bytes }) {
                    headers.appendField(at: index, to: &output)  // as it was spelled, leading zeros included
                } else {
                    headers.appendName(at: index, to: &output)
                    output.append(contentsOf: ": ".utf8)
                    Decimal.append(bytes, to: &output)
                }
                Self.endLine(&output)
                length = nil
            case .hop: continue
            }
        }
        if let length {
            output.append(contentsOf: "Content-Length: ".utf8)
            Decimal.append(length, to: &output)
            Self.endLine(&output)
        } else if framing == .chunked {
            output.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        }
        if let connection {
            output.append(contentsOf: "Connection: ".utf8)
            output.append(contentsOf: connection.utf8)
            Self.endLine(&output)
        }
        Self.endLine(&output)
    }

    private static func endLine(_ output: inout [UInt8]) {
        output.append(ASCII.carriageReturn)
        output.append(ASCII.lineFeed)
    }
}

/// Numbers as HTTP writes them.
enum Decimal {
    /// The number that digits alone make, or nil.
    static func value(of digits: Span<UInt8>) -> Int64? {
        guard !digits.isEmpty else { return nil }
        var number: Int64 = 0
        for index in 0..<digits.count {
            guard ASCII.isDigit(digits[index]) else { return nil }
            let (shifted, overflows) = number.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) = shifted.addingReportingOverflow(Int64(digits[index] - 0x30))
            guard !overflows, !overflowsToo else { return nil }
            number = sum
        }
        return number
    }

    /// Appends a number that is not negative in decimal digits, without making a String.
    static func append(_ number: Int64, to output: inout [UInt8]) {
        precondition(number >= 0, "no length or status is negative")
        let start = output.count
        var rest = number
        repeat {
            output.append(0x30 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        output[start...].reverse()
    }
}

/// The chunked transfer coding (RFC 9112 §7.1), written.
public enum ChunkEncoding {
    /// What ends a chunked body without trailers.
    public static let last: [UInt8] = Array("0\r\n\r\n".utf8)

    /// Appends what ends a chunked body with trailers. Lines that would speak of framing are left out (RFC 9110 §6.5.1).
    public static func appendLast(trailers: Headers, to output: inout [UInt8]) {
        output.append(contentsOf: "0\r\n".utf8)
        for index in trailers.indices where trailers.connectionRole(at: index) == .endToEnd {
            trailers.appendField(at: index, to: &output)
            output.append(ASCII.carriageReturn)
            output.append(ASCII.lineFeed)
        }
        output.append(ASCII.carriageReturn)
        output.append(ASCII.lineFeed)
    }

    /// Appends what stands before a chunk's bytes: its size in hexadecimal and a line end.
    public static func appendSize(_ size: Int, to output: inout [UInt8]) {
        precondition(size > 0, "a chunk of no bytes would end the body")
        var shift = (Int.bitWidth - size.leadingZeroBitCount - 1) / 4 * 4
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: size >> shift) & 0xF
            output.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
            shift -= 4
        }
        output.append(ASCII.carriageReturn)
        output.append(ASCII.lineFeed)
    }

    /// Appends one whole chunk; no bytes give no chunk.
    public static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        appendSize(bytes.count, to: &output)
        unsafe bytes.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
        output.append(ASCII.carriageReturn)
        output.append(ASCII.lineFeed)
    }
}
