internal import Configuration
internal import Traffic

/// What a candidate may cost a day and how often it may be asked a minute.
///
/// A call's estimated cost is set aside when it begins, so that many calls at once cannot overrun the day's sum together.
/// Lives as long as the mirror: another mirror, or a restarted one, has a budget of its own.
struct CandidateBudget {
    /// Whether a call may begin.
    enum Admission: Equatable {
        /// USD set aside for it, to be given back with `ended` or `abandoned`.
        case allowed(reserved: Double)
        case refused(CoverageEvent)
    }

    static let minute: UInt64 = 60_000_000_000

    private var dollarsPerDay: Double?
    private var callsPerMinute: Int?
    private var price: TokenPrice?

    private var day = Int.min
    /// USD spent on the current day.
    private(set) var spent = 0.0
    /// USD set aside for calls in flight.
    private(set) var reserved = 0.0
    private var minuteStart: UInt64 = 0
    private var begunInMinute = 0

    init(limits: CandidateLimits, price: CandidatePrice?) { update(limits: limits, price: price) }

    /// Takes changed limits; what was spent stays spent.
    mutating func update(limits: CandidateLimits, price: CandidatePrice?) {
        dollarsPerDay = limits.dollarsPerDay
        callsPerMinute = limits.callsPerMinute
        self.price = if case .tokens(let price) = price { price } else { nil }
    }

    /// Asks for one call of about so many input tokens. `now` is monotonic nanoseconds, `day` the trial's calendar day.
    mutating func begin(estimatedInputTokens: Int, at now: UInt64, day today: Int) -> Admission {
        startDay(today)
        if now >= minuteStart + CandidateBudget.minute || begunInMinute == 0 {
            minuteStart = now
            begunInMinute = 0
        }
        if let callsPerMinute, begunInMinute >= callsPerMinute { return .refused(.shedCallsPerMinute) }
        let estimate = cost(of: TokenUsage(input: estimatedInputTokens, output: 0))
        if let dollarsPerDay, spent + reserved + estimate > dollarsPerDay { return .refused(.shedDailyBudget) }
        begunInMinute += 1
        reserved += estimate
        return .allowed(reserved: estimate)
    }

    /// A call that had begun has ended and cost what it used.
    mutating func ended(reserved amount: Double, usage: TokenUsage, day today: Int) {
        startDay(today)
        reserved = max(0, reserved - amount)
        spent += cost(of: usage)
    }

    /// A call that had begun was never sent.
    mutating func abandoned(reserved amount: Double) { reserved = max(0, reserved - amount) }

    /// USD for some tokens; 0 where tokens have no price of their own (a rented machine).
    func cost(of usage: TokenUsage) -> Double {
        guard let price else { return 0 }
        let cached = min(usage.cachedInput ?? 0, usage.input ?? 0)
        let fresh = (usage.input ?? 0) - cached
        return
            (Double(fresh) * price.input + Double(cached) * (price.cachedInput ?? price.input) + Double(usage.output ?? 0) * price.output)
            / 1_000_000
    }

    private mutating func startDay(_ today: Int) {
        guard today != day else { return }
        day = today
        spent = 0
    }
}
