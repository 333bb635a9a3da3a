import Comparison
import Configuration
import JSON
import Testing
import Traffic

/// Tool calls with their arguments read.
typealias Calls = [(name: String, arguments: JSONValue)]

func toolAnswer(_ calls: Calls) -> Leg { toolAnswer(calls.map { ($0.name, $0.arguments.serialisedString()) }) }

extension SeededGenerator {
    private static let texts = [
        "Paris", "Zürich", "東京", "Москва", "القاهرة", "दिल्ली", "서울", "Αθήνα", "l'Aquila", "\"quoted\"", "a/b~c", "tab\there", "👩‍👩‍👧", "5", "true",
        "null",
        "2026-11-23", "x y", "O’Brien & Söhne",
    ]

    mutating func text() -> JSONValue {
        .string(
            SeededGenerator.texts.randomElement(using: &self)!
                + (Bool.random(using: &self) ? "" : " \(Int.random(in: 2...99, using: &self))"))
    }

    /// A call of one of the offered tools, with no argument at its default.
    mutating func call() -> (name: String, arguments: JSONValue) {
        var members: [JSONMember] = []
        let add = { (name: String, value: JSONValue) in members.append(JSONMember(name, value)) }
        let isRich = Bool.random(using: &self)
        let name = ["get_weather", "book_table", "transfer", "search"].randomElement(using: &self)!
        switch name {
        case "get_weather":
            add("city", text())
            if isRich { add("unit", "fahrenheit") }
            if isRich { add("days", JSONValue(Int.random(in: 2...14, using: &self))) }
            if Bool.random(using: &self) { add("hourly", JSONValue(Bool.random(using: &self))) }
        case "book_table":
            add("restaurant", text())
            add("people", JSONValue(Int.random(in: 1...9, using: &self)))
            if isRich { add("options", ["smoking": true, "table": text()]) }
            let guests = (0..<Int.random(in: 1...3, using: &self)).map { ["name": .string("guest \($0)"), "child": true] as JSONValue }
            add("guests", .array(guests))
        case "transfer":
            add("amount", .number("\(Int.random(in: 1...999, using: &self)).\(Int.random(in: 11...99, using: &self))"))
            add("to", text())
            if isRich { add("tags", ["a", text(), "b"]) }
            if isRich { add("fee", JSONValue(Int.random(in: 1...5, using: &self))) }
        default:
            add("query", text())
            if isRich { add("limit", JSONValue(Int.random(in: 11...99, using: &self))) }
        }
        return (name, .object(members))
    }

    mutating func calls() -> Calls { (0..<Int.random(in: 1...4, using: &self)).map { _ in call() } }

    /// The same value with the members of its objects in another order and its numbers written otherwise.
    mutating func rewritten(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members): return .object(members.map { JSONMember($0.name, rewritten($0.value)) }.shuffled(using: &self))
        case .array(let elements): return .array(elements.map { rewritten($0) })
        case .number(let text): return Bool.random(using: &self) ? .number(text.contains(".") ? text + "0" : text + ".0") : value
        default: return value
        }
    }

    /// The same calls said otherwise: in another order, with defaults, rewritten.
    mutating func harmless(_ calls: Calls) -> Calls {
        calls.map { call in
            var arguments = call.arguments
            let (name, value): (String, JSONValue) =
                switch call.name {
                case "get_weather": Bool.random(using: &self) ? ("unit", "celsius") : ("days", 1)
                case "book_table": ("options", .null)
                case "transfer": ("fee", 0)
                default: ("limit", 10)
                }
            if arguments[name] == nil, Bool.random(using: &self) { arguments[name] = value }
            return (call.name, rewritten(arguments))
        }.shuffled(using: &self)
    }

    /// Whatever may come as an answer of a tools workload.
    mutating func toolLeg() -> Leg {
        let calls = calls()
        var leg = toolAnswer(calls)
        let written = calls.map { "{\"name\":\"\($0.name)\",\"arguments\":\($0.arguments.serialisedString())}" }
        let templates = [
            written[0], "[\(written.joined(separator: ", "))]", "{\"tool_calls\":[\(written.joined(separator: ","))]}",
            "```json\n\(written[0])\n```", "Sure: \(written[0])",
            written.map { "<tool_call>\($0)</tool_call>" }.joined(separator: "\n"), "[search(query='x')]", "search(query=\"x\")", "now()",
            "Hello.", "", " ", "[]", "{", "<tool_call>", "```", "[TOOL_CALLS]",
            "\u{0}", "[search(", "(((", "{\"name\":1}", "é", "{\"tool_calls\":[]}",
        ]
        switch Int.random(in: 0...9, using: &self) {
        case 0...2:
            leg.toolCalls = []
            leg.output = templates.randomElement(using: &self)!
        case 3:
            leg.toolCalls[0].arguments = ["", "{", "null", "[]", "NaN", "{\"a\":\"\\ud800\"}", "{\"a\":1,\"a\":2}"].randomElement(
                using: &self)!
        case 4: leg.finishReason = "length"
        case 5: leg.output = "Let me see."
        case 6: leg.toolCalls[0].name = ["", "fly", "gеt_weather", "🦆"].randomElement(using: &self)!
        default: break
        }
        return leg
    }
}

