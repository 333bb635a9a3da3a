/// An optional model that predicts who is right where the two answers differ.
///
/// It is asked about every pair that differs and whose candidate answered: blind, in both orders. What it says is a prediction (f of
/// the statistics) by which fewer judgements of people or labels are needed when only a share of the disagreements is drawn for them
/// (`adjudicate.disagreements`); it never decides who was right. The request and both answers go to its host.
public struct JudgeSettings: Sendable, Hashable {
    /// The base of an OpenAI-compatible API, as its clients are given it, or the endpoint itself.
    public var url: UpstreamURL
    /// What stands in the request's `model`.
    public var model: String
    public var key: KeyReference?
    /// What its tokens cost; without it the spend is unknown.
    public var price: TokenPrice?
    public var limits: JudgeLimits

    public init(
        url: UpstreamURL, model: String, key: KeyReference? = nil, price: TokenPrice? = nil, limits: JudgeLimits = JudgeLimits()
    ) {
        self.url = url
        self.model = model
        self.key = key
        self.price = price
        self.limits = limits
    }
}

/// What the judge may use.
public struct JudgeLimits: Sendable, Hashable {
    /// Calls in flight at once from one worker, at least 1.
    public var concurrency: Int
    /// For one call from its send to its end.
    public var timeoutNanoseconds: UInt64
    /// USD that the judge may cost a day of the trial's time zone; nil is no limit. Once it is reached no further call begins, and the
    /// pairs that come count without a prediction.
    public var dollarsPerDay: Double?

    public init(concurrency: Int = 4, timeoutNanoseconds: UInt64 = 30_000_000_000, dollarsPerDay: Double? = nil) {
        self.concurrency = concurrency
        self.timeoutNanoseconds = timeoutNanoseconds
        self.dollarsPerDay = dollarsPerDay
    }
}
