public import Traffic

extension ReportModel {
    /// What the last look of a day said about quality. The limits hold over all days at once, so they only ever close in.
    public struct CoursePoint: Sendable, Hashable {
        /// The day of the look in the trial's time zone, ISO 8601.
        public var day: String
        /// Pairs that could be compared by then; nil where the look's report was not kept.
        public var pairs: Int?
        /// The quality gate's estimate.
        public var estimate: Double?
        /// Its lower limit.
        public var lower: Double?
        /// Its upper limit.
        public var upper: Double?

        /// Takes its parts as they are.
        public init(day: String, pairs: Int? = nil, estimate: Double? = nil, lower: Double? = nil, upper: Double? = nil) {
            self.day = day
            self.pairs = pairs
            self.estimate = estimate
            self.lower = lower
            self.upper = upper
        }
    }

    /// A day has ended so many seconds after midnight, when its last pairs have come.
    private static let grace = 120.0

    /// The first day that has not ended at a moment: latency and cost count days before it.
    public static func openDay(at moment: Timestamp, utcOffsetSeconds: Int) -> String {
        day(of: moment.adding(seconds: -grace), utcOffsetSeconds: utcOffsetSeconds)
    }

    /// The day of a moment as the trial's views name it.
    public static func day(of moment: Timestamp, utcOffsetSeconds: Int) -> String {
        Dates(utcOffsetSeconds: utcOffsetSeconds).isoDay(moment)
    }
}
