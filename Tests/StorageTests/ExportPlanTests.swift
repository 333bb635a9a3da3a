import Configuration
import JSON
import Testing
import Traffic

@testable import Storage

/// Which pairs make up a set; no database.
@Suite("What is exported")
struct ExportPlanTests {
    /// A pair by its number; all of them ask something of their own unless a test says otherwise.
    private func row(_ number: Int, asks question: Int? = nil, _ change: (inout ExportRow) -> Void = { _ in }) -> ExportRow {
        var row = ExportRow(
            pair: Self.id(number), call: Self.id(1_000 + number), calledAt: Moments.monday.adding(seconds: Double(number)),
            requestHash: Self.id(2_000 + (question ?? number)), agreement: .identical, correct: .unknown, failureMode: nil,
            isUnstable: false,
            isUsable: true, goldSaidAt: nil, person: nil)
        change(&row)
        return row
    }

    private static func id(_ number: Int) -> Identifier { Identifier(high: 1, low: UInt64(number)) }

    private func numbers(_ plan: ExportPlan) -> [Int] { plan.chosen.map { Int($0.pair.low) } }

    private static func differs(_ mode: FailureMode, _ correct: Correctness = .unknown) -> (inout ExportRow) -> Void {
        { row in
            (row.agreement, row.failureMode, row.correct) = (.different, mode, correct)
        }
    }

    @Test("training: what the candidate lost comes first, then what differs, each oldest first")
    func order() {
        let plan = ExportPlan(
            [
                row(1), row(2, Self.differs(.labelMismatch)), row(3, Self.differs(.timeout, .productionOnly)),
                row(4) { $0.person = .productionOnly }, row(5, Self.differs(.labelMismatch, .both)),
            ], for: .fineTuning)
        #expect(numbers(plan) == [3, 4, 2, 5, 1] && plan.leftOut.isEmpty)
        #expect(plan.chosen.map(\.isLost) == [true, true, false, false, false])
    }

    @Test(
        "training: what is unstable, refuted, unanswered or not compared is left out and counted, unless a gold answer says what is right")
    func leftOut() {
        let bad: [(LeftOut, (inout ExportRow) -> Void)] = [
            (.unstable, { $0.isUnstable = true }), (.refuted, { $0.correct = .candidateOnly }), (.refuted, { $0.correct = .neither }),
            (.refuted, { $0.person = .candidateOnly }), (.noAnswer, { $0.isUsable = false }),
        ]
        for (reason, change) in bad {
            let plan = ExportPlan([row(1, change), row(2)], for: .fineTuning)
            #expect(numbers(plan) == [2] && plan.leftOut == [reason: 1], "\(reason)")
            let gold = ExportPlan(
                [
                    row(1) {
                        change(&$0)
                        $0.goldSaidAt = Moments.monday
                    }
                ], for: .fineTuning)
            #expect(gold.chosen.map(\.usesGold) == [true], "\(reason)")
        }
        let plan = ExportPlan([row(1) { $0.agreement = nil }], for: .fineTuning)
        #expect(plan.chosen.isEmpty && plan.leftOut == [.notCompared: 1])
    }

    @Test("what is known about one pair is known about all that asked the same")
    func groups() {
        let refuted = ExportPlan([row(1, asks: 7), row(2, asks: 7, Self.differs(.labelMismatch, .neither)), row(3)], for: .fineTuning)
        #expect(numbers(refuted) == [3] && refuted.leftOut == [.refuted: 2], "the same answer is wrong whichever call gave it")
        let unstable = ExportPlan([row(1, asks: 7), row(2, asks: 7) { $0.isUnstable = true }], for: .fineTuning)
        #expect(unstable.chosen.isEmpty && unstable.leftOut == [.unstable: 2])
        let gold = ExportPlan(
            [
                row(1, asks: 7) { $0.goldSaidAt = Moments.monday },
                row(2, asks: 7) { $0.goldSaidAt = Moments.monday.adding(seconds: 60) }, row(3, asks: 7) { $0.correct = .neither },
            ], for: .fineTuning)
        #expect(numbers(gold) == [2] && gold.leftOut == [.duplicate: 2], "the newest gold answer counts")
        let lost = ExportPlan(
            [row(1, asks: 7), row(2, asks: 7, Self.differs(.timeout, .productionOnly)), row(3, asks: 8)], for: .fineTuning)
        #expect(lost.chosen.map(\.isLost) == [true, false] && lost.chosen[0].failureMode == .timeout)
        #expect(numbers(lost) == [2, 3], "the newest of them stands for all")
        let unreadable = ExportPlan([row(1) { $0.requestHash = nil }, row(2) { $0.requestHash = nil }], for: .fineTuning)
        #expect(unreadable.chosen.count == 2, "what was asked is not known to be the same")
    }

