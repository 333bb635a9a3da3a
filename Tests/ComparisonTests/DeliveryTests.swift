import Comparison
import Configuration
import JSON
import Testing
import Traffic

@Suite struct `Answers that do not arrive` {
    @Test(arguments: [
        (Leg(status: 500), FailureMode.serverError, "reliability.status"),
        (Leg(status: 503, output: "busy"), .serverError, "reliability.status"),
        (Leg(status: 429), .rateLimited, "reliability.status"), (Leg(status: 400), .rejectedRequest, "reliability.status"),
        (Leg(status: 408), .timeout, "reliability.status"), (Leg(error: .timeout), .timeout, "reliability.error"),
        (Leg(error: .connectionFailed), .connectionFailed, "reliability.error"), (Leg(), .connectionFailed, "reliability.status"),
        (Leg(status: 200, error: .streamBroken, output: "trans"), .streamBroken, "reliability.error"),
        (Leg(error: .circuitOpen), .circuitOpen, "reliability.error"),
    ])
    func `make the pair different with the mode of the failure`(_ leg: Leg, _ mode: FailureMode, _ rule: String) throws {
        let finding = try compared(answer("transfer"), leg, gold: "transfer")
        #expect(finding.agreement == .different)
        #expect(finding.failureMode == mode)
        #expect(finding.candidateFailed && !finding.productionFailed)
        #expect(finding.correct == .productionOnly && finding.correctBy == .label)
        #expect(finding.productionLabel == "transfer" && finding.candidateLabel == nil)
        #expect(finding.differences.map(\.rule) == [rule])
        #expect(try compared(answer("transfer"), leg, gold: "other").correct == .neither)
        #expect(try compared(answer("transfer"), leg).correct == .unknown)
    }

    @Test(arguments: [
        Leg(status: 500), Leg(error: .timeout), Leg(status: 200, output: ""), Leg(status: 200, output: " \n"), Leg(status: 200),
        Leg(status: 200, error: .streamBroken, output: "transfer"),
    ])
    func `from production make it incomparable, and count as production's failures`(_ leg: Leg) throws {
        let finding = try compared(leg, answer("transfer"), gold: "transfer")
        #expect(finding == Finding(agreement: .incomparable, productionFailed: true))
        #expect(try compared(leg, Leg(status: 500)).candidateFailed)
    }

    @Test(arguments: [
        Leg(status: 200, error: .clientLeft, output: "trans"), Leg(status: 200, error: .tooLarge, output: "transfer"),
        Leg(status: 200, output: "transfer", truncatedCapture: true),
    ])
    func `to their end for other reasons than the model make it incomparable without a failure`(_ leg: Leg) throws {
        let finding = try compared(leg, answer("transfer"), gold: "transfer", adjudication: .both)
        #expect(finding == Finding(agreement: .incomparable))
    }

    @Test(arguments: [
        (Leg(status: 200, refusal: "I cannot help with that."), FailureMode.refused),
        (Leg(status: 200, output: "No.", refusal: "No."), .refused),
        (Leg(status: 200, finishReason: "content_filter"), .contentFiltered), (answer("trans", finish: "content_filter"), .contentFiltered),
        (answer("The transfer", finish: "length"), .truncated), (Leg(status: 200, finishReason: "length"), .truncated),
        (Leg(status: 200, error: .tooLarge, output: "blah transfer blah"), .truncated),
        (Leg(status: 200, output: "blah", truncatedCapture: true), .truncated), (answer(""), .empty), (answer("\n\t "), .empty),
        (Leg(status: 200), .empty),
    ])
    func `whole have a mode of delivery, before anything is read into them`(_ leg: Leg, _ mode: FailureMode) throws {
        let finding = try compared(answer("transfer"), leg, gold: "transfer")
        #expect(finding.agreement == .different)
        #expect(finding.failureMode == mode)
        #expect(finding.correct == .productionOnly)
        #expect(finding.candidateFailed == (mode == .empty))
        #expect(finding.candidateLabel == nil)
        #expect(finding.differences.first?.rule == "delivery.\(mode.rawValue)")
    }

