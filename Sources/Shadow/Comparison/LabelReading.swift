import JSON
import Traffic

/// What stands around a label in an answer that is not a label by itself: the declared repairs of design §7.
enum Wrapping: Hashable {
    /// Markdown's three backticks.
    case codeFence
    /// A value of a JSON document, by its pointer.
    case json(String)
    /// A value of a tool call's arguments.
    case toolCall(name: String, pointer: String)
    /// Words and a sign before it, such as `Intent:`.
    case leadIn(String)
    /// Sentences that name exactly one label.
    case prose

    /// The rule's name in a difference.
    var rule: String {
        switch self {
        case .codeFence: "label.code_fence"
        case .json: "label.in_json"
        case .toolCall: "label.in_tool_call"
        case .leadIn: "label.lead_in"
        case .prose: "label.in_prose"
        }
    }
}

/// How an answer was read as a label.
struct LabelReading {
    /// The declared label; nil when the answer is none.
    var label: String?
    /// What was read as the label: the whole answer, or what stands inside its wrappings.
    var text: String
    /// From the outside in; empty when the answer is a label by itself, or none.
    var wrappings: [Wrapping] = []

    /// Whether it names a label but is not one.
    var isBuried: Bool { label != nil && !wrappings.isEmpty }

    /// Whether the label stands in sentences, which no program reads.
    var isProse: Bool { wrappings.contains(.prose) }
}

/// Reads answers as labels, undoing wrappings.
struct LabelReader: Sendable {
    let labels: LabelSet

    /// Longer answers are not looked into: a label with something around it is short.
    private static let maximumBytes = 256 << 10

    /// Keys that name the answer in a JSON document, whatever else it holds; in this order.
    private static let answerKeys = ["label", "intent", "category", "class", "classification", "answer", "prediction"]

    /// The answer's reading. Where its delivery is at fault, only what is a label by itself counts: half a text may name one
    /// label and its other half deny it.
    func read(_ answer: Delivery) -> LabelReading {
        let isLong = answer.text.utf8.count > LabelReader.maximumBytes
        let fenced = isLong ? nil : LabelReader.insideFence(answer.text)
        let document = isLong || fenced != nil ? nil : LabelReader.document(answer.text)
        let isStructured = fenced != nil || (document != nil && document?.stringValue == nil)
        if let label = labels.match(answer.text, isStructured: isStructured) { return LabelReading(label: label, text: answer.text) }
        if answer.fault == nil, !isLong {
            if let reading = unwrap(answer.text, fenced, document) { return reading }
            if TextForm.isBlank(answer.text), let reading = inToolCall(answer.leg.toolCalls) { return reading }
        }
        return LabelReading(label: nil, text: answer.text)
    }

    /// What stands in an answer at the place where another answer's label stood; nil when the answer is not wrapped so.
    func text(of answer: Delivery, inside wrappings: [Wrapping]) -> String? {
        var text = answer.text
        for wrapping in wrappings {
            let inner: String? =
                switch wrapping {
                case .codeFence: LabelReader.insideFence(text)
                case .json(let pointer): LabelReader.document(text)?.at(pointer).flatMap(LabelReader.scalarText)
                case .toolCall(let name, let pointer):
                    answer.leg.toolCalls.count == 1 && answer.leg.toolCalls[0].name == name
                        ? (try? JSONValue.parse(answer.leg.toolCalls[0].arguments))?.at(pointer).flatMap(LabelReader.scalarText) : nil
                case .leadIn(let lead): LabelReader.leadIns(text).first { $0.lead == lead }?.rest
                case .prose: nil
                }
            guard let inner else { return nil }
            text = inner
        }
        return text
    }

    /// Undoes one wrapping after the other; nil when no label comes out.
    private func unwrap(_ text: String, _ fenced: String?, _ document: JSONValue?) -> LabelReading? {
        if let fenced {
            let inner = LabelReader.document(fenced)
            if let inner, var reading = inJSON(inner) {
                reading.wrappings.insert(.codeFence, at: 0)
                return reading
            }
            if let label = labels.match(fenced) { return LabelReading(label: label, text: fenced, wrappings: [.codeFence]) }
        }
        if let document, document.stringValue == nil { return inJSON(document) }
        if let document, let reading = inJSON(document) { return reading }
        for (lead, rest) in LabelReader.leadIns(text) where !labels.mentions.isAny(in: lead) {
            if let label = labels.match(rest) { return LabelReading(label: label, text: rest, wrappings: [.leadIn(lead)]) }
        }
        return labels.mentions.only(in: text).map { LabelReading(label: $0, text: text, wrappings: [.prose]) }
    }

