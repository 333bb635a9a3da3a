import JSON
import Traffic

/// Compares answers of which each should be one of the declared labels.
struct LabelComparison: AnswerComparison {
    var readsRequest: Bool { false }

    private let labels: LabelSet
    private let reader: LabelReader

    init(_ labels: LabelSet) {
        self.labels = labels
        reader = LabelReader(labels: labels)
    }

    /// Both answers as they were read.
    private struct Readings {
        var production: LabelReading
        var candidate: LabelReading
        /// Both wrap their label alike, and the readings are of what stands inside.
        var isInside = false
    }

    /// Agreement, mode, differences and, where a gold answer is known, who was right. Production has answered.
    func compare(_ production: Delivery, _ candidate: Delivery, _ request: AskedRequest, gold: JSONValue?) -> Finding {
        let read = readings(production, candidate)
        var finding = candidate.failure.map { Finding.failed($0, production, candidate) } ?? agreement(production, candidate, read)
        finding.productionLabel = read.production.label
        if candidate.failure == nil { finding.candidateLabel = read.candidate.label }
        if let gold = gold.flatMap(LabelComparison.goldText) {
            // The program reads production's form, whatever the candidate's is; prose is never a form.
            finding.correct = Correctness(
                production: !read.production.isProse && isRight(read.production, gold),
                candidate: candidate.failure == nil && !read.candidate.isBuried && isRight(read.candidate, gold))
        }
        return finding
    }

    /// Where both answers wrap their label alike, that is the form that the program reads, and what stands inside is the
    /// answer: a wrapping is a fault only where the other answer does not have it. Prose is never a form.
    private func readings(_ production: Delivery, _ candidate: Delivery) -> Readings {
        let reading = reader.read(production)
        let isSame =
            production.text == candidate.text && production.fault == candidate.fault && production.leg.toolCalls == candidate.leg.toolCalls
        let read = Readings(production: reading, candidate: isSame ? reading : reader.read(candidate))
        guard production.fault == nil, candidate.fault == nil else { return read }
        for reading in [read.production, read.candidate] where reading.isBuried && !reading.isProse {
            guard let text = reader.text(of: production, inside: reading.wrappings),
                let other = reader.text(of: candidate, inside: reading.wrappings)
            else { continue }
            return Readings(
                production: LabelReading(label: labels.match(text), text: text),
                candidate: LabelReading(label: labels.match(other), text: other), isInside: true)
        }
        return read
    }

    private func agreement(_ production: Delivery, _ candidate: Delivery, _ read: Readings) -> Finding {
        let (right, other) = (read.production, read.candidate)
        if right.label != other.label {
            return different(other.label == nil ? candidate.fault ?? .unknownLabel : .labelMismatch, production, candidate, read)
        }
        if right.label == nil { return unreadable(production, candidate, read) }
        let isSameText = right.text == other.text && right.wrappings == other.wrappings
        if !isSameText, right.isBuried || other.isBuried {
            return Finding(agreement: .different, failureMode: .verboseLabel, differences: wrappingFaults(production, candidate, read))
        }
        if !read.isInside, let mode = FailureMode.between(production.leg.toolCalls, candidate.leg.toolCalls) {
            return different(mode, production, candidate, read)
        }
        if isSameText { return Finding(agreement: .identical) }
        // No form is coarser than the one by which labels are matched.
        return equivalent(TextForm.rule(right.text, other.text) ?? .punctuation, right.text, other.text)
    }

    /// Neither answer is a label: they agree when the app received the same.
    private func unreadable(_ production: Delivery, _ candidate: Delivery, _ read: Readings) -> Finding {
        let (calls, otherCalls) = (production.leg.toolCalls, candidate.leg.toolCalls)
        if production.fault == candidate.fault, FailureMode.between(calls, otherCalls) == nil {
            let text = read.isInside ? read.production.text : production.shown
            let other = read.isInside ? read.candidate.text : candidate.shown
            if text == other { return Finding(agreement: .identical) }
            if calls.isEmpty, let rule = TextForm.rule(text, other) { return equivalent(rule, text, other) }
            if !calls.isEmpty, production.text == candidate.text { return equivalent(.keyOrder, text, other) }
        }
        return different(candidate.fault ?? .unknownLabel, production, candidate, read)
    }

    private func equivalent(_ rule: EquivalenceRule, _ text: String, _ other: String) -> Finding {
        let difference = Difference(
            path: "", kind: rule.rawValue, productionValue: Difference.excerpt(text), candidateValue: Difference.excerpt(other),
            rule: "label.\(rule.rawValue)")
        return Finding(agreement: .equivalent, equivalence: rule, differences: [difference])
    }

    private func different(_ mode: FailureMode, _ production: Delivery, _ candidate: Delivery, _ read: Readings) -> Finding {
        let rule =
            switch mode.group {
            case .delivery: "delivery.\(mode.rawValue)"
            case .tools: "label.tool_calls"
            default: mode == .unknownLabel ? "label.not_declared" : "label.declared"
            }
        let isAboutCalls = mode.group == .tools
        let text = isAboutCalls ? production.shownCalls : read.production.label ?? production.shown
        let other = isAboutCalls ? candidate.shownCalls : read.candidate.label ?? candidate.shown
        let primary = Difference(
            path: "", kind: mode.rawValue, productionValue: Difference.excerpt(text), candidateValue: Difference.excerpt(other),
            rule: rule)
        return Finding(agreement: .different, failureMode: mode, differences: [primary] + wrappingFaults(production, candidate, read))
    }

    /// A difference for each answer that buries its label.
    private func wrappingFaults(_ production: Delivery, _ candidate: Delivery, _ read: Readings) -> [Difference] {
        [read.production, read.candidate].compactMap { reading in
            guard reading.isBuried, let outermost = reading.wrappings.first else { return nil }
            return Difference(
                path: "", kind: FailureMode.verboseLabel.rawValue, productionValue: Difference.excerpt(production.shown),
                candidateValue: Difference.excerpt(candidate.shown), rule: outermost.rule)
        }
    }

    /// Whether the text at the answer's place is the gold one.
    private func isRight(_ reading: LabelReading, _ gold: String) -> Bool {
        if let label = labels.match(gold) { return reading.label == label }
        // A gold answer outside the set: an answer that is a declared label is another one.
        return reading.label == nil && !reading.text.isEmpty && (reading.text == gold || TextForm.rule(reading.text, gold) != nil)
    }

    /// A gold label's text; nil for what is no label.
    private static func goldText(_ gold: JSONValue) -> String? {
        switch gold {
        case .string(let label): label
        case .number(let number): number
        case .bool(let truth): truth ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
