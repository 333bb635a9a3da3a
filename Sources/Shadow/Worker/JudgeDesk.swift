internal import Configuration
internal import EventLoop
internal import HTTPClient
internal import Judge
internal import Postgres
internal import Storage
internal import Telemetry
internal import Traffic

/// How long is waited for what.
struct JudgePace: Sendable {
    /// Between looks for new tasks.
    var poll = 0.5
    /// Between counts of those that wait.
    var count = 5.0
    /// Before a pair is asked about again, by how often it failed.
    var again: [Double] = [2, 15, 60]
    /// Before a trial's judge is asked again that could not answer at all; doubled each time up to `longestRest`.
    var rest = 1.0
    var longestRest = 300.0
    /// Added to a call's own time limit before another worker may take its pair over.
    var lease = 60.0
}

/// Puts the pairs that wait to their judges, a few at a time. Loop thread only: its own, with a database connection and an HTTP client of
/// its own, so that nothing else ever waits for a judge.
///
/// All that it knows of a pair stands in the database after every call; a desk that is killed loses at most the answers under way.
final class JudgeDesk {
    /// A pair in hand.
    private final class Errand {
        let task: JudgeTask
        let settings: JudgeSettings
        let material: JudgeMaterial
        let name: Identifier
        let key: String?
        var judged: JudgeCase
        var transfer: Transfer?

        init(_ task: JudgeTask, _ settings: JudgeSettings, _ material: JudgeMaterial, key: String?) {
            self.task = task
            self.settings = settings
            self.material = material
            self.key = key
            name = material.name(url: settings.url.description, model: settings.model)
            judged = JudgeCase(of: task.pair, calls: task.calls)
        }

        /// Seconds that a call may take.
        var timeout: Double { Double(settings.limits.timeoutNanoseconds) / 1e9 }
    }

    /// A trial whose judge could not answer.
    private struct Rest {
        var until: UInt64
        var failures: Int
    }

    private let loop: EventLoop
    private let client: HTTPClient
    private let url: String
    private let environment: [String: String]
    private let pace: JudgePace
    private let log: Log
    private let metrics: JudgeMetrics
    private var connection: PostgresConnection?
    private var errands: [Identifier: Errand] = [:]
    private var limits: [Identifier: Int] = [:]
    private var rests: [Identifier: Rest] = [:]
    /// Models that refuse a temperature, by address and name.
    private var withoutTemperature: Set<[String]> = []
    private var timer: LoopTimer?
    private var nextCount: UInt64 = 0
    /// Pairs taken in one turn of the loop, so that many that need no call leave room for answers.
    private static let pairsPerTurn = 64
    private var isStopped = false

    init(loop: EventLoop, database url: String, environment: [String: String], pace: JudgePace, log: Log, metrics: JudgeMetrics) {
        self.loop = loop
        self.url = url
        self.environment = environment
        self.pace = pace
        self.log = log
        self.metrics = metrics
        client = HTTPClient(loop: loop)
    }

    func start() {
        timer = loop.schedule(after: 0) { [unowned self] in turn() }
    }

    /// Breaks off what is under way and gives its pairs back.
    func stop() {
        isStopped = true
        timer?.cancel()
        for errand in errands.values {
            errand.transfer?.cancel()
            if let connection { try? JudgeQueue(connection).release(errand.task) }
        }
        errands = [:]
        connection = nil
        client.shutdown()
    }

    // MARK: Taking pairs

    private func turn() {
        if !isStopped { timer?.reschedule(after: UInt64(pace.poll * 1e9)) }
        guarded { queue in
            if MonotonicClock.nanoseconds() >= nextCount {
                nextCount = moment(after: pace.count)
                metrics.waiting.set(Double(try queue.waitingPairs()))
            }
            try takeMore(queue)
        }
    }

    private func takeMore(_ queue: JudgeQueue) throws {
        for _ in 0..<JudgeDesk.pairsPerTurn {
            guard let task = try queue.claim(lease: pace.lease, resting: occupied) else { return }
            try begin(task, queue)
        }
        timer?.reschedule(after: 0)
    }

    /// Trials that take no further pair now.
    private var occupied: [Identifier] {
        let now = MonotonicClock.nanoseconds()
        let busy = Dictionary(grouping: errands.values, by: \.task.trial.id).filter { $1.count >= limits[$0] ?? 1 }.keys
        return Array(Set(busy).union(rests.filter { $0.value.until > now }.keys))
    }

    private func begin(_ task: JudgeTask, _ queue: JudgeQueue) throws {
        guard !task.isExpired, let claimed = task.claimed, let settings = task.trial.settings.judge else {
            let model = task.trial.settings.judge?.model ?? ""
            return try settle(task, .failure(.expired), model: model, queue)
        }
        limits[task.trial.id] = settings.limits.concurrency
        let key: String?
        switch FoundKey(settings.key, environment: environment) {
        case .notNeeded: key = nil
        case .found(let value): key = value
        case .missing(let place):
            log.warning("judge", "\(task.trial.workload): the judge's key is not there (\(place)), so it is not asked")
            rests[task.trial.id] = Rest(until: moment(after: pace.longestRest), failures: 0)
            return try queue.release(task)
        }
        let material = JudgeMaterial(
            request: claimed.call.request, production: claimed.call.production, candidate: claimed.pair.candidate)
        guard material.byteCount <= JudgePrompt.longestMaterial else {
            return try settle(task, .failure(.tooLarge), model: settings.model, queue)
        }
        let errand = Errand(task, settings, material, key: key)
        if task.calls.isEmpty, let known = try queue.known(errand.name) {
            return try settle(task, .success(known), name: errand.name, reused: true, model: settings.model, queue)
        }
        try queue.hold(task, lease: errand.timeout + pace.lease)
        errands[task.pair] = errand
        try goOn(errand, queue)
    }

