public import HTTPWire

/// An answer as it came over the network, kept aside for reading.
public struct CapturedAnswer: Sendable {
    /// nil when no head arrived.
    public var status: Int?
    /// The answer's header lines.
    public var headers: Headers
    /// The body in the pieces in which it came.
    public var chunks: [AnswerChunk]
    /// Whether the capture limit cut the body.
    public var truncated: Bool
    /// Whether the answer arrived to its end: false when the transfer failed, was given up, or was cut by the limit.
    public var isComplete: Bool

    /// Takes all parts as they are.
    public init(status: Int?, headers: Headers = [], chunks: [AnswerChunk] = [], truncated: Bool = false, isComplete: Bool = true) {
        self.status = status
        self.headers = headers
        self.chunks = chunks
        self.truncated = truncated
        self.isComplete = isComplete
    }
}

/// A piece of an answer's body.
public struct AnswerChunk: Sendable, Hashable {
    public var bytes: [UInt8]
    /// When it came, in nanoseconds after the leg's request was sent.
    public var atNanoseconds: UInt64

    /// Takes both parts as they are.
    public init(bytes: [UInt8], atNanoseconds: UInt64) {
        self.bytes = bytes
        self.atNanoseconds = atNanoseconds
    }
}
