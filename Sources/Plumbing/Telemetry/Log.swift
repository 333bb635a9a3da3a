internal import Glibc
internal import Synchronization

/// How much a log line matters.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    /// For whoever debugs the program itself.
    case debug
    /// What an operator wants to see on a quiet day: starts, stops, changed settings.
    case info
    /// Something is not as it should be, and the program carries on.
    case warning
    /// Something that was asked for could not be done.
    case error

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}

/// Writes log lines, `time level component message key=value`, one `write(2)` each.
///
/// Bounded in every direction, because a line may be written on a thread that serves production: a line is cut at 4,096
/// bytes (what a pipe takes at once), lines over `linesPerSecond` are left out and counted, and a line is left out rather
/// than waited for when the descriptor takes no more. Callers never pass credentials.
public final class Log: Sendable {
    /// Longest line, line end included; PIPE_BUF of Linux, up to which a write to a pipe that polls writable does not block.
    public static let maxLineBytes = 4096

    /// Lines below it are not even put together.
    public let level: LogLevel
    private let linesPerSecond: Int
    private let clock: @Sendable () -> Int64
    private let output: @Sendable ([UInt8]) -> Bool
    private let state = Mutex(Window())

    private struct Window {
        var second: Int64 = 0
        var lines = 0
        var leftOut = 0
    }

    /// A log on a descriptor; 2 is standard error.
    public convenience init(level: LogLevel = .info, descriptor: Int32 = 2, linesPerSecond: Int = 200) {
        self.init(level: level, linesPerSecond: linesPerSecond, clock: { Log.microseconds() }, output: { Log.write($0, to: descriptor) })
    }

    /// A log into a closure, which says whether it took the line. `clock` gives microseconds since the Unix epoch.
    public init(
        level: LogLevel, linesPerSecond: Int = 200, clock: @escaping @Sendable () -> Int64, output: @escaping @Sendable ([UInt8]) -> Bool
    ) {
        self.level = level
        self.linesPerSecond = linesPerSecond
        self.clock = clock
        self.output = output
    }

    /// Writes one line, if `level` is at or above the log's. `component` names the part of the program.
    public func write(
        _ level: LogLevel, _ component: StaticString, _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, String> = [:]
    ) {
        guard level >= self.level else { return }
        let now = clock()
        let leftOut: Int? = state.withLock { window in
            if now / 1_000_000 != window.second {
                window.second = now / 1_000_000
                window.lines = 0
            }
            window.lines += 1
            guard window.lines <= linesPerSecond else {
                window.leftOut += 1
                return nil
            }
            defer { window.leftOut = 0 }
            return window.leftOut
        }
        guard let leftOut else { return }
        if leftOut > 0 {
            let note = LogLine.bytes(at: now, .warning, "log", "lines were left out", ["lines": String(leftOut)])
            if !output(note) { countLeftOut(leftOut) }
        }
        if !output(LogLine.bytes(at: now, level, component.description, message(), fields())) { countLeftOut(1) }
    }

    /// `write` at `.debug`.
    public func debug(
        _ component: StaticString, _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, String> = [:]
    ) { write(.debug, component, message(), fields()) }

    /// `write` at `.info`.
    public func info(
        _ component: StaticString, _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, String> = [:]
    ) { write(.info, component, message(), fields()) }

    /// `write` at `.warning`.
    public func warning(
        _ component: StaticString, _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, String> = [:]
    ) { write(.warning, component, message(), fields()) }

    /// `write` at `.error`.
    public func error(
        _ component: StaticString, _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, String> = [:]
    ) { write(.error, component, message(), fields()) }

    private func countLeftOut(_ lines: Int) { state.withLock { $0.leftOut += lines } }

    private static func microseconds() -> Int64 {
        var now = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }

    /// Writes a line unless that would have to wait.
    private static func write(_ line: [UInt8], to descriptor: Int32) -> Bool {
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&poller, 1, 0) == 1, poller.revents & Int16(POLLOUT) != 0 else { return false }
        return unsafe line.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) } == line.count
    }
}
