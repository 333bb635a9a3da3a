public import Configuration
public import JSON
public import Traffic

/// The answers that a pair holds against each other.
public struct ComparedAnswers: Sendable, Hashable {
    public var production: Leg
    public var candidate: Leg
    /// Production asked a second time, where that was drawn.
    public var control: Leg?

    public init(production: Leg, candidate: Leg, control: Leg? = nil) {
        self.production = production
        self.candidate = candidate
        self.control = control
    }
}

/// Compares the answers of one workload's pairs (design §7). Pure: the same answers always give the same finding.
public struct Comparator: Sendable {
    /// Rises with every change that can change a finding; pairs compared by an older one are compared again.
    public static let version = 1

    private let labels: LabelComparison

    /// Throws "not yet" for kinds of comparison that come later.
    public init(_ settings: CompareSettings) throws(ComparisonError) {
        switch settings.kind {
        case .label: labels = LabelComparison(LabelSet(settings.labels))
        case .json: throw JSONComparison.notYet
        case .tools: throw ToolComparison.notYet
        case .text: throw TextComparison.notYet
        }
    }

    /// What the comparison of a pair comes to.
    ///
    /// `label` is the call's gold answer and `adjudication` a person's judgement, where there are such; where both say who was
    /// right, the one that `adjudicateBy` names wins.
    public func compare(
        _ answers: ComparedAnswers, label: JSONValue? = nil, adjudication: Correctness? = nil, adjudicateBy: Adjudicator = .labels
    ) -> Finding {
        let production = Delivery(answers.production)
        let candidate = Delivery(answers.candidate)
        var finding: Finding
        if production.isFailure || production.isAbandoned || production.isCut || candidate.isAbandoned {
            finding = Finding(agreement: .incomparable)
        } else {
            finding = labels.compare(production, candidate, gold: label)
            finding.productionUnstable = answers.control.flatMap { isUnstable(production, Delivery($0)) }
            judge(&finding, by: adjudicateBy, adjudication)
        }
        finding.productionFailed = production.isFailure
        finding.candidateFailed = candidate.isFailure
        return finding
    }

    /// nil when the control leg brought no answer.
    private func isUnstable(_ production: Delivery, _ control: Delivery) -> Bool? {
        if control.isFailure || control.isAbandoned || control.isCut { return nil }
        return labels.compare(production, control, gold: nil).agreement == .different
    }

    /// Puts a person's word in place of the label's where it counts.
    private func judge(_ finding: inout Finding, by adjudicator: Adjudicator, _ adjudication: Correctness?) {
        let isLabelled = finding.correct != .unknown
        if isLabelled { finding.correctBy = .label }
        guard let adjudication, adjudication != .unknown, !isLabelled || adjudicator == .people else { return }
        finding.correct = adjudication
        finding.correctBy = .person
    }
}

/// Why no comparison can be made.
public struct ComparisonError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind that comes with a later release.
    public var kind: ComparisonKind

    public var description: String { "not yet: comparing as \(kind.rawValue) comes with a later release; label works now" }
}
