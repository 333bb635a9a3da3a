internal import Configuration
internal import HTTPWire
internal import JSON
internal import ModelAPI
internal import Traffic

/// Production's answer as logs keep it: a chat completion, a stream of events, the message alone, or its text.
struct RecordedAnswer {
    /// HTTP status, where the log says one.
    var status: Int?
    var request: JSONValue

    /// The leg of an answer; nil with a fault where it has no form that is known.
    func leg(_ answer: JSONValue, _ field: String, _ decoder: inout LineDecoder) -> Leg? {
        switch answer {
        case .string(let text): return leg(text: text)
        case .array(let elements) where elements.count == 1: return leg(elements[0], "\(field)[0]", &decoder)
        case .object: break
        default:
            decoder.fault(field, "a chat completion, a message or its text is expected, not \(LineDecoder.article(answer))")
            return nil
        }
        if answer["choices"]?.arrayValue != nil { return read(answer.serialised()) }
        if answer["error"]?.isNull == false { return read(answer.serialised(), orStatus: 500) }
        if answer["role"] != nil || answer["content"] != nil || answer["tool_calls"]?.arrayValue != nil {
            return read(["choices": [["index": 0, "message": answer]]] as JSONValue)
        }
        if let status, !(200..<300).contains(status) { return read(answer.serialised()) }
        decoder.fault(field, "neither a chat completion (choices) nor a message (role, content, tool_calls) nor an error stands here")
        return nil
    }

    /// What has the look of a body is read as one, so that a body that was cut is not taken for a text.
    private func leg(text: String) -> Leg {
        let start = text.utf8.first { $0 > 0x20 }
        let isStream = text.utf8.drop { $0 <= 0x20 }
        if ["data:", "event:", ":"].contains(where: { isStream.starts(with: $0.utf8) }) { return read(Array(text.utf8)) }
        if let status, !(200..<300).contains(status) { return read(Array(text.utf8)) }
        if start == UInt8(ascii: "{"), let body = try? JSONValue.parse(text) {
            if body["choices"] != nil || body["error"]?.objectValue != nil { return read(Array(text.utf8)) }
            if body["role"]?.stringValue == "assistant" { return read(["choices": [["index": 0, "message": body]]] as JSONValue) }
        } else if start == UInt8(ascii: "{"), text.contains("\"choices\"") {
            return read(Array(text.utf8))
        }
        return read(["choices": [["index": 0, "message": ["role": "assistant", "content": .string(text)]]]] as JSONValue)
    }

    private func read(_ body: JSONValue) -> Leg { read(body.serialised()) }

    private func read(_ body: [UInt8], orStatus: Int = 200) -> Leg {
        let asked = try? ChatRequest(body: request.serialised())
        var leg = AnswerReader.read(
            CapturedAnswer(status: status ?? orStatus, headers: [], chunks: [AnswerChunk(bytes: body, atNanoseconds: 0)]), of: asked,
            confidence: .logprobs)
        // The pieces' arrival is not in the log.
        leg.ttftMs = nil
        return leg
    }
}

extension Leg {
    /// Takes what the log says besides the answer: tokens where the answer itself had none, and when it came.
    mutating func take(input: Int?, output: Int?, durationMs: Double?, ttftMs: Double?) {
        if usage.estimated || usage.input == nil {
            if let input { usage.input = input }
            if let output { usage.output = output }
            if input != nil, output != nil { usage.estimated = false }
        }
        self.durationMs = durationMs
        self.ttftMs = ttftMs
        if ttftMs != nil { streamed = true }
    }
}
