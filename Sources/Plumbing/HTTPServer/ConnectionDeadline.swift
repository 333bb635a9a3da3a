internal import EventLoop

/// What a connection waits for, and until when. A later deadline leaves the timer alone: it runs out, finds that the deadline has
/// moved, and sleeps on. So a busy connection, whose deadline moves with each request, hardly ever touches it.
final class ConnectionDeadline {
    /// What is being waited for.
    enum Wait {
        /// The handler: the client owes nothing.
        case nothing
        /// That TLS is agreed on.
        case handshake
        /// The first byte of a next request.
        case idle
        /// The rest of a head.
        case head
        /// More of a body.
        case body
        /// That the client takes output.
        case output
        /// That the client closes, after an early answer.
        case linger
    }

    private let loop: EventLoop
    private let limits: ServerLimits
    private let onTimeout: (Wait) -> Void
    private var wait = Wait.nothing
    private var due = UInt64.max
    private var timer: LoopTimer?
    private var timerDue = UInt64.max

    init(loop: EventLoop, limits: ServerLimits, onTimeout: @escaping (Wait) -> Void) {
        self.loop = loop
        self.limits = limits
        self.onTimeout = onTimeout
    }

    /// Notes what is waited for now. `progress` (bytes moved) begins the time for a body or for output anew; a head has its
    /// time as a whole.
    func wait(for next: Wait, progress: Bool) {
        if next == wait, !(progress && (next == .body || next == .output)) { return }
        wait = next
        guard let allowed = allowance(next) else {
            due = .max
            return
        }
        due = MonotonicClock.nanoseconds() &+ min(allowed, .max >> 1)
        if due < timerDue { arm(after: allowed) }
    }

    /// No deadline any more; must be called before the connection goes.
    func stop() {
        wait = .nothing
        due = .max
        timer?.cancel()
        timer = nil
        timerDue = .max
    }

    private func allowance(_ wait: Wait) -> UInt64? {
        switch wait {
        case .nothing: nil
        case .idle: limits.idleTimeout
        case .head, .handshake: limits.headTimeout
        case .body, .output: limits.stallTimeout
        case .linger: limits.lingerTimeout
        }
    }

    private func arm(after nanoseconds: UInt64) {
        timerDue = due
        if let timer {
            timer.reschedule(after: nanoseconds)
        } else {
            timer = loop.schedule(after: nanoseconds) { [unowned self] in fired() }
        }
    }

    private func fired() {
        timerDue = .max
        guard due != .max else { return }
        let now = MonotonicClock.nanoseconds()
        if now < due { return arm(after: due - now) }
        let ended = wait
        wait = .nothing
        due = .max
        onTimeout(ended)
    }
}
