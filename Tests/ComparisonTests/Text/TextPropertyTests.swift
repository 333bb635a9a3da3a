import Comparison
import JSON
import Testing
import Traffic

extension SeededGenerator {
    /// Pieces of answers in many scripts, well formed and not.
    private static let pieces = [
        "The ticket costs $45.50.", "No, never.", "Yes.", "3 of 4 are red.", "Ann met Bob in Rome.", "`x = 1`", "```\ncode 7\n", "```",
        "- item one",
        "1. first", "# Title", "https://a.org/b", "a@b.org", "5 March 2024", "14:30", "Die Frist endet nicht.", "退款需要5个工作日。", "これは本です。",
        "ليس هنا 5", "यह नहीं है।", "🦆👍🏽", "e\u{301}\u{301}\u{301}", "\u{202E}abc\u{202C}", "\u{0}", "\u{FEFF}", "\u{FFFD}", "**bold** text",
        "«x»",
        "\t", "\n", "\n\n", "    indented", " ", "-", "—", "…", "I'm sorry, but I can't assist with that.", "1,000", "1.000", "-5", "5 km",
        "<", ">=",
        "|a|b|", "((((", "\"", "“", "two hundred and five", "twenty-one million", "ﷺ", "\u{200D}\u{200D}", "K\u{E5}K", "10 000", "1.2.3",
        "####", "#### 9",
    ]

    mutating func prose() -> String {
        var text = ""
        for _ in 0..<Int.random(in: 1...8, using: &self) {
            text += SeededGenerator.pieces.randomElement(using: &self)!
            text += ["", " ", "\n"].randomElement(using: &self)!
        }
        return text
    }

    mutating func textLeg() -> Leg {
        var leg = Leg(status: 200, output: prose(), finishReason: "stop")
        switch Int.random(in: 0...14, using: &self) {
        case 0: leg.finishReason = "length"
        case 1: leg.toolCalls = [ToolCall(name: "f", arguments: "{}")]
        case 2: leg = Leg(status: 200, refusal: "No.")
        case 3: leg.finishReason = "content_filter"
        default: break
        }
        return leg
    }
}

@Suite struct `Comparisons of any text` {
    @Test func `find an answer identical to itself`() {
        var random = SeededGenerator(state: 11)
        for _ in 0..<400 {
            let leg = random.textLeg()
            let finding = comparedAsText(leg, leg, control: leg, gold: "9")
            #expect(finding.agreement == .identical || finding.agreement == .incomparable, "\(leg)")
            #expect(finding.correct.difference == nil || finding.correct.difference == 0)
            #expect(finding.productionUnstable != true)
        }
    }

    @Test func `are whole and repeatable`() {
        var random = SeededGenerator(state: 12)
        for _ in 0..<400 {
            let (left, right) = (random.textLeg(), random.textLeg())
            let finding = comparedAsText(left, right, gold: "9")
            #expect(comparedAsText(left, right, gold: "9") == finding)
            #expect((finding.agreement == .different) == (finding.failureMode != nil))
            #expect((finding.agreement == .equivalent) == (finding.equivalence != nil))
            #expect(finding.failureMode.map { finding.differences.first?.kind == $0.rawValue } ?? true)
            #expect(finding.agreement == .incomparable || finding.correct != .unknown)
            if finding.agreement == .identical || finding.agreement == .equivalent { #expect(finding.correct.difference == 0) }
            for difference in finding.differences {
                #expect(FailureMode(rawValue: difference.kind) != nil || EquivalenceRule(rawValue: difference.kind) != nil)
                #expect(difference.rule.hasPrefix("text.") || difference.rule.hasPrefix("delivery."))
                #expect(
                    (difference.kind == "omission") == (difference.candidateValue == nil && difference.rule != "text.refusal")
                        || difference.rule == "text.bound")
            }
        }
    }

