import JSON

/// Which element of one array is held against which of the other.
struct JSONPair: Equatable {
    /// Places in the two arrays; nil where the other one's element has no counterpart.
    var left: Int?
    var right: Int?
    /// They are known to be the same without any rule.
    var isIdentical = false

    /// The places that there are.
    var places: [Int] { [left, right].compactMap { $0 } }
}

/// Finds the counterparts of array elements.
enum JSONMatching {
    /// Elements that are held each against each, at most; beyond that, arrays go by their places.
    private static let maximumCells = 10_000
    /// Elements of two sets at most; beyond that, they go by their places too.
    private static let maximumElements = 200_000
    /// What an element without a counterpart costs: two of them as much as one pair that has nothing in common.
    private static let gap = JSONLikeness.unlike / 2

    /// Pairs of two arrays whose order counts: as few and as small differences as can be, so that one element more does not shift
    /// all that follow.
    static func ordered(
        _ left: [JSONValue], _ right: [JSONValue], _ state: JSONPathRules.State, _ likeness: inout JSONLikeness
    ) -> [JSONPair] {
        let shorter = min(left.count, right.count)
        var pairs: [JSONPair] = []
        while pairs.count < shorter {
            let place = pairs.count
            let isIdentical = likeness.isIdentical(left[place], right[place])
            guard isIdentical || likeness.agree(left[place], right[place], likeness.rules.element([place], of: state)) else { break }
            pairs.append(JSONPair(left: place, right: place, isIdentical: isIdentical))
        }
        let start = pairs.count
        var end = 0
        while end < shorter - start {
            let (index, other) = (left.count - 1 - end, right.count - 1 - end)
            guard likeness.agree(left[index], right[other], likeness.rules.element([index, other], of: state)) else { break }
            end += 1
        }
        pairs += align(left, start..<(left.count - end), right, start..<(right.count - end), state, &likeness)
        pairs += (0..<end).reversed().map { JSONPair(left: left.count - 1 - $0, right: right.count - 1 - $0) }
        return pairs
    }

    /// The cheapest way from one range to the other (Needleman and Wunsch 1970).
    private static func align(
        _ left: [JSONValue], _ leftRange: Range<Int>, _ right: [JSONValue], _ rightRange: Range<Int>, _ state: JSONPathRules.State,
        _ likeness: inout JSONLikeness
    ) -> [JSONPair] {
        let (rows, columns) = (leftRange.count, rightRange.count)
        if rows * columns <= 1 || rows * columns > maximumCells { return byPlaces(leftRange, rightRange) }
        let width = columns + 1
        var costs = [Int](repeating: 0, count: (rows + 1) * width)
        var pairCosts = [Int](repeating: 0, count: rows * columns)
        for column in 1...columns { costs[column] = column * gap }
        for row in 1...rows {
            costs[row * width] = row * gap
            for column in 1...columns {
                let (index, other) = (leftRange.lowerBound + row - 1, rightRange.lowerBound + column - 1)
                let cost = likeness.distance(left[index], right[other], likeness.rules.element([index, other], of: state))
                pairCosts[(row - 1) * columns + column - 1] = cost
                costs[row * width + column] = min(
                    costs[(row - 1) * width + column - 1] + cost, costs[(row - 1) * width + column] + gap,
                    costs[row * width + column - 1] + gap)
            }
        }
        // Nothing told the elements apart any more.
        if likeness.budget <= 0 { return byPlaces(leftRange, rightRange) }
        var pairs: [JSONPair] = []
        var (row, column) = (rows, columns)
        while row > 0 || column > 0 {
            let cost = costs[row * width + column]
            if row > 0, column > 0,
                cost == costs[(row - 1) * width + column - 1] + pairCosts[(row - 1) * columns + column - 1]
            {
                (row, column) = (row - 1, column - 1)
                pairs.append(JSONPair(left: leftRange.lowerBound + row, right: rightRange.lowerBound + column))
            } else if row > 0, cost == costs[(row - 1) * width + column] + gap {
                row -= 1
                pairs.append(JSONPair(left: leftRange.lowerBound + row))
            } else {
                column -= 1
                pairs.append(JSONPair(right: rightRange.lowerBound + column))
            }
        }
        return pairs.reversed()
    }

    private static func byPlaces(_ left: Range<Int>, _ right: Range<Int>) -> [JSONPair] {
        (0..<max(left.count, right.count)).map { index in
            JSONPair(
                left: index < left.count ? left.lowerBound + index : nil, right: index < right.count ? right.lowerBound + index : nil)
        }
    }

