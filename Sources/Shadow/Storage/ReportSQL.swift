/// The SQL of a report. `$1` is the trial, `$2` the last day as a number from the first, null for all.
enum ReportSQL {
    /// Rows of a rollup up to that day.
    private static func through(_ table: String) -> String {
        """
        \(table) WHERE \(table).trial = $1 AND ($2::integer IS NULL OR \(table).day <= (
            SELECT min(day) FROM understudy_store.outcome_count WHERE trial = $1 AND pairs > 0) + $2::integer)
        """
    }

    private static let outcomes = "understudy_store.\(through("outcome_count"))"

    static let agreement = "SELECT agreement, sum(pairs)::bigint AS pairs FROM \(outcomes) GROUP BY agreement"

    static let correctness = """
        SELECT correct, sum(pairs)::bigint AS pairs FROM \(outcomes) AND agreement <> 'incomparable' GROUP BY correct
        """

    static let failureModes = """
        SELECT failure_mode, nullif(segment, '') AS segment, correct, sum(pairs)::bigint AS pairs
        FROM \(outcomes) AND agreement = 'different'
        GROUP BY 1, 2, 3
        HAVING sum(pairs) > 0
        """

    static let confusion = """
        SELECT production_label, candidate_label, sum(pairs)::bigint AS pairs,
            coalesce(sum(pairs) FILTER (WHERE correct = 'production_only'), 0)::bigint AS production_only,
            coalesce(sum(pairs) FILTER (WHERE correct = 'candidate_only'), 0)::bigint AS candidate_only
        FROM understudy_store.\(through("label_count")) AND production_label <> candidate_label
        GROUP BY 1, 2
        HAVING sum(pairs) > 0
        ORDER BY 3 DESC, 4 DESC, 1, 2
        LIMIT $3
        """

    static let labelPairs = """
        SELECT production_label, candidate_label, sum(pairs)::bigint AS pairs
        FROM understudy_store.\(through("label_count"))
        GROUP BY 1, 2
        HAVING sum(pairs) > 0
        ORDER BY 1, 2
        """

    static let fields = """
        SELECT path, leg, sum(expected)::bigint AS expected, sum(given)::bigint AS given, sum(matched)::bigint AS matched
        FROM understudy_store.\(through("field_count"))
        GROUP BY 1, 2
        HAVING sum(expected) > 0 OR sum(given) > 0
        """

    static let turns = """
        SELECT slice::integer AS turn, sum(pairs)::bigint AS pairs, coalesce(sum(pairs) FILTER (WHERE agreement = 'different'), 0)::bigint AS different,
            coalesce(sum(pairs) FILTER (WHERE correct = 'production_only'), 0)::bigint AS production_only,
            coalesce(sum(pairs) FILTER (WHERE correct = 'candidate_only'), 0)::bigint AS candidate_only
        FROM understudy_store.\(through("slice_count")) AND dimension = 'turn' AND agreement <> 'incomparable'
        GROUP BY slice
        HAVING sum(pairs) > 0
        ORDER BY 1
        """

    /// Pairs by turn, prompt, language and production's label, and those that the candidate alone got wrong.
    static let slices = """
        SELECT dimension, slice, sum(pairs)::bigint AS pairs,
            coalesce(sum(pairs) FILTER (WHERE correct = 'production_only'), 0)::bigint AS failures
        FROM understudy_store.\(through("slice_count")) AND dimension IN ('turn', 'prompt', 'language') AND agreement <> 'incomparable'
        GROUP BY 1, 2
        HAVING sum(pairs) > 0
        UNION ALL
        SELECT 'label', production_label, sum(pairs)::bigint, coalesce(sum(pairs) FILTER (WHERE correct = 'production_only'), 0)::bigint
        FROM understudy_store.\(through("label_count"))
        GROUP BY 2
        HAVING sum(pairs) > 0
        ORDER BY 1, 2
        """

    /// Both candidates' newest judged answers to the same calls: `$1` and `$2` are the trials, `$3` how many of the first one's. A mirrored
    /// call is one for all its candidates; imported ones are the same where the file gives them the same id.
    private static let rivals = """
        WITH ours AS (
            SELECT * FROM understudy_store.comparison WHERE trial = $1 ORDER BY called_at DESC, pair_id DESC LIMIT $3
        ), same AS (
            SELECT ours.pair_id AS our_pair, answer.id AS their_pair
            FROM ours JOIN understudy_store.pair AS answer ON answer.call_id = ours.call_id AND answer.trial = $2
            UNION
            SELECT ours.pair_id, theirs.pair_id
            FROM ours
            JOIN understudy_store.import_key AS named ON named.trial = $1 AND named.pair_id = ours.pair_id
            JOIN understudy_store.import_key AS theirs ON theirs.trial = $2 AND theirs.external_hash = named.external_hash
        )
        SELECT ours.pair_id AS our_pair, theirs.pair_id AS their_pair, ours.call_id, ours.called_at, ours.segment,
            ours.label #>> '{}' AS label, ours.correct IN ('both', 'candidate_only') AS is_right,
            theirs.correct IN ('both', 'candidate_only') AS other_is_right
        FROM ours
        JOIN same ON same.our_pair = ours.pair_id
        JOIN understudy_store.comparison AS theirs ON theirs.pair_id = same.their_pair
        WHERE ours.agreement <> 'incomparable' AND ours.correct <> 'unknown' AND theirs.agreement <> 'incomparable'
            AND theirs.correct <> 'unknown'
        """

