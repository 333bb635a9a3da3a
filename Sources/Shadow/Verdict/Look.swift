public import Statistics

/// What one look at a trial says. Numbers and cases only: the report makes sentences of them.
public struct Look: Sendable, Hashable, Codable {
    /// The day of the trial, as a count of days with compared pairs.
    public var day: Int
    /// The verdict and what decided it.
    public var decision: Decision
    /// What the quality claim rests on.
    public var basis: VerdictBasis
    /// The last look, and still nothing decided.
    public var inconclusive: Bool
    /// All seven gates, in reading order.
    public var gates: [Gate]
    /// What the evidence still lacks; empty when its gate passes.
    public var shortfalls: [EvidenceShortfall]
    /// Quality in detail.
    public var quality: QualityReading
    /// Disagreement, and production's own.
    public var noise: NoiseReading
    /// Latencies in detail.
    public var latency: LatencyReading
    /// Costs in detail.
    public var cost: CostReading
    /// Where the candidate alone fails, the most concentrated first.
    public var segments: [SegmentReading]
    /// Two-tier in detail.
    public var tier: TierReading
    /// When the gate named by the decision should decide; nil when it cannot be told or nothing is open.
    public var forecast: GateForecast?
    /// Days until a decision is expected, the longest wait of the gates that are open; nil when it cannot be told.
    public var daysLeft: Double?
    /// What would bring a decision nearer, the most useful first.
    public var speedUps: [SpeedUp]
    /// Day by day, for the report's table.
    public var daily: [DayReading]
    /// For the next look.
    public var latches: Latches
    /// Of the needed gates that are open, where one can be forecast: what the verdict waits for, with everything that people can do at
    /// once (judging what waits, no more shedding) taken as done. Empty where a tier or a new trial is what is waited for.
    public var waits: [GateForecast] = []
    /// Pairs in evidence that a coming day should bring; nil when no more are to come or nobody can tell.
    public var pairsPerDay: Double?
    /// The fewest judgements that would decide, where nobody has judged yet; nil where judging is not what is missing.
    public var wayOut: WayOut?
    /// The audit of pairs that agree by a tolerant rule alone; nil where there are none.
    public var audit: AuditReading?
    /// The sample held against what it was drawn of, step by step.
    public var bias: [BiasReading] = []

    /// The gate of this name.
    public func gate(_ name: GateName) -> Gate { gates.first { $0.name == name }! }
}

/// How many of 10,000 answers would be worse; negative numbers mean better.
public struct WorsePerTenThousand: Sendable, Hashable, Codable {
    /// The best single value; nil when nothing is adjudicated.
    public var estimate: Double?
    /// The fewest that the evidence leaves possible.
    public var lower: Double
    /// The most that the evidence leaves possible.
    public var upper: Double
    /// What the margin allows.
    public var allowed: Double
}

/// Quality in numbers.
public struct QualityReading: Sendable, Hashable, Codable {
    /// Pairs of the ledger that were compared.
    public var pairs: Int
    /// Those that differ.
    public var disagreements: Int
    /// Those that differ and were adjudicated as planned.
    public var adjudicated: Int
    /// Those that differ and wait for their planned adjudication.
    public var pending: Int
    /// Agreeing pairs whose equivalence would have to be audited.
    public var unaudited: Int
    /// Who was right, over every pair of the trial (in evidence or not).
    public var counts: CorrectnessCounts
    /// Production's accuracy with its Wilson interval, one look; nil where too little is known to state it.
    public var productionAccuracy: Estimate?
    /// The candidate's accuracy, likewise.
    public var candidateAccuracy: Estimate?
    /// Candidate − production with Tango's interval. Single-look: for display beside the gate's own, never instead of it.
    public var singleLookDifference: Estimate?
    /// McNemar's exact p, and mid-p: of equal accuracy, not of the margin; for the method section.
    public var mcnemar: McNemar?
    /// What a judge model alone takes the difference for, candidate − production; in no gate, and nil where none is asked.
    public var predictedDifference: Double?
    /// What the judged part of the disagreements shows at this one look; for display, and nil where all are judged, or too few.
    public var sampledDifference: SampledDifference? = nil
    /// From the confidence sequence, readable at any moment.
    public var worsePerTenThousand: WorsePerTenThousand
}

