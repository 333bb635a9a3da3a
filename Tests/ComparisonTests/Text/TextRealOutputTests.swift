import Comparison
import Configuration
import Foundation
import JSON
import TestSupport
import Testing
import Traffic

/// Holds the comparison of texts against the judgements that real models' outputs came with.
@Suite(.enabled(if: sharedFolder() != nil, "the shared data folder is absent"))
struct `Real texts of real models` {
    struct Output {
        var model: String
        var text: String
    }

    static func outputs(_ line: JSONValue) -> [Output] {
        line["outputs"]?.objectValue?.compactMap { member in member.value.stringValue.map { Output(model: member.name, text: $0) } } ?? []
    }

    /// The data's own grader holds texts of numbers against each other: `9.00` is not its `9`, and `-15` is its 15.
    @Test func `are right where the published grader says so, but for how it reads numbers`() throws {
        var judged = 0
        var exceptions: [String] = []
        var unexplained = 0
        for line in try `Real outputs of real models`.lines("reason_gsm8k.dev.jsonl") {
            let outputs = Self.outputs(line)
            let gold = try #require(line["label"]?.stringValue)
            let finding = comparedAsText(outputs[0].text, outputs[1].text, gold: .string(gold))
            let right = [
                finding.correct == .both || finding.correct == .productionOnly,
                finding.correct == .both || finding.correct == .candidateOnly,
            ]
            for (output, isRight) in zip(outputs, right) {
                judged += 1
                guard line["published_correct"]?[output.model] != .bool(isRight) else { continue }
                let isZeroFraction = isRight && output.text.contains("\(gold).00")
                if !isZeroFraction { unexplained += 1 }
                exceptions.append(
                    "\(line["id"]?.stringValue ?? "") \(output.model), gold \(gold): \(isRight ? "right" : "wrong") here"
                        + (isZeroFraction ? ", whose \(gold).00 the grader takes for another number" : ""))
            }
        }
        print("reason_gsm8k: \(judged) outputs judged, \(exceptions.count) unlike the published grader, \(unexplained) but for .00")
        for exception in exceptions { print("  " + exception) }
        #expect(judged == 1000)
        #expect(unexplained <= 2)
        #expect(Double(exceptions.count) <= 0.025 * Double(judged))
    }

    @Test func `contradict each other where they come to other numbers, and only there`() throws {
        var counts: [Bool: (contradictions: Int, pairs: Int)] = [:]
        for line in try `Real outputs of real models`.lines("reason_gsm8k.dev.jsonl") {
            let outputs = Self.outputs(line)
            guard let published = line["published_correct"], published[outputs[0].model] == .bool(true) else { continue }
            // Production is right: the candidate comes to the same number just when it is right as well.
            let isSame = published[outputs[1].model] == .bool(true)
            let finding = comparedAsText(outputs[0].text, outputs[1].text)
            counts[isSame, default: (0, 0)].pairs += 1
            if finding.failureMode == .contradiction { counts[isSame, default: (0, 0)].contradictions += 1 }
        }
        print("reason_gsm8k: contradictions by whether both are right: \(counts)")
        let same = try #require(counts[true])
        let other = try #require(counts[false])
        #expect(same.contradictions <= same.pairs / 100)
        #expect(other.contradictions >= other.pairs * 7 / 10)
    }

    /// How the signals of 440 pairs stand to a judge's preference: the chance that a preferred answer has more of a signal than
    /// one that is not, 0.5 where the signal says nothing. Most of it is that the better models write longer answers.
    @Test func `say how their signals stand to a judge's preference`() throws {
        var preferred: [String: [Double]] = [:]
        var others: [String: [Double]] = [:]
        var modes: [FailureMode: Int] = [:]
        for line in try `Real outputs of real models`.lines("chat_alpacaeval.dev.jsonl") {
            let outputs = Self.outputs(line)
            for output in outputs.dropFirst() {
                let finding = comparedAsText(outputs[0].text, output.text)
                if let mode = finding.failureMode { modes[mode, default: 0] += 1 }
                guard let preference = line["judge"]?["preference"]?[output.model]?.doubleValue else { continue }
                let chrf = finding.differences.first { $0.rule == "text.chrf" }.flatMap { Double($0.candidateValue ?? "") } ?? 0
                let signals = [
                    "chrF": chrf, "length": Double(output.text.unicodeScalars.count) / Double(outputs[0].text.unicodeScalars.count),
                    "omissions": Double(finding.differences.count { $0.kind == "omission" }),
                    "additions": Double(finding.differences.count { $0.kind == "addition" }),
                    "contradictions": Double(finding.differences.count { $0.kind == "contradiction" }),
                ]
                for (signal, value) in signals {
                    if preference > 1.5 { preferred[signal, default: []].append(value) } else { others[signal, default: []].append(value) }
                }
            }
        }
        print("chat_alpacaeval: \(modes.map { "\($0.value) \($0.key.rawValue)" }.sorted().joined(separator: ", "))")
        for (signal, values) in preferred.sorted(by: { $0.key < $1.key }) {
            let rest = others[signal] ?? []
            var wins = 0.0
            for value in values { for other in rest { wins += value > other ? 1 : value == other ? 0.5 : 0 } }
            print(
                "  \(signal): \((wins / Double(values.count * rest.count) * 100).rounded() / 100) of \(values.count) against \(rest.count)")
        }
        // One answer begins in German and ends in its translation; all others are English, as production's are.
        #expect(modes[.languageMismatch] ?? 0 <= 1)
        #expect(modes[.refused] ?? 0 >= 2)
        #expect(preferred["chrF"]?.count == 112 && others["chrF"]?.count == 328)
    }
}
