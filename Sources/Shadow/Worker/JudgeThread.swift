internal import EventLoop
public import Telemetry
internal import Traffic

/// The thread on which a worker's pairs are put to their judges.
public final class JudgeThread: Sendable {
    private let thread: LoopThread
    private let desk: DeskBox

    /// Starts it. `environment` holds the judges' keys. A database that cannot be reached is tried again.
    public convenience init(database url: String, environment: [String: String], log: Log, metrics: MetricsRegistry) throws {
        try self.init(database: url, environment: environment, pace: JudgePace(), log: log, metrics: metrics)
    }

    init(database url: String, environment: [String: String], pace: JudgePace, log: Log, metrics: MetricsRegistry) throws {
        let thread = try LoopThread(name: "judge")
        self.thread = thread
        let counts = JudgeMetrics(metrics)
        desk = try thread.perform {
            let desk = JudgeDesk(
                loop: thread.loop, database: url, environment: environment, pace: pace, log: log, metrics: counts)
            desk.start()
            return DeskBox(desk)
        }
    }

    /// Breaks off what is under way and ends the thread.
    public func stop() {
        let desk = desk
        thread.loop.submit { desk.desk.stop() }
        thread.stop()
    }
}

/// The desk belongs to its loop's thread; the box carries it there.
private final class DeskBox: @unchecked Sendable {
    // @unchecked: `desk` is used on its loop's thread only.
    let desk: JudgeDesk
    init(_ desk: JudgeDesk) { self.desk = desk }
}

/// What the judges cost and came to.
struct JudgeMetrics: Sendable {
    private let registry: MetricsRegistry
    private let cost: Gauge
    let waiting: Gauge

    init(_ registry: MetricsRegistry) {
        self.registry = registry
        cost = registry.gauge("understudy_judge_cost_usd", help: "USD that this worker's calls to judge models have cost.")
        waiting = registry.gauge("understudy_judge_waiting_pairs", help: "Pairs that wait for a judge model's opinion.")
    }

    func count(call fault: JudgeFault?, cost: Double?) {
        registry.counter(
            "understudy_judge_calls_total", help: "Calls to judge models, by what came of them.",
            labels: ["outcome": fault?.rawValue ?? "answered"]
        ).add()
        if let cost { self.cost.add(cost) }
    }

    func count(pair result: Result<JudgeOpinion, JudgeFault>, reused: Bool) {
        let outcome =
            switch result {
            case .success: reused ? "reused" : "opinion"
            case .failure(let fault): fault.rawValue
            }
        registry.counter(
            "understudy_judge_pairs_total", help: "Pairs that a judge model was asked about, by what it came to.",
            labels: ["outcome": outcome]
        ).add()
    }
}
