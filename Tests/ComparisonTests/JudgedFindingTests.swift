import Testing
import Traffic

@testable import Comparison

@Suite struct `What a judge's opinion changes` {
    private func text(_ mode: FailureMode) -> Finding {
        Finding(
            agreement: .different, failureMode: mode,
            differences: [Difference(path: "", kind: mode.rawValue, productionValue: "Yes.", candidateValue: "Certainly.", rule: "text")],
            correct: .productionOnly, correctBy: .label)
    }

    private let same = JudgeOpinion(prediction: 0, sameMeaning: true, difference: .style)

    @Test(arguments: [FailureMode.style, .meaningMismatch, .omission, .addition])
    func `free text that means the same is equivalent by the judge`(_ mode: FailureMode) {
        let judged = text(mode).judged(by: same)
        #expect(judged.agreement == .equivalent && judged.equivalence == .judge && judged.failureMode == nil)
        #expect(
            judged.differences == [
                Difference(
                    path: "", kind: "judge", productionValue: "Yes.", candidateValue: "Certainly.", rule: "judge.same_meaning")
            ])
        #expect(judged.correct == .productionOnly && judged.correctBy == .label)
    }

    @Test(arguments: [FailureMode.languageMismatch, .contradiction])
    func `what the comparison proves stands`(_ mode: FailureMode) {
        #expect(text(mode).judged(by: same) == text(mode))
        #expect(text(mode).judged(by: JudgeOpinion(prediction: 1, difference: .omission)) == text(mode))
    }

    @Test func `other kinds, failures and agreements stand`() {
        let modes = FailureMode.allCases.filter { $0.group != .text }
        for mode in modes { #expect(text(mode).judged(by: same) == text(mode)) }
        for agreement in [Agreement.identical, .incomparable] {
            #expect(Finding(agreement: agreement).judged(by: same) == Finding(agreement: agreement))
        }
        let equal = Finding(agreement: .equivalent, equivalence: .case)
        #expect(equal.judged(by: same) == equal)
    }

    @Test func `a named difference takes the place of one that could not be told, and never sets who was right`() {
        let opinion = JudgeOpinion(prediction: -1, difference: .contradiction)
        let judged = text(.meaningMismatch).judged(by: opinion)
        #expect(judged.agreement == .different && judged.failureMode == .contradiction)
        #expect(judged.differences.map(\.rule) == ["judge.difference", "text"])
        #expect(judged.correct == .productionOnly && judged.correctBy == .label)
        #expect(text(.omission).judged(by: opinion) == text(.omission))
        for difference in [JudgedDifference?.none, .some(.none), .meaning] {
            let unsure = JudgeOpinion(prediction: 1, difference: difference)
            #expect(text(.meaningMismatch).judged(by: unsure) == text(.meaningMismatch))
        }
    }
}
