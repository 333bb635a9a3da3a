import Glibc

/// Tango's score interval of the difference of two paired rates (Tango 1998), for one planned look.
///
/// `candidateOnly` and `productionOnly` are the discordant counts, `pairs` all pairs, agreements included; the difference is
/// (candidateOnly − productionOnly) / pairs. No pairs: [−1, 1]. Read daily it is wrong far more often than it says, so it never gates.
public func tangoInterval(candidateOnly: Int, productionOnly: Int, pairs: Int, confidence: Double = 0.95) -> Interval {
    precondition(candidateOnly >= 0 && productionOnly >= 0 && candidateOnly + productionOnly <= pairs, "discordant pairs are pairs")
    guard pairs > 0 else { return Interval(-1, 1) }
    let b = Double(candidateOnly)
    let c = Double(productionOnly)
    let n = Double(pairs)
    let z = normalHalfWidth(confidence)
    let difference = (b - c) / n

    /// The score statistic at difference d; falls in d.
    func score(_ d: Double) -> Double {
        let quadratic = 2 * n
        let linear = -b - c + (2 * n - b + c) * d
        let constant = -c * d * (1 - d)
        let q = (max(0, linear * linear - 4 * quadratic * constant).squareRoot() - linear) / (2 * quadratic)
        let variance = n * (2 * q + d * (1 - d))
        let distance = b - c - n * d
        return variance > 0 ? distance / variance.squareRoot() : (distance == 0 ? 0 : (distance > 0 ? .infinity : -.infinity))
    }
    func root(of target: Double, from start: Double, to end: Double) -> Double {
        var low = start
        var high = end
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if score(middle) > target { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
    let lower = productionOnly == pairs ? -1 : root(of: z, from: -1, to: difference)
    let upper = candidateOnly == pairs ? 1 : root(of: -z, from: difference, to: 1)
    return Interval(lower, upper)
}

/// McNemar's test that two paired rates are equal: the exact p and the mid-p. It says nothing of a margin.
public struct McNemar: Sendable, Hashable, Codable {
    /// The exact two-sided p.
    public var exact: Double
    /// The mid-p, less conservative.
    public var mid: Double
}

/// McNemar's test from the discordant counts: k = min, m = sum, p = min(1, 2·P(Bin(m, ½) ≤ k)); mid-p takes P(X = k) off.
public func mcnemarTest(candidateOnly: Int, productionOnly: Int) -> McNemar {
    let k = min(candidateOnly, productionOnly)
    let m = candidateOnly + productionOnly
    guard m > 0 else { return McNemar(exact: 1, mid: 1) }
    let tail = binomialCDF(k, trials: m, probability: 0.5)
    let logPoint =
        logGamma(Double(m + 1)) - logGamma(Double(k + 1)) - logGamma(Double(m - k + 1)) + Double(m) * log(0.5)
    return McNemar(exact: min(1, 2 * tail), mid: min(1, 2 * tail - exp(logPoint)))
}
