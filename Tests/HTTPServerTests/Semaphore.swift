import Glibc

/// A counting semaphore of the C library.
@safe final class Semaphore: @unchecked Sendable {
    private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        unsafe semaphore = .allocate(capacity: 1)
        unsafe sem_init(semaphore, 0, 0)
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    func post() { unsafe sem_post(semaphore) }

    /// Waits; traps after ten seconds, since what was to happen did not.
    func wait() {
        var deadline = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += 10
        while unsafe sem_timedwait(semaphore, &deadline) != 0 {
            precondition(errno == EINTR, "waited ten seconds for something that did not happen")
        }
    }
}
