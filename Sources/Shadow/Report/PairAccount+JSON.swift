public import JSON
public import Traffic

extension PairAccount {
    /// The whole account for a program; names as in the view `pairs`.
    public func json() -> JSONValue {
        var account: JSONValue = [
            "pair_id": .string(pair.id.description), "call_id": .string(call.id.description), "trial": .string(pair.trial.description),
            "workload": .string(pair.workload), "candidate": .string(candidateName), "source": .string(call.source.rawValue),
            "simulated": .bool(isSimulated), "external_id": JSONValue(call.externalID), "called_at": .string(call.calledAt.description),
            "segment": JSONValue(call.segment), "conversation": JSONValue(call.conversation), "turn": JSONValue(call.turn),
            "request_hash": JSONValue(requestHash?.description),
            "request": (try? JSONValue.parse(call.request)) ?? .string(String(decoding: call.request, as: UTF8.self)),
            "production_answer": PairAccount.json(call.production, costs.production),
            "candidate_answer": PairAccount.json(pair.candidate, costs.candidate),
            "control_answer": call.control.map { PairAccount.json($0, costs.control) } ?? .null,
        ]
        account["agreement"] = JSONValue(finding?.agreement.rawValue)
        account["equivalence"] = JSONValue(finding?.equivalence?.rawValue)
        account["failure_mode"] = JSONValue(finding?.failureMode?.rawValue)
        account["differences"] = .array((finding?.differences ?? []).map(PairAccount.json))
        account["production_unstable"] = JSONValue(finding?.productionUnstable)
        account["ungrounded"] = JSONValue(finding?.ungrounded)
        account["correct"] = JSONValue(finding?.correct.rawValue)
        account["correct_by"] = JSONValue(finding?.correctBy?.rawValue)
        account["counted_as"] = JSONValue(consumed?.rawValue)
        account["labels"] = .array(
            goldAnswers.map {
                ["label": $0.label, "origin": .string($0.origin), "said_at": .string($0.saidAt.description)]
            })
        account["judgements"] = .array(
            judgements.map {
                ["correct": .string($0.correct.rawValue), "who": JSONValue($0.who), "said_at": .string($0.saidAt.description)]
            })
        account["planned"] = .bool(pair.planned)
        account["sampling_rate"] = JSONValue(pair.samplingRate)
        account["adjudication_probability"] = JSONValue(pair.adjudicationProbability)
        account["in_evidence"] = JSONValue(inEvidence)
        return account
    }

    private static func json(_ difference: Difference) -> JSONValue {
        [
            "path": .string(difference.path), "kind": .string(difference.kind), "meaning": .string(DifferenceWords.kind(difference.kind)),
            "production_value": JSONValue(difference.productionValue), "candidate_value": JSONValue(difference.candidateValue),
            "rule": .string(difference.rule), "rule_meaning": JSONValue(DifferenceWords.rule(difference.rule)),
        ]
    }

    /// A leg without timings and costs, which tell the models apart; for `review`.
    public static func answer(_ leg: Leg) -> JSONValue {
        [
            "output": JSONValue(leg.output), "refusal": JSONValue(leg.refusal),
            "tool_calls": .array(
                leg.toolCalls.map { ["name": .string($0.name), "arguments": .string($0.arguments)] }),
            "error": JSONValue(leg.failure?.rawValue),
        ]
    }

    private static func json(_ leg: Leg, _ cost: Double?) -> JSONValue {
        var json = answer(leg)
        json["status"] = JSONValue(leg.status)
        json["finish_reason"] = JSONValue(leg.finishReason)
        json["model"] = JSONValue(leg.model)
        json["request_id"] = JSONValue(leg.requestID)
        json["input_tokens"] = JSONValue(leg.usage.input)
        json["output_tokens"] = JSONValue(leg.usage.output)
        json["cached_input_tokens"] = JSONValue(leg.usage.cachedInput)
        json["reasoning_tokens"] = JSONValue(leg.usage.reasoning)
        json["tokens_estimated"] = .bool(leg.usage.estimated)
        json["cost"] = JSONValue(cost)
        json["duration_ms"] = JSONValue(leg.durationMs)
        json["ttft_ms"] = JSONValue(leg.ttftMs)
        json["queue_ms"] = JSONValue(leg.queueMs)
        json["confidence"] = JSONValue(leg.confidence?.score)
        json["capture_truncated"] = .bool(leg.truncatedCapture)
        return json
    }
}
