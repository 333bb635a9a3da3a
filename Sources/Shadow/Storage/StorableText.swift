internal import JSON
internal import Traffic

/// Text that PostgreSQL can hold.
///
/// It refuses U+0000; a Swift string holds no lone surrogate. What cannot be stored is written out as `\u0000`, so that a
/// reader sees that there was something.
enum StorableText {
    static func escaped(_ text: String) -> String {
        guard text.contains(byte: 0) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if scalar.value == 0 { escaped += "\\u0000" } else { escaped.unicodeScalars.append(scalar) }
        }
        return escaped
    }

    static func escaped(_ text: String?) -> String? { text.map { escaped($0) } }

    /// The same in every string and name of a JSON value.
    static func escaped(_ value: JSONValue) -> JSONValue { holdsNUL(value) ? rewritten(value) : value }

    private static func rewritten(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(escaped(text))
        case .array(let elements): .array(elements.map { rewritten($0) })
        case .object(let members): .object(members.map { JSONMember(escaped($0.name), rewritten($0.value)) })
        default: value
        }
    }

    private static func holdsNUL(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): text.contains(byte: 0)
        case .array(let elements): elements.contains { holdsNUL($0) }
        case .object(let members): members.contains { $0.name.contains(byte: 0) || holdsNUL($0.value) }
        default: false
        }
    }
}
