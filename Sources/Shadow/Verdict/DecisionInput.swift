public import Statistics

/// The two-tier question, as the decision table reads it.
public struct TierStanding: Sendable, Hashable {
    /// Where it stands.
    public var state: TierState
    /// t̂; nil when none.
    public var threshold: Double?
    /// Share served at t̂.
    public var coverage: Double
    /// Lower limit of the share of the cost saved at t̂; nil when unknown.
    public var savingLower: Double?
    /// Upper limit of that share; nil when unknown.
    public var savingUpper: Double?
    /// The mix's latency at t̂ against its own limits.
    public var latency: GateStatus
    /// Whether a segment blocks among the pairs served at t̂.
    public var blocked: Bool
    /// Days until it should be certified; nil when not in sight.
    public var forecastDays: Double?

    /// A standing from its parts.
    public init(
        state: TierState, threshold: Double? = nil, coverage: Double = 0, savingLower: Double? = nil, savingUpper: Double? = nil,
        latency: GateStatus = .open, blocked: Bool = false, forecastDays: Double? = nil
    ) {
        self.state = state
        self.threshold = threshold
        self.coverage = coverage
        self.savingLower = savingLower
        self.savingUpper = savingUpper
        self.latency = latency
        self.blocked = blocked
        self.forecastDays = forecastDays
    }

    /// The share that a two-tier set-up must serve to be worth having.
    public static let leastCoverage = 0.30
    /// How many days a forecast may keep a trial going for the tier's sake.
    public static let patience = 14.0
}

/// What the evidence gate asks for besides the trial's days (statistics §12, design §2).
public enum EvidenceNeeds {
    /// Compared pairs.
    public static let pairs = 1000
    /// Adjudicated disagreements, unless all are.
    public static let adjudicated = 50
    /// The largest share of the ledger that may wait for adjudication.
    public static let imputedShare = 0.05
    /// The largest share of sampled calls that may be shed.
    public static let shedShare = 0.05
    /// Control pairs, for the noise gate.
    public static let controlPairs = 200
}

/// All that the decision table is decided from, with the status of each gate.
public struct DecisionInput: Sendable, Hashable {
    /// What was fixed beforehand.
    public var terms: TrialTerms
    /// What the quality claim rests on.
    public var basis: VerdictBasis
    /// Gates about whose mean the looks contradict each other.
    public var drift: [GateName]
    /// Distinct days with compared pairs.
    public var days: Int
    /// Compared pairs in the ledger.
    public var pairs: Int
    /// Those that differ.
    public var disagreements: Int
    /// Those that differ and are adjudicated as planned.
    public var adjudicated: Int
    /// Share of the ledger that waits for adjudication.
    public var imputedShare: Double
    /// Share of the sampled calls that was shed.
    public var shedShare: Double
    /// Control pairs.
    public var controlPairs: Int
    /// Excess failure rate.
    public var excessFailure: Interval
    /// Excess disagreement.
    public var excessDisagreement: Interval
    /// Upper limit of the disagreement rate.
    public var disagreementUpper: Double
    /// Accuracy difference; read only where quality rests on adjudications.
    public var difference: Interval
    /// The audit of equivalences by `judge` or `within_tolerance`; pass where there are none, or where they count as disagreements.
    public var audit: GateStatus
    /// How many segments block.
    public var blockingSegments: Int
    /// Every latency ratio.
    public var latency: [LatencyRatio]
    /// Share of the cost saved; nil when unknown.
    public var saving: Interval?
    /// Two-tier.
    public var tier: TierStanding
    /// The part of a week that the days so far span; 1 from a week on.
    public var weekShare: Double
    /// Where the sample is bent.
    public var bias: [BiasReading]

    /// An input from its parts.
    public init(
        terms: TrialTerms, basis: VerdictBasis, drift: [GateName], days: Int, pairs: Int, disagreements: Int, adjudicated: Int,
        imputedShare: Double, shedShare: Double, controlPairs: Int, excessFailure: Interval, excessDisagreement: Interval,
        disagreementUpper: Double, difference: Interval, audit: GateStatus, blockingSegments: Int, latency: [LatencyRatio],
        saving: Interval?, tier: TierStanding, weekShare: Double = 1, bias: [BiasReading] = []
    ) {
        self.terms = terms
        self.basis = basis
        self.drift = drift
        self.days = days
        self.pairs = pairs
        self.disagreements = disagreements
        self.adjudicated = adjudicated
        self.imputedShare = imputedShare
        self.shedShare = shedShare
        self.controlPairs = controlPairs
        self.excessFailure = excessFailure
        self.excessDisagreement = excessDisagreement
        self.disagreementUpper = disagreementUpper
        self.difference = difference
        self.audit = audit
        self.blockingSegments = blockingSegments
        self.latency = latency
        self.saving = saving
        self.tier = tier
        self.weekShare = weekShare
        self.bias = bias
    }
}

