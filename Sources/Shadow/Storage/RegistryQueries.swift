/// The SQL of routes and trials.
enum RegistryQueries {
    private static let trialColumns = """
        id, workload, candidate, source, state, settings, settings_hash, simulated, timed_together, started_at, settings_changed_at, ends_at,
        ended_at, end_reason
        """

    /// Two files for one workload are taken one after the other.
    static let lockWorkload = "SELECT pg_advisory_xact_lock(hashtext('understudy.workload'), hashtext($1))"

    /// Fails with 22023 for a zone that PostgreSQL does not know.
    static let checkTimezone = "SELECT now() AT TIME ZONE $1::text"

    static let trial = "SELECT \(trialColumns) FROM understudy_store.trial WHERE id = $1"

    static let trials = """
        SELECT \(trialColumns) FROM understudy_store.trial
        WHERE ($1::text IS NULL OR workload = $1) AND ($2 OR state <> 'ended')
        ORDER BY started_at, id
        """

    static let openTrials = """
        SELECT \(trialColumns) FROM understudy_store.trial
        WHERE workload = $1 AND source = $2 AND state <> 'ended'
        ORDER BY started_at, id
        FOR UPDATE
        """

    /// A trial of a mirror ends by itself when its last calendar day does.
    static let insertTrial = """
        INSERT INTO understudy_store.trial (
            id, workload, candidate, source, state, settings, settings_hash, timezone, retain_days, started_at, settings_changed_at, ends_at,
            timed_together)
        VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9::integer, $10, $10,
            CASE WHEN $5 = 'running' THEN (($10 AT TIME ZONE $8)::date + $11::integer)::timestamp AT TIME ZONE $8 END, $12)
        RETURNING \(trialColumns)
        """

    /// What is stored with a trial must not outlive its end: whoever stores waits for whoever ends it, and sees that it has.
    static let holdOpenTrial = "SELECT state FROM understudy_store.trial WHERE id = $1 FOR UPDATE"

    /// Held by one replay of a trial as long as it runs.
    static let claimReplay = "SELECT pg_try_advisory_lock(hashtext('understudy.replay'), hashtext($1)) AS claimed"

    static let changeSettings = """
        UPDATE understudy_store.trial SET settings = $2::jsonb, retain_days = $3::integer, settings_changed_at = $4
        WHERE id = $1
        RETURNING \(trialColumns)
        """

    static let endTrials = """
        UPDATE understudy_store.trial SET state = 'ended', ended_at = greatest($2, started_at), end_reason = $3
        WHERE id = ANY ($1) AND state <> 'ended'
        RETURNING \(trialColumns)
        """

    static let runningTrials = """
        SELECT id FROM understudy_store.trial
        WHERE workload = $1 AND state = 'running' AND ($2::text IS NULL OR candidate = $2)
        """

    static let completedTrials = "SELECT id FROM understudy_store.trial WHERE state = 'running' AND ends_at <= $1"

    static let routes = "SELECT workload, production_api, production_url, created_at FROM understudy_store.route ORDER BY workload"

    static let saveRoute = """
        INSERT INTO understudy_store.route (workload, production_api, production_url) VALUES ($1, $2, $3)
        ON CONFLICT (workload) DO UPDATE SET production_api = $2, production_url = $3, updated_at = now()
        """

    static let removeRoute = "DELETE FROM understudy_store.route WHERE workload = $1"

    static let samplingKey = "SELECT value FROM understudy_store.setting WHERE name = 'sampling_key'"
}
