import Statistics

/// Fewer pairs than this say too little about what the coming ones will be (statistics §10).
private let leastPairsForProjection = 200

/// When a decision is to be expected, and what would bring it nearer.
struct Outlook {
    /// Of the gate that the decision names.
    let forecast: GateForecast?
    /// The longest wait of the gates still open.
    let daysLeft: Double?
    let speedUps: [SpeedUp]
    let waits: [GateForecast]
    let wayOut: WayOut?

    init(_ assessment: Assessment, _ decision: Decision) {
        guard decision.recommendation == .keepShadowing else {
            forecast = nil
            daysLeft = nil
            speedUps = []
            waits = []
            wayOut = nil
            return
        }
        if case .gate = decision.because {
            waits = assessment.waits
            wayOut = assessment.wayOut
        } else {
            waits = []
            wayOut = nil
        }
        switch decision.because {
        case .gate(let name):
            forecast = assessment.forecast(name)
            speedUps = assessment.speedUps(name)
            daysLeft = assessment.daysLeft
        case .tier:
            forecast = nil
            speedUps = assessment.canSample ? [.raiseSamplingRate] : []
            daysLeft = assessment.tier.reading.forecastDays
        case .drift, .everyGate:
            forecast = nil
            speedUps = []
            daysLeft = nil
        }
    }
}

extension Assessment {
    /// Whether more pairs can come.
    var canSample: Bool { input.pairsPerDay != nil || input.sampled > 0 }

    /// When an open gate should decide; nil where that cannot be told.
    func forecast(_ name: GateName) -> GateForecast? {
        let margins = input.terms.margins
        switch name {
        case .evidence: return evidenceForecast()
        case .reliability: return projected(name, rates.failures, against: margins.reliability, better: .below)
        case .noise: return projected(name, rates.noise, against: margins.noise, better: .below)
        case .quality where !basis.isAdjudicated:
            return projected(name, rates.disagreements, against: margins.quality, better: .below)
        case .quality:
            if counts.pairs < leastPairsForProjection { return plannedQuality }
            return ledger.expected().flatMap { projected(name, $0, against: -input.terms.qualityMargin, better: .above) }
        case .failureConcentration, .latency, .cost: return nil
        }
    }

    /// The wait of the evidence gate for pairs and for days; nil where it lacks something that time does not bring, unless that is
    /// taken as `done`.
    private func evidenceForecast(done: Bool = false) -> GateForecast? {
        let comesWithTime = decisionInput.shortfalls.allSatisfy { shortfall in
            switch shortfall {
            case .days, .pairs: true
            case .adjudicated, .imputed, .shed, .biased: done
            case .drift: false
            }
        }
        guard canSample, comesWithTime else { return nil }
        let pairs = max(0, EvidenceNeeds.pairs - counts.pairs)
        let calendar = Double(max(0, input.terms.days - input.days))
        let paired = pairs == 0 ? 0 : days(pairs)
        return GateForecast(
            gate: .evidence, towards: .pass, pairs: pairs, fewestPairs: pairs, mostPairs: pairs,
            days: paired.map { max($0, calendar) }, fewestDays: paired.map { max($0, calendar) },
            mostDays: paired.map { max($0, calendar) }, adjudications: adjudications(pairs))
    }

    /// A quality forecast from the planning formula, while the pairs are few: as if both models were equally good.
    private var plannedQuality: GateForecast? {
        guard counts.pairs > 0 else { return nil }
        let share = counts.plannedShare > 0 ? counts.plannedShare : input.terms.adjudicationFloor
        let needed = plannedPairs(
            disagreement: Double(counts.disagreements) / Double(counts.pairs), margin: input.terms.qualityMargin, difference: 0,
            alpha: input.terms.sideAlpha, adjudicated: share)
        return needed.map { needed in
            let pairs = max(0, needed - counts.pairs)
            return GateForecast(
                gate: .quality, towards: .pass, pairs: pairs, fewestPairs: nil, mostPairs: nil, days: days(pairs), fewestDays: nil,
                mostDays: nil, adjudications: adjudications(pairs))
        }
    }

