public import Statistics
public import Traffic
public import Verdict

extension ReportModel {
    /// What a model is paid, as the user's settings say.
    public enum Price: Sendable, Hashable {
        case none
        /// USD per million tokens; `batch` in jobs that may wait.
        case tokens(input: Double, output: Double, cachedInput: Double?, batch: Batch? = nil)
        /// USD an hour for one replica, the tokens a day that it sustains, and the fewest replicas.
        case dedicated(hourly: Double, tokensPerDay: Double, replicas: Int)
    }

    /// Prices of batch jobs in USD per million tokens.
    public struct Batch: Sendable, Hashable {
        public var input: Double
        public var output: Double

        /// Takes its parts as they are.
        public init(input: Double, output: Double) {
            self.input = input
            self.output = output
        }
    }

    /// What one leg's costs rest on.
    public struct LegSpend: Sendable, Hashable {
        /// What the leg's model is paid.
        public var price: Price
        /// Legs asked.
        public var calls: Int
        /// Legs of `calls` whose cost is known.
        public var pricedCalls: Int
        /// Legs whose tokens are our estimate.
        public var estimatedCalls: Int
        /// The tokens of the legs on ended days.
        public var tokens: TokenSums

        /// Takes its parts as they are.
        public init(
            price: Price = .none, calls: Int = 0, pricedCalls: Int = 0, estimatedCalls: Int = 0, tokens: TokenSums = TokenSums()
        ) {
            self.price = price
            self.calls = calls
            self.pricedCalls = pricedCalls
            self.estimatedCalls = estimatedCalls
            self.tokens = tokens
        }

        /// Share of the legs whose tokens are our estimate; nil without any.
        public var estimatedShare: Double? { calls == 0 ? nil : Double(estimatedCalls) / Double(calls) }
    }

    /// Prices and volume behind the costs of the look.
    public struct Spend: Sendable, Hashable {
        /// What production's costs rest on.
        public var production: LegSpend
        /// What the candidate's costs rest on.
        public var candidate: LegSpend
        /// All calls of the workload in a month at the volume observed; nil where it is unknown (recorded pairs).
        public var callsPerMonth: Double?
        /// When the settings with these prices came into force.
        public var pricedAt: Timestamp?

        /// Takes its parts as they are.
        public init(
            production: LegSpend = LegSpend(), candidate: LegSpend = LegSpend(), callsPerMonth: Double? = nil, pricedAt: Timestamp? = nil
        ) {
            self.production = production
            self.candidate = candidate
            self.callsPerMonth = callsPerMonth
            self.pricedAt = pricedAt
        }
    }

    /// Calls that left the way from call to comparison at one stage, for one reason.
    public struct ReasonCount: Sendable, Hashable {
        /// The reason's name, as in the view `coverage_reasons`.
        public var reason: String
        /// How many calls.
        public var calls: Int

        /// Takes its parts as they are.
        public init(reason: String, calls: Int) {
            self.reason = reason
            self.calls = calls
        }
    }

    /// The way from calls to compared pairs, and where calls left it. Reports name the rest too, so that what is shown adds up.
    public struct Coverage: Sendable, Hashable {
        /// Calls that passed through the route while the trial ran; 0 for recorded pairs.
        public var calls: Int
        /// Calls drawn for the trial.
        public var sampled: Int
        /// Pairs in the database.
        public var paired: Int
        /// Finished by the worker, incomparable ones included.
        public var compared: Int
        /// Not shadowed on purpose, by reason, most frequent first.
        public var skipped: [ReasonCount]
        /// Drawn but dropped by a limit, by reason.
        public var shed: [ReasonCount]
        /// Control legs drawn and not asked, by reason.
        public var controlSkipped: [ReasonCount]
        /// Faults of ours that ended in plain pass-through, by reason.
        public var faults: [ReasonCount]
        /// Pairs that the worker could not compare and put aside.
        public var setAside: Int

        /// Takes its parts as they are.
        public init(
            calls: Int = 0, sampled: Int = 0, paired: Int = 0, compared: Int = 0, skipped: [ReasonCount] = [], shed: [ReasonCount] = [],
            controlSkipped: [ReasonCount] = [], faults: [ReasonCount] = [], setAside: Int = 0
        ) {
            self.calls = calls
            self.sampled = sampled
            self.paired = paired
            self.compared = compared
            self.skipped = skipped
            self.shed = shed
            self.controlSkipped = controlSkipped
            self.faults = faults
            self.setAside = setAside
        }
    }

    /// What was known about a week before: the look of then (decided again from its stored input) and the counts up to it.
    public struct EarlierFigures: Sendable, Hashable {
        /// When the look was taken.
        public var asOf: Timestamp
        /// What it said.
        public var look: Look
        /// How the pairs had come out up to then.
        public var agreement: AgreementCounts
        /// Pairs of each mode up to then.
        public var failureModes: [FailureMode: Int]

        /// Takes its parts as they are.
        public init(asOf: Timestamp, look: Look, agreement: AgreementCounts, failureModes: [FailureMode: Int] = [:]) {
            self.asOf = asOf
            self.look = look
            self.agreement = agreement
            self.failureModes = failureModes
        }
    }

    /// Something a reader must know before trusting the figures.
    public enum Warning: Sendable, Hashable {
        /// Production answered with more than one model within the trial, most frequent first.
        case productionModels([String])
        /// No prompt (system text, tools) covers the trial: the most frequent one stands before this share of its calls.
        case promptChanged(share: Double)
        /// Calls arrive and no pair does.
        case noPairs(calls: Int)
        /// Request parameters that the candidate's API could not take, and how many pairs that touched.
        case untranslated(parameters: [String], pairs: Int)
        /// Keywords of the answers' JSON Schema that could not be checked, and how many pairs that touched.
        case schemaUnsupported(keywords: [String], pairs: Int)
        /// The comparison's rules have changed; so many pairs are still to be compared again.
        case comparingAgain(pairs: Int)
        /// The sampling rates of recorded pairs were not in the file and are estimated from its shares.
        case estimatedRates
        /// A sentence from another part of the program.
        case other(String)
    }
}
