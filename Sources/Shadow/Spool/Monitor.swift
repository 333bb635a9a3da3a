internal import Glibc

/// A value behind a lock on which threads can also wait for a change, which `Mutex` does not offer.
///
/// `@unchecked Sendable`: the value is only touched with the lock held. `@safe`: the C objects are made and destroyed with
/// the monitor and never leave it.
@safe
final class Monitor<Value: Sendable>: @unchecked Sendable {
    /// Who is woken: the thread that does the work, the one that looks in from time to time, or whoever waits for work to be done.
    enum Channel { case work, watch, rest }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let work: UnsafeMutablePointer<pthread_cond_t>
    private let watch: UnsafeMutablePointer<pthread_cond_t>
    private let rest: UnsafeMutablePointer<pthread_cond_t>
    private var value: Value

    init(_ value: Value) {
        self.value = value
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe work = Monitor.makeCondition()
        unsafe watch = Monitor.makeCondition()
        unsafe rest = Monitor.makeCondition()
    }

    deinit {
        unsafe pthread_cond_destroy(work)
        unsafe work.deallocate()
        unsafe pthread_cond_destroy(watch)
        unsafe watch.deallocate()
        unsafe pthread_cond_destroy(rest)
        unsafe rest.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// A condition whose deadlines are on the monotonic clock.
    private static func makeCondition() -> UnsafeMutablePointer<pthread_cond_t> {
        let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        unsafe condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
        return unsafe condition
    }

    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(&value)
    }

    /// Wakes everybody who waits on a channel.
    func wake(_ channel: Channel) { unsafe pthread_cond_broadcast(condition(of: channel)) }

    private func condition(of channel: Channel) -> UnsafeMutablePointer<pthread_cond_t> {
        switch channel {
        case .work: unsafe work
        case .watch: unsafe watch
        case .rest: unsafe rest
        }
    }

    /// Waits until the value is ready or the time is over (nil: as long as it takes), then works on it.
    func wait<Result>(
        on channel: Channel, nanoseconds: UInt64? = nil, until isReady: (Value) -> Bool, then body: (inout Value) -> Result
    ) -> Result {
        var deadline = timespec()
        if let nanoseconds {
            unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
            let total = UInt64(deadline.tv_nsec) + nanoseconds % 1_000_000_000
            deadline.tv_sec += Int(nanoseconds / 1_000_000_000 + total / 1_000_000_000)
            deadline.tv_nsec = Int(total % 1_000_000_000)
        }
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        let condition = unsafe condition(of: channel)
        while !isReady(value) {
            if nanoseconds == nil {
                unsafe pthread_cond_wait(condition, mutex)
            } else if unsafe pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
                break
            }
        }
        return body(&value)
    }
}

/// A thread of the system's own, for work that blocks; `join()` must be called once.
struct SystemThread: Sendable {
    private let thread: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        final class Box {
            let body: @Sendable () -> Void

            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let box = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
        let result = unsafe pthread_create(
            &thread, nil,
            { context in
                unsafe Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
                return nil
            }, box)
        precondition(result == 0, "the system refuses a thread")
        self.thread = thread
    }

    func join() { pthread_join(thread, nil) }
}
