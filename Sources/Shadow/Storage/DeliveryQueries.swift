/// The SQL of reports that are delivered by themselves.
enum DeliveryQueries {
    static let tryLock = "SELECT pg_try_advisory_lock(hashtext('understudy_store.delivery')) AS locked"
    static let unlock = "SELECT pg_advisory_unlock(hashtext('understudy_store.delivery'))"

    /// Whether some of the outlets `$2` has no row yet for an occasion.
    private static func lacks(_ workload: String, _ kind: String, _ occasion: String) -> String {
        """
        EXISTS (
            SELECT FROM unnest($2::text[]) AS wanted (outlet)
            WHERE NOT EXISTS (
                SELECT FROM understudy_store.delivery
                WHERE delivery.workload = \(workload) AND kind = '\(kind)' AND occasion = \(occasion) AND delivery.outlet = wanted.outlet))
        """
    }

    /// Workloads that were shadowed in the week before the last Monday, 07:00 in their time zone, and that still lack its report.
    static let weeks = """
        SELECT DISTINCT trial.workload, ended.monday::text AS monday, ended.week
        FROM understudy_store.trial
        CROSS JOIN LATERAL (
            SELECT date_trunc('week', ($1::timestamptz AT TIME ZONE trial.timezone) - interval '7 hours')::date AS monday
        ) AS last
        CROSS JOIN LATERAL (SELECT last.monday, to_char(last.monday - 1, 'IYYY"-W"IW') AS week) AS ended
        WHERE trial.source IN ('mirror', 'tap') AND trial.started_at < ended.monday::timestamp AT TIME ZONE trial.timezone
            AND (trial.ended_at IS NULL OR trial.ended_at >= (ended.monday - 7)::timestamp AT TIME ZONE trial.timezone)
            AND \(lacks("trial.workload", "week", "ended.week"))
        ORDER BY 1, 2
        """

    /// Open trials of a workload that no day-end look was taken at on the day `$2`, which is that of the moment `$3`.
    static let unclosed = """
        SELECT trial.id FROM understudy_store.trial
        WHERE trial.workload = $1 AND trial.source IN ('mirror', 'tap') AND trial.state <> 'ended'
            AND trial.started_at < $2::date::timestamp AT TIME ZONE trial.timezone
            AND ($3::timestamptz AT TIME ZONE trial.timezone)::date = $2::date
            AND NOT EXISTS (
                SELECT FROM understudy_store.look WHERE look.trial = trial.id AND look.day_end AND look.day = $2::date)
        ORDER BY trial.id
        """

    /// Day-end looks of late that came to another verdict than the one before. Before the first a trial was on its way.
    static let changes = """
        SELECT look.id, look.trial, trial.workload, look.looked_at, look.day::text AS day,
            coalesce(before.verdict, 'keep_shadowing') AS verdict_before, look.verdict
        FROM understudy_store.look
        JOIN understudy_store.trial ON trial.id = look.trial
        LEFT JOIN LATERAL (
            SELECT earlier.verdict FROM understudy_store.look AS earlier
            WHERE earlier.trial = look.trial AND earlier.day_end AND earlier.id < look.id
            ORDER BY earlier.id DESC LIMIT 1
        ) AS before ON true
        WHERE look.day_end AND look.looked_at > $1::timestamptz - interval '3 days' AND trial.source IN ('mirror', 'tap')
            AND look.verdict <> coalesce(before.verdict, 'keep_shadowing')
            AND \(lacks("trial.workload", "verdict", "look.id::text"))
        ORDER BY look.id
        """

    static let insert = """
        INSERT INTO understudy_store.delivery (
            workload, outlet, kind, occasion, verdict_before, verdict, looks, day, created_at, due_at)
        SELECT $1, outlet, $3, $4, $5, $6, $7, $8::date, $9, $9 FROM unnest($2::text[]) AS wanted (outlet)
        ON CONFLICT DO NOTHING
        """

    /// What was reported of the week before a Monday.
    static let reported = """
        SELECT looks::text[] AS looks FROM understudy_store.delivery WHERE workload = $1 AND kind = 'week' AND day = $2::date LIMIT 1
        """

    /// Claims whose holder is gone. A file is simply written again; a message may have been sent.
    static let expire = """
        UPDATE understudy_store.delivery
        SET state = CASE outlet WHEN 'folder' THEN 'waiting' ELSE 'unknown' END, claimed_until = NULL,
            ended_at = CASE outlet WHEN 'folder' THEN NULL ELSE $1::timestamptz END,
            note = CASE outlet WHEN 'folder' THEN note ELSE 'the worker ended while it posted' END
        WHERE state = 'claimed' AND claimed_until < $1
        """

    static let claim = """
        UPDATE understudy_store.delivery SET state = 'claimed', attempts = attempts + 1, claimed_until = $2
        WHERE id = (
            SELECT id FROM understudy_store.delivery
            WHERE state = 'waiting' AND due_at <= $1 AND outlet = ANY ($3::text[])
            ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1)
        RETURNING id, workload, outlet, kind, occasion, verdict_before, verdict, looks::text[] AS looks, day::text AS day, attempts
        """

    /// The end of attempt `$2`, also of one whose claim has run out meanwhile.
    static let finish = """
        UPDATE understudy_store.delivery
        SET state = $3, claimed_until = NULL, due_at = coalesce($4, due_at), ended_at = $5, note = $6
        WHERE id = $1 AND attempts = $2 AND state IN ('claimed', 'unknown')
        """

    /// What is to be told: what did not arrive, or is late, of the last two weeks.
    static let troubles = """
        SELECT outlet, kind, occasion, state, attempts, due_at, note FROM understudy_store.delivery
        WHERE workload = $1 AND created_at > $2::timestamptz - interval '14 days'
            AND (state IN ('failed', 'unknown') OR (state = 'waiting' AND (note IS NOT NULL OR due_at < $2::timestamptz - interval '10 minutes')))
        ORDER BY id
        """
}
