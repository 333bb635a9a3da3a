import JSON
import Testing

@Suite("Parsing and serialising")
struct ParsingTests {
    @Test func keepsNumberTextOrderAndRepeatedNames() throws {
        let text = #"{"b":1.50,"a":[1e2,-0,12345678901234567890123],"b":null,"c":{"x":true,"y":false}}"#
        let value = try JSONValue.parse(text)
        #expect(value.serialisedString() == text)
        #expect(value["a"]?[2] == .number("12345678901234567890123"))
        #expect(value["b"] == .null)
    }

    @Test(arguments: [
        (#""tab\tnewline\nquote\"slash\/back\\""#, "tab\tnewline\nquote\"slash/back\\"),
        (#""\u0041\u00e9\u20ac\ud83d\ude00""#, "Aé€😀"),
        (#""\u0000""#, "\0"),
        (#""""#, ""),
        (#""naïve 日本語""#, "naïve 日本語"),
    ])
    func resolvesEscapes(_ text: String, _ expected: String) throws {
        #expect(try JSONValue.parse(text) == .string(expected))
    }

    @Test(arguments: [#""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\uD83D\u0041""#, #""\ud83d\ud83d\ude00""#, #""\\\udc00""#])
    func readsALoneSurrogateAsTheReplacementCharacter(_ text: String) throws {
        let string = try #require(try JSONValue.parse(text).stringValue)
        #expect(string.unicodeScalars.filter { $0 == "\u{FFFD}" }.count == 1)
    }

    @Test func leavesAnEscapedBackslashBeforeUAlone() throws {
        #expect(try JSONValue.parse(#""\\ud83d""#) == .string(#"\ud83d"#))
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", #"{"a":1,}"#, "{'a':1}", #"{"a" 1}"#, "[1 2]", "01", "1.", "1e", "+1", ".5", "-", "nul", "NaN", "Infinity",
        #""\x""#, #""\u12"#, #""\u12g4""#, #""open"#, "[1]]", "{} x", "// note\n1", "\u{FEFF}1", "1e999", "\"a\u{1}b\"", "\"a\u{1F}b\"",
        "\"line\nbreak\"", "[1,\0]", "1\0", "\"\0\"",
    ])
    func refusesWhatIsNotJSON(_ text: String) {
        #expect(throws: JSONError.self) { try JSONValue.parse(text) }
    }

    @Test func refusesBytesThatAreNotUTF8() {
        let bytes: [UInt8] = Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)
        #expect(throws: JSONError(offset: 6, line: 1, column: 7, message: "the string is not UTF-8")) { try JSONValue.parse(bytes) }
    }

    @Test func saysLineAndColumn() {
        let text = "{\n  \"a\": 1,\n  \"b\": ?\n}"
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
        #expect(error?.line == 3)
        #expect(error?.column == 8)
        #expect(error?.description == "line 3, column 8: a value should stand here")
    }

    @Test func limitsDepthWithoutRecursionInTheParser() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.self) { try JSONValue.parse(deep) }
        let atLimit = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
        #expect(try JSONValue.parse(atLimit).serialisedString() == atLimit)
        #expect(throws: JSONError.self) { try JSONValue.parse("[" + atLimit + "]") }
    }

    @Test func escapesOnlyWhatMustBe() {
        let value: JSONValue = ["a\"b": "x\\y\n\r\t\u{1}\u{7F}é/"]
        #expect(value.serialisedString() == #"{"a\"b":"x\\y\n\r\t\u0001"# + "\u{7F}é/\"}")
    }

    @Test func anyStringSurvivesTheRoundTrip() throws {
        var generator = SplitMix(seed: 7)
        for _ in 0..<500 {
            let scalars = (0..<Int.random(in: 0...40, using: &generator)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...0x2FFF, using: &generator))
            }
            let string = String(String.UnicodeScalarView(scalars))
            let value = JSONValue.object([JSONMember(string, .array([.string(string)]))])
            #expect(try JSONValue.parse(value.serialised()) == value)
        }
    }

    /// Cuts and bent bytes of a real-looking document: an error or a value, never a crash, and what parses serialises again.
    @Test func survivesDamagedDocuments() throws {
        let document = Array(
            #"{"id":"x","choices":[{"message":{"content":"caf\u00e9 \ud83d\ude00","n":-1.5e-7},"ok":true}],"usage":null}"#.utf8)
        var generator = SplitMix(seed: 42)
        var parsed = 0
        for round in 0..<20_000 {
            var bytes = document
            if round % 3 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
            for _ in 0..<Int.random(in: 0...3, using: &generator) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let value = try? JSONValue.parse(bytes) else { continue }
            parsed += 1
            #expect(try JSONValue.parse(value.serialised()) == value)
        }
        #expect(parsed > 1000)
    }
}

/// A small generator with a seed (SplitMix64, Steele, Lea and Flood 2014), so that a failing case can be repeated.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
