import Glibc

/// Observations that share score, weight and bounds.
public struct ScoreGroup: Sendable, Hashable {
    /// z, within the bounds.
    public var score: Double
    /// How many; whole in a ledger, fractional only in projections.
    public var count: Double
    /// w in (0, 1]: the sampling weight.
    public var weight: Double
    /// The lowest score possible, the same for every class of observation.
    public var lowest: Double
    /// The highest score possible, the same for every class of observation.
    public var highest: Double

    /// A group from its parts.
    public init(score: Double, count: Double, weight: Double = 1, lowest: Double = -1, highest: Double = 1) {
        self.score = score
        self.count = count
        self.weight = weight
        self.lowest = lowest
        self.highest = highest
    }
}

/// On which side of the threshold the mean is claimed to lie.
public enum ClaimSide: Sendable, Hashable {
    /// Mean > θ ('+').
    case above
    /// Mean < θ ('−').
    case below
}

/// All that the betting engine remembers of a ledger: a histogram of scores, mergeable in any order.
///
/// Equal groups are counted together and kept sorted, so equal evidence gives equal bits whatever order it came in.
public struct ScoreHistogram: Sendable, Hashable {
    /// The groups, sorted by score, weight and bounds, no two alike but for their counts.
    public private(set) var groups: [ScoreGroup]

    /// A histogram of these groups, in any order and split in any way; empty groups are dropped.
    public init(_ groups: [ScoreGroup] = []) {
        let sorted = groups.filter { $0.count > 0 }.sorted {
            ($0.score, $0.weight, $0.lowest, $0.highest, $0.count) < ($1.score, $1.weight, $1.lowest, $1.highest, $1.count)
        }
        var merged: [ScoreGroup] = []
        for group in sorted {
            if var last = merged.last, last.isLike(group) {
                last.count += group.count
                merged[merged.count - 1] = last
            } else {
                merged.append(group)
            }
        }
        self.groups = merged
    }

    /// Both ledgers together.
    public func merged(with other: ScoreHistogram) -> ScoreHistogram { ScoreHistogram(groups + other.groups) }

    /// How many observations.
    public var count: Double { groups.reduce(0) { $0 + $1.count } }

    /// Σwz/Σw, the Hájek mean; nil without observations.
    public var mean: Double? {
        let weight = groups.reduce(0) { $0 + $1.count * $1.weight }
        return weight > 0 ? groups.reduce(0) { $0 + $1.count * $1.weight * $1.score } / weight : nil
    }

    /// The standard deviation of the scores, weighted; nil without observations.
    public var standardDeviation: Double? {
        guard let mean else { return nil }
        let weight = groups.reduce(0) { $0 + $1.count * $1.weight }
        let squares = groups.reduce(0) { $0 + $1.count * $1.weight * ($1.score - mean) * ($1.score - mean) }
        return (squares / weight).squareRoot()
    }
}

extension ScoreGroup {
    /// Alike but for the count.
    fileprivate func isLike(_ other: ScoreGroup) -> Bool {
        score == other.score && weight == other.weight && lowest == other.lowest && highest == other.highest
    }

    /// The bet's gain u against θ, before the fraction; +∞ or −w where θ lies on the bound.
    fileprivate func gain(against theta: Double, _ side: ClaimSide, shift: Double = 0) -> Double {
        let score = score + shift
        let room = side == .above ? theta - lowest : highest - theta
        let won = side == .above ? score - theta : theta - score
        if room <= 0 { return won > 0 ? .infinity : -weight }
        return weight * won / room
    }
}

/// The fractions of the capital that the seven constant bets stake (statistics §3.2).
private let betFractions = [0.9, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625]

/// Each bet's log-capital: Σ count · log1p(f·u). `shift` moves every score, for projections.
func logCapitals(_ histogram: ScoreHistogram, against theta: Double, _ side: ClaimSide, shift: Double = 0) -> [Double] {
    var capitals = [Double](repeating: 0, count: betFractions.count)
    for group in histogram.groups {
        let gain = group.gain(against: theta, side, shift: shift)
        for (index, fraction) in betFractions.enumerated() {
            // Only a shifted score can lie outside its bounds and cost more than the stake.
            capitals[index] += group.count * log1p(max(fraction * gain, -1 + 1e-12))
        }
    }
    return capitals
}

/// ln of the mean of e^x, the greatest taken out first.
func logMeanExp(_ values: [Double]) -> Double {
    guard let greatest = values.max(), greatest.isFinite else { return values.max() ?? -.infinity }
    return greatest + log(values.reduce(0) { $0 + exp($1 - greatest) } / Double(values.count))
}

