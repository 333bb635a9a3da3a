internal import CEvents

/// A one-shot timer of a loop. While it is armed the loop keeps it, so dropping the reference does not cancel it.
/// Loop thread only.
@safe public final class LoopTimer {
    private let loop: EventLoop
    private let work: () -> Void
    private var handle: OpaquePointer?
    /// Itself while armed, since the C side holds only an unretained pointer.
    private var whileArmed: LoopTimer?

    init(loop: EventLoop, _ work: @escaping () -> Void) {
        self.loop = loop
        self.work = work
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe handle = ce_timer_new(
            loop.door, { context in unsafe Unmanaged<LoopTimer>.fromOpaque(context!).takeUnretainedValue().fire() }, context)
        precondition(unsafe handle != nil, "out of memory")
    }

    deinit { unsafe ce_timer_free(handle!) }

    /// Whether it will fire.
    public var isArmed: Bool { whileArmed != nil }

    /// Stops it; it can be armed again by `reschedule`.
    public func cancel() {
        guard whileArmed != nil else { return }
        unsafe ce_timer_stop(handle!)
        whileArmed = nil
    }

    /// Arms it anew, whether it is armed or has fired or not.
    public func reschedule(after nanoseconds: UInt64) {
        loop.assertInLoop()
        unsafe ce_timer_start(handle!, nanoseconds)
        whileArmed = self
    }

    private func fire() {
        let timer = whileArmed  // keeps self to the end of this call
        whileArmed = nil
        work()
        withExtendedLifetime(timer) {}
    }
}
