extension JSONValue {
    /// The string's text; nil for every other kind.
    public var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The whole number, also one written as `2.0` or `2e3`; nil for fractions, for numbers beyond `Int` and other kinds.
    public var intValue: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text) ?? Int(JSONNumber.normal(text))
    }

    /// The nearest double; nil for other kinds than numbers.
    public var doubleValue: Double? {
        if case .number(let text) = self { Double(text) } else { nil }
    }

    /// The truth value; nil for other kinds.
    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements; nil for other kinds than arrays.
    public var arrayValue: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members; nil for other kinds than objects.
    public var objectValue: [JSONMember]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// What kind of value this is, in the words of JSON Schema: `null`, `boolean`, `number`, `string`, `array`, `object`.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// The value of a member, the last one where the name is repeated; nil when there is none or this is no object.
    ///
    /// Setting replaces the member in its place (repetitions of the name go), or adds it at the end; setting nil removes it.
    /// Anything but an object becomes an object with this one member when a value is set.
    public subscript(name: String) -> JSONValue? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.last { $0.name == name }?.value
        }
        set {
            var members = objectValue ?? []
            guard let newValue else {
                guard case .object = self else { return }
                members.removeAll { $0.name == name }
                self = .object(members)
                return
            }
            if let first = members.firstIndex(where: { $0.name == name }) {
                members[first].value = newValue
                let rest = members[(first + 1)...].filter { $0.name != name }
                members.replaceSubrange((first + 1)..., with: rest)
            } else {
                members.append(JSONMember(name, newValue))
            }
            self = .object(members)
        }
    }

    /// The element at a place; nil beyond the end or when this is no array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The value that a JSON Pointer (RFC 6901) names, such as `/lines/0/total`; the empty pointer names the whole value.
    /// nil when it names nothing or is malformed.
    public func at(_ pointer: String) -> JSONValue? {
        guard let tokens = JSONPointer.tokens(pointer) else { return nil }
        var value = self
        for token in tokens {
            switch value {
            case .object:
                guard let member = value[token] else { return nil }
                value = member
            case .array:
                guard let index = JSONPointer.index(token), let element = value[index] else { return nil }
                value = element
            default:
                return nil
            }
        }
        return value
    }
}

/// JSON Pointers (RFC 6901): reading and writing their tokens.
public enum JSONPointer {
    /// The pointer's tokens, unescaped; nil when the text is no pointer (it must be empty or begin with `/`).
    public static func tokens(_ pointer: String) -> [String]? {
        if pointer.isEmpty { return [] }
        guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
        var tokens: [String] = []
        for part in pointer.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let token = unescape(part) else { return nil }
            tokens.append(token)
        }
        return tokens
    }

    /// A pointer one step deeper: `token` is escaped and added.
    public static func appending(_ token: String, to pointer: String) -> String {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return pointer + "/" + token }
        var text = pointer + "/"
        for scalar in token.unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// An array index: digits without a leading zero; nil otherwise (`-` names the place after the end, where nothing is).
    static func index(_ token: String) -> Int? {
        let digits = token.utf8
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= 48 && $0 <= 57 }), digits.count == 1 || digits.first != 48 else { return nil }
        return Int(token)
    }

    /// Resolves `~1` and `~0`; nil for any other `~`.
    private static func unescape(_ part: Substring.UTF8View.SubSequence) -> String? {
        guard part.contains(UInt8(ascii: "~")) else { return String(decoding: part, as: UTF8.self) }
        var bytes: [UInt8] = []
        var escaped = false
        for byte in part {
            if escaped {
                guard byte == 48 || byte == 49 else { return nil }
                bytes.append(byte == 48 ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                escaped = false
            } else if byte == UInt8(ascii: "~") {
                escaped = true
            } else {
                bytes.append(byte)
            }
        }
        return escaped ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
