internal import Configuration
internal import EventLoop
internal import Traffic

/// Notices when calls arrive for a trial and no pair comes of them: the way in which a shadow fails silently.
struct PairWatch {
    /// How long it may take before it is worth a warning, in nanoseconds.
    static let patience: UInt64 = 60_000_000_000
    /// How long after a pair calls still count as its like, in nanoseconds: production loops hand their counts over once a second.
    static let countsLag: UInt64 = 2_000_000_000
    /// Pairs that the sampling rate should have brought by then.
    static let leastExpected = 3.0

    /// One trial that is watched.
    struct State {
        var workload: String
        var candidate: String
        /// Calls arrive and no pair does.
        var isStarved = false
        fileprivate var rate: Double
        fileprivate var calls = 0
        fileprivate var sampled = 0
        fileprivate var reasons: [String: Int] = [:]
        fileprivate var since: UInt64
        fileprivate var hasNewPair = false
        fileprivate var lastPair: UInt64?

        /// Why no pair came: the most frequent reason, or what else is known.
        fileprivate var why: String {
            if let most = reasons.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) { return "\(most.key): \(most.value) calls" }
            return sampled == 0 ? "no call was drawn" : "\(sampled) sampled calls have not ended"
        }
    }

    /// What is to be said.
    struct Warning: Equatable {
        var workload: String
        var candidate: String
        var why: String
    }

    private(set) var trials: [Identifier: State] = [:]

    /// All that are watched.
    var states: [State] { Array(trials.values) }

    /// Watches these trials.
    mutating func follow(_ running: [MirrorTrial], at now: UInt64 = MonotonicClock.nanoseconds()) {
        var next: [Identifier: State] = [:]
        for trial in running {
            var state =
                trials[trial.id]
                ?? State(workload: trial.workload, candidate: trial.settings.candidate.name, rate: trial.settings.sample.rate, since: now)
            state.rate = trial.settings.sample.smallestRate
            next[trial.id] = state
        }
        trials = next
    }

    /// Takes what was counted.
    mutating func count(_ deltas: [CoverageDelta]) {
        for delta in deltas {
            guard let trial = delta.trial, var state = trials[trial] else { continue }
            switch delta.stage {
            case .calls: state.calls += delta.count
            case .sampled: state.sampled += delta.count
            case .skipped, .shed: state.reasons["\(delta.stage.rawValue) \(delta.reason)", default: 0] += delta.count
            case .controlSkipped, .fault, .profileCalls, .profileExpected, .profileDrawn, .profileSampled, .profileKept: break
            }
            trials[trial] = state
        }
    }

    /// A pair of the trial was written.
    mutating func pairWritten(_ trial: Identifier) { trials[trial]?.hasNewPair = true }

    /// What is to be said at a moment of the monotonic clock: each trial at most once in `patience`.
    mutating func warnings(at now: UInt64) -> [Warning] {
        var warnings: [Warning] = []
        for (id, state) in trials {
            var state = state
            if state.hasNewPair { state.lastPair = now }
            if let lastPair = state.lastPair, now - lastPair <= PairWatch.countsLag {
                state = State(workload: state.workload, candidate: state.candidate, rate: state.rate, since: now, lastPair: lastPair)
            } else if now - state.since >= PairWatch.patience, Double(state.calls) * state.rate >= PairWatch.leastExpected {
                warnings.append(Warning(workload: state.workload, candidate: state.candidate, why: state.why))
                state = State(workload: state.workload, candidate: state.candidate, isStarved: true, rate: state.rate, since: now)
            }
            trials[id] = state
        }
        return warnings.sorted { ($0.workload, $0.candidate) < ($1.workload, $1.candidate) }
    }
}
