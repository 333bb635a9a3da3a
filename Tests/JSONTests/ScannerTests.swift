import JSON
import Testing

@Suite("Scanning for top-level fields")
struct ScannerTests {
    private func scan(_ text: String, _ names: [StaticString]) -> [String?] {
        let bytes = Array(text.utf8)
        return JSONScanner.topLevelFields(in: bytes.span, names: names).map { field in
            field.map { String(decoding: bytes[$0.range], as: UTF8.self) }
        }
    }

    @Test func findsOnlyTopLevelFields() {
        let text = #" { "a" : {"stream":1,"x":"}"} , "stream" : true , "model":"m\"x", "n":12, "list":["{",[]] } "#
        #expect(scan(text, ["stream", "model", "n", "list", "x"]) == ["true", #""m\"x""#, "12", #"["{",[]]"#, nil])
    }

    @Test func takesTheLastOfARepeatedNameAndResolvesEscapedNames() {
        #expect(scan(#"{"a":1,"a":2}"#, ["a"]) == ["2"])
        #expect(scan(#"{"str\u0065am":true}"#, ["stream"]) == ["true"])
    }

    @Test(arguments: ["", "[]", "{", #"{"a""#, #"{"a":"#, #"{"a":1"#, #"{"a":"x"#, #"{"a":"x\"#, #"{"a":{"b":1}"#, "{]", #"{"a":?}"#])
    func findsNothingInBrokenBytes(_ text: String) {
        #expect(scan(text, ["a"]) == [nil])
    }

    @Test func readsFieldsFurther() throws {
        let bytes = Array(#"{"s":"caf\u00e9","plain":"x","b":false,"o":{"user":"me"}}"#.utf8)
        let fields = JSONScanner.topLevelFields(in: bytes.span, names: ["s", "plain", "b", "o"])
        let found = try fields.map { try #require($0) }
        #expect(JSONScanner.string(found[0], in: bytes.span) == "café")
        #expect(JSONScanner.string(found[1], in: bytes.span) == "x")
        #expect(JSONScanner.bool(found[2], in: bytes.span) == false)
        let user = try #require(JSONScanner.fields(of: found[3], in: bytes.span, names: ["user"])[0])
        #expect(JSONScanner.string(user, in: bytes.span) == "me")
        #expect(JSONScanner.value(found[3], in: bytes.span) == ["user": "me"])
    }

    @Test func agreesWithTheParserOnWholeDocuments() throws {
        let text = #"{"model":"m","messages":[{"role":"user","content":"a \"quoted\" {brace}"}],"stream":false,"n":2}"#
        let bytes = Array(text.utf8)
        let tree = try JSONValue.parse(bytes)
        let names: [StaticString] = ["model", "messages", "stream", "n"]
        for (name, field) in zip(names, JSONScanner.topLevelFields(in: bytes.span, names: names)) {
            #expect(try JSONScanner.value(#require(field), in: bytes.span) == tree[name.description])
        }
    }

    @Test func neverReadsBeyondTheEnd() {
        var generator = SplitMix(seed: 3)
        let alphabet = Array("{}[]\":,\\ atn1".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            for field in JSONScanner.topLevelFields(in: bytes.span, names: ["a", ""]) {
                guard let field else { continue }
                #expect(field.range.upperBound <= bytes.count)
                _ = JSONScanner.string(field, in: bytes.span)
            }
        }
    }
}
