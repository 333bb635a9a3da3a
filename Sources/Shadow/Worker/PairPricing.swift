internal import Configuration
internal import Storage
internal import Traffic

/// What a pair's legs cost at the trial's prices.
///
/// USD = (input − cached) · price + cached · cached price + output · price, per million tokens, on each model's own counts.
/// Where cached tokens have no price of their own they cost as much as the others. Unknown where prices or tokens are.
struct PairPricing {
    private let production: TokenPrice?
    private let candidate: CandidatePrice?

    init(_ settings: WorkloadSettings) {
        production = settings.production.price
        candidate = settings.candidate.price
    }

    func costs(of pair: Pair, call: Call) -> PairCosts {
        let candidateCost: Double? =
            switch candidate {
            case .tokens(let price): Self.cost(pair.candidate, price)
            // Replicas are paid by the hour, whoever is asked: their cost is laid on the cases when a look is taken.
            case .dedicated: 0
            case nil: nil
            }
        return PairCosts(
            production: production.flatMap { Self.cost(call.production, $0) }, candidate: candidateCost,
            control: production.flatMap { price in call.control.flatMap { Self.cost($0, price) } })
    }

    private static func cost(_ leg: Leg, _ price: TokenPrice) -> Double? { cost(leg.usage, price) }

    /// What these tokens cost; nil where they were not counted.
    static func cost(_ usage: TokenUsage, _ price: TokenPrice) -> Double? {
        guard let input = usage.input, let output = usage.output else { return nil }
        let cached = min(usage.cachedInput ?? 0, input)
        let dollars =
            Double(input - cached) * price.input + Double(cached) * (price.cachedInput ?? price.input) + Double(output) * price.output
        return dollars / 1_000_000
    }
}
