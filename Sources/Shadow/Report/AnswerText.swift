internal import JSON
internal import Traffic

/// What a leg brought, as text to look at: the answer, the refusal, the tool calls, or why there is none. JSON is laid out.
enum AnswerText {
    /// Both answers of a pair; members of the second's objects stand in the order of the first's, so that only what differs looks so.
    static func both(_ left: Leg, _ right: Leg) -> (String, String) {
        let (first, second) = (document(left), document(right))
        return (of(left, first, like: nil), of(right, second, like: first))
    }

    /// One answer.
    static func of(_ leg: Leg) -> String { of(leg, document(leg), like: nil) }

    private static func of(_ leg: Leg, _ document: JSONValue?, like other: JSONValue?) -> String {
        var parts: [String] = []
        if let document {
            parts.append(laidOut(document, like: other))
        } else if let output = leg.output, !output.isEmpty {
            parts.append(output)
        }
        if let refusal = leg.refusal, !refusal.isEmpty { parts.append("(it refused) \(refusal)") }
        parts += leg.toolCalls.map(call)
        if let failure = leg.failure { parts.append("(\(words(failure, leg.status)))") }
        if leg.truncatedCapture, leg.error != .tooLarge { parts.append("(only the beginning was kept)") }
        if leg.finishReason == "length" { parts.append("(cut off at the token limit)") }
        if leg.finishReason == "content_filter" { parts.append("(stopped by a content filter)") }
        return parts.isEmpty ? "(an empty answer)" : parts.joined(separator: "\n")
    }

    /// Why there is no answer that a program could use.
    static func words(_ error: LegError, _ status: Int?) -> String {
        let why =
            switch error {
            case .connectionFailed: "no answer: no connection"
            case .timeout: "no answer in time"
            case .rateLimited: "no answer: too many requests"
            case .serverError: "no answer: the server failed"
            case .rejectedRequest: "no answer: the request was rejected"
            case .streamBroken: "the answer broke off"
            case .clientLeft: "the caller left before the answer ended"
            case .circuitOpen: "not asked: it had failed too often"
            case .tooLarge: "longer than is kept: only its beginning"
            }
        return why + (status.map { (200..<300).contains($0) ? "" : ", HTTP \($0)" } ?? "")
    }

    /// The output where it is a JSON object or array.
    private static func document(_ leg: Leg) -> JSONValue? {
        guard let output = leg.output, let first = output.utf8.first(where: { $0 > 0x20 }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        return try? JSONValue.parse(output)
    }

    private static func call(_ call: ToolCall) -> String {
        let arguments = (try? JSONValue.parse(call.arguments)).map { laidOut($0, like: nil) } ?? call.arguments
        return "\(call.name)(\(arguments))"
    }

    // MARK: JSON

    /// Scalars' lists up to this length stay on one line.
    private static let shortList = 32

    static func laidOut(_ value: JSONValue, like other: JSONValue?) -> String {
        var text = ""
        write(value, like: other, indent: "", to: &text)
        return text
    }

    /// As deep as the parser allows.
    private static func write(_ value: JSONValue, like other: JSONValue?, indent: String, to text: inout String) {
        let deeper = indent + "  "
        switch value {
        case .object(let members) where !members.isEmpty:
            let others = Dictionary((other?.objectValue ?? []).enumerated().map { ($1.name, ($0, $1.value)) }) { first, _ in first }
            text += "{\n"
            for (place, member) in ordered(members, by: others.mapValues(\.0)).enumerated() {
                text += deeper + JSONValue.string(member.name).serialisedString() + ": "
                write(member.value, like: others[member.name]?.1, indent: deeper, to: &text)
                text += place < members.count - 1 ? ",\n" : "\n"
            }
            text += indent + "}"
        case .array(let elements) where !elements.isEmpty && !isShort(value, elements):
            text += "[\n"
            for (place, element) in elements.enumerated() {
                text += deeper
                write(element, like: other?[place], indent: deeper, to: &text)
                text += place < elements.count - 1 ? ",\n" : "\n"
            }
            text += indent + "]"
        default: text += value.serialisedString()
        }
    }

    private static func isShort(_ value: JSONValue, _ elements: [JSONValue]) -> Bool {
        elements.allSatisfy { $0.arrayValue == nil && $0.objectValue == nil } && elements.count <= shortList
            && value.serialised().count <= shortList
    }

    private static func ordered(_ members: [JSONMember], by places: [String: Int]) -> [JSONMember] {
        if places.isEmpty { return members }
        return members.enumerated().sorted { one, two in
            (places[one.element.name] ?? .max, one.offset) < (places[two.element.name] ?? .max, two.offset)
        }.map(\.element)
    }
}
