import Comparison
import Configuration
import JSON
import Testing
import Traffic

@Suite struct `Hostile JSON answers` {
    private static let plain = #"{"a":"x","b":[1,2]}"#

    @Test func `broken at any place never crash the comparison`() {
        var generator = DocumentGenerator(seed: 5)
        for round in 0..<2000 {
            var bytes = Array(generator.document().serialisedString().utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator.random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &generator.random)
                switch Int.random(in: 0..<4, using: &generator.random) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(UInt8.random(in: 0...255, using: &generator.random), at: place)
                case 2: bytes[place] = Array("{}[]\",:\\`e-.0u".utf8).randomElement(using: &generator.random)!
                default: bytes = Array(bytes.prefix(place)) + bytes.suffix(Int.random(in: 0...bytes.count, using: &generator.random))
                }
            }
            // What is no UTF-8 has been replaced before an answer comes here.
            let text = String(decoding: bytes, as: UTF8.self)
            let settings = `JSON comparisons of whatever comes`.settings[round % 4]
            let finding = comparedJSON(Self.plain, text, settings, gold: ["a": "x"])
            #expect(finding.agreement == .different || finding.agreement == .identical || finding.agreement == .equivalent)
            #expect(comparedJSON(text, Self.plain, settings).agreement == finding.agreement || isBlank(text))
            let itself = comparedJSON(text, text, settings)
            #expect(itself.agreement == .identical || itself.agreement == .incomparable)
        }
    }

    private func isBlank(_ text: String) -> Bool { text.allSatisfy { $0.isWhitespace || $0 == "\u{FEFF}" } }

    private static func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

    private static func members(_ count: Int, _ member: (Int) -> String) -> String {
        "{" + (0..<count).map(member).joined(separator: ",") + #","a":"x","b":[1,2]}"#
    }

    static let broken: [String] = [
        times(10_001, "["), times(10_000, "[") + times(10_000, "]"), times(10_000, #"{"a":"#) + "1" + times(10_000, "}"),
        #"{"a":"x","b":[1,"# + times(400, "9") + "]}", #"{"a":"x","b":[1,1e400]}"#, #"{"a":"x","b":[1,NaN]}"#,
        #"{"a":"x","b":[1,-Infinity]}"#,
        "{\"a\":\"x\u{0}\",\"b\":[1,2]}", "\u{FEFF}{\"a\":\"x\",\"b\":[1,2]}", times(1_000_000, "{"), times(100_000, "```json\n"),
        times(1_000_000, "`"), times(300_000, "{}"), times(1_000_000, "\\"), times(500_000, "\"\u{0}"),
    ]
    static let otherValues: [String] = [
        #"{"a":"x\u0000","b":[1,2]}"#, #"{"a":"\ud800","b":[1,2]}"#, #"{"a":"\udc00x","b":[1,2]}"#, "{\"a\":\"\u{FFFD}\",\"b\":[1,2]}",
        #"{"a":"x","b":[1,1e308]}"#, #"{"a":"x","b":[1,0."# + times(100_000, "3") + "]}",
    ]
    static let more: [String] = [
        #"{"a":"y","a":"x","b":[1,2]}"#, #"{"a":"x","b":[1,2],"c":"# + times(200, "[") + times(200, "]") + "}",
        members(50_000) { #""a":\#($0)"# }, members(50_000) { #""k\#($0)":\#($0)"# },
    ]
    static let hostile: [(text: String, mode: FailureMode)] =
        broken.map { ($0, .invalidJSON) } + otherValues.map { ($0, .valueMismatch) } + more.map { ($0, .extraField) }
        + [(#"{"a":"x","b":[1,2,"# + times(100_000, "1,") + "1]}", .lengthMismatch)]

    @Test(arguments: hostile.indices)
    func `end in a mode each, soon`(_ place: Int) {
        let (text, mode) = Self.hostile[place]
        let clock = ContinuousClock()
        let time = clock.measure {
            for settings in [json(), json(unordered: ["/b", "/c"], formats: ["/b/*": .number])] {
                let finding = comparedJSON(Self.plain, text, settings, gold: ["a": "x", "b": [1, 2]])
                #expect(finding.failureMode == mode, "\(text.prefix(100))")
                #expect(finding.correct == .productionOnly)
                #expect(finding.differences.reduce(0) { $0 + ($1.candidateValue?.utf8.count ?? 0) } < 1_000_000)
            }
        }
        #expect(time < .seconds(20))
    }

    @Test func `of five megabytes end soon, whether the same or not`() {
        let long = String(repeating: "лорем ипсум ", count: 230_000)
        let (text, other) = (#"{"a":"\#(long)","b":[1,2]}"#, #"{"a":"\#(long)!","b":[1,2]}"#)
        let settings = json(schema: #"{"properties":{"a":{"pattern":"^(.*м)*$","maxLength":100000000}}}"#, formats: ["/a": .text])
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(comparedJSON(text, " " + text, settings).agreement == .identical)
            let finding = comparedJSON(text, other, settings, gold: ["a": "x"])
            #expect(finding.failureMode == .valueMismatch && finding.correct == .neither)
        }
        #expect(time < .seconds(30))
    }

    @Test func `nested in arrays everywhere stay within the bounds of work`() {
        func nested(_ depth: Int, _ leaf: String) -> String {
            depth == 0 ? leaf : "[" + (0..<3).map { _ in nested(depth - 1, leaf) }.joined(separator: ",") + "]"
        }
        let clock = ContinuousClock()
        let time = clock.measure {
            for settings in [json(), json(unordered: ["/a", "/a/*", "/a/*/*", "/a/*/*/*"])] {
                let finding = comparedJSON(#"{"a":\#(nested(9, "1"))}"#, #"{"a":\#(nested(9, "2"))}"#, settings, gold: ["a": 1])
                #expect(finding.failureMode == .valueMismatch)
            }
            let deep = String(repeating: "[0,", count: 240)
            let (left, right) = (deep + "1" + String(repeating: "]", count: 240), deep + "2" + String(repeating: "]", count: 240))
            #expect(comparedJSON(left, right).failureMode == .valueMismatch)
            let sets = json(unordered: ["/a"])
            let many = { (first: Int) in #"{"a":["# + (first..<(first + 3000)).map { #"{"n":\#($0)}"# }.joined(separator: ",") + "]}" }
            #expect(comparedJSON(many(0), many(10_000), sets).failureMode == .valueMismatch)
            #expect(comparedJSON(many(0), many(0).replacing(#"{"n":0},"#, with: ""), sets).failureMode == .lengthMismatch)
        }
        #expect(time < .seconds(60))
    }
}
