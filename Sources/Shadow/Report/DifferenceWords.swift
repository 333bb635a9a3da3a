internal import Traffic

/// What the comparison's own words mean to somebody who has never seen them.
enum DifferenceWords {
    /// A kind of difference: a failure mode, or the rule by which two values count as equal.
    static func kind(_ kind: String) -> String {
        if let mode = FailureMode(rawValue: kind) { return words(mode) }
        if let rule = EquivalenceRule(rawValue: kind) { return words(rule) }
        return TerminalText.line(kind, limit: 80).replacing("_", with: " ")
    }

    /// The rule of the comparison that said so; nil where the kind says all there is to say.
    static func rule(_ rule: String) -> String? {
        switch rule {
        case "label.declared": "each answer is one of the declared labels, and no two of those mean the same"
        case "label.not_declared": "the answer is none of the declared labels, and none stands in it alone"
        case "label.tool_calls": "the label is the same, and the tool calls beside it are not"
        case "label.code_fence": "the label stands in a code fence, which the other answer does not have"
        case "label.in_json": "the label stands in JSON, which the other answer does not have"
        case "label.in_tool_call": "the label stands in a tool call, which the other answer does not have"
        case "label.lead_in": "the label stands after a lead-in, which the other answer does not have"
        case "label.in_prose": "the label stands in prose, which the program that asked cannot use"
        case "reliability.error": "the call itself failed"
        case "reliability.status": "the HTTP status says that the call failed"
        default: nil
        }
    }

    private static func words(_ mode: FailureMode) -> String {
        switch mode {
        case .connectionFailed: "the candidate could not be reached"
        case .timeout: "the candidate did not answer in time"
        case .rateLimited: "the candidate took no more requests"
        case .serverError: "the candidate's server failed"
        case .rejectedRequest: "the candidate rejected the request"
        case .streamBroken: "the candidate's answer broke off"
        case .circuitOpen: "the candidate was not asked, having failed too often"
        case .refused: "the candidate refused"
        case .contentFiltered: "a content filter stopped the candidate's answer"
        case .truncated: "the candidate's answer is cut off"
        case .empty: "the candidate's answer is empty"
        case .invalidJSON: "the candidate's answer is no valid JSON"
        case .labelMismatch: "the candidate gives another label"
        case .unknownLabel: "the candidate's answer is none of the labels"
        case .valueMismatch: "the values differ"
        case .missingField: "the candidate leaves the field out"
        case .typeMismatch: "the values are of different types"
        case .lengthMismatch: "the lists have different lengths"
        case .extraField: "the candidate adds the field"
        case .missingToolCall: "the candidate leaves a tool call out"
        case .toolMismatch: "the candidate calls another tool"
        case .argumentsMismatch: "the arguments of a tool call differ"
        case .extraToolCall: "the candidate adds a tool call"
        case .languageMismatch: "the candidate answers in another language"
        case .contradiction: "the candidate contradicts production"
        case .omission: "the candidate leaves something out"
        case .addition: "the candidate adds something"
        case .meaningMismatch: "the meanings differ"
        case .style: "only the style differs"
        case .schemaViolation: "the candidate's answer does not satisfy the schema"
        case .wrappedJSON: "the candidate's JSON is wrapped in something else"
        case .verboseLabel: "the candidate's label is buried in something else"
        }
    }

    private static func words(_ rule: EquivalenceRule) -> String {
        switch rule {
        case .whitespace: "equal but for white space"
        case .case: "equal but for upper and lower case"
        case .punctuation: "equal but for punctuation"
        case .keyOrder: "equal but for the order of keys"
        case .itemOrder: "equal but for the order of items, which does not count here"
        case .numberFormat: "the same number, written differently"
        case .dateFormat: "the same date, written differently"
        case .currencyFormat: "the same amount, written differently"
        case .defaultArgument: "the argument left out is the tool's default"
        case .withinTolerance: "within the tolerance declared for this field"
        case .judge: "the same meaning, as the model judge found"
        }
    }

    /// Who was right.
    static func correct(_ correct: Correctness) -> String {
        switch correct {
        case .both: "both right"
        case .productionOnly: "only production right"
        case .candidateOnly: "only the candidate right"
        case .neither: "neither right"
        case .unknown: "nobody has said who was right"
        }
    }
}