    /// The nearer of pass and fail, projected from the ledger, with an 80 % range from the uncertainty of its mean.
    private func projected(
        _ name: GateName, _ histogram: ScoreHistogram, against theta: Double, better: ClaimSide
    ) -> GateForecast? {
        guard histogram.count > 0, let deviation = histogram.standardDeviation else { return nil }
        let alpha = input.terms.sideAlpha
        let shift = 0.84 * deviation / histogram.count.squareRoot()
        let worse: ClaimSide = better == .above ? .below : .above
        let central = [better, worse].compactMap { side in
            forecastPairs(histogram, against: theta, side, alpha: alpha).map { (side: side, pairs: $0) }
        }.min { $0.pairs < $1.pairs }
        let side = central?.side ?? better
        let helps = side == .above ? shift : -shift
        let fewest = forecastPairs(histogram, against: theta, side, alpha: alpha, shift: helps)
        let most = forecastPairs(histogram, against: theta, side, alpha: alpha, shift: -helps)
        guard central != nil || fewest != nil else { return nil }
        return GateForecast(
            gate: name, towards: side == better ? .pass : .fail, pairs: central?.pairs, fewestPairs: fewest, mostPairs: most,
            days: days(central?.pairs), fewestDays: days(fewest), mostDays: days(most),
            adjudications: name == .quality ? adjudications(central?.pairs) : nil)
    }

    /// Of the needed gates that are open; one that is not on course has no pairs.
    var waits: [GateForecast] {
        let open = decisionInput.gatesNeeded.filter { decisionInput.status(of: $0) == .open }
        return open.filter { [.evidence, .reliability, .quality, .noise].contains($0) }.map { name in
            (name == .evidence ? evidenceForecast(done: true) : forecast(name))
                ?? GateForecast(
                    gate: name, towards: .pass, pairs: nil, fewestPairs: nil, mostPairs: nil, days: nil, fewestDays: nil, mostDays: nil,
                    adjudications: nil)
        }
    }

    func days(_ pairs: Int?) -> Double? {
        guard let pairs, let perDay = input.pairsPerDay, perDay > 0 else { return nil }
        return Double(pairs) / perDay
    }

    /// Adjudications that so many more pairs will ask for, with those that wait already.
    private func adjudications(_ pairs: Int?) -> Int? {
        guard let pairs, counts.pairs > 0, input.terms.adjudicateBy != .none else { return nil }
        let rate = Double(counts.disagreements) / Double(counts.pairs) * counts.plannedShare
        let asked = counts.pending + Int((Double(pairs) * rate).rounded(.up))
        return asked > 0 ? asked : nil
    }

    /// The longest wait among the needed gates that are open and can be forecast; nil when one that can is not on course.
    var daysLeft: Double? {
        let open = decisionInput.gatesNeeded.filter { decisionInput.status(of: $0) == .open }
        var longest: Double?
        for name in open where [.evidence, .reliability, .quality, .noise].contains(name) {
            guard let days = forecast(name)?.days else { return nil }
            longest = max(longest ?? 0, days)
        }
        return longest
    }

    /// What would bring a gate's decision nearer, the most useful first.
    func speedUps(_ name: GateName) -> [SpeedUp] {
        let sampling: [SpeedUp] = canSample ? [.raiseSamplingRate] : []
        switch name {
        case .evidence:
            return decisionInput.shortfalls.flatMap { speedUps(for: $0, sampling) }
                .reduce(into: []) { steps, step in if !steps.contains(step) { steps.append(step) } }
        case .quality: return adjudicationSpeedUps + sampling
        case .noise: return [.raiseControlShare] + sampling
        case .cost: return cost.saving == nil ? [.givePrices] : sampling
        case .reliability, .latency, .failureConcentration: return sampling
        }
    }

    private func speedUps(for shortfall: EvidenceShortfall, _ sampling: [SpeedUp]) -> [SpeedUp] {
        switch shortfall {
        case .days, .drift: []
        case .pairs: sampling
        case .adjudicated, .imputed: adjudicationSpeedUps
        case .shed: [.raiseCandidateLimits]
        // What is shed may be what bends it; a draw or production's failures nobody mends within the trial.
        case .biased(let reading): reading.step == .kept ? [.raiseCandidateLimits] : []
        }
    }

    private var adjudicationSpeedUps: [SpeedUp] {
        if input.terms.adjudicateBy == .none { return [.adjudicate] }
        var steps: [SpeedUp] = []
        if counts.pending > 0 { steps.append(.adjudicatePending(counts.pending)) }
        if basis.isAdjudicated, audit.status != .pass, let count = audit.reading?.toJudge, count > 0 {
            steps.append(.auditEquivalents(count))
        }
        if counts.disagreements > 0, counts.plannedShare < 1 { steps.append(.raiseAdjudicationShare) }
        if steps.isEmpty, !basis.isAdjudicated { steps.append(.adjudicate) }
        return steps
    }
}
