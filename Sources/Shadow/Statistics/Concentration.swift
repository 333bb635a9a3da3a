/// Pairs and failures of one group of requests.
public struct SegmentCount: Sendable, Hashable {
    /// N_g: pairs.
    public var pairs: Int
    /// a_g: pairs in which only production was right.
    public var failures: Int
    /// Its share of the traffic where groups are sampled at different rates; else its share of the pairs.
    public var trafficShare: Double?

    /// A group from its counts.
    public init(pairs: Int, failures: Int, trafficShare: Double? = nil) {
        self.pairs = pairs
        self.failures = failures
        self.trafficShare = trafficShare
    }
}

/// How concentrated the failures are in one group.
public struct SegmentConcentration: Sendable, Hashable {
    /// Its share of the pairs.
    public var share: Double
    /// Failure risk against the rest; nil when undefined or infinite.
    public var riskRatio: Double?
    /// Lower 95 % limit of the ratio.
    public var lower: Double
    /// Upper 95 % limit; nil when infinite.
    public var upper: Double?
    /// p of "no more failures than its share".
    public var p: Double
    /// The same after correction for the number of groups.
    public var q: Double
    /// q ≤ 0.10, three failures or more, ratio at least 2, its lower limit above 1.
    public var flagged: Bool
    /// Flagged, at least 2 % of the traffic, and failing in at least 5 % of its pairs.
    public var blocking: Bool
}

/// Benjamini & Hochberg's q for each p: min over j ≥ i of min(1, p_(j)·m/j).
public func benjaminiHochberg(_ ps: [Double]) -> [Double] {
    var qs = [Double](repeating: 1, count: ps.count)
    var smallest = 1.0
    for (rank, index) in ps.indices.sorted(by: { ps[$0] < ps[$1] }).enumerated().reversed() {
        smallest = min(smallest, ps[index] * Double(ps.count) / Double(rank + 1))
        qs[index] = smallest
    }
    return qs
}

/// Benjamini & Yekutieli's factor for `count` overlapping segmentations: Σ 1/j.
public func yekutieliFactor(_ count: Int) -> Double { (0..<count).reduce(0) { $0 + 1 / Double($1 + 1) } }

/// Whether the candidate's own failures crowd into some groups of one segmentation (statistics §9).
///
/// Given the number of failures, a group's count is binomial with its share under "no concentration". `adjudicated` is the share of
/// disagreements that were judged, equal across groups; `factor` multiplies q where several segmentations overlap.
public func concentration(_ segments: [SegmentCount], adjudicated: Double = 1, factor: Double = 1) -> [SegmentConcentration] {
    let pairs = segments.reduce(0) { $0 + $1.pairs }
    let failures = segments.reduce(0) { $0 + $1.failures }
    var results = segments.map { segment -> SegmentConcentration in
        let share = pairs > 0 ? Double(segment.pairs) / Double(pairs) : 0
        var result = SegmentConcentration(
            share: share, riskRatio: nil, lower: 0, upper: nil, p: 1, q: 1, flagged: false, blocking: false)
        guard failures > 0, share > 0, share < 1 else { return result }
        /// The risk ratio at which a group of this share takes `part` of the failures.
        func ratio(_ part: Double) -> Double? { part < 1 ? part / (1 - part) * (1 - share) / share : nil }
        let part = clopperPearsonInterval(successes: segment.failures, of: failures)
        result.riskRatio = ratio(Double(segment.failures) / Double(failures))
        result.lower = ratio(part.lower) ?? .infinity
        result.upper = ratio(part.upper)
        result.p = binomialUpperTail(segment.failures, trials: failures, probability: share)
        return result
    }
    let qs = benjaminiHochberg(results.map(\.p))
    for (index, segment) in segments.enumerated() {
        let q = min(1, qs[index] * factor)
        let result = results[index]
        // An infinite ratio (every failure in this group) is at least 2 too.
        let crowded = result.riskRatio.map { $0 >= 2 } ?? (segment.failures == failures && result.p < 1)
        results[index].q = q
        results[index].flagged = q <= 0.10 && segment.failures >= 3 && crowded && result.lower > 1
        let common = (segment.trafficShare ?? result.share) >= 0.02
        let often = adjudicated > 0 && Double(segment.failures) >= 0.05 * adjudicated * Double(segment.pairs)
        results[index].blocking = results[index].flagged && common && often
    }
    return results
}
