public import JSON

/// The dialect that an upstream speaks. Only `openai` works so far; the decoder refuses the others with "not yet".
public enum UpstreamAPI: String, Sendable, CaseIterable {
    /// OpenAI's chat completions and every server compatible with them.
    case openai
    case openaiResponses = "openai-responses"
    case azureOpenAI = "azure-openai"
    case azureInference = "azure-inference"
    case anthropic, gemini, bedrock
    case openaiCompletions = "openai-completions"
}

/// Where a key is read from at run time. The key itself stands in no file, log or row of ours.
public enum KeyReference: Sendable, Hashable {
    /// The name of an environment variable.
    case environment(String)
    /// The absolute path of a file whose first line is the key.
    case file(String)
}

/// Prices in USD per million tokens.
public struct TokenPrice: Sendable, Hashable {
    public var input: Double
    public var output: Double
    /// For the part of the input that came from the prompt cache; nil means that it costs as much as other input.
    public var cachedInput: Double?
    /// For the same tokens in jobs that may wait, as the provider's batch API takes them; nil where there is none.
    public var batch: BatchPrice?

    public init(input: Double, output: Double, cachedInput: Double? = nil, batch: BatchPrice? = nil) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput
        self.batch = batch
    }
}

/// Prices of batch jobs in USD per million tokens. No call of a trial is one: the report says what the traffic would cost as such.
public struct BatchPrice: Sendable, Hashable {
    public var input: Double
    public var output: Double

    public init(input: Double, output: Double) {
        self.input = input
        self.output = output
    }
}

/// A machine rented by the hour.
public struct DedicatedPrice: Sendable, Hashable {
    /// USD an hour for one replica.
    public var hourly: Double
    /// Tokens (input and output together) that one replica can serve a day.
    public var tokensPerDay: Int
    /// Replicas that are rented at least, in each region.
    public var replicas: Int
    /// Where the traffic is served, by name; empty is one region with all of it.
    public var regions: [String: Region]

    public init(hourly: Double, tokensPerDay: Int, replicas: Int = 1, regions: [String: Region] = [:]) {
        self.hourly = hourly
        self.tokensPerDay = tokensPerDay
        self.replicas = replicas
        self.regions = regions
    }

    /// A region with replicas of its own.
    public struct Region: Sendable, Hashable {
        /// Its share of the traffic; those of all regions add up to 1.
        public var share: Double
        /// USD an hour for one replica there; nil costs as elsewhere.
        public var hourly: Double?

        public init(share: Double, hourly: Double? = nil) {
            self.share = share
            self.hourly = hourly
        }
    }
}

/// How a candidate is paid for.
public enum CandidatePrice: Sendable, Hashable {
    case tokens(TokenPrice)
    case dedicated(DedicatedPrice)
}

/// Where the candidate's confidence in its answer comes from.
public enum ConfidenceSource: Sendable, Hashable {
    /// Log-probabilities of the answer's tokens, asked for where the API has them.
    case logprobs
    /// A number 0…1 in the answer itself, at this JSON Pointer.
    case field(String)
    case none
}

/// The model that answers the app today.
public struct ProductionSettings: Sendable, Hashable {
    public var api: UpstreamAPI
    public var url: UpstreamURL
    public var price: TokenPrice?
    /// Only for the probe of `enable` and for replay; the app's own key serves the mirror.
    public var key: KeyReference?

    public init(api: UpstreamAPI = .openai, url: UpstreamURL, price: TokenPrice? = nil, key: KeyReference? = nil) {
        self.api = api
        self.url = url
        self.price = price
        self.key = key
    }
}

/// The small model on trial, and what keeps it caged.
public struct CandidateSettings: Sendable, Hashable {
    /// How reports name it; the model's name where the file gives none.
    public var name: String
    public var api: UpstreamAPI
    public var url: UpstreamURL
    /// What stands in the request's `model`.
    public var model: String
    public var key: KeyReference?
    public var price: CandidatePrice?
    public var confidence: ConfidenceSource
    public var rewrite: RewriteSettings
    public var limits: CandidateLimits

    public init(
        name: String, api: UpstreamAPI = .openai, url: UpstreamURL, model: String, key: KeyReference? = nil, price: CandidatePrice? = nil,
        confidence: ConfidenceSource = .logprobs, rewrite: RewriteSettings = RewriteSettings(), limits: CandidateLimits = CandidateLimits()
    ) {
        self.name = name
        self.api = api
        self.url = url
        self.model = model
        self.key = key
        self.price = price
        self.confidence = confidence
        self.rewrite = rewrite
        self.limits = limits
    }
}

/// How the call's request is changed for the candidate, besides its `model`.
public struct RewriteSettings: Sendable, Hashable {
    /// Replaces the system message; nil leaves the app's own.
    public var system: String?
    /// Top-level request fields and the values that they are set to.
    public var set: [String: JSONValue]
    /// Top-level request fields that are left out.
    public var remove: [String]

    public init(system: String? = nil, set: [String: JSONValue] = [:], remove: [String] = []) {
        self.system = system
        self.set = set
        self.remove = remove
    }
}

/// What the candidate may use; whatever is above it is shed and counted.
public struct CandidateLimits: Sendable, Hashable {
    /// Candidate calls in flight at once, at least 1.
    public var concurrency: Int
    /// Calls that wait for a free place; 0 sheds at once.
    public var queue: Int
    /// For one candidate call from its send to its end.
    public var timeoutNanoseconds: UInt64
    /// USD that the candidate may cost a day; nil is no limit.
    public var dollarsPerDay: Double?
    /// Candidate calls begun in a minute; nil is no limit.
    public var callsPerMinute: Int?

    public init(
        concurrency: Int = 32, queue: Int = 1024, timeoutNanoseconds: UInt64 = 30_000_000_000, dollarsPerDay: Double? = nil,
        callsPerMinute: Int? = nil
    ) {
        self.concurrency = concurrency
        self.queue = queue
        self.timeoutNanoseconds = timeoutNanoseconds
        self.dollarsPerDay = dollarsPerDay
        self.callsPerMinute = callsPerMinute
    }
}
