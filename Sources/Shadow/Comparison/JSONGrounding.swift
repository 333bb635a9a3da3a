import JSON

/// Whether a candidate's document holds a value that stands neither in the input nor can be derived from it.
///
/// Only an answer that copies from the input can be judged by it: each string and number of production's document must stand
/// there. A value that production has too is not the candidate's invention.
enum JSONGrounding {
    /// Values of production's document at most; longer ones are not judged.
    private static let maximumValues = 200

    /// nil when nothing can be said.
    static func isUngrounded(_ production: JSONValue, _ changes: [JSONValue], _ request: AskedRequest) -> Bool? {
        var open = [production]
        var values: [JSONValue] = []
        collect(&open, into: &values)
        guard !values.isEmpty, values.count <= maximumValues, var input = Grounding(request.messages) else { return nil }
        for value in values where !input.holds(value) { return nil }
        var found: [JSONValue] = []
        var changed = changes
        collect(&changed, into: &found)
        return found.contains { !input.holds($0) }
    }

    /// Strings and numbers in documents.
    private static func collect(_ open: inout [JSONValue], into values: inout [JSONValue]) {
        while let value = open.popLast(), values.count <= maximumValues {
            switch value {
            case .array(let elements): open += elements
            case .object(let members): open += members.map(\.value)
            case .string, .number: values.append(value)
            case .bool, .null: break
            }
        }
    }
}
