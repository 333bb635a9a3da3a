import Glibc

/// A weighted mean, and how much data it stands for.
public struct WeightedMean: Sendable, Hashable {
    /// The mean.
    public var estimate: Double
    /// Its standard error; nil for a single value.
    public var standardError: Double?
    /// (Σw)²/Σw²: hide the interval below 30.
    public var effectiveCount: Double
}

/// The Hájek mean Σwy/Σw of values drawn with probabilities 1/w, with its linearised error (statistics §6); nil without values.
public func hajekMean(_ values: [Double], weights: [Double]) -> WeightedMean? {
    precondition(values.count == weights.count, "a weight for each value")
    let total = weights.reduce(0, +)
    guard total > 0 else { return nil }
    let estimate = zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
    let squares = zip(values, weights).reduce(0) { $0 + $1.1 * $1.1 * ($1.0 - estimate) * ($1.0 - estimate) }
    let n = Double(values.count)
    let error = values.count > 1 ? (squares / (total * total) * n / (n - 1)).squareRoot() : nil
    return WeightedMean(
        estimate: estimate, standardError: error, effectiveCount: total * total / weights.reduce(0) { $0 + $1 * $1 })
}

/// The same from sums: Σw, Σw², Σwy, Σw²y² and Σw²y; nil without values.
public func hajekMean(
    count: Int, weight: Double, weightSquares: Double, sum: Double, sumSquares: Double, sumWeightSquares: Double
) -> WeightedMean? {
    guard count > 0, weight > 0, weightSquares > 0 else { return nil }
    let estimate = sum / weight
    let squares = max(0, sumSquares - 2 * estimate * sumWeightSquares + estimate * estimate * weightSquares)
    let n = Double(count)
    let error = count > 1 ? (squares / (weight * weight) * n / (n - 1)).squareRoot() : nil
    return WeightedMean(estimate: estimate, standardError: error, effectiveCount: weight * weight / weightSquares)
}

extension WeightedMean {
    /// The fewest effective values whose interval is shown (statistics §6).
    public static let fewestForInterval = 30.0

    /// With its normal limits; nil where there is too little for any.
    public func interval(confidence: Double) -> Estimate? {
        guard let standardError, effectiveCount >= WeightedMean.fewestForInterval else { return nil }
        let half = normalHalfWidth(confidence) * standardError
        return Estimate(estimate, lower: estimate - half, upper: estimate + half)
    }
}

/// A mean with its standard error.
public struct SampledMean: Sendable, Hashable {
    /// The mean.
    public var estimate: Double
    /// Its standard error.
    public var standardError: Double
}

/// The Horvitz–Thompson mean over a population of known size, each value drawn independently with its probability (statistics §6).
public func horvitzThompsonMean(_ values: [Double], probabilities: [Double], population: Double) -> SampledMean {
    precondition(values.count == probabilities.count && population > 0, "a probability for each value, and a population")
    let estimate = zip(values, probabilities).reduce(0) { $0 + $1.0 / $1.1 } / population
    let variance = zip(values, probabilities).reduce(0) { $0 + (1 - $1.1) * ($1.0 / $1.1) * ($1.0 / $1.1) }
    return SampledMean(estimate: estimate, standardError: variance.squareRoot() / population)
}

/// One stratum of a double sample: all pairs classified, some adjudicated.
public struct SampledStratum: Sendable, Hashable {
    /// N_h: pairs classified.
    public var pairs: Int
    /// n_h: pairs adjudicated.
    public var adjudicated: Int
    /// m_h: their mean.
    public var mean: Double
    /// s_h²: their variance.
    public var variance: Double

    /// A stratum from its four numbers.
    public init(pairs: Int, adjudicated: Int, mean: Double, variance: Double) {
        self.pairs = pairs
        self.adjudicated = adjudicated
        self.mean = mean
        self.variance = variance
    }
}

/// The mean over strata of a double sample (Cochran §12.2); nil when a stratum with pairs has none adjudicated.
public func doubleSamplingMean(_ strata: [SampledStratum]) -> SampledMean? {
    let pairs = Double(strata.reduce(0) { $0 + $1.pairs })
    let filled = strata.filter { $0.pairs > 0 }
    guard pairs > 0, filled.allSatisfy({ $0.adjudicated > 0 }) else { return nil }
    let estimate = filled.reduce(0) { $0 + Double($1.pairs) / pairs * $1.mean }
    let variance = filled.reduce(0.0) { sum, stratum in
        let share = Double(stratum.pairs) / pairs
        let within = share * share * stratum.variance / Double(stratum.adjudicated)
        return sum + within + share * (stratum.mean - estimate) * (stratum.mean - estimate) / pairs
    }
    return SampledMean(estimate: estimate, standardError: variance.squareRoot())
}
