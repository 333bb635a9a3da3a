import Comparison
import Configuration
import Glibc
import JSON
import Testing
import Traffic

@Suite struct `Tool calls that no model should make` {
    static let flood = 10_000

    /// The time that this thread has had of a processor: a busy machine does not count.
    static var processorTime: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// Compares and expects to be done soon, also in a build without optimisation.
    func soon(_ production: Leg, _ candidate: Leg, settings: CompareSettings = CompareSettings(kind: .tools), gold: JSONValue? = nil)
        -> Finding
    {
        let start = Self.processorTime
        let finding = toolsCompared(production, candidate, settings: settings, gold: gold)
        #expect(Self.processorTime - start < .seconds(10))
        #expect(finding.differences.count <= 100)
        #expect(finding.differences.allSatisfy { ($0.productionValue ?? "").count <= 2001 && ($0.candidateValue ?? "").count <= 2001 })
        return finding
    }

    func search(_ queries: some Sequence<Int>) -> Leg { toolAnswer(queries.map { ("search", "{\"query\":\"\($0)\"}") }) }

    @Test func `come by the thousand`() {
        let calls = search(0..<Self.flood)
        #expect(soon(calls, calls).agreement == .identical)
        #expect(soon(calls, search((0..<Self.flood).reversed())).equivalence == .itemOrder)
        #expect(soon(calls, search(1..<Self.flood + 1)).failureMode == .argumentsMismatch)
        #expect(soon(calls, search(Self.flood..<2 * Self.flood)).failureMode == .argumentsMismatch)
        #expect(soon(calls, search(0..<Self.flood - 1)).failureMode == .missingToolCall)
        #expect(soon(calls, search(0..<Self.flood + 1)).failureMode == .extraToolCall)
        #expect(soon(calls, toolAnswer((0..<Self.flood).map { ("tool_\($0)", "{}") })).failureMode == .toolMismatch)
        #expect(soon(calls, answer("No.")).failureMode == .missingToolCall)
        let gold = JSONValue.array((0..<Self.flood).map { ["name": "search", "arguments_accepted": ["query": [.string("\($0)")]]] })
        #expect(soon(calls, search((0..<Self.flood).reversed()), gold: gold).correct == .productionOnly)
    }

