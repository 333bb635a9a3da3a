internal import Configuration
internal import JSON
internal import Traffic

/// One line of a fine-tuning file: what was asked, and the answer to learn.
///
/// The form is OpenAI's for supervised fine-tuning of chat models (FineTuneChatRequestInput of its OpenAPI description), which Azure takes
/// too: `messages` of the roles system, user, assistant, tool and function, with texts and pictures only; `tools`;
/// `parallel_tool_calls`. Answers of earlier turns stand there as they were, with weight 0: nobody has said that they were right.
struct ChatExample {
    private static let roles: Set<String> = ["system", "user", "assistant", "tool", "function"]
    private static let messageKeys = ["role", "name", "content", "tool_calls", "tool_call_id", "function_call"]

    /// The line.
    let json: JSONValue
    /// Names the conversation, so that all of its turns fall on one side of a split: the named one, else whatever began alike.
    let conversation: String

    /// nil where the request is no chat of texts and pictures.
    init?(_ call: Call, target: JSONValue) {
        guard let request = try? JSONValue.parse(call.request), let asked = ChatExample.messages(of: request), !asked.isEmpty else {
            return nil
        }
        var line: JSONValue = ["messages": .array(asked + [target])]
        let tools = ChatExample.tools(of: request)
        if !tools.isEmpty {
            line["tools"] = .array(tools)
            if request["parallel_tool_calls"] == false { line["parallel_tool_calls"] = false }
        }
        json = line
        conversation = call.conversation.map { "named \($0)" } ?? "begins \(ChatExample.beginning(asked))"
    }

    private static func messages(of request: JSONValue) -> [JSONValue]? {
        if let messages = request["messages"]?.arrayValue {
            var clean: [JSONValue] = []
            for message in messages {
                guard let one = self.message(message) else { return nil }
                clean.append(one)
            }
            return clean
        }
        guard let input = request["input"]?.stringValue ?? request["prompt"]?.stringValue else { return nil }
        let instructions = request["instructions"]?.stringValue.map { ["role": "system", "content": .string($0)] as JSONValue }
        return [instructions, ["role": "user", "content": .string(input)]].compactMap { $0 }
    }

    private static func message(_ message: JSONValue) -> JSONValue? {
        // Newer requests call instructions developer's; fine-tuning knows them as system's.
        guard let said = message["role"]?.stringValue, case let role = said == "developer" ? "system" : said, roles.contains(role),
            isTextAndPictures(message["content"], role: role)
        else { return nil }
        var clean: JSONValue = [:]
        for key in messageKeys {
            guard let value = message[key], !value.isNull else { continue }
            clean[key] = key == "role" ? .string(role) : value
        }
        if clean["content"] == nil, clean["tool_calls"] == nil, clean["function_call"] == nil { clean["content"] = "" }
        if role == "assistant" { clean["weight"] = 0 }
        return clean
    }

    private static func isTextAndPictures(_ content: JSONValue?, role: String) -> Bool {
        switch content {
        case nil, .null, .string: true
        case .array(let parts):
            parts.allSatisfy { $0["type"] == "text" || $0["type"] == "refusal" || (role == "user" && $0["type"] == "image_url") }
        default: false
        }
    }

    private static func tools(of request: JSONValue) -> [JSONValue] {
        if let tools = request["tools"]?.arrayValue { return tools.filter { $0["type"] == "function" } }
        return (request["functions"]?.arrayValue ?? []).map { ["type": "function", "function": $0] }
    }

    /// Up to the first user message: all turns of one conversation have that in common.
    private static func beginning(_ messages: [JSONValue]) -> String {
        let end = messages.firstIndex { $0["role"] == "user" } ?? messages.count - 1
        return JSONValue.array(Array(messages[...end])).canonical().serialisedString()
    }
}

