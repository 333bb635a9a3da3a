internal import JSON
internal import Traffic

extension RecordedCall {
    private static let chatCalls: Set = ["completion", "acompletion", ""]

    /// Reads what LiteLLM logs of a call: its `StandardLoggingPayload` (docs.litellm.ai/docs/proxy/logging_spec), as its callbacks send it, or
    /// a row of `LiteLLM_SpendLogs` (litellm/proxy/schema.prisma), as `/spend/logs` gives it, which holds contents only with
    /// `store_prompts_in_spend_logs: true`.
    static func liteLLM(_ line: LineObject, asking: AskedModels, _ decoder: inout LineDecoder) -> RecordReading {
        if let kind = line.value("call_type")?.stringValue, !chatCalls.contains(kind) { return .skipped("no chat completion") }
        let idKey = line.has("request_id") ? "request_id" : "id"
        let id = decoder.requiredText(line, idKey)
        let start = decoder.loggedMoment(line, ["startTime"], required: asking == .candidate)
        let asked = liteLLMRequest(line, &decoder)
        guard let id, let asked else { return .faulty }
        var call = RecordedCall(id: id, request: asked)
        call.calledAt = start
        call.conversation = decoder.text(line, "session_id")
        if asking == .candidate {
            let end = decoder.loggedMoment(line, ["endTime"], required: false)
            let first = asked["stream"] == true ? decoder.loggedMoment(line, ["completionStartTime"], required: false) : nil
            var leg = liteLLMAnswer(line, asked, &decoder)
            leg?.take(
                input: positive(line, "prompt_tokens"), output: positive(line, "completion_tokens"),
                durationMs: LineDecoder.milliseconds(from: start, to: end), ttftMs: LineDecoder.milliseconds(from: start, to: first))
            if leg?.model == nil { leg?.model = model(line) }
            call.production = leg
            call.isSimulated = leg?.simulated ?? false
        }
        return decoder.faults.isEmpty ? .call(call) : .faulty
    }

    /// The app's request: as the proxy got it where the row has that, else put together from messages and parameters.
    private static func liteLLMRequest(_ line: LineObject, _ decoder: inout LineDecoder) -> JSONValue? {
        if let body = embedded(line.value("proxy_server_request")), let messages = body["messages"]?.arrayValue, !messages.isEmpty {
            return decoder.chat(keepingChatKeys(of: body, messages: messages), "proxy_server_request")
        }
        let messages = embedded(line.value("messages"))
        if let text = messages?.stringValue, !text.isEmpty { return ["messages": [["role": "user", "content": .string(text)]]] }
        guard let list = messages?.arrayValue, !list.isEmpty else {
            decoder.fault(
                "messages",
                "there are none: LiteLLM keeps contents with store_prompts_in_spend_logs: true and without turn_off_message_logging")
            return nil
        }
        var body = line.value("model_parameters") ?? [:]
        body["model"] = model(line).map { .string($0) }
        return decoder.chat(keepingChatKeys(of: body, messages: list), "")
    }

    /// As the app named it: outside of a proxy there is no group, and its name is empty.
    private static func model(_ line: LineObject) -> String? {
        ["model_group", "model"].lazy.compactMap { line.value($0)?.stringValue }.first { !$0.isEmpty }
    }

    private static func keepingChatKeys(of body: JSONValue, messages: [JSONValue]) -> JSONValue {
        var kept: JSONValue = ["messages": .array(messages)]
        kept["model"] = body["model"]
        for name in ChatParameters.names { if let value = body[name], !value.isNull { kept[name] = value } }
        return kept
    }

    private static func liteLLMAnswer(_ line: LineObject, _ request: JSONValue, _ decoder: inout LineDecoder) -> Leg? {
        if line.value("status")?.stringValue == "failure" {
            let said = line.value("error_information")?["error_code"] ?? line.value("metadata")?["error_information"]?["error_code"]
            let status = said?.intValue ?? said?.stringValue.flatMap { Int($0) }
            let text = line.value("error_str")?.stringValue ?? ""
            return Leg(status: status.flatMap { (400...599).contains($0) ? $0 : nil } ?? 500, output: text.isEmpty ? nil : text)
        }
        guard let answer = embedded(line.value("response")), answer != [:], answer != "" else {
            decoder.fault("response", "there is none: LiteLLM keeps contents with store_prompts_in_spend_logs: true")
            return nil
        }
        return RecordedAnswer(status: nil, request: request).leg(answer, "response", &decoder)
    }

    /// A value that some exports hold as JSON and others as its text.
    static func embedded(_ value: JSONValue?) -> JSONValue? {
        guard let text = value?.stringValue, let first = text.utf8.first(where: { $0 > 0x20 }), "{[".utf8.contains(first) else {
            return value
        }
        return (try? JSONValue.parse(text)) ?? value
    }

    private static func positive(_ line: LineObject, _ name: String) -> Int? { line.value(name)?.intValue.flatMap { $0 > 0 ? $0 : nil } }
}
