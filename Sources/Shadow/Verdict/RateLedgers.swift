import Statistics
import Traffic

/// The scores whose means the reliability, noise and label-free tests are about. None of them waits for an adjudication.
struct RateLedgers {
    /// D_f = candidate failed − production failed, every pair.
    let failures: ScoreHistogram
    /// x − (A/π_A)·y: disagreement less production's own, pairs whose control could be drawn.
    let noise: ScoreHistogram
    /// x' = not the same after normalisation, compared pairs.
    let disagreements: ScoreHistogram

    /// The ledgers of all `cells`.
    init(_ cells: [EvidenceCell]) {
        failures = ScoreHistogram(
            cells.map { ScoreGroup(score: Double($0.failureDifference), count: Double($0.count), weight: $0.weight) })
        let compared = cells.filter { $0.agreement != .incomparable }
        disagreements = ScoreHistogram(
            compared.map { cell in
                let same = cell.agreement != .different && !cell.needsAudit
                return ScoreGroup(score: same ? 0 : 1, count: Double(cell.count), weight: cell.weight, lowest: 0, highest: 1)
            })
        let drawable = compared.filter { $0.control.probability > 0 }
        // One bound for all: bounds that went with each segment's own share would weigh the segments anew (statistics §3.1).
        let smallest = drawable.map(\.control.probability).min() ?? 1
        noise = ScoreHistogram(
            drawable.map { cell in
                let own = cell.control.outcome == .differed ? 1 / cell.control.probability : 0
                let differs = cell.agreement == .different ? 1.0 : 0
                return ScoreGroup(
                    score: differs - own, count: Double(cell.count), weight: cell.weight, lowest: -1 / smallest, highest: 1)
            })
    }
}

extension ScoreHistogram {
    /// The ledger of both sides of a claim that waits for nothing.
    var claim: ClaimLedgers { ClaimLedgers(above: [self], below: [self]) }
}