extension DecisionInput {
    /// The gates that a `switch` needs, in the order in which a verdict names them.
    public var gatesNeeded: [GateName] {
        [.evidence, .reliability, .quality, .failureConcentration, .latency, .cost] + (basis.isAdjudicated ? [] : [.noise])
    }

    /// What the evidence still lacks.
    public var shortfalls: [EvidenceShortfall] {
        var lacking: [EvidenceShortfall] = drift.map { .drift($0) }
        if days < terms.days { lacking.append(.days(have: days, need: terms.days)) }
        if pairs < EvidenceNeeds.pairs { lacking.append(.pairs(have: pairs, need: EvidenceNeeds.pairs)) }
        if basis.isAdjudicated {
            let need = min(EvidenceNeeds.adjudicated, disagreements)
            if adjudicated < need { lacking.append(.adjudicated(have: adjudicated, need: need)) }
            if imputedShare > EvidenceNeeds.imputedShare {
                lacking.append(.imputed(share: imputedShare, most: EvidenceNeeds.imputedShare))
            }
        }
        if shedShare > EvidenceNeeds.shedShare { lacking.append(.shed(share: shedShare, most: EvidenceNeeds.shedShare)) }
        return lacking + bias.map { .biased($0) }
    }

    /// What a gate says, from its numbers and its threshold.
    public func status(of gate: GateName) -> GateStatus {
        let margins = terms.margins
        return switch gate {
        case .evidence: shortfalls.isEmpty ? .pass : .open
        case .reliability: atMost(margins.reliability, excessFailure)
        case .quality: qualityStatus
        case .noise: controlPairs < EvidenceNeeds.controlPairs ? .open : atMost(margins.noise, excessDisagreement)
        case .failureConcentration: pairs == 0 ? .open : blockingSegments == 0 ? .pass : .fail
        case .latency: combined(latency.map(\.status))
        case .cost:
            if let saving { saving.lower >= margins.saving ? .pass : saving.upper < margins.saving ? .fail : .open } else { .open }
        }
    }

    /// Whether a gate fails and would still if the candidate cost nothing on the days of the week that are not seen yet: losing no answer,
    /// taking no time, charging no money. A week has better and worse days, and a trial that begins on a Saturday has seen only one kind
    /// when `stay` could first be said.
    func failsWhateverComes(_ gate: GateName) -> Bool {
        guard status(of: gate) == .fail else { return false }
        let margins = terms.margins
        return switch gate {
        case .reliability: excessFailure.lower * weekShare > margins.reliability
        case .quality: difference.upper * weekShare < -margins.quality
        case .latency: latency.contains { ($0.lower ?? 0) * weekShare > $0.limit }
        case .cost: saving.map { (1 - $0.upper) * weekShare > 1 - margins.saving } ?? false
        case .evidence, .noise, .failureConcentration: true
        }
    }

    private var qualityStatus: GateStatus {
        let margin = terms.margins.quality
        if !basis.isAdjudicated { return disagreementUpper <= margin && audit == .pass ? .pass : .open }
        if difference.upper < -margin { return .fail }
        return difference.lower > -terms.qualityMargin && audit == .pass ? .pass : .open
    }

    private func atMost(_ limit: Double, _ interval: Interval) -> GateStatus {
        interval.upper <= limit ? .pass : interval.lower > limit ? .fail : .open
    }

    /// Whether the two-tier set-up can be recommended.
    var tierPasses: Bool {
        tierIsServable && tier.latency == .pass && (tier.savingLower ?? -.infinity) >= terms.margins.saving
            && status(of: .evidence) == .pass && status(of: .reliability) == .pass
    }

    /// Whether the two-tier set-up may yet be recommended: in sight, or certified with none of its own gates failed.
    var tierIsAlive: Bool {
        if tier.state == .open { return tier.forecastDays.map { $0 <= TierStanding.patience } ?? false }
        let mostSaved = tier.savingUpper ?? tier.savingLower ?? terms.margins.saving
        return tierIsServable && tier.latency != .fail && mostSaved >= terms.margins.saving
    }

    /// Certified, serving enough, and no segment blocks.
    private var tierIsServable: Bool {
        tier.state == .certified && tier.coverage >= TierStanding.leastCoverage && !tier.blocked
    }
}

/// Pass when all do, fail when any does, else open; open where there is nothing to read.
func combined(_ statuses: [GateStatus]) -> GateStatus {
    if statuses.contains(.fail) { return .fail }
    return !statuses.isEmpty && statuses.allSatisfy { $0 == .pass } ? .pass : .open
}
