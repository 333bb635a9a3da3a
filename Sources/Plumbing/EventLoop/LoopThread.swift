internal import CEvents
internal import Glibc
internal import Synchronization

/// A named thread that runs an event loop.
public final class LoopThread: Sendable {
    /// The loop; `submit` work to it.
    public let loop: EventLoop
    private let thread: Mutex<pthread_t?>

    /// Starts the thread. The kernel shows at most 15 bytes of the name. With a `niceness` above 0 the thread gets less of a busy
    /// processor than the process's others. Throws `resources`.
    public init(name: String, niceness: Int32 = 0) throws(EventLoopError) {
        let loop = try EventLoop()
        loop.disown()
        self.loop = loop
        var thread = pthread_t()
        let start = unsafe Unmanaged.passRetained(Start(name: name, niceness: niceness, loop: loop))
        let failure = unsafe pthread_create(
            &thread, nil,
            { argument in
                let start = unsafe Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                unsafe ce_thread_name(start.name)
                // On Linux this is the calling thread alone. Where it is refused the thread is as good as any other.
                if start.niceness > 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, start.niceness) }
                start.loop.run()
                return nil
            }, start.toOpaque())
        guard failure == 0 else {
            unsafe start.release()
            throw EventLoopError(.resources, errno: failure, "cannot start the thread \(name): raise the limit of processes (ulimit -u)")
        }
        self.thread = Mutex(thread)
    }

    /// Stops the loop after the work submitted so far and waits for the thread's end. Not from the loop itself; again is harmless.
    public func stop() {
        precondition(!loop.inLoop, "a loop thread cannot wait for its own end")
        guard let thread = thread.withLock({ thread in thread.take() }) else { return }
        loop.stop()
        pthread_join(thread, nil)
    }

    private final class Start {
        let name: String
        let niceness: Int32
        let loop: EventLoop

        init(name: String, niceness: Int32, loop: EventLoop) {
            self.name = name
            self.niceness = niceness
            self.loop = loop
        }
    }
}