    @Test func `come with arguments of megabytes`() {
        let text = String(repeating: "é\\n", count: 1_250_000)
        let long = toolAnswer(("search", "{\"query\":\"\(text)\"}"))
        #expect(soon(long, toolAnswer(("search", "{ \"query\":\"\(text)\"}"))).equivalence == .whitespace)
        #expect(soon(long, toolAnswer(("search", "{\"query\":\"\(text)x\"}"))).failureMode == .argumentsMismatch)
        #expect(soon(long, toolAnswer(("search", "{\"query\":\"\(text)"))).failureMode == .invalidJSON)
        #expect(soon(toolAnswer(("search", "{}")), answer(text)).failureMode == .missingToolCall)
        let wide = (0..<50_000).map { "\"a\($0)\":\($0)" }
        #expect(
            soon(toolAnswer(("f", "{\(wide.joined(separator: ","))}")), toolAnswer(("f", "{\(wide.reversed().joined(separator: ","))}")))
                .equivalence == .keyOrder)
        #expect(
            soon(
                toolAnswer(("f", "{\(wide.joined(separator: ","))}")),
                toolAnswer(("f", "{\(wide.map { $0 + ".5" }.joined(separator: ","))}"))
            ).failureMode == .argumentsMismatch)
        #expect(soon(toolAnswer(("f", "{\(wide.joined(separator: ","))}")), toolAnswer(("f", "{}"))).failureMode == .argumentsMismatch)
    }

    @Test func `hold arrays that nobody could pair`() {
        let settings = CompareSettings(kind: .tools, unordered: ["/a", "/a/*", "/a/*/*"])
        let numbers = { (range: Range<Int>) in range.map { "\($0)" }.joined(separator: ",") }
        let flat = toolAnswer(("f", "{\"a\":[\(numbers(0..<20_000))]}"))
        #expect(
            soon(flat, toolAnswer(("f", "{\"a\":[\((0..<20_000).reversed().map { "\($0)" }.joined(separator: ","))]}")), settings: settings)
                .equivalence == .itemOrder)
        #expect(soon(flat, toolAnswer(("f", "{\"a\":[\(numbers(1..<20_001))]}")), settings: settings).failureMode == .argumentsMismatch)
        let nested = { (offset: Int) in
            let inner = (0..<30).map { row in "[\((0..<30).map { "[\(offset + row),\($0)]" }.joined(separator: ","))]" }
            return toolAnswer(("f", "{\"a\":[\((offset == 0 ? inner : inner.reversed()).joined(separator: ","))]}"))
        }
        #expect(soon(nested(0), nested(0), settings: settings).agreement == .identical)
        #expect(soon(nested(0), nested(100), settings: settings).failureMode == .argumentsMismatch)
    }

    @Test(arguments: [
        (#"{"query":"a\u0000b"}"#, #"{"query":"ab"}"#, FailureMode.argumentsMismatch),
        ("{\"query\":\"a\u{0}b\"}", #"{"query":"ab"}"#, .argumentsMismatch),
        (#"{"query":"ab"}"#, "{\"query\":\"a\u{0}b\"}", .invalidJSON), (#"{"query":"ab"}"#, #"{"query":"a\u0000b"}"#, .argumentsMismatch),
        (#"{"query":"\ud83d"}"#, #"{"query":"\ud83e"}"#, .argumentsMismatch),
        (#"{"query":"a"}"#, #"{"query":NaN}"#, .invalidJSON), (#"{"query":"a"}"#, #"{"query":Infinity}"#, .invalidJSON),
        (#"{"query":1}"#, #"{"query":1e400}"#, .invalidJSON),
        (#"{"query":1e300}"#, #"{"query":1e301}"#, .argumentsMismatch),
        (#"{"query":1}"#, "{\"query\":1\(String(repeating: "0", count: 300))}", .argumentsMismatch),
        (#"{"query":1}"#, String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000), .invalidJSON),
        (#"{"query":1}"#, String(repeating: #"{"a":"#, count: 10_000), .invalidJSON),
        (#"{"query":1}"#, "{" + String(repeating: #""query":1,"#, count: 10_000) + #""query":1}"#, .argumentsMismatch),
    ])
    func `have a mode each`(_ production: String, _ candidate: String, _ mode: FailureMode) {
        let finding = soon(toolAnswer(("search", production)), toolAnswer(("search", candidate)))
        #expect(finding.failureMode == mode)
        let deep = String(repeating: "[", count: 250) + String(repeating: "]", count: 250)
        #expect(soon(toolAnswer(("f", deep)), toolAnswer(("f", " " + deep))).equivalence == .whitespace)
        #expect(soon(toolAnswer(("search", candidate)), toolAnswer(("search", candidate))).agreement == .identical)
    }

    @Test(arguments: [
        "[", "(", "{", "f(", "[f(a=", "```", "```\n", "<tool_call>", "</tool_call>", "<tool_call>{", "{\"name\":", "'", "\\",
        "[TOOL_CALLS]", "f(a=1),", "\u{0}", "\u{FEFF}", "é(", "-", "{'a':{'a':",
    ])
    func `are looked for in floods of text`(_ part: String) {
        let calls = toolAnswer(("search", #"{"query":"x"}"#))
        for count in [1, 20_000] {
            let flood = String(repeating: part, count: count)
            for text in [flood, "[" + flood, "```\n\(flood)\n```", "<tool_call>\(flood)", "f(a=\(flood)"] {
                let finding = soon(calls, answer(text))
                #expect(finding.failureMode == (text.allSatisfy { $0 == "\u{FEFF}" } ? .empty : finding.failureMode))
                #expect(finding.agreement == .different)
            }
        }
    }

    @Test func `lead a schema in circles`() {
        let circles = """
            [{"type":"function","function":{"name":"f","parameters":{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}}},
             {"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{"inner":{"$ref":"#"}},"default":{}}}},{"function":3},7,
             {"type":"function","function":{"name":"h","parameters":[1]}}]
            """
        let deep = String(repeating: #"{"inner":"#, count: 200) + "1" + String(repeating: "}", count: 200)
        for name in ["f", "g", "h"] {
            let finding = toolsCompared(toolAnswer((name, deep)), toolAnswer((name, "{\"inner\":1}")), request: request(circles))
            #expect(finding.failureMode == .argumentsMismatch)
        }
        for bytes in [[], Array("{".utf8), Array("{\"tools\":7}".utf8), Array("{\"tools\":[".utf8), Array("[]".utf8), [0xFF, 0x00]] {
            #expect(
                toolsCompared(toolAnswer(("f", "{\"a\":1}")), toolAnswer(("f", "{\"a\":1, \"b\":2}")), request: bytes).failureMode
                    == .argumentsMismatch)
        }
    }
}
