internal import Glibc

extension LoopThread {
    /// Runs `work` on the loop's thread and waits for what it gives or throws. Not from the loop itself, which would wait for ever.
    public func perform<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) throws -> Value {
        precondition(!loop.inLoop, "a loop thread cannot wait for itself")
        let handoff = Handoff<Value>()
        loop.submit { handoff.put(Result { try work() }) }
        return try handoff.take().get()
    }
}

/// One value on its way from one thread to another that waits for it. The mutex guards `value`; both live as long as this object,
/// which both threads hold.
@safe
private final class Handoff<Value: Sendable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Result<Value, any Error>?

    init() {
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(arrived, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(arrived)
        unsafe pthread_mutex_destroy(mutex)
        unsafe arrived.deallocate()
        unsafe mutex.deallocate()
    }

    func put(_ result: Result<Value, any Error>) {
        unsafe pthread_mutex_lock(mutex)
        value = result
        unsafe pthread_cond_signal(arrived)
        unsafe pthread_mutex_unlock(mutex)
    }

    func take() -> Result<Value, any Error> {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let value { return value }
            unsafe pthread_cond_wait(arrived, mutex)
        }
    }
}
