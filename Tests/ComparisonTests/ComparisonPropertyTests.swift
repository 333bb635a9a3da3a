import Comparison
import Configuration
import JSON
import Testing
import Traffic

/// SplitMix64 (Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func answer(_ labels: [String]) -> Leg {
        let label = labels.randomElement(using: &self)!
        let templates = [
            label, label.uppercased(), " \(label)\n", "\"\(label)\"", "Intent: \(label)", "{\"intent\": \"\(label)\"}",
            "```\n\(label)\n```",
            "It is \(label).", "\(label) or \(labels.randomElement(using: &self)!)", "", "{", "[[[[", "\u{0301}", "🦆", "：", "```",
            "```\n```",
            "\u{0}\u{FEFF}", String(repeating: "[", count: 3000), String(repeating: "\(label) ", count: 500),
            "{\"a\":{\"b\":[\"\(label)\"]}}",
            String(label.reversed()), "e\u{301}\u{301}\u{301}", "=", ":", "->", ": \(label)", "\(label):", "\"\\ud800\"", "1e999",
        ]
        var leg = Leg(status: 200, output: templates.randomElement(using: &self)!, finishReason: "stop")
        switch Int.random(in: 0...9, using: &self) {
        case 0: leg.finishReason = "length"
        case 1: leg.toolCalls = [ToolCall(name: "f", arguments: leg.output ?? "")]
        case 2:
            leg.toolCalls = [ToolCall(name: "f", arguments: leg.output ?? "")]
            leg.output = nil
        case 3: leg.refusal = "no"
        default: break
        }
        return leg
    }
}

@Suite struct `Comparisons of whatever comes` {
    let labels = ["a", "A", "a b", "a-b", "ab", "日本", "é", "-1", "1", "no", "card_arrival", "👍", "👍🏽", "{", "\"q\"", "it's"]

    @Test func `find an answer identical to itself`() throws {
        var random = SeededGenerator(state: 1)
        for _ in 0..<600 {
            let leg = random.answer(labels)
            let finding = try compared(leg, leg, control: leg, labels: labels, gold: "a b")
            #expect(finding.agreement == .identical || finding.agreement == .incomparable, "\(leg) \(finding)")
            #expect(finding.correct.difference == nil || finding.correct.difference == 0)
            #expect(finding.productionUnstable != true)
        }
    }

    @Test func `come to the same whichever side an answer stands on`() throws {
        var random = SeededGenerator(state: 2)
        for _ in 0..<800 {
            let (left, right) = (random.answer(labels), random.answer(labels))
            let finding = try compared(left, right, labels: labels)
            let swapped = try compared(right, left, labels: labels)
            if finding.agreement == .incomparable || swapped.agreement == .incomparable { continue }
            #expect(finding.agreement == swapped.agreement, "\(left) \(right)")
            #expect(finding.equivalence == swapped.equivalence)
            #expect(finding.productionLabel == swapped.candidateLabel)
        }
    }

    @Test func `are whole and repeatable`() throws {
        var random = SeededGenerator(state: 3)
        let comparator = Comparator(CompareSettings(kind: .label, labels: labels))
        for _ in 0..<800 {
            let answers = ComparedAnswers(
                production: random.answer(labels), candidate: random.answer(labels), control: random.answer(labels))
            let gold = JSONValue.string(labels.randomElement(using: &random)!)
            let finding = comparator.compare(answers, label: gold)
            #expect(comparator.compare(answers, label: gold) == finding)
            #expect((finding.agreement == .different) == (finding.failureMode != nil))
            #expect((finding.agreement == .equivalent) == (finding.equivalence != nil))
            #expect(finding.agreement == .incomparable || finding.correct != .unknown)
            #expect((finding.correct == .unknown) == (finding.correctBy == nil))
            #expect(finding.failureMode.map { finding.differences.first?.kind == $0.rawValue } ?? true)
            if finding.agreement == .identical || finding.agreement == .equivalent { #expect(finding.correct.difference == 0) }
        }
    }

    @Test func `never read two declared labels as one`() throws {
        for left in labels {
            for right in labels where left != right {
                #expect(try compared(answer(left), answer(right), labels: labels).failureMode == .labelMismatch, "\(left) \(right)")
            }
        }
    }

    @Test func `do not take long over a flood`() throws {
        let flood = answer(String(repeating: "transfer card_arrival : ", count: 300_000))
        #expect(try compared(answer("transfer"), flood).failureMode == .unknownLabel)
        #expect(try compared(flood, flood).agreement == .identical)
    }
}
