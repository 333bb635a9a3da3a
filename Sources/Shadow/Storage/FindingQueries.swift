/// Storing findings and keeping the rollups in step with them: within one transaction, what stands in the comparisons is counted,
/// and nothing else.
enum FindingQueries {
    /// Which of some pairs have a comparison.
    static let known = "SELECT pair_id FROM understudy_store.comparison WHERE pair_id = ANY ($1)"

    /// `$1`: the pairs' ids; `$2`: the trial; `$3`: comparator's version; `$4`: the moment; from `$5`: `FindingColumns`.
    ///
    /// In the order of the ids, so that two who store the same pairs wait for each other instead of crossing.
    private static let insert = """
        WITH found AS (
            \(FindingColumns.rows(first: 5))
        )
        \(insertComparisons)
        """

    /// Stores comparisons that are new. A pair that has one already is left as it is and not counted among the inserted.
    static let insertNew = insert + "\nON CONFLICT (pair_id) DO NOTHING"

    /// Stores comparisons in the place of those that were.
    static let replace = insert + "\n" + updateComparison

    /// Adds the comparisons of some pairs to the rollups, or takes them away. `$1`: the pairs, all of one trial; `$2`: 1 or −1; `$3`: the
    /// trial.
    ///
    /// Every insert is ordered by its key, though the trial's lock already keeps two stores of one trial apart.
    static let move = """
        WITH change AS MATERIALIZED (
            SELECT $2::integer AS sign, day,
                date_trunc('hour', called_at, (SELECT timezone FROM understudy_store.trial WHERE id = $3::uuid)) AS hour,
                coalesce(segment, '') AS segment, agreement, coalesce(equivalence, '') AS equivalence,
                coalesce(failure_mode, '') AS failure_mode, correct, coalesce(correct_by, '') AS correct_by, least(turn, 10) AS turn,
                length_band, prompt_hash, production_label, candidate_label, differences, fields, sampling_rate, rates_estimated, streamed,
                candidate_asked, control_drawn,
                CASE WHEN control_drawn THEN
                    CASE production_unstable WHEN true THEN 'differs' WHEN false THEN 'same' ELSE 'failed' END END AS control,
                understudy.in_latency(pair_id, evidence_weight) AS in_latency,
                production_cost, candidate_cost, control_cost, production_tokens_estimated, candidate_tokens_estimated,
                production_timeout, candidate_timeout, production_duration_ms, candidate_duration_ms, production_ttft_ms, candidate_ttft_ms,
                evidence_weight, production_input_tokens, production_output_tokens, production_cached_input_tokens,
                candidate_input_tokens, candidate_output_tokens, candidate_cached_input_tokens, language
            FROM understudy_store.comparison
            WHERE pair_id = ANY ($1)
        ), outcomes AS (
            \(moveOutcomes)
        ), slices AS (
            \(moveSlices)
        ), differing AS (
            \(moveDifferences)
        ), labels AS (
            \(moveLabels)
        ), fields AS (
            \(moveFields)
        ), latencies AS (
            \(moveLatencies)
        ), speeds AS (
            \(moveSpeeds)
        ), tokens AS (
            \(moveTokens)
        ), stale AS (
            INSERT INTO understudy_store.latency_stale (trial, day) SELECT $3::uuid, day FROM change GROUP BY 2 ORDER BY 2
            ON CONFLICT DO NOTHING
        ), recount AS (
            DELETE FROM understudy_store.evidence_day WHERE trial = $3::uuid AND day IN (SELECT day FROM change)
        )
        \(moveCosts)
        """

    /// Whether the answer came, however useful it was: what counts among the latencies.
    private static func answered(_ leg: String) -> String {
        "((\(leg)_error IS NULL OR \(leg)_error = 'too_large') AND \(leg)_status BETWEEN 200 AND 299)"
    }

    private static func timedOut(_ leg: String) -> String {
        "coalesce(\(leg)_error = 'timeout' OR (\(leg)_error IS NULL AND \(leg)_status = 408), false)"
    }

    /// A latency of a leg that answered, where both legs were asked.
    private static func latency(_ leg: String, _ metric: String) -> String {
        "CASE WHEN candidate_error IS DISTINCT FROM 'circuit_open' AND \(answered(leg)) THEN \(leg)_\(metric) END"
    }

