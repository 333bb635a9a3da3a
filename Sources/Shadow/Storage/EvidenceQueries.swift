/// The SQL by which a look reads a trial's evidence. `$1` is the trial in all of it.
enum EvidenceQueries {
    /// After midnight a day's last calls get this long to be shipped before the day counts as ended.
    private static let grace = "interval '2 minutes'"

    /// What is known about the days: the day of the moment `$2`, the first day with pairs, how many have pairs, the first that has
    /// not ended, and the first with pairs still to be compared.
    static let calendar = """
        SELECT ($2 AT TIME ZONE trial.timezone)::date AS today,
            (($2 - \(grace)) AT TIME ZONE trial.timezone)::date AS open_day,
            known.first_day, coalesce(known.days, 0) AS days,
            ($2 AT TIME ZONE trial.timezone)::date - known.first_day AS today_number,
            (($2 - \(grace)) AT TIME ZONE trial.timezone)::date - known.first_day AS open_day_number,
            (SELECT (min(first_called_at) AT TIME ZONE trial.timezone)::date FROM understudy_store.batch
                WHERE batch.trial = $1 AND reason = 'new') AS first_waiting_day
        FROM understudy_store.trial
        LEFT JOIN LATERAL (
            SELECT min(day) AS first_day, count(DISTINCT day) AS days FROM understudy_store.outcome_count
            WHERE outcome_count.trial = $1 AND pairs > 0
        ) AS known ON true
        WHERE trial.id = $1
        """

    /// The oldest pair of days before `$2` of whose conversation none is chosen yet.
    static let oldestUnsettled = """
        SELECT min(called_at) AS called_at FROM understudy_store.comparison WHERE trial = $1 AND in_evidence IS NULL AND day < $2::date
        """

    /// Chooses, for conversations of days before `$2`, the pair that is evidence: the smallest keyed hash. A pair that comes after
    /// its conversation's was chosen is none. `$3`: `oldestUnsettled`.
    ///
    /// One sort over the days concerned, each of at most 25 hours, and no join that a misjudged plan could make quadratic.
    static let settle = """
        UPDATE understudy_store.comparison AS found SET in_evidence = turn.is_first
        FROM (
            SELECT pair_id, in_evidence,
                row_number() OVER (
                    PARTITION BY day, conversation
                    ORDER BY CASE in_evidence WHEN true THEN 0 WHEN false THEN 2 ELSE 1 END, hash_order, pair_id) = 1 AS is_first
            FROM understudy_store.comparison
            WHERE trial = $1 AND conversation IS NOT NULL AND day < $2::date
                AND called_at >= $3::timestamptz - interval '25 hours'
        ) AS turn
        WHERE found.trial = $1 AND found.pair_id = turn.pair_id AND turn.in_evidence IS NULL
        """

    /// Where the ledger ends: at the oldest pair that is still to be compared, first or because a judge has spoken, that waits for a judge,
    /// or whose conversation's day has not ended; and on which day that is.
    static let ledgerEnd = """
        SELECT ledger.ledger_end, (ledger.ledger_end AT TIME ZONE trial.timezone)::date AS end_day
        FROM understudy_store.trial
        CROSS JOIN LATERAL (SELECT least(
            (SELECT min(first_called_at) FROM understudy_store.batch WHERE trial = $1 AND reason IN ('new', 'judge')),
            (SELECT min(called_at) FROM understudy_store.judge_task WHERE trial = $1),
            (SELECT min(called_at) FROM understudy_store.comparison WHERE trial = $1 AND in_evidence IS NULL)) AS ledger_end) AS ledger
        WHERE trial.id = $1
        """

    /// The ledger: comparisons in evidence before its end (`$2`, null: all).
    private static let ledger = """
        understudy_store.comparison AS found
        WHERE found.trial = $1 AND found.in_evidence AND ($2::timestamptz IS NULL OR found.called_at < $2)
        """

