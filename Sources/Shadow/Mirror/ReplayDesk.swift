public import Configuration
internal import EventLoop
internal import HTTPClient
public import ModelAPI
public import Records
internal import Synchronization
public import Traffic

/// Asks recorded calls again, on a thread of its own: the candidate, or both models at the same moment, at a given pace and within the
/// candidate's limits. Where the mirror sheds, this waits; what cannot be waited for ends it.
///
/// `@unchecked Sendable`: all but `shared` is touched by its own thread alone.
public final class ReplayDesk: @unchecked Sendable {
    /// A call to be asked; `number` is the caller's.
    public struct Order: Sendable {
        public var number: Int
        public var request: ChatRequest

        public init(number: Int, request: ChatRequest) {
            self.number = number
            self.request = request
        }
    }

    /// A call whose legs have ended.
    public struct Finished: Sendable {
        public var number: Int
        public var askedAt: Timestamp
        /// nil where only the candidate was asked.
        public var production: Leg?
        public var candidate: Leg

        /// Whether a model that was asked failed: one of many such may be an outage rather than evidence.
        public var hasFailed: Bool { candidate.failure != nil || production?.failure != nil }
    }

    /// Why it asks no more although calls are left.
    public enum Stop: Sendable, Hashable {
        /// It was told to.
        case asked
        /// More than half of a model's last calls failed; the last failure.
        case failing(LegRole, LegError)
        /// `candidate.limits.per_day` is used up.
        case dailyBudget
    }

    /// Legs that have ended and wait to be taken, at most: a store that stands still stops the asking.
    private static let mostFinished = 256
    /// Between two looks at a limit that opens again by itself.
    private static let pause: UInt64 = 200_000_000

    private struct Shared {
        var finished: [Finished] = []
        var stop: Stop?
        var isOver = false
    }

    private let shared = Mutex(Shared())
    private let thread: LoopThread
    private let settings: WorkloadSettings
    private let asking: AskedModels
    private let keys: (candidate: String?, production: String?)
    private let interval: UInt64?
    private let limits: CaptureLimits
    private let calendar: TrialCalendar
    private var client: HTTPClient?
    private var cage: CandidateCage<Void>
    private var productionBreaker = CircuitBreaker()
    private var lastFailure: [LegRole: LegError] = [:]
    private var orders: (() -> Order?)?
    private var pending: Order?
    private var nextStart: UInt64 = 0
    private var timer: LoopTimer?
    private var isStopping = false

    /// - Parameters:
    ///   - keys: as they were found; nil where the settings name none.
    ///   - perSecond: calls begun a second, at most; nil: as many as the concurrency allows.
    public init(
        _ settings: WorkloadSettings, asking: AskedModels, keys: (candidate: String?, production: String?), perSecond: Double?,
        captureLimit: Int = 8 << 20
    ) throws {
        self.settings = settings
        self.asking = asking
        self.keys = keys
        interval = perSecond.map { UInt64(1e9 / $0) }
        limits = CaptureLimits(
            perMessage: captureLimit, memory: CaptureMemory(limit: captureLimit * (2 * settings.candidate.limits.concurrency + 2)))
        calendar = TrialCalendar(timezone: settings.trial.timezone)
        cage = CandidateCage(settings.candidate)
        thread = try LoopThread(name: "replay")
    }

    /// Begins; `orders` is called on the desk's thread until it gives nil.
    public func start(_ orders: @escaping @Sendable () -> Order?) {
        thread.loop.submit { [self] in
            client = HTTPClient(loop: thread.loop)
            self.orders = orders
            nextStart = MonotonicClock.nanoseconds()
            advance()
        }
    }

    /// What has ended since the last time.
    public func takeFinished() -> [Finished] {
        let finished = shared.withLock { shared in
            defer { shared.finished = [] }
            return shared.finished
        }
        if !finished.isEmpty { thread.loop.submit { [self] in advance() } }
        return finished
    }

    /// Whether nothing is under way any more, nor will be; what has ended may still wait to be taken.
    public var isOver: Bool { shared.withLock { $0.isOver } }
    /// Why it ended early; nil while it runs and when all was asked.
    public var stopReason: Stop? { shared.withLock { $0.stop } }

    /// Begins no further call. Those under way are brought to their end.
    public func stop() { thread.loop.submit { [self] in stop(.asked) } }

    /// Ends the thread. Not before `isOver`, or what is under way is lost.
    public func close() {
        thread.loop.submit { [self] in
            client?.shutdown()
            client = nil
        }
        thread.stop()
    }

