import Traffic

extension Finding {
    /// The finding about free text after a judge model was asked about it; others are left as they are.
    ///
    /// Where both orders say that the answers mean the same, the pair is equivalent by the rule `judge`: an agreement that the statistics
    /// take only once a share of such pairs is audited. Where both name the same difference, it takes the place of a mode by which the
    /// comparison only says that it could not tell. What its own signals prove (another language, a contradiction) stands, and so does
    /// who was right: a judge never sets that.
    func judged(by opinion: JudgeOpinion) -> Finding {
        guard agreement == .different, let mode = failureMode, mode.group == .text else { return self }
        guard mode != .languageMismatch, mode != .contradiction else { return self }
        var finding = self
        if opinion.sameMeaning {
            finding.agreement = .equivalent
            finding.equivalence = .judge
            finding.failureMode = nil
            finding.differences = [
                Difference(
                    path: "", kind: EquivalenceRule.judge.rawValue, productionValue: differences.first?.productionValue,
                    candidateValue: differences.first?.candidateValue, rule: "judge.same_meaning")
            ]
        } else if mode == .meaningMismatch || mode == .style, let named = opinion.difference?.failureMode, named != mode {
            finding.failureMode = named
            let whole = Difference(
                path: "", kind: named.rawValue, productionValue: differences.first?.productionValue,
                candidateValue: differences.first?.candidateValue, rule: "judge.difference")
            finding.differences = [whole] + differences
        }
        return finding
    }
}

extension JudgedDifference {
    /// The failure mode of that name; nil where nothing differs.
    fileprivate var failureMode: FailureMode? {
        switch self {
        case .none: nil
        case .style: .style
        case .omission: .omission
        case .addition: .addition
        case .contradiction: .contradiction
        case .meaning: .meaningMismatch
        }
    }
}
