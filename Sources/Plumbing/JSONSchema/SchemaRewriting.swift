internal import JSON

/// Rewrites a schema of any known draft to the part of draft 7 that the door reads.
///
/// A schema that a `$ref` leads to becomes `#/definitions/N`, so that the door meets no other reference; what the door does not
/// know is spelled in what it knows, or left out and noted.
struct SchemaRewriting {
    /// The schema in the door's spelling, or nil where nothing of it can be checked, and the keywords that stay unchecked.
    static func draft7(of schema: JSONValue) throws(JSONSchemaError) -> (schema: JSONValue?, unsupported: [String]) {
        guard let dialect = SchemaDialect(of: schema) else { return (nil, ["$schema"]) }
        var rewriting = SchemaRewriting(dialect: dialect, references: SchemaReferences(schema, dialect))
        _ = rewriting.name(of: "")
        var definitions: [JSONMember] = []
        while definitions.count < rewriting.targets.count {
            let pointer = rewriting.targets[definitions.count]
            guard let target = schema.at(pointer) else { break }
            let rewritten = try rewriting.rewrite(target, at: pointer)
            // The door must not be led from reference to reference.
            let body: JSONValue = rewritten["$ref"] == nil ? rewritten : ["allOf": [rewritten]]
            definitions.append(JSONMember(String(definitions.count), body))
        }
        let root: JSONValue = ["allOf": [["$ref": "#/definitions/0"]], "definitions": .object(definitions)]
        return (root, rewriting.unsupported.sorted())
    }

    let dialect: SchemaDialect
    let references: SchemaReferences
    /// Keywords that were left out.
    private(set) var unsupported: Set<String> = []
    /// Pointers to the schemas that become definitions, in their order.
    private var targets: [String] = []
    private var names: [String: String] = [:]

    private init(dialect: SchemaDialect, references: SchemaReferences) {
        self.dialect = dialect
        self.references = references
    }

    /// What a schema is called among the definitions.
    private mutating func name(of pointer: String) -> String {
        if let name = names[pointer] { return name }
        let name = String(targets.count)
        targets.append(pointer)
        names[pointer] = name
        return name
    }

    private mutating func rewrite(_ schema: JSONValue, at pointer: String) throws(JSONSchemaError) -> JSONValue {
        switch schema {
        case .bool: return schema
        case .object: break
        default: throw JSONSchemaError(pointer: pointer, message: "is \(schema.kind): a schema is an object, or true or false")
        }
        var parts = RewrittenSchema()
        let reference = try reference(schema, at: pointer)
        if schema["$ref"] != nil, dialect.refStandsAlone { return reference ?? .object([]) }
        if let reference { parts.all.append(reference) }
        try rewriteValues(schema, at: pointer, &parts)
        try rewriteArrays(schema, at: pointer, &parts)
        try rewriteObjects(schema, at: pointer, &parts)
        try rewriteCombinations(schema, at: pointer, &parts)
        for keyword in ["$dynamicRef", "$recursiveRef"] where schema[keyword] != nil { unsupported.insert(keyword) }
        for keyword in ["unevaluatedItems", "unevaluatedProperties"] {
            if let value = schema[keyword], value != .bool(true), value != .object([]) { unsupported.insert(keyword) }
        }
        for keyword in ["$defs", "definitions"] {
            for (name, definition) in try map(schema, keyword, at: pointer)
            where definition.objectValue == nil && definition.boolValue == nil {
                throw JSONSchemaError(
                    pointer: JSONPointer.appending(name, to: "\(pointer)/\(keyword)"),
                    message: "is \(definition.kind): a schema is an object, or true or false")
            }
        }
        return parts.schema
    }

    /// The `$ref` in the door's spelling; nil where there is none or it leads out of the document.
    private mutating func reference(_ schema: JSONValue, at pointer: String) throws(JSONSchemaError) -> JSONValue? {
        guard let value = schema["$ref"] else { return nil }
        guard let text = value.stringValue else { throw JSONSchemaError(pointer: pointer + "/$ref", message: "should be a string") }
        switch references.target(of: text, from: pointer) {
        case .here(let target): return ["$ref": .string("#/definitions/\(name(of: target))")]
        case .nowhere: throw JSONSchemaError(pointer: pointer + "/$ref", message: "leads to nothing: \(SchemaShape.readable(text))")
        case .elsewhere:
            unsupported.insert("$ref")
            return nil
        }
    }

