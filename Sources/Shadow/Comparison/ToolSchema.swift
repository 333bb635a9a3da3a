import JSON
import Synchronization

/// The tools that a request offers, by name.
struct OfferedTools: Sendable {
    private let schemas: [String: ToolSchema]

    /// Reads a request's `tools`.
    init(_ tools: JSONValue) {
        var schemas: [String: ToolSchema] = [:]
        for tool in tools.arrayValue ?? [] {
            guard let function = tool["function"], let name = function["name"]?.stringValue else { continue }
            schemas[name] = ToolSchema(function["parameters"] ?? [:])
        }
        self.schemas = schemas
    }

    /// The schema of a tool's arguments; nil for a tool that is not offered.
    subscript(name: String) -> ToolSchema? { schemas[name] }
}

/// Keeps the tools that were read last: the calls of a workload mostly offer the same.
final class OfferedToolsCache: Sendable {
    private static let limit = 8

    private struct Entry {
        var text: [UInt8]
        var tools: OfferedTools
    }

    private let entries = Mutex<[Entry]>([])

    /// The tools that a request offers; nil where the request is not at hand or does not say.
    func tools(of request: AskedRequest) -> OfferedTools? {
        guard let text = request.text(of: "tools") else { return nil }
        let kept = entries.withLock { entries in entries.first { $0.text.elementsEqual(text) }?.tools }
        if let kept { return kept }
        guard let value = try? JSONValue.parse(text), case .array = value else { return nil }
        let tools = OfferedTools(value)
        entries.withLock { entries in
            if entries.count == OfferedToolsCache.limit { entries.removeFirst() }
            entries.append(Entry(text: Array(text), tools: tools))
        }
        return tools
    }
}

/// A place in the JSON Schema of a tool's arguments.
struct ToolSchema: Sendable {
    private let node: JSONValue
    private let root: JSONValue
    /// The value of an argument that is left out, where the schema says.
    let defaultValue: JSONValue?

    /// The whole schema.
    init(_ root: JSONValue) { self.init(root, in: root) }

    /// Follows references, which may lead in circles.
    private init(_ node: JSONValue, in root: JSONValue) {
        var resolved = node
        var hops = 0
        while hops < 16, let reference = resolved["$ref"]?.stringValue, reference.utf8.first == UInt8(ascii: "#"),
            let named = root.at(String(reference.dropFirst()))
        {
            resolved = named
            hops += 1
        }
        self.node = resolved
        self.root = root
        defaultValue = node["default"] ?? resolved["default"]
    }

    /// The types that a value may have; empty where all are allowed, or alternatives say.
    var types: [String] {
        switch node["type"] {
        case .string(let type): [type]
        case .array(let types): types.compactMap(\.stringValue)
        default: []
        }
    }

    /// The values that are allowed; nil where the schema names none.
    var enumeration: [JSONValue]? { node["enum"]?.arrayValue ?? node["const"].map { [$0] } }

    /// What the schema says about an object.
    var object: ObjectSchema {
        var parts = [node]
        var isAlternative = [false]
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for part in node[keyword]?.arrayValue ?? [] {
                parts.append(ToolSchema(part, in: root).node)
                isAlternative.append(keyword != "allOf")
            }
        }
        return ObjectSchema(
            parts: zip(parts, isAlternative).compactMap { part, isAlternative in
                let properties = part["properties"]?.objectValue
                let required = part["required"]?.arrayValue
                guard properties != nil || required != nil else { return nil }
                return ObjectSchema.Part(
                    properties: NamedMembers(properties ?? []), required: Set((required ?? []).compactMap(\.stringValue)),
                    isAlternative: isAlternative)
            }, allowsOthers: node["additionalProperties"] != false || node["patternProperties"] != nil, root: root)
    }

    /// What the schema says about an array's element.
    func element(_ index: Int) -> ToolSchema? {
        if let first = node["prefixItems"]?.arrayValue ?? node["items"]?.arrayValue, index < first.count {
            return ToolSchema(first[index], in: root)
        }
        guard let items = node["items"], case .object = items else { return nil }
        return ToolSchema(items, in: root)
    }

    /// What a schema says about an object's members, its parts (`allOf` and alternatives) included.
    struct ObjectSchema {
        fileprivate struct Part {
            var properties: NamedMembers
            var required: Set<String>
            var isAlternative: Bool
        }

        fileprivate let parts: [Part]
        /// Whether an object may have members that the schema does not name.
        let allowsOthers: Bool
        fileprivate let root: JSONValue

        /// A member's schema; nil where there is none, or several parts have one.
        subscript(name: String) -> ToolSchema? {
            var found: JSONValue?
            for part in parts {
                guard let property = part.properties[name] else { continue }
                if found != nil { return nil }
                found = property
            }
            return found.map { ToolSchema($0, in: root) }
        }

        /// Whether any part has a schema for a member.
        func isNamed(_ name: String) -> Bool { parts.contains { $0.properties[name] != nil } }

        /// Whether a member may be left out, for certain.
        func isOptional(_ name: String) -> Bool { !parts.contains { $0.required.contains(name) } }

        /// The members that must be there, in the order of the alphabet.
        var required: [String] { parts.filter { !$0.isAlternative }.reduce(into: Set()) { $0.formUnion($1.required) }.sorted() }
    }
}

/// An object's members, found by name.
struct NamedMembers: Sendable {
    let members: [JSONMember]
    /// Places by name, where looking through them all would take long.
    private let places: [String: Int]?

    init(_ members: [JSONMember]) {
        self.members = members
        guard members.count > 16 else {
            places = nil
            return
        }
        places = Dictionary(members.indices.map { (members[$0].name, $0) }, uniquingKeysWith: { $1 })
    }

    /// The last value of a name.
    subscript(name: String) -> JSONValue? {
        if let places { return places[name].map { members[$0].value } }
        return members.last { $0.name == name }?.value
    }

    var hasRepeatedNames: Bool {
        if let places { return places.count < members.count }
        return members.indices.contains { place in members[..<place].contains { $0.name == members[place].name } }
    }
}
