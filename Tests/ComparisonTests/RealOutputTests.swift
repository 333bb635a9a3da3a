import Comparison
import Configuration
import Foundation
import JSON
import TestSupport
import Testing
import Traffic

/// Holds right and wrong against a plain judgement on real models' outputs: the answer has the gold label's letters and digits.
/// (Some gold labels have a capital or a question mark that no model writes.)
@Suite(.enabled(if: sharedFolder() != nil, "the shared data folder is absent"))
struct `Real outputs of real models` {
    struct Case {
        var id: String
        var gold: String
        var declared: [String]
        var outputs: [String]
    }

    static func lines(_ name: String) throws -> [JSONValue] {
        let path = try #require(sharedFolder()) + "/data/" + name
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        return try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONValue.parse(Array($0)) }
    }

    /// The labels that a prompt offers after `Labels:`.
    static func offered(in line: JSONValue) -> [String] {
        let prompt = line["input"]?.arrayValue?.compactMap { $0["content"]?.stringValue }.joined(separator: "\n") ?? ""
        guard let start = prompt.firstRange(of: "Labels:") else { return [] }
        let list = prompt[start.upperBound...].drop { $0.isNewline }.prefix { !$0.isNewline }
        return list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// Banking77's outputs of three frontier models. Where the prompt offers no labels, the gold ones are the set.
    static func banking(_ file: String) throws -> [Case] {
        let lines = try lines(file)
        let golds = Set(lines.compactMap { $0["label"]?.stringValue })
        return lines.map { line in
            let offered = offered(in: line)
            return Case(
                id: line["id"]?.stringValue ?? "", gold: line["label"]?.stringValue ?? "",
                declared: offered.isEmpty ? golds.sorted() : offered,
                outputs: line["outputs"]?.objectValue?.compactMap(\.value.stringValue) ?? [])
        }
    }

    /// The recorded answers of two small models.
    static func recorded() throws -> [Case] {
        let cases = try lines("recorded/experiment_cases.jsonl")
        let sides = try ["production", "candidate"].map { try lines("recorded/real_responses_\($0).jsonl") }
        return cases.map { line in
            let id = line["id"]?.stringValue ?? ""
            let outputs = sides.compactMap { side in
                side.first { $0["case"]?.stringValue == id }?.at("/response/choices/0/message/content")?.stringValue
            }
            return Case(id: id, gold: line["label"]?.stringValue ?? "", declared: offered(in: line), outputs: outputs)
        }
    }

    static func letters(_ text: String) -> [Character] { text.lowercased().filter { $0.isLetter || $0.isNumber }.map(\.self) }

    @Test(arguments: ["intent_banking77_frontier.dev.jsonl", "intent_banking77_miprov2.dev.jsonl", "recorded"])
    func `are right and wrong as the plain judgement says`(_ source: String) throws {
        let cases = try source == "recorded" ? Self.recorded() : Self.banking(source)
        var judged = 0
        var toTheLetter = 0
        var exceptions: [String] = []
        for item in cases {
            let comparator = Comparator(CompareSettings(kind: .label, labels: item.declared))
            let production = item.outputs[0]
            for candidate in item.outputs {
                let finding = comparator.compare(
                    ComparedAnswers(production: answer(production), candidate: answer(candidate)), label: .string(item.gold))
                judged += 1
                if finding.correct != Correctness(production: production == item.gold, candidate: candidate == item.gold) {
                    toTheLetter += 1
                }
                let plain = Correctness(
                    production: Self.letters(production) == Self.letters(item.gold),
                    candidate: Self.letters(candidate) == Self.letters(item.gold))
                if finding.correct != plain {
                    exceptions.append("\(item.id): \(production) | \(candidate) | \(item.gold): \(finding.correct)")
                }
                #expect((finding.agreement == .identical) == (production == candidate))
            }
        }
        print("\(source): \(judged) pairs judged, \(exceptions.count) unlike the plain judgement, \(toTheLetter) unlike one to the letter")
        for exception in exceptions.prefix(20) { print("  " + exception.replacing("\n", with: "⏎")) }
        #expect(judged > 0)
        #expect(Double(exceptions.count) <= 0.01 * Double(judged))
    }

    @Test func `show the modes that real servers are known for`() throws {
        var modes: [FailureMode: Int] = [:]
        var agreements: [Agreement: Int] = [:]
        for item in try Self.recorded() where item.outputs.count == 2 {
            let comparator = Comparator(CompareSettings(kind: .label, labels: item.declared))
            let finding = comparator.compare(ComparedAnswers(production: answer(item.outputs[0]), candidate: answer(item.outputs[1])))
            agreements[finding.agreement, default: 0] += 1
            if let mode = finding.failureMode { modes[mode, default: 0] += 1 }
        }
        print("recorded: \(agreements.map { "\($0.value) \($0.key)" }.sorted()), \(modes.map { "\($0.value) \($0.key)" }.sorted())")
        #expect(agreements[.identical] == 32)
        #expect(modes[.unknownLabel] != nil && modes[.labelMismatch] != nil)
    }
}