    /// Keywords about single values.
    private mutating func rewriteValues(_ schema: JSONValue, at pointer: String, _ parts: inout RewrittenSchema) throws(JSONSchemaError) {
        let shape = SchemaShape(schema, pointer)
        parts.set("type", try shape.types("type"))
        parts.set("enum", try shape.array("enum").map { .array($0) })
        parts.set("const", schema["const"])
        parts.set("multipleOf", try shape.number("multipleOf", above: 0))
        for (limit, exclusive) in [("maximum", "exclusiveMaximum"), ("minimum", "exclusiveMinimum")] {
            let bound = try shape.number(limit)
            // Draft 4 says that a bound is exclusive, and not what it is.
            if dialect == .draft4, let isExclusive = schema[exclusive]?.boolValue {
                parts.set(isExclusive ? exclusive : limit, bound)
            } else {
                parts.set(limit, bound)
                parts.set(exclusive, try shape.number(exclusive))
            }
        }
        for keyword in ["maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"] {
            parts.set(keyword, try shape.count(keyword).map { JSONValue($0) })
        }
        if let pattern = try shape.string("pattern") {
            if let readable = SchemaPattern.readable(pattern) {
                parts.set("pattern", .string(readable))
            } else {
                unsupported.insert("pattern")
            }
        }
    }

    private mutating func rewriteArrays(_ schema: JSONValue, at pointer: String, _ parts: inout RewrittenSchema) throws(JSONSchemaError) {
        let shape = SchemaShape(schema, pointer)
        if let isUnique = try shape.truth("uniqueItems") { parts.set("uniqueItems", .bool(isUnique)) }
        // 2020-12 calls prefixItems and items what was called items and additionalItems before.
        let isOldTuple = schema["prefixItems"] == nil && schema["items"]?.arrayValue != nil
        let (first, rest) = isOldTuple ? ("items", "additionalItems") : ("prefixItems", "items")
        let places = try schemas(schema, first, at: pointer, if: isOldTuple || schema["prefixItems"] != nil)
        let remaining = try subschema(schema, rest, at: pointer)
        if places.isEmpty {
            parts.set("items", remaining)
        } else {
            parts.set("items", .array(places))
            parts.set("additionalItems", remaining ?? .bool(true))
        }
        guard let contains = try subschema(schema, "contains", at: pointer) else { return }
        let fewest = try shape.count("minContains")
        if fewest != 0 { parts.set("contains", contains) }
        if let fewest, fewest > 1 { unsupported.insert("minContains") }
        if try shape.count("maxContains") != nil { unsupported.insert("maxContains") }
    }

    private mutating func rewriteObjects(_ schema: JSONValue, at pointer: String, _ parts: inout RewrittenSchema) throws(JSONSchemaError) {
        let shape = SchemaShape(schema, pointer)
        parts.set("required", try shape.names("required").map { .array($0.map(JSONValue.string)) })
        parts.set("properties", try subschemas(schema, "properties", at: pointer))
        var isEveryPatternKnown = true
        var patterns: [JSONMember] = []
        for (text, value) in try map(schema, "patternProperties", at: pointer) {
            let rewritten = try rewrite(value, at: JSONPointer.appending(text, to: pointer + "/patternProperties"))
            if let readable = SchemaPattern.readable(text) {
                patterns.append(JSONMember(readable, rewritten))
            } else {
                isEveryPatternKnown = false
                unsupported.insert("patternProperties")
            }
        }
        if !patterns.isEmpty { parts.set("patternProperties", .object(patterns)) }
        if let additional = try subschema(schema, "additionalProperties", at: pointer) {
            // Which members are additional hangs on every pattern.
            if isEveryPatternKnown { parts.set("additionalProperties", additional) } else { unsupported.insert("additionalProperties") }
        }
        // A schema of its own: the door takes the names' schema for the one around it where a reference leads to that.
        if let names = try subschema(schema, "propertyNames", at: pointer) { parts.all.append(["propertyNames": names]) }
        for keyword in ["dependencies", "dependentRequired", "dependentSchemas"] {
            var dependencies: [JSONMember] = []
            for (name, value) in try map(schema, keyword, at: pointer) {
                let place = JSONPointer.appending(name, to: "\(pointer)/\(keyword)")
                let isNames = value.arrayValue != nil && keyword != "dependentSchemas"
                if keyword == "dependentRequired" || isNames {
                    let names = try SchemaShape(value, place).names()
                    dependencies.append(JSONMember(name, .array(names.map(JSONValue.string))))
                } else {
                    dependencies.append(JSONMember(name, try rewrite(value, at: place)))
                }
            }
            if !dependencies.isEmpty { parts.all.append(["dependencies": .object(dependencies)]) }
        }
    }