    @Test(arguments: ["length", "content_filter"])
    func `but are a label all the same are that label`(_ finish: String) throws {
        #expect(try compared(answer("transfer"), answer("transfer", finish: finish), gold: "transfer").agreement == .identical)
        let finding = try compared(answer("transfer"), answer("Transfer.", finish: finish), gold: "transfer")
        #expect(finding.equivalence == .punctuation && finding.correct == .both)
    }

    @Test func `on both sides agree only when the app received the same`() throws {
        let refusal = Leg(status: 200, refusal: "I cannot help with that.")
        #expect(try compared(refusal, refusal).agreement == .identical)
        #expect(try compared(refusal, Leg(status: 200, refusal: "I cannot help with that")).equivalence == .punctuation)
        #expect(try compared(refusal, Leg(status: 200, refusal: "Sorry.")).failureMode == .refused)
        #expect(try compared(refusal, answer("transfer"), gold: "transfer").correct == .candidateOnly)
        #expect(try compared(refusal, answer("transfer")).failureMode == .labelMismatch)
        #expect(try compared(refusal, answer("I cannot help with that.")).failureMode == .unknownLabel)
        #expect(try compared(answer("trans", finish: "length"), answer("trans", finish: "length")).agreement == .identical)
    }
}

@Suite struct `Tool calls in a label workload` {
    func calls(_ arguments: String..., text: String? = nil, name: String = "classify") -> Leg {
        var leg = Leg(status: 200, output: text, finishReason: "tool_calls")
        leg.toolCalls = arguments.enumerated().map { ToolCall(id: "call_\(Int.random(in: 0...999))_\($0)", name: name, arguments: $1) }
        return leg
    }

    @Test func `that carry a label bury it, unless production answers so too`() throws {
        let finding = try compared(answer("transfer"), calls(#"{"intent":"transfer"}"#), gold: "transfer")
        #expect(finding.failureMode == .verboseLabel && finding.correct == .productionOnly)
        #expect(finding.differences.map(\.rule) == ["label.in_tool_call"])
        let both = try compared(calls(#"{"intent":"transfer"}"#), calls(#"{ "intent": "transfer", "sure": true }"#), gold: "transfer")
        #expect(both.agreement == .identical && both.correct == .both)
        let other = try compared(calls(#"{"intent":"transfer"}"#), calls(#"{"intent":"other"}"#), gold: "transfer")
        #expect(other.failureMode == .labelMismatch && other.correct == .productionOnly)
        #expect(try compared(calls(#"{"intent":"transfer"}"#), Leg(status: 500), gold: "transfer").correct == .productionOnly)
    }

    @Test func `without a label are no label`() throws {
        #expect(try compared(answer("transfer"), calls("{}")).failureMode == .unknownLabel)
        #expect(try compared(answer("transfer"), calls("not json")).failureMode == .unknownLabel)
        #expect(try compared(answer("transfer"), calls(#"{"a":"transfer"}"#, #"{"a":"other"}"#)).failureMode == .unknownLabel)
        #expect(try compared(calls("{}"), calls("{}")).agreement == .identical)
        #expect(try compared(calls(#"{"a":1,"b":2}"#), calls(#"{"b":2,"a":1}"#)).equivalence == .keyOrder)
        #expect(try compared(calls(#"{"a":1}"#), calls(#"{"a":2}"#)).failureMode == .unknownLabel)
        #expect(try compared(calls("{}"), answer("transfer")).failureMode == .labelMismatch)
    }

    @Test func `beside a label are differences of their own`() throws {
        let plain = answer("transfer")
        #expect(try compared(plain, calls("{}", text: "transfer")).failureMode == .extraToolCall)
        #expect(try compared(calls("{}", text: "transfer"), plain).failureMode == .missingToolCall)
        #expect(try compared(calls("{}", text: "transfer"), calls("{}", text: "transfer", name: "other")).failureMode == .toolMismatch)
        #expect(try compared(calls("{}", text: "transfer"), calls("[]", text: "transfer")).failureMode == .argumentsMismatch)
        #expect(try compared(calls("{}", text: "transfer"), calls("{ }", text: "transfer")).agreement == .identical)
    }
}