/// The right answer of a pair, in the form that the workload's answers have.
enum ExportTarget {
    /// The assistant's message to learn: the gold answer where there is one, else production's. nil where the gold answer is in no such form.
    static func message(_ call: Call, gold: JSONValue?, as compare: CompareSettings, productionLabel: String?) -> JSONValue? {
        guard let gold else { return answer(call.production.output, call.production.toolCalls) }
        switch compare.kind {
        case .label:
            // One that is not declared would be learnt, and be wrong for the program that asks.
            guard let text = gold.stringValue, compare.labels.contains(text) else { return nil }
            return answer(label(text, call.production, productionLabel), [])
        case .json: return answer(document(gold), [])
        case .tools:
            if let calls = toolCalls(gold) { return answer(gold["content"]?.stringValue, calls) }
            return gold.stringValue.map { answer($0, []) }
        case .text: return gold.stringValue.map { answer($0, []) }
        }
    }

    /// Production's answer as a gold one would be said, for a pair whose production was found right.
    static func label(of production: Leg, kind: ComparisonKind, productionLabel: String?) -> JSONValue? {
        let output = production.output ?? ""
        switch kind {
        case .label: return .string(productionLabel ?? output)
        case .json: return (try? JSONValue.parse(output)) ?? .string(output)
        case .text: return .string(output)
        case .tools:
            guard !production.toolCalls.isEmpty else { return .string(output) }
            return .array(
                production.toolCalls.map {
                    ["name": .string($0.name), "arguments": (try? JSONValue.parse($0.arguments)) ?? .string($0.arguments)]
                })
        }
    }

    private static func answer(_ text: String?, _ calls: [ToolCall]) -> JSONValue {
        var message: JSONValue = ["role": "assistant"]
        if let text, !text.isEmpty || calls.isEmpty { message["content"] = .string(text) }
        if !calls.isEmpty {
            message["tool_calls"] = .array(
                calls.enumerated().map { place, call in
                    [
                        "id": .string(call.id.isEmpty ? "call_\(place + 1)" : call.id), "type": "function",
                        "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
                    ]
                })
        }
        return message
    }

    /// A label as production says it: alone, or as the one value of its JSON that is its label.
    private static func label(_ gold: String, _ production: Leg, _ productionLabel: String?) -> String {
        guard let productionLabel, let output = production.output, let document = try? JSONValue.parse(output), case .object = document,
            case let places = strings(equal: productionLabel, in: document), places == 1
        else { return gold }
        return replacing(productionLabel, by: gold, in: document).serialisedString()
    }

    private static func strings(equal text: String, in value: JSONValue) -> Int {
        switch value {
        case .string(let other): other == text ? 1 : 0
        case .array(let elements): elements.reduce(0) { $0 + strings(equal: text, in: $1) }
        case .object(let members): members.reduce(0) { $0 + strings(equal: text, in: $1.value) }
        default: 0
        }
    }

    private static func replacing(_ text: String, by other: String, in value: JSONValue) -> JSONValue {
        switch value {
        case .string(let found) where found == text: .string(other)
        case .array(let elements): .array(elements.map { replacing(text, by: other, in: $0) })
        case .object(let members): .object(members.map { JSONMember($0.name, replacing(text, by: other, in: $0.value)) })
        default: value
        }
    }

    /// A document said as JSON, or as the text of one.
    private static func document(_ gold: JSONValue) -> String {
        if let text = gold.stringValue, let value = try? JSONValue.parse(text), value.objectValue != nil || value.arrayValue != nil {
            return text
        }
        return gold.serialisedString()
    }

    /// Calls said as a list, in a member `tool_calls` or `calls`, or as one call; each as providers write it or in the short form.
    private static func toolCalls(_ gold: JSONValue) -> [ToolCall]? {
        let list = gold["tool_calls"]?.arrayValue ?? gold["calls"]?.arrayValue ?? gold.arrayValue ?? (gold["name"] == nil ? nil : [gold])
        guard let list else { return nil }
        var calls: [ToolCall] = []
        for element in list {
            let function = element["function"] ?? element
            guard let name = function["name"]?.stringValue else { return nil }
            let arguments = function["arguments"].map { $0.stringValue ?? $0.serialisedString() } ?? "{}"
            calls.append(ToolCall(id: element["id"]?.stringValue ?? "", name: name, arguments: arguments))
        }
        return calls
    }
}
