import Comparison
import JSON
import Testing
import Traffic

@Suite struct `Answers of a text workload` {
    @Test(arguments: TextCases.all)
    func `are compared`(_ item: TextCase) {
        let finding = comparedAsText(item.production, item.candidate)
        #expect(outcome(finding) == item.outcome, "\(finding.differences)")
        if let rule = item.rule { #expect(finding.differences.contains { $0.rule == rule }, "\(finding.differences)") }
        #expect((finding.agreement == .identical) == finding.differences.isEmpty)
        let isMode = finding.failureMode.map { mode in finding.differences.first?.kind == mode.rawValue } ?? true
        #expect(isMode, "the first difference is the mode's")
        #expect(finding.differences.allSatisfy { $0.rule.hasPrefix("text.") && ($0.productionValue ?? $0.candidateValue) != nil })
    }

    @Test(arguments: TextCases.neverAgreeing)
    func `that look alike may still differ`(_ left: String, _ right: String) {
        #expect(comparedAsText(left, right).agreement == .different)
        #expect(comparedAsText(right, left).agreement == .different)
    }

    @Test(arguments: TextCases.notRefusing)
    func `with a refusal's words are none`(_ text: String) {
        let finding = comparedAsText("Mix the two parts slowly, wait an hour, and test the result on a small spot first.", text)
        #expect(finding.failureMode != .refused)
    }

    /// For each mode and rule, what the cases written for it came to.
    @Test func `come to what was meant, mode by mode`() {
        var matrix: [TextCase.Outcome: [TextCase.Outcome: Int]] = [:]
        for item in TextCases.all {
            guard let found = outcome(comparedAsText(item.production, item.candidate)) else { continue }
            matrix[item.outcome, default: [:]][found, default: 0] += 1
        }
        print("text cases by what they were written for: as meant / all, and what else they came to")
        for (meant, found) in matrix.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            let count = found.values.reduce(0, +)
            let others = found.filter { $0.key != meant }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            print("  \(meant): \(found[meant] ?? 0) / \(count)\(count < 30 ? " (under 30: unproven)" : "") \(others)")
        }
        #expect(matrix.keys.count >= 11)
    }
}
