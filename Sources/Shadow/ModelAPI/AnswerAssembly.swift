internal import JSON
internal import Traffic

/// The first choice of an answer, put together from a whole body or from the chunks of a stream.
struct AnswerAssembly {
    private(set) var text: String?
    private(set) var refusal: String?
    private(set) var finishReason: String?
    private(set) var model: String?
    private(set) var id: String?
    private(set) var usage: JSONValue?
    private(set) var tokens: [TokenProbability] = []
    /// The provider's error object, where one came instead of an answer or within it.
    private(set) var error: JSONValue?
    /// Whether there was a choice, which is what makes a body an answer.
    private(set) var hasChoice = false
    private(set) var isSimulated = false
    private var calls: [(index: Int, call: ToolCall)] = []

    /// The tool calls in the order of their index.
    var toolCalls: [ToolCall] { calls.sorted { $0.index < $1.index }.map(\.call) }

    /// Bytes that the model wrote.
    var outputBytes: Int {
        calls.reduce((text?.utf8.count ?? 0) + (refusal?.utf8.count ?? 0)) { $0 + $1.call.name.utf8.count + $1.call.arguments.utf8.count }
    }

    /// Takes a whole body.
    mutating func take(body: JSONValue) {
        takeEnvelope(body)
        guard let choice = AnswerAssembly.firstChoice(of: body) else { return }
        takeChoice(choice, message: choice["message"])
    }

    /// Takes one chunk of a stream; true when it carries text, a refusal, or a tool call's name or arguments.
    mutating func take(chunk: JSONValue) -> Bool {
        takeEnvelope(chunk)
        guard let choice = AnswerAssembly.firstChoice(of: chunk) else { return false }
        // Some servers end a stream with a whole message instead of a delta.
        return takeChoice(choice, message: choice["delta"] ?? choice["message"])
    }

    /// The choice of index 0; the last chunk of a stream may have none.
    private static func firstChoice(of body: JSONValue) -> JSONValue? {
        body["choices"]?.arrayValue?.first { ($0["index"]?.intValue ?? 0) == 0 && $0.objectValue != nil }
    }

    private mutating func takeEnvelope(_ body: JSONValue) {
        if id == nil, let id = body["id"]?.stringValue, !id.isEmpty { self.id = id }
        if model == nil, let model = body["model"]?.stringValue, !model.isEmpty { self.model = model }
        if let usage = body["usage"], usage.objectValue != nil { self.usage = usage }
        if let error = body["error"], !error.isNull { self.error = error }
        if body["system_fingerprint"]?.stringValue == "understudy-stand-in" { isSimulated = true }
    }

    @discardableResult
    private mutating func takeChoice(_ choice: JSONValue, message: JSONValue?) -> Bool {
        hasChoice = true
        if let reason = choice["finish_reason"]?.stringValue { finishReason = reason }
        for token in choice["logprobs"]?["content"]?.arrayValue ?? [] {
            if let token = TokenProbability(token) { tokens.append(token) }
        }
        var carries = false
        if let more = MessageText.of(message?["content"]) {
            text = (text ?? "") + more
            carries = !more.isEmpty
        }
        if let more = message?["refusal"]?.stringValue {
            refusal = (refusal ?? "") + more
            carries = carries || !more.isEmpty
        }
        for (place, call) in (message?["tool_calls"]?.arrayValue ?? []).enumerated() {
            if take(call: call["function"], id: call["id"]?.stringValue, index: call["index"]?.intValue ?? place) { carries = true }
        }
        if let call = message?["function_call"], call.objectValue != nil, take(call: call, id: nil, index: 0) { carries = true }
        return carries
    }

    private mutating func take(call: JSONValue?, id: String?, index: Int) -> Bool {
        let name = call?["name"]?.stringValue ?? ""
        // The arguments are text by the API's rule; servers that send them as an object are read all the same.
        let arguments =
            switch call?["arguments"] {
            case .string(let text): text
            case .object(let members): JSONValue.object(members).serialisedString()
            default: ""
            }
        if let known = calls.firstIndex(where: { $0.index == index }) {
            if calls[known].call.id.isEmpty { calls[known].call.id = id ?? "" }
            calls[known].call.name += name
            calls[known].call.arguments += arguments
        } else {
            calls.append((index, ToolCall(id: id ?? "", name: name, arguments: arguments)))
        }
        return !name.isEmpty || !arguments.isEmpty
    }
}