/// Log-capital of the hedged bets against "the mean is θ": evidence that may be read at any moment.
///
/// A fixed mixture of constant bets (Waudby-Smith & Ramdas 2010.09686; Ryu & Bhatt 2207.12382). Under a mean not on the claimed
/// side the capital is a non-negative supermartingale from 1, so by Ville P(ever ≥ ln 1/α) ≤ α.
/// Assumes bounded scores whose conditional mean is the target; bounds and weights that never depend on a score's class.
public func logCapital(_ histogram: ScoreHistogram, against theta: Double, _ side: ClaimSide) -> Double {
    logMeanExp(logCapitals(histogram, against: theta, side))
}

/// Log-capital of equal stakes on several ledgers of one mean: as good evidence as that of one ledger chosen beforehand.
///
/// Each ledger's capital is a non-negative supermartingale from 1 where the mean is not on the claimed side, so their mean is one too,
/// however the ledgers overlap.
public func sharedLogCapital(_ ledgers: [ScoreHistogram], against theta: Double, _ side: ClaimSide) -> Double {
    logMeanExp(ledgers.map { logCapital($0, against: theta, side) })
}

/// The log-capital at which a claim is established with error α: ln 1/α.
public func capitalNeeded(alpha: Double) -> Double { -log(alpha) }

/// The means not refuted by either side: the confidence sequence (statistics §3.3).
///
/// Valid at every look at once: P(ever misses on one side) ≤ that side's α. No data: the whole range.
public func confidenceSequence(_ histogram: ScoreHistogram, alphaLower: Double, alphaUpper: Double, range: Interval) -> Interval {
    Interval(
        confidenceLimit(histogram, .above, alpha: alphaLower, range: range),
        confidenceLimit(histogram, .below, alpha: alphaUpper, range: range))
}

/// One end of the confidence sequence: what the mean is shown to lie above or below, by 100 bisections of `range`.
///
/// The limit returned is on the refuted side of the last bisection, so that "the limit is beyond θ" never says more than the capital
/// against θ does.
public func confidenceLimit(_ histogram: ScoreHistogram, _ side: ClaimSide, alpha: Double, range: Interval) -> Double {
    var refuted = side == .above ? range.lower : range.upper
    var kept = side == .above ? range.upper : range.lower
    let needed = capitalNeeded(alpha: alpha)
    func isRefuted(_ mean: Double) -> Bool { logCapital(histogram, against: mean, side) >= needed }
    guard !histogram.groups.isEmpty, isRefuted(refuted) else { return refuted }
    if isRefuted(kept) { return kept }
    for _ in 0..<100 {
        let middle = refuted + (kept - refuted) / 2
        if middle == refuted || middle == kept { break }
        if isRefuted(middle) { refuted = middle } else { kept = middle }
    }
    return refuted
}

/// What a series of looks at a growing ledger decides about "mean > θ".
public struct RunningDecision: Sendable, Hashable {
    /// The first side whose capital sufficed at some look; nil while neither has.
    public var decided: ClaimSide?
    /// Log-capital that the mean lies above, at each look.
    public var above: [Double]
    /// Log-capital that it lies below, at each look.
    public var below: [Double]
}

/// Reads a ledger at each look, from its cumulative histograms (statistics §3.4). What is established stays established.
public func runningDecision(looks: [ScoreHistogram], against theta: Double, alpha: Double) -> RunningDecision {
    let needed = capitalNeeded(alpha: alpha)
    var result = RunningDecision(decided: nil, above: [], below: [])
    for look in looks {
        let above = logCapital(look, against: theta, .above)
        let below = logCapital(look, against: theta, .below)
        result.above.append(above)
        result.below.append(below)
        if result.decided == nil { result.decided = above >= needed ? .above : below >= needed ? .below : nil }
    }
    return result
}

/// A partly adjudicated pair's score and its bound.
public struct AdjudicatedScore: Sendable, Hashable {
    /// Z, whose mean is that of D however the pairs were drawn.
    public var score: Double
    /// B: Z lies in [−B, B].
    public var bound: Double
}

/// Z = κf + (R/π)(D − κf) and B = (1 + κ(1 − π))/π (statistics §3.6; prediction-powered e-values, Csillag et al. 2502.04294).
///
/// `prediction` is a judge's f in [−1, 1], `difference` D when adjudicated and nil else, `probability` the logged π, `trust` κ: 0
/// where there is no judge. The bound holds for a trial whose smallest probability is this one.
public func adjudicatedScore(prediction: Double = 0, difference: Int?, probability: Double, trust: Double = 0) -> AdjudicatedScore {
    let expected = trust * prediction
    let correction = difference.map { (Double($0) - expected) / probability } ?? 0
    return AdjudicatedScore(score: expected + correction, bound: (1 + trust * (1 - probability)) / probability)
}
