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
public struct SSEParser: Sendable {
    public init() {}
    public mutating func feed(_ bytes: Span<UInt8>) -> [SSEEvent] { fatalError() }
    public mutating func feed(_ bytes: [UInt8]) -> [SSEEvent] { feed(bytes.span) }
    public var hasIncompleteEvent: Bool { fatalError() }
}
