internal import Glibc

/// Lets one thread, which is no loop's, wait for something that happens on another.
///
/// `@unchecked Sendable`: the semaphore is made for several threads; `value` is written before it is raised and read after.
@safe final class Waiter<Value: Sendable>: @unchecked Sendable {
    private let semaphore: UnsafeMutablePointer<sem_t>
    private var value: Value?

    init() {
        unsafe semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        unsafe sem_init(semaphore, 0, 0)
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    /// Gives the value, once.
    func give(_ value: Value) {
        self.value = value
        unsafe sem_post(semaphore)
    }

    /// Waits for the value, once.
    func wait() -> Value {
        while unsafe sem_wait(semaphore) != 0 {}  // EINTR
        guard let value else { preconditionFailure("woken without a value") }
        return value
    }
}
