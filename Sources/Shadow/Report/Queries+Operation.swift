internal import JSON
internal import Statistics
internal import Traffic
internal import Verdict

/// Two-tier, the judge, and the way from call to comparison.
extension Queries {
    mutating func addTier() {
        let tier = model.look.tier
        for (index, point) in tier.curve.enumerated() {
            let row = "FROM understudy.two_tier_curve WHERE \(trial) AND day = \(day) AND abs(threshold - \(point.threshold)) < 1e-12"
            let name = "from confidence \(Numbers.plain(point.threshold)) on"
            if point.coverage != nil {
                add("/two_tier/curve/\(index)/escalation_rate", "share escalated \(name)", "SELECT escalation_rate AS estimate \(row)")
            }
            add("/two_tier/curve/\(index)/log_evidence", "evidence \(name)", "SELECT log_evidence AS estimate \(row)")
            if point.saving != nil {
                add("/two_tier/curve/\(index)/saving", "share saved \(name)", "SELECT saving AS estimate \(row)")
            }
        }
        addMixLatency()
        guard tier.threshold != nil else { return }
        let rows = "FROM understudy.two_tier_curve WHERE \(trial) AND day = \(day) AND certified ORDER BY threshold LIMIT 1"
        add("/two_tier/threshold", "certified threshold", "SELECT threshold AS estimate \(rows)")
        if tier.coverage != nil { add("/two_tier/coverage", "share of calls served", "SELECT 1 - escalation_rate AS estimate \(rows)") }
        if tier.escalation != nil {
            add("/two_tier/escalation_rate", "share of calls escalated", "SELECT escalation_rate AS estimate \(rows)")
        }
        if tier.saving != nil { add("/two_tier/saving", "share of the cost saved", "SELECT saving AS estimate \(rows)") }
    }

    mutating func addJudge() {
        guard let judge = model.judge else { return }
        let rows = "FROM understudy.judgements WHERE \(trial)"
        add("/judge/pairs", "pairs that the judge is done with", "SELECT count(*) AS estimate \(rows)")
        add("/judge/opinions", "pairs with the judge's opinion", "SELECT count(*) AS estimate \(rows) AND error IS NULL")
        add("/judge/reused", "opinions taken from the same question", "SELECT count(*) AS estimate \(rows) AND reused")
        add("/judge/calls", "calls to the judge", "SELECT coalesce(sum(calls), 0) AS estimate \(rows)")
        if judge.cost != nil { add("/judge/cost", "what they cost in USD", "SELECT coalesce(sum(cost), 0) AS estimate \(rows)") }
        if judge.orders.of > 0 {
            add(
                "/judge/order_consistency/estimate", "opinions whose two orders came out alike",
                "SELECT avg(order_consistent::int) AS estimate \(rows) AND NOT reused")
        }
        if judge.agreement.of > 0 {
            add(
                "/judge/agreement/estimate", "opinions that agree with labels and people on who was right",
                "SELECT avg((sign(said.f) = CASE pairs.correct WHEN 'candidate_only' THEN 1 WHEN 'production_only' THEN -1 ELSE 0 END)::int) "
                    + "AS estimate FROM understudy.judgements AS said JOIN understudy.pairs ON pairs.pair_id = said.pair_id "
                    + "WHERE said.\(trial) AND said.error IS NULL AND pairs.correct <> 'unknown'")
        }
        if judge.flips.of > 0 {
            add(
                "/judge/repeat_flips/estimate", "opinions that came out otherwise when asked again",
                "SELECT avg((NOT repeat_consistent)::int) AS estimate \(rows) AND NOT reused")
        }
        if model.look.quality.predictedDifference != nil {
            add(
                "/judge/predicted_difference", "difference in accuracy by the judge's reading",
                "SELECT sum(pairs.evidence_weight * CASE WHEN pairs.agreement = 'different' THEN coalesce(said.f, 0) ELSE 0 END) "
                    + "/ sum(pairs.evidence_weight) AS estimate FROM understudy.pairs "
                    + "LEFT JOIN understudy.judgements AS said ON said.pair_id = pairs.pair_id "
                    + "WHERE pairs.\(trial) AND pairs.in_evidence AND pairs.agreement <> 'incomparable'")
        }
        for failure in judge.errors {
            add(
                JSONPointer.appending(failure.error, to: "/judge/errors"), "pairs without an opinion: \(ForeignText.name(failure.error))",
                "SELECT count(*) AS estimate \(rows) AND error = \(Queries.quoted(failure.error))")
        }
    }

    mutating func addCoverage() {
        for column in ["calls", "sampled", "paired", "compared"] {
            add(
                "/coverage/\(column)", column,
                "SELECT coalesce(sum(\(column)), 0) AS estimate FROM understudy.coverage WHERE \(trial)")
        }
        add(
            "/coverage/in_evidence", "comparable pairs behind the gates, once all before them are compared",
            count("in_evidence AND agreement <> 'incomparable'"))
        let rows = "FROM understudy.coverage_reasons WHERE \(trial)"
        for (stage, key, reasons) in [
            ("shed", "shed", model.coverage.shed), ("skipped", "skipped", model.coverage.skipped),
            ("control_skipped", "control_skipped", model.coverage.controlSkipped), ("fault", "faults", model.coverage.faults),
        ] {
            for reason in reasons {
                add(
                    JSONPointer.appending(reason.reason, to: "/coverage/\(key)"),
                    "\(stage.replacing("_", with: " ")): \(ForeignText.name(reason.reason))",
                    "SELECT coalesce(sum(calls), 0) AS estimate \(rows) AND stage = '\(stage)' AND reason = \(Queries.quoted(reason.reason))"
                )
            }
        }
        add("/coverage/set_aside", "set aside", "SELECT coalesce(sum(calls), 0) AS estimate \(rows) AND stage = 'set_aside'")
    }
}