    @Test("evals: only where a gold answer or a person says what is right")
    func evals() {
        let plan = ExportPlan(
            [
                row(1) { $0.goldSaidAt = Moments.monday }, row(2) { $0.person = .both }, row(3) { $0.person = .productionOnly },
                row(4) { $0.person = .candidateOnly }, row(5) { $0.person = .neither }, row(6),
                row(7) {
                    $0.person = .both
                    $0.isUsable = false
                }, row(8) { $0.correct = .productionOnly },
                row(9, asks: 2) { $0.person = .neither },
            ], for: .evals)
        // A contradiction about one question leaves it out: 2 and 9 asked the same.
        #expect(Set(numbers(plan)) == [1, 3])
        #expect(plan.leftOut == [.refuted: 4, .unjudged: 3])
    }

    @Test("evals: every failure mode as far as it goes, and a longer set holds the shorter one")
    func stratified() {
        let modes: [(FailureMode?, Int)] = [(.labelMismatch, 50), (.timeout, 3), (.verboseLabel, 10), (nil, 100)]
        var rows: [ExportRow] = []
        for (mode, count) in modes {
            for _ in 0..<count {
                rows.append(
                    row(rows.count) {
                        $0.goldSaidAt = Moments.monday
                        if let mode { ($0.agreement, $0.failureMode) = (.different, mode) }
                    })
            }
        }
        func counts(_ limit: Int) -> [String: Int] {
            Dictionary(grouping: ExportPlan(rows, for: .evals, limit: limit).chosen) { $0.failureMode?.rawValue ?? "" }.mapValues(\.count)
        }
        #expect(counts(12) == ["label_mismatch": 3, "timeout": 3, "verbose_label": 3, "": 3])
        #expect(counts(33) == ["label_mismatch": 10, "timeout": 3, "verbose_label": 10, "": 10])
        let whole = ExportPlan(rows.shuffled(), for: .evals)
        #expect(whole.chosen.count == 163)
        for limit in [1, 7, 40, 163, 500] {
            let part = ExportPlan(rows.shuffled(), for: .evals, limit: limit)
            #expect(part.chosen == Array(whole.chosen.prefix(limit)))
            #expect(part.leftOut[.beyondLimit] ?? 0 == max(0, 163 - limit))
        }
    }

    @Test("every pair is either in the set or counted among those left out", arguments: ExportPurpose.allCases)
    func addsUp(_ purpose: ExportPurpose) {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let rows = (0..<Int.random(in: 0...40)).map { number in
                row(number, asks: Int.random(in: 0...20)) {
                    $0.agreement = Bool.random() ? Agreement.allCases.randomElement(using: &generator) : .different
                    if Int.random(in: 0...9) == 0 { $0.agreement = nil }
                    $0.correct = Correctness.allCases.randomElement(using: &generator)!
                    $0.person = Correctness.allCases.filter { $0 != .unknown }.randomElement(using: &generator)
                    $0.isUnstable = Bool.random()
                    $0.isUsable = Bool.random()
                    $0.goldSaidAt = Int.random(in: 0...3) == 0 ? Moments.monday : nil
                    $0.failureMode = $0.agreement == .different ? .labelMismatch : nil
                }
            }
            let plan = ExportPlan(rows, for: purpose, limit: Bool.random() ? 5 : nil)
            #expect(plan.chosen.count + plan.leftOut.values.reduce(0, +) == rows.count)
            #expect(Set(plan.chosen.map(\.pair)).count == plan.chosen.count)
        }
    }
}