    /// Pairs of two arrays that are compared as sets: equal elements first, then the best match of the rest. In the order of the
    /// left one, then of what only the right one has.
    static func unordered(
        _ left: [JSONValue], _ right: [JSONValue], _ state: JSONPathRules.State, _ likeness: inout JSONLikeness
    ) -> [JSONPair] {
        if left.count + right.count > maximumElements { return byPlaces(left.indices, right.indices) }
        var counterparts = [Int?](repeating: nil, count: left.count)
        // What is the same at the same place need not be looked for.
        for place in 0..<min(left.count, right.count) where likeness.isIdentical(left[place], right[place]) { counterparts[place] = place }
        var rest = left.indices.filter { counterparts[$0] == nil }
        var otherRest = right.indices.filter { $0 >= left.count || counterparts[$0] == nil }
        let keys = rest.reduce(into: [Int: [UInt8]]()) { $0[$1] = key(left[$1]) }
        let otherKeys = otherRest.reduce(into: [Int: [UInt8]]()) { $0[$1] = key(right[$1]) }
        var waiting: [[UInt8]: [Int]] = [:]
        for index in otherRest.reversed() { waiting[otherKeys[index] ?? [], default: []].append(index) }
        for index in rest { counterparts[index] = waiting[keys[index] ?? []]?.popLast() }
        rest.removeAll { counterparts[$0] != nil }
        let taken = Set(counterparts.compactMap { $0 })
        otherRest.removeAll { taken.contains($0) }
        let cells = rest.count * otherRest.count
        if cells <= maximumCells, likeness.spend(cells * min(rest.count, otherRest.count) / 16) {
            let costs = rest.map { index in
                otherRest.map { other in likeness.distance(left[index], right[other], likeness.rules.element([index, other], of: state)) }
            }
            for (row, column) in assignment(costs) { counterparts[rest[row]] = otherRest[column] }
        } else {
            // In the order of what they hold: the same for the same elements, wherever they stand.
            rest.sort { (keys[$0] ?? []).lexicographicallyPrecedes(keys[$1] ?? []) }
            otherRest.sort { (otherKeys[$0] ?? []).lexicographicallyPrecedes(otherKeys[$1] ?? []) }
            for (index, other) in zip(rest, otherRest) { counterparts[index] = other }
        }
        var pairs = counterparts.enumerated().map { JSONPair(left: $0.offset, right: $0.element) }
        let matched = Set(counterparts.compactMap { $0 })
        pairs += right.indices.filter { !matched.contains($0) }.map { JSONPair(right: $0) }
        return pairs
    }

    private static func key(_ value: JSONValue) -> [UInt8] { value.canonical().serialised() }

    /// The cheapest assignment of rows to columns, each at most once and as many as there can be (Kuhn 1955, with Munkres'
    /// potentials).
    private static func assignment(_ costs: [[Int]]) -> [(row: Int, column: Int)] {
        guard let columns = costs.first?.count, columns > 0 else { return [] }
        if costs.count > columns {
            let turned = (0..<columns).map { column in costs.map { $0[column] } }
            return assignment(turned).map { ($0.column, $0.row) }
        }
        var rowPotential = [Int](repeating: 0, count: costs.count + 1)
        var columnPotential = [Int](repeating: 0, count: columns + 1)
        // Column 0 stands for the row that is being placed; a column without a row has 0.
        var rowOf = [Int](repeating: 0, count: columns + 1)
        for row in 1...costs.count {
            rowOf[0] = row
            var column = 0
            var smallest = [Int](repeating: Int.max, count: columns + 1)
            var previous = [Int](repeating: 0, count: columns + 1)
            var isVisited = [Bool](repeating: false, count: columns + 1)
            repeat {
                isVisited[column] = true
                let current = rowOf[column]
                var step = Int.max
                var next = 0
                for candidate in 1...columns where !isVisited[candidate] {
                    let reduced = costs[current - 1][candidate - 1] - rowPotential[current] - columnPotential[candidate]
                    if reduced < smallest[candidate] { (smallest[candidate], previous[candidate]) = (reduced, column) }
                    if smallest[candidate] < step { (step, next) = (smallest[candidate], candidate) }
                }
                for index in 0...columns {
                    if isVisited[index] {
                        rowPotential[rowOf[index]] += step
                        columnPotential[index] -= step
                    } else if smallest[index] != Int.max {
                        smallest[index] -= step
                    }
                }
                column = next
            } while rowOf[column] != 0
            repeat {
                rowOf[column] = rowOf[previous[column]]
                column = previous[column]
            } while column != 0
        }
        return (1...columns).compactMap { rowOf[$0] == 0 ? nil : (rowOf[$0] - 1, $0 - 1) }
    }
}
