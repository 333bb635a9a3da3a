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
        default: ofDocuments(rule) ?? ofCalls(rule) ?? ofProse(rule)
        }
    }

    private static func ofDocuments(_ rule: String) -> String? {
        switch rule {
        case "json.syntax": "the answer breaks JSON's grammar, and no repair that is declared helps"
        case "json.production_unreadable": "production's own answer is no JSON, so there is nothing to hold it against"
        case "json.null": "one answer has null there and the other a value"
        case "json.tolerance": "the numbers are held against the tolerance declared for the field"
        case "json.repeated_name": "a name stands twice in one object, so its members are compared as they stand"
        case "json.element_missing", "json.element_extra": "the elements were matched by their likeness, and this one has no partner"
        case "json.tool_calls": "the document is the same, and the tool calls beside it are not"
        case "json.tool_call": "the document stands in a tool call, which the other answer does not have"
        case "json.code_fence": "the document stands in a code fence, which the other answer does not have"
        case "json.fence_in_prose": "the document stands in a code fence amid prose, which the program that asked cannot use"
        case "json.text": "neither answer is JSON, and they are compared as text"
        default: nil
        }
    }

    private static func ofCalls(_ rule: String) -> String? {
        switch rule {
        case "tools.not_offered": "the request offers no tool of this name"
        case "tools.order": "the settings say that calls must come in production's order"
        case "tools.invalid_json": "the arguments are no JSON"
        case "tools.repeated_name": "a name stands twice or cannot be read for certain, so the objects are compared as a whole"
        case "tools.in_tag", "tools.after_mark", "tools.in_json", "tools.in_python", "tools.in_prose", "tools.code_fence":
            "the call was written into the text, where the program that asked does not look for it"
        case "tools.python_literals": "one answer's arguments are written as Python has them (True, None), which is no JSON"
        default: nil
        }
    }

    private static func ofProse(_ rule: String) -> String? {
        switch rule {
        case "text.chrf": "likeness by runs of characters (chrF): from 0.40 on it counts as wording, below as meaning"
        case "text.similarity": "no fact tells the answers apart: their likeness alone decides"
        case "text.length": "one answer is more than twice as long"
        case "text.code": "the code in the answers differs"
        case "text.refusal": "one answer says that it will not or cannot help"
        case "text.language": "the languages were recognised from the text"
        case "text.more": "more differences of this kind are counted and not listed"
        case "text.bound": "what follows was not compared"
        case "text.tool_calls": "the text is the same, and the tool calls beside it are not"
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
