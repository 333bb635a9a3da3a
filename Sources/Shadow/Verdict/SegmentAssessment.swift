import Statistics
import Traffic

/// Where the candidate's own failures concentrate, by segment and by length of the request (statistics §9), the worst first.
///
/// `cells` are the pairs under test: all of them, or those that a two-tier set-up serves. Both groupings are of the same pairs, hence
/// Benjamini & Yekutieli's factor across them.
func assessSegments(_ cells: [EvidenceCell], terms: TrialTerms) -> [SegmentReading] {
    let compared = cells.filter { $0.agreement != .incomparable }
    let judged = LedgerCounts(compared, terms: terms).judgedShare
    let groupings: [[SegmentName: SegmentTally]] = SegmentName.Dimension.allCases.map { dimension in
        var tallies: [SegmentName: SegmentTally] = [:]
        for cell in compared {
            let value = dimension == .segment ? cell.segment : cell.lengthBand.map(String.init)
            tallies[SegmentName(dimension, value), default: SegmentTally()].add(cell)
        }
        return tallies
    }
    let dividing = groupings.filter { $0.count > 1 }
    let factor = yekutieliFactor(dividing.count)
    return dividing.flatMap { assess($0, adjudicated: judged, factor: factor) }.sorted(by: isWorse)
}

/// Counts of one group.
private struct SegmentTally {
    var pairs = 0
    var failures = 0
    var weight = 0.0

    mutating func add(_ cell: EvidenceCell) {
        pairs += cell.count
        // w = ρ_floor/ρ, so w × pairs is the group's traffic up to a constant.
        weight += Double(cell.count) * cell.weight
        if case .judged(-1, _) = cell.adjudication, cell.agreement == .different { failures += cell.count }
    }
}

private func assess(_ tallies: [SegmentName: SegmentTally], adjudicated: Double, factor: Double) -> [SegmentReading] {
    let groups = tallies.sorted { ($0.key.value ?? "") < ($1.key.value ?? "") }
    let weight = groups.reduce(0) { $0 + $1.value.weight }
    let found = concentration(
        groups.map { SegmentCount(pairs: $0.value.pairs, failures: $0.value.failures, trafficShare: $0.value.weight / weight) },
        adjudicated: adjudicated, factor: factor)
    return zip(groups, found).map { group, result in
        let (name, tally) = group
        let rate = adjudicated > 0 ? Double(tally.failures) / (adjudicated * Double(tally.pairs)) : 0
        return SegmentReading(
            name: name, pairs: tally.pairs, failures: tally.failures, share: tally.weight / weight, failureRate: rate,
            riskRatio: result.riskRatio, lower: result.lower, upper: result.upper, q: result.q, flagged: result.flagged,
            blocking: result.blocking)
    }
}

/// Blocking before flagged before the rest, then by q, then by failures, then by name.
private func isWorse(_ left: SegmentReading, _ right: SegmentReading) -> Bool {
    if left.blocking != right.blocking { return left.blocking }
    if left.flagged != right.flagged { return left.flagged }
    if left.q != right.q { return left.q < right.q }
    if left.failures != right.failures { return left.failures > right.failures }
    if left.name.dimension != right.name.dimension { return left.name.dimension == .segment }
    return (left.name.value ?? "") < (right.name.value ?? "")
}
