import Comparison
import Configuration
import Foundation
import JSON
import TestSupport
import Testing
import Traffic

/// Holds right and wrong against the official grades of real models' tool calls on the Berkeley Function-Calling Leaderboard.
@Suite(.enabled(if: sharedFolder() != nil, "the shared data folder is absent"))
struct `Real tool calls of real models` {
    /// An answer in the form that the leaderboard reads from a model that answers in text. It stands for production, whose form
    /// is what the program reads.
    static let ownForms = [
        "Meta-Llama-3-8B-Instruct": "[f(a='x')]",
        "xLAM-1b-fc-r": #"{"tool_calls": [{"name": "f", "arguments": {"a": "x"}}]}"#,
        "Hermes-2-Pro-Mistral-7B": #"<tool_call>{"arguments": {'a': 'x', 'b': true}, "name": 'f'}</tool_call>"#,
    ]

    /// An output as the leaderboard keeps it: native calls as `{"tool_calls": […]}`, else text. Names with dots, which the
    /// requests do not have, are taken from the text of models that were offered them.
    static func leg(_ output: String, form: String, tools: [String], hasDots: Bool) throws -> Leg {
        if form == "tool_calls" {
            let calls = try JSONValue.parse(output)["tool_calls"]?.arrayValue ?? []
            return toolAnswer(
                calls.map { ($0["function"]?["name"]?.stringValue ?? "", $0["function"]?["arguments"]?.stringValue ?? "") })
        }
        guard hasDots else { return answer(output) }
        let dotted = try Regex(#"[A-Za-z_]\w*(\.\w+)+"#)
        let text = output.replacing(dotted) { match in
            let name = String(output[match.range])
            let flat = name.replacing(".", with: "_")
            return tools.contains(flat) ? flat : name
        }
        return answer(text)
    }

    @Test func `are right and wrong as the official grades say`() throws {
        let lines = try `Real outputs of real models`.lines("tools_bfcl.dev.jsonl")
        var judged: [String: Int] = [:]
        var exceptions: [(model: String, text: String)] = []
        for line in lines {
            let tools = try #require(line["tools"])
            let names = (tools.arrayValue ?? []).compactMap { $0["function"]?["name"]?.stringValue }
            let gold = try #require(line["label"])
            for (model, grade) in (line["bfcl_grade"]?.objectValue ?? []).map({ ($0.name, $0.value.stringValue ?? "") }) {
                let output = try #require(line["outputs"]?[model]?.stringValue)
                let form = line["outputs_form"]?[model]?.stringValue ?? ""
                let candidate = try Self.leg(output, form: form, tools: names, hasDots: model.hasPrefix("Meta") || model.hasPrefix("xLAM"))
                let production = Self.ownForms[model].map { answer($0) } ?? toolAnswer(("f", #"{"a": "x"}"#))
                let finding = toolsCompared(
                    production, candidate, request: request(tools.serialisedString()), gold: gold)
                judged[model, default: 0] += 1
                let isRight = finding.correct == .both || finding.correct == .candidateOnly
                if isRight != (grade == "ok") {
                    exceptions.append(
                        (model, "\(line["id"]?.stringValue ?? "") \(grade) \(isRight): \(output) | \(gold.serialisedString())"))
                }
            }
        }
        for (model, count) in judged.sorted(by: { $0.key < $1.key }) {
            let own = exceptions.filter { $0.model == model }
            print("\(model): \(count) answers judged, \(own.count) unlike the official grade")
            for exception in own { print("  " + String(exception.text.replacing("\n", with: "⏎"))) }
        }
        let total = judged.values.reduce(0, +)
        print("all models: \(total) answers judged, \(exceptions.count) unlike the official grade")
        #expect(total == 3150)
        #expect(Double(exceptions.count) <= 0.01 * Double(total))
    }

    /// Equal answers have equal grades: where one answer is right and the other wrong, the two may not agree.
    @Test func `agree only where the official grades do`() throws {
        let lines = try `Real outputs of real models`.lines("tools_bfcl.dev.jsonl")
        var agreements: [Agreement: Int] = [:]
        var modes: [FailureMode: Int] = [:]
        var rules: [EquivalenceRule: Int] = [:]
        var exceptions: [String] = []
        for line in lines {
            let models = (line["outputs_form"]?.objectValue ?? []).filter { $0.value == "tool_calls" && Self.ownForms[$0.name] == nil }
            let tools = request(line["tools"]?.serialisedString() ?? "")
            for production in models {
                for candidate in models where candidate.name != production.name {
                    let legs = try [production, candidate].map {
                        try Self.leg(line["outputs"]?[$0.name]?.stringValue ?? "", form: "tool_calls", tools: [], hasDots: false)
                    }
                    let finding = toolsCompared(legs[0], legs[1], request: tools)
                    agreements[finding.agreement, default: 0] += 1
                    if let mode = finding.failureMode { modes[mode, default: 0] += 1 }
                    if let rule = finding.equivalence { rules[rule, default: 0] += 1 }
                    let isSame = finding.agreement == .identical || finding.agreement == .equivalent
                    let grades = [production, candidate].map { line["bfcl_grade"]?[$0.name] == "ok" }
                    if isSame, grades[0] != grades[1] {
                        exceptions.append("\(line["id"]?.stringValue ?? ""): \(legs[0].toolCalls) | \(legs[1].toolCalls): \(finding)")
                    }
                }
            }
        }
        print("pairs of native answers: \(agreements.map { "\($0.value) \($0.key)" }.sorted())")
        print("  \(modes.map { "\($0.value) \($0.key)" }.sorted()), \(rules.map { "\($0.value) \($0.key)" }.sorted())")
        print("  \(exceptions.count) agree with different grades")
        for exception in exceptions { print("  " + exception.replacing("\n", with: "⏎")) }
        #expect(exceptions.isEmpty)
    }

    /// Recorded answers of two small models behind one server.
    @Test func `show the modes that real servers are known for`() throws {
        let sides = try ["production", "candidate"].map { try `Real outputs of real models`.lines("recorded/tools_responses_\($0).jsonl") }
        let cases = try `Real outputs of real models`.lines("tools_bfcl.dev.jsonl")
        var modes: [FailureMode?: Int] = [:]
        for (line, other) in zip(sides[0], sides[1]) {
            let item = cases.first { $0["id"] == line["case"] }
            let legs = [line, other].map { line in
                let message = line.at("/response/choices/0/message")
                return Leg(
                    status: line["status"]?.intValue, output: message?["content"]?.stringValue,
                    toolCalls: (message?["tool_calls"]?.arrayValue ?? []).map {
                        ToolCall(
                            name: $0.at("/function/name")?.stringValue ?? "", arguments: $0.at("/function/arguments")?.stringValue ?? "")
                    }, finishReason: line.at("/response/choices/0/finish_reason")?.stringValue)
            }
            let finding = toolsCompared(
                legs[0], legs[1], request: request(item?["tools"]?.serialisedString() ?? ""), gold: item?["label"])
            modes[finding.failureMode, default: 0] += 1
            // Where production's server gave up there is nothing to compare.
            #expect((finding.agreement == .incomparable) == (line["status"]?.intValue == 500))
            if finding.failureMode == .missingToolCall { #expect(finding.correct == .candidateOnly) }
        }
        print("recorded tool calls: \(modes.map { "\($0.value) \($0.key?.rawValue ?? "incomparable")" }.sorted())")
        #expect(modes == [nil: 2, .missingToolCall: 3, .truncated: 1, .argumentsMismatch: 2])
    }
}