    /// `OFFSET 0`: row by row by their keys, whatever the planner believes of tables that have only just been filled.
    private static let insertComparisons = """
        INSERT INTO understudy_store.comparison AS stored (
            pair_id, call_id, trial, called_at, ages_from, compared_at, sampling_rate, evidence_weight, adjudication_probability, control_rate, hash_order,
            production_cost, candidate_cost, control_cost, production_duration_ms, candidate_duration_ms, production_ttft_ms,
            candidate_ttft_ms, candidate_confidence, day, turn, input_length, production_input_tokens, production_output_tokens,
            candidate_input_tokens, candidate_output_tokens, comparator_version, planned, rates_estimated, in_evidence, production_failed, candidate_failed,
            candidate_asked, streamed, production_timeout, candidate_timeout, production_tokens_estimated, candidate_tokens_estimated,
            control_drawn, control_differed, production_unstable, ungrounded, agreement, correct, correct_by, equivalence, failure_mode,
            segment, conversation, prompt_hash, production_label, candidate_label, label, differences, fields,
            production_cached_input_tokens, candidate_cached_input_tokens, language)
        SELECT pair.id, pair.call_id, pair.trial, call.called_at, pair.ages_from, $4, sampling_rate, evidence_weight, adjudication_probability,
            control_rate, hash_order, production_cost, candidate_cost, control_cost, \(latency("production", "duration_ms")),
            \(latency("candidate", "duration_ms")), \(latency("production", "ttft_ms")), \(latency("candidate", "ttft_ms")),
            candidate_confidence, (call.called_at AT TIME ZONE trial.timezone)::date, turn, input_length, production_input_tokens,
            production_output_tokens, candidate_input_tokens, candidate_output_tokens, $3::integer, planned, rates_estimated,
            CASE WHEN conversation IS NULL THEN true END, production_failed, candidate_failed,
            candidate_error IS DISTINCT FROM 'circuit_open', production_streamed,
            candidate_error IS DISTINCT FROM 'circuit_open' AND \(timedOut("production")), \(timedOut("candidate")),
            production_tokens_estimated, candidate_tokens_estimated, control_drawn,
            CASE WHEN control_drawn THEN coalesce(found.production_unstable, true) END, found.production_unstable, found.ungrounded,
            found.agreement, found.correct, found.correct_by, found.equivalence, found.failure_mode, segment, conversation, prompt_hash,
            found.production_label, found.candidate_label, found.label, found.differences, found.fields,
            production_cached_input_tokens, candidate_cached_input_tokens, found.language
        FROM found
        CROSS JOIN LATERAL (SELECT * FROM understudy_store.pair WHERE pair.id = found.pair_id AND pair.trial = $2 OFFSET 0) AS pair
        CROSS JOIN LATERAL (SELECT * FROM understudy_store.call WHERE call.id = pair.call_id OFFSET 0) AS call
        JOIN understudy_store.trial ON trial.id = $2
        ORDER BY pair.id
        """

    private static let updateComparison = """
        ON CONFLICT (pair_id) DO UPDATE SET
            compared_at = excluded.compared_at, comparator_version = excluded.comparator_version,
            production_cost = excluded.production_cost, candidate_cost = excluded.candidate_cost, control_cost = excluded.control_cost,
            production_failed = excluded.production_failed, candidate_failed = excluded.candidate_failed,
            control_differed = excluded.control_differed, production_unstable = excluded.production_unstable,
            ungrounded = excluded.ungrounded, agreement = excluded.agreement, correct = excluded.correct,
            correct_by = excluded.correct_by, equivalence = excluded.equivalence, failure_mode = excluded.failure_mode,
            production_label = excluded.production_label, candidate_label = excluded.candidate_label, label = excluded.label,
            differences = excluded.differences, fields = excluded.fields, language = excluded.language
        """

    private static let moveOutcomes = """
        INSERT INTO understudy_store.outcome_count AS counted (
            trial, day, segment, agreement, equivalence, failure_mode, correct, correct_by, pairs, production_cost, candidate_cost,
            unpriced)
        SELECT $3::uuid, day, segment, agreement, equivalence, failure_mode, correct, correct_by, sum(sign), coalesce(sum(sign * production_cost), 0), coalesce(sum(sign * candidate_cost), 0),
            coalesce(sum(sign) FILTER (WHERE candidate_cost IS NULL), 0)
        FROM change
        GROUP BY 2, 3, 4, 5, 6, 7, 8
        ORDER BY 2, 3, 4, 5, 6, 7, 8
        ON CONFLICT (trial, day, segment, agreement, equivalence, failure_mode, correct, correct_by) DO UPDATE SET
            pairs = counted.pairs + excluded.pairs, production_cost = counted.production_cost + excluded.production_cost,
            candidate_cost = counted.candidate_cost + excluded.candidate_cost, unpriced = counted.unpriced + excluded.unpriced
        """

