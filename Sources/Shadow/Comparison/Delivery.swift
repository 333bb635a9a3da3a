import Traffic

/// How a leg's answer arrived, before anybody looks at what it says: the groups `reliability` and `delivery` of design §7.
struct Delivery {
    let leg: Leg
    /// The answer's text; empty when there is none.
    let text: String
    /// Why there is no answer.
    let failure: FailureMode?
    /// Why the answer may not be one: the first that applies. An answer that can be read all the same overrides it.
    let fault: FailureMode?

    init(_ leg: Leg) {
        self.leg = leg
        text = leg.output ?? ""
        failure = leg.failure.flatMap(Delivery.mode)
        fault = Delivery.fault(of: leg)
    }

    /// A failure in the sense of the reliability gate.
    var isFailure: Bool { failure != nil || fault == .empty }

    /// The client left before the answer ended: it says nothing about the model.
    var isAbandoned: Bool { leg.error == .clientLeft }

    /// Only the beginning of the answer was kept.
    var isCut: Bool { leg.error == .tooLarge || leg.truncatedCapture }

    /// What the app received: the text, else the refusal, else the tool calls.
    var shown: String {
        if !text.isEmpty { return text }
        if let refusal = leg.refusal, !refusal.isEmpty { return refusal }
        return shownCalls
    }

    /// The tool calls as text, one a line.
    var shownCalls: String { leg.toolCalls.map { "\($0.name)(\($0.arguments))" }.joined(separator: "\n") }

    /// The modes of the group `reliability`; nil for what is no failure of the model.
    private static func mode(_ error: LegError) -> FailureMode? {
        switch error {
        case .connectionFailed: .connectionFailed
        case .timeout: .timeout
        case .rateLimited: .rateLimited
        case .serverError: .serverError
        case .rejectedRequest: .rejectedRequest
        case .streamBroken: .streamBroken
        case .circuitOpen: .circuitOpen
        case .clientLeft, .tooLarge: nil
        }
    }

    private static func fault(of leg: Leg) -> FailureMode? {
        if leg.refusal?.isEmpty == false { return .refused }
        if leg.finishReason == "content_filter" { return .contentFiltered }
        if leg.finishReason == "length" || leg.truncatedCapture || leg.error == .tooLarge { return .truncated }
        return leg.toolCalls.isEmpty && leg.failure == nil && TextForm.isBlank(leg.output ?? "") ? .empty : nil
    }
}
