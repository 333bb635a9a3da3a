import Statistics
import Traffic

/// Looks at a trial: evidence → gates → decision, after what former looks established.
///
/// Pure and deterministic. Not to be called for evidence from after `terms.maxDays`.
public func look(at input: LookInput, after latches: Latches) -> Look {
    let assessment = Assessment(input, after: latches)
    let decision = decide(assessment.decisionInput)
    let outlook = Outlook(assessment, decision)
    let established = input.days < input.terms.days ? assessment.latches.untightened(since: latches) : assessment.latches
    return Look(
        day: input.days, decision: decision, basis: assessment.basis,
        inconclusive: decision.recommendation == .keepShadowing && input.days >= input.terms.maxDays,
        gates: GateName.allCases.map { assessment.gate($0) }, shortfalls: assessment.decisionInput.shortfalls,
        quality: assessment.quality, noise: assessment.noise, latency: assessment.latency, cost: assessment.cost,
        segments: assessment.segments, tier: assessment.tier.reading, forecast: outlook.forecast, daysLeft: outlook.daysLeft,
        speedUps: outlook.speedUps, daily: assessment.daily, latches: established, waits: outlook.waits,
        pairsPerDay: input.pairsPerDay, wayOut: outlook.wayOut, audit: assessment.audit.reading, bias: assessment.bias)
}

/// Everything that is worked out from one look's evidence before the decision.
struct Assessment {
    let input: LookInput
    let basis: VerdictBasis
    let counts: LedgerCounts
    let ledger: QualityLedger
    let rates: RateLedgers
    let audit: EquivalenceAudit
    let bias: [BiasReading]
    let latches: Latches
    let tier: TierAssessment
    let segments: [SegmentReading]
    let latency: LatencyReading
    let cost: CostReading
    let decisionInput: DecisionInput
    /// The interval of each mean that is shown: over all looks, or this look's alone where the looks contradict each other.
    let shown: Latches

    init(_ input: LookInput, after former: Latches) {
        let terms = input.terms
        let margins = terms.margins
        let alpha = terms.sideAlpha
        self.input = input
        counts = LedgerCounts(input.cells, terms: terms)
        ledger = QualityLedger(input.cells, terms: terms)
        rates = RateLedgers(input.cells)

        let difference = Interval(-1, 1)
        let quality = ClaimReading(ledger.claim(), threshold: -terms.qualityMargin, range: difference, alpha: alpha)
        let reliability = ClaimReading(rates.failures.claim, threshold: margins.reliability, range: difference, alpha: alpha)
        let noise = ClaimReading(rates.noise.claim, threshold: margins.noise, range: difference, alpha: alpha)
        let disagreement = ClaimReading(
            rates.disagreements.claim, threshold: margins.quality, range: Interval(0, 1), alpha: alpha)
        audit = EquivalenceAudit(input, after: former)
        // Of looks that did not know of the audit what was shown about the tiers was shown against a wider margin.
        let formerTiers = terms.auditsEquivalents && former.audit == nil ? [] : former.tiers
        tier = TierAssessment(input, ledger: ledger, after: formerTiers, audited: audit.status == .pass)
        let latches = Latches(
            quality: former.quality.tightened(by: quality), reliability: former.reliability.tightened(by: reliability),
            noise: former.noise.tightened(by: noise), disagreement: former.disagreement.tightened(by: disagreement),
            tiers: tier.latches, audit: audit.latch)
        self.latches = latches
        basis = verdictBasis(input, judged: counts.judged, agrees: latches.disagreement.upper <= margins.quality)
        shown = Latches(
            quality: latches.quality.shown(for: quality), reliability: latches.reliability.shown(for: reliability),
            noise: latches.noise.shown(for: noise), disagreement: latches.disagreement.shown(for: disagreement), tiers: [])

        bias = sampleBias(input.sample)
        segments = assessSegments(input.cells, terms: terms)
        latency = assessLatency(input.latency, terms: terms)
        cost = assessCost(input.cost, terms: terms)
        decisionInput = DecisionInput(
            terms: terms, basis: basis, drift: driftingGates(latches, basis: basis), days: input.days, pairs: counts.pairs,
            disagreements: counts.disagreements, adjudicated: counts.judged, imputedShare: counts.imputedShare,
            shedShare: input.sampled > 0 ? Double(input.shed) / Double(input.sampled) : 0, controlPairs: counts.controls.pairs,
            excessFailure: shown.reliability.interval, excessDisagreement: shown.noise.interval,
            disagreementUpper: shown.disagreement.upper, difference: shown.quality.interval,
            audit: basis.isAdjudicated ? audit.status : .pass, blockingSegments: segments.count { $0.blocking }, latency: latency.ratios,
            saving: cost.saving.map { Interval($0.lower, $0.upper) }, tier: tier.standing,
            weekShare: weekShare(input), bias: bias.filter(\.isBiased))
    }
}

/// The part of a week, or of a shorter trial's days, that the calendar days so far span.
private func weekShare(_ input: LookInput) -> Double {
    let whole = min(7, input.terms.days)
    let spanned = (input.cells.map(\.day).max() ?? 0) + 1
    return input.days >= whole ? 1 : min(1, Double(spanned) / Double(whole))
}

extension ClaimLatch {
    /// What a report may show: the running intersection, or the look's own interval where that is empty.
    fileprivate func shown(for reading: ClaimReading) -> ClaimLatch {
        guard interval.isEmpty else { return self }
        return ClaimLatch(
            lower: reading.interval.lower, upper: reading.interval.upper, above: reading.above, below: reading.below)
    }
}

/// Labels or people where any judgement came, else agreement where the answers agree often enough, else the judge where one predicts.
private func verdictBasis(_ input: LookInput, judged: Int, agrees: Bool) -> VerdictBasis {
    let known = judged > 0 || input.agreeing.known > 0 || input.differing.known > 0
    let predicted = input.terms.judgeTrust > 0 && input.cells.contains { $0.prediction != 0 }
    let unjudged = predicted && !agrees ? VerdictBasis.judgeOnly : .agreement
    return switch input.terms.adjudicateBy {
    case .labels: known ? .labels : unjudged
    case .people: known ? .people : unjudged
    case .none: unjudged
    }
}

/// The needed gates whose looks contradict each other (statistics §3.3): the mean was not the same throughout.
private func driftingGates(_ latches: Latches, basis: VerdictBasis) -> [GateName] {
    let quality = basis.isAdjudicated ? latches.quality : latches.disagreement
    var drifting: [GateName] = []
    if latches.reliability.interval.isEmpty { drifting.append(.reliability) }
    if quality.interval.isEmpty { drifting.append(.quality) }
    if !basis.isAdjudicated, latches.noise.interval.isEmpty { drifting.append(.noise) }
    return drifting
}