    // MARK: On the thread

    private var now: Timestamp { Timestamp(microseconds: WallClock.microseconds()) }

    private func stop(_ reason: Stop) {
        guard !isStopping else { return }
        isStopping = true
        orders = nil
        pending = nil
        shared.withLock { $0.stop = reason }
        endIfIdle()
    }

    private func endIfIdle() {
        guard orders == nil, pending == nil, cage.inFlight == 0 else { return }
        timer?.cancel()
        shared.withLock { $0.isOver = true }
    }

    /// Begins as many calls as pace, limits and the store allow.
    private func advance() {
        while !isStopping, cage.inFlight < settings.candidate.limits.concurrency,
            shared.withLock({ $0.finished.count }) < ReplayDesk.mostFinished
        {
            let moment = MonotonicClock.nanoseconds()
            if moment < nextStart { return wake(after: nextStart - moment) }
            guard let order = pending ?? orders?() else {
                orders = nil
                return endIfIdle()
            }
            pending = order
            guard begin(order, at: moment) else { return }
            pending = nil
            if let interval { nextStart = max(nextStart, moment - min(interval, moment)) + interval }
        }
    }

    private func wake(after nanoseconds: UInt64) {
        if let timer {
            timer.reschedule(after: nanoseconds)
        } else {
            timer = thread.loop.schedule(after: nanoseconds) { [self] in advance() }
        }
    }

    /// False: not now, or never.
    private func begin(_ order: Order, at moment: UInt64) -> Bool {
        if asking == .both, productionBreaker.isOpen { return giveUp(.failing(.production, lastFailure[.production] ?? .connectionFailed)) }
        switch cage.arrive((), inputTokens: order.request.estimatedInputTokens, at: moment, day: calendar.day(of: now)) {
        case .send(let permit):
            ask(order, permit)
            return true
        case .shed(.shedDailyBudget): return giveUp(.dailyBudget)
        case .shed(.shedCircuitOpen): return giveUp(.failing(.candidate, lastFailure[.candidate] ?? .connectionFailed))
        case .shed, .wait:
            wake(after: ReplayDesk.pause)
            return false
        }
    }

    private func giveUp(_ reason: Stop) -> Bool {
        stop(reason)
        return false
    }

    private func ask(_ order: Order, _ permit: CandidateCage<Void>.Permit) {
        let askedAt = now
        var candidate: Leg?
        var production: Leg?
        let settings = settings
        func endIfBoth() {
            guard let candidate, asking == .candidate || production != nil else { return }
            cage.ended(
                permit, failed: candidate.failure != nil, usage: candidate.usage, at: MonotonicClock.nanoseconds(),
                day: calendar.day(of: now))
            shared.withLock {
                $0.finished.append(Finished(number: order.number, askedAt: askedAt, production: production, candidate: candidate))
            }
            if orders == nil { endIfIdle() }
            advance()
        }
        send(order.request.forCandidate(settings.candidate, key: keys.candidate), order, settings.candidate.confidence) { [self] leg in
            if let failure = leg.failure { lastFailure[.candidate] = failure }
            candidate = leg
            endIfBoth()
        }
        guard asking == .both else { return }
        let admission = productionBreaker.admit(at: MonotonicClock.nanoseconds())
        send(order.request.forProduction(settings.production, key: keys.production), order, .logprobs) { [self] leg in
            if let failure = leg.failure { lastFailure[.production] = failure }
            productionBreaker.ended(admission, failed: leg.failure != nil, at: MonotonicClock.nanoseconds())
            production = leg
            endIfBoth()
        }
    }

    private func send(_ asked: CandidateRequest, _ order: Order, _ confidence: ConfidenceSource, _ done: @escaping (Leg) -> Void) {
        let outgoing = OutgoingRequest(
            method: asked.method, origin: asked.origin, target: asked.target, headers: asked.headers, body: .bytes(asked.body),
            timeoutNanoseconds: settings.candidate.limits.timeoutNanoseconds)
        let receiver = ShadowLeg(limits: limits) { [limits] answer in
            limits.memory.giveBack(answer.bytes)
            // Only a fault that tests arm, or an app that left, makes a leg unknown; here is neither.
            var leg = (try? Leg(answer, of: order.request, confidence: confidence, limits.failpoints)) ?? Leg(error: .streamBroken)
            leg.untranslated = asked.untranslated
            done(leg)
        }
        _ = client?.send(outgoing, to: receiver)
    }
}
