internal import JSON
internal import Traffic

extension RecordedCall {
    /// Keys under which request logs name a call, and say when it was made.
    private static let idKeys = ["id", "request_id", "call_id", "log_id"]
    private static let momentKeys = ["called_at", "timestamp", "created_at", "start_time", "time", "ts"]

    /// Reads `{"request": …, "response": …}`, both as they went over the network: as objects, as text, or under `body` beside
    /// `status`, `status_code` or `headers`. Further keys: an id, a time, `status`, `duration_ms`, `ttft_ms`, `segment`, `conversation`, `label`.
    static func log(_ line: LineObject, asking: AskedModels, _ decoder: inout LineDecoder) -> RecordReading {
        guard let said = decoder.required(line, "request"), let asked = request(said, &decoder) else { return .faulty }
        let moment = decoder.loggedMoment(line, momentKeys, required: false)
        let duration = decoder.number(line, "duration_ms", "from 0") { $0 >= 0 }
        let ttft = decoder.number(line, "ttft_ms", "from 0") { $0 >= 0 }
        var production: Leg?
        var bodyMoment: Timestamp?
        if asking == .candidate, let response = decoder.required(line, "response") {
            let (body, field) = response["body"].map { ($0, "response.body") } ?? (response, "response")
            let status =
                decoder.whole(line, "status", in: 100...599) ?? response["status_code"]?.intValue
                ?? (response["body"] == nil
                    ? nil : response["status"]?.intValue)
            production = RecordedAnswer(status: status, request: asked).leg(body, field, &decoder)
            production?.take(input: nil, output: nil, durationMs: duration, ttftMs: ttft)
            bodyMoment = body["created"].flatMap(LineDecoder.moment)
        }
        if asking == .candidate, moment == nil, bodyMoment == nil {
            decoder.fault("called_at", "this key is required: when was the call made?")
        }
        let label = line.value("label")
        let (segment, conversation) = (decoder.text(line, "segment"), decoder.text(line, "conversation"))
        guard decoder.faults.isEmpty else { return .faulty }
        var call = RecordedCall(
            id: idKeys.lazy.compactMap { line.value($0)?.stringValue }.first ?? production?.requestID ?? contentID(line), request: asked)
        (call.calledAt, call.production, call.label) = (moment ?? bodyMoment, production, label)
        (call.segment, call.conversation, call.isSimulated) = (segment, conversation, production?.simulated ?? false)
        return .call(call)
    }

    /// Reads the two lines that OpenAI's batch API has for a request: of the input file, `{"custom_id","method","url","body"}`, and of the
    /// output file, `{"id","custom_id","response":{"status_code","request_id","body"},"error"}` (platform.openai.com/docs/api-reference/batch,
    /// *The request input object* and *The request output object*). Such an answer waited for hours, so its timing says nothing.
    static func batch(input: LineObject, output: LineObject?, asking: AskedModels, _ decoder: inout LineDecoder) -> RecordReading {
        guard let id = decoder.requiredText(input, "custom_id"), let body = decoder.required(input, "body") else { return .faulty }
        if let url = input.value("url")?.stringValue, !url.hasSuffix("/chat/completions") { return .skipped("no chat completion") }
        guard let asked = decoder.chat(body, "body") else { return .faulty }
        var call = RecordedCall(id: id, request: asked)
        guard asking == .candidate else { return .call(call) }
        guard let output else {
            decoder.fault("custom_id", "no line of the batch's output answers \(LineDecoder.short(id)): put both files into one")
            return .faulty
        }
        let response = output.value("response")
        let answer = response?["body"] ?? output.value("error").map { ["error": $0] } ?? .null
        let status = response?["status_code"]?.intValue
        guard var leg = RecordedAnswer(status: status, request: asked).leg(answer, "response.body", &decoder) else { return .faulty }
        leg.requestID = leg.requestID ?? response?["request_id"]?.stringValue
        guard let moment = answer["created"].flatMap(LineDecoder.moment) else {
            decoder.fault("response.body.created", "this key is required: when was the call answered?")
            return .faulty
        }
        (call.calledAt, call.production) = (moment, leg)
        return .call(call)
    }

    /// Reads a stored completion (platform.openai.com/docs/api-reference/chat/list) that has its messages under `messages`; the API gives
    /// those apart, at `/v1/chat/completions/{id}/messages`.
    static func storedCompletion(_ line: LineObject, asking: AskedModels, _ decoder: inout LineDecoder) -> RecordReading {
        let id = decoder.requiredText(line, "id")
        guard let messages = line.value("messages")?.arrayValue, !messages.isEmpty else {
            decoder.fault("messages", "this key is required: the API gives them apart, at /v1/chat/completions/ID/messages; add them here")
            return .faulty
        }
        var asked: JSONValue = ["messages": .array(messages.map(plainMessage))]
        for name in ChatParameters.names { if let value = line.value(name) { asked[name] = value } }
        asked["model"] = line.value("model")
        let moment = decoder.loggedMoment(line, ["created"], required: asking == .candidate)
        let chat = decoder.chat(asked, "")
        let leg = RecordedAnswer(status: nil, request: asked).leg(.object(line.members), "", &decoder)
        guard decoder.faults.isEmpty, let id, let chat else { return .faulty }
        var call = RecordedCall(id: id, request: chat)
        (call.calledAt, call.production) = (moment, asking == .candidate ? leg : nil)
        call.isSimulated = leg?.simulated ?? false
        return .call(call)
    }

    /// A stored message without what the store added and no model takes.
    private static func plainMessage(_ message: JSONValue) -> JSONValue {
        var plain = message
        for name in ["id", "content_parts"] { plain[name] = nil }
        return plain
    }

    /// A logged request, wherever the log keeps its body.
    private static func request(_ said: JSONValue, _ decoder: inout LineDecoder) -> JSONValue? {
        var value = said
        var field = "request"
        if value["messages"] == nil, let body = value["body"] { (value, field) = (body, "request.body") }
        if let text = value.stringValue {
            guard let parsed = try? JSONValue.parse(text) else {
                decoder.fault(field, "this text is not JSON; the request's body is expected")
                return nil
            }
            value = parsed
        }
        return decoder.chat(value, field)
    }

    /// A name for a record that has none: the same content has the same one, so a file read again asks nothing twice.
    static func contentID(_ line: LineObject) -> String {
        let bytes = JSONValue.object(line.members).serialised()
        let words = [KeyedHash(key0: 1, key1: 2), KeyedHash(key0: 3, key1: 4)].map { String($0.hash(bytes), radix: 16) }
        return "record-" + words.joined(separator: "-")
    }
}

/// The parameters of a chat completion that mean the same to another model. Gateways log more, which a model would refuse.
enum ChatParameters {
    static let names = [
        "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call", "response_format", "temperature", "top_p", "n", "stop",
        "max_tokens", "max_completion_tokens", "presence_penalty", "frequency_penalty", "logit_bias", "seed", "reasoning_effort",
        "verbosity", "logprobs", "top_logprobs", "stream",
    ]
}
