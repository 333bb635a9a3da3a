import Comparison
import Configuration
import JSON
import Testing
import Traffic

@Suite struct `Who was right` {
    @Test(arguments: [
        ("transfer", "transfer", "transfer", Correctness.both), ("transfer", "other", "transfer", .productionOnly),
        ("transfer", "other", "other", .candidateOnly), ("transfer", "other", "card_arrival", .neither),
        ("transfer", "Transfer.", "transfer", .both), ("transfer", "Intent: transfer", "transfer", .productionOnly),
        ("It must be transfer", "transfer", "transfer", .candidateOnly), ("It must be transfer", "Intent: transfer", "transfer", .neither),
        ("It must be transfer", "It must be transfer", "transfer", .neither), ("Intent: transfer", "transfer", "transfer", .both),
        ("Intent: transfer", "Intent: transfer", "transfer", .both), ("Intent: transfer", "garbage", "transfer", .productionOnly),
        ("{\"l\":\"transfer\"}", "{\"l\":\"other\"}", "transfer", .productionOnly), ("transfer", "Transfer", "TRANSFER", .both),
        ("payment", "transfer", "payment", .productionOnly), ("payment", "Payment", "payment", .both), ("payment", "x", "y", .neither),
        ("transfer", "payment", "payment", .candidateOnly),
    ])
    func `is said by the gold label`(_ production: String, _ candidate: String, _ gold: String, _ correct: Correctness) throws {
        let finding = try compared(answer(production), answer(candidate), gold: .string(gold))
        #expect(finding.correct == correct)
        #expect(finding.correctBy == .label)
    }

    @Test func `takes a gold number or truth value by its text, and nothing from other values`() throws {
        let labels = ["1", "2", "true", "false"]
        #expect(try compared(answer("1"), answer("2"), labels: labels, gold: .number("1")).correct == .productionOnly)
        #expect(try compared(answer("1"), answer("true"), labels: labels, gold: .bool(true)).correct == .candidateOnly)
        for gold: JSONValue in [.null, ["1"], ["label": "1"]] {
            let finding = try compared(answer("1"), answer("2"), labels: labels, gold: gold)
            #expect(finding.correct == .unknown && finding.correctBy == nil)
        }
    }

    @Test(arguments: [
        (Adjudicator.labels, Correctness.productionOnly, CorrectnessSource.label), (.people, .candidateOnly, .person),
        (.none, .productionOnly, .label),
    ])
    func `is said by whom the settings name where label and person differ`(
        _ by: Adjudicator, _ correct: Correctness, _ source: CorrectnessSource
    ) throws {
        let finding = try compared(answer("transfer"), answer("other"), gold: "transfer", adjudication: .candidateOnly, by: by)
        #expect(finding.correct == correct)
        #expect(finding.correctBy == source)
    }

    @Test func `is said by whoever spoke where only one did`() throws {
        for by in Adjudicator.allCases {
            let person = try compared(answer("transfer"), answer("other"), adjudication: .neither, by: by)
            #expect(person.correct == .neither && person.correctBy == .person)
            let label = try compared(answer("transfer"), answer("other"), gold: "other", adjudication: .unknown, by: by)
            #expect(label.correct == .candidateOnly && label.correctBy == .label)
            let nobody = try compared(answer("transfer"), answer("other"), by: by)
            #expect(nobody.correct == .unknown && nobody.correctBy == nil)
        }
    }
}

@Suite struct `Production's control` {
    @Test func `shows whether production is stable`() throws {
        #expect(try compared(answer("transfer"), answer("other")).productionUnstable == nil)
        #expect(try compared(answer("transfer"), answer("other"), control: answer("transfer")).productionUnstable == false)
        #expect(try compared(answer("transfer"), answer("other"), control: answer("Transfer\n")).productionUnstable == false)
        #expect(try compared(answer("transfer"), answer("transfer"), control: answer("other")).productionUnstable == true)
        #expect(try compared(answer("transfer"), answer("transfer"), control: answer("It is transfer")).productionUnstable == true)
        #expect(try compared(answer("transfer"), Leg(status: 500), control: answer("other")).productionUnstable == true)
    }

    @Test(arguments: [Leg(status: 500), Leg(error: .timeout), Leg(status: 200, output: ""), Leg(status: 200, error: .clientLeft)])
    func `that brought no answer says nothing`(_ control: Leg) throws {
        #expect(try compared(answer("transfer"), answer("other"), control: control).productionUnstable == nil)
    }
}
