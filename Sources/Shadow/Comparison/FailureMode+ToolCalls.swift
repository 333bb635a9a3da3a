import JSON
import Traffic

extension FailureMode {
    /// How the candidate's tool calls differ from production's; nil when they mean the same. Ids are made up anew each time.
    static func between(_ calls: [ToolCall], _ others: [ToolCall]) -> FailureMode? {
        if others.count > calls.count { return .extraToolCall }
        if others.count < calls.count { return .missingToolCall }
        for (call, other) in zip(calls, others) {
            if call.name != other.name { return .toolMismatch }
            if call.arguments == other.arguments { continue }
            guard let arguments = try? JSONValue.parse(call.arguments), let otherArguments = try? JSONValue.parse(other.arguments),
                arguments.canonical() == otherArguments.canonical()
            else { return .argumentsMismatch }
        }
        return nil
    }
}