    /// What tells pairs apart beside their segment. Pairs alike in all of it are laid together first: they are few kinds.
    private static let moveSlices = """
        INSERT INTO understudy_store.slice_count AS counted (trial, day, dimension, slice, agreement, failure_mode, correct, pairs)
        SELECT $3::uuid, day, dimension, slice, agreement, failure_mode, correct, sum(pairs)
        FROM (
            SELECT day, turn, length_band, prompt_hash, control, language, agreement, failure_mode, correct, sum(sign) AS pairs
            FROM change
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
        ) AS alike
        LEFT JOIN understudy_store.counted_name AS named
            ON named.trial = $3::uuid AND named.kind = 'prompt' AND named.name = alike.prompt_hash::text
        CROSS JOIN LATERAL (VALUES
            ('turn', turn::text), ('length', length_band::text),
            ('prompt', CASE WHEN prompt_hash IS NOT NULL THEN coalesce(named.name, '(others)') END), ('control', control),
            ('language', language)
        ) AS part (dimension, slice)
        WHERE slice IS NOT NULL
        GROUP BY 2, 3, 4, 5, 6, 7
        ORDER BY 2, 3, 4, 5, 6, 7
        ON CONFLICT (trial, day, dimension, slice, agreement, failure_mode, correct)
        DO UPDATE SET pairs = counted.pairs + excluded.pairs
        """

    /// A single difference's path with `*` for places in arrays.
    private static let generalPath = "regexp_replace(single.path, '/[0-9]+(?=/|$)', '/*', 'g')"

    private static let moveDifferences = """
        INSERT INTO understudy_store.difference_count AS counted (trial, day, path, kind, differences, pairs)
        SELECT $3::uuid, day, coalesce(named.name, '/(others)'), single.kind, sum(sign * single.times), sum(sign)
        FROM change
        CROSS JOIN LATERAL (
            SELECT \(generalPath) AS path, single.kind, count(*) AS times
            FROM jsonb_to_recordset(change.differences) AS single (path text, kind text)
            GROUP BY 1, 2
        ) AS single
        LEFT JOIN understudy_store.counted_name AS named
            ON named.trial = $3::uuid AND named.kind = 'difference' AND named.name = single.path
        WHERE change.differences IS NOT NULL
        GROUP BY 2, 3, 4
        ORDER BY 2, 3, 4
        ON CONFLICT (trial, day, path, kind) DO UPDATE SET
            differences = counted.differences + excluded.differences, pairs = counted.pairs + excluded.pairs
        """

    private static let moveFields = """
        INSERT INTO understudy_store.field_count AS counted (trial, day, path, leg, expected, given, matched)
        SELECT $3::uuid, day, named.name, side.leg, sum(sign * (outcome IN ('right', 'wrong', 'missing'))::integer),
            sum(sign * (outcome IN ('right', 'wrong', 'extra'))::integer), sum(sign * (outcome = 'right')::integer)
        FROM change
        CROSS JOIN LATERAL jsonb_to_recordset(change.fields) AS single (path text, production text, candidate text)
        CROSS JOIN LATERAL (VALUES ('production', single.production), ('candidate', single.candidate)) AS side (leg, outcome)
        JOIN understudy_store.counted_name AS named
            ON named.trial = $3::uuid AND named.kind = 'field' AND named.name = single.path
        WHERE change.fields IS NOT NULL
        GROUP BY 2, 3, 4
        ORDER BY 2, 3, 4
        ON CONFLICT (trial, day, path, leg) DO UPDATE SET
            expected = counted.expected + excluded.expected, given = counted.given + excluded.given,
            matched = counted.matched + excluded.matched
        """

    /// The names of each kind that a trial counts by.
    private static let mostNames = "CASE kind WHEN 'prompt' THEN 200 ELSE 500 END"

