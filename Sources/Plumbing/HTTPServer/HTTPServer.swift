public import EventLoop
public import HTTPWire

public struct HTTPServerError: Error {}
public struct ServerLimits: Sendable {
    public var maxHeadBytes = 65_536
    public var maxHeaders = 256
    public var headTimeout: UInt64 = 15_000_000_000
    public var idleTimeout: UInt64 = 75_000_000_000
    public var stallTimeout: UInt64 = 60_000_000_000
    public var maxConnections = 16_384
    public var outputHighWater = 262_144
    public var outputLowWater = 65_536
    public init() {}
}
public final class HTTPServer {
    public init(loop: EventLoop, limits: ServerLimits = ServerLimits(), makeHandler: @escaping (Exchange) -> any ExchangeHandler) {}
    public func listen(_ address: SocketAddress, reusePort: Bool = false) throws(HTTPServerError) -> SocketAddress { fatalError() }
    public func shutdown(grace nanoseconds: UInt64, _ done: @escaping () -> Void) {}
    public var openConnections: Int { 0 }
}
public protocol ExchangeHandler: AnyObject {
    func requestBody(_ exchange: Exchange, _ bytes: [UInt8])
    func requestEnded(_ exchange: Exchange)
    func clientLeft(_ exchange: Exchange)
    func responseDrained(_ exchange: Exchange)
}
public final class Exchange {
    public let head: RequestHead
    init(head: RequestHead) { self.head = head }
    public var isOver: Bool { fatalError() }
    public func respond(status: Int, reason: [UInt8]? = nil, headers: Headers, body: ResponseFraming) {}
    @discardableResult public func write(_ bytes: [UInt8]) -> Bool { false }
    @discardableResult public func write(_ bytes: ArraySlice<UInt8>) -> Bool { false }
    public func finish() {}
    public func abort() {}
    public func pauseReading() {}
    public func resumeReading() {}
    public func respondSimple(status: Int, headers: Headers = [], body: [UInt8] = []) {}
}
public final class BufferedHandler: ExchangeHandler {
    public init(limit: Int, answer: @escaping (Exchange, [UInt8]) -> Void, onClientLeft: ((Exchange) -> Void)? = nil) {}
    public func requestBody(_ exchange: Exchange, _ bytes: [UInt8]) {}
    public func requestEnded(_ exchange: Exchange) {}
    public func clientLeft(_ exchange: Exchange) {}
    public func responseDrained(_ exchange: Exchange) {}
}
