/// The SQL of the judge's queue.
enum JudgeQueries {
    /// Pairs that differ and have neither an opinion nor a task: `$1` the trial, `$2` the pairs.
    static let enqueue = """
        INSERT INTO understudy_store.judge_task (pair_id, trial, called_at)
        SELECT found.pair_id, found.trial, found.called_at
        FROM understudy_store.comparison AS found
        WHERE found.trial = $1 AND found.pair_id = ANY ($2)
            AND NOT EXISTS (SELECT FROM understudy_store.judge_opinion AS known WHERE known.pair_id = found.pair_id)
        ORDER BY found.pair_id
        ON CONFLICT DO NOTHING
        """

    /// The oldest first: the evidence waits for it. `$3`: trials whose judge is not to be asked now; their tasks that have grown too old
    /// are taken all the same, to be settled. A lease that has run out is taken over.
    static let claim = """
        UPDATE understudy_store.judge_task SET lease_until = clock_timestamp() + make_interval(secs => $1), lease_token = $2
        WHERE pair_id = (
            SELECT pair_id FROM understudy_store.judge_task
            WHERE not_before <= clock_timestamp() AND (lease_until IS NULL OR lease_until < clock_timestamp())
                AND (trial <> ALL ($3) OR \(isExpired))
            ORDER BY called_at, pair_id
            LIMIT 1
            FOR UPDATE SKIP LOCKED)
        RETURNING pair_id, trial, \(isExpired) AS is_expired
        """

    /// A judge that has not spoken for a day is waited for no longer.
    private static let isExpired = "created_at < clock_timestamp() - interval '24 hours'"

    /// Those under this version of the question; under another one they would be other calls.
    static let calls = """
        SELECT ask, error, answer FROM understudy_store.judge_call WHERE pair_id = $1 AND prompt_version = $2 ORDER BY id
        """

    /// Locks the task against a rescuer; no row when it is no longer ours.
    static let holdLease = "SELECT FROM understudy_store.judge_task WHERE pair_id = $1 AND lease_token = $2 FOR UPDATE"

    static let extend = """
        UPDATE understudy_store.judge_task SET lease_until = clock_timestamp() + make_interval(secs => $2)
        WHERE pair_id = $1 AND lease_token = $3
        """

    static let release = """
        UPDATE understudy_store.judge_task SET
            lease_until = NULL, lease_token = NULL, not_before = clock_timestamp() + make_interval(secs => $3)
        WHERE pair_id = $1 AND lease_token = $2
        """

    static let insertCall = """
        INSERT INTO understudy_store.judge_call (
            pair_id, trial, called_at, duration_ms, cost, input_tokens, output_tokens, prompt_version, attempt, tokens_estimated, ask, model,
            error, answer)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (pair_id, prompt_version, ask, attempt) DO NOTHING
        """

    static let deleteTask = "DELETE FROM understudy_store.judge_task WHERE pair_id = $1"

    static let insertOpinion = """
        INSERT INTO understudy_store.judge_opinion (
            pair_id, trial, settled_at, prediction, content_hash, prompt_version, reused, order_consistent, same_meaning, repeat_consistent,
            model, difference, error, calls, cost)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, count(*),
            CASE WHEN count(*) = count(call.cost) THEN coalesce(sum(call.cost), 0) END
        FROM understudy_store.judge_call AS call WHERE call.pair_id = $1
        ON CONFLICT (pair_id) DO NOTHING
        """

    static let known = """
        SELECT prediction, order_consistent, same_meaning, difference, repeat_consistent FROM understudy_store.judge_opinion
        WHERE content_hash = $1 AND error IS NULL
        LIMIT 1
        """

    /// USD since the beginning of the day in the trial's time zone.
    static let spent = """
        SELECT coalesce(sum(call.cost), 0) AS cost FROM understudy_store.trial
        JOIN understudy_store.judge_call AS call ON call.trial = trial.id
            AND call.called_at >= date_trunc('day', $2::timestamptz AT TIME ZONE trial.timezone) AT TIME ZONE trial.timezone
        WHERE trial.id = $1
        """

    static let waiting = "SELECT count(*) AS pairs FROM understudy_store.judge_task WHERE $1::uuid IS NULL OR trial = $1"

    // MARK: Reports. `$1` the trial, `$2` the moment up to which is counted.

    /// Opinions taken over from another pair say nothing new about the judge.
    static let audit = """
        SELECT count(*) AS pairs, count(*) FILTER (WHERE opinion.error IS NULL) AS opinions,
            count(*) FILTER (WHERE opinion.reused) AS reused, coalesce(sum(opinion.calls), 0)::bigint AS calls,
            CASE WHEN count(*) = count(opinion.cost) THEN coalesce(sum(opinion.cost), 0) END AS cost,
            count(*) FILTER (WHERE opinion.error IS NULL AND NOT opinion.reused) AS orders,
            count(*) FILTER (WHERE opinion.order_consistent AND NOT opinion.reused) AS consistent,
            count(*) FILTER (WHERE opinion.repeat_consistent IS NOT NULL AND NOT opinion.reused) AS repeats,
            count(*) FILTER (WHERE NOT opinion.repeat_consistent AND NOT opinion.reused) AS flips,
            count(*) FILTER (WHERE opinion.error IS NULL AND found.correct <> 'unknown') AS judged,
            count(*) FILTER (WHERE opinion.error IS NULL AND found.correct <> 'unknown' AND sign(opinion.prediction)
                = CASE found.correct WHEN 'candidate_only' THEN 1 WHEN 'production_only' THEN -1 ELSE 0 END) AS agreeing
        FROM understudy_store.judge_opinion AS opinion
        LEFT JOIN understudy_store.comparison AS found ON found.pair_id = opinion.pair_id
        WHERE opinion.trial = $1 AND opinion.settled_at <= $2
        """

    static let errors = """
        SELECT error, count(*) AS pairs FROM understudy_store.judge_opinion
        WHERE trial = $1 AND settled_at <= $2 AND error IS NOT NULL
        GROUP BY error
        """
}