    /// Takes the names that some pairs bring into those that the trial counts by, while there is room. To be run before they are
    /// added to the rollups; a name that found no room never gets any. `$1`: the pairs; `$2`: the trial.
    static let takeNames = """
        WITH found AS MATERIALIZED (
            SELECT prompt_hash, differences, fields FROM understudy_store.comparison WHERE pair_id = ANY ($1)
        ), named AS (
            SELECT 'prompt' AS kind, prompt_hash::text AS name FROM found WHERE prompt_hash IS NOT NULL
            UNION SELECT 'field', single.path
            FROM found CROSS JOIN LATERAL jsonb_to_recordset(found.fields) AS single (path text) WHERE found.fields IS NOT NULL
            UNION SELECT 'difference', \(generalPath)
            FROM found CROSS JOIN LATERAL jsonb_to_recordset(found.differences) AS single (path text) WHERE found.differences IS NOT NULL
        ), fresh AS (
            SELECT kind, name, row_number() OVER (PARTITION BY kind ORDER BY name) AS place
            FROM named
            WHERE NOT EXISTS (
                SELECT FROM understudy_store.counted_name AS known
                WHERE known.trial = $2::uuid AND known.kind = named.kind AND known.name = named.name)
        )
        INSERT INTO understudy_store.counted_name (trial, kind, name)
        SELECT $2::uuid, kind, name
        FROM fresh
        WHERE place <= \(mostNames) - (
            SELECT count(*) FROM understudy_store.counted_name AS known WHERE known.trial = $2::uuid AND known.kind = fresh.kind)
        ORDER BY 1, 2, 3
        """

    private static let moveLabels = """
        INSERT INTO understudy_store.label_count AS counted (trial, day, production_label, candidate_label, correct, pairs)
        SELECT $3::uuid, day, production_label, candidate_label, correct, sum(sign)
        FROM change
        WHERE production_label IS NOT NULL AND candidate_label IS NOT NULL
        GROUP BY 2, 3, 4, 5
        ORDER BY 2, 3, 4, 5
        ON CONFLICT (trial, day, production_label, candidate_label, correct) DO UPDATE SET pairs = counted.pairs + excluded.pairs
        """

    /// The keys of `DDSketch` with a relative error of 1 %. Where segments are sampled at different rates, those sampled more often are
    /// thinned to the smallest rate, so that a quantile is one of the traffic and its limits stay exact. Production's time counts only where it was taken
    /// beside the candidate's.
    private static let moveLatencies = """
        INSERT INTO understudy_store.latency_sketch AS counted (trial, hour, segment, leg, metric, bucket, samples)
        SELECT $3::uuid, hour, segment, value.leg, value.metric,
            CASE WHEN value.timeout THEN \(SketchBucket.timeout) WHEN value.ms <= 1e-9 THEN \(SketchBucket.zero)
                ELSE \(SketchBucket.of("value.ms")) END,
            sum(sign)
        FROM change
        CROSS JOIN LATERAL (VALUES
            ('production', 'duration_ms', production_duration_ms, production_timeout),
            ('candidate', 'duration_ms', candidate_duration_ms, candidate_timeout),
            ('production', 'ttft_ms', production_ttft_ms, production_timeout AND streamed AND production_ttft_ms IS NULL),
            ('candidate', 'ttft_ms', candidate_ttft_ms, candidate_timeout AND streamed AND candidate_ttft_ms IS NULL)
        ) AS value (leg, metric, ms, timeout)
        WHERE in_latency AND (value.timeout OR value.ms IS NOT NULL)
            AND (value.leg = 'candidate' OR (SELECT timed_together FROM understudy_store.trial WHERE id = $3::uuid))
        GROUP BY 2, 3, 4, 5, 6
        ORDER BY 2, 3, 4, 5, 6
        ON CONFLICT (trial, hour, segment, leg, metric, bucket) DO UPDATE SET samples = counted.samples + excluded.samples
        """

    /// Output speeds and ratios within pairs, by day. Production's speed and the ratios count only where both were timed together.
    private static let moveSpeeds = """
        INSERT INTO understudy_store.latency_sketch AS counted (trial, hour, segment, leg, metric, bucket, samples)
        SELECT $3::uuid, change.day::timestamp AT TIME ZONE trial.timezone, '', told.leg, told.metric,
            understudy_store.sketch_bucket(told.value), sum(sign)
        FROM change
        JOIN understudy_store.trial ON trial.id = $3::uuid
        CROSS JOIN LATERAL understudy_store.speeds_of(
            production_output_tokens, production_tokens_estimated, production_duration_ms, production_ttft_ms, production_timeout,
            candidate_output_tokens, candidate_tokens_estimated, candidate_duration_ms, candidate_ttft_ms, candidate_timeout) AS told
        WHERE in_latency AND candidate_asked AND (told.leg = 'candidate' OR trial.timed_together)
        GROUP BY 2, 4, 5, 6
        ORDER BY 2, 4, 5, 6
        ON CONFLICT (trial, hour, segment, leg, metric, bucket) DO UPDATE SET samples = counted.samples + excluded.samples
        """

    /// The columns of `token_day` that add up.
    static let tokenSums = [
        "weight", "weight_squares", "input", "cached_input", "output", "input_weight_squares", "cached_weight_squares",
        "output_weight_squares", "input_squares", "cached_squares", "output_squares", "input_cached", "input_output", "cached_output",
    ]