@Suite struct `Comparisons of whatever tool calls come` {
    let settings = [
        CompareSettings(kind: .tools), CompareSettings(kind: .tools, orderedCalls: true),
        CompareSettings(kind: .tools, unordered: ["/tags", "/guests"], tolerance: ["/amount": 0.5], ignoreArguments: ["restaurant"]),
    ]

    @Test func `find an answer identical to itself`() {
        var random = SeededGenerator(state: 11)
        for number in 0..<1500 {
            let leg = random.toolLeg()
            let finding = toolsCompared(leg, leg, control: leg, settings: settings[number % 3], gold: [])
            #expect(finding.agreement == .identical || finding.agreement == .incomparable, "\(leg) \(finding)")
            #expect(finding.correct.difference == nil || finding.correct.difference == 0)
            #expect(finding.productionUnstable != true)
        }
    }

    @Test func `agree whichever side an answer stands on`() {
        var random = SeededGenerator(state: 12)
        var agreed = 0
        for number in 0..<3000 {
            let left = random.toolLeg()
            var right = random.toolLeg()
            if number % 2 == 0, !left.toolCalls.isEmpty {
                let calls = left.toolCalls.compactMap { call in
                    (try? JSONValue.parse(call.arguments)).map { (name: call.name, arguments: $0) }
                }
                right = toolAnswer(random.harmless(calls))
            }
            let finding = toolsCompared(left, right, settings: settings[number % 3])
            let swapped = toolsCompared(right, left, settings: settings[number % 3])
            if finding.agreement == .incomparable || swapped.agreement == .incomparable { continue }
            #expect(finding.agreement == swapped.agreement, "\(left) \(right) \(finding)")
            if finding.agreement != .different { agreed += 1 }
        }
        #expect(agreed > 500)
    }

    @Test func `never mind how the same calls are said`() {
        var random = SeededGenerator(state: 13)
        for _ in 0..<3000 {
            let calls = random.calls()
            let finding = toolsCompared(toolAnswer(calls), toolAnswer(random.harmless(calls)))
            #expect(finding.agreement == .identical || finding.agreement == .equivalent, "\(calls) \(finding)")
        }
    }

    @Test func `mind the order of calls only where it is declared`() {
        var random = SeededGenerator(state: 14)
        for _ in 0..<1000 {
            let calls = (random.calls() + random.calls()).map { (name: $0.name, arguments: $0.arguments) }
            let shuffled = calls.shuffled(using: &random)
            let isSame = zip(calls, shuffled).allSatisfy { $0.name == $1.name && $0.arguments == $1.arguments }
            let free = toolsCompared(toolAnswer(calls), toolAnswer(shuffled))
            #expect(free.agreement == (isSame ? .identical : .equivalent))
            #expect(isSame || free.equivalence == .itemOrder)
            #expect(
                toolsCompared(toolAnswer(calls), toolAnswer(shuffled), settings: settings[1]).agreement
                    == (isSame ? .identical : .different))
        }
    }

    @Test func `are whole and repeatable`() {
        var random = SeededGenerator(state: 15)
        for number in 0..<2000 {
            let (production, candidate, control) = (random.toolLeg(), random.toolLeg(), random.toolLeg())
            let gold: JSONValue = number % 2 == 0 ? [] : [["name": "search", "arguments": ["query": "x"]]]
            let finding = toolsCompared(production, candidate, control: control, settings: settings[number % 3], gold: gold)
            #expect(toolsCompared(production, candidate, control: control, settings: settings[number % 3], gold: gold) == finding)
            #expect((finding.agreement == .different) == (finding.failureMode != nil))
            #expect((finding.agreement == .equivalent) == (finding.equivalence != nil))
            #expect(finding.failureMode.map { finding.differences.first?.kind == $0.rawValue } ?? true, "\(finding)")
            #expect(finding.differences.allSatisfy { JSONPointer.tokens($0.path) != nil })
            if finding.agreement == .identical || finding.agreement == .equivalent {
                #expect(finding.correct.difference == 0, "\(production) \(candidate)")
            }
        }
    }
}
