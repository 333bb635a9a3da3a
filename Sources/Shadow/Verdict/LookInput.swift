public import Statistics

/// Latencies of one leg over the trial's ended days: a sketch of those that answered, in milliseconds, and a count of those that did not.
public struct LatencySample: Sendable, Hashable {
    /// The latencies of legs that ended, in milliseconds.
    public var sketch: DDSketch
    /// Legs that timed out: +∞, sorted last, never dropped.
    public var timeouts: Int

    /// A sample from its two parts.
    public init(sketch: DDSketch = DDSketch(), timeouts: Int = 0) {
        self.sketch = sketch
        self.timeouts = timeouts
    }

    /// How many legs, timeouts included.
    public var count: Int { sketch.count + timeouts }

    /// Adds all that `other` has counted.
    public mutating func merge(_ other: LatencySample) {
        sketch.merge(other.sketch)
        timeouts += other.timeouts
    }
}

/// The latencies of one leg; queue wait not included.
public struct LegLatency: Sendable, Hashable {
    /// From sending to the last byte.
    public var duration: LatencySample
    /// From sending to the first delta with content; empty where nothing was streamed.
    public var firstToken: LatencySample
    /// Tokens written ÷ seconds from sending to the last byte, of answers whose tokens the provider counted; those that timed out are
    /// counted as 0.
    public var outputSpeed: LatencySample

    /// Latencies from their samples.
    public init(
        duration: LatencySample = LatencySample(), firstToken: LatencySample = LatencySample(), outputSpeed: LatencySample = LatencySample()
    ) {
        self.duration = duration
        self.firstToken = firstToken
        self.outputSpeed = outputSpeed
    }
}

/// Durations by tier index (`EvidenceCell.tier`, 0…m for a grid of m), from which the latency of any mix follows.
public struct TierLatency: Sendable, Hashable {
    /// The candidate's duration, by tier index: what a served call takes.
    public var served: [LatencySample]
    /// Candidate's + production's duration *of the same pair*, by tier index: what an escalated call takes.
    public var escalated: [LatencySample]

    /// Both lists have m + 1 entries, or are empty while no grid is fixed.
    public init(served: [LatencySample] = [], escalated: [LatencySample] = []) {
        self.served = served
        self.escalated = escalated
    }
}

/// All latencies of a look. Only ended days, and only pairs that both legs were sent for.
public struct LatencyEvidence: Sendable, Hashable {
    /// The production leg.
    public var production: LegLatency
    /// The candidate leg.
    public var candidate: LegLatency
    /// Candidate ÷ production within each pair; for display, in no gate. Where only the candidate timed out its duration's is +∞.
    public var paired: LegLatency
    /// By tier index, for the two-tier mix.
    public var tiers: TierLatency

    /// Latencies from their parts.
    public init(
        production: LegLatency = LegLatency(), candidate: LegLatency = LegLatency(), paired: LegLatency = LegLatency(),
        tiers: TierLatency = TierLatency()
    ) {
        self.production = production
        self.candidate = candidate
        self.paired = paired
        self.tiers = tiers
    }
}

/// How the candidate is paid for.
public enum CandidatePricing: Sendable, Hashable {
    /// Per token: the paired costs say all.
    case perToken
    /// By the hour: USD an hour and replica, sustained tokens a day and replica, fewest replicas in each region, and the regions; none is
    /// one region with all of the traffic.
    case dedicated(hourly: Double, tokensPerDay: Double, replicas: Int, regions: [DedicatedRegion] = [])
}

/// A region whose traffic replicas of its own serve.
public struct DedicatedRegion: Sendable, Hashable {
    /// Its name; empty for the only one.
    public var name: String
    /// Its share of the traffic.
    public var share: Double
    /// USD an hour and replica there.
    public var hourly: Double

    /// A region from its parts.
    public init(name: String = "", share: Double, hourly: Double) {
        self.name = name
        self.share = share
        self.hourly = hourly
    }
}

extension CandidatePricing {
    /// Where replicas are rented; empty where the candidate is paid per token.
    var regions: [DedicatedRegion] {
        guard case .dedicated(let hourly, _, _, let regions) = self else { return [] }
        return regions.isEmpty ? [DedicatedRegion(share: 1, hourly: hourly)] : regions
    }
}

/// Tokens counted by a model's own tokeniser.
public struct TokenTotals: Sendable, Hashable {
    /// Tokens read.
    public var input: Double
    /// Tokens written.
    public var output: Double

    /// Totals from their two counts.
    public init(input: Double = 0, output: Double = 0) {
        self.input = input
        self.output = output
    }

    /// Read and written.
    public var total: Double { input + output }
}

