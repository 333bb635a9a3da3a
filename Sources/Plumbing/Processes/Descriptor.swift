internal import Glibc

/// An open file descriptor, closed with its last reference. Never inherited by children.
final class Descriptor: Sendable {
    let number: Int32

    init(number: Int32) { self.number = number }

    /// Opens a file; what is created has mode 0600.
    init(opening path: String, _ flags: Int32) throws(ProcessError) {
        number = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw ProcessError(attempt: "cannot open \(path)", errno: errno) }
    }

    deinit { _ = close(number) }

    static func pipe() throws(ProcessError) -> (reading: Descriptor, writing: Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else { throw ProcessError(attempt: "cannot make a pipe", errno: errno) }
        // pipe2 is not in Swift's view of glibc. A child forked in between marks every descriptor above 2 itself.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (Descriptor(number: ends[0]), Descriptor(number: ends[1]))
    }
}

/// Waits until a descriptor can be read or has ended, at most so long. False on time-out.
@discardableResult
func waitReadable(_ descriptor: Int32, timeoutMilliseconds: Int) -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: .milliseconds(timeoutMilliseconds))
    while true {
        let remaining = clock.now.duration(to: deadline).components
        let milliseconds = max(0, remaining.seconds * 1000 + remaining.attoseconds / 1_000_000_000_000_000)
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let result = unsafe poll(&request, 1, Int32(clamping: milliseconds))
        if result > 0 { return true }
        if result == 0 && milliseconds < Int64(Int32.max) { return false }
    }
}
