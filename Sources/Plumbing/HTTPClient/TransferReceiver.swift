public import HTTPWire

/// Is told what a transfer brings. All calls come on the loop's thread, and none from inside a call to the transfer or client.
public protocol TransferReceiver: AnyObject {
    /// An interim head (1xx, not 101) before the final one. Without an implementation it is skipped.
    func responseInterim(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers)
    /// The final head. Under HTTP/2, which has no reasons, `reason` is the standard phrase.
    func responseHead(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers)
    /// More of the body: the transfer coding is taken off, a content coding is not.
    func responseBody(_ transfer: Transfer, _ bytes: [UInt8])
    /// What followed a chunked body; comes before `ended`, and only if there was something. Without an implementation it is dropped.
    func responseTrailers(_ transfer: Transfer, _ trailers: Headers)
    /// The transfer is over. Comes once, unless it was cancelled.
    func ended(_ transfer: Transfer, _ result: TransferEnd)
    /// After `write` returned false: there is room again.
    func uploadDrained(_ transfer: Transfer)
}

extension TransferReceiver {
    /// Skips it.
    public func responseInterim(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers) {}
    /// Drops them.
    public func responseTrailers(_ transfer: Transfer, _ trailers: Headers) {}
}

/// How a transfer ended.
public enum TransferEnd: Sendable, Hashable {
    /// With an answer that is whole, whatever its status.
    case complete
    /// Without one, or with one that broke off.
    case failed(TransferFailure)
}

/// Why a transfer failed.
public struct TransferFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What can go wrong on the way.
    public enum Kind: String, Sendable, CaseIterable {
        /// No connection: name not found, refused, unreachable, or not made in time.
        case connect
        /// The request's own time limit passed.
        case timeout
        /// The connection broke, or what came was not HTTP, or less than was announced.
        case broken
        /// The TLS handshake failed or the certificate is not trusted.
        case tls
        /// Anything else.
        case other
    }

    public var kind: Kind
    /// What happened, in words, with host and port but no header or body.
    public var message: String

    /// Takes both parts as they are.
    public init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
