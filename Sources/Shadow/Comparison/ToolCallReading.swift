import JSON
import Traffic

/// How an answer's tool calls are written, where they stand in its text and not in the place that the API has for them.
struct WrittenForm: Hashable {
    /// What stands around the calls.
    enum Wrapping: Hashable {
        /// The calls are the whole text.
        case none
        /// `<tool_call>`…`</tool_call>` around each.
        case tag
        /// A mark before them, such as `[TOOL_CALLS]`.
        case mark(String)
        /// A code fence around the whole text.
        case codeFence
        /// Sentences, which no program reads.
        case prose

        /// Whether what stands inside says by itself that it is a call.
        var isMarked: Bool {
            switch self {
            case .tag, .mark: true
            case .none, .codeFence, .prose: false
            }
        }
    }

    /// How calls are told apart.
    enum Syntax: Hashable {
        /// `[f(a=1)]`
        case python
        /// `{"name": …}`
        case object
        /// `[{"name": …}]`
        case array
        /// `{"tool_calls": [{"name": …}]}`
        case toolCalls
    }

    var wrapping: Wrapping
    var syntax: Syntax
    /// Whether the arguments are named `parameters`, not `arguments`.
    var saysParameters = false
    /// Whether name and arguments stand in an object of their own: `{"function": {"name": …}}`.
    var isNested = false
    /// Whether the arguments are text with JSON in it.
    var isText = false

    /// The rule's name in a difference.
    var rule: String {
        switch (wrapping, syntax) {
        case (.tag, _): "tools.in_tag"
        case (.mark, _): "tools.after_mark"
        case (.codeFence, _): "tools.code_fence"
        case (.prose, _): "tools.in_prose"
        case (.none, .python): "tools.in_python"
        case (.none, _): "tools.in_json"
        }
    }
}

/// The tool calls of an answer.
struct ToolCallReading {
    var calls: [ToolCall] = []
    /// How they are written; nil where they stand in their own place, and where there are none.
    var form: WrittenForm?
    /// What the text needs beside JSON, or Python's calls, to be read.
    var liberties: PythonReader.Liberties = []

    /// Whether the answer calls tools in a way that a program could read. Calls in sentences are talk about calls.
    var makesCalls: Bool { !calls.isEmpty && form?.wrapping != .prose }

    /// Whether a program that reads the other answer's calls, or the API's own, reads these.
    func isReadable(as other: ToolCallReading) -> Bool {
        guard let form else { return true }
        return form.wrapping != .prose && form == other.form && other.liberties.isSuperset(of: liberties)
    }
}

/// Reads answers' tool calls: those in the place that the API has for them, else those that are written as text.
struct ToolCallReader: Sendable {
    /// Longer texts are not looked into: calls are short.
    private static let maximumBytes = 256 << 10

    /// Marks that models put before calls; the second is what may stand behind them.
    private static let marks = [("[TOOL_CALLS]", ""), ("<|python_tag|>", ""), ("<|tool_call|>", "<|/tool_call|>"), ("functools", "")]

