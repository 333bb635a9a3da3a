internal import JSON
internal import Statistics
internal import Traffic
internal import Verdict

/// Cost and volume in the JSON.
extension JSONSections {
    var cost: JSONValue {
        let cost = model.look.cost
        return [
            "production": leg(cost.production, model.spend.production), "candidate": leg(cost.candidate, model.spend.candidate),
            "break_even_tokens_per_day": JSONValue(cost.breakEvenTokensPerDay), "regions": .array(cost.regions.map(region)),
            "saving": estimate(cost.saving, n: cost.pairs),
            "calls_per_month": JSONValue(model.spend.callsPerMonth), "priced_at": JSONValue(model.spend.pricedAt?.description),
            "n": JSONValue(cost.pairs),
        ]
    }

    private func leg(_ cost: ModelCost, _ spend: ReportModel.LegSpend) -> JSONValue {
        let (million, month) = (cost.limits(times: 1e6), model.spend.callsPerMonth.flatMap { cost.limits(times: $0) })
        let estimated = ReportModel.share(of: spend.estimatedCalls, in: spend.calls)
        func tokens(_ figure: Estimate?) -> JSONValue { figure.map { estimate($0, n: spend.tokens.count) } ?? .null }
        return [
            "per_case": JSONValue(cost.perCase), "per_case_lower": JSONValue(cost.limits?.lower),
            "per_case_upper": JSONValue(cost.limits?.upper), "per_month": JSONValue(cost.perMonth),
            "per_month_lower": JSONValue(month?.lower), "per_month_upper": JSONValue(month?.upper),
            "per_million_calls": JSONValue(cost.perCase.map { $0 * 1e6 }), "per_million_calls_lower": JSONValue(million?.lower),
            "per_million_calls_upper": JSONValue(million?.upper), "n": JSONValue(model.look.cost.pairs),
            "per_million_tokens": tokens(spend.perMillionTokens), "batch_per_case": tokens(spend.batchCase),
            "cache_saving_per_case": tokens(spend.cacheSaving), "input_tokens": tokens(spend.inputTokens),
            "cached_share": tokens(spend.cachedShare), "output_tokens": tokens(spend.outputTokens),
            "price": JSONSections.json(spend.price), "calls": JSONValue(spend.calls), "priced_calls": JSONValue(spend.pricedCalls),
            "estimated_calls": JSONValue(spend.estimatedCalls), "estimated_share": JSONValue(spend.estimatedShare),
            "estimated_share_lower": JSONValue(estimated?.lower), "estimated_share_upper": JSONValue(estimated?.upper),
        ]
    }

    private func region(_ region: RegionCost) -> JSONValue {
        [
            "region": JSONValue(region.name), "share": JSONValue(region.share), "hourly": JSONValue(region.hourly),
            "tokens_per_day": JSONValue(region.tokensPerDay), "replicas": JSONValue(region.replicas), "per_day": JSONValue(region.perDay),
            "break_even_tokens_per_day": [
                "estimate": JSONValue(region.breakEvenTokensPerDay), "lower": JSONValue(region.breakEvenLimits.lower),
                "upper": JSONValue(region.breakEvenLimits.upper), "n": JSONValue(model.look.cost.pairs),
            ],
        ]
    }

    private static func json(_ price: ReportModel.Price) -> JSONValue {
        switch price {
        case .none: .null
        case .tokens(let input, let output, let cached, let batch):
            [
                "input": JSONValue(input), "output": JSONValue(output), "cached_input": JSONValue(cached),
                "batch_input": JSONValue(batch?.input), "batch_output": JSONValue(batch?.output),
            ]
        case .dedicated(let hourly, let tokensPerDay, let replicas):
            ["hourly": JSONValue(hourly), "tokens_per_day": JSONValue(tokensPerDay), "replicas": JSONValue(replicas)]
        }
    }

    /// All calls of whole days by the calendar; null where no mirror counted them.
    var volume: JSONValue {
        guard let volume = model.volume else { return .null }
        func parts(_ parts: [ReportModel.Volume.Part], _ name: String) -> JSONValue {
            .array(
                parts.map {
                    .object([
                        JSONMember(name, JSONValue($0.number)), JSONMember("days", JSONValue($0.days)),
                        JSONMember("calls", JSONValue($0.calls)),
                    ])
                })
        }
        return [
            "whole_days": JSONValue(volume.wholeDays), "weekdays": parts(volume.weekdays, "weekday"), "hours": parts(volume.hours, "hour"),
        ]
    }
}
