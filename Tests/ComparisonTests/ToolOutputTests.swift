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
}
