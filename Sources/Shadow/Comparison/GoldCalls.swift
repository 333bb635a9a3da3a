import JSON
import Traffic

/// The tool calls that a gold answer names. A gold answer of another form is about a turn in text.
///
/// - An array of calls, a single call, `{"tool_calls": […]}` or `{"calls": […]}`. No calls, or `"expect_no_call": true`, mean
///   that none is expected.
/// - A call is `{"name": …, "arguments": {…}}`, or that inside `{"function": …}`; its arguments may be text with JSON in it.
/// - Instead of `arguments` a call may say `arguments_accepted`: for each argument an array of values that are right, of which
///   `""` means that the argument may be left out. This is the form of the Berkeley Function-Calling Leaderboard, and its rules
///   hold for these values: texts are the same without spaces, the signs `, . / - _ * ^`, case and the kind of quotes; the
///   members of objects are arrays of accepted values too; inside an array, `3` does not stand for an accepted `3.0`.
struct GoldCalls: Sendable {
    private struct Call: Sendable {
        var name: String
        var expected: Expected
    }

    private enum Expected {
        case arguments(ReadCall)
        case accepted([JSONMember])
    }

    private let calls: [Call]

    /// nil for a gold answer that is not about calls.
    init?(_ gold: JSONValue) {
        if gold["expect_no_call"]?.boolValue == true {
            calls = []
            return
        }
        let listed = gold.arrayValue ?? gold["calls"]?.arrayValue ?? gold["tool_calls"]?.arrayValue
        var calls: [Call] = []
        for element in listed ?? [gold] {
            guard let call = GoldCalls.call(element) else { return nil }
            calls.append(call)
        }
        self.calls = calls
    }

    /// Whether no tool should be called.
    var isEmpty: Bool { calls.isEmpty }

    private static func call(_ value: JSONValue) -> Call? {
        if let accepted = value["arguments_accepted"]?.objectValue, let name = value["name"]?.stringValue {
            return Call(name: name, expected: .accepted(accepted))
        }
        guard let written = WrittenCalls(value)?.calls, written.count == 1 else { return nil }
        return Call(name: written[0].name, expected: .arguments(ReadCall(written[0])))
    }

    /// Whether an answer's calls are the expected ones, in any order unless it counts.
    func accept(_ answer: [ReadCall], isOrdered: Bool, _ matching: ToolMatching) -> Bool {
        guard answer.count == calls.count else { return false }
        if zip(calls, answer).allSatisfy({ GoldCalls.accepts($0, $1, matching) }) { return true }
        if isOrdered { return false }
        let own = Dictionary(grouping: calls.indices) { calls[$0].name }
        let others = Dictionary(grouping: answer.indices) { answer[$0].name }
        return own.allSatisfy { name, places in
            guard let same = others[name], same.count == places.count else { return false }
            // Too many calls of one tool are told apart by their order.
            let size = same.reduce(0) { $0 + (answer[$1].arguments?.size ?? 1) }
            let partners = matching.arguments.match.partners(
                places.count, same.count, sizes: (places.count, size), keys: (String.init, String.init)
            ) {
                GoldCalls.accepts(calls[places[$0]], answer[same[$1]], matching) ? 0 : 1
            }
            return zip(places, partners).allSatisfy { place, partner in
                partner.map { GoldCalls.accepts(calls[place], answer[same[$0]], matching) } ?? false
            }
        }
    }

    private static func accepts(_ call: Call, _ answer: ReadCall, _ matching: ToolMatching) -> Bool {
        guard call.name == answer.name else { return false }
        switch call.expected {
        case .arguments(let gold): return matching.distance(gold, answer).count == 0
        case .accepted(let accepted):
            guard case .object(let members) = answer.arguments else { return false }
            let ignored = matching.arguments.rules.ignored
            return accepts(accepted, members.filter { !ignored.contains($0.name) }, ignored)
        }
    }

    /// Whether each member has an accepted value, and none is missing that must be there.
    private static func accepts(_ accepted: [JSONMember], _ members: [JSONMember], _ ignored: Set<String> = []) -> Bool {
        let (named, expected) = (NamedMembers(members), NamedMembers(accepted))
        return !named.hasRepeatedNames
            && members.allSatisfy { member in
                expected[member.name]?.arrayValue.map { accepts(oneOf: $0, member.value) } ?? false
            }
            && accepted.allSatisfy { member in
                named[member.name] != nil || ignored.contains(member.name) || member.value.arrayValue?.contains("") ?? false
            }
    }

    private static func accepts(oneOf accepted: [JSONValue], _ value: JSONValue) -> Bool {
        guard case .string(let text) = value else { return accepted.contains { accepts($0, value) } }
        let standard = standard(text)
        return accepted.contains { $0.stringValue.map(GoldCalls.standard) == standard }
    }

    private static func accepts(_ accepted: JSONValue, _ value: JSONValue) -> Bool {
        switch (accepted, value) {
        case (.string(let text), .string(let other)): standard(text) == standard(other)
        case (.number(let text), .number(let other)): JSONNumber.normal(text) == JSONNumber.normal(other)
        case (.array(let elements), .array(let others)):
            elements.count == others.count
                && zip(elements, others).allSatisfy { accepts($0, $1) && (isWritten(asWhole: $0) || !isWritten(asWhole: $1)) }
        case (.object(let members), .object(let others)): accepts(members, others)
        default: accepted == value
        }
    }

    /// Whether a value is a number with neither a point nor an exponent.
    private static func isWritten(asWhole value: JSONValue) -> Bool {
        if case .number(let text) = value { text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (48...57).contains($0) } } else { false }
    }

    /// A text as accepted values are compared.
    private static func standard(_ text: String) -> String {
        let kept = text.unicodeScalars.filter { !" ,./-_*^".unicodeScalars.contains($0) }.map { $0 == "'" ? "\"" : $0 }
        return String(String.UnicodeScalarView(kept)).lowercased()
    }
}
