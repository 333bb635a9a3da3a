public final class EventLoop: @unchecked Sendable {
    public init() throws(EventLoopError) { fatalError() }
    public func run() { fatalError() }
    public func stop() { fatalError() }
    public var inLoop: Bool { fatalError() }
    public func submit(_ work: @escaping @Sendable () -> Void) { fatalError() }
    public func afterEvents(_ work: @escaping () -> Void) { fatalError() }
    @discardableResult
    public func schedule(after nanoseconds: UInt64, _ work: @escaping () -> Void) -> LoopTimer { fatalError() }
    public func watch(_ descriptor: Int32, _ interest: Interest, _ onReady: @escaping (Interest) -> Void) -> LoopWatch { fatalError() }
    public func onSignal(_ number: Int32, _ work: @escaping () -> Void) { fatalError() }
}
public final class LoopTimer {
    public func cancel() {}
    public func reschedule(after nanoseconds: UInt64) {}
}
public struct Interest: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let read = Interest(rawValue: 1)
    public static let write = Interest(rawValue: 2)
}
public final class LoopWatch {
    public func update(_ interest: Interest) {}
    public func cancel() {}
}
public enum MonotonicClock { public static func nanoseconds() -> UInt64 { 0 } }
public enum WallClock { public static func microseconds() -> Int64 { 0 } }
public final class LoopThread: Sendable {
    public let loop: EventLoop
    public init(name: String) throws(EventLoopError) { fatalError() }
    public func stop() {}
}
public struct EventLoopError: Error {}
public enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    case tcp(host: String, port: UInt16)
    case unix(path: String)
    public init(parsing text: String) throws(EventLoopError) { fatalError() }
    public var description: String { fatalError() }
}
