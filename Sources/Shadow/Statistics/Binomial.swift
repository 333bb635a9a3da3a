import Glibc

/// P(X ≤ k) for X binomial with `trials` and `probability`, as I_{1−p}(n−k, k+1).
public func binomialCDF(_ k: Int, trials: Int, probability: Double) -> Double {
    if k < 0 { return 0 }
    if k >= trials { return 1 }
    return incompleteBeta(1 - probability, Double(trials - k), Double(k + 1))
}

/// P(X ≥ k) for X binomial with `trials` and `probability`, as I_p(k, n−k+1).
public func binomialUpperTail(_ k: Int, trials: Int, probability: Double) -> Double {
    if k <= 0 { return 1 }
    if k > trials { return 0 }
    return incompleteBeta(probability, Double(k), Double(trials - k + 1))
}

/// The smallest k with P(X ≤ k) ≥ `level`, by bisection.
public func binomialQuantile(_ level: Double, trials: Int, probability: Double) -> Int {
    var low = 0
    var high = trials
    while low < high {
        let middle = (low + high) / 2
        if binomialCDF(middle, trials: trials, probability: probability) >= level { high = middle } else { low = middle + 1 }
    }
    return low
}

/// The half-width in standard errors of a two-sided interval: Φ⁻¹(½ + confidence/2).
func normalHalfWidth(_ confidence: Double) -> Double { normalQuantile(0.5 + confidence / 2) }

/// Wilson's score interval of a rate: the default for display (Wilson 1927).
///
/// Assumes independent trials of equal weight and one look. No trials: [0, 1], to be shown as "no data".
public func wilsonInterval(successes x: Int, of n: Int, confidence: Double = 0.95) -> Interval {
    precondition(x >= 0 && x <= n, "successes lie between none and all")
    guard n > 0 else { return Interval(0, 1) }
    let interval = wilsonInterval(rate: Double(x) / Double(n), trials: Double(n), confidence: confidence)
    return Interval(x == 0 ? 0 : interval.lower, x == n ? 1 : interval.upper)
}

/// Wilson's interval about a weighted rate, `trials` being its effective number (Σw)²/Σw²: for display.
public func wilsonInterval(rate: Double, trials: Double, confidence: Double = 0.95) -> Interval {
    guard trials > 0 else { return Interval(0, 1) }
    let z = normalHalfWidth(confidence)
    let shrink = 1 + z * z / trials
    let centre = (rate + z * z / (2 * trials)) / shrink
    let half = z / shrink * (rate * (1 - rate) / trials + z * z / (4 * trials * trials)).squareRoot()
    return Interval(max(0, centre - half), min(1, centre + half))
}

/// The exact interval of a rate, which covers at least as often as it says (Clopper & Pearson 1934).
///
/// Assumes independent trials of equal weight and one look. No trials: [0, 1].
public func clopperPearsonInterval(successes x: Int, of n: Int, confidence: Double = 0.95) -> Interval {
    precondition(x >= 0 && x <= n, "successes lie between none and all")
    guard n > 0 else { return Interval(0, 1) }
    let tail = (1 - confidence) / 2
    let lower = x == 0 ? 0 : incompleteBetaInverse(tail, Double(x), Double(n - x + 1))
    let upper = x == n ? 1 : incompleteBetaInverse(1 - tail, Double(x + 1), Double(n - x))
    return Interval(lower, upper)
}

/// A rate with its Wilson interval; nil without trials, since then there is no percentage to show.
public func wilsonEstimate(successes x: Int, of n: Int, confidence: Double = 0.95) -> Estimate? {
    guard n > 0 else { return nil }
    let interval = wilsonInterval(successes: x, of: n, confidence: confidence)
    return Estimate(Double(x) / Double(n), lower: interval.lower, upper: interval.upper)
}