    static let firstConfidences = """
        SELECT found.called_at, found.pair_id, coalesce(found.candidate_confidence, 0) AS confidence FROM \(ledger)
        ORDER BY found.called_at, found.pair_id
        LIMIT $3
        """

    static let fixGrid = """
        UPDATE understudy_store.trial SET tier_grid = $2, tier_grid_called_at = $3, tier_grid_pair = $4 WHERE id = $1
        """

    static let established = """
        SELECT tier_grid::text[] AS tier_grid, tier_grid_called_at, tier_grid_pair, latches, evidence_pruned_at,
            equivalence_ceiling
        FROM understudy_store.trial
        WHERE id = $1
        """

    /// The oldest pair whose planned judgement is outstanding.
    static let firstPending = """
        SELECT found.called_at, found.pair_id, found.day FROM \(ledger)
            AND found.agreement = 'different' AND found.planned AND found.correct = 'unknown' AND found.consumed_correct IS NULL
        ORDER BY found.called_at, found.pair_id
        LIMIT 1
        """

    /// What a look takes from the evidence stays as it was then.
    static let consume = """
        UPDATE understudy_store.comparison AS found SET consumed_correct = found.correct
        WHERE found.trial = $1 AND found.in_evidence AND ($2::timestamptz IS NULL OR found.called_at < $2)
            AND ((found.agreement = 'different' AND found.planned) OR \(EvidenceDayQueries.needsAudit))
            AND found.correct <> 'unknown' AND found.consumed_correct IS NULL
        """

    /// Fixes the largest share of pairs that agree by a tolerant rule alone.
    static let fixCeiling = "UPDATE understudy_store.trial SET equivalence_ceiling = $2 WHERE id = $1"

    /// Sketches of days before `$2`.
    static let latencies = """
        SELECT leg, metric, bucket, sum(samples)::bigint AS samples
        FROM understudy_store.latency_sketch AS sketch
        JOIN understudy_store.trial ON trial.id = sketch.trial
        WHERE sketch.trial = $1 AND (sketch.hour AT TIME ZONE trial.timezone)::date < $2::date
        GROUP BY leg, metric, bucket
        HAVING sum(samples) > 0
        """

    /// Who was right, over all pairs, by whether they agree.
    static let correctness = """
        SELECT agreement IN ('identical', 'equivalent') AS agreeing, correct, sum(pairs)::bigint AS pairs
        FROM understudy_store.outcome_count
        WHERE trial = $1 AND agreement <> 'incomparable'
        GROUP BY 1, 2
        """

    /// Calls of the trial by what became of them.
    static let volume = """
        SELECT coalesce(sum(calls) FILTER (WHERE stage = 'sampled'), 0)::bigint AS sampled,
            coalesce(sum(calls) FILTER (WHERE stage = 'shed' AND reason <> 'circuit_open'), 0)::bigint AS shed,
            coalesce(sum(calls) FILTER (WHERE stage = 'calls'), 0)::bigint AS calls
        FROM understudy_store.coverage_of_trial
        WHERE trial = $1
        """

    /// The calls by what is known of them, and the pairs by what is known of those.
    static let sample = """
        SELECT dimension, slice, calls, expected, drawn, sampled, kept, comparable, compared
        FROM understudy_store.sample_slice WHERE trial = $1 ORDER BY dimension, slice
        """

    /// For recorded pairs: the calls that they stand for, and over how many days.
    static let represented = """
        SELECT coalesce(sum(represented_calls), 0) AS calls, max(day) - min(day) + 1 AS days
        FROM understudy_store.cost_day WHERE trial = $1 AND leg = 'production' AND calls > 0
        """

    /// The smallest probability with which any disagreement could be drawn, whether it was or not: the bound must not hang on the draw.
    static let adjudicationFloor = """
        SELECT min(adjudication_probability) AS floor FROM understudy_store.comparison
        WHERE trial = $1 AND agreement = 'different' AND adjudication_probability > 0
        """
}
