internal import JSON
internal import Statistics
internal import Traffic
internal import Verdict

/// Latency, load, cost and volume in the JSON.
extension JSONSections {
    // MARK: Latency

    var latency: JSONValue {
        func quantiles(_ quantiles: [LatencyQuantile], n: Int) -> JSONValue {
            guard !quantiles.isEmpty else { return .null }
            return .object(
                quantiles.map { quantile in
                    JSONMember(
                        "p\(quantile.percentile)",
                        [
                            "estimate": JSONValue(quantile.estimate), "lower": JSONValue(quantile.lower),
                            "upper": JSONValue(quantile.upper), "n": JSONValue(n),
                        ])
                })
        }
        func leg(_ leg: LegLatencyReading) -> JSONValue {
            let late = leg.timeouts
            return [
                "duration_ms": quantiles(leg.duration, n: leg.samples), "ttft_ms": quantiles(leg.firstToken, n: leg.firstTokenSamples),
                "output_tokens_per_second": quantiles(leg.outputSpeed, n: leg.outputSpeedSamples), "samples": JSONValue(leg.samples),
                "timeout_share": JSONValue(leg.timeoutShare), "timeout_share_lower": JSONValue(late?.lower),
                "timeout_share_upper": JSONValue(late?.upper), "n": JSONValue(leg.samples),
            ]
        }
        let latency = model.look.latency
        return [
            "production": leg(latency.production), "candidate": leg(latency.candidate),
            "ratios": json(latency.ratios),
            "paired": .array(
                latency.paired.map { ratio in
                    [
                        "metric": JSONValue(ratio.metric.rawValue),
                        "median": [
                            "estimate": JSONValue(ratio.median), "lower": JSONValue(ratio.lower), "upper": JSONValue(ratio.upper),
                            "n": JSONValue(ratio.pairs),
                        ],
                        "slower_share": estimate(ratio.slower, n: ratio.pairs),
                    ]
                }),
        ]
    }

    func json(_ ratios: [LatencyRatio]) -> JSONValue {
        .array(
            ratios.map { ratio in
                func samples(_ leg: LegLatencyReading) -> Int { ratio.metric == .duration ? leg.samples : leg.firstTokenSamples }
                return [
                    "metric": JSONValue(ratio.metric.rawValue), "quantile": JSONValue("p\(ratio.percentile)"),
                    "status": JSONValue(ratio.status.rawValue), "estimate": JSONValue(ratio.estimate), "lower": JSONValue(ratio.lower),
                    "upper": JSONValue(ratio.upper), "limit": JSONValue(ratio.limit),
                    "n": JSONValue(min(samples(model.look.latency.production), samples(model.look.latency.candidate))),
                ]
            })
    }

    /// At what load the candidate was measured, and the sampling rates by which to reach all of it; null where no mirror counted calls.
    var load: JSONValue {
        guard let volume = model.volume else { return .null }
        let seconds = max(model.countedSeconds, 1)
        func atOnce(_ calls: Int) -> JSONValue { JSONValue(ReportModel.atOnce(calls, model.look.latency.candidate)) }
        return [
            "calls": JSONValue(volume.calls), "sampled": JSONValue(volume.sampled), "seconds": JSONValue(model.countedSeconds),
            "share": JSONValue(volume.share), "calls_per_second": JSONValue(Double(volume.calls) / seconds),
            "sampled_per_second": JSONValue(Double(volume.sampled) / seconds),
            "busiest_minute_calls": JSONValue(volume.busiestMinuteCalls), "busiest_minute_sampled": JSONValue(volume.busiestMinuteSampled),
            "candidate_at_once": atOnce(volume.busiestMinuteSampled), "candidate_at_once_at_full_load": atOnce(volume.busiestMinuteCalls),
            "ramp": .array(sentences.ramp == nil ? [] : Sentences.rampSteps(from: model.trial.samplingRate ?? 1).map { JSONValue($0) }),
            "sentence": JSONValue(sentences.load),
        ]
    }

    // MARK: Cost

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
