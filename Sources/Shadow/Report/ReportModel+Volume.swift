public import Traffic

extension ReportModel {
    /// The workload's calls while the trial ran, every one of them counted by the mirrors: by the calendar, and at their busiest.
    public struct Volume: Sendable, Hashable {
        /// Calls that passed, and those drawn for the trial.
        public var calls: Int
        public var sampled: Int
        /// When counting ended; nil while it goes on.
        public var endedAt: Timestamp?
        /// The most in one minute.
        public var busiestMinuteCalls: Int
        public var busiestMinuteSampled: Int
        /// Of whole days, by weekday: 1 for Monday to 7 for Sunday.
        public var weekdays: [Part]
        /// Of whole days, by the hour: 0 to 23.
        public var hours: [Part]
        /// Candidate calls at a time, and calls begun in a minute, that its limits allow; the latter nil without a limit.
        public var concurrency: Int
        public var callsPerMinute: Int?

        /// Calls of one weekday or hour.
        public struct Part: Sendable, Hashable {
            /// Which.
            public var number: Int
            /// Whole days with it.
            public var days: Int
            /// Calls on all of them.
            public var calls: Int

            /// Takes its parts as they are.
            public init(number: Int, days: Int, calls: Int) {
                self.number = number
                self.days = days
                self.calls = calls
            }

            /// The mean of its days.
            var mean: Double { Double(calls) / Double(max(1, days)) }
        }

        /// Takes its parts as they are.
        public init(
            calls: Int, sampled: Int, endedAt: Timestamp? = nil, busiestMinuteCalls: Int, busiestMinuteSampled: Int, weekdays: [Part] = [],
            hours: [Part] = [], concurrency: Int, callsPerMinute: Int? = nil
        ) {
            self.calls = calls
            self.sampled = sampled
            self.endedAt = endedAt
            self.busiestMinuteCalls = busiestMinuteCalls
            self.busiestMinuteSampled = busiestMinuteSampled
            self.weekdays = weekdays
            self.hours = hours
            self.concurrency = concurrency
            self.callsPerMinute = callsPerMinute
        }

        /// The share of the calls that the candidate was asked.
        var share: Double? { calls > 0 ? Double(sampled) / Double(calls) : nil }
        /// Whole days.
        var wholeDays: Int { weekdays.reduce(0) { $0 + $1.days } }
        /// The hours by threes, each named by its first.
        var threeHours: [Part] {
            stride(from: 0, to: hours.count, by: 3).map { first in
                let parts = hours[first..<min(first + 3, hours.count)]
                return Part(number: first, days: parts[first].days, calls: parts.reduce(0) { $0 + $1.calls })
            }
        }
        /// The hour with most calls, and how many times the mean hour's that is; nil where no whole day has been seen.
        var busiestHour: (part: Part, times: Double)? {
            let mean = hours.reduce(0) { $0 + $1.mean } / 24
            guard mean > 0, let part = hours.max(by: { $0.mean < $1.mean }) else { return nil }
            return (part, part.mean / mean)
        }
    }

    /// How long calls were counted.
    var countedSeconds: Double {
        let end = volume?.endedAt.map { min($0, trial.asOf) } ?? trial.asOf
        return max(0, Double(end.microseconds - trial.startsAt.microseconds) / 1e6)
    }
}
