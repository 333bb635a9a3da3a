internal import JSON

/// What the values of a schema's keywords must look like.
struct SchemaShape {
    private let schema: JSONValue
    private let pointer: String

    /// Of the schema at a pointer, or of one keyword's value.
    init(_ schema: JSONValue, _ pointer: String) {
        self.schema = schema
        self.pointer = pointer
    }

    private static let typeNames: Set<String> = ["array", "boolean", "integer", "null", "number", "object", "string"]

    /// A type's name, or several.
    func types(_ keyword: String) throws(JSONSchemaError) -> JSONValue? {
        guard let value = schema[keyword] else { return nil }
        let names = value.arrayValue ?? [value]
        guard !names.isEmpty, names.allSatisfy({ $0.stringValue.map(SchemaShape.typeNames.contains) ?? false }) else {
            throw wrong(keyword, "should be one or several of \(SchemaShape.typeNames.sorted().joined(separator: ", "))")
        }
        return value
    }

    func array(_ keyword: String) throws(JSONSchemaError) -> [JSONValue]? {
        guard let value = schema[keyword] else { return nil }
        guard let elements = value.arrayValue else { throw wrong(keyword, "should be an array") }
        return elements
    }

    func number(_ keyword: String, above bound: Double? = nil) throws(JSONSchemaError) -> JSONValue? {
        guard let value = schema[keyword] else { return nil }
        guard let number = value.doubleValue, bound.map({ number > $0 }) ?? true else {
            throw wrong(keyword, bound.map { "should be a number above \(Int($0))" } ?? "should be a number")
        }
        return value
    }

    /// How many there may be. What is beyond the range of `Int` is beyond every document too.
    func count(_ keyword: String) throws(JSONSchemaError) -> Int? {
        guard let value = schema[keyword] else { return nil }
        let count = value.intValue ?? (value.doubleValue.map { $0 > 0x1p62 } == true ? Int.max : -1)
        guard count >= 0 else { throw wrong(keyword, "should be a whole number from 0") }
        return count
    }

    func string(_ keyword: String) throws(JSONSchemaError) -> String? {
        guard let value = schema[keyword] else { return nil }
        guard let text = value.stringValue else { throw wrong(keyword, "should be a string") }
        try SchemaShape.checkName(text, "\(pointer)/\(keyword)")
        return text
    }

    func truth(_ keyword: String) throws(JSONSchemaError) -> Bool? {
        guard let value = schema[keyword] else { return nil }
        guard let truth = value.boolValue else { throw wrong(keyword, "should be true or false") }
        return truth
    }

    func names(_ keyword: String) throws(JSONSchemaError) -> [String]? {
        guard let value = schema[keyword] else { return nil }
        return try SchemaShape(value, "\(pointer)/\(keyword)").names()
    }

    /// The value itself as a list of members' names.
    func names() throws(JSONSchemaError) -> [String] {
        guard let elements = schema.arrayValue else { throw JSONSchemaError(pointer: pointer, message: "should be an array of names") }
        var names: [String] = []
        for element in elements {
            guard let name = element.stringValue else { throw JSONSchemaError(pointer: pointer, message: "should hold names only") }
            try SchemaShape.checkName(name, pointer)
            names.append(name)
        }
        return names
    }

    /// The door ends names and patterns at a NUL.
    static func checkName(_ name: String, _ pointer: String) throws(JSONSchemaError) {
        if name.utf8.contains(0) { throw JSONSchemaError(pointer: pointer, message: "holds a NUL character") }
    }

    /// A text as it may stand in a message of one line.
    static func readable(_ text: String) -> String { String(text.unicodeScalars.prefix(80).map { $0.value < 0x20 ? " " : Character($0) }) }

    private func wrong(_ keyword: String, _ message: String) -> JSONSchemaError {
        JSONSchemaError(pointer: "\(pointer)/\(keyword)", message: message)
    }
}
