import Statistics

/// Mean days of a month, for turning volumes a month into volumes a day.
private let daysPerMonth = 365.0 / 12

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
    let production = ModelCost(
        perCase: productionCase, perMonth: month(productionCase), perMillionTokens: million(productionCase, evidence.productionTokens))
    let candidate = ModelCost(
        perCase: candidateCase, perMonth: month(candidateCase), perMillionTokens: million(candidateCase, evidence.candidateTokens))
    var monthly: Double?
    if let production = production.perMonth, let candidate = candidate.perMonth { monthly = production - candidate }
    return CostReading(
        production: production, candidate: candidate, saving: saving, savingPerMonth: monthly,
        breakEvenTokensPerDay: breakEven(evidence, productionPerCase: productionCase))
}

/// The sums with what the candidate costs; nil when dedicated replicas serve a volume that is not known.
func chargedSums(_ sums: PairedCostSums, _ evidence: CostEvidence) -> PairedCostSums? {
    guard case .dedicated(let hourly, let capacity, let replicas) = evidence.pricing else { return sums }
    guard let calls = evidence.callsPerMonth, calls > 0, evidence.pairs.count > 0 else { return nil }
    let callsPerDay = calls / daysPerMonth
    let tokensPerCase = evidence.candidateTokens.total / Double(evidence.pairs.count)
    let perDay = dedicatedPerDay(
        tokensPerDay: tokensPerCase * callsPerDay, hourly: hourly, capacityPerDay: capacity, fewestReplicas: Double(replicas))
    return sums.withCandidate(costing: perDay / callsPerDay)
}

/// Break-even against production's own cost, a million of the candidate's tokens being what a case takes there.
private func breakEven(_ evidence: CostEvidence, productionPerCase: Double?) -> Double? {
    guard case .dedicated(let hourly, let capacity, let replicas) = evidence.pricing, let productionPerCase,
        evidence.candidateTokens.total > 0
    else { return nil }
    let price = productionPerCase * Double(evidence.pairs.count) / evidence.candidateTokens.total * 1e6
    return breakEvenTokens(hourly: hourly, pricePerMillion: price, capacityPerDay: capacity, fewestReplicas: Double(replicas))
}
