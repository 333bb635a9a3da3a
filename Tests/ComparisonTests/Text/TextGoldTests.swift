import Comparison
import JSON
import Testing
import Traffic

@testable import Comparison

@Suite struct `A text's gold answer` {
    @Test(arguments: [
        ("So she has 9 eggs.", "9", true), ("36 - 27 = 9", "9", true), ("The answer is 9.", "9", true),
        ("#### 9\nNote: 3 more steps.", "9", true),
        ("\\boxed{9} after 3 steps", "9", true), ("It costs $9.00", "9", true), ("It costs 9.50", "9", false),
        ("1,080 in all", "1080", true),
        ("1 080 in all", "80", true), ("1\u{202F}080 in all", "1080", true), ("He loses $5, so -5", "-5", true), ("It is -$5", "-5", true),
        ("$-5", "-5", true), ("from 3-5", "5", true), ("5 eggs of 9", "5", false), ("no number", "9", false), ("", "9", false),
        ("90%", "90", true),
        ("It is 10.", "10", true), ("It is 1.000.000 now", "1000000", true), ("0.5", ".5", false), ("x2 is B12", "12", false),
        ("9", "9.0", true),
        ("٩", "9", true), ("答案是9个。", "9", true), ("**9**", "9", true), ("70,000 dollars", "70000", true), ("- 5", "5", true),
        ("#### $7.00", "7", true), ("####\n\nIt is 9", "9", true), ("20 x3", "3", false),
    ])
    func `that is a number is met by the final number`(_ text: String, _ gold: String, _ isRight: Bool) {
        for label in [JSONValue.string(gold), .number(gold)] {
            let finding = comparedAsText(text.isEmpty ? "7" : text, text, gold: label)
            guard !text.isEmpty else { continue }
            #expect(finding.correct == (isRight ? .both : .neither), "\(text) \(gold)")
            #expect(finding.correctBy == .label)
        }
    }

    @Test(arguments: [
        ("Paris", "Paris", "Paris", Correctness.both), ("Paris.", "The city is Paris.", "Paris", .productionOnly),
        ("Lyon", "paris.", "Paris", .neither), ("Lyon", "“Paris”", "Paris", .candidateOnly), ("Yes", "no", "yes", .productionOnly),
        ("true", "TRUE", "true", .both),
    ])
    func `that is a text is met by an answer that agrees with it`(
        _ production: String, _ candidate: String, _ gold: String, _ correct: Correctness
    ) {
        #expect(comparedAsText(production, candidate, gold: .string(gold)).correct == correct)
    }

    @Test func `may be a truth value, and nothing that is no text`() {
        #expect(comparedAsText("True", "False", gold: .bool(true)).correct == .productionOnly)
        for gold: JSONValue in [.null, ["Paris"], ["contains": "Paris"]] {
            let finding = comparedAsText("Paris", "Lyon", gold: gold)
            #expect(finding.correct == .unknown && finding.correctBy == nil)
        }
    }

    @Test func `is not met by an answer that was cut off, withheld or never came`() {
        let whole = answer("The total is 9")
        #expect(comparedAsText(whole, answer("The sum is 9", finish: "length"), gold: "9").correct == .productionOnly)
        #expect(comparedAsText(whole, answer("9", finish: "length"), gold: "9").correct == .both)
        #expect(comparedAsText(whole, answer("The total is 9", finish: "length"), gold: "9").correct == .both)
        #expect(comparedAsText(whole, answer("The sum is 9", finish: "content_filter"), gold: "9").correct == .productionOnly)
        #expect(comparedAsText(whole, Leg(status: 200, refusal: "9"), gold: "9").correct == .productionOnly)
        #expect(comparedAsText(whole, Leg(status: 500), gold: "9").correct == .productionOnly)
    }
}
