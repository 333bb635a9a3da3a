internal import JSON

/// What was asked, message by message, to look at.
enum AskedText {
    /// Of a long conversation the first message and these many of the last are shown.
    private static let lastMessages = 8

    /// Lines of at most `width` columns.
    /// - Parameters:
    ///   - limit: characters of each message that are shown; of instructions a quarter.
    ///   - lastOnly: the last message alone, where there are messages.
    static func lines(_ request: [UInt8], width: Int, limit: Int, style: TerminalStyle, lastOnly: Bool = false) -> [String] {
        guard let request = try? JSONValue.parse(request), case .object = request else {
            return TerminalText.lines(String(decoding: request, as: UTF8.self), limit: limit, width: width)
        }
        let messages = request["messages"]?.arrayValue ?? []
        if lastOnly, let last = messages.last {
            return part(last["role"]?.stringValue ?? "?", content(of: last), width: width, limit: limit, style)
        }
        var lines: [String] = []
        for name in ["instructions", "system", "input", "prompt"] {
            guard let value = request[name], !value.isNull else { continue }
            lines += part(name, text(of: value), width: width, limit: limit, style)
        }
        let hidden = max(0, messages.count - lastMessages - 1)
        for (place, message) in messages.enumerated() {
            if hidden > 0, place == 1 { lines.append(style.dim("… \(Numbers.count(hidden)) messages")) }
            if hidden > 0, (1...hidden).contains(place) { continue }
            let role = message["role"]?.stringValue ?? "?"
            let isInstruction = role == "system" || role == "developer"
            lines += part(role, content(of: message), width: width, limit: isInstruction ? limit / 4 : limit, style)
        }
        let tools = (request["tools"]?.arrayValue ?? request["functions"]?.arrayValue ?? [])
            .compactMap { $0["function"]?["name"]?.stringValue ?? $0["name"]?.stringValue }
        if !tools.isEmpty { lines += part("tools", tools.joined(separator: ", "), width: width, limit: limit, style) }
        if let form = request["response_format"], let type = form["type"]?.stringValue {
            let name = form["json_schema"]?["name"]?.stringValue.map { " \($0)" } ?? ""
            lines += part("answer as", type + name, width: width, limit: limit, style)
        }
        return lines.isEmpty ? ["(nothing that can be read)"] : lines
    }

    private static func part(_ name: String, _ text: String, width: Int, limit: Int, _ style: TerminalStyle) -> [String] {
        let name = ForeignText.name(name)
        let lines = TerminalText.lines(text, limit: limit, width: max(20, width - 2))
        return [style.dim("\(name):")] + lines.map { $0.isEmpty ? "" : "  " + $0 }
    }

    private static func content(of message: JSONValue) -> String {
        var parts = [message["content"].map { text(of: $0) } ?? ""]
        for call in message["tool_calls"]?.arrayValue ?? [] {
            let function = call["function"] ?? call
            parts.append("\(function["name"]?.stringValue ?? "?")(\(function["arguments"]?.stringValue ?? ""))")
        }
        return parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// A text, or the texts of a message's parts; other parts by their kind.
    private static func text(of value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .null: ""
        case .array(let parts):
            parts.map { $0["text"]?.stringValue ?? $0["type"]?.stringValue.map { "(\($0))" } ?? $0.serialisedString() }
                .joined(separator: "\n")
        default: value.serialisedString()
        }
    }
}