    private func inJSON(_ document: JSONValue) -> LabelReading? {
        onlyLabel(in: document).map { LabelReading(label: $0.label, text: $0.text, wrappings: [.json($0.pointer)]) }
    }

    private func inToolCall(_ calls: [ToolCall]) -> LabelReading? {
        guard calls.count == 1, let arguments = try? JSONValue.parse(calls[0].arguments),
            let (label, text, pointer) = onlyLabel(in: arguments)
        else { return nil }
        return LabelReading(label: label, text: text, wrappings: [.toolCall(name: calls[0].name, pointer: pointer)])
    }

    /// The label under a key that names the answer; without such a key the one label among the document's values.
    private func onlyLabel(in document: JSONValue) -> (label: String, text: String, pointer: String)? {
        for member in LabelReader.answerKeys.compactMap({ key in document.objectValue?.first { $0.name.lowercased() == key } }) {
            guard let text = LabelReader.scalarText(member.value) else { continue }
            return labels.match(text).map { ($0, text, JSONPointer.appending(member.name, to: "")) }
        }
        var found: [(label: String, text: String, pointer: String)] = []
        var open: [(value: JSONValue, pointer: String)] = [(document, "")]
        var visited = 0
        while let (value, pointer) = open.popLast() {
            visited += 1
            if visited > 1000 { return nil }
            switch value {
            case .object(let members):
                for member in members { open.append((member.value, JSONPointer.appending(member.name, to: pointer))) }
            case .array(let elements): for (index, element) in elements.enumerated() { open.append((element, "\(pointer)/\(index)")) }
            default:
                if let text = LabelReader.scalarText(value), let label = labels.match(text) { found.append((label, text, pointer)) }
            }
        }
        // Values were visited from the last to the first.
        found.reverse()
        return Set(found.map(\.label)).count == 1 ? found.first : nil
    }

    /// An object, array or string; a number or a word by itself is text.
    private static func document(_ text: String) -> JSONValue? {
        let first = text.unicodeScalars.first { !$0.properties.isWhitespace }
        guard first == "{" || first == "[" || first == "\"" else { return nil }
        return try? JSONValue.parse(text)
    }

    private static func scalarText(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .number(let text): text
        case .bool(let truth): truth ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    /// What stands in a fenced block that is the whole answer.
    private static func insideFence(_ text: String) -> String? {
        guard text.contains(byte: UInt8(ascii: "`")) else { return nil }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { TextForm.spaced(String($0)).isEmpty ? "" : $0 }
        while lines.last == "" { lines.removeLast() }
        while lines.first == "" { lines.removeFirst() }
        guard lines.count >= 3, let opening = lines.first, let closing = lines.last, opening.hasPrefix("```"),
            TextForm.spaced(String(closing)) == "```", !opening.dropFirst(3).contains("`")
        else { return nil }
        return lines[1..<(lines.count - 1)].joined(separator: "\n")
    }

    /// Each way to take the text as a few words, a sign, and a rest: `Intent: x`, `意图：x`, `label = x`, `answer -> x`.
    private static func leadIns(_ text: String) -> [(lead: String, rest: String)] {
        var ways: [(lead: String, rest: String)] = []
        var lead = ""
        var rest = text[...]
        while let character = rest.popFirst(), lead.count < 60 {
            lead.append(character)
            let isSign = ":：=→".contains(character) || lead.hasSuffix("->")
            if isSign, lead.contains(where: \.isLetter) { ways.append((TextForm.spaced(lead), String(rest))) }
            let isWord = character.isLetter || character.isNumber || character.isWhitespace || "_-*#'’()".contains(character)
            if !isSign, !isWord || (character.isNewline && !TextForm.isBlank(lead)) { break }
        }
        return ways
    }
}
