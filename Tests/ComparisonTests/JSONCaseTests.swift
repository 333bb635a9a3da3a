import Comparison
import Configuration
import JSON
import Testing
import Traffic

@Suite struct `Answers of a JSON workload` {
    static let cases = AgreeingJSON.all + DifferingJSON.all + MisformedJSON.all

    @Test(arguments: cases)
    func `are compared`(_ item: JSONCase) throws {
        let finding = comparedJSON(item.production, item.candidate, item.settings)
        #expect(JSONCase.outcome(finding) == item.outcome, "\(finding)")
        #expect((finding.agreement == .identical) == finding.differences.isEmpty)
        if let mode = finding.failureMode { #expect(finding.differences.first?.kind == mode.rawValue) }
        if let rule = finding.equivalence { #expect(finding.differences.contains { $0.kind == rule.rawValue }) }
        #expect(finding.differences.allSatisfy { $0.rule.hasPrefix("json.") || $0.rule.hasPrefix("schema.") })
        #expect(finding.differences.allSatisfy { JSONPointer.tokens($0.path) != nil })
        // Whichever side an answer stands on, the pair agrees or it does not.
        let turned = comparedJSON(item.candidate, item.production, item.settings)
        #expect(turned.agreement == finding.agreement && turned.equivalence == finding.equivalence)
        #expect(turned.productionFailed == finding.candidateFailed && turned.candidateFailed == finding.productionFailed)
        // An answer agrees with itself, whatever it is.
        #expect(comparedJSON(item.candidate, item.candidate, item.settings).agreement == .identical)
    }

    @Test func `show a confusion matrix of their modes`() {
        var counts: [JSONCase.Outcome: (cases: Int, right: Int)] = [:]
        for item in Self.cases {
            let found = JSONCase.outcome(comparedJSON(item.production, item.candidate, item.settings))
            counts[item.outcome, default: (0, 0)].cases += 1
            if found == item.outcome { counts[item.outcome]?.right += 1 }
        }
        let rows = counts.map { outcome, count in
            let isMode = if case .different = outcome { true } else { false }
            return "  \(outcome): \(count.right) of \(count.cases)" + (isMode && count.cases < 30 ? " (unproven)" : "")
        }
        print("json cases: \(Self.cases.count)\n" + rows.sorted().joined(separator: "\n"))
        #expect(Self.cases.count >= 300)
        #expect(counts.allSatisfy { $0.value.cases == $0.value.right })
        for mode: FailureMode in [
            .valueMismatch, .missingField, .typeMismatch, .lengthMismatch, .extraField, .invalidJSON, .wrappedJSON, .schemaViolation,
        ] {
            #expect(counts[.different(mode)]?.cases ?? 0 >= 30, "\(mode) is unproven")
        }
    }
}