    private mutating func rewriteCombinations(
        _ schema: JSONValue, at pointer: String, _ parts: inout RewrittenSchema
    ) throws(JSONSchemaError) {
        parts.all += try schemas(schema, "allOf", at: pointer, if: schema["allOf"] != nil)
        for keyword in ["anyOf", "oneOf"] where schema[keyword] != nil {
            parts.set(keyword, .array(try schemas(schema, keyword, at: pointer, if: true)))
        }
        parts.set("not", try subschema(schema, "not", at: pointer))
        guard let condition = try subschema(schema, "if", at: pointer) else { return }
        parts.set("if", condition)
        parts.set("then", try subschema(schema, "then", at: pointer))
        parts.set("else", try subschema(schema, "else", at: pointer))
    }

    private mutating func subschema(_ schema: JSONValue, _ keyword: String, at pointer: String) throws(JSONSchemaError) -> JSONValue? {
        guard let value = schema[keyword] else { return nil }
        return try rewrite(value, at: "\(pointer)/\(keyword)")
    }

    private mutating func subschemas(_ schema: JSONValue, _ keyword: String, at pointer: String) throws(JSONSchemaError) -> JSONValue? {
        guard schema[keyword] != nil else { return nil }
        var members: [JSONMember] = []
        for (name, value) in try map(schema, keyword, at: pointer) {
            members.append(JSONMember(name, try rewrite(value, at: JSONPointer.appending(name, to: "\(pointer)/\(keyword)"))))
        }
        return .object(members)
    }

    /// A list of schemas that must not be empty; none unless `isThere`.
    private mutating func schemas(
        _ schema: JSONValue, _ keyword: String, at pointer: String, if isThere: Bool
    ) throws(JSONSchemaError) -> [JSONValue] {
        guard isThere else { return [] }
        guard let values = schema[keyword]?.arrayValue, !values.isEmpty else {
            throw JSONSchemaError(pointer: "\(pointer)/\(keyword)", message: "should be an array of at least one schema")
        }
        var rewritten: [JSONValue] = []
        for (index, value) in values.enumerated() { rewritten.append(try rewrite(value, at: "\(pointer)/\(keyword)/\(index)")) }
        return rewritten
    }

    /// The members of an object of schemas, each name once with its last value.
    private func map(
        _ schema: JSONValue, _ keyword: String, at pointer: String
    ) throws(JSONSchemaError) -> [(name: String, value: JSONValue)] {
        guard let value = schema[keyword] else { return [] }
        guard let members = value.objectValue else {
            throw JSONSchemaError(pointer: "\(pointer)/\(keyword)", message: "should be an object")
        }
        var last: [String: Int] = [:]
        for (index, member) in members.enumerated() { last[member.name] = index }
        for member in members { try SchemaShape.checkName(member.name, "\(pointer)/\(keyword)") }
        return members.enumerated().filter { last[$0.element.name] == $0.offset }.map { ($0.element.name, $0.element.value) }
    }
}

/// A schema being put together.
private struct RewrittenSchema {
    private var members: [JSONMember] = []
    /// What becomes `allOf`.
    var all: [JSONValue] = []

    mutating func set(_ keyword: String, _ value: JSONValue?) {
        if let value { members.append(JSONMember(keyword, value)) }
    }

    var schema: JSONValue {
        if members.isEmpty, all.count == 1, all[0]["$ref"] != nil { return all[0] }
        return .object(all.isEmpty ? members : members + [JSONMember("allOf", .array(all))])
    }
}
