internal import Comparison
internal import Configuration
internal import Glibc
public import Postgres
internal import Storage
public import Telemetry
public import Traffic
internal import Verdict

/// The diff worker: claims batches of pairs, compares them, keeps the rollups, looks at trials whose day has ended, takes reports to
/// where they go by themselves, and prunes.
///
/// Any number of workers may run; a batch is held by a lease, so that one that dies is taken over. Nothing is kept in memory
/// between batches but comparators, so that a worker may be killed at any point.
public final class Worker {
    private let connection: PostgresConnection
    private let queue: ComparisonQueue
    private let carrier: ReportCarrier
    private let log: Log
    private let compared: Counter
    private let setAside: Counter
    private var comparators: [Identifier: (hash: String, changedAt: Timestamp, comparator: Comparator, pricing: PairPricing)] = [:]
    private var nextChores = Timestamp(microseconds: 0)
    private var nextLooks = Timestamp(microseconds: 0)
    private var nextFeedback = Timestamp(microseconds: 0)
    /// Comparators kept at a time; beyond it all are made anew.
    private static let maximumComparators = 256

    /// A worker on a connection of its own.
    public init(_ connection: PostgresConnection, outlets: ReportOutlets = ReportOutlets(), log: Log, metrics: MetricsRegistry) {
        self.connection = connection
        carrier = ReportCarrier(connection, outlets, log: log, metrics: metrics)
        self.log = log
        queue = ComparisonQueue(connection)
        compared = metrics.counter("understudy_pairs_compared_total", help: "Pairs that this worker compared.")
        setAside = metrics.counter("understudy_pairs_set_aside_total", help: "Pairs that this worker could not compare.")
    }

    /// Works until `ended` says so. Throws what the database brings; whoever runs it connects again.
    public func run(until ended: () -> Bool) throws {
        try connection.listen(ComparisonQueue.channel)
        let outdated = try queue.recompareOutdated(comparatorVersion: Comparator.version)
        if outdated > 0 { log.info("worker", "\(outdated) pairs were compared by another version and are compared again") }
        while !ended() {
            var worked = false
            while !ended(), try work(at: Self.now) { worked = true }
            try chores(at: Self.now)
            if !worked { _ = try connection.waitForNotification(timeoutMilliseconds: 500) }
        }
    }

    /// Compares one batch. False when none waits.
    public func work(at moment: Timestamp) throws -> Bool {
        guard let batch = try queue.claim(readsRequest: { comparator(for: $0).comparator.readsRequest }) else { return false }
        let tools = comparator(for: batch.trial)
        var results: [ComparedPair] = []
        results.reserveCapacity(batch.pairs.count)
        for claimed in batch.pairs {
            let answers = ComparedAnswers(
                production: claimed.call.production, candidate: claimed.pair.candidate, control: claimed.call.control,
                request: claimed.call.request)
            let finding = tools.comparator.compare(
                answers, label: claimed.label, adjudication: claimed.adjudication, adjudicateBy: batch.trial.settings.adjudicate.by,
                opinion: claimed.opinion)
            let costs = tools.pricing.costs(of: claimed.pair, call: claimed.call)
            results.append(
                ComparedPair(pair: claimed.pair.id, finding: finding, costs: costs, language: languageCode(of: claimed.input ?? "")))
        }
        if try queue.store(batch, results, comparatorVersion: Comparator.version, at: Self.now) {
            compared.add(results.count)
        } else {
            log.warning("worker", "a batch was taken over by another worker before it was stored; its pairs are theirs")
        }
        return true
    }

    /// Feedback whose call has come, day-end looks, ended trials, reports, partitions, pruning, the latency view.
    func chores(at moment: Timestamp) throws {
        if moment >= nextFeedback {
            nextFeedback = moment.adding(seconds: 1)
            let waited = try Feedback(connection).applyWaiting(at: moment)
            if waited.expired + waited.refused > 0 {
                log.info(
                    "worker", "\(waited.expired) lines of feedback named no call that came in time, \(waited.refused) fitted no single pair"
                )
            }
        }
        if moment >= nextLooks {
            nextLooks = moment.adding(seconds: 5)
            for trial in try Registry(connection).endCompleted(at: moment) {
                log.info("worker", "the trial of \(trial.candidate) for \(trial.workload) has run its days and ended")
            }
            for trial in try Looks(connection).due(at: moment) {
                let taken = try takeLook(connection, trial: trial, at: moment, dayEnd: true)
                log.info("worker", "looked at \(taken.trial.workload), day \(taken.day): \(taken.look.decision.recommendation.rawValue)")
            }
            _ = try Summaries(connection).refreshLatency()
            try carrier.work(at: moment)
        }
        if moment >= nextChores {
            nextChores = moment.adding(seconds: 3600)
            let retention = Retention(connection)
            try retention.makePartitions(at: moment)
            _ = try retention.prune(at: moment)
        }
    }

    private func comparator(for trial: StoredTrial) -> (comparator: Comparator, pricing: PairPricing) {
        if let known = comparators[trial.id], known.hash == trial.settingsHash, known.changedAt == trial.settingsChangedAt {
            return (known.comparator, known.pricing)
        }
        if comparators.count >= Self.maximumComparators { comparators = [:] }
        let made = (Comparator(trial.settings.compare), PairPricing(trial.settings))
        comparators[trial.id] = (trial.settingsHash, trial.settingsChangedAt, made.0, made.1)
        return made
    }

    private static var now: Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
