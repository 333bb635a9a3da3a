public import Statistics
import Traffic

/// Δ as one look at few judgements shows it: for display, never a gate (statistics §§5, 6).
public struct SampledDifference: Sendable, Hashable, Codable {
    /// How the judged pairs were made to stand for all.
    public enum Method: String, Sendable, CaseIterable, Codable {
        /// All pairs are classified, some of those that differ are judged (Cochran §12.2).
        case doubleSampling = "double_sampling"
        /// The same with a judge model's predictions for those that are not (PPI++).
        case predictionPowered = "ppi"
    }

    /// How.
    public var method: Method
    /// The estimate with its 95 % single-look interval.
    public var difference: Estimate
    /// Judged pairs behind it, all of which differ.
    public var judged: Int
    /// λ of PPI++: the weight of the predictions; 0 without.
    public var power: Double
    /// The strata are the segments; else all pairs that differ are one.
    public var bySegment: Bool
}

/// Fewer judged pairs than this, or fewer that decide for one of the two, show no interval.
private let (leastJudged, leastDecided) = (30, 5)

/// From the pairs of the ledger; nil where all that differ are judged, or too few.
func sampledDifference(_ cells: [EvidenceCell], trust: Double) -> SampledDifference? {
    let compared = cells.filter { $0.agreement != .incomparable }
    let differing = compared.filter { $0.agreement == .different }
    var judged = 0
    var decided = 0
    for cell in differing {
        guard case .judged(let difference, _) = cell.adjudication else { continue }
        judged += cell.count
        if difference != 0 { decided += cell.count }
    }
    let all = differing.reduce(0) { $0 + $1.count }
    guard judged >= leastJudged, decided >= leastDecided, judged < all else { return nil }
    if trust > 0, let powered = predictionPowered(compared, differing, judged: judged) { return powered }
    return doubleSampled(compared, differing, judged: judged)
}

private func weight(_ cells: some Sequence<EvidenceCell>) -> Double { cells.reduce(0) { $0 + Double($1.count) * $1.weight } }

private func doubleSampled(_ compared: [EvidenceCell], _ differing: [EvidenceCell], judged: Int) -> SampledDifference? {
    let pairs = compared.reduce(0) { $0 + $1.count }
    let scale = Double(pairs) / weight(compared)
    /// A stratum's pairs as its part of the traffic would have them.
    func size(_ cells: [EvidenceCell]) -> Int { Int((weight(cells) * scale).rounded()) }
    func stratum(_ cells: [EvidenceCell]) -> SampledStratum {
        var (count, sum, squares) = (0, 0.0, 0.0)
        for cell in cells {
            guard case .judged(let difference, _) = cell.adjudication else { continue }
            count += cell.count
            sum += Double(cell.count * difference)
            squares += Double(cell.count * difference * difference)
        }
        let mean = count > 0 ? sum / Double(count) : 0
        return SampledStratum(
            pairs: size(cells), adjudicated: count, mean: mean, variance: count > 0 ? max(0, squares / Double(count) - mean * mean) : 0)
    }
    let agreeing = size(compared.filter { $0.agreement != .different })
    let known = SampledStratum(pairs: agreeing, adjudicated: agreeing, mean: 0, variance: 0)
    let segments = Dictionary(grouping: differing, by: \.segment).sorted { ($0.key ?? "") < ($1.key ?? "") }.map { stratum($0.value) }
    // A segment with too few judged pairs says nothing of its own variance: then all that differ are one stratum.
    let bySegment = segments.count > 1 && segments.allSatisfy { $0.adjudicated >= leastDecided }
    guard let mean = doubleSamplingMean([known] + (bySegment ? segments : [stratum(differing)])) else { return nil }
    return SampledDifference(
        method: .doubleSampling, difference: interval(mean.estimate, mean.standardError), judged: judged, power: 0, bySegment: bySegment)
}

/// PPI++ among the pairs that differ, times the share that does: those that agree are no random part of the judged.
private func predictionPowered(_ compared: [EvidenceCell], _ differing: [EvidenceCell], judged: Int) -> SampledDifference? {
    var labels: [Double] = []
    var predictions: [Double] = []
    var unlabelled: [Double] = []
    for cell in differing {
        if case .judged(let difference, _) = cell.adjudication {
            labels += repeatElement(Double(difference), count: cell.count)
            predictions += repeatElement(cell.prediction, count: cell.count)
        } else {
            unlabelled += repeatElement(cell.prediction, count: cell.count)
        }
    }
    // Where segments are sampled at different rates, unweighted predictions would stand for the sample only.
    guard !unlabelled.isEmpty, Set(compared.map(\.weight)).count == 1, predictions.contains(where: { $0 != 0 }) else { return nil }
    let power = predictionPower(labels: labels, predictions: predictions, unlabelled: unlabelled)
    let inner = predictionPoweredMean(labels: labels, predictions: predictions, unlabelled: unlabelled, power: power)
    let pairs = Double(compared.reduce(0) { $0 + $1.count })
    let share = Double(labels.count + unlabelled.count) / pairs
    let half = (inner.upper - inner.lower) / 2 / normalQuantile(0.975)
    let variance = share * share * half * half + share * (1 - share) * inner.estimate * inner.estimate / pairs
    return SampledDifference(
        method: .predictionPowered, difference: interval(share * inner.estimate, variance.squareRoot()), judged: judged, power: power,
        bySegment: false)
}

private func interval(_ estimate: Double, _ error: Double) -> Estimate {
    let half = normalQuantile(0.975) * error
    return Estimate(estimate, lower: max(-1, estimate - half), upper: min(1, estimate + half))
}
