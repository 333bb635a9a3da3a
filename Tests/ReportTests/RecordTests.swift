import JSON
import Testing
import Traffic

@testable import Report
@testable import Verdict

/// A report that was stored reads as it did, in every form.
@Suite struct RecordTests {
    /// Stored as the database keeps it, which orders names and writes numbers in its own way, and read again.
    private func storedAndRead(
        _ model: ReportModel, change: (inout JSONValue) -> Void = { _ in }, withTexts: Bool = true
    ) throws -> ReportModel {
        var record = try JSONValue.parse(model.record.canonical().serialisedString())
        change(&record)
        let examples = withTexts ? model.failureModes.flatMap(\.examples) + model.rivals.flatMap(\.examples) : []
        let texts = try examples.compactMap { example in
            try example.texts.map { (example.pair, try JSONValue.parse($0.record.canonical().serialisedString())) }
        }
        return try ReportModel(
            record: record, look: model.look,
            input: LookInput(
                terms: model.trial.terms, days: model.look.day, cells: [],
                cost: CostEvidence(callsPerMonth: model.spend.callsPerMonth)),
            asOf: model.trial.asOf, texts: Dictionary(texts) { $1 },
            earlier: { moment in
                #expect(moment == model.earlier?.asOf)
                return model.earlier?.look
            })
    }

    @Test(arguments: 0..<40) func everyModelComesBackWhole(_ batch: UInt64) throws {
        for number in 0..<50 {
            var random = RandomModel(batch * 50 + UInt64(number))
            let model = random.model()
            #expect(try storedAndRead(model) == model)
        }
    }

    @Test func everyKindOfWarningComesBack() throws {
        var model = FirstScreenTests.example()
        model.warnings = [
            .productionModels(["gpt-5", "gpt-5.1"]), .promptChanged(share: 0.4), .noPairs(calls: 12),
            .untranslated(parameters: ["seed"], pairs: 3), .schemaUnsupported(keywords: ["$dynamicRef"], pairs: 4),
            .comparingAgain(pairs: 5), .estimatedRates, .other("Else."),
        ]
        #expect(try storedAndRead(model) == model)
    }

    private func withExample(_ example: ReportModel.Example) -> ReportModel {
        var model = FirstScreenTests.example()
        model.failureModes[0].examples = [example]
        return model
    }

    private func example(length: Int = 20, differences: Int = 3) -> ReportModel.Example {
        ReportModel.Example(
            pair: Identifier(high: 7, low: 8), calledAt: Timestamp("2026-11-20T08:00:00.25Z")!, segment: "mail",
            input: String(repeating: "ä\u{202E}", count: length / 2), productionOutput: "line\none\r\n\ttwo", candidateOutput: "",
            label: "card_arrival", correct: .productionOnly,
            differences: (0..<differences).map {
                Difference(path: "/a/\($0)", kind: "value_mismatch", productionValue: nil, candidateValue: "b\u{7}", rule: "r")
            }, productionUnstable: true)
    }

    @Test(arguments: [0, 2000, 2002, 100_000]) func textsOfAnyLengthReadAlike(_ length: Int) throws {
        let model = withExample(example(length: length, differences: length / 20))
        let read = try storedAndRead(model)
        for format in ReportFormat.allCases { #expect(read.rendered(as: format) == model.rendered(as: format)) }
        #expect(model.failureModes[0].examples[0].texts!.record.serialised().count < 20_000)
    }

    @Test(arguments: ReportFormat.allCases) func textsThatAreGoneAreSaidToBe(_ format: ReportFormat) throws {
        let model = withExample(example())
        let read = try storedAndRead(model, withTexts: false)
        let (before, after) = (model.rendered(as: format), read.rendered(as: format))
        guard format != .json else {
            #expect(after == before)
            return
        }
        #expect(before.contains("card_arrival") && !before.contains("not kept any more"))
        #expect(!after.contains("card_arrival") && after.contains("not kept any more"))
        #expect(after.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains("only production right"))
        #expect(!model.record.serialisedString().contains("card_arrival"), "texts may not stand in the record, which is kept for ever")
    }

    @Test func whatAnOlderVersionDidNotWriteIsEmpty() throws {
        var random = RandomModel(11)
        let model = random.model()
        let read = try storedAndRead(model) { $0["turns"] = nil }
        #expect(read.turns.isEmpty && read.agreement == model.agreement)
    }

    @Test func whatALaterVersionWroteIsRefused() {
        let model = FirstScreenTests.example()
        #expect(throws: ReportRecordError.self) { try storedAndRead(model) { $0["version"] = 2 } }
        #expect(throws: ReportRecordError.self) { try storedAndRead(model) { $0["warnings"] = [["from the future"]] } }
    }
}
