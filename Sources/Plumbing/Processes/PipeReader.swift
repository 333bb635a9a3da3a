internal import Glibc
internal import Synchronization

/// The reading end of a child's output. Closed with the last reference; a child that writes then gets SIGPIPE.
public final class PipeReader: Sendable {
    private let descriptor: Descriptor
    /// Bytes read and not yet handed out.
    private let pending = Mutex<[UInt8]>([])

    init(_ descriptor: Descriptor) { self.descriptor = descriptor }

    /// The descriptor, for an event loop to watch. Belongs to this object.
    public var number: Int32 { descriptor.number }

    /// What is there, waiting for at least one byte; empty at the end of the output.
    public func read() -> [UInt8] {
        pending.withLock { pending in
            if pending.isEmpty { Self.fill(&pending, from: descriptor) }
            defer { pending = [] }
            return pending
        }
    }

    /// All until the end of the output.
    public func readToEnd() -> [UInt8] {
        pending.withLock { pending in
            while Self.fill(&pending, from: descriptor) {}
            defer { pending = [] }
            return pending
        }
    }

    /// The next line without its line break; nil at the end of the output, or when no whole line came in time.
    public func readLine(timeoutMilliseconds: Int) -> String? {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .milliseconds(timeoutMilliseconds))
        return pending.withLock { pending in
            while true {
                if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { pending.removeSubrange(...end) }
                    return String(decoding: pending[..<end], as: UTF8.self)
                }
                let remaining = clock.now.duration(to: deadline).components
                let milliseconds = Int(remaining.seconds * 1000 + remaining.attoseconds / 1_000_000_000_000_000)
                guard waitReadable(descriptor.number, timeoutMilliseconds: max(0, milliseconds)) else { return nil }
                if !Self.fill(&pending, from: descriptor) {
                    defer { pending = [] }
                    return pending.isEmpty ? nil : String(decoding: pending, as: UTF8.self)
                }
            }
        }
    }

    /// Adds what the pipe holds, waiting for at least one byte. False at the end.
    @discardableResult
    private static func fill(_ pending: inout [UInt8], from descriptor: Descriptor) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var count = unsafe Glibc.read(descriptor.number, &chunk, chunk.count)
        while count < 0 && errno == EINTR { count = unsafe Glibc.read(descriptor.number, &chunk, chunk.count) }
        guard count > 0 else { return false }
        pending.append(contentsOf: chunk[..<count])
        return true
    }
}