/// One line of a training file, and the answer in it; no database.
@Suite("Examples to learn from")
struct ChatExampleTests {
    private func call(_ request: JSONValue, conversation: String? = nil, production: Leg = answer("card_arrival")) -> Call {
        Call(
            id: Identifier(at: Moments.monday), workload: "w", source: .mirror, calledAt: Moments.monday, conversation: conversation,
            path: "",
            request: request.serialised(), production: production, controlRate: 0)
    }

    private let target: JSONValue = ["role": "assistant", "content": "yes"]

    @Test("messages keep what OpenAI and Azure know of them, earlier answers weigh nothing, instructions are the system's")
    func messages() throws {
        let request: JSONValue = [
            "model": "gpt-5", "temperature": 0, "stream": true, "response_format": ["type": "json_object"],
            "messages": [
                ["role": "developer", "content": "Be brief.", "cache_control": ["type": "ephemeral"]],
                [
                    "role": "user",
                    "content": [["type": "text", "text": "See"], ["type": "image_url", "image_url": ["url": "http://x/y.png"]]],
                ],
                [
                    "role": "assistant", "content": .null, "reasoning_content": "secret", "refusal": .null,
                    "tool_calls": [["id": "c1", "type": "function", "function": ["name": "find", "arguments": "{}"]]],
                ], ["role": "tool", "tool_call_id": "c1", "content": "found"], ["role": "user", "content": "And?", "name": "anna"],
            ],
            "tools": [["type": "function", "function": ["name": "find"]], ["type": "web_search"]], "parallel_tool_calls": false,
        ]
        let example = try #require(ChatExample(call(request), target: target))
        #expect(
            example.json == [
                "messages": [
                    ["role": "system", "content": "Be brief."],
                    [
                        "role": "user",
                        "content": [["type": "text", "text": "See"], ["type": "image_url", "image_url": ["url": "http://x/y.png"]]],
                    ],
                    [
                        "role": "assistant",
                        "tool_calls": [["id": "c1", "type": "function", "function": ["name": "find", "arguments": "{}"]]], "weight": 0,
                    ], ["role": "tool", "content": "found", "tool_call_id": "c1"], ["role": "user", "name": "anna", "content": "And?"],
                    target,
                ], "tools": [["type": "function", "function": ["name": "find"]]], "parallel_tool_calls": false,
            ])
    }

    @Test("older and other requests become chats where they can")
    func otherForms() throws {
        let responses = try #require(ChatExample(call(["instructions": "Be brief.", "input": "Where?"]), target: target))
        #expect(
            responses.json == ["messages": [["role": "system", "content": "Be brief."], ["role": "user", "content": "Where?"], target]])
        let functions = try #require(
            ChatExample(call(["messages": [["role": "user", "content": "x"]], "functions": [["name": "f"]]]), target: target))
        #expect(functions.json["tools"] == [["type": "function", "function": ["name": "f"]]])
        let none: [JSONValue] = [
            [:], ["messages": []], ["messages": [["role": "user", "content": [["type": "input_audio"]]]]],
            ["messages": [["role": "wizard", "content": "x"]]], ["messages": ["text"]],
            ["messages": [["role": "assistant", "content": [["type": "image_url"]]]]], ["input": [["role": "user"]]], "text",
        ]
        for request in none { #expect(ChatExample(call(request), target: target) == nil, "\(request.serialisedString())") }
    }

    @Test("all turns of a conversation have one name, said or not")
    func conversations() throws {
        func name(_ messages: [JSONValue], conversation: String? = nil) throws -> String {
            try #require(ChatExample(call(["messages": .array(messages)], conversation: conversation), target: target)).conversation
        }
        let opening: [JSONValue] = [["role": "system", "content": "s"], ["role": "user", "content": "first"]]
        let later = opening + [["role": "assistant", "content": "a"], ["role": "user", "content": "second"]]
        #expect(try name(opening) == name(later))
        #expect(try name(opening) != name([["role": "user", "content": "first"]]))
        #expect(try name(opening, conversation: "c") == name([["role": "user", "content": "other"]], conversation: "c"))
        #expect(try name(opening, conversation: "c") != name(opening))
    }

    /// A gold answer, and the assistant's message that it becomes.
    static let forms: [(CompareSettings, gold: JSONValue?, production: Leg, label: String?, message: JSONValue?)] = [
        (.labels, "b", answer("a"), "a", ["role": "assistant", "content": "b"]),
        (.labels, "b", answer("It is a, I think."), "a", ["role": "assistant", "content": "b"]),
        (
            .labels, "b", answer(#"{"intent": "a", "sure": 0.9}"#), "a",
            ["role": "assistant", "content": .string(#"{"intent":"b","sure":0.9}"#)]
        ), (.labels, "b", answer(#"{"intent": "a", "also": "a"}"#), "a", ["role": "assistant", "content": "b"]),
        (.labels, "undeclared", answer("a"), "a", nil), (.labels, ["b"], answer("a"), "a", nil),
        (.labels, nil, answer("  a\n"), "a", ["role": "assistant", "content": "  a\n"]),
        (.json, ["total": 3], answer("{}"), nil, ["role": "assistant", "content": .string(#"{"total":3}"#)]),
        (.json, .string(#"{ "total": 3 }"#), answer("{}"), nil, ["role": "assistant", "content": .string(#"{ "total": 3 }"#)]),
        (.json, "plain", answer("{}"), nil, ["role": "assistant", "content": .string("\"plain\"")]),
        (.text, "Good evening.", answer("Hi"), nil, ["role": "assistant", "content": "Good evening."]),
        (.text, ["a"], answer("Hi"), nil, nil),
        (
            .tools, [["name": "find", "arguments": ["id": 1]]], answer("x"), nil,
            [
                "role": "assistant",
                "tool_calls": [["id": "call_1", "type": "function", "function": ["name": "find", "arguments": .string(#"{"id":1}"#)]]],
            ]
        ),
        (
            .tools, ["tool_calls": [["id": "c", "function": ["name": "find", "arguments": "{}"]]]], answer("x"), nil,
            ["role": "assistant", "tool_calls": [["id": "c", "type": "function", "function": ["name": "find", "arguments": "{}"]]]]
        ), (.tools, "I cannot do that.", answer("x"), nil, ["role": "assistant", "content": "I cannot do that."]),
        (.tools, [["tool": "find"]], answer("x"), nil, nil), (.tools, 7, answer("x"), nil, nil),
        (
            .tools, nil, Leg(status: 200, output: nil, toolCalls: [ToolCall(id: "c9", name: "find", arguments: "{")]), nil,
            ["role": "assistant", "tool_calls": [["id": "c9", "type": "function", "function": ["name": "find", "arguments": "{"]]]]
        ),
    ]

    @Test("the answer to learn has the form of the workload's answers", arguments: forms.indices)
    func form(_ place: Int) {
        let (settings, gold, production, label, message) = Self.forms[place]
        let call = call(["messages": [["role": "user", "content": "x"]]], production: production)
        #expect(ExportTarget.message(call, gold: gold, as: settings, productionLabel: label) == message)
    }

    @Test("what production said is said as a gold answer would be")
    func labels() {
        #expect(ExportTarget.label(of: answer("It is a."), kind: .label, productionLabel: "a") == "a")
        #expect(ExportTarget.label(of: answer("{\"a\":1}"), kind: .json, productionLabel: nil) == ["a": 1])
        #expect(ExportTarget.label(of: answer("not JSON"), kind: .json, productionLabel: nil) == "not JSON")
        let calls = Leg(status: 200, toolCalls: [ToolCall(name: "f", arguments: "{\"a\":1}"), ToolCall(name: "g", arguments: "{")])
        #expect(
            ExportTarget.label(of: calls, kind: .tools, productionLabel: nil)
                == [["name": "f", "arguments": ["a": 1]], ["name": "g", "arguments": "{"]])
    }
}

extension CompareSettings {
    fileprivate static let labels = CompareSettings(kind: .label, labels: ["a", "b"])
    fileprivate static let json = CompareSettings(kind: .json)
    fileprivate static let tools = CompareSettings(kind: .tools)
    fileprivate static let text = CompareSettings(kind: .text)
}
