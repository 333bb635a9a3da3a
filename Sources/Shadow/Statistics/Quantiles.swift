import Glibc

/// The nearest rank of quantile `p` among `count` sorted values, 1-based: clamp(⌈np − 1e-9⌉, 1, n).
public func nearestRank(_ p: Double, of count: Int) -> Int {
    min(max(Int((Double(count) * p - 1e-9).rounded(.up)), 1), max(count, 1))
}

/// The 1-based ranks between which quantile `p` of the distribution lies, by the binomial order-statistics argument: exact and
/// distribution-free. Rank 0 or `count` + 1: no limit on that side.
public func quantileRanks(_ p: Double, of count: Int, confidence: Double) -> (lower: Int, upper: Int) {
    let tail = (1 - confidence) / 2
    return (
        binomialQuantile(tail, trials: count, probability: p), binomialQuantile(1 - tail, trials: count, probability: p) + 1
    )
}

/// A quantile with its limits.
public struct QuantileEstimate: Sendable, Hashable {
    /// The nearest-rank quantile; nil without data or when it falls among the infinite values.
    public var quantile: Double?
    /// Its limits.
    public var interval: OpenInterval
}

/// Sorted values behind quantiles: an exact list or a sketch, and any number of +∞ that sort last.
public enum SortedValues: Sendable, Hashable {
    /// Finite values in rising order, then `infinite` of +∞.
    case exact([Double], infinite: Int = 0)
    /// A sketch's values, then `infinite` of +∞. Limits are widened by its relative error.
    case sketch(DDSketch, infinite: Int = 0)

    /// How many, infinite ones included.
    public var count: Int {
        switch self {
        case .exact(let values, let infinite): values.count + infinite
        case .sketch(let sketch, let infinite): sketch.count + infinite
        }
    }

    /// Values at ranks; nil outside 1…`count` and for +∞.
    func values(atRanks ranks: [Int]) -> [Double?] {
        switch self {
        case .exact(let values, _): ranks.map { $0 >= 1 && $0 <= values.count ? values[$0 - 1] : nil }
        case .sketch(let sketch, _): sketch.values(atRanks: ranks)
        }
    }

    /// The relative error of a value.
    var relativeError: Double {
        switch self {
        case .exact: 0
        case .sketch(let sketch, _): sketch.relativeError
        }
    }
}

/// Quantile `p` with its exact confidence interval (statistics §7). Ties only widen it.
public func quantileEstimate(_ p: Double, of values: SortedValues, confidence: Double) -> QuantileEstimate {
    let count = values.count
    guard count > 0 else { return QuantileEstimate(quantile: nil, interval: OpenInterval(nil, nil)) }
    let ranks = quantileRanks(p, of: count, confidence: confidence)
    let found = values.values(atRanks: [ranks.lower, nearestRank(p, of: count), ranks.upper])
    let error = values.relativeError
    return QuantileEstimate(
        quantile: found[1], interval: OpenInterval(found[0].map { $0 * (1 - error) }, found[2].map { $0 * (1 + error) }))
}

/// A ratio of two quantiles with its limits.
public struct QuantileRatio: Sendable, Hashable {
    /// Candidate's / production's; nil without data.
    public var ratio: Double?
    /// Its limits.
    public var interval: OpenInterval
}

/// Candidate's quantile / production's, with the Bonferroni rectangle of two exact intervals at 1 − (1−confidence)/2 each: valid
/// however the two depend on each other (statistics §7).
public func quantileRatio(_ p: Double, candidate: SortedValues, production: SortedValues, confidence: Double) -> QuantileRatio {
    let each = 1 - (1 - confidence) / 2
    let above = quantileEstimate(p, of: candidate, confidence: each)
    let below = quantileEstimate(p, of: production, confidence: each)
    func divide(_ numerator: Double?, _ denominator: Double?) -> Double? {
        guard let numerator, let denominator, denominator > 0 else { return nil }
        return numerator / denominator
    }
    return QuantileRatio(
        ratio: divide(above.quantile, below.quantile),
        interval: OpenInterval(
            divide(above.interval.lower, below.interval.upper), divide(above.interval.upper, below.interval.lower)))
}

/// Vigna's SplitMix64 generator: the same numbers from the same seed everywhere.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator from its seed.
    public init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// An index below `count`: the high half of next · count.
    public mutating func index(below count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }
}

/// The percentile interval of a ratio of quantiles by a paired bootstrap: resamples pairs, for display beside the exact one.
///
/// `candidate[i]` and `production[i]` are one pair's values. nil without pairs or where a production quantile is 0.
public func bootstrapQuantileRatio(
    _ p: Double, candidate: [Double], production: [Double], draws: Int = 1000, seed: UInt64, confidence: Double = 0.95
) -> Interval? {
    precondition(candidate.count == production.count && draws > 0, "a paired bootstrap needs pairs and draws")
    let count = candidate.count
    guard count > 0 else { return nil }
    let rank = nearestRank(p, of: count)
    var generator = SplitMix64(seed: seed)
    var ratios: [Double] = []
    for _ in 0..<draws {
        let chosen = (0..<count).map { _ in generator.index(below: count) }
        let above = chosen.map { candidate[$0] }.sorted()[rank - 1]
        let below = chosen.map { production[$0] }.sorted()[rank - 1]
        guard below > 0 else { return nil }
        ratios.append(above / below)
    }
    ratios.sort()
    let tail = (1 - confidence) / 2
    return Interval(ratios[nearestRank(tail, of: draws) - 1], ratios[nearestRank(1 - tail, of: draws) - 1])
}
