public import Configuration
public import JSON
public import Traffic

/// The answers that a pair holds against each other.
public struct ComparedAnswers: Sendable, Hashable {
    public var production: Leg
    public var candidate: Leg
    /// Production asked a second time, where that was drawn.
    public var control: Leg?
    /// The body of the request that all of them answer; empty where it is not at hand.
    public var request: [UInt8]

    public init(production: Leg, candidate: Leg, control: Leg? = nil, request: [UInt8] = []) {
        self.production = production
        self.candidate = candidate
        self.control = control
        self.request = request
    }
}

/// Holds two answers of one kind against each other.
///
/// An implementation is pure. It is only given a production leg that answered; the candidate's may have failed, which
/// `Finding.failed` puts into words for every kind.
protocol AnswerComparison: Sendable {
    /// Whether the comparison looks into the request: reading it costs, so that it is only done where it is needed.
    var readsRequest: Bool { get }

    /// Agreement, mode, differences and, where a gold answer is known, who was right.
    func compare(_ production: Delivery, _ candidate: Delivery, _ request: AskedRequest, gold: JSONValue?) -> Finding
}

/// Compares the answers of one workload's pairs (design §7). Pure: the same answers always give the same finding.
public struct Comparator: Sendable {
    /// Rises with every change that can change a finding; pairs compared by an older one are compared again.
    public static let version = 3

    private let comparison: any AnswerComparison

    /// A comparator for a workload's settings.
    public init(_ settings: CompareSettings) {
        comparison =
            switch settings.kind {
            case .label: LabelComparison(LabelSet(settings.labels))
            case .json: JSONComparison(settings)
            case .tools: ToolComparison(settings)
            case .text: TextComparison()
            }
    }

    /// Whether it looks into the pairs' requests; where not, they need not be at hand.
    public var readsRequest: Bool { comparison.readsRequest }

    /// What the comparison of a pair comes to.
    ///
    /// `label` is the call's gold answer and `adjudication` a person's judgement, where there are such; where both say who was
    /// right, the one that `adjudicateBy` names wins. `opinion` is a judge model's, once there is one.
    public func compare(
        _ answers: ComparedAnswers, label: JSONValue? = nil, adjudication: Correctness? = nil, adjudicateBy: Adjudicator = .labels,
        opinion: JudgeOpinion? = nil
    ) -> Finding {
        let production = Delivery(answers.production)
        let candidate = Delivery(answers.candidate)
        var finding: Finding
        if production.isFailure || production.isAbandoned || production.isCut || candidate.isAbandoned {
            finding = Finding(agreement: .incomparable)
        } else {
            let request = AskedRequest(comparison.readsRequest ? answers.request : [])
            finding = comparison.compare(production, candidate, request, gold: label)
            if let opinion { finding = finding.judged(by: opinion) }
            finding.productionUnstable = answers.control.flatMap { isUnstable(production, Delivery($0), request) }
            judge(&finding, by: adjudicateBy, adjudication)
        }
        finding.productionFailed = finding.productionFailed || production.isFailure
        finding.candidateFailed = finding.candidateFailed || candidate.isFailure
        return finding
    }

    /// nil when the control leg brought no answer.
    private func isUnstable(_ production: Delivery, _ control: Delivery, _ request: AskedRequest) -> Bool? {
        if control.isFailure || control.isAbandoned || control.isCut { return nil }
        return comparison.compare(production, control, request, gold: nil).agreement == .different
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
