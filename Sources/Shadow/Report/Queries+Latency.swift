internal import Statistics
internal import Traffic
internal import Verdict

/// Latency, and the load at which it was measured. Quantiles are exact where the report's sketches are within 1 %.
extension Queries {
    private var endedPairs: String {
        "FROM understudy.pairs WHERE \(trial) AND day < \(openDay) AND understudy.in_latency(pair_id, evidence_weight)"
    }

    private func timedOut(_ leg: String) -> String {
        "coalesce(\(leg)_error = 'timeout' OR (\(leg)_error IS NULL AND \(leg)_status = 408), false)"
    }

    private func answered(_ leg: String) -> String {
        "((\(leg)_error IS NULL OR \(leg)_error = 'too_large') AND \(leg)_status BETWEEN 200 AND 299)"
    }

    /// A leg's timing where it answered, infinite where it came too late.
    private func timing(_ leg: String, _ metric: String) -> String {
        "CASE WHEN \(timedOut(leg)) THEN 'Infinity' WHEN \(answered(leg)) THEN \(leg)_\(metric) END"
    }

    private func speed(_ leg: String) -> String {
        "CASE WHEN \(timedOut(leg)) THEN 0 WHEN \(answered(leg)) AND NOT \(leg)_tokens_estimated AND \(leg)_duration_ms > 0 "
            + "THEN \(leg)_output_tokens * 1000 / \(leg)_duration_ms END"
    }

    private func quantile(_ percentile: Int, of value: String) -> String {
        "percentile_disc(\(Double(percentile) / 100)) WITHIN GROUP (ORDER BY \(value))"
    }

    mutating func addLatency() {
        let latency = model.look.latency
        for (leg, reading) in [("production", latency.production), ("candidate", latency.candidate)] {
            for (metric, quantiles) in [(LatencyMetric.duration, reading.duration), (.firstToken, reading.firstToken)] {
                for quantile in quantiles where quantile.estimate != nil {
                    let value = "CASE WHEN \(leg)_error = 'timeout' THEN 'Infinity' ELSE \(leg)_\(metric.rawValue) END"
                    add(
                        "/latency/\(leg)/\(metric.rawValue)/p\(quantile.percentile)/estimate",
                        "\(leg)'s \(Sentences.name(metric, quantile.percentile)) in ms (exact; the report's sketch is within 1 %)",
                        "SELECT \(self.quantile(quantile.percentile, of: value)) AS estimate \(endedPairs)")
                }
            }
            for quantile in reading.outputSpeed where quantile.estimate != nil {
                add(
                    "/latency/\(leg)/output_tokens_per_second/p\(quantile.percentile)/estimate",
                    "\(leg)'s p\(quantile.percentile) of output tokens a second (exact; the report's sketch is within 1 %)",
                    "SELECT \(self.quantile(quantile.percentile, of: speed(leg))) AS estimate \(endedPairs) "
                        + "AND candidate_error IS DISTINCT FROM 'circuit_open'")
            }
            let counted = "\(endedPairs) AND candidate_error IS DISTINCT FROM 'circuit_open' AND (\(timedOut(leg)) OR \(answered(leg)))"
            add("/latency/\(leg)/samples", "\(leg)'s answers timed", "SELECT count(*) AS estimate \(counted)")
            if reading.samples > 0 {
                add(
                    "/latency/\(leg)/timeout_share", "share of \(leg)'s answers that timed out",
                    "SELECT avg(\(timedOut(leg))::int) AS estimate \(counted)")
            }
        }
        for (index, ratio) in latency.ratios.enumerated() where ratio.estimate != nil {
            let (ours, theirs) = (timing("candidate", ratio.metric.rawValue), timing("production", ratio.metric.rawValue))
            add(
                "/latency/ratios/\(index)/estimate", "candidate's \(Sentences.name(ratio.metric, ratio.percentile)) ÷ production's",
                "SELECT \(quantile(ratio.percentile, of: ours)) / \(quantile(ratio.percentile, of: theirs)) AS estimate \(endedPairs) "
                    + "AND candidate_error IS DISTINCT FROM 'circuit_open'")
        }
        for (index, ratio) in latency.paired.enumerated() { addPaired(index, ratio) }
    }

