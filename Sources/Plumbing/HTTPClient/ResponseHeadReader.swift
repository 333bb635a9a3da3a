internal import HTTPWire

/// A response head put together from the lines that libcurl hands over one by one, line ends included.
struct ResponseHeadReader {
    /// A head as read.
    struct Head {
        var status: Int
        var reason: [UInt8]
        var headers: Headers
        /// 101 is none: without having asked for an upgrade it is a final answer of a strange server.
        var isInterim: Bool { (100..<200).contains(status) && status != 101 }
    }

    private var lines: [UInt8] = []

    /// Takes one line; returns the head, interim or final, when the line was the empty one that ends it.
    mutating func take(_ line: Span<UInt8>) -> Head? {
        guard line.count <= 2 && (line.isEmpty || line[0] == 0x0D || line[0] == 0x0A) else {
            if lines.isEmpty { lines.reserveCapacity(1024) }
            for index in line.indices { lines.append(line[index]) }
            return nil
        }
        defer { lines.removeAll(keepingCapacity: true) }
        return ResponseHeadReader.read(lines.span)
    }

    /// Takes one line of the trailers into `trailers`.
    static func readTrailer(_ line: Span<UInt8>, to trailers: inout Headers) {
        header(line.extracting(0..<endOfLine(line, from: 0).text), to: &trailers)
    }

    /// Reads the status line and header lines; a folded line continues the value before it, as RFC 9112 §5.2 lets a proxy write it.
    private static func read(_ bytes: Span<UInt8>) -> Head {
        var head = Head(status: 0, reason: [], headers: Headers())
        head.headers.reserve(bytes: bytes.count, lines: 16)
        var unfolded: [UInt8] = []
        var start = 0
        var isFirst = true
        while start < bytes.count {
            let end = endOfLine(bytes, from: start)
            var next = end.next
            if isFirst {
                (head.status, head.reason) = statusLine(bytes.extracting(start..<end.text))
                isFirst = false
            } else if next < bytes.count, isBlank(bytes[next]) {
                unfolded.removeAll(keepingCapacity: true)
                append(bytes.extracting(start..<end.text), to: &unfolded)
                while next < bytes.count, isBlank(bytes[next]) {
                    let folded = endOfLine(bytes, from: next)
                    unfolded.append(0x20)
                    append(bytes.extracting(trimmed(bytes, next..<folded.text)), to: &unfolded)
                    next = folded.next
                }
                header(unfolded.span, to: &head.headers)
            } else {
                header(bytes.extracting(start..<end.text), to: &head.headers)
            }
            start = next
        }
        return head
    }

    private static func endOfLine(_ bytes: Span<UInt8>, from start: Int) -> (text: Int, next: Int) {
        var index = start
        while index < bytes.count, bytes[index] != 0x0A { index += 1 }
        let text = index > start && bytes[index - 1] == 0x0D ? index - 1 : index
        return (text, min(index + 1, bytes.count))
    }

    /// `HTTP/1.1 200 OK` or `HTTP/2 200`: the number after the first space, then what follows the second.
    private static func statusLine(_ line: Span<UInt8>) -> (Int, [UInt8]) {
        var index = 0
        while index < line.count, line[index] != 0x20 { index += 1 }
        while index < line.count, line[index] == 0x20 { index += 1 }
        var status = 0
        while index < line.count, line[index] >= 0x30, line[index] <= 0x39, status < 1000 {
            status = status * 10 + Int(line[index] - 0x30)
            index += 1
        }
        var reason: [UInt8] = []
        if line.count > 5, line[5] == UInt8(ascii: "2") { return (status, Array(StatusReason.phrase(status).utf8)) }
        if index < line.count { append(line.extracting((index + 1)..<line.count), to: &reason) }
        return (status, reason)
    }

    private static func header(_ line: Span<UInt8>, to headers: inout Headers) {
        var colon = 0
        while colon < line.count, line[colon] != 0x3A { colon += 1 }
        guard colon > 0, colon < line.count else { return }
        headers.append(name: line.extracting(0..<colon), value: line.extracting(trimmed(line, (colon + 1)..<line.count)))
    }

    private static func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func append(_ span: Span<UInt8>, to bytes: inout [UInt8]) {
        for index in span.indices { bytes.append(span[index]) }
    }
}
