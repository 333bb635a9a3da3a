/// The SQL of looks as they are stored.
enum LookQueries {
    private static let columns = """
        SELECT id, trial, looked_at, day::text AS day, day_end, input, latches_before, report, said FROM understudy_store.look
        """

    static let look = "\(columns) WHERE id = $1"

    static let last = """
        \(columns)
        WHERE trial = $1 AND ($2::timestamptz IS NULL OR looked_at <= $2 OR (day_end AND day = $3::date))
        ORDER BY id DESC LIMIT 1
        """

    /// The last moment before a day of a time zone, or of a day.
    static let lastMoment = """
        SELECT ($1::date + $2::integer)::timestamp AT TIME ZONE $3 - interval '1 microsecond' AS last_moment
        """

    static let insertLook = """
        INSERT INTO understudy_store.look (
            trial, looked_at, day, days, day_end, verdict, reason, basis, settings_hash, input, latches_before, report, said)
        VALUES ($1, $2, $3::date, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::jsonb, $12::jsonb, $13::jsonb)
        RETURNING id
        """

    static let insertGate = """
        INSERT INTO understudy_store.gate (look, gate, status, estimate, lower_limit, upper_limit, threshold, blocking)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """

    static let insertTierPoint = """
        INSERT INTO understudy_store.tier_point (look, threshold, escalation_rate, log_evidence, certified, saving)
        VALUES ($1, $2, $3, $4, $5, $6)
        """

    static let insertAudit = """
        INSERT INTO understudy_store.audit_point (
            look, status, equivalents, judged, worse, share, ceiling, allowed, log_evidence, hidden_at_most)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """

    /// What a pair of the report said (`$3`), as long as the pair is there.
    static let insertExample = """
        INSERT INTO understudy_store.look_example (look, pair_id, trial, ages_from, texts)
        SELECT $1, pair.id, pair.trial, pair.ages_from, $3::jsonb FROM understudy_store.pair WHERE pair.id = $2
        """

    static let examples = "SELECT pair_id, texts FROM understudy_store.look_example WHERE look = $1 ORDER BY pair_id"

    static let saveLatches = "UPDATE understudy_store.trial SET latches = $2::jsonb WHERE id = $1"

    /// Trials with a day that ended and that no day-end look has seen, once its pairs are compared and no judge's opinion is outstanding.
    static let due = """
        SELECT trial.id
        FROM understudy_store.trial
        CROSS JOIN LATERAL (SELECT (($1 - interval '2 minutes') AT TIME ZONE trial.timezone)::date AS open_day) AS today
        WHERE (trial.state <> 'ended' OR trial.ended_at > $1 - interval '3 days')
            AND EXISTS (
                SELECT FROM understudy_store.outcome_count AS counted
                WHERE counted.trial = trial.id AND counted.pairs > 0 AND counted.day < today.open_day
                    AND counted.day >= coalesce(
                        (SELECT max(look.day) FROM understudy_store.look WHERE look.trial = trial.id AND look.day_end), '-infinity'))
            AND NOT EXISTS (
                SELECT FROM understudy_store.batch
                WHERE batch.trial = trial.id AND batch.reason IN ('new', 'judge')
                    AND batch.first_called_at < today.open_day::timestamp AT TIME ZONE trial.timezone)
            AND NOT EXISTS (
                SELECT FROM understudy_store.judge_task AS task
                WHERE task.trial = trial.id AND task.called_at < today.open_day::timestamp AT TIME ZONE trial.timezone)
        ORDER BY trial.id
        """
}