/// Costs of a look in USD; ended days only, and only pairs whose two costs are known. Under dedicated pricing a candidate's leg has
/// no cost of its own: such pairs are counted with 0, and the replicas' cost is laid on them here.
public struct CostEvidence: Sendable, Hashable {
    /// Sums over all such pairs.
    public var pairs: PairedCostSums
    /// The same by tier index (m + 1 entries), or empty while no grid is fixed.
    public var byTier: [PairedCostSums]
    /// Tokens of the production legs in `pairs`.
    public var productionTokens: TokenTotals
    /// Tokens of the candidate legs in `pairs`.
    public var candidateTokens: TokenTotals
    /// How the candidate is paid for.
    public var pricing: CandidatePricing
    /// Production calls a month that the candidate would serve, sampled or not; nil when unknown.
    public var callsPerMonth: Double?

    /// Costs from their parts.
    public init(
        pairs: PairedCostSums = PairedCostSums(), byTier: [PairedCostSums] = [], productionTokens: TokenTotals = TokenTotals(),
        candidateTokens: TokenTotals = TokenTotals(), pricing: CandidatePricing = .perToken, callsPerMonth: Double? = nil
    ) {
        self.pairs = pairs
        self.byTier = byTier
        self.productionTokens = productionTokens
        self.candidateTokens = candidateTokens
        self.pricing = pricing
        self.callsPerMonth = callsPerMonth
    }
}

/// Pairs by who was right, from labels and people; for display, in no gate.
public struct CorrectnessCounts: Sendable, Hashable, Codable {
    /// Both answers right.
    public var both: Int
    /// Only production right.
    public var productionOnly: Int
    /// Only the candidate right.
    public var candidateOnly: Int
    /// Neither right.
    public var neither: Int
    /// Nobody said.
    public var unknown: Int

    /// Counts from their five numbers.
    public init(both: Int = 0, productionOnly: Int = 0, candidateOnly: Int = 0, neither: Int = 0, unknown: Int = 0) {
        self.both = both
        self.productionOnly = productionOnly
        self.candidateOnly = candidateOnly
        self.neither = neither
        self.unknown = unknown
    }

    /// Pairs whose correctness is known.
    public var known: Int { both + productionOnly + candidateOnly + neither }

    /// The two tables added.
    public static func + (left: CorrectnessCounts, right: CorrectnessCounts) -> CorrectnessCounts {
        CorrectnessCounts(
            both: left.both + right.both, productionOnly: left.productionOnly + right.productionOnly,
            candidateOnly: left.candidateOnly + right.candidateOnly, neither: left.neither + right.neither,
            unknown: left.unknown + right.unknown)
    }
}

/// Everything that one look at a trial is decided from. Same input and latches, same look.
public struct LookInput: Sendable, Hashable {
    /// What was fixed beforehand.
    public var terms: TrialTerms
    /// Distinct calendar days (trial's time zone) with compared pairs, today's included.
    public var days: Int
    /// The evidence ledger, grouped. Order and splitting of cells do not matter.
    public var cells: [EvidenceCell]
    /// Calls sampled for this trial so far, whether a pair came of them or not.
    public var sampled: Int
    /// Sampled calls shed before the candidate was asked, `circuit_open` left out (those are pairs in which the candidate failed).
    public var shed: Int
    /// Pairs in evidence that a coming day should bring; nil when no more are to come (an import) or nobody can tell.
    public var pairsPerDay: Double?
    /// The two-tier thresholds, falling, as `tierGrid(fromFirst:)` gave them when they were fixed; empty until then.
    public var tierGrid: [Double]
    /// Latencies of the ended days.
    public var latency: LatencyEvidence
    /// Costs of the ended days.
    public var cost: CostEvidence
    /// Who was right, over all pairs that agree (in evidence or not).
    public var agreeing: CorrectnessCounts
    /// Who was right, over all pairs that differ (in evidence or not).
    public var differing: CorrectnessCounts
    /// q̄: the largest share of pairs that agree by an audited rule alone, as it was fixed when the first day had ended; nil until then.
    public var equivalenceCeiling: Double?
    /// The calls by what is known of all of them, or of some; empty where nobody counts.
    public var sample: [SampleSlice]

    /// An input from its parts; the defaults are those of a trial without traffic.
    public init(
        terms: TrialTerms, days: Int, cells: [EvidenceCell], sampled: Int = 0, shed: Int = 0, pairsPerDay: Double? = nil,
        tierGrid: [Double] = [], latency: LatencyEvidence = LatencyEvidence(), cost: CostEvidence = CostEvidence(),
        agreeing: CorrectnessCounts = CorrectnessCounts(), differing: CorrectnessCounts = CorrectnessCounts(),
        equivalenceCeiling: Double? = nil, sample: [SampleSlice] = []
    ) {
        self.terms = terms
        self.days = days
        self.cells = cells
        self.sampled = sampled
        self.shed = shed
        self.pairsPerDay = pairsPerDay
        self.tierGrid = tierGrid
        self.latency = latency
        self.cost = cost
        self.agreeing = agreeing
        self.differing = differing
        self.equivalenceCeiling = equivalenceCeiling
        self.sample = sample
    }
}
