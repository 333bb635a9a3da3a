import JSON
import Traffic

/// Compares free text: first whether both say the same but for white space, case or punctuation, then by signals of which each
/// names one way in which they differ. The mode is that of the first signal in the order of the design's table.
struct TextComparison: AnswerComparison {
    let readsRequest = false

    /// Agreement, mode, differences and, where a gold answer is known, who was right. Production has answered.
    func compare(_ production: Delivery, _ candidate: Delivery, _ request: AskedRequest, gold: JSONValue?) -> Finding {
        var finding = candidate.failure.map { Finding.failed($0, production, candidate) } ?? agreement(production, candidate)
        if let gold = gold.flatMap(TextGold.init) {
            let isRight = gold.isMet(by: production)
            let isSame = finding.agreement != .different
            finding.correct = Correctness(
                production: isRight, candidate: candidate.failure == nil && (isSame ? isRight : gold.isMet(by: candidate)))
        }
        return finding
    }

    private func agreement(_ production: Delivery, _ candidate: Delivery) -> Finding {
        let (text, other) = (production.shown, candidate.shown)
        let isSameForm = TextComparison.isRefusalField(production) == TextComparison.isRefusalField(candidate)
        let toolMode = FailureMode.between(production.leg.toolCalls, candidate.leg.toolCalls)
        if isSameForm, toolMode == nil {
            if text == other { return Finding(agreement: .identical) }
            if production.text == candidate.text, !production.leg.toolCalls.isEmpty { return equivalent(.keyOrder, text, other) }
            if let rule = ProseForm.rule(text, other) { return equivalent(rule, text, other) }
        }
        var differences = TextDifferences(production, candidate)
        if let fault = candidate.fault, fault != production.fault {
            differences.add(fault, "delivery.\(fault.rawValue)", text, other)
            // What does not say anything says nothing different either.
            if fault != .truncated { return differences.finding }
        }
        if differences.isRefusedInProse {
            differences.add(.refused, "text.refusal", text, other)
            return differences.finding
        }
        if let toolMode { differences.add(toolMode, "text.tool_calls", production.shownCalls, candidate.shownCalls) }
        differences.addSignals()
        return differences.finding
    }

    /// Whether the app received a refusal marked as one instead of a text.
    private static func isRefusalField(_ delivery: Delivery) -> Bool { delivery.text.isEmpty && delivery.leg.refusal?.isEmpty == false }

    private func equivalent(_ rule: EquivalenceRule, _ text: String, _ other: String) -> Finding {
        let difference = Difference(
            path: "", kind: rule.rawValue, productionValue: Difference.excerpt(text), candidateValue: Difference.excerpt(other),
            rule: "text.\(rule.rawValue)")
        return Finding(agreement: .equivalent, equivalence: rule, differences: [difference])
    }
}