/// Disagreement beside production's own.
public struct NoiseReading: Sendable, Hashable, Codable {
    /// Control pairs.
    public var controlPairs: Int
    /// How often candidate and production differ, with a Wilson interval (one look); nil without pairs.
    public var disagreement: Estimate?
    /// How often production differs from itself, with a Wilson interval (one look); nil without control pairs.
    public var selfDisagreement: Estimate?
    /// The difference of the two with the MOVER interval (one look); nil without control pairs.
    public var excess: Estimate?
}

/// Which latency.
public enum LatencyMetric: String, Sendable, CaseIterable, Codable {
    case duration = "duration_ms"
    case firstToken = "ttft_ms"
}

/// One percentile, in milliseconds or tokens a second. A missing number: no data, or a limit beyond the slowest answer.
public struct LatencyQuantile: Sendable, Hashable, Codable {
    /// 50, 95 or 99; of speeds 50 or 5.
    public var percentile: Int
    /// The percentile; nil without data or when it falls among the timeouts.
    public var estimate: Double?
    /// Lower 95 % limit.
    public var lower: Double?
    /// Upper 95 % limit.
    public var upper: Double?
}

/// One ratio of the latency gate.
public struct LatencyRatio: Sendable, Hashable, Codable {
    /// Which latency.
    public var metric: LatencyMetric
    /// 95 or 99.
    public var percentile: Int
    /// Candidate / production; nil without data.
    public var estimate: Double?
    /// Lower limit, corrected for a look a day; nil when unbounded.
    public var lower: Double?
    /// Upper limit, corrected for a look a day; nil when unbounded.
    public var upper: Double?
    /// The largest acceptable ratio.
    public var limit: Double

    /// A ratio from its parts.
    public init(
        metric: LatencyMetric = .duration, percentile: Int = 95, estimate: Double? = nil, lower: Double?, upper: Double?, limit: Double
    ) {
        self.metric = metric
        self.percentile = percentile
        self.estimate = estimate
        self.lower = lower
        self.upper = upper
        self.limit = limit
    }

    /// Pass once the upper limit is known and small enough, fail once the lower limit is too large.
    public var status: GateStatus {
        if let lower, lower > limit { return .fail }
        if let upper, upper <= limit { return .pass }
        return .open
    }
}

/// Candidate ÷ production within each pair: the typical pair, and how often the candidate is behind. Single-look limits (95 %).
public struct PairedRatio: Sendable, Hashable, Codable {
    /// What is divided.
    public enum Metric: String, Sendable, CaseIterable, Codable {
        case duration = "duration_ms"
        case firstToken = "ttft_ms"
        case outputSpeed = "output_tokens_per_second"
    }

    /// What is divided.
    public var metric: Metric
    /// Pairs.
    public var pairs: Int
    /// The median of the ratios.
    public var median: Double?
    /// Its lower limit.
    public var lower: Double?
    /// Its upper limit; nil when unbounded.
    public var upper: Double?
    /// The share of the pairs in which the candidate is slower.
    public var slower: Estimate

    /// A ratio from its parts.
    public init(metric: Metric, pairs: Int, median: Double?, lower: Double?, upper: Double?, slower: Estimate) {
        self.metric = metric
        self.pairs = pairs
        self.median = median
        self.lower = lower
        self.upper = upper
        self.slower = slower
    }
}

/// The percentiles of one leg.
public struct LegLatencyReading: Sendable, Hashable, Codable {
    /// Legs counted, timeouts included.
    public var samples: Int
    /// Share of timeouts; nil without data.
    public var timeoutShare: Double?
    /// p50, p95, p99 of the duration.
    public var duration: [LatencyQuantile]
    /// p50, p95, p99 of the time to first token; empty where nothing was streamed.
    public var firstToken: [LatencyQuantile]
    /// Legs whose first token was timed.
    public var firstTokenSamples = 0
    /// p50 and p5 of the output tokens a second; empty where nobody counted tokens.
    public var outputSpeed: [LatencyQuantile] = []
    /// Legs whose output tokens were counted.
    public var outputSpeedSamples = 0
    /// The mean duration of legs that answered, in milliseconds; nil without any.
    public var meanDuration: Double?
}

/// Latencies of the ended days.
public struct LatencyReading: Sendable, Hashable, Codable {
    /// The production leg.
    public var production: LegLatencyReading
    /// The candidate leg.
    public var candidate: LegLatencyReading
    /// What the gate compares.
    public var ratios: [LatencyRatio]
    /// Pair by pair; in no gate.
    public var paired: [PairedRatio] = []
}

