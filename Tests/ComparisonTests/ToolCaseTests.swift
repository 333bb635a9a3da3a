import Comparison
import Configuration
import JSON
import Testing
import Traffic

@Suite struct `Answers of a tools workload` {
    static func found(_ finding: Finding) -> String {
        finding.failureMode?.rawValue ?? finding.equivalence?.rawValue ?? finding.agreement.rawValue
    }

    @Test(arguments: ToolCase.all.indices)
    func `come to the declared outcome`(_ index: Int) {
        let item = ToolCase.all[index]
        let finding = toolsCompared(ToolCase.leg(item.production), ToolCase.leg(item.candidate), settings: item.settings)
        #expect(Self.found(finding) == item.outcome.name, "\(item.production) | \(item.candidate): \(finding.differences)")
        #expect((finding.agreement == .different) == (finding.failureMode != nil))
        #expect((finding.agreement == .equivalent) == (finding.equivalence != nil))
        if let mode = finding.failureMode { #expect(finding.differences.first?.kind == mode.rawValue) }
        if let rule = finding.equivalence { #expect(finding.differences.first?.kind == rule.rawValue) }
        #expect(finding.differences.allSatisfy { $0.rule.hasPrefix("tools.") && JSONPointer.tokens($0.path) != nil })
    }

    @Test func `show which outcomes are proven`() {
        var matrix: [String: [String: Int]] = [:]
        for item in ToolCase.all {
            let finding = toolsCompared(ToolCase.leg(item.production), ToolCase.leg(item.candidate), settings: item.settings)
            matrix[item.outcome.name, default: [:]][Self.found(finding), default: 0] += 1
        }
        print("\(ToolCase.all.count) pairs of tool calls, declared outcome: what was found")
        for (outcome, found) in matrix.sorted(by: { $0.key < $1.key }) {
            let count = found.values.reduce(0, +)
            print("  \(outcome): \(found.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" })\(count < 30 ? ", unproven" : "")")
        }
        for mode in FailureMode.allCases where mode.group == .tools { #expect(matrix[mode.rawValue]?[mode.rawValue] ?? 0 >= 30) }
    }
}
