internal import JSON
internal import Traffic

extension RecordedCall {
    /// Reads an observation of Langfuse: of its pages' export and its API (`startTime`, `modelParameters`, `usage`;
    /// langfuse.com/docs/api-and-data-platform/features/export-from-ui), or of its blob export (`start_time`, `model_parameters`, `usage_details`,
    /// with contents as text; …/features/blob-storage-export-fields). Only those of type GENERATION are calls of a model.
    static func langfuse(_ line: LineObject, asking: AskedModels, _ decoder: inout LineDecoder) -> RecordReading {
        guard let type = decoder.text(line, "type") else { return .faulty }
        guard type == "GENERATION" else { return .skipped("no generation") }
        let id = decoder.requiredText(line, "id")
        let start = decoder.loggedMoment(line, ["startTime", "start_time"], required: asking == .candidate)
        let first = decoder.loggedMoment(line, ["completionStartTime", "completion_start_time"], required: false)
        guard let input = embedded(decoder.required(line, "input")), var asked = langfuseRequest(input, line, &decoder) else {
            return .faulty
        }
        if first != nil, asked["stream"] == nil { asked["stream"] = true }
        guard let id, decoder.faults.isEmpty else { return .faulty }
        var call = RecordedCall(id: id, request: asked)
        call.calledAt = start
        call.conversation = decoder.text(line, line.has("sessionId") ? "sessionId" : "session_id")
        if asking == .candidate {
            let end = decoder.loggedMoment(line, ["endTime", "end_time"], required: false)
            var leg = langfuseAnswer(line, asked, &decoder)
            let usage = ["usageDetails", "usage_details", "usage"].lazy.compactMap { line.value($0) }.first
            leg?.take(
                input: usage?["input"]?.intValue, output: usage?["output"]?.intValue,
                durationMs: LineDecoder.milliseconds(from: start, to: end), ttftMs: LineDecoder.milliseconds(from: start, to: first))
            if leg?.model == nil { leg?.model = model(line) }
            call.production = leg
            call.isSimulated = leg?.simulated ?? false
        }
        return decoder.faults.isEmpty ? .call(call) : .faulty
    }

    /// `input` is a list of messages, an object that holds it, or a prompt.
    private static func langfuseRequest(_ input: JSONValue, _ line: LineObject, _ decoder: inout LineDecoder) -> JSONValue? {
        var asked: JSONValue
        switch input {
        case .array: asked = ["messages": input]
        case .string(let text) where !text.isEmpty: asked = ["messages": [["role": "user", "content": .string(text)]]]
        case .object where input["messages"] != nil: asked = input
        default:
            decoder.fault("input", "a list of messages, {\"messages\":[…]} or a prompt is expected, not \(LineDecoder.article(input))")
            return nil
        }
        let parameters = embedded(line.value("modelParameters") ?? line.value("model_parameters"))
        for name in ChatParameters.names where asked[name] == nil {
            if let value = parameters?[name], !value.isNull { asked[name] = number(value) }
        }
        asked["model"] = model(line).map { .string($0) }
        return decoder.chat(asked, "input")
    }

    /// Langfuse keeps parameters as text too: `"temperature": "0.7"`.
    private static func number(_ value: JSONValue) -> JSONValue {
        guard let text = value.stringValue, let parsed = try? JSONValue.parse(text), parsed.doubleValue != nil || parsed.boolValue != nil
        else {
            return value
        }
        return parsed
    }

    private static func model(_ line: LineObject) -> String? {
        ["model", "provided_model_name", "providedModelName"].lazy.compactMap { line.value($0)?.stringValue }.first { !$0.isEmpty }
    }

    private static func langfuseAnswer(_ line: LineObject, _ request: JSONValue, _ decoder: inout LineDecoder) -> Leg? {
        let output = embedded(line.value("output"))
        if line.value("level")?.stringValue == "ERROR" {
            return Leg(status: 500, output: (line.value("statusMessage") ?? line.value("status_message"))?.stringValue)
        }
        guard let output, output != "" else {
            decoder.fault("output", "this key is required: what did the model answer?")
            return nil
        }
        return RecordedAnswer(status: nil, request: request).leg(output, "output", &decoder)
    }
}