    /// Candidate ÷ production within each pair.
    private mutating func addPaired(_ index: Int, _ ratio: PairedRatio) {
        let value: String
        let slower: String
        switch ratio.metric {
        case .duration, .firstToken:
            let metric = ratio.metric.rawValue
            let both = "\(answered("candidate")) AND \(answered("production"))"
            let quotient = "CASE WHEN \(both) THEN candidate_\(metric) / nullif(production_\(metric), 0) END"
            value =
                ratio.metric == .firstToken
                ? quotient
                : "CASE WHEN \(timedOut("candidate")) AND \(answered("production")) THEN 'Infinity' "
                    + "WHEN \(timedOut("production")) AND \(answered("candidate")) THEN 0 ELSE \(quotient) END"
            slower = "> 1"
        case .outputSpeed:
            value = "(\(speed("candidate"))) / nullif(\(speed("production")), 0)"
            slower = "<= 0.99 / 1.01"
        }
        let rows = "\(endedPairs) AND candidate_error IS DISTINCT FROM 'circuit_open'"
        let name = "candidate's \(ratio.metric.rawValue) ÷ production's, call by call"
        if ratio.median != nil {
            add("/latency/paired/\(index)/median/estimate", "median of \(name)", "SELECT \(quantile(50, of: value)) AS estimate \(rows)")
        }
        add(
            "/latency/paired/\(index)/slower_share/estimate", "share of calls in which the candidate is slower by \(ratio.metric.rawValue)",
            "SELECT avg((value \(slower))::int) AS estimate FROM (SELECT \(value) AS value \(rows)) AS ratios WHERE value IS NOT NULL")
    }

    /// The mix's quantiles against production's, from the certified threshold on.
    mutating func addMixLatency() {
        guard let threshold = model.look.tier.threshold else { return }
        for (index, ratio) in model.look.tier.latency.enumerated() where ratio.estimate != nil {
            let (ours, theirs) = (timing("candidate", ratio.metric.rawValue), timing("production", ratio.metric.rawValue))
            let mix = "CASE WHEN coalesce(candidate_confidence, 0) >= \(threshold) THEN \(ours) ELSE (\(ours)) + (\(theirs)) END"
            add(
                "/two_tier/latency/\(index)/estimate", "the mix's \(Sentences.name(ratio.metric, ratio.percentile)) ÷ production's",
                "SELECT \(quantile(ratio.percentile, of: mix)) / \(quantile(ratio.percentile, of: theirs)) AS estimate \(endedPairs) "
                    + "AND candidate_error IS DISTINCT FROM 'circuit_open'")
        }
    }

    /// Calls as the mirrors counted them.
    mutating func addLoad() {
        guard let volume = model.volume else { return }
        let rows = "FROM understudy.volume WHERE \(trial)"
        let seconds =
            "(SELECT extract(epoch FROM least(ended_at, \(Queries.quoted(model.trial.asOf.description))::timestamptz) - started_at) "
            + "FROM understudy.trials WHERE \(trial))"
        add("/load/seconds", "seconds that calls were counted", "SELECT \(seconds) AS estimate")
        for column in ["calls", "sampled"] {
            add("/load/\(column)", column, "SELECT coalesce(sum(\(column)), 0) AS estimate \(rows)")
            add(
                "/load/\(column)_per_second", "\(column) a second",
                "SELECT coalesce(sum(\(column)), 0) / greatest(\(seconds), 1) AS estimate \(rows)")
            add(
                "/load/busiest_minute_\(column)", "\(column) in the busiest minute",
                "SELECT coalesce(max(busiest_minute_\(column)), 0) AS estimate \(rows)")
        }
        if volume.share != nil {
            add("/load/share", "share drawn", "SELECT sum(sampled) / sum(calls)::double precision AS estimate \(rows)")
        }
        guard model.look.latency.candidate.meanDuration != nil else { return }
        let mean = "(SELECT avg(candidate_duration_ms) \(endedPairs) AND \(answered("candidate")))"
        for (name, column) in [("candidate_at_once", "sampled"), ("candidate_at_once_at_full_load", "calls")] {
            add(
                "/load/\(name)", "candidate calls at a time, by calls of the busiest minute × mean duration",
                "SELECT coalesce(max(busiest_minute_\(column)), 0) / 60.0 * \(mean) / 1000 AS estimate \(rows)")
        }
    }
}
