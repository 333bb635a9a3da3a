/// The SQL of imported pairs and of what is said about pairs afterwards.
enum ImportQueries {
    /// Those of a file's ids that the trial has already.
    static let knownKeys = """
        SELECT external_hash, called_at FROM understudy_store.import_key WHERE trial = $1 AND external_hash = ANY ($2)
        """

    static let insertLabels = """
        INSERT INTO understudy_store.gold_label (call_id, label, origin, said_at)
        SELECT call_id, label::jsonb, $3, said_at::timestamptz
        FROM unnest($1::uuid[], $2::text[], $4::text[]) WITH ORDINALITY AS said (call_id, label, said_at, place)
        ORDER BY place
        """

    /// Probability and plan are the pair's own.
    static let insertAdjudications = """
        INSERT INTO understudy_store.adjudication (pair_id, trial, probability, said_at, planned, correct, who)
        SELECT pair.id, pair.trial, pair.adjudication_probability, said.said_at::timestamptz, pair.planned, said.correct, said.who
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS said (pair_id, correct, who, said_at, place)
        JOIN understudy_store.pair ON pair.id = said.pair_id
        ORDER BY place
        """

    static let markSimulated = "UPDATE understudy_store.trial SET simulated = true WHERE id = $1 RETURNING simulated"

    /// Pairs of a workload by the names that a line can give them: `named` is what the line said. The first kind of name that is
    /// known counts, so that nothing is meant twice. External ids are found by the hash that keeps imports unique.
    static let findTargets = """
        WITH asked AS (
            SELECT named, id, external_hash, request_id, request_hash
            FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
                AS asked (named, id, external_hash, request_id, request_hash)
        ), trials AS (
            SELECT id FROM understudy_store.trial WHERE workload = $1
        ), found AS (
            SELECT asked.named, 1 AS kind, pair.id AS pair_id, pair.call_id, pair.trial
            FROM asked JOIN understudy_store.pair ON pair.id = asked.id::uuid
            UNION ALL
            SELECT asked.named, 2, pair.id, pair.call_id, pair.trial
            FROM asked JOIN understudy_store.pair ON pair.call_id = asked.id::uuid
            UNION ALL
            SELECT asked.named, 3, pair.id, pair.call_id, pair.trial
            FROM asked
            CROSS JOIN trials
            JOIN understudy_store.import_key AS known ON known.trial = trials.id AND known.external_hash = asked.external_hash::uuid
            JOIN understudy_store.pair ON pair.id = known.pair_id
            UNION ALL
            SELECT asked.named, 4, pair.id, pair.call_id, pair.trial
            FROM asked
            JOIN understudy_store.call ON call.production_request_id = asked.request_id
            JOIN understudy_store.pair ON pair.call_id = call.id
            UNION ALL
            SELECT asked.named, 5, pair.id, pair.call_id, pair.trial
            FROM asked JOIN understudy_store.pair ON pair.candidate_request_id = asked.request_id
            UNION ALL
            SELECT asked.named, 6, pair.id, pair.call_id, pair.trial
            FROM asked
            JOIN understudy_store.call ON call.request_hash = asked.request_hash::uuid
            JOIN understudy_store.pair ON pair.call_id = call.id
        )
        SELECT named, pair_id, call_id, trial
        FROM (SELECT *, min(kind) OVER (PARTITION BY named) AS first_kind FROM found WHERE trial IN (SELECT id FROM trials)) AS ranked
        WHERE kind = first_kind
        ORDER BY named, pair_id
        """

    static let newestLabels = """
        SELECT DISTINCT ON (call_id) call_id, label, said_at FROM understudy_store.gold_label WHERE call_id = ANY ($1)
        ORDER BY call_id, id DESC
        """

    static let newestAdjudications = """
        SELECT DISTINCT ON (pair_id) pair_id, correct, who, said_at FROM understudy_store.adjudication WHERE pair_id = ANY ($1)
        ORDER BY pair_id, id DESC
        """

    static let pairTrial = "SELECT trial FROM understudy_store.pair WHERE id = $1"
}
