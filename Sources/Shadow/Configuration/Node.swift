import JSON

/// A place in a settings file.
struct Place: Sendable, Hashable {
    var line: Int?
    var column: Int?

    /// Of settings that came as JSON: lines mean nothing there.
    static let nowhere = Place()
}

/// Settings as a tree that YAML and JSON both become, so that one decoder reads either.
struct Node: Sendable {
    enum Content: Sendable {
        case scalar(Scalar)
        case sequence([Node])
        case mapping([Entry])
    }

    struct Scalar: Sendable {
        var text: String
        /// Written without quotation marks, so that it may be a number, a truth value or null where the type is left open.
        var plain: Bool
    }

    struct Entry: Sendable {
        var key: String
        var keyPlace: Place
        var value: Node
    }

    var content: Content
    var place: Place

    /// Whether it says nothing: `key:` or `key: null`.
    var isNull: Bool {
        guard case .scalar(let scalar) = content, scalar.plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.text)
    }

    /// What it is, for a message; a scalar's text cut to a readable length.
    var summary: String {
        switch content {
        case .scalar(let scalar): isNull ? "nothing" : "\"\(Node.readable(scalar.text))\""
        case .sequence: "a list"
        case .mapping: "a group of keys"
        }
    }

    /// The node that a JSON Pointer names in the tree; nil when there is none.
    func at(_ pointer: String) -> Node? {
        var node = self
        for token in JSONPointer.tokens(pointer) ?? [] {
            switch node.content {
            case .mapping(let entries):
                guard let entry = entries.first(where: { $0.key == token }) else { return nil }
                node = entry.value
            case .sequence(let elements):
                guard let index = Int(token), elements.indices.contains(index) else { return nil }
                node = elements[index]
            case .scalar: return nil
            }
        }
        return node
    }

    /// A text as it may stand in a one-line message.
    static func readable(_ text: String, length: Int = 60) -> String {
        let cut = text.unicodeScalars.prefix(length).map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
        return cut.unicodeScalars.count < text.unicodeScalars.count ? cut + "…" : cut
    }
}

extension Node {
    /// JSON as a tree without places.
    init(_ value: JSONValue) {
        place = .nowhere
        switch value {
        case .null: content = .scalar(Scalar(text: "null", plain: true))
        case .bool(let truth): content = .scalar(Scalar(text: truth ? "true" : "false", plain: true))
        case .number(let text): content = .scalar(Scalar(text: text, plain: true))
        case .string(let text): content = .scalar(Scalar(text: text, plain: false))
        case .array(let elements): content = .sequence(elements.map(Node.init))
        case .object(let members):
            content = .mapping(members.map { Entry(key: $0.name, keyPlace: .nowhere, value: Node($0.value)) })
        }
    }

    /// The tree as JSON, plain scalars read by the core schema of YAML 1.2 (§10.3); nil when it holds `.inf` or `.nan`.
    var json: JSONValue? {
        switch content {
        case .sequence(let elements):
            var values: [JSONValue] = []
            for element in elements {
                guard let value = element.json else { return nil }
                values.append(value)
            }
            return .array(values)
        case .mapping(let entries):
            var members: [JSONMember] = []
            for entry in entries {
                guard let value = entry.value.json else { return nil }
                members.append(JSONMember(entry.key, value))
            }
            return .object(members)
        case .scalar(let scalar):
            guard scalar.plain else { return .string(scalar.text) }
            return Node.coreSchemaValue(scalar.text, isNull: isNull)
        }
    }

    private static func coreSchemaValue(_ text: String, isNull: Bool) -> JSONValue? {
        if isNull { return .null }
        switch text {
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".inf", ".Inf", ".INF", "+.inf", "-.inf", "+.Inf", "-.Inf", "+.INF", "-.INF", ".nan", ".NaN", ".NAN": return nil
        default: break
        }
        if text.hasPrefix("0x"), let number = UInt64(text.dropFirst(2), radix: 16) { return .number(String(number)) }
        if text.hasPrefix("0o"), let number = UInt64(text.dropFirst(2), radix: 8) { return .number(String(number)) }
        return decimalNumber(text).map { .number($0) } ?? .string(text)
    }

    /// A number of YAML's core schema in JSON's spelling: no plus sign, no leading zeros, a digit on either side of the point.
    static func decimalNumber(_ text: String) -> String? {
        var rest = text.utf8[...]
        var number = ""
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
            if rest.removeFirst() == UInt8(ascii: "-") { number = "-" }
        }
        func digits() -> String {
            let run = rest.prefix { $0 >= 48 && $0 <= 57 }
            rest = rest[run.endIndex...]
            return String(decoding: run, as: UTF8.self)
        }
        let whole = digits()
        var fraction = ""
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = digits()
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let significant = String(whole.drop { $0 == "0" })
        number += significant.isEmpty ? "0" : significant
        if !fraction.isEmpty { number += "." + fraction }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            number += "e"
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
                if rest.removeFirst() == UInt8(ascii: "-") { number += "-" }
            }
            let exponent = digits()
            guard !exponent.isEmpty else { return nil }
            number += exponent
        }
        return rest.isEmpty ? number : nil
    }
}
