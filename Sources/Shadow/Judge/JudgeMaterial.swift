internal import JSON
public import Traffic

/// What a judge is shown of a pair: the request without the model that it names, and both answers without anything that tells whose
/// they are.
public struct JudgeMaterial: Sendable, Hashable {
    /// The request's members that say what was asked; text where it was not JSON.
    let request: JSONValue
    let production: JSONValue
    let candidate: JSONValue

    /// The members of a chat request that say what was asked. What is left out names models, people or settings.
    private static let kept = ["messages", "tools", "tool_choice", "functions", "function_call", "response_format"]

    /// Takes what both models were asked and what they answered.
    public init(request: [UInt8], production: Leg, candidate: Leg) {
        self.request = JudgeMaterial.question(request)
        self.production = JudgeMaterial.answer(production)
        self.candidate = JudgeMaterial.answer(candidate)
    }

    /// Bytes of all three parts, for the limit of what is sent.
    public var byteCount: Int {
        request.serialised().count + production.serialised().count + candidate.serialised().count
    }

    private static func question(_ body: [UInt8]) -> JSONValue {
        guard let tree = try? JSONValue.parse(body), let members = tree.objectValue else {
            return .string(String(decoding: body, as: UTF8.self))
        }
        return .object(
            members.filter { kept.contains($0.name) }.map { member in
                guard member.name == "messages", let messages = member.value.arrayValue else { return member }
                return JSONMember(member.name, .array(messages.map(withoutMedia)))
            })
    }

    /// Of pictures, sound and files only their kind is told: a judge reads text.
    private static func withoutMedia(_ message: JSONValue) -> JSONValue {
        guard let parts = message["content"]?.arrayValue else { return message }
        var message = message
        message["content"] = .array(
            parts.map { part in
                part["text"] == nil ? ["type": part["type"] ?? "other", "omitted": true] : part
            })
        return message
    }

    /// An answer's parts that an app reads. Ids of tool calls have each provider's own form.
    private static func answer(_ leg: Leg) -> JSONValue {
        var answer: JSONValue = ["text": .string(leg.output ?? "")]
        if let refusal = leg.refusal, !refusal.isEmpty { answer["refusal"] = .string(refusal) }
        if !leg.toolCalls.isEmpty {
            answer["tool_calls"] = .array(leg.toolCalls.map { ["name": .string($0.name), "arguments": .string($0.arguments)] })
        }
        return answer
    }

    /// Names what an opinion depends on: equal names, equal question to the same judge. Two SipHash-2-4 under fixed keys.
    public func name(url: String, model: String) -> Identifier {
        let parts: JSONValue = [JSONValue(JudgePrompt.version), .string(url), .string(model), request, production, candidate]
        let bytes = parts.serialised()
        let (high, low) = (
            KeyedHash(key0: 0x6a75_6467_6520_6f6e, key1: 0x6520_636f_6e74_656e), KeyedHash(key0: 0x7420_616e, key1: 0x6f74_6865)
        )
        return Identifier(high: high.hash(bytes), low: low.hash(bytes))
    }
}