    /// Sums over the tokens of both legs, with sampling weights: x read, z of them from the cache, y written.
    private static let moveTokens = """
        INSERT INTO understudy_store.token_day AS counted (
            trial, day, leg, answers, estimated, \(tokenSums.joined(separator: ", ")))
        SELECT $3::uuid, day, leg, sum(sign), coalesce(sum(sign) FILTER (WHERE estimated), 0), sum(sign * w), sum(sign * w * w),
            sum(sign * w * x), sum(sign * w * z), sum(sign * w * y), sum(sign * w * w * x), sum(sign * w * w * z), sum(sign * w * w * y),
            sum(sign * w * w * x * x), sum(sign * w * w * z * z), sum(sign * w * w * y * y), sum(sign * w * w * x * z),
            sum(sign * w * w * x * y), sum(sign * w * w * z * y)
        FROM change
        CROSS JOIN LATERAL (VALUES
            ('production', evidence_weight, production_input_tokens::double precision, coalesce(production_cached_input_tokens, 0)::double precision,
                production_output_tokens::double precision, production_tokens_estimated),
            ('candidate', evidence_weight, candidate_input_tokens::double precision, coalesce(candidate_cached_input_tokens, 0)::double precision,
                candidate_output_tokens::double precision, candidate_tokens_estimated)
        ) AS told (leg, w, x, z, y, estimated)
        WHERE candidate_asked AND x IS NOT NULL AND y IS NOT NULL
        GROUP BY 2, 3
        ORDER BY 2, 3
        ON CONFLICT (trial, day, leg) DO UPDATE SET
            answers = counted.answers + excluded.answers, estimated = counted.estimated + excluded.estimated,
            \(tokenSums.map { "\($0) = counted.\($0) + excluded.\($0)" }.joined(separator: ", "))
        """

    /// What pairs found for the first time had in common; comparing again changes nothing here. `$1`: the trial; `$2`, `$3`, `$4`:
    /// kinds, names and how many pairs; `$5`: the pairs.
    static let countUses = """
        INSERT INTO understudy_store.use_count AS counted (trial, kind, name, pairs)
        SELECT $1::uuid, kind, name, pairs
        FROM (
            SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[]) AS used (kind, name, pairs)
            UNION ALL
            SELECT 'estimated_rates', '', count(*) FROM understudy_store.comparison WHERE pair_id = ANY ($5) AND rates_estimated
        ) AS used
        WHERE pairs > 0
        ORDER BY 1, 2, 3
        ON CONFLICT (trial, kind, name) DO UPDATE SET pairs = counted.pairs + excluded.pairs
        """

    private static let moveCosts = """
        INSERT INTO understudy_store.cost_day AS counted (
            trial, day, leg, calls, priced_calls, cost, estimated_calls, represented_calls)
        SELECT $3::uuid, day, asked.leg, sum(sign), coalesce(sum(sign) FILTER (WHERE asked.cost IS NOT NULL), 0),
            coalesce(sum(sign * asked.cost), 0), coalesce(sum(sign) FILTER (WHERE asked.estimated), 0),
            coalesce(sum(sign / sampling_rate) FILTER (WHERE asked.leg = 'production' AND NOT rates_estimated), 0)
        FROM change
        CROSS JOIN LATERAL (VALUES
            ('production', true, production_cost, production_tokens_estimated),
            ('candidate', candidate_asked, candidate_cost, candidate_tokens_estimated),
            ('control', control_drawn, control_cost, false)
        ) AS asked (leg, was_asked, cost, estimated)
        WHERE asked.was_asked
        GROUP BY 2, 3
        ORDER BY 2, 3
        ON CONFLICT (trial, day, leg) DO UPDATE SET
            calls = counted.calls + excluded.calls, priced_calls = counted.priced_calls + excluded.priced_calls,
            cost = counted.cost + excluded.cost, estimated_calls = counted.estimated_calls + excluded.estimated_calls,
            represented_calls = counted.represented_calls + excluded.represented_calls
        """
}

/// The buckets of `latency_sketch`.
enum SketchBucket {
    /// Legs that timed out.
    static let timeout = Int32.max
    /// Values up to 1e-9.
    static let zero = Int32.min

    /// The key of a value (an SQL expression): ⌈ln x ÷ ln γ⌉ with γ = 1.01 ÷ 0.99.
    static func of(_ value: String) -> String { "ceil(ln(\(value)) / ln(1.01::double precision / 0.99))::integer" }
}