/// Cost of one model in USD.
public struct ModelCost: Sendable, Hashable, Codable {
    /// A case; nil when unknown.
    public var perCase: Double?
    /// A month at production's volume; nil when unknown.
    public var perMonth: Double?
    /// A million tokens on the measured mix; nil when unknown.
    public var perMillionTokens: Double?
    /// Of a case (95 %, one look), the volume being taken as it is; nil where there is too little for limits.
    public var limits: Interval?

    /// The limits of `factor` cases.
    public func limits(times factor: Double) -> Interval? { limits.map { Interval($0.lower * factor, $0.upper * factor) } }
}

/// Replicas by the hour in one region, against production's own price.
public struct RegionCost: Sendable, Hashable, Codable {
    /// Empty for the only one.
    public var name: String
    /// Its share of the traffic.
    public var share: Double
    /// USD an hour and replica there.
    public var hourly: Double
    /// Tokens a day there, as the candidate counts them; nil where the volume is not known.
    public var tokensPerDay: Double?
    /// Replicas that this volume takes; nil where it is not known.
    public var replicas: Double?
    /// What they cost a day.
    public var perDay: Double?
    /// Tokens a day in this region from which its replicas are cheaper than production; nil when they never are.
    public var breakEvenTokensPerDay: Double?
    /// Where the limits of production's price put the break-even (95 %, one look); an end is nil when there is none.
    public var breakEvenLimits: OpenInterval
}

/// Costs of the ended days.
public struct CostReading: Sendable, Hashable, Codable {
    /// Production serving all.
    public var production: ModelCost
    /// The candidate serving all.
    public var candidate: ModelCost
    /// Share saved; nil when unknown.
    public var saving: Estimate?
    /// USD saved a month; nil when unknown.
    public var savingPerMonth: Double?
    /// Tokens a day (as the candidate counts them) from which its dedicated replicas are cheaper than production in every region; nil when
    /// it is paid per token, or never.
    public var breakEvenTokensPerDay: Double?
    /// Pairs whose two costs are known, on ended days.
    public var pairs = 0
    /// Of `savingPerMonth` (95 %, one look), the volume being taken as it is.
    public var savingPerMonthLimits: Interval?
    /// Region by region; empty where the candidate is paid per token.
    public var regions: [RegionCost] = []
}

/// One group of requests, by something known before any answer.
public struct SegmentName: Sendable, Hashable, Codable {
    /// What the requests are grouped by.
    public enum Dimension: String, Sendable, CaseIterable, Codable {
        case segment
        case lengthBand = "length_band"
    }

    /// What the requests are grouped by.
    public var dimension: Dimension
    /// The group; for `lengthBand` the band's number. Nil: requests without a segment.
    public var value: String?

    /// A name from its two parts.
    public init(_ dimension: Dimension, _ value: String?) {
        self.dimension = dimension
        self.value = value
    }
}

/// How concentrated the candidate's own failures are in one group of requests.
public struct SegmentReading: Sendable, Hashable, Codable {
    /// The group.
    public var name: SegmentName
    /// Pairs in it.
    public var pairs: Int
    /// Adjudicated pairs in it in which only production was right.
    public var failures: Int
    /// The group's share of the traffic.
    public var share: Double
    /// Share of its pairs in which only production was right, corrected for those not adjudicated.
    public var failureRate: Double
    /// The risk against the rest; nil when undefined or infinite.
    public var riskRatio: Double?
    /// Lower 95 % limit of the risk ratio.
    public var lower: Double
    /// Upper 95 % limit; nil when infinite.
    public var upper: Double?
    /// False-discovery rate at which it would be flagged.
    public var q: Double
    /// Concentrated beyond chance.
    public var flagged: Bool
    /// Flagged, common and failing often: no switch.
    public var blocking: Bool
}

/// Where the two-tier question stands.
public enum TierState: String, Sendable, CaseIterable, Codable {
    case certified, refuted, open
}

