/// One event of a `text/event-stream`.
public struct SSEEvent: Sendable, Hashable {
    /// Its type; "message" where the stream names none.
    public var event: String
    /// Its data lines, joined by line feeds.
    public var data: String
    /// The last event id in force, or nil where the stream has named none.
    public var id: String?

    /// An event from its parts.
    public init(event: String = "message", data: String, id: String? = nil) {
        self.event = event
        self.data = data
        self.id = id
    }
}

/// Server-sent events as the HTML standard §9.2.6 reads them: lines end by CR, LF or CRLF, a leading byte order mark is skipped,
/// comments, `retry` and unknown fields are ignored, an event without a data line is not dispatched. Bytes that are no UTF-8 become
/// U+FFFD. The events are the same however the input is cut, also inside a character.
public struct SSEParser: Sendable {
    private var cutLine: [UInt8] = []
    private var skipsLineFeed = false
    private var isFirstLine = true
    private var eventType = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var lastID: String?

    /// A parser at the beginning of a stream.
    public init() {}

    /// Whether something came after the last complete event: at the stream's end, an event that was cut off.
    public var hasIncompleteEvent: Bool { hasData || !cutLine.isEmpty }

    /// The events that these bytes complete.
    public mutating func feed(_ bytes: [UInt8]) -> [SSEEvent] { feed(bytes.span) }

    /// The events that these bytes complete.
    public mutating func feed(_ bytes: Span<UInt8>) -> [SSEEvent] {
        var events: [SSEEvent] = []
        var start = 0
        if skipsLineFeed, !bytes.isEmpty {
            skipsLineFeed = false
            if bytes[0] == ASCII.lineFeed { start = 1 }
        }
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == ASCII.lineFeed || byte == ASCII.carriageReturn else {
                index += 1
                continue
            }
            take(bytes.extracting(start..<index), &events)
            index += 1
            if byte == ASCII.carriageReturn {
                if index == bytes.count { skipsLineFeed = true } else if bytes[index] == ASCII.lineFeed { index += 1 }
            }
            start = index
        }
        unsafe bytes.extracting(start..<bytes.count).withUnsafeBufferPointer { unsafe cutLine.append(contentsOf: $0) }
        return events
    }

    private mutating func take(_ end: Span<UInt8>, _ events: inout [SSEEvent]) {
        if cutLine.isEmpty {
            handle(end, &events)
        } else {
            unsafe end.withUnsafeBufferPointer { unsafe cutLine.append(contentsOf: $0) }
            let line = cutLine
            cutLine.removeAll()
            handle(line.span, &events)
        }
    }

    private mutating func handle(_ whole: Span<UInt8>, _ events: inout [SSEEvent]) {
        var start = 0
        if isFirstLine {
            isFirstLine = false
            if whole.count >= 3, whole[0] == 0xEF, whole[1] == 0xBB, whole[2] == 0xBF { start = 3 }
        }
        guard start < whole.count else { return dispatch(&events) }
        let line = whole.extracting(start..<whole.count)
        var colon = 0
        while colon < line.count, line[colon] != ASCII.colon { colon += 1 }
        let field = line.extracting(0..<colon)
        var valueStart = min(colon + 1, line.count)
        if valueStart < line.count, line[valueStart] == ASCII.space { valueStart += 1 }
        let value = line.extracting(valueStart..<line.count)
        if field.isExactly("data") {
            if hasData { data.append(ASCII.lineFeed) }
            hasData = true
            unsafe value.withUnsafeBufferPointer { unsafe data.append(contentsOf: $0) }
        } else if field.isExactly("event") {
            eventType = String(copying: value)
        } else if field.isExactly("id"), !value.indices.contains(where: { value[$0] == 0 }) {
            lastID = String(copying: value)
        }
    }

    private mutating func dispatch(_ events: inout [SSEEvent]) {
        if hasData {
            events.append(
                SSEEvent(event: eventType.isEmpty ? "message" : eventType, data: String(decoding: data, as: UTF8.self), id: lastID))
        }
        eventType = ""
        data.removeAll(keepingCapacity: true)
        hasData = false
    }
}

extension Span where Element == UInt8 {
    fileprivate func isExactly(_ text: String) -> Bool {
        let other = text.utf8Span.span
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }
}
