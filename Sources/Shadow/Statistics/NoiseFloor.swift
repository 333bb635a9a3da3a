import Glibc

/// What the pairs with a control leg came to: candidate against production, by production against itself.
public struct ControlTable: Sendable, Hashable {
    /// Candidate differs, and so does production from itself.
    public var bothDiffer: Int
    /// Only the candidate differs.
    public var candidateDiffers: Int
    /// Only production differs from itself.
    public var productionDiffers: Int
    /// All agree.
    public var noneDiffers: Int

    /// A table from its four counts.
    public init(bothDiffer: Int = 0, candidateDiffers: Int = 0, productionDiffers: Int = 0, noneDiffers: Int = 0) {
        self.bothDiffer = bothDiffer
        self.candidateDiffers = candidateDiffers
        self.productionDiffers = productionDiffers
        self.noneDiffers = noneDiffers
    }

    /// n_A: pairs with a control leg.
    public var pairs: Int { bothDiffer + candidateDiffers + productionDiffers + noneDiffers }
    /// Those in which production differs from itself.
    public var selfDisagreements: Int { bothDiffer + productionDiffers }

    /// φ̂ of the table, with the continuity correction of Newcombe's paired interval; 0 where a margin is empty.
    var correlation: Double {
        let n11 = Double(bothDiffer)
        let n10 = Double(candidateDiffers)
        let n01 = Double(productionDiffers)
        let n00 = Double(noneDiffers)
        let margins = (n11 + n10) * (n01 + n00) * (n11 + n01) * (n10 + n00)
        guard margins > 0 else { return 0 }
        var numerator = n11 * n00 - n10 * n01
        if numerator > 0 { numerator = max(0, numerator - Double(pairs) / 2) }
        return numerator / margins.squareRoot()
    }
}

/// Difference of two rates, first − second, with the MOVER interval from Wilson limits (Zou & Donner 2008; Newcombe 1998).
///
/// `correlation` is that of the two estimates: 0 for separate samples. One look.
public func rateDifference(
    successes x1: Int, of n1: Int, minus x2: Int, of n2: Int, correlation r: Double = 0, confidence: Double = 0.95
) -> Estimate {
    let first = wilsonInterval(successes: x1, of: n1, confidence: confidence)
    let second = wilsonInterval(successes: x2, of: n2, confidence: confidence)
    let p1 = Double(x1) / Double(n1)
    let p2 = Double(x2) / Double(n2)
    func reach(_ a: Double, _ b: Double) -> Double { max(0, a * a - 2 * r * a * b + b * b).squareRoot() }
    let difference = p1 - p2
    return Estimate(
        difference, lower: difference - reach(p1 - first.lower, second.upper - p2),
        upper: difference + reach(first.upper - p1, p2 - second.lower))
}

/// The excess disagreement with its interval, and the correlation that entered it.
public struct NoiseExcess: Sendable, Hashable {
    /// P(candidate ≠ production) − P(production ≠ production′); nil without control pairs, when the interval is [−1, 1].
    public var estimate: Double?
    /// The interval, one look.
    public var interval: Interval
    /// r = φ̂·√(n_A/N).
    public var correlation: Double
}

/// How much more the candidate disagrees with production than production with itself (statistics §4), for one look.
///
/// `disagreements` of `pairs` is over all pairs; the control pairs are a random part of them, asked of production twice.
public func noiseExcess(disagreements: Int, of pairs: Int, controls: ControlTable, confidence: Double = 0.95) -> NoiseExcess {
    guard controls.pairs > 0, pairs > 0 else { return NoiseExcess(estimate: nil, interval: Interval(-1, 1), correlation: 0) }
    let correlation = controls.correlation * (Double(controls.pairs) / Double(pairs)).squareRoot()
    let difference = rateDifference(
        successes: disagreements, of: pairs, minus: controls.selfDisagreements, of: controls.pairs, correlation: correlation,
        confidence: confidence)
    return NoiseExcess(
        estimate: difference.estimate, interval: Interval(difference.lower, difference.upper), correlation: correlation)
}