    // MARK: Asking

    /// Asks what is to be asked next, or settles the pair.
    private func goOn(_ errand: Errand, _ queue: JudgeQueue) throws {
        switch errand.judged.next {
        case .settle(let result): try settle(errand, result, queue)
        case .ask(let ask, let attempt):
            if let limit = errand.settings.limits.dollarsPerDay,
                try queue.spent(trial: errand.task.trial.id, on: Timestamp(microseconds: WallClock.microseconds())) >= limit
            {
                return try settle(errand, .failure(.budget), queue)
            }
            send(
                JudgeQuestion(
                    errand.settings, errand.material, ask, attempt: attempt,
                    givesTemperature: !withoutTemperature.contains(errand.settings.identity)), errand)
        }
    }

    private func send(_ question: JudgeQuestion, _ errand: Errand) {
        let calledAt = Timestamp(microseconds: WallClock.microseconds())
        let begun = MonotonicClock.nanoseconds()
        let receiver = JudgeReceiver(question) { [unowned self] answer in
            errand.transfer = nil
            guard errands[errand.task.pair] === errand else { return }
            let milliseconds = Double(MonotonicClock.nanoseconds() - begun) / 1e6
            guarded { queue in try take(answer, to: question, errand, calledAt, milliseconds, queue) }
        }
        errand.transfer = client.send(question.request(key: errand.key), to: receiver)
    }

    private func take(
        _ answer: JudgeAnswer, to question: JudgeQuestion, _ errand: Errand, _ calledAt: Timestamp, _ milliseconds: Double,
        _ queue: JudgeQueue
    ) throws {
        if answer.refusesTemperature {
            withoutTemperature.insert(errand.settings.identity)
            return try goOn(errand, queue)
        }
        var fault: JudgeFault?
        if case .failure(let why) = answer.result { fault = why }
        let cost = errand.settings.price.flatMap { PairPricing.cost(answer.usage, $0) }
        metrics.count(call: fault, cost: cost)
        let record = JudgeCallRecord(
            ask: question.ask, attempt: question.attempt, calledAt: calledAt, durationMs: milliseconds, answer: answer.words, fault: fault,
            usage: answer.usage, cost: cost)
        guard try queue.record(errand.task, record, model: errand.settings.model, lease: errand.timeout + pace.lease) else {
            log.warning("judge", "a pair was taken over by another worker before its answer came; the answer is not counted")
            errands[errand.task.pair] = nil
            return try takeMore(queue)
        }
        errand.judged.calls.append(JudgedCall(question.ask, answer.result))
        rest(errand.task.trial, fault, answer.retryAfter)
        if let fault, !fault.isFinal, case .ask = errand.judged.next {
            let failures = errand.judged.calls.count { if case .failure = $0.result { true } else { false } }
            try queue.release(errand.task, after: pace.again[min(failures, pace.again.count) - 1])
            errands[errand.task.pair] = nil
        } else {
            try goOn(errand, queue)
        }
        try takeMore(queue)
    }

    /// A judge that cannot answer is left alone for a while, so that its trouble is not every pair's.
    private func rest(_ trial: StoredTrial, _ fault: JudgeFault?, _ retryAfter: Double?) {
        guard let fault, fault.isOfTheServer else {
            if fault == nil { rests[trial.id] = nil }
            return
        }
        let failures = (rests[trial.id]?.failures ?? 0) + 1
        // A wrong key or name is not mended by the second.
        let own = fault == .denied ? pace.longestRest : pace.rest * Double(1 << min(failures - 1, 16))
        let wait = min(pace.longestRest, max(retryAfter ?? 0, own))
        rests[trial.id] = Rest(until: moment(after: wait), failures: failures)
        if failures == 1 { log.warning("judge", "\(trial.workload): the judge cannot be asked now (\(fault.rawValue))") }
    }

    private func moment(after seconds: Double) -> UInt64 { MonotonicClock.nanoseconds() + UInt64(seconds * 1e9) }

    // MARK: Settling

    private func settle(_ errand: Errand, _ result: Result<JudgeOpinion, JudgeFault>, _ queue: JudgeQueue) throws {
        errands[errand.task.pair] = nil
        try settle(errand.task, result, name: errand.name, model: errand.settings.model, queue)
    }

    private func settle(
        _ task: JudgeTask, _ result: Result<JudgeOpinion, JudgeFault>, name: Identifier? = nil, reused: Bool = false, model: String,
        _ queue: JudgeQueue
    ) throws {
        let now = Timestamp(microseconds: WallClock.microseconds())
        guard try queue.settle(task, result, name: name, reused: reused, model: model, at: now) else { return }
        metrics.count(pair: result, reused: reused)
    }

    // MARK: The database

    /// Works with the database; when it fails, everything in hand is dropped and taken up again from what is stored.
    private func guarded(_ work: (JudgeQueue) throws -> Void) {
        guard !isStopped else { return }
        do {
            if connection == nil { connection = try PostgresConnection(url: url, applicationName: "understudy judge") }
            try work(JudgeQueue(connection!))
        } catch {
            log.warning("judge", "the database cannot be used now: \(error)")
            for errand in errands.values { errand.transfer?.cancel() }
            errands = [:]
            connection = nil
        }
    }
}

extension JudgeSettings {
    /// Which model it is.
    fileprivate var identity: [String] { [url.description, model] }
}

extension JudgeFault {
    /// Whatever pair is asked about, the server would likely answer so.
    fileprivate var isOfTheServer: Bool {
        switch self {
        case .connectionFailed, .timeout, .rateLimited, .serverError, .denied: true
        case .malformed, .refused, .truncated, .rejected, .tooLarge, .budget, .expired: false
        }
    }
}
