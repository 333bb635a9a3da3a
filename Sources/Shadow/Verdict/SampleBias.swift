import Statistics

/// By what the sample is held against all calls.
public enum SampleDimension: String, Sendable, CaseIterable, Codable {
    /// The request's size as the app announced it.
    case size
    /// The hour of the day.
    case hour
    case segment
    /// Whether the app declared tools: known only of calls that were drawn, because no other is read.
    case tools
    /// The length of the last user message, and the place in the conversation: known only of pairs.
    case length, turn
}

/// Which step on the way from call to evidence may have bent the sample.
public enum SampleStep: String, Sendable, CaseIterable, Codable {
    /// Those drawn against all calls, each with the probability it was to be drawn with.
    case drawn
    /// Those of which a pair was written against all that were drawn and can be shadowed: what was shed is missing.
    case kept
    /// Those that could be compared against all pairs: where production failed or the caller left, one is missing.
    case comparable
}

/// How many calls of one kind came how far.
public struct SampleSlice: Sendable, Hashable {
    /// By what the calls are told apart.
    public var dimension: SampleDimension
    /// Which of them these are.
    public var name: String
    /// Calls that could be drawn; 0 where they are not counted by this.
    public var calls: Int
    /// The sum of their probabilities.
    public var expected: Double
    /// Those drawn.
    public var drawn: Int
    /// Those of them that can be shadowed.
    public var sampled: Int
    /// Those of which a pair was written.
    public var kept: Int
    /// Pairs that could be compared, and all pairs.
    public var comparable: Int
    public var compared: Int

    /// A slice from its counts.
    public init(
        _ dimension: SampleDimension, _ name: String, calls: Int = 0, expected: Double = 0, drawn: Int = 0, sampled: Int = 0, kept: Int = 0,
        comparable: Int = 0, compared: Int = 0
    ) {
        self.dimension = dimension
        self.name = name
        self.calls = calls
        self.expected = expected
        self.drawn = drawn
        self.sampled = sampled
        self.kept = kept
        self.comparable = comparable
        self.compared = compared
    }
}

/// How far the sample is from what it was drawn of, at one step and by one dimension.
public struct BiasReading: Sendable, Hashable, Codable {
    /// Where.
    public var step: SampleStep
    /// By what.
    public var dimension: SampleDimension
    /// How many the sample has here.
    public var count: Int
    /// The share of it that lies in other slices than it should.
    public var distance: Double
    /// How often chance alone does as much.
    public var p: Double
    /// Both too far to be nothing and too far to be chance.
    public var isBiased: Bool
    /// The slice that is furthest off, its share of the sample and the share it should have.
    public var furthest: String
    public var share: Double
    public var wanted: Double

    /// Takes its parts as they are.
    public init(
        step: SampleStep, dimension: SampleDimension, count: Int, distance: Double, p: Double, isBiased: Bool, furthest: String,
        share: Double, wanted: Double
    ) {
        self.step = step
        self.dimension = dimension
        self.count = count
        self.distance = distance
        self.p = p
        self.isBiased = isBiased
        self.furthest = furthest
        self.share = share
        self.wanted = wanted
    }

    /// The distance from which on a bias holds the evidence open. One call in twenty in the wrong place bends the difference in accuracy by
    /// a point where the slices differ by 20 points: half the default margin. Below that, a million calls make any difference significant.
    public static let leastDistance = 0.05
    /// The error of all tests of a look together.
    public static let alpha = 0.01
}

/// All that can be held against each other, each step by each dimension with at least two slices (Bonferroni over all of them).
func sampleBias(_ slices: [SampleSlice]) -> [BiasReading] {
    var readings: [BiasReading] = []
    for step in SampleStep.allCases {
        for dimension in SampleDimension.allCases {
            let slices = slices.filter { $0.dimension == dimension }
            let counts = slices.map { step.counts($0) }
            let wanted = counts.reduce(0) { $0 + $1.wanted }
            let all = counts.reduce(0) { $0 + $1.observed }
            guard counts.count(where: { $0.wanted > 0 }) > 1, wanted > 0, all > 0 else { continue }
            let fit =
                step == .drawn
                ? goodnessOfFit(counts.map(\.observed), expected: counts.map(\.wanted))
                : fitOfPart(counts.map(\.observed), of: counts.map(\.wanted))
            func gap(_ index: Int) -> Double { abs(counts[index].observed / all - counts[index].wanted / wanted) }
            let furthest = slices.indices.max { gap($0) < gap($1) } ?? 0
            readings.append(
                BiasReading(
                    step: step, dimension: dimension, count: Int(all), distance: fit.distance, p: fit.p, isBiased: false,
                    furthest: slices[furthest].name, share: counts[furthest].observed / all, wanted: counts[furthest].wanted / wanted))
        }
    }
    for index in readings.indices {
        readings[index].isBiased =
            readings[index].distance >= BiasReading.leastDistance
            && readings[index].p * Double(readings.count) < BiasReading.alpha
    }
    return readings
}

extension SampleStep {
    /// What a slice has at this step, and what it should have.
    fileprivate func counts(_ slice: SampleSlice) -> (observed: Double, wanted: Double) {
        switch self {
        case .drawn: (Double(slice.drawn), slice.expected)
        case .kept: (Double(slice.kept), Double(slice.sampled))
        case .comparable: (Double(slice.comparable), Double(slice.compared))
        }
    }
}
