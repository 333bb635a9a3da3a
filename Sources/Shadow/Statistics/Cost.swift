import Glibc

/// Sums over paired costs from which the saving and its interval follow without the single costs.
///
/// With sampling weights w the ratio is Σwc/Σwp and its residuals are w(c − Rp), so the squares carry w².
public struct PairedCostSums: Sendable, Hashable {
    /// Pairs.
    public var count: Int
    /// Σw.
    public var weight: Double
    /// Σwc over the candidate's costs.
    public var candidate: Double
    /// Σwp over production's costs.
    public var production: Double
    /// Σw²c².
    public var candidateSquares: Double
    /// Σw²p².
    public var productionSquares: Double
    /// Σw²cp.
    public var products: Double
    /// Σw².
    public var weightSquares: Double
    /// Σw²p.
    public var productionWeightSquares: Double
    /// Σw²c.
    public var candidateWeightSquares: Double

    /// Sums as they were stored; all zero by default.
    public init(
        count: Int = 0, weight: Double = 0, candidate: Double = 0, production: Double = 0, candidateSquares: Double = 0,
        productionSquares: Double = 0, products: Double = 0, weightSquares: Double = 0, productionWeightSquares: Double = 0,
        candidateWeightSquares: Double = 0
    ) {
        self.count = count
        self.weight = weight
        self.candidate = candidate
        self.production = production
        self.candidateSquares = candidateSquares
        self.productionSquares = productionSquares
        self.products = products
        self.weightSquares = weightSquares
        self.productionWeightSquares = productionWeightSquares
        self.candidateWeightSquares = candidateWeightSquares
    }
}

extension PairedCostSums {
    /// Counts one pair's costs, with its sampling weight.
    public mutating func add(candidate c: Double, production p: Double, weight w: Double = 1) {
        count += 1
        weight += w
        candidate += w * c
        production += w * p
        candidateSquares += w * w * c * c
        productionSquares += w * w * p * p
        products += w * w * c * p
        weightSquares += w * w
        productionWeightSquares += w * w * p
        candidateWeightSquares += w * w * c
    }

    /// Adds the pairs of `other`.
    public mutating func merge(_ other: PairedCostSums) {
        count += other.count
        weight += other.weight
        candidate += other.candidate
        production += other.production
        candidateSquares += other.candidateSquares
        productionSquares += other.productionSquares
        products += other.products
        weightSquares += other.weightSquares
        productionWeightSquares += other.productionWeightSquares
        candidateWeightSquares += other.candidateWeightSquares
    }

    /// The same pairs with production's cost on top of the candidate's: what escalated calls cost.
    public var escalated: PairedCostSums {
        var sums = self
        sums.candidate += production
        sums.candidateSquares += 2 * products + productionSquares
        sums.products += productionSquares
        sums.candidateWeightSquares += productionWeightSquares
        return sums
    }

    /// The same pairs where every case costs the candidate the same, as on replicas paid by the hour.
    public func withCandidate(costing c: Double) -> PairedCostSums {
        var sums = self
        sums.candidate = c * weight
        sums.candidateSquares = c * c * weightSquares
        sums.products = c * productionWeightSquares
        sums.candidateWeightSquares = c * weightSquares
        return sums
    }

    /// The share of production's cost that is saved, 1 − R, with its delta-method interval (statistics §11); nil below two pairs or
    /// where production cost nothing.
    public func saving(confidence: Double) -> Estimate? {
        guard count >= 2, production > 0 else { return nil }
        let ratio = candidate / production
        let residuals = max(0, candidateSquares - 2 * ratio * products + ratio * ratio * productionSquares)
        let n = Double(count)
        let half = normalHalfWidth(confidence) * (residuals * n / (n - 1)).squareRoot() / production
        return Estimate(1 - ratio, lower: 1 - ratio - half, upper: 1 - ratio + half)
    }

    /// What a case costs the candidate, with the limits of the Hájek mean (statistics §6); nil where there is too little for limits.
    public func candidateMean(confidence: Double) -> Estimate? {
        mean(candidate, squares: candidateSquares, weightSquares: candidateWeightSquares, confidence)
    }

    /// What a case costs production, likewise.
    public func productionMean(confidence: Double) -> Estimate? {
        mean(production, squares: productionSquares, weightSquares: productionWeightSquares, confidence)
    }

    /// How much less a case costs the candidate than production, pair by pair.
    public func differenceMean(confidence: Double) -> Estimate? {
        mean(
            production - candidate, squares: productionSquares - 2 * products + candidateSquares,
            weightSquares: productionWeightSquares - candidateWeightSquares, confidence)
    }

    /// From Σwy, Σw²y² and Σw²y.
    private func mean(_ sum: Double, squares: Double, weightSquares own: Double, _ confidence: Double) -> Estimate? {
        hajekMean(count: count, weight: weight, weightSquares: weightSquares, sum: sum, sumSquares: squares, sumWeightSquares: own)?
            .interval(confidence: confidence)
    }
}

/// The price of a million tokens on a measured mix of tokens read and written, in the prices' currency.
public func blendedPrice(input: Double, output: Double, inputTokens: Double, outputTokens: Double) -> Double? {
    let tokens = inputTokens + outputTokens
    return tokens > 0 ? (input * inputTokens + output * outputTokens) / tokens : nil
}

/// What dedicated replicas cost a day: max(fewest, ⌈V/C⌉)·24·h, for V tokens a day and C sustained tokens a day and replica.
public func dedicatedPerDay(tokensPerDay: Double, hourly: Double, capacityPerDay: Double, fewestReplicas: Double) -> Double {
    max(fewestReplicas, (tokensPerDay / capacityPerDay).rounded(.up)) * 24 * hourly
}

/// Tokens a day from which the fewest dedicated replicas cost less than `pricePerMillion`: R·24h·10⁶/P, where 24h·10⁶/P is within
/// one replica's capacity; nil otherwise.
public func breakEvenTokens(hourly: Double, pricePerMillion: Double, capacityPerDay: Double, fewestReplicas: Double) -> Double? {
    guard pricePerMillion > 0 else { return nil }
    let each = 24 * hourly * 1e6 / pricePerMillion
    return each <= capacityPerDay ? fewestReplicas * each : nil
}

/// A case's cost when the candidate sees every call and production the rest: c + (1 − coverage)·p.
public func twoTierCost(candidate: Double, production: Double, coverage: Double) -> Double { candidate + (1 - coverage) * production }