/// One threshold of the two-tier grid.
public struct TierPoint: Sendable, Hashable, Codable {
    /// t: the candidate serves from this confidence on.
    public var threshold: Double
    /// Share of the pairs served, with limits that hold over the whole grid; nil without pairs.
    public var coverage: Estimate?
    /// The largest log-capital so far that serving at t loses at most ε.
    public var logEvidence: Double
    /// t and all before it are accepted.
    public var certified: Bool
    /// Share of production's cost saved at t, with limits; nil when unknown.
    public var saving: Estimate?
}

/// Two-tier in numbers.
public struct TierReading: Sendable, Hashable, Codable {
    /// Where the question stands. Always open while no grid is fixed.
    public var state: TierState
    /// t̂: the last threshold accepted; nil when none.
    public var threshold: Double?
    /// ε: what is certified at t̂ is a loss of at most this.
    public var certifiedAtMost: Double
    /// Share served at t̂.
    public var coverage: Estimate?
    /// Share escalated at t̂.
    public var escalation: Estimate?
    /// Share of production's cost saved at t̂.
    public var saving: Estimate?
    /// Latency of the mix at t̂ against its own limits.
    public var latency: [LatencyRatio]
    /// Segments that block at t̂, among the pairs served.
    public var blocking: [SegmentName]
    /// Days until it should be certified; nil when that is not in sight.
    public var forecastDays: Double?
    /// The whole grid, falling; empty until it is fixed.
    public var curve: [TierPoint]
}

/// When an open gate should decide, if what comes is like what came.
public struct GateForecast: Sendable, Hashable, Codable {
    /// Which gate.
    public var gate: GateName
    /// How it should decide: pass or fail.
    public var towards: GateStatus
    /// Pairs still needed; nil: not on course.
    public var pairs: Int?
    /// The 80 % range's early end.
    public var fewestPairs: Int?
    /// The 80 % range's late end; nil: beyond the horizon.
    public var mostPairs: Int?
    /// The same in days; nil where pairs are, or where it is unknown how many a day brings.
    public var days: Double?
    /// The early end in days.
    public var fewestDays: Double?
    /// The late end in days.
    public var mostDays: Double?
    /// Adjudications that these pairs will ask for, with those already pending; nil when none are drawn.
    public var adjudications: Int?
}

/// What would bring a decision nearer.
public enum SpeedUp: Sendable, Hashable, Codable {
    /// Judge the pending pairs.
    case adjudicatePending(Int)
    /// Judge so many of the pairs that agree by a tolerant rule alone.
    case auditEquivalents(Int)
    /// Sample more calls.
    case raiseSamplingRate
    /// Draw more disagreements for adjudication.
    case raiseAdjudicationShare
    /// Ask production twice more often.
    case raiseControlShare
    /// Give labels or people: without them only agreement counts.
    case adjudicate
    /// Give prices for both models.
    case givePrices
    /// Let the candidate take the calls that are shed.
    case raiseCandidateLimits
}

/// How a verdict that rests on agreement alone could be decided with the least work, if both models are equally good.
public struct WayOut: Sendable, Hashable, Codable {
    /// Disagreements to judge, the oldest first; 0 where agreement alone should decide.
    public var judgements: Int
    /// Pairs that must come first.
    public var pairs: Int
    /// Days until the verdict, the other gates' waits included; nil where pairs must be brought, or a gate is not on course.
    public var days: Double?
    /// The judgements count only in a new trial: in this one nobody is to judge (`adjudicate.by`).
    public var inNewTrial: Bool

    /// What a judgement is taken to cost a person, in seconds. An assumption, not measured on this workload.
    public static let secondsPerJudgement = 27.0

    /// Minutes of judging.
    public var minutes: Double { Double(judgements) * WayOut.secondsPerJudgement / 60 }

    /// A way out from its parts.
    public init(judgements: Int, pairs: Int, days: Double?, inNewTrial: Bool = false) {
        self.judgements = judgements
        self.pairs = pairs
        self.days = days
        self.inNewTrial = inNewTrial
    }
}

/// One day of the ledger.
public struct DayReading: Sendable, Hashable, Codable {
    /// Calendar day of the trial, from 0.
    public var day: Int
    /// Compared pairs.
    public var pairs: Int
    /// Those that differ.
    public var disagreements: Int
    /// The day's accuracy difference, candidate − production; nil when nothing of it is adjudicated though pairs differ.
    public var difference: Double?
    /// Tango's interval of it, one look; nil unless all that differs is judged and all pairs weigh the same.
    public var limits: Interval?
}
