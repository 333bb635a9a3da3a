internal import CEvents

/// What of a descriptor is of interest, or ready.
public struct Interest: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// From bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// There is something to read, or the end of it.
    public static let read = Interest(rawValue: UInt8(CE_READ))
    /// There is room to write.
    public static let write = Interest(rawValue: UInt8(CE_WRITE))

    /// The peer has ended the connection, although it is not read.
    static let closed = Interest(rawValue: UInt8(CE_CLOSED))

    init(door bits: Int32) { self.init(rawValue: UInt8(truncatingIfNeeded: bits)) }
}

/// A watched descriptor. The loop keeps it until `cancel()`, which must be called before the descriptor is closed.
/// Loop thread only.
@safe public final class LoopWatch {
    private let loop: EventLoop
    private let onReady: (Interest) -> Void
    private var handle: OpaquePointer?
    /// Itself until cancelled, since the C side holds only an unretained pointer.
    private var whileWatching: LoopWatch?

    init(loop: EventLoop, descriptor: Int32, _ onReady: @escaping (Interest) -> Void) {
        self.loop = loop
        self.onReady = onReady
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe handle = ce_watch_new(
            loop.door, descriptor,
            { context, interest in
                let watch = unsafe Unmanaged<LoopWatch>.fromOpaque(context!).takeUnretainedValue()
                watch.onReady(Interest(door: interest))
            }, context)
        precondition(unsafe handle != nil, "out of memory")
        whileWatching = self
    }

    /// Changes what is of interest; an empty set pauses. Traps on a descriptor that cannot be watched: that is a fault of the
    /// caller (a closed one, or a regular file).
    public func update(_ interest: Interest) {
        loop.assertInLoop()
        guard let handle = unsafe handle else { return }
        let failure = unsafe ce_watch_update(handle, Int32(interest.rawValue))
        precondition(failure == 0, "this descriptor cannot be watched (errno \(failure))")
    }

    /// Ends it for good; also from inside its own callback.
    public func cancel() {
        guard let handle = unsafe handle else { return }
        loop.assertInLoop()
        unsafe ce_watch_free(handle)
        unsafe self.handle = nil
        whileWatching = nil
    }
}

/// A watched signal; lives as long as its loop.
@safe final class SignalWatch {
    private let work: () -> Void
    private var handle: OpaquePointer?

    init(loop: EventLoop, number: Int32, _ work: @escaping () -> Void) {
        self.work = work
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe handle = ce_signal_new(
            loop.door, number, { context in unsafe Unmanaged<SignalWatch>.fromOpaque(context!).takeUnretainedValue().work() }, context)
        precondition(unsafe handle != nil, "signal \(number) cannot be watched")
    }

    /// Must be called before the loop is freed.
    func close() {
        guard let handle = unsafe handle else { return }
        unsafe ce_signal_free(handle)
        unsafe self.handle = nil
    }
}
