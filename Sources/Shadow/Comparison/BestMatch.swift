/// Finds which items of two lists belong together: the way of pairing them that costs least in all.
///
/// Lists that are too long for that, or come when the work is used up, are paired by what is equal and then in order, which
/// may find less that agrees, and never more.
final class BestMatch {
    /// The longest lists that are paired at least cost.
    static let limit = 64

    /// How many comparisons of single values are left for one finding.
    private var work = 500_000

    /// Each left item's partner on the right; nil for an item without one, which only happens when the right list is shorter.
    ///
    /// - Parameters:
    ///   - sizes: How many values the items of each list hold.
    ///   - keys: What is equal for two items that cost nothing, by their places. Only asked for where cost is not.
    ///   - cost: What it costs to pair two items, by their places; pairings with equal costs are told apart by order.
    func partners(
        _ leftCount: Int, _ rightCount: Int, sizes: (left: Int, right: Int), keys: (left: (Int) -> String, right: (Int) -> String),
        cost: (Int, Int) -> Int
    ) -> [Int?] {
        var partners = [Int?](repeating: nil, count: leftCount)
        var left = Array(0..<leftCount)
        var right = Array(0..<rightCount)
        if !canAfford(leftCount, rightCount, sizes) {
            var places: [String: [Int]] = [:]
            for place in right.reversed() { places[keys.right(place), default: []].append(place) }
            for place in left { partners[place] = places[keys.left(place)]?.popLast() }
            let taken = Set(partners.compactMap(\.self))
            left.removeAll { partners[$0] != nil }
            right.removeAll { taken.contains($0) }
            let rest = (sizes.left / max(leftCount, 1) * left.count, sizes.right / max(rightCount, 1) * right.count)
            guard canAfford(left.count, right.count, rest) else {
                for (place, partner) in zip(left, right) { partners[place] = partner }
                return partners
            }
        }
        for (row, column) in BestMatch.assignment(left.count, right.count, cost: { cost(left[$0], right[$1]) }) {
            partners[left[row]] = right[column]
        }
        return partners
    }

    /// Whether lists may be compared each with each; the work is taken from what is left.
    private func canAfford(_ leftCount: Int, _ rightCount: Int, _ sizes: (left: Int, right: Int)) -> Bool {
        let (product, overflow) = sizes.left.multipliedReportingOverflow(by: sizes.right)
        guard !overflow, leftCount <= BestMatch.limit, rightCount <= BestMatch.limit, product <= work else { return false }
        work -= product
        return true
    }

    /// The cheapest pairing of rows and columns, as many pairs as the shorter side has: Kuhn's Hungarian method with potentials
    /// (Jonker and Volgenant 1987), cubic in the longer side.
    private static func assignment(_ rows: Int, _ columns: Int, cost: (Int, Int) -> Int) -> [(row: Int, column: Int)] {
        if rows > columns { return assignment(columns, rows, cost: { cost($1, $0) }).map { ($0.column, $0.row) } }
        if rows == 0 { return [] }
        let costs = (0..<rows).map { row in (0..<columns).map { cost(row, $0) } }
        // Place 0 stands for nobody: rows and columns are counted from 1.
        var rowPotential = [Int](repeating: 0, count: rows + 1)
        var columnPotential = [Int](repeating: 0, count: columns + 1)
        var rowOfColumn = [Int](repeating: 0, count: columns + 1)
        for row in 1...rows {
            var previous = [Int](repeating: 0, count: columns + 1)
            var slack = [Int](repeating: .max, count: columns + 1)
            var isReached = [Bool](repeating: false, count: columns + 1)
            rowOfColumn[0] = row
            var column = 0
            repeat {
                isReached[column] = true
                let current = rowOfColumn[column]
                var least = Int.max
                var next = 0
                for other in 1...columns where !isReached[other] {
                    let reduced = costs[current - 1][other - 1] - rowPotential[current] - columnPotential[other]
                    if reduced < slack[other] {
                        slack[other] = reduced
                        previous[other] = column
                    }
                    if slack[other] < least {
                        least = slack[other]
                        next = other
                    }
                }
                for other in 0...columns {
                    if isReached[other] {
                        rowPotential[rowOfColumn[other]] += least
                        columnPotential[other] -= least
                    } else {
                        slack[other] -= least
                    }
                }
                column = next
            } while rowOfColumn[column] != 0
            while column != 0 {
                rowOfColumn[column] = rowOfColumn[previous[column]]
                column = previous[column]
            }
        }
        return (1...columns).filter { rowOfColumn[$0] != 0 }.map { (rowOfColumn[$0] - 1, $0 - 1) }.sorted { $0.0 < $1.0 }
    }
}
