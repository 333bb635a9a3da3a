internal import Glibc
internal import Synchronization

/// Takes signals as they come: whoever started this process may have left some blocked, and then no SIGTERM would ever arrive.
/// Called first of all.
func unblockSignals() {
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
}

/// Blocks the signals that ask for an end in this and all later threads, so that one thread can wait for them.
/// Called before any thread is started.
func holdEndSignals() {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGTERM)
    unsafe sigaddset(&set, SIGINT)
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
}

/// Waits for SIGTERM or SIGINT.
func waitForEndSignal() {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGTERM)
    unsafe sigaddset(&set, SIGINT)
    var number: Int32 = 0
    while unsafe sigwait(&set, &number) != 0 {}
}

/// Whether an end was asked for; `seconds` to wait for it at most. For loops that work and wait in turn.
func endSignalArrives(within seconds: Double) -> Bool {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGTERM)
    unsafe sigaddset(&set, SIGINT)
    var limit = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
    return unsafe sigtimedwait(&set, nil, &limit) > 0
}
