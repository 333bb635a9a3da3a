import Glibc

/// The largest number of pairs that a forecast looks ahead.
public let forecastHorizon = 10_000_000

/// How many more pairs establish the claim if what comes is like the ledger so far (statistics §10); 0 when it is established, nil
/// when it is not on course within `forecastHorizon`.
///
/// Each bet's log-capital goes on by its mean increment under the ledger's histogram, every score moved by `shift`.
public func forecastPairs(
    _ histogram: ScoreHistogram, against theta: Double, _ side: ClaimSide, alpha: Double, shift: Double = 0
) -> Int? {
    let count = histogram.count
    guard count > 0 else { return nil }
    let needed = capitalNeeded(alpha: alpha)
    let now = logCapitals(histogram, against: theta, side)
    let increments = logCapitals(histogram, against: theta, side, shift: shift).map { $0 / count }
    func capital(after pairs: Int) -> Double { logMeanExp(zip(now, increments).map { $0 + Double(pairs) * $1 }) }
    if capital(after: 0) >= needed { return 0 }
    guard capital(after: forecastHorizon) >= needed else { return nil }
    var short = 0
    var enough = forecastHorizon
    while enough - short > 1 {
        let middle = (short + enough) / 2
        if capital(after: middle) >= needed { enough = middle } else { short = middle }
    }
    return enough
}

/// How many pairs a trial should need, before it has any: L·(2σ²/g² + B/(0.9g)) with L = ln(1/α) + ln 7 and g = Δ + δ; nil for g ≤ 0.
///
/// `disagreement` is the expected share of pairs that differ, `difference` the expected Δ, `adjudicated` π, `explained` the share of
/// D's variance that a judge explains (0 without one).
public func plannedPairs(
    disagreement: Double, margin: Double, difference: Double, alpha: Double, adjudicated: Double = 1, explained: Double = 0
) -> Int? {
    let gap = difference + margin
    guard gap > 0 else { return nil }
    let variance = disagreement * (1 + (1 - explained) * (1 - adjudicated) / adjudicated) - difference * difference
    let bound = explained > 0 ? (2 - adjudicated) / adjudicated : 1 / adjudicated
    let factor = capitalNeeded(alpha: alpha) + log(7.0)
    return Int((factor * (2 * variance / (gap * gap) + bound / (0.9 * gap))).rounded(.up))
}
