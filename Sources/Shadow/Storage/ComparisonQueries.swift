internal import Traffic

/// The SQL of the workers' queue.
enum ComparisonQueries {
    /// New pairs first. A lease that has run out is taken over.
    static let claim = """
        UPDATE understudy_store.batch SET
            state = 'claimed', lease_until = clock_timestamp() + make_interval(secs => $1), lease_token = $2, attempts = attempts + 1
        WHERE id = (
            SELECT id FROM understudy_store.batch
            WHERE (state = 'waiting' AND not_before <= clock_timestamp()) OR (state = 'claimed' AND lease_until < clock_timestamp())
            ORDER BY (reason <> 'new'), id
            LIMIT 1
            FOR UPDATE SKIP LOCKED)
        RETURNING id, trial, reason, attempts, pair_ids::text[] AS pair_ids, created_at < clock_timestamp() - interval '1 hour' AS is_old
        """

    static let release = """
        UPDATE understudy_store.batch SET state = 'waiting', lease_until = NULL, lease_token = NULL, attempts = attempts - 1
        WHERE id = $1 AND lease_token = $2
        """

    /// Until the transaction's end no query is shared out to parallel workers.
    static let readAlone = "SET LOCAL max_parallel_workers_per_gather = 0"

    /// Locks the batch against a rescuer; no row when it is no longer ours.
    static let holdLease = "SELECT FROM understudy_store.batch WHERE id = $1 AND lease_token = $2 FOR UPDATE"

    static let finish = "DELETE FROM understudy_store.batch WHERE id = $1"

    /// Keeps the pairs that could not be read yet.
    static let postpone = """
        UPDATE understudy_store.batch SET
            state = 'waiting', lease_until = NULL, lease_token = NULL, attempts = 0, not_before = clock_timestamp() + interval '2 seconds',
            pair_ids = $2
        WHERE id = $1
        """

    /// A part of a batch as one of its own, with the tries that it has behind it.
    static let splitInto = """
        INSERT INTO understudy_store.batch (trial, first_called_at, created_at, attempts, reason, pair_ids)
        SELECT trial, first_called_at, created_at, $3::smallint, reason, $2 FROM understudy_store.batch WHERE id = $1
        """

    static let keep = "UPDATE understudy_store.batch SET pair_ids = $2 WHERE id = $1"

    /// A trial's stores, looks and prunings take turns: its rollups and its evidence are one.
    static let lockTrial = "SELECT pg_advisory_xact_lock(hashtext('understudy.trial'), hashtext($1))"

    static let markSimulated = "UPDATE understudy_store.trial SET simulated = true WHERE id = $1 AND NOT simulated"

    static let outdated = """
        SELECT found.pair_id, found.trial
        FROM understudy_store.comparison AS found
        JOIN understudy_store.trial ON trial.id = found.trial AND trial.state <> 'ended'
        WHERE found.comparator_version < $1::integer AND EXISTS (SELECT FROM understudy_store.pair WHERE pair.id = found.pair_id)
            AND NOT EXISTS (SELECT FROM understudy_store.batch WHERE batch.trial = found.trial AND batch.reason = 'comparator')
        """

    static let lockOutdated = "SELECT pg_advisory_xact_lock(hashtext('understudy.outdated'))"

    static let waitingPairs = """
        SELECT coalesce(sum(cardinality(pair_ids)), 0)::bigint AS pairs FROM understudy_store.batch WHERE $1::uuid IS NULL OR trial = $1
        """
}

/// Pairs with their calls, as the comparison and `explain` read them.
enum PairQueries {
    /// Characters of the input that its language is told from.
    private static let inputShown = 200

    /// With their requests put together again, or with null in their place.
    static func pairs(withRequest: Bool) -> String {
        let request = withRequest ? "understudy_store.whole_request(prompt.content, call.request_rest)" : "NULL"
        let prompt = withRequest ? "LEFT JOIN understudy_store.prompt ON prompt.hash = call.prompt_hash" : ""
        return """
            SELECT pair.id AS pair_id, pair.call_id, pair.trial, pair.sampling_rate, pair.evidence_weight, pair.adjudication_probability,
                pair.hash_order, pair.planned, call.called_at, call.control_rate, call.turn, call.control_drawn, call.workload,
                call.source, call.external_id, call.segment, call.conversation, call.traceparent, call.path, \(request) AS request,
                left(call.input, \(inputShown)) AS input,
                \(LegRows.columnList(.production, of: "call")), \(LegRows.columnList(.control, of: "call")),
                \(LegRows.columnList(.candidate, of: "pair")), gold.label, said.correct AS adjudication,
                opinion.prediction, opinion.order_consistent, opinion.same_meaning, opinion.difference, opinion.repeat_consistent
            FROM understudy_store.pair
            JOIN understudy_store.call ON call.id = pair.call_id
            \(prompt)
            LEFT JOIN LATERAL (
                SELECT label FROM understudy_store.gold_label WHERE call_id = pair.call_id ORDER BY id DESC LIMIT 1
            ) AS gold ON true
            LEFT JOIN LATERAL (
                SELECT correct FROM understudy_store.adjudication WHERE pair_id = pair.id ORDER BY id DESC LIMIT 1
            ) AS said ON true
            LEFT JOIN understudy_store.judge_opinion AS opinion ON opinion.pair_id = pair.id AND opinion.error IS NULL
            WHERE pair.id = ANY ($1)
            """
    }

    static let finding = """
        SELECT agreement, equivalence, failure_mode, coalesce(differences, '[]') AS differences, production_unstable, ungrounded, correct,
            correct_by, production_label, candidate_label, production_failed, candidate_failed
        FROM understudy_store.comparison WHERE pair_id = $1
        """

    static let beside = """
        SELECT call.request_hash, found.production_cost, found.candidate_cost, found.control_cost, found.in_evidence, found.consumed_correct
        FROM understudy_store.call LEFT JOIN understudy_store.comparison AS found ON found.pair_id = $1
        WHERE call.id = $2
        """

    static let goldAnswers = "SELECT label, origin, said_at FROM understudy_store.gold_label WHERE call_id = $1 ORDER BY id DESC"

    static let judgements = "SELECT correct, who, said_at FROM understudy_store.adjudication WHERE pair_id = $1 ORDER BY id DESC"

    static let named = """
        SELECT DISTINCT pair_id FROM (
            SELECT id AS pair_id FROM understudy_store.pair WHERE id = $1::uuid OR call_id = $1::uuid
            UNION ALL
            SELECT pair_id FROM understudy_store.import_key WHERE external_hash = $2::uuid
            UNION ALL
            SELECT pair.id FROM understudy_store.call JOIN understudy_store.pair ON pair.call_id = call.id
            WHERE call.production_request_id = $3
            UNION ALL
            SELECT id FROM understudy_store.pair WHERE candidate_request_id = $3
        ) AS meant
        ORDER BY pair_id
        LIMIT $4::bigint
        """
}
