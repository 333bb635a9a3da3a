internal import Configuration
internal import Traffic

/// Everything that keeps one trial's candidate within its limits: the line before it, its budget, its circuit breaker. Pure: the
/// shadow thread asks, and sends or sheds as it is told. `Ticket` is what waits in line.
struct CandidateCage<Ticket> {
    /// A call that may be sent, with what must be told back when it ends.
    struct Permit {
        var breaker: CircuitBreaker.Admission
        var reserved: Double
    }

    /// What to do with a call.
    enum Decision {
        case send(Permit)
        case wait
        case shed(CoverageEvent)
    }

    /// A waiting call whose turn has come.
    struct Turn {
        var ticket: Ticket
        /// Nanoseconds in line.
        var waited: UInt64
        /// `send` or `shed`, never `wait`.
        var decision: Decision
    }

    private var line: WaitingLine<Ticket>
    private var budget: CandidateBudget
    private var breaker = CircuitBreaker()

    init(_ settings: CandidateSettings) {
        let limits = settings.limits
        line = WaitingLine(places: limits.concurrency, capacity: limits.queue, patience: limits.timeoutNanoseconds)
        budget = CandidateBudget(limits: limits, price: settings.price)
    }

    /// Takes changed limits and prices; what was spent and who waits stays.
    mutating func update(_ settings: CandidateSettings) {
        let limits = settings.limits
        line.update(places: limits.concurrency, capacity: limits.queue, patience: limits.timeoutNanoseconds)
        budget.update(limits: limits, price: settings.price)
    }

    /// Calls in flight.
    var inFlight: Int { line.busy }
    /// Calls in line.
    var waiting: Int { line.waiting }
    /// Whether the circuit breaker is open or half open.
    var isOpen: Bool { breaker.isOpen }
    /// USD spent on the current day.
    var spent: Double { budget.spent }

    /// A sampled call arrives. `inputTokens` is an estimate; `day` the trial's calendar day.
    mutating func arrive(_ ticket: @autoclosure () -> Ticket, inputTokens: Int, at now: UInt64, day: Int) -> Decision {
        switch line.arrive(ticket(), at: now) {
        case .turnedAway: return .shed(.shedQueueFull)
        case .waits: return .wait
        case .begins: return begin(inputTokens: inputTokens, at: now, day: day)
        }
    }

    /// A call has ended; `next` takes the place it gives up.
    mutating func ended(_ permit: Permit, failed: Bool, usage: TokenUsage, at now: UInt64, day: Int) {
        breaker.ended(permit.breaker, failed: failed, at: now)
        budget.ended(reserved: permit.reserved, usage: usage, day: day)
        line.leave()
    }

    /// A call that had a permit was not sent after all.
    mutating func abandoned(_ permit: Permit) {
        breaker.abandoned(permit.breaker)
        budget.abandoned(reserved: permit.reserved)
        line.leave()
    }

    /// The next waiting call whose turn it is; ask until nil after each end and each change of limits.
    mutating func next(at now: UInt64, day: Int, inputTokens: (Ticket) -> Int) -> Turn? {
        guard let waiting = line.next(at: now) else { return nil }
        let decision = begin(inputTokens: inputTokens(waiting.element), at: now, day: day)
        return Turn(ticket: waiting.element, waited: waiting.waited, decision: decision)
    }

    /// Calls that have waited as long as one candidate call may take; they are shed as `shedQueueTimeout`.
    mutating func takeExpired(at now: UInt64) -> [Ticket] { line.takeExpired(at: now) }

    /// Uses the place that the call was just given, or gives it back.
    private mutating func begin(inputTokens: Int, at now: UInt64, day: Int) -> Decision {
        let admission = breaker.admit(at: now)
        guard admission != .refused else {
            line.leave()
            return .shed(.shedCircuitOpen)
        }
        switch budget.begin(estimatedInputTokens: inputTokens, at: now, day: day) {
        case .refused(let event):
            breaker.abandoned(admission)
            line.leave()
            return .shed(event)
        case .allowed(let reserved): return .send(Permit(breaker: admission, reserved: reserved))
        }
    }
}
