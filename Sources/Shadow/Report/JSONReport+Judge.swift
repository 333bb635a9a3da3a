internal import JSON
internal import Verdict

extension JSONSections {
    /// The judge model's figures; no member where none is asked.
    var judge: [JSONMember] {
        guard let judge = model.judge else { return [] }
        func part(_ part: ReportModel.JudgeFigures.Part) -> JSONValue { estimate(part.share, n: part.of) }
        return [
            JSONMember(
                "judge",
                [
                    "model": JSONValue(judge.model), "prompt_version": JSONValue(judge.promptVersion), "pairs": JSONValue(judge.pairs),
                    "opinions": JSONValue(judge.opinions), "waiting": JSONValue(judge.waiting), "coverage": JSONValue(judge.coverage),
                    "reused": JSONValue(judge.reused), "calls": JSONValue(judge.calls), "cost": JSONValue(judge.cost),
                    "per_day": JSONValue(judge.dollarsPerDay), "order_consistency": part(judge.orders), "agreement": part(judge.agreement),
                    "repeat_flips": part(judge.flips), "predicted_difference": JSONValue(look.quality.predictedDifference),
                    "errors": .object(judge.errors.map { JSONMember($0.error, JSONValue($0.pairs)) }),
                ])
        ]
    }
}
