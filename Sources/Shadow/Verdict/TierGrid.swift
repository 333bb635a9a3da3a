import Statistics

/// How many pairs, the first of the ledger with a comparison, fix the two-tier grid; they are left out of its test.
public let tierGridPairs = 500

/// The two-tier grid from the candidate's confidences in the first `tierGridPairs` pairs (missing ones as 0): their twenty
/// nearest-rank quantiles from 95 % down to the least, falling, doubles left out (statistics §8).
///
/// Fixed once and stored. Empty when no pair carries a confidence above 0: there is nothing to tell calls apart by.
public func tierGrid(fromFirst confidences: [Double]) -> [Double] {
    guard confidences.contains(where: { $0 > 0 }) else { return [] }
    let sorted = confidences.sorted()
    var grid: [Double] = []
    for step in (0..<20).reversed() {
        let threshold = sorted[nearestRank(Double(step) / 20, of: sorted.count) - 1]
        if grid.last != threshold { grid.append(threshold) }
    }
    return grid
}

/// The tier index of a pair: how many thresholds of the falling grid are at or below its confidence (missing: 0).
public func tierIndex(of confidence: Double?, in grid: [Double]) -> Int {
    let confidence = confidence ?? 0
    return grid.count - (grid.firstIndex { $0 <= confidence } ?? grid.count)
}
