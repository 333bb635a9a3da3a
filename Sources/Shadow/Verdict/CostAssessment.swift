import Statistics

/// Mean days of a month, for turning volumes a month into volumes a day.
private let daysPerMonth = 365.0 / 12

/// Of limits that are for reading and decide nothing.
private let displayConfidence = 0.95

/// Costs of the ended days, and the saving (statistics §11).
func assessCost(_ evidence: CostEvidence, terms: TrialTerms) -> CostReading {
    let sums = evidence.pairs
    let charged = chargedSums(sums, evidence)
    let saving = charged?.saving(confidence: terms.lookConfidence)
    let productionCase = sums.weight > 0 ? sums.production / sums.weight : nil
    let candidateCase = charged.flatMap { $0.weight > 0 ? $0.candidate / $0.weight : nil }
    func month(_ perCase: Double?) -> Double? {
        guard let perCase, let calls = evidence.callsPerMonth else { return nil }
        return perCase * calls
    }
    func million(_ perCase: Double?, _ tokens: TokenTotals) -> Double? {
        guard let perCase, tokens.total > 0, sums.count > 0 else { return nil }
        return perCase * Double(sums.count) / tokens.total * 1e6
    }
    func limits(_ mean: Estimate?) -> Interval? { mean.map { Interval($0.lower, $0.upper) } }
    let production = ModelCost(
        perCase: productionCase, perMonth: month(productionCase), perMillionTokens: million(productionCase, evidence.productionTokens),
        limits: limits(sums.productionMean(confidence: displayConfidence)))
    let candidate = ModelCost(
        perCase: candidateCase, perMonth: month(candidateCase), perMillionTokens: million(candidateCase, evidence.candidateTokens),
        limits: limits(charged?.candidateMean(confidence: displayConfidence)))
    var monthly: Double?
    if let production = production.perMonth, let candidate = candidate.perMonth { monthly = production - candidate }
    let regions = regionCosts(evidence, production: production)
    return CostReading(
        production: production, candidate: candidate, saving: saving, savingPerMonth: monthly,
        breakEvenTokensPerDay: wholeBreakEven(regions),
        pairs: sums.count,
        savingPerMonthLimits: evidence.callsPerMonth.flatMap { calls in
            charged?.differenceMean(confidence: displayConfidence).map { Interval($0.lower * calls, $0.upper * calls) }
        }, regions: regions)
}

/// The sums with what the candidate costs; nil when dedicated replicas serve a volume that is not known.
func chargedSums(_ sums: PairedCostSums, _ evidence: CostEvidence) -> PairedCostSums? {
    guard case .dedicated = evidence.pricing else { return sums }
    guard let calls = evidence.callsPerMonth, calls > 0, evidence.pairs.count > 0 else { return nil }
    let perDay = evidence.pricing.regions.reduce(0.0) { $0 + (cost(of: $1, evidence)?.perDay ?? 0) }
    return sums.withCandidate(costing: perDay / (calls / daysPerMonth))
}

/// What a region's replicas are and cost at its volume; nil where that is not known.
private func cost(of region: DedicatedRegion, _ evidence: CostEvidence) -> (tokens: Double, replicas: Double, perDay: Double)? {
    guard case .dedicated(_, let capacity, let replicas, _) = evidence.pricing, let calls = evidence.callsPerMonth, calls > 0,
        evidence.pairs.count > 0
    else { return nil }
    let tokensPerCase = evidence.candidateTokens.total / Double(evidence.pairs.count)
    let tokens = tokensPerCase * calls / daysPerMonth * region.share
    let perDay = dedicatedPerDay(
        tokensPerDay: tokens, hourly: region.hourly, capacityPerDay: capacity, fewestReplicas: Double(replicas))
    return (tokens, perDay / (24 * region.hourly), perDay)
}

/// Break-even against production's own cost, a million of the candidate's tokens being what a case takes there.
private func regionCosts(_ evidence: CostEvidence, production: ModelCost) -> [RegionCost] {
    guard case .dedicated(_, let capacity, let replicas, _) = evidence.pricing else { return [] }
    return evidence.pricing.regions.map { region in
        func breakEven(_ productionPerCase: Double?) -> Double? {
            guard let productionPerCase, evidence.candidateTokens.total > 0 else { return nil }
            let price = productionPerCase * Double(evidence.pairs.count) / evidence.candidateTokens.total * 1e6
            return breakEvenTokens(
                hourly: region.hourly, pricePerMillion: price, capacityPerDay: capacity, fewestReplicas: Double(replicas))
        }
        let known = cost(of: region, evidence)
        return RegionCost(
            name: region.name, share: region.share, hourly: region.hourly, tokensPerDay: known?.tokens, replicas: known?.replicas,
            perDay: known?.perDay,
            breakEvenTokensPerDay: breakEven(production.perCase),
            // A dearer production is beaten sooner.
            breakEvenLimits: OpenInterval(breakEven(production.limits?.upper), breakEven(production.limits?.lower)))
    }
}

/// The whole volume from which every region's replicas are cheaper than production.
private func wholeBreakEven(_ regions: [RegionCost]) -> Double? {
    var most: Double?
    for region in regions {
        guard let tokens = region.breakEvenTokensPerDay, region.share > 0 else { return nil }
        most = max(most ?? 0, tokens / region.share)
    }
    return most
}
