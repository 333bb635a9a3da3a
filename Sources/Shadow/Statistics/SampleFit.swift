import Glibc

/// How well counts fit shares that were to be expected.
public struct Fit: Sendable, Hashable, Codable {
    /// Total variation: the share of the counts that lies in other classes than expected, 0 to 1.
    public var distance: Double
    /// How often chance alone makes a fit as bad; 1 where there is nothing to compare.
    public var p: Double

    /// Takes its parts as they are.
    public init(distance: Double, p: Double) {
        self.distance = distance
        self.p = p
    }
}

/// Pearson's test of counts against expected ones (rescaled to the same sum). One look; for display and to hold back, never to claim.
///
/// Counts of a draw with known, small probabilities vary as Poisson's; with large ones they vary less, and the test is the more lenient.
/// Classes of which fewer than five are expected are laid together (Cochran 1954).
public func goodnessOfFit(_ observed: [Double], expected: [Double]) -> Fit {
    precondition(observed.count == expected.count, "an expected count for each observed one")
    let (all, wanted) = (observed.reduce(0, +), expected.reduce(0, +))
    guard all > 0, wanted > 0 else { return Fit(distance: 0, p: 1) }
    let scaled = expected.map { $0 * all / wanted }
    var statistic = 0.0
    var classes = 0
    var rest = (observed: 0.0, expected: 0.0)
    for (count, expected) in zip(observed, scaled) {
        guard expected >= 5 else {
            rest.observed += count
            rest.expected += expected
            continue
        }
        statistic += (count - expected) * (count - expected) / expected
        classes += 1
    }
    if rest.expected > 0 {
        statistic += (rest.observed - rest.expected) * (rest.observed - rest.expected) / max(rest.expected, 1)
        classes += 1
    }
    let distance = zip(observed, scaled).reduce(0) { $0 + abs($1.0 - $1.1) } / (2 * all)
    return Fit(distance: distance, p: chiSquareTail(statistic, degrees: classes - 1))
}

/// Pearson's test whether a part of some counts is spread like all of them: the part and the rest as two rows. The distance is between
/// the part's shares and those of all.
public func fitOfPart(_ part: [Double], of whole: [Double]) -> Fit {
    precondition(part.count == whole.count, "a count of the whole for each of the part")
    let (kept, all) = (part.reduce(0, +), whole.reduce(0, +))
    guard kept > 0, all > kept else { return Fit(distance: 0, p: 1) }
    let distance = goodnessOfFit(part, expected: whole).distance
    var statistic = 0.0
    var classes = 0
    var rest = (part: 0.0, whole: 0.0)
    func add(_ part: Double, _ whole: Double) {
        let (expected, lost) = (whole * kept / all, whole * (all - kept) / all)
        statistic += (part - expected) * (part - expected) * (1 / max(expected, 1) + 1 / max(lost, 1))
        classes += 1
    }
    for (part, whole) in zip(part, whole) {
        if whole * min(kept, all - kept) / all >= 5 {
            add(part, whole)
        } else {
            rest.part += part
            rest.whole += whole
        }
    }
    if rest.whole > 0 { add(rest.part, rest.whole) }
    return Fit(distance: distance, p: chiSquareTail(statistic, degrees: classes - 1))
}

/// P(a χ² with so many degrees of freedom ≥ x) = Q(k/2, x/2), whose series is finite for whole k (Abramowitz and Stegun 26.4.4 and 26.4.5).
public func chiSquareTail(_ x: Double, degrees: Int) -> Double {
    guard degrees > 0, x > 0 else { return 1 }
    let half = x / 2
    let isOdd = !degrees.isMultiple(of: 2)
    var tail = isOdd ? erfc(half.squareRoot()) : 0
    for step in 0..<(degrees / 2) {
        // By logarithms: single factors leave the range of numbers long before their product does.
        let power = Double(step) + (isOdd ? 0.5 : 0)
        tail += exp(power * log(half) - half - logGamma(power + 1))
    }
    return min(1, tail)
}
