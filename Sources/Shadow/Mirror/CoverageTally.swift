internal import Traffic

/// One loop's counts for one route since they were last taken. Owned by one thread: counting is one addition, no lock.
struct CoverageTally {
    private struct SegmentKey: Hashable {
        var slot: Int
        var event: CoverageEvent
        var segment: String
    }

    private struct ProfileKey: Hashable {
        var slot: Int
        var size: RequestSize
        var segment: String?
    }

    private struct Profile {
        var calls = 0
        /// The sum of their probabilities, in millionths.
        var expected = 0
        /// Drawn and sampled, and of which no pair will come.
        var unkept = 0
    }

    /// Segments counted apart before further ones are put together: their names come from request headers.
    static let maxSegments = 256

    private let workload: String
    /// nil first, for the route as a whole, then its trials.
    private let trials: [Identifier?]
    private var counts: [Int]
    private var segmented: [SegmentKey: Int] = [:]
    private var profiles: [ProfileKey: Profile] = [:]
    private var isEmpty = true

    init(workload: String, trials: [Identifier]) {
        self.workload = workload
        self.trials = [nil] + trials
        counts = Array(repeating: 0, count: (1 + trials.count) * CoverageEvent.allCases.count)
    }

    /// Counts an event of the route (`trial` nil) or of its trial at that position.
    mutating func count(_ event: CoverageEvent, trial: Int? = nil, segment: String? = nil) {
        isEmpty = false
        let slot = trial.map { $0 + 1 } ?? 0
        guard let segment else {
            counts[slot * CoverageEvent.allCases.count + Int(event.rawValue)] += 1
            return
        }
        var key = SegmentKey(slot: slot, event: event, segment: segment)
        if segmented.count >= CoverageTally.maxSegments * CoverageEvent.allCases.count, segmented[key] == nil { key.segment = "other" }
        segmented[key, default: 0] += 1
    }

    /// Counts a call that a trial may take with a probability: what a fair sample is held against.
    mutating func considered(trial: Int, size: RequestSize, segment: String?, rate: Double) {
        profile(trial, size, segment) { profile in
            profile.calls += 1
            profile.expected += Int((rate * 1e6).rounded())
        }
    }

    /// Counts a call that was drawn and sampled, and of which no pair will come because it was not kept.
    mutating func drawn(trial: Int, size: RequestSize, segment: String?) {
        profile(trial, size, segment) { $0.unkept += 1 }
    }

    private mutating func profile(_ trial: Int, _ size: RequestSize, _ segment: String?, count: (inout Profile) -> Void) {
        isEmpty = false
        var key = ProfileKey(slot: trial + 1, size: size, segment: segment)
        if profiles.count >= CoverageTally.maxSegments * RequestSize.allCases.count, profiles[key] == nil { key.segment = "other" }
        count(&profiles[key, default: Profile()])
    }

    /// Everything counted since the last time, as deltas of that moment; the tally is empty then.
    mutating func take(at moment: Timestamp) -> [CoverageDelta] {
        guard !isEmpty else { return [] }
        isEmpty = true
        var deltas: [CoverageDelta] = []
        for slot in trials.indices {
            for event in CoverageEvent.allCases {
                let index = slot * CoverageEvent.allCases.count + Int(event.rawValue)
                guard counts[index] > 0 else { continue }
                deltas.append(delta(slot, event, nil, counts[index], moment))
                counts[index] = 0
            }
        }
        for (key, count) in segmented { deltas.append(delta(key.slot, key.event, key.segment, count, moment)) }
        segmented.removeAll(keepingCapacity: true)
        for (key, profile) in profiles {
            let stages: [(CoverageStage, Int)] = [
                (.profileCalls, profile.calls), (.profileExpected, profile.expected), (.profileDrawn, profile.unkept),
                (.profileSampled, profile.unkept),
            ]
            for (stage, count) in stages where count > 0 {
                deltas.append(
                    CoverageDelta(
                        workload: workload, trial: trials[key.slot], stage: stage, reason: "size:\(key.size.name)", segment: key.segment,
                        at: moment, count: count))
            }
        }
        profiles.removeAll(keepingCapacity: true)
        return deltas
    }

    private func delta(_ slot: Int, _ event: CoverageEvent, _ segment: String?, _ count: Int, _ moment: Timestamp) -> CoverageDelta {
        CoverageDelta(
            workload: workload, trial: trials[slot], stage: event.stage, reason: event.reason, segment: segment, at: moment, count: count)
    }
}
