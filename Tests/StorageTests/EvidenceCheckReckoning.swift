import Glibc

/// The statistics' formulas once more, observation by observation and without any of the product's code: what `EvidenceCheckTests`
/// holds the looks against.
enum Reckoning {
    /// One observation of the betting engine.
    struct Observation {
        var score: Double
        var weight: Double
        var lowest: Double
        var highest: Double
    }

    private static let fractions = [0.9, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625]

    /// The mixture's capital as the mean of seven products over the single observations; its logarithm.
    static func logCapital(_ observations: [Observation], above: Bool, _ mean: Double) -> Double {
        let products = fractions.map { fraction in
            observations.reduce(0.0) { sum, seen in
                let room = above ? mean - seen.lowest : seen.highest - mean
                let gained = above ? seen.score - mean : mean - seen.score
                return sum + log(1 + fraction * seen.weight * gained / room)
            }
        }
        let largest = products.max() ?? 0
        return largest + log(products.reduce(0) { $0 + exp($1 - largest) } / 7)
    }

    /// A side's limit: where the capital falls below what `alpha` asks for.
    static func limit(_ observations: [Observation], above: Bool, alpha: Double, from worst: Double, to best: Double) -> Double {
        guard !observations.isEmpty else { return worst }
        var (refuted, kept) = (worst, best)
        for _ in 0..<60 {
            let middle = (refuted + kept) / 2
            if logCapital(observations, above: above, middle) >= log(1 / alpha) { refuted = middle } else { kept = middle }
        }
        return refuted
    }

    /// Nearest rank, timeouts being +∞.
    static func quantile(_ share: Double, _ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted[max(1, Int((share * Double(sorted.count) - 1e-9).rounded(.up))) - 1]
    }

    /// 1 − Σwc ÷ Σwp with the half width of its delta-method interval at `z`.
    static func saving(_ costs: [(weight: Double, candidate: Double, production: Double)], z: Double) -> (estimate: Double, half: Double) {
        let production = costs.reduce(0) { $0 + $1.weight * $1.production }
        let ratio = costs.reduce(0) { $0 + $1.weight * $1.candidate } / production
        let squares = costs.reduce(0) { sum, cost in
            let residual = cost.weight * (cost.candidate - ratio * cost.production)
            return sum + residual * residual
        }
        let count = Double(costs.count)
        return (1 - ratio, z * (squares * count / (count - 1)).squareRoot() / production)
    }
}
