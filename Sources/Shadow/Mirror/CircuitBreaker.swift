/// Stops asking a candidate that fails, and tries now and then whether it has come back.
///
/// Opens when more than half of the last 20 calls failed. After a pause it lets one call at a time through as a probe: three
/// good ones in a row close it, a bad one opens it again for twice as long. Moments are nanoseconds of one monotonic clock.
struct CircuitBreaker {
    /// Whether a call may be sent.
    enum Admission: Equatable {
        case allowed
        /// Allowed as the one call that finds out whether the candidate is back.
        case probe
        /// The candidate is not asked.
        case refused
    }

    static let window = 20
    static let probesToClose = 3
    static let firstPause: UInt64 = 10_000_000_000
    static let longestPause: UInt64 = 300_000_000_000

    private enum State {
        case closed
        case open(until: UInt64)
        case halfOpen(probing: Bool, successes: Int)
    }

    private var state = State.closed
    private var outcomes: [Bool] = []
    private var oldest = 0
    private var pause = CircuitBreaker.firstPause

    /// Whether calls are being refused or only probed.
    var isOpen: Bool {
        if case .closed = state { return false }
        return true
    }

    /// Asks for one call at a moment. Whoever is admitted must tell `ended` or `abandoned`.
    mutating func admit(at now: UInt64) -> Admission {
        switch state {
        case .closed: return .allowed
        case .open(let until):
            guard now >= until else { return .refused }
            state = .halfOpen(probing: true, successes: 0)
            return .probe
        case .halfOpen(let probing, let successes):
            guard !probing else { return .refused }
            state = .halfOpen(probing: true, successes: successes)
            return .probe
        }
    }

    /// A call that was admitted has ended.
    mutating func ended(_ admission: Admission, failed: Bool, at now: UInt64) {
        switch (state, admission) {
        case (.closed, .allowed): record(failed, at: now)
        case (.halfOpen(_, let successes), .probe):
            if failed {
                pause = min(pause * 2, CircuitBreaker.longestPause)
                state = .open(until: now + pause)
            } else if successes + 1 == CircuitBreaker.probesToClose {
                self = CircuitBreaker()
            } else {
                state = .halfOpen(probing: false, successes: successes + 1)
            }
        default: break  // sent before the breaker opened: its outcome says nothing about now
        }
    }

    /// A call that was admitted was given up before it said anything about the candidate.
    mutating func abandoned(_ admission: Admission) {
        if case .halfOpen(_, let successes) = state, admission == .probe { state = .halfOpen(probing: false, successes: successes) }
    }

    private mutating func record(_ failed: Bool, at now: UInt64) {
        if outcomes.count < CircuitBreaker.window {
            outcomes.append(failed)
        } else {
            outcomes[oldest] = failed
            oldest = (oldest + 1) % CircuitBreaker.window
        }
        guard outcomes.count == CircuitBreaker.window, outcomes.count(where: { $0 }) * 2 > CircuitBreaker.window else { return }
        outcomes = []
        oldest = 0
        state = .open(until: now + pause)
    }
}