    static let rivalCounts = """
        SELECT count(*) AS pairs, count(*) FILTER (WHERE is_right AND NOT other_is_right) AS only_this,
            count(*) FILTER (WHERE other_is_right AND NOT is_right) AS only_other
        FROM (\(rivals)) AS both_answered
        """

    /// The newest calls on which one of the two was right and the other wrong, up to `$4` of each kind. `OFFSET 0` keeps the planner, who
    /// cannot know how few are found, from reading all texts to join them.
    static let rivalExamples = """
        SELECT found.their_pair, found.called_at, found.segment, found.label, found.is_right, call.input,
            ours.candidate_output AS our_output, ours.candidate_tool_calls AS our_tool_calls,
            theirs.candidate_output AS their_output, theirs.candidate_tool_calls AS their_tool_calls
        FROM (
            SELECT *, row_number() OVER (PARTITION BY is_right ORDER BY called_at DESC, our_pair DESC) AS place
            FROM (\(rivals)) AS both_answered WHERE is_right <> other_is_right
        ) AS found
        CROSS JOIN LATERAL (SELECT * FROM understudy_store.call WHERE call.id = found.call_id OFFSET 0) AS call
        CROSS JOIN LATERAL (SELECT * FROM understudy_store.pair WHERE pair.id = found.our_pair OFFSET 0) AS ours
        CROSS JOIN LATERAL (SELECT * FROM understudy_store.pair WHERE pair.id = found.their_pair OFFSET 0) AS theirs
        WHERE found.place <= $4
        ORDER BY found.is_right DESC, found.place
        """

    /// What the last look of each day before `$3` said about quality, as long as it was held against the same margin: before the first
    /// judgement the gate is another.
    static let course = """
        SELECT DISTINCT ON (look.day) look.day::text AS day, gate.estimate, gate.lower_limit, gate.upper_limit,
            (SELECT sum(pairs::bigint) FROM jsonb_array_elements_text(look.report -> 'agreement') WITH ORDINALITY AS counted (pairs, place)
                WHERE place <= 3)::bigint AS pairs
        FROM understudy_store.look
        JOIN understudy_store.gate ON gate.look = look.id AND gate.gate = 'quality'
        WHERE look.trial = $1 AND gate.threshold = $2 AND look.day < $3::date
        ORDER BY look.day, look.id DESC
        """

    /// Pairs of a failure mode that came out in one of some ways, the newest first. The comparisons are picked by their index; only then
    /// are the texts read.
    static let examples = """
        SELECT found.pair_id, found.called_at, found.segment, call.input, call.production_output, call.production_tool_calls,
            pair.candidate_output, pair.candidate_tool_calls, found.label #>> '{}' AS label, found.correct, coalesce(found.differences, '[]') AS differences, found.production_unstable
        FROM (
            SELECT * FROM understudy_store.comparison
            WHERE trial = $1 AND failure_mode = $2 AND agreement = 'different' AND correct = ANY ($4::text[])
            ORDER BY called_at DESC, pair_id DESC
            LIMIT $3
        ) AS found
        JOIN understudy_store.pair ON pair.id = found.pair_id
        JOIN understudy_store.call ON call.id = found.call_id
        ORDER BY found.called_at DESC, found.pair_id DESC
        """

    static let coverage = """
        SELECT stage, reason, sum(calls)::bigint AS calls FROM understudy_store.\(through("coverage_of_trial")) GROUP BY 1, 2
        """

    static let setAside = "SELECT count(*) AS records FROM understudy_store.set_aside WHERE trial = $1"

    static let costs = """
        SELECT leg, sum(calls)::bigint AS calls, sum(priced_calls)::bigint AS priced_calls, sum(cost) AS cost,
            sum(estimated_calls)::bigint AS estimated_calls
        FROM understudy_store.\(through("cost_day"))
        GROUP BY leg
        HAVING sum(calls) > 0
        """

    /// Token sums of days before `$2`.
    static let tokens = """
        SELECT leg, sum(answers)::bigint AS answers, sum(estimated)::bigint AS estimated,
            \(FindingQueries.tokenSums.map { "sum(\($0)) AS \($0)" }.joined(separator: ", "))
        FROM understudy_store.token_day WHERE trial = $1 AND day < $2::date
        GROUP BY leg
        HAVING sum(answers) > 0
        """

