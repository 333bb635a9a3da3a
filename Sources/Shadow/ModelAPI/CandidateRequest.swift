public import Configuration
public import HTTPWire
internal import JSON

/// What is sent to a model for a call: built from the app's request, without anything of its headers.
public struct CandidateRequest: Sendable {
    /// Scheme and authority of the model.
    public var origin: String
    /// Path of its API.
    public var target: [UInt8]
    /// The method.
    public var method: String
    /// All header lines but `Host` and the framing.
    public var headers: Headers
    /// The body.
    public var body: [UInt8]
    /// Parameters of the app's request that this one lacks.
    public var untranslated: [String]
}

extension ChatRequest {
    /// How many alternatives to ask for at each token: enough to see the second label's first token.
    private static let alternatives = 5

    /// The request for a candidate with an OpenAI-compatible API: the app's own, with the candidate's model, the declared rewrite,
    /// and what measuring needs (usage in streams, log-probabilities where they are the confidence). It streams exactly when the
    /// app's does. `key` is sent as a bearer token.
    public func forCandidate(_ settings: CandidateSettings, key: String?) -> CandidateRequest {
        let rewrite = settings.rewrite
        var body = tree
        if let system = rewrite.system { body["messages"] = .array(ChatRequest.replacingInstructions(of: messages, by: system)) }
        for (name, value) in rewrite.set.sorted(by: { $0.key < $1.key }) { body[name] = value }
        for name in rewrite.remove { body[name] = nil }
        body["model"] = .string(settings.model)
        body["stream"] = tree["stream"]
        func mayAsk(_ name: String) -> Bool { !rewrite.remove.contains(name) && rewrite.set[name] == nil }
        if streams, mayAsk("stream_options") {
            var options = body["stream_options"] ?? [:]
            options["include_usage"] = true
            body["stream_options"] = options
        }
        if settings.confidence == .logprobs, mayAsk("logprobs") {
            body["logprobs"] = true
            if mayAsk("top_logprobs") {
                body["top_logprobs"] = JSONValue(max(body["top_logprobs"]?.intValue ?? 0, ChatRequest.alternatives))
            }
        }

        var headers: Headers = [
            Header("Content-Type", "application/json"), Header("Accept", streams ? "text/event-stream" : "application/json"),
            Header("User-Agent", "understudy"), Header("Understudy-Leg", "candidate"),
        ]
        if let key { headers.append("Authorization", "Bearer \(key)") }
        return CandidateRequest(
            origin: "\(settings.url.scheme)://\(settings.url.authority)", target: Array(ChatRequest.target(at: settings.url).utf8),
            method: "POST", headers: headers, body: body.serialised(), untranslated: rewrite.remove.filter { tree[$0] != nil })
    }

    /// The request for production where we are the ones who ask: the app's own, with usage in streams, which costs depend on.
    public func forProduction(_ settings: ProductionSettings, key: String?) -> CandidateRequest {
        var body = tree
        if streams {
            var options = body["stream_options"] ?? [:]
            options["include_usage"] = true
            body["stream_options"] = options
        }
        var headers: Headers = [
            Header("Content-Type", "application/json"), Header("Accept", streams ? "text/event-stream" : "application/json"),
            Header("User-Agent", "understudy"), Header("Understudy-Leg", "production"),
        ]
        if let key { headers.append("Authorization", "Bearer \(key)") }
        return CandidateRequest(
            origin: "\(settings.url.scheme)://\(settings.url.authority)", target: Array(ChatRequest.target(at: settings.url).utf8),
            method: "POST", headers: headers, body: body.serialised(), untranslated: [])
    }

    /// The path of chat completions below a base URL. A bare host gets the API's own `/v1`; a URL with a path is taken as the
    /// base that OpenAI's clients are given, or as the whole address where it names the endpoint.
    public static func target(at url: UpstreamURL) -> String {
        if url.path.isEmpty { return "/v1/chat/completions" }
        return url.path.hasSuffix("/chat/completions") ? url.path : url.path + "/chat/completions"
    }

    /// The messages with one system message in place of the instructions at their head.
    private static func replacingInstructions(of messages: [JSONValue], by system: String) -> [JSONValue] {
        let instructions = messages.prefix { ["system", "developer"].contains($0["role"]?.stringValue) }
        var first = instructions.first ?? ["role": "system"]
        first["content"] = .string(system)
        return [first] + messages.dropFirst(instructions.count)
    }
}
