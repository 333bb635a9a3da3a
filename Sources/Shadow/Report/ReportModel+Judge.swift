internal import Statistics

extension ReportModel {
    /// How the trial's judge model has done: what it was asked, and how far it can be trusted.
    public struct JudgeFigures: Sendable, Hashable {
        /// The judge model's name.
        public var model: String
        /// Which version of the question it is asked now.
        public var promptVersion: Int
        /// Pairs that are settled, with an opinion or without.
        public var pairs: Int
        /// Those with an opinion.
        public var opinions: Int
        /// Pairs that still wait.
        public var waiting: Int
        /// Opinions taken from another pair with the same question.
        public var reused: Int
        /// Calls made.
        public var calls: Int
        /// USD; nil where no price is known.
        public var cost: Double?
        /// The limit a day in USD; nil where there is none.
        public var dollarsPerDay: Double?
        /// Opinions whose two orders were asked, and those of them whose orders agree.
        public var orders: Part
        /// Opinions on pairs of which labels or people say who was right, and those of them that say the same.
        public var agreement: Part
        /// Opinions whose first order was asked again, and those of them where it came out otherwise.
        public var flips: Part
        /// Pairs without an opinion, by the reason, most frequent first.
        public var errors: [Failure]

        /// Some of so many.
        public struct Part: Sendable, Hashable {
            /// How many.
            public var count: Int
            /// Of so many.
            public var of: Int

            /// Takes its parts as they are.
            public init(_ count: Int = 0, of: Int = 0) {
                self.count = count
                self.of = of
            }

            /// With its Wilson interval (95 %, one look); nil of none.
            var share: Estimate? { of == 0 ? nil : wilsonEstimate(successes: count, of: of) }
        }

        /// Pairs that got no opinion for one reason.
        public struct Failure: Sendable, Hashable {
            /// The reason, as in the view `judgements`.
            public var error: String
            /// How many pairs.
            public var pairs: Int

            /// Takes its parts as they are.
            public init(error: String, pairs: Int) {
                self.error = error
                self.pairs = pairs
            }
        }

        /// Takes its parts as they are.
        public init(
            model: String, promptVersion: Int, pairs: Int = 0, opinions: Int = 0, waiting: Int = 0, reused: Int = 0, calls: Int = 0,
            cost: Double? = nil, dollarsPerDay: Double? = nil, orders: Part = Part(), agreement: Part = Part(), flips: Part = Part(),
            errors: [Failure] = []
        ) {
            self.model = model
            self.promptVersion = promptVersion
            self.pairs = pairs
            self.opinions = opinions
            self.waiting = waiting
            self.reused = reused
            self.calls = calls
            self.cost = cost
            self.dollarsPerDay = dollarsPerDay
            self.orders = orders
            self.agreement = agreement
            self.flips = flips
            self.errors = errors
        }

        /// Share of the pairs put to the judge on which it gave an opinion; nil of none.
        var coverage: Double? { pairs + waiting == 0 ? nil : Double(opinions) / Double(pairs + waiting) }
    }
}
