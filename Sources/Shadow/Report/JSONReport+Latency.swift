internal import JSON
internal import Statistics
internal import Verdict

/// Latency and load in the JSON.
extension JSONSections {
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
}
