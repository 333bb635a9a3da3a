/// A range of plausible values of one number, both ends known.
public struct Interval: Sendable, Hashable, Codable {
    /// The lower limit.
    public var lower: Double
    /// The upper limit.
    public var upper: Double

    /// An interval from its two limits.
    public init(_ lower: Double, _ upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    /// Whether `value` lies within, limits included.
    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

    /// The values in both intervals; empty (lower above upper) when they do not meet.
    public func intersection(_ other: Interval) -> Interval {
        Interval(max(lower, other.lower), min(upper, other.upper))
    }

    /// No value lies within.
    public var isEmpty: Bool { lower > upper }

    /// The same values, negated: `[−upper, −lower]`.
    public var negated: Interval { Interval(-upper, -lower) }
}

/// A point estimate with its interval.
public struct Estimate: Sendable, Hashable, Codable {
    /// The single best value.
    public var estimate: Double
    /// The lower limit.
    public var lower: Double
    /// The upper limit.
    public var upper: Double

    /// An estimate from its three numbers.
    public init(_ estimate: Double, lower: Double, upper: Double) {
        self.estimate = estimate
        self.lower = lower
        self.upper = upper
    }
}

/// A range of which a side may be unknown: `nil` means that the data sets no limit there.
public struct OpenInterval: Sendable, Hashable, Codable {
    /// The lower limit, or nil when unbounded below.
    public var lower: Double?
    /// The upper limit, or nil when unbounded above.
    public var upper: Double?

    /// An interval from two limits, either of which may be missing.
    public init(_ lower: Double?, _ upper: Double?) {
        self.lower = lower
        self.upper = upper
    }
}
