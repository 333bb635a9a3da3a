internal import Statistics

/// A table in Markdown, for a terminal and for a page alike: the first column to the left, figures to the right.
struct Table {
    private var rows: [[String]]

    init(_ head: [String]) { rows = [head] }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// Prints the rows with their columns under each other.
    func show() {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for (number, row) in rows.enumerated() {
            let cells = zip(row.indices, row).map { index, text in
                let space = String(repeating: " ", count: widths[index] - text.count)
                return index == 0 ? text + space : space + text
            }
            say("| " + cells.joined(separator: " | ") + " |")
            if number == 0 {
                say(
                    "|" + widths.enumerated().map { String(repeating: "-", count: $1 + 1) + ($0 == 0 ? "-" : ":") }.joined(separator: "|")
                        + "|")
            }
        }
    }
}

/// A number with so many digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { power, _ in power * 10 }
    let whole = Int((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && whole > 0 ? "−" : ""
    guard digits > 0 else { return sign + String(whole) }
    let rest = String(whole % scale)
    return sign + "\(whole / scale)." + String(repeating: "0", count: digits - rest.count) + rest
}

/// A share in percent.
func percent(_ share: Double, _ digits: Int = 1) -> String { fixed(share * 100, digits) + " %" }

/// How many of the trials, in percent, with the upper end of its 95 % Wilson interval.
func rate(_ count: Int, of trials: Int) -> String {
    let upper = wilsonInterval(successes: count, of: trials).upper
    return "\(percent(Double(count) / Double(trials), 2)) (≤ \(fixed(upper * 100, 2)))"
}

/// The nearest-rank quantile of values in any order; nil where there are none.
func quantile(_ p: Double, _ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.sorted()[nearestRank(p, of: values.count) - 1]
}
