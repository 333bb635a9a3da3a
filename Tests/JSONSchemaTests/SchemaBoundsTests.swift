import JSON
import JSONSchema
import Testing

@Suite struct `What a JSON Schema cannot say` {
    @Test(arguments: [
        (##"{"unevaluatedProperties":false}"##, ["unevaluatedProperties"]),
        (##"{"unevaluatedItems":{"type":"string"}}"##, ["unevaluatedItems"]),
        (##"{"unevaluatedProperties":true,"unevaluatedItems":{}}"##, []),
        (##"{"$dynamicRef":"#node"}"##, ["$dynamicRef"]), (##"{"$recursiveRef":"#"}"##, ["$recursiveRef"]),
        (##"{"properties":{"a":{"$ref":"https://example.com/other.json"}}}"##, ["$ref"]), (##"{"$ref":"other.json#/a"}"##, ["$ref"]),
        (##"{"$ref":"urn:example:thing"}"##, ["$ref"]), (##"{"$schema":"http://json-schema.org/draft-03/schema#"}"##, ["$schema"]),
        (##"{"$schema":"https://example.com/own"}"##, ["$schema"]), (##"{"$schema":7}"##, ["$schema"]),
        (##"{"pattern":"(a)\\1"}"##, ["pattern"]), (##"{"pattern":"a(?=b)"}"##, ["pattern"]), (##"{"pattern":"(?<!b)a"}"##, ["pattern"]),
        (##"{"pattern":"a{5000}"}"##, ["pattern"]), (##"{"pattern":"("}"##, ["pattern"]),
        (
            ##"{"patternProperties":{"(?!x)":{"type":"string"}},"additionalProperties":false}"##,
            ["additionalProperties", "patternProperties"]
        ),
        (##"{"contains":{"type":"string"},"minContains":2,"maxContains":3}"##, ["maxContains", "minContains"]),
        (##"{"anyOf":[{"pattern":"\\1"},{"unevaluatedProperties":false}]}"##, ["pattern", "unevaluatedProperties"]),
        (##"{"$defs":{"unused":{"pattern":"(?=x)"}}}"##, []),
    ])
    func `is named, and neither passed nor failed`(_ text: String, _ unsupported: [String]) throws {
        let schema = try JSONSchema(json(text))
        #expect(schema.unsupported == unsupported)
        for document in [##"{"y":1}"##, ##""ab""##, "[1]"] where unsupported != ["maxContains", "minContains"] {
            #expect(schema.validate(try json(document)) == SchemaReport())
        }
    }

    @Test(arguments: [
        (##"5"##, "", "a schema is an object"), (##"{"type":"strin"}"##, "/type", "one or several of array"),
        (##"{"type":[]}"##, "/type", "several"),
        (##"{"properties":{"a":{"type":{}}}}"##, "/properties/a/type", "several"), (##"{"properties":[]}"##, "/properties", "an object"),
        (##"{"required":"a"}"##, "/required", "array of names"),
        (##"{"properties":{"a":{"required":true}}}"##, "/properties/a/required", "array of names"),
        (##"{"required":[1]}"##, "/required", "names only"), (##"{"minLength":-1}"##, "/minLength", "whole number"),
        (##"{"maxItems":1.5}"##, "/maxItems", "whole number"), (##"{"multipleOf":0}"##, "/multipleOf", "above 0"),
        (##"{"minimum":"0"}"##, "/minimum", "a number"), (##"{"minimum":0,"exclusiveMinimum":true}"##, "/exclusiveMinimum", "a number"),
        (##"{"pattern":7}"##, "/pattern", "a string"), (##"{"anyOf":[]}"##, "/anyOf", "at least one schema"),
        (##"{"allOf":{}}"##, "/allOf", "at least one"),
        (##"{"oneOf":[{"items":3}]}"##, "/oneOf/0/items", "is number"), (##"{"not":null}"##, "/not", "is null"),
        (##"{"enum":"a"}"##, "/enum", "an array"),
        (##"{"uniqueItems":"yes"}"##, "/uniqueItems", "true or false"),
        (##"{"$ref":"#/$defs/none"}"##, "/$ref", "leads to nothing: #/$defs/none"),
        (##"{"$ref":7}"##, "/$ref", "a string"), (##"{"$ref":"#nowhere"}"##, "/$ref", "nothing"),
        (##"{"$defs":{"a":7}}"##, "/$defs/a", "is number"),
        (##"{"dependentRequired":{"a":"b"}}"##, "/dependentRequired/a", "array of names"),
        (##"{"properties":{"a\u0000":{}}}"##, "/properties", "NUL"),
        (##"{"definitions":{"a":{"type":"no"}},"items":{"$ref":"#/definitions/a"}}"##, "/definitions/a/type", "several"),
        (##"{"additionalProperties":"no"}"##, "/additionalProperties", "is string"),
        (##"{"$ref":"#/const","const":1}"##, "/const", "is number"),
    ])
    func `is a fault with its place when it is none`(_ text: String, _ pointer: String, _ says: String) throws {
        let error = try #require(throws: JSONSchemaError.self) { try JSONSchema(json(text)) }
        #expect(error.pointer == pointer)
        #expect(error.message.contains(says), "\(error)")
    }
}

@Suite struct `A JSON Schema's bounds` {
    @Test func `end a schema that refers to itself without end`() throws {
        for text in [
            ##"{"$ref":"#"}"##, ##"{"allOf":[{"$ref":"#"}]}"##,
            ##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##,
            ##"{"not":{"$ref":"#"}}"##, ##"{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}"##,
        ] {
            #expect(try JSONSchema(json(text)).validate(json("1")) == SchemaReport(violations: [], unchecked: "$ref"), "\(text)")
        }
    }

    @Test func `end a search that doubles with each level`() throws {
        let schema = try JSONSchema(
            json(##"{"anyOf":[{"properties":{"a":{"$ref":"#"}},"required":["z"]},{"properties":{"a":{"$ref":"#"}},"required":["y"]}]}"##))
        let depth = 100
        let report = schema.validate(try json(String(repeating: ##"{"a":"##, count: depth) + "1" + String(repeating: "}", count: depth)))
        #expect(report.unchecked != nil && report.violations.isEmpty)
    }

    @Test func `hold for deep documents and deep schemas`() throws {
        let schema = try JSONSchema(json(##"{"properties":{"a":{"$ref":"#"}},"items":{"$ref":"#"},"type":["object","array"]}"##))
        let deep = String(repeating: "[", count: 250) + "1" + String(repeating: "]", count: 250)
        #expect(schema.validate(try json(deep)).violations.map(\.keyword) == ["type"])
        let nested = String(repeating: ##"{"not":"##, count: 250) + ##"{"type":"null"}"## + String(repeating: "}", count: 250)
        #expect(try JSONSchema(json(nested)).validate(json("null")) == SchemaReport())
        let count = 400
        let chain = (0..<count).map { ##""\##($0)":{"properties":{"a":{"$ref":"#/$defs/\##(min($0 + 1, count - 1))"}}}"## }.joined(
            separator: ",")
        #expect(try JSONSchema(json(##"{"$ref":"#/$defs/0","$defs":{\##(chain)}}"##)).validate(json(##"{"a":{"a":1}}"##)) == SchemaReport())
    }

    @Test func `leave out references where they nest too deeply`() throws {
        let count = 60
        let deep = String(repeating: ##"{"not":"##, count: 100)
        let chain = (0..<count).map {
            ##""\##($0)":\##(deep){"$ref":"#/$defs/\##(min($0 + 1, count - 1))"}\##(String(repeating: "}", count: 100))"##
        }
        let schema = try JSONSchema(json(##"{"$ref":"#/$defs/0","$defs":{\##(chain.joined(separator: ","))}}"##))
        #expect(schema.unsupported == ["$ref"])
        #expect(schema.validate(try json("1")) == SchemaReport())
    }

    @Test func `tell no more violations than asked for, and always the same`() throws {
        let schema = try JSONSchema(json(##"{"items":{"type":"string"}}"##))
        let document = try json("[" + Array(repeating: "1", count: 100_000).joined(separator: ",") + "]")
        let report = schema.validate(document, limit: 7)
        #expect(report.violations.count == 7 && report.unchecked == nil)
        #expect(schema.validate(document, limit: 7) == report)
        let nullable = try JSONSchema(json(##"{"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"null"}]}"##))
        #expect(nullable.validate(document, limit: 7).violations.count == 7)
    }

    @Test func `say so when there are too many elements to hold against each other`() throws {
        let document = try json("[" + (0..<3_000).map(String.init).joined(separator: ",") + "]")
        #expect(
            try JSONSchema(json(##"{"uniqueItems":true}"##)).validate(document) == SchemaReport(violations: [], unchecked: "uniqueItems"))
    }

    @Test func `let several threads validate by one schema`() async throws {
        let schema = try JSONSchema(json(##"{"properties":{"a":{"pattern":"^x+$"}},"required":["a"]}"##))
        let reports = await withTaskGroup(of: Int.self) { group in
            for number in 0..<50 {
                group.addTask { schema.validate(["a": .string(number % 2 == 0 ? "xx" : "y")]).violations.count }
            }
            return await group.reduce(0, +)
        }
        #expect(reports == 25)
    }
}
