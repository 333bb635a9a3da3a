/// The SQL by which the evidence of one day is counted, kept and read again. `$1` is the trial and `$2` the day in all of it.
enum EvidenceDayQueries {
    /// The trial's days with pairs. `$2`: from here on days have not ended; `$3`: the ledger's end is on this day.
    static let days = """
        SELECT counted.day, counted.day < $2::date AS is_over,
            counted.day < $2::date AND ($3::date IS NULL OR counted.day < $3) AS is_whole
        FROM understudy_store.outcome_count AS counted
        WHERE trial = $1
        GROUP BY counted.day
        HAVING sum(pairs) > 0
        ORDER BY counted.day
        """

    /// Days that have been counted. `$2`: the days; `$3`: whether a judge predicts.
    static let kept = """
        SELECT day, cells, costs, tier_latencies FROM understudy_store.evidence_day
        WHERE trial = $1 AND day = ANY ($2::date[]) AND with_judge = $3
        """

    /// Forgets every day: the tiers have changed.
    static let forgetAll = "DELETE FROM understudy_store.evidence_day WHERE trial = $1"

    /// How many thresholds of a rising grid (`$9`) are at or below a confidence; null without a grid.
    private static let tier = "width_bucket(coalesce(found.candidate_confidence, 0), $9::double precision[])"

    /// The day's comparisons. Its hours bound the search; two more on either side are for clocks that are put forward and back.
    private static let ofTheDay = """
        found.trial = $1 AND found.day = $2::date
            AND found.called_at >= ($2::date::timestamp AT TIME ZONE $13) - interval '2 hours'
            AND found.called_at < (($2::date + 1)::timestamp AT TIME ZONE $13) + interval '2 hours'
        """

    /// Who was right, as the evidence takes it: what a look has consumed stays.
    private static let judged = "coalesce(found.consumed_correct, found.correct)"

    /// Counts a day: the ledger in groups, paired costs by tier, and durations by tier (the candidate's alone, and both legs' of one
    /// pair added), the latter two of days that are over.
    ///
    /// `$3`: the ledger's end, null for all; `$4`, `$5`: the oldest pending pair; `$6`: whether anything is judged in this trial; `$7`:
    /// whether a judge predicts; `$8`: whether the day is over; `$9`: the tier grid, rising; `$10`, `$11`: the last pair that fixed it;
    /// `$12`: the trial's first day; `$13`: its time zone.
    static let count = """
        SELECT coalesce((SELECT jsonb_agg(to_jsonb(cell) ORDER BY to_jsonb(cell)) FROM (\(cells)) AS cell), '[]') AS cells,
            coalesce((SELECT jsonb_agg(to_jsonb(cost) ORDER BY cost.tier) FROM (\(costs)) AS cost), '[]') AS costs,
            coalesce((SELECT jsonb_agg(to_jsonb(latency) ORDER BY latency.tier, latency.escalated, latency.bucket) FROM (\(tierLatencies)) AS latency), '[]') AS tier_latencies
        """

    /// The same, kept.
    static let keep = """
        WITH counted AS MATERIALIZED (\(count))
        INSERT INTO understudy_store.evidence_day (trial, day, with_judge, cells, costs, tier_latencies)
        SELECT $1, $2::date, $7, cells, costs, tier_latencies FROM counted
        ON CONFLICT (trial, day) DO UPDATE SET
            with_judge = excluded.with_judge, cells = excluded.cells, costs = excluded.costs, tier_latencies = excluded.tier_latencies
        RETURNING cells, costs, tier_latencies
        """

    /// Pairs that agree by a tolerant rule alone: all of them wait for the audit.
    static let needsAudit = "coalesce(found.equivalence IN ('judge', 'within_tolerance'), false)"
    private static let isToBeJudged = "$6 AND ((found.agreement = 'different' AND found.planned) OR \(needsAudit))"

    private static let cells = """
        SELECT found.day - $12::date AS day, found.segment, found.length_band, found.evidence_weight AS weight, found.agreement,
            \(needsAudit) AS needs_audit,
            CASE WHEN \(isToBeJudged) THEN \(judged) END AS judged,
            CASE WHEN \(isToBeJudged) THEN CASE found.agreement WHEN 'different' THEN found.adjudication_probability ELSE 1 END
                END AS probability,
            found.candidate_failed::integer - found.production_failed::integer AS failure_difference,
            found.control_rate, found.control_differed,
            CASE WHEN (found.called_at, found.pair_id) > ($10::timestamptz, $11::uuid) THEN \(tier) END AS tier,
            $4::timestamptz IS NULL OR (found.called_at, found.pair_id) < ($4, $5::uuid) AS before_pending,
            CASE WHEN $7 AND found.agreement = 'different' THEN coalesce((
                SELECT opinion.prediction FROM understudy_store.judge_opinion AS opinion WHERE opinion.pair_id = found.pair_id), 0)
                ELSE 0 END AS prediction,
            CASE WHEN \(needsAudit) THEN understudy_store.audit_level(found.pair_id) ELSE 0 END AS audit_level,
            count(*) AS pairs
        FROM understudy_store.comparison AS found
        WHERE \(ofTheDay) AND found.in_evidence AND ($3::timestamptz IS NULL OR found.called_at < $3)
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        """

    private static let costs = """
        SELECT \(tier) AS tier, count(*) AS pairs, sum(w) AS weight, sum(w * c) AS candidate,
            sum(w * p) AS production, sum(w * w * c * c) AS candidate_squares, sum(w * w * p * p) AS production_squares,
            sum(w * w * c * p) AS products, sum(w * w) AS weight_squares, sum(w * w * p) AS production_weight_squares,
            sum(w * w * c) AS candidate_weight_squares,
            coalesce(sum(found.production_input_tokens), 0) AS production_input,
            coalesce(sum(found.production_output_tokens), 0) AS production_output,
            coalesce(sum(found.candidate_input_tokens), 0) AS candidate_input,
            coalesce(sum(found.candidate_output_tokens), 0) AS candidate_output
        FROM understudy_store.comparison AS found
        CROSS JOIN LATERAL (VALUES (found.evidence_weight, found.candidate_cost, found.production_cost)) AS paired (w, c, p)
        WHERE \(ofTheDay) AND $8 AND found.candidate_asked AND c IS NOT NULL AND p IS NOT NULL
        GROUP BY 1
        """

    /// Both legs' durations add up only where they were taken beside each other.
    private static let tierLatencies = """
        SELECT \(tier) AS tier, way.escalated,
            CASE WHEN way.timeout THEN \(SketchBucket.timeout) WHEN way.ms <= 1e-9 THEN \(SketchBucket.zero)
                ELSE \(SketchBucket.of("way.ms")) END AS bucket,
            count(*) AS samples
        FROM understudy_store.comparison AS found
        CROSS JOIN LATERAL (VALUES
            (false, found.candidate_duration_ms, found.candidate_timeout),
            (true, found.candidate_duration_ms + found.production_duration_ms, found.candidate_timeout OR found.production_timeout)
        ) AS way (escalated, ms, timeout)
        WHERE \(ofTheDay) AND $8 AND $9::double precision[] IS NOT NULL AND understudy.in_latency(found.pair_id, found.evidence_weight)
            AND (way.timeout OR way.ms IS NOT NULL)
            AND (NOT way.escalated OR (SELECT timed_together FROM understudy_store.trial WHERE id = $1))
        GROUP BY 1, 2, 3
        """
}
