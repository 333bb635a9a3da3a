internal import JSON

/// The draft of JSON Schema that a schema says it is written in.
enum SchemaDialect {
    case draft4, draft6, modern

    /// nil for a draft that is not known. A schema that does not say is read as the latest, with the earlier spellings.
    init?(of schema: JSONValue) {
        guard let name = schema["$schema"] else {
            self = .modern
            return
        }
        var uri = Substring(name.stringValue ?? "")
        if uri.hasSuffix("#") { uri.removeLast() }
        switch uri.split(separator: "://").last {
        case "json-schema.org/draft-04/schema": self = .draft4
        case "json-schema.org/draft-06/schema", "json-schema.org/draft-07/schema": self = .draft6
        case "json-schema.org/draft/2019-09/schema", "json-schema.org/draft/2020-12/schema", "json-schema.org/schema": self = .modern
        default: return nil
        }
    }

    /// Whether keywords beside a `$ref` mean nothing.
    var refStandsAlone: Bool { self != .modern }
}

/// Where the references of a schema lead.
struct SchemaReferences {
    enum Target: Equatable {
        /// A pointer into the whole document.
        case here(String)
        /// To a place in the document where there is none.
        case nowhere
        /// To another document, which is never fetched.
        case elsewhere
    }

    private let document: JSONValue
    /// The keyword that says where a schema lives.
    private let idKeyword: String
    /// Pointers to schemas with an `$id`, by that.
    private var resources: [String: String] = [:]
    /// Pointers to schemas with an anchor, by the pointer to their resource and it.
    private var anchors: [String: [String: String]] = [:]

    init(_ document: JSONValue, _ dialect: SchemaDialect) {
        self.document = document
        idKeyword = dialect == .draft4 ? "id" : "$id"
        collect()
    }

    func target(of reference: String, from pointer: String) -> Target {
        let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let address = String(parts.first ?? "")
        let fragment = parts.count > 1 ? SchemaReferences.decoded(parts[1]) : ""
        guard let base = address.isEmpty ? resource(around: pointer) : resources[address] else { return .elsewhere }
        guard let fragment else { return .nowhere }
        if fragment.isEmpty || fragment.hasPrefix("/") {
            // One spelling for each place.
            guard let tokens = JSONPointer.tokens(base + fragment), document.at(base + fragment) != nil else { return .nowhere }
            return .here(tokens.reduce("") { JSONPointer.appending($1, to: $0) })
        }
        return anchors[base]?[fragment].map(Target.here) ?? .nowhere
    }

    /// Keywords whose values are data, not schemas.
    private static let data: Set<String> = ["enum", "const", "default", "examples"]

    private mutating func collect() {
        var open: [(value: JSONValue, pointer: String, base: String)] = [(document, "", "")]
        while let (value, pointer, outer) = open.popLast() {
            switch value {
            case .array(let elements):
                for (index, element) in elements.enumerated() { open.append((element, "\(pointer)/\(index)", outer)) }
            case .object(let members):
                let id = id(of: value)
                let base = id == nil ? outer : pointer
                if let id { resources[id] = pointer }
                for name in [value["$anchor"]?.stringValue, value["$dynamicAnchor"]?.stringValue, fragmentID(of: value)] {
                    if let name { anchors[base, default: [:]][name] = pointer }
                }
                for member in members where !SchemaReferences.data.contains(member.name) {
                    open.append((member.value, JSONPointer.appending(member.name, to: pointer), base))
                }
            default: break
            }
        }
    }

    /// The pointer to the innermost schema around a place that has an `$id`.
    private func resource(around pointer: String) -> String {
        if resources.isEmpty { return "" }
        var base = ""
        var place = ""
        for token in JSONPointer.tokens(pointer) ?? [] {
            place = JSONPointer.appending(token, to: place)
            if document.at(place).flatMap(id) != nil { base = place }
        }
        return base
    }

    /// A schema's address without the fragment; nil where it has none of its own.
    private func id(of schema: JSONValue) -> String? {
        guard let text = schema[idKeyword]?.stringValue else { return nil }
        let address = text.prefix { $0 != "#" }
        return address.isEmpty ? nil : String(address)
    }

    /// What drafts 4 to 7 write in place of an anchor: an `$id` that is only a fragment.
    private func fragmentID(of schema: JSONValue) -> String? {
        guard let text = schema[idKeyword]?.stringValue, text.hasPrefix("#"), text.utf8.count > 1 else { return nil }
        return String(text.dropFirst())
    }

    /// Resolves %XX; nil when the result is no UTF-8.
    private static func decoded(_ fragment: Substring) -> String? {
        guard fragment.utf8.contains(UInt8(ascii: "%")) else { return String(fragment) }
        var bytes: [UInt8] = []
        var rest = fragment.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
