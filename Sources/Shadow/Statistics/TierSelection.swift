/// What a two-tier set-up is charged for at a threshold.
public enum TierLoss: Sendable, Hashable {
    /// −D where the candidate serves: wins pay for losses.
    case net
    /// 1 where it serves and production alone was right: no credit for wins.
    case harm
}

/// A threshold found on a grid.
public struct TierSelection: Sendable, Hashable {
    /// The last threshold accepted; nil when none.
    public var threshold: Double?
    /// The share of pairs at or above it; nil when none.
    public var coverage: Double?
    /// The evidence at each grid point: log-capital (`tierSelect`) or p (`tierSelectBinomial`).
    public var evidence: [Double]
}

/// How many of the grid's points are accepted, walking from the first while each one's claim is established.
///
/// Learn-then-Test with a fixed sequence (Angelopoulos et al. 2110.01052): to accept any point that violates the claim, the walk
/// would first have to accept the first such point, so the error over the whole grid is that of one test.
public func acceptedPrefix(_ established: [Bool]) -> Int { established.firstIndex(of: false) ?? established.count }

/// The smallest threshold whose loss is at most `epsilon`, by e-values over all pairs (statistics §8), fully adjudicated pairs only.
///
/// `differences` are D. Capital is read at any moment; keep the largest of each point across looks.
public func tierSelect(
    confidences: [Double], differences: [Int], grid: [Double], epsilon: Double, alpha: Double, loss: TierLoss
) -> TierSelection {
    let pairs = zip(confidences, differences)
    let evidence = grid.map { threshold in
        let scores = pairs.map { confidence, difference in
            confidence < threshold ? 0 : loss == .net ? difference : min(difference, 0)
        }
        let groups = (-1...1).map { value in
            ScoreGroup(
                score: Double(value), count: Double(scores.count { $0 == value }), lowest: -1, highest: loss == .net ? 1 : 0)
        }
        return logCapital(ScoreHistogram(groups), against: -epsilon, .above)
    }
    let needed = capitalNeeded(alpha: alpha)
    return selection(grid, confidences, accepted: acceptedPrefix(evidence.map { $0 >= needed }), evidence: evidence)
}

/// The same for one planned look: exact p = P(Bin(n, ε) ≤ harms at t), accepted while p ≤ α.
public func tierSelectBinomial(
    confidences: [Double], differences: [Int], grid: [Double], epsilon: Double, alpha: Double
) -> TierSelection {
    let evidence = grid.map { threshold in
        let harms = zip(confidences, differences).count { $0 >= threshold && $1 < 0 }
        return binomialCDF(harms, trials: confidences.count, probability: epsilon)
    }
    return selection(grid, confidences, accepted: acceptedPrefix(evidence.map { $0 <= alpha }), evidence: evidence)
}

private func selection(_ grid: [Double], _ confidences: [Double], accepted: Int, evidence: [Double]) -> TierSelection {
    guard accepted > 0 else { return TierSelection(threshold: nil, coverage: nil, evidence: evidence) }
    let threshold = grid[accepted - 1]
    let served = confidences.count { $0 >= threshold }
    let coverage = confidences.isEmpty ? nil : Double(served) / Double(confidences.count)
    return TierSelection(threshold: threshold, coverage: coverage, evidence: evidence)
}
