/// Finds what was probably meant by a misspelt word.
public enum Suggestion {
    /// The known word that the text is a misspelling of; nil when none is near.
    public static func nearest(to text: String, among known: [String]) -> String? {
        let plain = simplified(text)
        guard plain.count <= 64 else { return nil }
        if let same = known.first(where: { simplified($0) == plain }) { return same }
        let ranked = known.map { (word: $0, distance: distance(plain, simplified($0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(1, min(plain.count, best.word.count) / 3)
        else {
            return nil
        }
        return best.word
    }

    /// Lower case without hyphens and underscores, so that `maxDays` and `max-days` both mean `max_days`.
    private static func simplified(_ text: String) -> [Character] {
        text.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }.map(\.self)
    }

    /// Edits that make one of the other: insertions, deletions, replacements, swaps of neighbours (optimal string alignment).
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
