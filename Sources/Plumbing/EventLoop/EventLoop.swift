internal import CEvents
internal import Glibc
internal import Synchronization

/// One thread's event loop: readiness of descriptors, timers, signals, and work handed over from other threads.
///
/// The thread that calls `run()` owns it; before `run()` the thread that sets it up does. Only `submit`, `stop` and `inLoop`
/// may be called from elsewhere. A turn of the loop is: wait for events, run their callbacks, run what `afterEvents` was given,
/// then run what `afterOutput` was given. Output of `SocketStream`s is sent after each of their callbacks, and what others wrote before
/// `afterOutput`: so all that one callback writes to a socket leaves in one system call, and waits for no other's callback.
///
/// `@unchecked Sendable`: `inbox` and `owner` are synchronised; everything else is touched by the owning thread alone.
@safe public final class EventLoop: @unchecked Sendable {
    private struct Inbox {
        var work: [@Sendable () -> Void] = []
        var isWoken = false
        var isStopping = false
    }

    /// libevent's loop. Set once in `init`; optional only because its callback needs `self`.
    private var handle: OpaquePointer?
    private let inbox = Mutex(Inbox())
    private let owner: Atomic<UInt>
    private var deferred: [() -> Void] = []
    private var afterwards: [() -> Void] = []
    private var unsent: [SocketStream] = []
    private var sending: [SocketStream] = []
    private var signals: [SignalWatch] = []

    /// Makes a loop. Throws `resources` where the process is out of descriptors or memory.
    public init() throws(EventLoopError) {
        owner = Atomic(UInt(pthread_self()))
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe handle = ce_loop_new(
            { context in unsafe Unmanaged<EventLoop>.fromOpaque(context!).takeUnretainedValue().takeInbox() }, context)
        guard unsafe handle != nil else {
            throw EventLoopError(.resources, errno: errno, "cannot make an event loop: raise the limit of open files (ulimit -n)")
        }
    }

    deinit {
        for signal in signals { signal.close() }
        if let handle = unsafe handle { unsafe ce_loop_free(handle) }
    }

    /// For the loop's own parts: the C loop.
    var door: OpaquePointer { unsafe handle! }

    /// Runs until `stop()`. Work submitted before `stop()` is run first. May be called again afterwards.
    public func run() {
        owner.store(UInt(pthread_self()), ordering: .releasing)
        while !takeStop() {
            let failure = unsafe ce_loop_turn(door, deferred.isEmpty && unsent.isEmpty && afterwards.isEmpty)
            precondition(failure == 0, "the event loop cannot wait for events (errno \(failure))")
            finishTurn()
        }
    }

    /// Ends `run()` after the work submitted so far. From any thread.
    public func stop() {
        inbox.withLock { $0.isStopping = true }
        unsafe ce_loop_wake(door)
    }

    /// Whether the calling thread owns the loop.
    public var inLoop: Bool { owner.load(ordering: .acquiring) == UInt(pthread_self()) }

    /// Runs `work` on the loop's thread, in the order of submission. From any thread, the loop's own included; never runs it
    /// inside this call.
    public func submit(_ work: @escaping @Sendable () -> Void) {
        let mustWake = inbox.withLock { inbox in
            inbox.work.append(work)
            defer { inbox.isWoken = true }
            return !inbox.isWoken
        }
        if mustWake { unsafe ce_loop_wake(door) }
    }

    /// Runs `work` once when this turn's events have been handled, before the loop waits again.
    /// What this work defers in its turn runs in the next turn, which then does not wait. Loop thread only.
    public func afterEvents(_ work: @escaping () -> Void) {
        assertInLoop()
        deferred.append(work)
    }

    /// Runs `work` once when this turn's output has been sent: for what wakes another thread, which could take this one's processor
    /// while peers wait for those bytes. Loop thread only.
    public func afterOutput(_ work: @escaping () -> Void) {
        assertInLoop()
        afterwards.append(work)
    }

    /// Runs `work` after so many nanoseconds: never early, up to about 5 ms late (the kernel's coarse clock). Loop thread only.
    @discardableResult
    public func schedule(after nanoseconds: UInt64, _ work: @escaping () -> Void) -> LoopTimer {
        assertInLoop()
        let timer = LoopTimer(loop: self, work)
        timer.reschedule(after: nanoseconds)
        return timer
    }

    /// Calls `onReady` whenever the descriptor can be read or written (or has failed, which shows as both), as long as that
    /// holds. The descriptor stays the caller's: cancel the watch before closing it. Loop thread only.
    public func watch(_ descriptor: Int32, _ interest: Interest, _ onReady: @escaping (Interest) -> Void) -> LoopWatch {
        assertInLoop()
        let watch = LoopWatch(loop: self, descriptor: descriptor, onReady)
        watch.update(interest)
        return watch
    }

    /// Calls `work` on the loop's thread whenever the process gets that signal. One loop in a process may do this. Loop thread only.
    public func onSignal(_ number: Int32, _ work: @escaping () -> Void) {
        assertInLoop()
        signals.append(SignalWatch(loop: self, number: number, work))
    }

    /// No thread owns the loop until `run()`: the one that made it is going to hand it over.
    func disown() { owner.store(0, ordering: .releasing) }

    func assertInLoop() {
        assert(inLoop, "called from a thread that does not own the event loop; use submit")
    }

    /// Has `stream` sent with the next `sendOutput`. It must not be noted twice.
    func noteUnsent(_ stream: SocketStream) { unsent.append(stream) }

    /// Sends what was written. At the end of every turn, and as soon as what is being handled will write no more.
    func sendOutput() {
        guard !unsent.isEmpty else { return }
        swap(&unsent, &sending)
        for stream in sending { stream.sendNoted() }
        sending.removeAll(keepingCapacity: true)
    }

    private func takeStop() -> Bool {
        inbox.withLock { inbox in
            guard inbox.isStopping, inbox.work.isEmpty else { return false }
            inbox.isStopping = false
            return true
        }
    }

    private func takeInbox() {
        let work = inbox.withLock { inbox in
            let work = inbox.work
            inbox.work = []
            inbox.isWoken = false
            return work
        }
        for item in work { item() }
    }

    private func finishTurn() {
        if !deferred.isEmpty {
            let work = deferred
            deferred = []
            for item in work { item() }
        }
        sendOutput()
        if !afterwards.isEmpty {
            let work = afterwards
            afterwards = []
            for item in work { item() }
        }
    }
}