    /// The answer's calls. Text whose delivery is at fault is not looked into: half an answer may leave out half of its calls.
    func read(_ answer: Delivery) -> ToolCallReading {
        if !answer.leg.toolCalls.isEmpty { return ToolCallReading(calls: answer.leg.toolCalls) }
        guard answer.fault == nil, answer.failure == nil, answer.text.utf8.count <= ToolCallReader.maximumBytes else {
            return ToolCallReading()
        }
        let text = ToolCallReader.trimmed(answer.text[...])
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "(") }) else {
            return ToolCallReading()
        }
        if text.contains("<tool_call>") { return tagged(text) ?? ToolCallReading() }
        for (mark, end) in ToolCallReader.marks where text.hasPrefix(mark) {
            var inner = text.dropFirst(mark.count)
            if !end.isEmpty, inner.hasSuffix(end) { inner = inner.dropLast(end.count) }
            return calls(inner, in: .mark(mark)) ?? ToolCallReading()
        }
        if let fenced = ToolCallReader.insideFences(text), fenced.isWhole, fenced.blocks.count == 1 {
            return calls(fenced.blocks[0], in: .codeFence) ?? ToolCallReading()
        }
        return calls(text, in: .none) ?? inProse(text) ?? ToolCallReading()
    }

    /// Calls in tags; a last tag without its end counts. What stands between the tags is talk.
    private func tagged(_ text: Substring) -> ToolCallReading? {
        var reading = ToolCallReading()
        for block in text.split(separator: "<tool_call>", omittingEmptySubsequences: false).dropFirst() {
            let inner = block.firstRange(of: "</tool_call>").map { block[..<$0.lowerBound] } ?? block
            guard let calls = calls(inner, in: .tag), reading.form == nil || reading.form == calls.form else { return nil }
            reading.calls += calls.calls
            reading.form = calls.form
            reading.liberties.formUnion(calls.liberties)
        }
        return reading
    }

    /// Calls that are the whole text, as JSON or as Python.
    private func calls(_ text: Substring, in wrapping: WrittenForm.Wrapping) -> ToolCallReading? {
        let text = ToolCallReader.trimmed(text)
        guard let first = text.utf8.first else { return nil }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            if let value = try? JSONValue.parse(String(text)) { return WrittenCalls(value, in: wrapping)?.reading([]) }
            if let (value, liberties) = PythonReader.value(text) { return WrittenCalls(value, in: wrapping)?.reading(liberties) }
        }
        guard let (calls, liberties) = PythonReader.calls(text) else { return nil }
        return ToolCallReading(
            calls: calls.map { ToolCall(name: $0.name, arguments: $0.arguments.serialisedString()) },
            form: WrittenForm(wrapping: wrapping, syntax: .python),
            // Quotes and words are Python's own here.
            liberties: liberties.intersection(.jsonWords))
    }

    /// Calls that stand in sentences: in code fences, else as the only JSON document.
    private func inProse(_ text: Substring) -> ToolCallReading? {
        var reading = ToolCallReading()
        for block in ToolCallReader.insideFences(text)?.blocks ?? [] {
            guard let calls = calls(block, in: .prose) else { continue }
            reading.calls += calls.calls
            reading.form = calls.form
        }
        if !reading.calls.isEmpty { return reading }
        let opening = text.utf8.firstIndex { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
        guard let opening, let closing = text.utf8.lastIndex(of: text.utf8[opening] == UInt8(ascii: "{") ? 0x7D : 0x5D), opening < closing,
            let value = try? JSONValue.parse(String(text[opening...closing]))
        else { return nil }
        return WrittenCalls(value, in: .prose)?.reading([])
    }

    /// The text without white space at its ends.
    private static func trimmed(_ text: Substring) -> Substring {
        let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace || scalar.value == 0xFEFF }
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: { !isSpace($0) }), let end = scalars.lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return Substring(scalars[start...end])
    }

    /// What stands in a text's code fences, and whether the text is nothing else; nil where a fence is not closed.
    private static func insideFences(_ text: Substring) -> (blocks: [Substring], isWhole: Bool)? {
        guard text.contains("```") else { return nil }
        let parts = text.split(separator: "```", omittingEmptySubsequences: false)
        guard parts.count % 2 == 1, parts.count <= 65 else { return nil }
        let blocks = stride(from: 1, to: parts.count, by: 2).map { index in
            // The rest of the first line names a language.
            parts[index].firstIndex(where: \.isNewline).map { parts[index][$0...] } ?? parts[index]
        }
        return (blocks, stride(from: 0, to: parts.count, by: 2).allSatisfy { trimmed(parts[$0]).isEmpty })
    }
}

/// Tool calls in a JSON document: one, an array of them, or an object with `tool_calls`, each with a name and arguments (or
/// `parameters`), which may stand in an object `function`.
struct WrittenCalls {
    private(set) var calls: [ToolCall] = []
    private var form: WrittenForm

    /// nil for a document that is anything else. Inside tags and behind marks, calls may have other members beside.
    init?(_ document: JSONValue, in wrapping: WrittenForm.Wrapping = .none) {
        switch document {
        case .array(let elements):
            form = WrittenForm(wrapping: wrapping, syntax: .array)
            guard add(elements) else { return nil }
        case .object(let members) where members.count == 1 && members[0].name == "tool_calls":
            form = WrittenForm(wrapping: wrapping, syntax: .toolCalls)
            guard let elements = members[0].value.arrayValue, add(elements) else { return nil }
        default:
            form = WrittenForm(wrapping: wrapping, syntax: .object)
            guard add([document]) else { return nil }
        }
    }

    /// The calls as they were read in a text.
    fileprivate func reading(_ liberties: PythonReader.Liberties) -> ToolCallReading {
        ToolCallReading(calls: calls, form: form, liberties: liberties)
    }

    /// Whether all of them are calls, written alike.
    private mutating func add(_ elements: [JSONValue]) -> Bool {
        for element in elements {
            guard let (call, form) = read(element), calls.isEmpty || form == self.form else { return false }
            self.form = form
            calls.append(call)
        }
        return true
    }

    private func read(_ element: JSONValue) -> (ToolCall, WrittenForm)? {
        guard var members = element.objectValue else { return nil }
        var form = form
        if let function = element["function"], case .object(let inner) = function {
            guard members.allSatisfy({ ["function", "type", "id", "index"].contains($0.name) }) else { return nil }
            form.isNested = true
            members = inner
        }
        var call = ToolCall(name: "", arguments: "{}")
        form.saysParameters = false
        form.isText = false
        for member in members {
            switch (member.name, member.value) {
            case ("name", .string(let name)): call.name = name
            case ("arguments", .object), ("parameters", .object):
                call.arguments = member.value.serialisedString()
                form.saysParameters = member.name == "parameters"
            case ("arguments", .string(let text)), ("parameters", .string(let text)):
                call.arguments = text
                form.saysParameters = member.name == "parameters"
                form.isText = true
            case ("arguments", _), ("parameters", _): return nil
            case ("id", _), ("type", _), ("index", _): break
            default: if !form.wrapping.isMarked { return nil }
            }
        }
        let argumentsCount = members.count { $0.name == "arguments" || $0.name == "parameters" }
        return call.name.isEmpty || argumentsCount != 1 ? nil : (call, form)
    }
}
