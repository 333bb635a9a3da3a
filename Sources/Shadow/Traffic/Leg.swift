/// Which upstream attempt a leg is.
public enum LegRole: String, Sendable, CaseIterable {
    /// The call itself, as the app made it.
    case production
    /// The small model on trial.
    case candidate
    /// Production asked a second time (the A/A arm): how often production disagrees with itself.
    case control
}

/// Why a leg has no answer that a program could use, apart from its HTTP status. The raw value is what the views show.
public enum LegError: String, Sendable, CaseIterable {
    case connectionFailed = "connection_failed"
    case timeout
    case rateLimited = "rate_limited"
    case serverError = "server_error"
    case rejectedRequest = "rejected_request"
    /// The answer began and broke off, or an error object came after HTTP 200.
    case streamBroken = "stream_broken"
    /// The app went away before production's answer ended; such a pair is incomparable.
    case clientLeft = "client_left"
    /// The circuit breaker was open: the candidate was not asked. Counts as a candidate failure (reliability).
    case circuitOpen = "circuit_open"
    /// The answer was longer than the capture limit: what is stored is its beginning.
    case tooLarge = "too_large"
}

/// One tool call of an answer. `arguments` is the text as the model wrote it, not necessarily valid JSON.
public struct ToolCall: Sendable, Hashable {
    public var id: String
    public var name: String
    public var arguments: String

    public init(id: String = "", name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

/// Tokens as the provider counted them; nil where it said nothing.
public struct TokenUsage: Sendable, Hashable {
    public var input: Int?
    public var output: Int?
    /// Part of `input` that was served from the provider's prompt cache.
    public var cachedInput: Int?
    /// Part of `output` that was spent on reasoning.
    public var reasoning: Int?
    /// True when `input` and `output` are our estimate (a token per four bytes) because the provider gave none.
    public var estimated: Bool

    public init(input: Int? = nil, output: Int? = nil, cachedInput: Int? = nil, reasoning: Int? = nil, estimated: Bool = false) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput
        self.reasoning = reasoning
        self.estimated = estimated
    }
}

/// How sure the model was of its answer. `score` is what thresholds are set on: exp of the summed log-probability of the
/// answer's tokens (stop token left out), or a value that the answer itself carries; 0…1.
public struct Confidence: Sendable, Hashable {
    public var score: Double
    public var logProbabilitySum: Double?
    public var logProbabilityMinimum: Double?
    public var tokenCount: Int?
    /// Probability of the first token minus that of its best alternative, where alternatives were given.
    public var margin: Double?

    public init(
        score: Double, logProbabilitySum: Double? = nil, logProbabilityMinimum: Double? = nil, tokenCount: Int? = nil, margin: Double? = nil
    ) {
        self.score = score
        self.logProbabilitySum = logProbabilitySum
        self.logProbabilityMinimum = logProbabilityMinimum
        self.tokenCount = tokenCount
        self.margin = margin
    }
}

/// One upstream attempt for a call: what came back and when. Timings are milliseconds on one monotonic clock, each from
/// the leg's own send; time spent queueing before the send is `queueMs` and in no other figure.
public struct Leg: Sendable, Hashable {
    /// HTTP status; nil when no head arrived.
    public var status: Int?
    public var error: LegError?
    public var streamed: Bool
    /// The answer's text; for an answer that could not be read as one, the body's beginning as text.
    public var output: String?
    /// The provider's refusal text, where it marks one.
    public var refusal: String?
    public var toolCalls: [ToolCall]
    public var finishReason: String?
    public var model: String?
    /// The provider's own id of the answer.
    public var requestID: String?
    public var usage: TokenUsage
    /// From send to the end of the answer.
    public var durationMs: Double?
    /// From send to the first delta with text, a refusal or a tool call's name or arguments; nil when not streamed.
    public var ttftMs: Double?
    public var queueMs: Double?
    public var confidence: Confidence?
    /// Request parameters that this leg's API could not take.
    public var untranslated: [String]
    /// Only the beginning of the answer was kept.
    public var truncatedCapture: Bool
    /// The answer came from a simulated model (`understudy stand-in`).
    public var simulated: Bool

    public init(
        status: Int? = nil, error: LegError? = nil, streamed: Bool = false, output: String? = nil, refusal: String? = nil,
        toolCalls: [ToolCall] = [], finishReason: String? = nil, model: String? = nil, requestID: String? = nil,
        usage: TokenUsage = TokenUsage(),
        durationMs: Double? = nil, ttftMs: Double? = nil, queueMs: Double? = nil, confidence: Confidence? = nil,
        untranslated: [String] = [],
        truncatedCapture: Bool = false, simulated: Bool = false
    ) {
        self.status = status
        self.error = error
        self.streamed = streamed
        self.output = output
        self.refusal = refusal
        self.toolCalls = toolCalls
        self.finishReason = finishReason
        self.model = model
        self.requestID = requestID
        self.usage = usage
        self.durationMs = durationMs
        self.ttftMs = ttftMs
        self.queueMs = queueMs
        self.confidence = confidence
        self.untranslated = untranslated
        self.truncatedCapture = truncatedCapture
        self.simulated = simulated
    }

    /// The error, or what the HTTP status says where no error was recorded; nil for a usable 2xx answer.
    public var failure: LegError? {
        if let error { return error }
        guard let status else { return .connectionFailed }
        switch status {
        case 200..<300: return nil
        case 408: return .timeout
        case 429: return .rateLimited
        case 400..<500: return .rejectedRequest
        default: return .serverError
        }
    }
}
