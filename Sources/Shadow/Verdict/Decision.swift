/// What a look recommends; raw values as in the view `verdicts`.
public enum Recommendation: String, Sendable, CaseIterable, Codable {
    /// The candidate may serve every call.
    case `switch`
    /// The candidate may serve the calls it is confident about.
    case twoTier = "two_tier"
    /// Production stays.
    case stay
    /// Not yet.
    case keepShadowing = "keep_shadowing"
}

/// What the quality claim rests on; raw values as in the view `verdicts`.
public enum VerdictBasis: String, Sendable, CaseIterable, Codable {
    /// Gold labels.
    case labels
    /// People's judgements.
    case people
    /// No adjudication: only that the answers agree.
    case agreement
    /// No adjudication, too little agreement, and a judge model's predictions: a reading, never a `switch`.
    case judgeOnly = "judge_only"

    /// Whether labels or people say who was right.
    public var isAdjudicated: Bool { self == .labels || self == .people }
}

/// What decided.
public enum Because: Sendable, Hashable, Codable {
    /// Every gate that is needed passes.
    case everyGate
    /// The two-tier set-up is certified, or may yet be.
    case tier
    /// Conditions changed within the trial.
    case drift
    /// This gate: failed under `stay`, not yet passed under `keepShadowing`.
    case gate(GateName)
}

/// A verdict with what decided it.
public struct Decision: Sendable, Hashable, Codable {
    /// What is recommended.
    public var recommendation: Recommendation
    /// What decided.
    public var because: Because
    /// The confidence from which the candidate serves; only under `twoTier`.
    public var threshold: Double?

    /// A decision from its parts.
    public init(_ recommendation: Recommendation, because: Because, threshold: Double? = nil) {
        self.recommendation = recommendation
        self.because = because
        self.threshold = threshold
    }
}

/// The decision table (statistics §12): the first rule that matches wins.
public func decide(_ input: DecisionInput) -> Decision {
    let mayStay = input.days >= TrialTerms.firstStayDay
    if !input.drift.isEmpty { return Decision(.keepShadowing, because: .drift) }
    if mayStay, let failed = [GateName.reliability, .latency, .cost].first(where: input.failsWhateverComes) {
        return Decision(.stay, because: .gate(failed))
    }
    if input.gatesNeeded.allSatisfy({ input.status(of: $0) == .pass }) { return Decision(.switch, because: .everyGate) }
    if input.tierPasses { return Decision(.twoTier, because: .tier, threshold: input.tier.threshold) }
    let qualityFails = mayStay && input.failsWhateverComes(.quality)
    let concentrationFails = input.status(of: .failureConcentration) == .fail && input.status(of: .evidence) == .pass
    if qualityFails || concentrationFails {
        if input.tierIsAlive { return Decision(.keepShadowing, because: .tier) }
        return Decision(.stay, because: .gate(qualityFails ? .quality : .failureConcentration))
    }
    let waiting = input.gatesNeeded.first { input.status(of: $0) != .pass } ?? .evidence
    return Decision(.keepShadowing, because: .gate(waiting))
}