    /// Calls of one trial by the minute, with the hour and day that each belongs to. A day is whole when it is neither the first, nor one
    /// from `$2` on, nor that on which the trial ended.
    private static let minutes = """
        WITH minute AS (
            SELECT counted.period_start AT TIME ZONE trial.timezone AS began, sum(counted.calls) FILTER (WHERE stage = 'calls') AS calls,
                sum(counted.calls) FILTER (WHERE stage = 'sampled') AS sampled
            FROM understudy_store.coverage_count AS counted
            JOIN understudy_store.trial ON trial.id = counted.trial
            WHERE counted.trial = $1 AND counted.stage IN ('calls', 'sampled')
            GROUP BY counted.period_start, trial.timezone
        ), bounds AS (
            SELECT min(began)::date + 1 AS first_day,
                least($2::date, (trial.ended_at AT TIME ZONE trial.timezone)::date) - 1 AS last_day
            FROM minute CROSS JOIN understudy_store.trial WHERE trial.id = $1 GROUP BY trial.ended_at, trial.timezone
        ), whole AS (
            SELECT day::date FROM bounds CROSS JOIN LATERAL generate_series(first_day, last_day, interval '1 day') AS day
        )
        """

    /// All calls, and the busiest minute.
    static let volume =
        minutes + """

            SELECT coalesce(sum(calls), 0)::bigint AS calls, coalesce(sum(sampled), 0)::bigint AS sampled,
                coalesce(max(calls), 0)::bigint AS busiest_calls, coalesce(max(sampled), 0)::bigint AS busiest_sampled
            FROM minute
            """

    /// Calls of whole days by weekday and by hour; days without a call count too.
    static let calendar =
        minutes + """

            SELECT 'weekday' AS kind, extract(isodow FROM whole.day)::integer AS number, count(DISTINCT whole.day) AS days,
                coalesce(sum(minute.calls), 0)::bigint AS calls
            FROM whole LEFT JOIN minute ON minute.began::date = whole.day
            GROUP BY 2
            UNION ALL
            SELECT 'hour', hour, (SELECT count(*) FROM whole), coalesce(sum(minute.calls), 0)::bigint
            FROM generate_series(0, 23) AS hour
            LEFT JOIN minute ON extract(hour FROM minute.began) = hour AND minute.began::date IN (SELECT day FROM whole)
            WHERE EXISTS (SELECT FROM whole)
            GROUP BY 2
            ORDER BY 1, 2
            """

    static let uses = "SELECT kind, name, pairs FROM understudy_store.use_count WHERE trial = $1 ORDER BY kind, pairs DESC, name"

    static let facts = """
        SELECT extract(epoch FROM (now() AT TIME ZONE timezone) - (now() AT TIME ZONE 'UTC'))::integer AS utc_offset,
            (SELECT min(day) FROM understudy_store.outcome_count WHERE trial = $1 AND pairs > 0)::text AS first_day,
            (SELECT coalesce(sum(cardinality(pair_ids)), 0) FROM understudy_store.batch WHERE trial = $1 AND reason = 'comparator')::bigint
                AS compared_again
        FROM understudy_store.trial WHERE id = $1
        """

    /// The commonest prompt of the newest day, where it is not that of the first. Of prompts that no longer found room among those
    /// counted by name nothing is said.
    static let promptChange = """
        WITH ends AS (
            SELECT min(day) AS first_day, max(day) AS last_day FROM understudy_store.outcome_count WHERE trial = $1 AND pairs > 0
        ), whole AS (
            SELECT day, sum(pairs) AS pairs
            FROM understudy_store.outcome_count CROSS JOIN ends
            WHERE trial = $1 AND first_day < last_day AND day IN (first_day, last_day)
            GROUP BY day
        ), named AS (
            SELECT day, slice AS prompt, sum(pairs) AS pairs
            FROM understudy_store.slice_count CROSS JOIN ends
            WHERE trial = $1 AND dimension = 'prompt' AND day IN (first_day, last_day)
            GROUP BY day, slice
        ), used AS (
            SELECT day, prompt, pairs FROM named
            UNION ALL
            SELECT day, NULL, pairs - coalesce((SELECT sum(named.pairs) FROM named WHERE named.day = whole.day), 0) FROM whole
        ), commonest AS (
            SELECT DISTINCT ON (day) day, prompt, used.pairs / nullif(whole.pairs, 0) AS share
            FROM used JOIN whole USING (day)
            ORDER BY day, used.pairs DESC, prompt
        )
        SELECT before.prompt::uuid AS before, now.prompt::uuid AS now, now.share::double precision AS share
        FROM commonest AS before JOIN commonest AS now ON now.day > before.day
        WHERE before.prompt <> now.prompt AND before.prompt <> '(others)' AND now.prompt <> '(others)'
        """
}
