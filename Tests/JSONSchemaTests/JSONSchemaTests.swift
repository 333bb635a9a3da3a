import JSON
import JSONSchema
import Testing

func json(_ text: String) throws -> JSONValue { try JSONValue.parse(text) }

/// `pointer keyword` of each violation.
func violations(_ schema: String, _ document: String) throws -> [String] {
    try JSONSchema(json(schema)).validate(json(document)).violations.map { "\($0.pointer) \($0.keyword)" }
}

/// A schema with documents that it takes and documents that it does not, each with what it must say about them.
struct SchemaCase: CustomTestStringConvertible {
    var schema: String
    var takes: [String]
    var refuses: [(document: String, violations: [String])]

    var testDescription: String { schema }

    init(_ schema: String, takes: [String], refuses: [(String, [String])]) {
        self.schema = schema
        self.takes = takes
        self.refuses = refuses
    }
}

@Suite struct `A JSON Schema` {
    static let values: [SchemaCase] = [
        .init(
            ##"{"type":"integer"}"##, takes: ["1", "1.0", "1e2", "-0", "123456789012345678901234567890", "1.5e1"],
            refuses: [("1.5", [" type"]), (##""1""##, [" type"]), ("null", [" type"]), ("1e-1", [" type"])]),
        .init(##"{"type":["string","null"]}"##, takes: [##""x""##, "null"], refuses: [("0", [" type"]), ("[]", [" type"])]),
        .init(##"{"type":"number"}"##, takes: ["1", "1.5", "1e300"], refuses: [("true", [" type"])]),
        .init(##"{"const":1}"##, takes: ["1", "1.0"], refuses: [("2", [" const"]), ("true", [" const"]), (##""1""##, [" const"])]),
        .init(
            ##"{"const":{"a":[1,2],"b":null}}"##, takes: [##"{"b":null,"a":[1,2.0]}"##], refuses: [(##"{"a":[2,1],"b":null}"##, [" const"])]
        ),
        .init(
            ##"{"enum":["a",1,null,false]}"##, takes: [##""a""##, "1.0", "null", "false"],
            refuses: [(##""A""##, [" enum"]), ("0", [" enum"]), ("[]", [" enum"])]),
        .init(##"{"enum":["é"]}"##, takes: [##""\u00e9""##], refuses: [(##""e""##, [" enum"])]),
        .init(
            ##"{"minimum":0,"exclusiveMaximum":10}"##, takes: ["0", "9.99", ##""x""##],
            refuses: [("-1", [" minimum"]), ("10", [" exclusiveMaximum"])]),
        .init(##"{"maximum":1.5,"exclusiveMinimum":1}"##, takes: ["1.5"], refuses: [("1", [" exclusiveMinimum"]), ("1.51", [" maximum"])]),
        .init(
            ##"{"multipleOf":0.01}"##, takes: ["19.99", "0", "4.35", "1e10", "1234567.89", ##""x""##],
            refuses: [("0.015", [" multipleOf"]), ("19.995", [" multipleOf"])]),
        .init(
            ##"{"multipleOf":3}"##, takes: ["9", "9.0", "-3", "0", "3e2"],
            refuses: [("10", [" multipleOf"]), ("1.5", [" multipleOf"]), ("-9223372036854775808", [" multipleOf"])]),
        .init(
            ##"{"minLength":2,"maxLength":3}"##, takes: [##""ab""##, ##""日本語""##, ##""👍👍""##, ##""a\u0000b""##, "1"],
            refuses: [(##""a""##, [" minLength"]), (##""a\u0000bc""##, [" maxLength"]), (##""👍🏽👍🏽""##, [" maxLength"])]),
        .init(##"{"minLength":2.0}"##, takes: [##""ab""##], refuses: [(##""a""##, [" minLength"])]),
        .init(##"{"maxLength":1e300}"##, takes: [##""ab""##], refuses: []),
        .init(##"true"##, takes: ["1", "{}"], refuses: []),
        .init(##"false"##, takes: [], refuses: [("1", [" false"])]),
        .init("{}", takes: ["1", "null", "[{}]"], refuses: []),
        .init(##"{"format":"email","title":5,"x-anything":{"type":7}}"##, takes: [##""no address""##], refuses: []),
    ]

    static let patterns: [SchemaCase] = [
        .init(
            ##"{"pattern":"^\\d{3}-[a-z]+$"}"##, takes: [##""123-ab""##, "5"],
            refuses: [(##""x123-ab""##, [" pattern"]), (##""123-""##, [" pattern"])]),
        .init(##"{"pattern":"b+"}"##, takes: [##""abba""##], refuses: [(##""aca""##, [" pattern"])]),
        .init(##"{"pattern":"^\\u00e9\\u{1F44D}\\ud83d\\udc4d$"}"##, takes: [##""é👍👍""##], refuses: [(##""e""##, [" pattern"])]),
        .init(##"{"pattern":"^(?<year>\\d+)\\/(?:x|y)$"}"##, takes: [##""2020/x""##], refuses: [(##""2020/z""##, [" pattern"])]),
        .init(##"{"pattern":"^\\p{Lu}"}"##, takes: [##""Été""##], refuses: [(##""été""##, [" pattern"])]),
        .init(
            ##"{"pattern":"^(a+)+$"}"##, takes: [##""aaaa""##],
            refuses: [("\"" + String(repeating: "a", count: 300_000) + "b\"", [" pattern"])]),
        .init(
            ##"{"patternProperties":{"^n_":{"type":"number"},"_s$":{"type":"string"}},"properties":{"id":true},"additionalProperties":false}"##,
            takes: [##"{"id":[],"n_a":1,"b_s":"x"}"##, "5"],
            refuses: [
                (##"{"n_a":"x"}"##, ["/n_a type"]), (##"{"c":1}"##, [" additionalProperties"]), (##"{"n_s":1}"##, ["/n_s type"]),
                (##"{"n_s":null}"##, ["/n_s type", "/n_s type"]),
            ]),
        .init(
            ##"{"propertyNames":{"pattern":"^[a-z]+$","maxLength":3}}"##, takes: [##"{"abc":1}"##, "[]"],
            refuses: [(##"{"A":1,"abcd":2,"b":3}"##, [" propertyNames", " propertyNames"])]),
    ]

    static let containers: [SchemaCase] = [
        .init(
            ##"{"type":"object","properties":{"a":{"type":"string"},"b/~":{"minimum":1}},"required":["a","c"],"additionalProperties":false}"##,
            takes: [],
            refuses: [
                (##"{"a":1,"b/~":0,"d":1}"##, [" additionalProperties", " required", "/a type", "/b~1~0 minimum"]), ("[]", [" type"]),
            ]),
        .init(##"{"required":["a"]}"##, takes: [##"{"a":null}"##, "[]", ##""x""##], refuses: [("{}", [" required"])]),
        .init(
            ##"{"properties":{"id":{"type":"string"},"$ref":{"type":"number"}}}"##, takes: [##"{"id":"x","$ref":1}"##],
            refuses: [(##"{"$ref":"x"}"##, ["/$ref type"])]),
        .init(##"{"additionalProperties":{"type":"integer"}}"##, takes: [##"{"a":1,"b":2}"##], refuses: [(##"{"a":"1"}"##, ["/a type"])]),
        .init(
            ##"{"minProperties":1,"maxProperties":2}"##, takes: [##"{"a":1}"##],
            refuses: [("{}", [" minProperties"]), (##"{"a":1,"b":2,"c":3}"##, [" maxProperties"])]),
        .init(
            ##"{"items":{"type":"string"},"minItems":1,"maxItems":3}"##, takes: [##"["a"]"##, "{}"],
            refuses: [("[]", [" minItems"]), (##"[1,"a",2,3]"##, [" maxItems", "/0 type", "/2 type", "/3 type"])]),
        .init(
            ##"{"items":[{"type":"string"},{"type":"number"}],"additionalItems":false}"##, takes: [##"["a",1]"##, ##"["a"]"##, "[]"],
            refuses: [(##"["a",1,2]"##, [" additionalItems"]), ("[1]", ["/0 type"])]),
        .init(
            ##"{"items":[{"type":"string"}],"additionalItems":{"type":"null"}}"##, takes: [##"["a",null]"##],
            refuses: [(##"["a",1]"##, ["/1 type"])]),
        .init(
            ##"{"prefixItems":[{"type":"string"}],"items":{"type":"null"}}"##, takes: [##"["a",null]"##, ##"["a"]"##],
            refuses: [(##"[1,1]"##, ["/0 type", "/1 type"])]),
        .init(
            ##"{"prefixItems":[{"type":"string"}],"items":false}"##, takes: [##"["a"]"##], refuses: [(##"["a",1]"##, [" additionalItems"])]),
        .init(##"{"prefixItems":[{"type":"string"}]}"##, takes: [##"["a",1,2]"##], refuses: [(##"[0]"##, ["/0 type"])]),
        .init(
            ##"{"contains":{"minimum":5}}"##, takes: ["[1,6]", ##"{"a":1}"##], refuses: [("[1,2]", [" contains"]), ("[]", [" contains"])]),
        .init(##"{"contains":{"minimum":5},"minContains":0}"##, takes: ["[]", "[1]"], refuses: []),
        .init(
            ##"{"uniqueItems":true}"##, takes: ["[1,2]", ##"[1,"1",true,{"a":1},[1]]"##],
            refuses: [("[1,1.0]", [" uniqueItems"]), (##"[{"a":1,"b":2},{"b":2,"a":1}]"##, [" uniqueItems"])]),
        .init(
            ##"{"dependencies":{"card":["name"],"b":{"required":["c"]}}}"##, takes: ["{}", ##"{"card":1,"name":2}"##],
            refuses: [(##"{"card":1,"b":1}"##, [" dependencies", " required"])]),
        .init(
            ##"{"dependentRequired":{"card":["name"]},"dependentSchemas":{"b":{"required":["c"]}}}"##, takes: [##"{"b":1,"c":2}"##],
            refuses: [(##"{"card":1,"b":1}"##, [" dependencies", " required"])]),
    ]

    static let combinations: [SchemaCase] = [
        .init(##"{"allOf":[{"minimum":1},{"maximum":3}]}"##, takes: ["2"], refuses: [("0", [" minimum"]), ("4", [" maximum"])]),
        .init(##"{"anyOf":[{"type":"string"},{"type":"null"}]}"##, takes: ["null", ##""x""##], refuses: [("1", [" anyOf"])]),
        .init(
            ##"{"anyOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a","b"]},{"type":"null"}]}"##,
            takes: ["null", ##"{"a":"x","b":1}"##],
            refuses: [(##"{"a":1}"##, [" anyOf", " required", "/a type"]), ("7", [" anyOf"])]),
        .init(
            ##"{"anyOf":[{"properties":{"kind":{"const":"a"}}},{"properties":{"kind":{"const":"b"}}}]}"##, takes: [##"{"kind":"b"}"##],
            refuses: [(##"{"kind":"c"}"##, [" anyOf"])]),
        .init(##"{"oneOf":[{"minimum":1},{"maximum":3}]}"##, takes: ["0", "4"], refuses: [("2", [" oneOf"])]),
        .init(##"{"not":{"type":"string"}}"##, takes: ["1"], refuses: [(##""x""##, [" not"])]),
        .init(##"{"not":{"not":{"type":"string"}}}"##, takes: [##""x""##], refuses: [("1", [" not"])]),
        .init(
            ##"{"if":{"properties":{"k":{"const":"a"}},"required":["k"]},"then":{"required":["x"]},"else":{"required":["y"]}}"##,
            takes: [##"{"k":"a","x":1}"##, ##"{"k":"b","y":1}"##],
            refuses: [(##"{"k":"a","y":1}"##, [" required"]), (##"{"x":1}"##, [" required"])]),
        .init(##"{"then":{"type":"string"}}"##, takes: ["1"], refuses: []),
    ]

    static let references: [SchemaCase] = [
        .init(
            ##"{"$defs":{"n":{"type":"number"}},"properties":{"a":{"$ref":"#/$defs/n"}}}"##, takes: [##"{"a":1}"##],
            refuses: [(##"{"a":"x"}"##, ["/a type"])]),
        .init(
            ##"{"definitions":{"a/b":{"type":"number"},"c%d":{"$ref":"#/definitions/a~1b"}},"items":{"$ref":"#/definitions/c%25d"}}"##,
            takes: ["[1]"], refuses: [(##"["x"]"##, ["/0 type"])]),
        .init(
            ##"{"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["v","next"],"additionalProperties":false}"##,
            takes: [##"{"v":1,"next":{"v":2,"next":null}}"##],
            refuses: [(##"{"v":1,"next":{"v":"x","next":null}}"##, ["/next anyOf", "/next/v type"])]),
        .init(
            ##"{"$ref":"#/$defs/s","maxLength":2,"$defs":{"s":{"type":"string"}}}"##, takes: [##""ab""##],
            refuses: [(##""abc""##, [" maxLength"]), ("1", [" type"])]),
        .init(
            ##"{"$schema":"http://json-schema.org/draft-07/schema#","$ref":"#/definitions/s","maxLength":2,"definitions":{"s":{"type":"string"}}}"##,
            takes: [##""abc""##], refuses: [("1", [" type"])]),
        .init(
            ##"{"$schema":"http://json-schema.org/draft-04/schema","minimum":1,"exclusiveMinimum":true,"maximum":3,"exclusiveMaximum":false}"##,
            takes: ["3"], refuses: [("1", [" exclusiveMinimum"]), ("4", [" maximum"])]),
        .init(
            ##"{"$defs":{"p":{"$anchor":"price","minimum":0}},"items":{"$ref":"#price"}}"##, takes: ["[1]"],
            refuses: [("[-1]", ["/0 minimum"])]),
        .init(
            ##"{"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"p":{"$id":"#price","minimum":0}},"items":{"$ref":"#price"}}"##,
            takes: ["[1]"], refuses: [("[-1]", ["/0 minimum"])]),
        .init(
            ##"{"$id":"https://example.com/s","$defs":{"n":{"type":"number"}},"items":{"$ref":"https://example.com/s#/$defs/n"}}"##,
            takes: ["[1]"], refuses: [("[null]", ["/0 type"])]),
        .init(
            ##"{"$defs":{"e":{"$id":"inner","$defs":{"n":{"type":"number"}},"properties":{"a":{"$ref":"#/$defs/n"}}}},"items":{"$ref":"inner"}}"##,
            takes: [##"[{"a":1}]"##], refuses: [(##"[{"a":"x"}]"##, ["/0/a type"])]),
        // Names that would meet in a cache of paths.
        .init(
            ##"{"properties":{"a":{"properties":{"b":{"$ref":"#/properties/c"}}},"c":{"type":"number"},"a/properties/b":{"type":"string"}}}"##,
            takes: [##"{"a":{"b":1},"a/properties/b":"x"}"##],
            refuses: [(##"{"a":{"b":"x"},"a/properties/b":1}"##, ["/a/b type", "/a~1properties~1b type"])]),
        .init(
            ##"{"$defs":{"n":{"propertyNames":{"maxLength":1},"type":"object"}},"items":{"$ref":"#/$defs/n"},"not":{"$ref":"#/$defs/n"}}"##,
            takes: [##"[{"a":1}]"##], refuses: [(##"[{"ab":1}]"##, ["/0 propertyNames"])]),
    ]

    @Test(arguments: values + patterns + containers + combinations + references)
    func `takes what it allows and says of the rest where it fails and by which keyword`(_ item: SchemaCase) throws {
        let schema = try JSONSchema(json(item.schema))
        #expect(schema.unsupported.isEmpty)
        for document in item.takes {
            let report = schema.validate(try json(document))
            #expect(report == SchemaReport(), "\(document)")
        }
        for (document, expected) in item.refuses {
            let report = schema.validate(try json(document))
            #expect(report.violations.map { "\($0.pointer) \($0.keyword)" } == expected, "\(document.prefix(200))")
            #expect(report.unchecked == nil)
            #expect(report.violations.allSatisfy { !$0.message.isEmpty && $0.message.utf8.count < 200 })
        }
    }

    @Test func `says in a few words what should be and what is`() throws {
        let schema = try JSONSchema(
            json(##"{"properties":{"a":{"type":["string","null"]}},"required":["total"],"additionalProperties":false}"##))
        let report = schema.validate(try json(##"{"a":1,"b":2}"##))
        #expect(
            report.violations.map(\.message) == [##"should not have "b""##, ##"lacks "total""##, "should be null or string, is number"])
    }

    @Test func `counts the last value of a repeated name`() throws {
        #expect(try violations(##"{"properties":{"a":{"type":"string"}}}"##, ##"{"a":1,"a":"x"}"##) == [])
        #expect(try violations(##"{"properties":{"a":{"type":"string"}},"maxProperties":1}"##, ##"{"a":"x","a":1}"##) == ["/a type"])
        #expect(try violations(##"{"properties":{"a":{"type":"number"},"a":{"type":"string"}}}"##, ##"{"a":"x"}"##) == [])
    }
}
