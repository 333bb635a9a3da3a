import Configuration
import Foundation
import JSON
import Testing

/// The shortest file with another `compare`.
private func comparing(_ compare: String) -> String {
    shortest.replacing("compare: { as: label, labels: [card_arrival, lost_or_stolen_card, transfer_failed] }", with: compare)
}

@Suite struct `A schema in the settings` {
    @Test func `that is none is a fault in the line where it goes wrong`() throws {
        let found = faults(
            comparing(
                """
                compare:
                  as: json
                  schema:
                    type: object
                    properties:
                      total: { type: nubmer }
                """))
        let fault = try #require(found.first)
        #expect(found.count == 1 && fault.line == 7 && fault.field == "compare.schema")
        #expect(fault.message.hasPrefix("is no JSON Schema: /properties/total/type should be one or several of array, boolean"))
    }

    @Test(arguments: [
        ("{ type: object, required: total }", "/required should be an array of names"), ("{ minLength: -1 }", "/minLength"),
        ("{ properties: { a: { $ref: '#/$defs/b' } } }", "leads to nothing: #/$defs/b"), ("{ maximum: .inf }", ".inf or .nan"),
        ("{ type: json_object }", "/type should be"),
    ])
    func `says what would be right`(_ schema: String, _ says: String) throws {
        let found = faults(comparing("compare: { as: json, schema: \(schema) }"))
        #expect(found.count == 1 && found.first?.line == 2)
        #expect(found.first?.message.contains(says) == true, "\(found)")
    }

    @Test(arguments: [
        "schema: { type: object, required: [total] }",
        "schema: { name: invoice, strict: true, schema: { type: object, required: [total] } }",
        "schema: { type: json_schema, json_schema: { name: invoice, schema: { type: object, required: [total] } } }",
    ])
    func `loses what the OpenAI API wraps it in`(_ schema: String) throws {
        let settings = try parse(comparing("compare: { as: json, \(schema) }"))
        #expect(settings.compare.schema == ["type": "object", "required": ["total"]])
        #expect(settings.compare.uncheckedSchemaKeywords == [])
    }

    @Test func `may say more than can be checked`() throws {
        let settings = try parse(
            comparing("compare: { as: json, schema: { unevaluatedProperties: false, properties: { a: { pattern: '(?=x)' } } } }"))
        #expect(settings.compare.uncheckedSchemaKeywords == ["pattern", "unevaluatedProperties"])
    }

    @Test func `is read from the file that is named`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let named = comparing("compare: { as: json, schema: invoice.json }")
        let file = folder.appendingPathComponent("invoice.json")
        try Data(#"{"name":"invoice","schema":{"type":"array"}}"#.utf8).write(to: file)
        #expect(try parse(named, folder: folder.path).compare.schema == ["type": "array"])
        for (text, says) in [(#"{"type":"arr"}"#, "/type should be"), ("{", "is not JSON: line 1"), ("[]", "it holds array")] {
            try Data(text.utf8).write(to: file)
            let found = faults(named, folder: folder.path)
            #expect(found.count == 1 && found.first?.line == 2)
            #expect(found.first?.message.contains(says) == true, "\(found)")
        }
    }

    @Test func `stands beside pointers into arrays`() throws {
        let settings = try parse(
            comparing("compare: { as: json, ignore: [/lines/*/note], tolerance: { /lines/0/price: 0.01 }, formats: { /lines/*/at: date } }")
        )
        #expect(settings.compare.ignore == ["/lines/*/note"] && settings.compare.formats == ["/lines/*/at": .date])
        let found = faults(comparing("compare: { as: json, unordered: [lines/*] }"))
        #expect(found.first?.message.contains("/lines/*/price") == true)
    }
}
