internal import Glibc

/// One value, or the error instead of it, on its way from one thread to another that waits for it.
///
/// The mutex guards `value`; mutex and condition live as long as this object, which both threads hold.
@safe
public final class Handoff<Value: Sendable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Result<Value, any Error>?

    /// Nothing is there yet.
    public init() {
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(arrived, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(arrived)
        unsafe pthread_mutex_destroy(mutex)
        unsafe arrived.deallocate()
        unsafe mutex.deallocate()
    }

    /// Hands the result over. Called once.
    public func put(_ result: Result<Value, any Error>) {
        unsafe pthread_mutex_lock(mutex)
        value = result
        unsafe pthread_cond_signal(arrived)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Waits for the result.
    public func take() -> Result<Value, any Error> {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let value { return value }
            unsafe pthread_cond_wait(arrived, mutex)
        }
    }
}