    @Test func `come to the same agreement whichever side an answer stands on, and omissions become additions`() {
        var random = SeededGenerator(state: 13)
        var swapped = 0
        for _ in 0..<600 {
            let (left, right) = (answer(random.prose()), answer(random.prose()))
            let finding = comparedAsText(left, right)
            let other = comparedAsText(right, left)
            if finding.agreement == .incomparable || other.agreement == .incomparable { continue }
            #expect(finding.agreement == other.agreement, "\(left.output ?? "") \(right.output ?? "")")
            #expect(finding.equivalence == other.equivalence)
            if finding.failureMode == .refused || other.failureMode == .refused { continue }
            #expect(
                finding.differences.contains { $0.rule == "text.language" } == other.differences.contains { $0.rule == "text.language" })
            if finding.differences.contains(where: { $0.kind == "contradiction" }) { continue }
            if other.differences.contains(where: { $0.kind == "contradiction" }) { continue }
            let omissions = finding.differences.filter { $0.kind == "omission" }.map { [$0.rule, $0.productionValue] }
            #expect(omissions == other.differences.filter { $0.kind == "addition" }.map { [$0.rule, $0.candidateValue] })
            swapped += omissions.count
        }
        #expect(swapped > 300)
    }

    /// What is left out in one text is left out in every other, so that agreement carries over.
    @Test func `agree in chains`() {
        var random = SeededGenerator(state: 14)
        for _ in 0..<200 {
            let text = random.prose()
            let variants = [text, " " + text, text + "\n", text.replacing("\"", with: "“"), text.replacing("—", with: "–")]
            for left in variants {
                for middle in variants where comparedAsText(left, middle).agreement == .equivalent {
                    for right in variants where comparedAsText(middle, right).agreement == .equivalent {
                        #expect(comparedAsText(left, right).agreement != .different, "\(left) | \(middle) | \(right)")
                    }
                }
            }
        }
    }

    @Test(arguments: [
        "a", "7 ", "- item\n", "```\n", "`", "**", "Ann met Bob on 5 May 2024 at 9:30. ", "不", "e\u{301}", "\u{301}", "👩🏽‍🚀", "https://a.org/",
        "a@",
        "\u{0}", "1,", "twenty ", "\"", "I'm sorry, but I can't ", "\u{202E}אב ", "word another ", "7.",
    ])
    func `take no longer for five megabytes than for the part that is looked into`(_ piece: String) {
        let flood = String(repeating: piece, count: 5_000_000 / piece.utf8.count)
        let clock = ContinuousClock()
        let took = clock.measure {
            let finding = comparedAsText(answer(flood), answer(flood + "?"), gold: "7")
            #expect(finding.agreement == .different)
            #expect(finding.differences.contains { $0.rule == "text.bound" })
            #expect(comparedAsText(flood, flood).agreement == .identical)
        }
        // Without optimisation and beside other tests: a guard against what grows with the square of a text.
        #expect(took < .seconds(60))
    }

    @Test func `of long texts below the bound rest on all of it`() {
        let long = String(repeating: "The same sentence stands here again. ", count: 1500)
        #expect(
            comparedAsText(long, long + "It costs 7 euros.").differences.contains {
                $0.rule == "text.number" && $0.candidateValue == "7 euros"
            })
        #expect(comparedAsText(long, long + "\n").equivalence == .whitespace)
    }
}

@Suite struct `Text answers that do not arrive whole` {
    @Test func `have a mode of reliability or delivery`() {
        let whole = answer("The ticket costs $45.")
        #expect(comparedAsText(whole, Leg(status: 500)).failureMode == .serverError)
        #expect(comparedAsText(whole, answer("")).failureMode == .empty)
        #expect(comparedAsText(whole, answer("The", finish: "content_filter")).failureMode == .contentFiltered)
        #expect(comparedAsText(whole, Leg(status: 200, refusal: "No.")).differences.map(\.rule) == ["delivery.refused"])
        #expect(comparedAsText(Leg(status: 500), whole).agreement == .incomparable)
        let cut = comparedAsText(whole, answer("The ticket", finish: "length"))
        #expect(cut.failureMode == .truncated && cut.differences.map(\.kind).contains("omission"))
    }

    @Test func `are compared by what they say where production's came the same way`() {
        let refusal = Leg(status: 200, refusal: "I cannot help with that.")
        #expect(comparedAsText(refusal, refusal).agreement == .identical)
        #expect(comparedAsText(refusal, Leg(status: 200, refusal: "I cannot help with that")).equivalence == .punctuation)
        #expect(comparedAsText(refusal, Leg(status: 200, refusal: "I can't help you with that.")).failureMode == .style)
        #expect(comparedAsText(refusal, answer("I cannot help with that.")).agreement == .different)
        #expect(comparedAsText(refusal, answer("The ticket costs $45.")).failureMode == .addition)
        #expect(comparedAsText("I'm sorry, but I can't assist with that.", "Sorry, I can't help with that.").failureMode != .refused)
        let cut = answer("The ticket costs", finish: "length")
        #expect(comparedAsText(cut, answer("The ticket is at", finish: "length")).failureMode == .style)
        #expect(comparedAsText(answer("Same."), answer("Same.", finish: "length")).agreement == .identical)
    }

    @Test func `with tool calls differ in them first`() {
        var call = answer("Looking it up.")
        call.toolCalls = [ToolCall(name: "find", arguments: #"{"a":1,"b":2}"#)]
        var other = call
        other.toolCalls[0].arguments = #"{"b":2,"a":1}"#
        #expect(comparedAsText(call, answer("Looking it up.")).failureMode == .missingToolCall)
        #expect(comparedAsText(answer("Looking it up."), call).failureMode == .extraToolCall)
        #expect(comparedAsText(call, call).agreement == .identical)
        #expect(comparedAsText(call, other).agreement == .identical)
        other.output = "Looking it up"
        #expect(comparedAsText(call, other).equivalence == .punctuation)
        (call.output, other.output) = (nil, nil)
        #expect(comparedAsText(call, other).equivalence == .keyOrder)
        other.toolCalls[0].name = "search"
        #expect(comparedAsText(call, other).failureMode == .toolMismatch)
    }
}
