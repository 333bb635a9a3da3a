internal import Traffic

/// Counts of all loops and of the shadow thread, put together until they go to the sink.
struct CoverageLedger {
    private struct Key: Hashable {
        var workload: String
        var trial: Identifier?
        var stage: CoverageStage
        var reason: String
        var segment: String?
        var hour: Int64
    }

    private static let microsecondsPerHour: Int64 = 3_600_000_000

    private var counts: [Key: Int] = [:]

    /// Adds what was counted elsewhere.
    mutating func add(_ deltas: [CoverageDelta]) {
        for delta in deltas { counts[key(delta), default: 0] += delta.count }
    }

    /// Counts one event of a route, or of one of its trials.
    mutating func count(_ event: CoverageEvent, workload: String, trial: Identifier?, segment: String?, at moment: Timestamp) {
        add([
            CoverageDelta(
                workload: workload, trial: trial, stage: event.stage, reason: event.reason, segment: segment, at: moment, count: 1)
        ])
    }

    /// Counts a drawn call in the sample's profile.
    mutating func count(
        _ stage: CoverageStage, by reason: String, workload: String, trial: Identifier?, segment: String?, at moment: Timestamp
    ) {
        add([
            CoverageDelta(workload: workload, trial: trial, stage: stage, reason: reason, segment: segment, at: moment, count: 1)
        ])
    }

    /// Everything since the last time. Hours are kept apart, so that late counts stay with their day.
    mutating func take(at moment: Timestamp) -> [CoverageDelta] {
        defer { counts.removeAll(keepingCapacity: true) }
        let thisHour = moment.microseconds / CoverageLedger.microsecondsPerHour
        return counts.map { key, count in
            let at = key.hour == thisHour ? moment : Timestamp(microseconds: key.hour * CoverageLedger.microsecondsPerHour)
            return CoverageDelta(
                workload: key.workload, trial: key.trial, stage: key.stage, reason: key.reason, segment: key.segment, at: at, count: count)
        }
    }

    private func key(_ delta: CoverageDelta) -> Key {
        Key(
            workload: delta.workload, trial: delta.trial, stage: delta.stage, reason: delta.reason, segment: delta.segment,
            hour: delta.at.microseconds / CoverageLedger.microsecondsPerHour)
    }
}
