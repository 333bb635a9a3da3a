public struct RequestParser: Sendable {
    public init(maxHeadBytes: Int = 65_536, maxHeaders: Int = 256) {}
    public mutating func next(_ input: Span<UInt8>, at offset: inout Int) -> RequestEvent? { fatalError() }
}
