-- The stable surface. Every view begins with workload, trial, candidate; names and columns are promised and only ever added to.
--
-- Counts come from the rollups, which the report reads too: a query and the report cannot disagree.

-- `pairs` and what only `disagreements` adds, in one place.
CREATE VIEW understudy_store.found_pair AS
SELECT trial.workload, pair.trial, trial.candidate,
    pair.id AS pair_id, pair.call_id, call.external_id, trial.source, call.called_at, call.segment, call.conversation, call.turn,
    call.prompt_hash,
    understudy_store.whole_request(prompt.content, call.request_rest) AS request,
    call.input,
    call.production_output, call.production_tool_calls, call.production_status, call.production_error, call.production_finish_reason,
    call.production_model, call.production_input_tokens, call.production_output_tokens, call.production_cached_input_tokens,
    call.production_reasoning_tokens, call.production_tokens_estimated, found.production_cost, call.production_duration_ms,
    call.production_ttft_ms, call.production_confidence, call.production_request_id,
    pair.candidate_output, pair.candidate_tool_calls, pair.candidate_status, pair.candidate_error, pair.candidate_finish_reason,
    pair.candidate_model, pair.candidate_input_tokens, pair.candidate_output_tokens, pair.candidate_cached_input_tokens,
    pair.candidate_reasoning_tokens, pair.candidate_tokens_estimated, found.candidate_cost, pair.candidate_duration_ms,
    pair.candidate_ttft_ms, pair.candidate_confidence, pair.candidate_request_id,
    call.control_output, call.control_tool_calls, call.control_status, call.control_error, call.control_finish_reason,
    call.control_model, call.control_input_tokens, call.control_output_tokens, call.control_cached_input_tokens,
    call.control_reasoning_tokens, call.control_tokens_estimated, found.control_cost, call.control_duration_ms, call.control_ttft_ms,
    call.control_confidence, call.control_request_id,
    pair.candidate_queue_ms, call.traceparent, pair.candidate_untranslated AS untranslated,
    (call.production_truncated OR pair.candidate_truncated OR coalesce(call.control_truncated, false)) AS capture_truncated,
    coalesce(found.day, (call.called_at AT TIME ZONE trial.timezone)::date) AS day,
    pair.sampling_rate, call.control_rate, pair.adjudication_probability, pair.planned, pair.evidence_weight, found.in_evidence,
    found.agreement, found.equivalence, found.failure_mode, found.ungrounded, found.production_unstable, found.label #>> '{}' AS label,
    found.correct, found.correct_by, found.differences
FROM understudy_store.pair
JOIN understudy_store.trial ON trial.id = pair.trial
JOIN understudy_store.call ON call.id = pair.call_id
LEFT JOIN understudy_store.comparison AS found ON found.pair_id = pair.id
LEFT JOIN understudy_store.prompt ON prompt.hash = call.prompt_hash;

CREATE VIEW understudy.pairs AS
SELECT
    workload, trial, candidate, pair_id, call_id, external_id, source, called_at, segment, conversation, turn, prompt_hash, request,
    input, production_output, production_tool_calls, production_status, production_error, production_finish_reason, production_model,
    production_input_tokens, production_output_tokens, production_cached_input_tokens, production_reasoning_tokens,
    production_tokens_estimated, production_cost, production_duration_ms, production_ttft_ms, production_confidence,
    production_request_id, candidate_output, candidate_tool_calls, candidate_status, candidate_error, candidate_finish_reason,
    candidate_model, candidate_input_tokens, candidate_output_tokens, candidate_cached_input_tokens, candidate_reasoning_tokens,
    candidate_tokens_estimated, candidate_cost, candidate_duration_ms, candidate_ttft_ms, candidate_confidence, candidate_request_id,
    control_output, control_tool_calls, control_status, control_error, control_finish_reason, control_model, control_input_tokens,
    control_output_tokens, control_cached_input_tokens, control_reasoning_tokens, control_tokens_estimated, control_cost,
    control_duration_ms, control_ttft_ms, control_confidence, control_request_id, candidate_queue_ms, traceparent, untranslated,
    capture_truncated, day, sampling_rate, control_rate, adjudication_probability, planned, evidence_weight, in_evidence, agreement,
    equivalence, failure_mode, ungrounded, production_unstable, label, correct, correct_by
FROM understudy_store.found_pair;

CREATE VIEW understudy.disagreements AS
SELECT * FROM understudy_store.found_pair WHERE agreement = 'different';

CREATE VIEW understudy.differences AS
SELECT trial.workload, found.trial, trial.candidate,
    found.pair_id, found.called_at, found.segment, single.path, single.kind, single.production_value, single.candidate_value, single.rule
FROM understudy_store.comparison AS found
JOIN understudy_store.trial ON trial.id = found.trial
CROSS JOIN LATERAL jsonb_to_recordset(found.differences)
    AS single (path text, kind text, production_value text, candidate_value text, rule text);

CREATE VIEW understudy.failure_modes AS
SELECT trial.workload, trial.id AS trial, trial.candidate,
    counted.day, nullif(counted.segment, '') AS segment, counted.failure_mode,
    counted.pairs, counted.pairs / comparable.pairs AS share,
    counted.correct_both, counted.production_only, counted.candidate_only, counted.neither, counted.unknown
FROM (
    SELECT outcome.trial, outcome.day, outcome.segment, outcome.failure_mode,
        sum(pairs)::bigint AS pairs,
        coalesce(sum(pairs) FILTER (WHERE correct = 'both'), 0)::bigint AS correct_both,
        coalesce(sum(pairs) FILTER (WHERE correct = 'production_only'), 0)::bigint AS production_only,
        coalesce(sum(pairs) FILTER (WHERE correct = 'candidate_only'), 0)::bigint AS candidate_only,
        coalesce(sum(pairs) FILTER (WHERE correct = 'neither'), 0)::bigint AS neither,
        coalesce(sum(pairs) FILTER (WHERE correct = 'unknown'), 0)::bigint AS unknown
    FROM understudy_store.outcome_count AS outcome
    WHERE outcome.agreement = 'different'
    GROUP BY outcome.trial, outcome.day, outcome.segment, outcome.failure_mode
) AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
JOIN LATERAL (
    SELECT sum(pairs)::double precision AS pairs
    FROM understudy_store.outcome_count AS outcome
    WHERE outcome.trial = counted.trial AND outcome.day = counted.day AND outcome.segment = counted.segment
        AND outcome.agreement <> 'incomparable'
) AS comparable ON comparable.pairs > 0
WHERE counted.pairs > 0;

CREATE VIEW understudy.label_confusion AS
SELECT trial.workload, trial.id AS trial, trial.candidate,
    counted.production_label, counted.candidate_label, sum(counted.pairs)::bigint AS pairs,
    coalesce(sum(counted.pairs) FILTER (WHERE correct = 'production_only'), 0)::bigint AS production_only,
    coalesce(sum(counted.pairs) FILTER (WHERE correct = 'candidate_only'), 0)::bigint AS candidate_only
FROM understudy_store.label_count AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
WHERE counted.production_label <> counted.candidate_label
GROUP BY trial.id, counted.production_label, counted.candidate_label
HAVING sum(counted.pairs) > 0;

CREATE VIEW understudy.latency AS
SELECT trial.workload, trial.id AS trial, trial.candidate,
    latency.day, latency.leg, latency.metric, latency.samples,
    p50, p50_lower, p50_upper, p95, p95_lower, p95_upper, p99, p99_lower, p99_upper
FROM understudy_store.latency_day AS latency
JOIN understudy_store.trial ON trial.id = latency.trial;

-- The way of a day's calls. Mirrors count every call once for the route as a whole and once for each running trial, so the two are
-- never added; faults and control legs not asked are counted for the route only, and belong to every trial that ran in that minute.
CREATE VIEW understudy_store.coverage_of_trial AS
SELECT trial.id AS trial, (counted.period_start AT TIME ZONE trial.timezone)::date AS day, counted.stage, counted.reason,
    sum(counted.calls)::bigint AS calls
FROM understudy_store.trial
JOIN understudy_store.coverage_count AS counted
    ON counted.workload = trial.workload
    AND (counted.trial = trial.id
        OR (counted.trial IS NULL AND counted.stage IN ('control_skipped', 'fault') AND trial.source = 'mirror'
            AND counted.period_start >= date_trunc('minute', trial.started_at)
            AND (trial.ended_at IS NULL OR counted.period_start < trial.ended_at)))
GROUP BY trial.id, (counted.period_start AT TIME ZONE trial.timezone)::date, counted.stage, counted.reason;

CREATE VIEW understudy.coverage AS
SELECT trial.workload, trial.id AS trial, trial.candidate, days.day,
    coalesce(funnel.calls, 0) AS calls, coalesce(funnel.sampled, 0) AS sampled, coalesce(funnel.paired, 0) AS paired,
    coalesce(outcome.compared, 0) AS compared, coalesce(outcome.incomparable, 0) AS incomparable
FROM (
    SELECT trial, day FROM understudy_store.coverage_of_trial
    UNION
    SELECT trial, day FROM understudy_store.outcome_count
) AS days
JOIN understudy_store.trial ON trial.id = days.trial
LEFT JOIN (
    SELECT trial, day,
        sum(calls) FILTER (WHERE stage = 'calls')::bigint AS calls,
        sum(calls) FILTER (WHERE stage = 'sampled')::bigint AS sampled,
        sum(calls) FILTER (WHERE stage = 'paired')::bigint AS paired
    FROM understudy_store.coverage_of_trial
    GROUP BY trial, day
) AS funnel ON funnel.trial = days.trial AND funnel.day = days.day
LEFT JOIN (
    SELECT trial, day, sum(pairs)::bigint AS compared, sum(pairs) FILTER (WHERE agreement = 'incomparable')::bigint AS incomparable
    FROM understudy_store.outcome_count
    GROUP BY trial, day
) AS outcome ON outcome.trial = days.trial AND outcome.day = days.day;

CREATE VIEW understudy.coverage_reasons AS
SELECT trial.workload, trial.id AS trial, trial.candidate, counted.day, counted.stage, counted.reason, counted.calls
FROM understudy_store.coverage_of_trial AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
WHERE counted.calls > 0;

-- A month is 365 ÷ 12 days like the one in the row. Where no mirror counted the calls (recorded pairs), they are as many as
-- the pairs stand for, if their sampling rates were given.
CREATE VIEW understudy.costs AS
SELECT trial.workload, trial.id AS trial, trial.candidate, cost.day, cost.leg, cost.calls,
    cost.cost / nullif(cost.priced_calls, 0) AS cost_per_case,
    cost.cost / nullif(cost.priced_calls, 0) * 1e6 AS cost_per_million_calls,
    cost.cost / nullif(cost.priced_calls, 0) * coalesce(coverage.calls, nullif(represented.calls, 0))
        * 365 / 12 AS cost_per_month,
    cost.estimated_calls / nullif(cost.calls, 0)::double precision AS estimated_share
FROM understudy_store.cost_day AS cost
JOIN understudy_store.trial ON trial.id = cost.trial
LEFT JOIN (
    SELECT trial, day, sum(calls)::double precision AS calls
    FROM understudy_store.coverage_of_trial
    WHERE stage = 'calls'
    GROUP BY trial, day
) AS coverage ON coverage.trial = cost.trial AND coverage.day = cost.day
LEFT JOIN (
    SELECT trial, day, represented_calls AS calls FROM understudy_store.cost_day WHERE leg = 'production'
) AS represented ON represented.trial = cost.trial AND represented.day = cost.day
WHERE cost.calls > 0;

-- Of a day the last look counts.
CREATE VIEW understudy_store.look_of_day AS
SELECT DISTINCT ON (trial, day) * FROM understudy_store.look ORDER BY trial, day, id DESC;

CREATE VIEW understudy.verdicts AS
SELECT trial.workload, trial.id AS trial, trial.candidate, look.day, look.verdict, look.reason, look.basis, look.settings_hash
FROM understudy_store.look_of_day AS look
JOIN understudy_store.trial ON trial.id = look.trial;

CREATE VIEW understudy.gates AS
SELECT trial.workload, trial.id AS trial, trial.candidate, look.day,
    gate.gate, gate.status, gate.estimate, gate.lower_limit AS "lower", gate.upper_limit AS "upper", gate.threshold, gate.blocking
FROM understudy_store.look_of_day AS look
JOIN understudy_store.trial ON trial.id = look.trial
JOIN understudy_store.gate ON gate.look = look.id;

CREATE VIEW understudy.two_tier_curve AS
SELECT trial.workload, trial.id AS trial, trial.candidate, look.day,
    point.threshold, point.escalation_rate, point.log_evidence, point.certified, point.saving
FROM understudy_store.look_of_day AS look
JOIN understudy_store.trial ON trial.id = look.trial
JOIN understudy_store.tier_point AS point ON point.look = look.id;

CREATE VIEW understudy.trials AS
SELECT workload, id AS trial, candidate, source, state, simulated, started_at, ends_at, ended_at, end_reason, timezone, settings_hash,
    settings
FROM understudy_store.trial;

CREATE VIEW understudy.adjudications AS
SELECT trial.workload, trial.id AS trial, trial.candidate,
    said.pair_id, said.correct, 'person'::text AS "by", said.who, said.planned, said.probability, said.said_at AS "at"
FROM understudy_store.adjudication AS said
JOIN understudy_store.trial ON trial.id = said.trial;

-- What every view and column means.

COMMENT ON VIEW understudy.pairs IS 'A row a pair: one sampled call in one trial, with all three legs and what was found.';
COMMENT ON COLUMN understudy.pairs.workload IS 'The workload.';
COMMENT ON COLUMN understudy.pairs.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.pairs.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.pairs.pair_id IS 'The pair''s id, a UUIDv7 of the call''s millisecond: time ranges by id_at() on it are fast.';
COMMENT ON COLUMN understudy.pairs.call_id IS 'The call''s id; the pairs of several candidates share it.';
COMMENT ON COLUMN understudy.pairs.external_id IS 'The id that the file gave an imported pair.';
COMMENT ON COLUMN understudy.pairs.source IS 'Where the pair comes from: mirror, tap, replay or import.';
COMMENT ON COLUMN understudy.pairs.called_at IS 'When the app called.';
COMMENT ON COLUMN understudy.pairs.segment IS 'The segment of the traffic that the call belongs to; null where none is named.';
COMMENT ON COLUMN understudy.pairs.conversation IS 'The conversation that the call belongs to; null where none is named.';
COMMENT ON COLUMN understudy.pairs.turn IS 'The number of user messages so far in the conversation, from 1.';
COMMENT ON COLUMN understudy.pairs.prompt_hash IS 'Names the repeated part of the request: leading system messages, tools, response format.';
COMMENT ON COLUMN understudy.pairs.request IS 'The request body as the app sent it, reassembled.';
COMMENT ON COLUMN understudy.pairs.input IS 'The text of the last user message.';
COMMENT ON COLUMN understudy.pairs.candidate_queue_ms IS 'Milliseconds that the candidate''s call waited in the queue, in no other figure.';
COMMENT ON COLUMN understudy.pairs.traceparent IS 'The call''s W3C trace context.';
COMMENT ON COLUMN understudy.pairs.untranslated IS 'Request parameters that the candidate''s API cannot take.';
COMMENT ON COLUMN understudy.pairs.capture_truncated IS 'Only the beginning of some answer was kept.';
COMMENT ON COLUMN understudy.pairs.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.pairs.sampling_rate IS 'Probability with which the call was sampled.';
COMMENT ON COLUMN understudy.pairs.control_rate IS 'Probability with which production was asked a second time.';
COMMENT ON COLUMN understudy.pairs.adjudication_probability IS 'Probability with which a disagreement here was drawn for judging.';
COMMENT ON COLUMN understudy.pairs.planned IS 'Drawn for judging, should the answers differ.';
COMMENT ON COLUMN understudy.pairs.evidence_weight IS 'Weight in the evidence: the smallest sampling rate in force ÷ this pair''s own.';
COMMENT ON COLUMN understudy.pairs.in_evidence IS 'Whether the pair counts as evidence: one a conversation and day does; null until the day has ended.';
COMMENT ON COLUMN understudy.pairs.agreement IS 'identical, equivalent, different or incomparable; null until compared.';
COMMENT ON COLUMN understudy.pairs.equivalence IS 'The rule by which an equivalent pair agrees.';
COMMENT ON COLUMN understudy.pairs.failure_mode IS 'How the candidate failed or differs.';
COMMENT ON COLUMN understudy.pairs.ungrounded IS 'The candidate''s answer holds a value that the input does not support.';
COMMENT ON COLUMN understudy.pairs.production_unstable IS 'Production disagreed with its own second answer; null where it was not asked twice.';
COMMENT ON COLUMN understudy.pairs.label IS 'The gold answer, as text.';
COMMENT ON COLUMN understudy.pairs.correct IS 'Who was right: both, production_only, candidate_only, neither or unknown.';
COMMENT ON COLUMN understudy.pairs.correct_by IS 'Who said so: label or person.';
COMMENT ON VIEW understudy.disagreements IS 'The pairs that are different, with every single difference.';
COMMENT ON COLUMN understudy.disagreements.differences IS 'Every single difference: [{path, kind, production_value, candidate_value, rule}].';
COMMENT ON VIEW understudy.differences IS 'A row a single difference between production''s and the candidate''s answer.';
COMMENT ON COLUMN understudy.differences.workload IS 'The workload.';
COMMENT ON COLUMN understudy.differences.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.differences.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.differences.pair_id IS 'The pair''s id, a UUIDv7 of the call''s millisecond: time ranges by id_at() on it are fast.';
COMMENT ON COLUMN understudy.differences.called_at IS 'When the app called.';
COMMENT ON COLUMN understudy.differences.segment IS 'The segment of the traffic that the call belongs to; null where none is named.';
COMMENT ON COLUMN understudy.differences.path IS 'JSON Pointer into the answer; empty for the answer as a whole.';
COMMENT ON COLUMN understudy.differences.kind IS 'What differs: a failure mode, or the rule by which the values count as equal.';
COMMENT ON COLUMN understudy.differences.production_value IS 'Production''s value.';
COMMENT ON COLUMN understudy.differences.candidate_value IS 'The candidate''s value.';
COMMENT ON COLUMN understudy.differences.rule IS 'The rule of the comparison that said so.';
COMMENT ON VIEW understudy.failure_modes IS 'How often the candidate failed in each way, and who was right then, by day and segment.';
COMMENT ON COLUMN understudy.failure_modes.workload IS 'The workload.';
COMMENT ON COLUMN understudy.failure_modes.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.failure_modes.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.failure_modes.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.failure_modes.segment IS 'The segment of the traffic that the call belongs to; null where none is named.';
COMMENT ON COLUMN understudy.failure_modes.failure_mode IS 'How the candidate failed or differs.';
COMMENT ON COLUMN understudy.failure_modes.pairs IS 'Pairs with this mode.';
COMMENT ON COLUMN understudy.failure_modes.share IS 'Their share of the comparable pairs of that day and segment.';
COMMENT ON COLUMN understudy.failure_modes.correct_both IS 'Of them: both answers right.';
COMMENT ON COLUMN understudy.failure_modes.production_only IS 'Of them: only production right.';
COMMENT ON COLUMN understudy.failure_modes.candidate_only IS 'Of them: only the candidate right.';
COMMENT ON COLUMN understudy.failure_modes.neither IS 'Of them: neither right.';
COMMENT ON COLUMN understudy.failure_modes.unknown IS 'Of them: nobody said yet.';
COMMENT ON VIEW understudy.label_confusion IS 'How often production said one label and the candidate another.';
COMMENT ON COLUMN understudy.label_confusion.workload IS 'The workload.';
COMMENT ON COLUMN understudy.label_confusion.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.label_confusion.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.label_confusion.production_label IS 'The label that production gave.';
COMMENT ON COLUMN understudy.label_confusion.candidate_label IS 'The other label that the candidate gave.';
COMMENT ON COLUMN understudy.label_confusion.pairs IS 'How many pairs.';
COMMENT ON COLUMN understudy.label_confusion.production_only IS 'Of them: only production right.';
COMMENT ON COLUMN understudy.label_confusion.candidate_only IS 'Of them: only the candidate right.';
COMMENT ON VIEW understudy.latency IS 'Quantiles of latency by day and leg, in milliseconds, queueing left out; timed-out legs count as infinitely slow.';
COMMENT ON COLUMN understudy.latency.workload IS 'The workload.';
COMMENT ON COLUMN understudy.latency.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.latency.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.latency.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.latency.leg IS 'production or candidate; only pairs whose two legs were asked.';
COMMENT ON COLUMN understudy.latency.metric IS 'duration_ms: send to end. ttft_ms: send to first content.';
COMMENT ON COLUMN understudy.latency.samples IS 'How many legs.';
COMMENT ON COLUMN understudy.latency.p50 IS 'The median.';
COMMENT ON COLUMN understudy.latency.p50_lower IS 'Lower 95 % limit of the median; null where it is unbounded.';
COMMENT ON COLUMN understudy.latency.p50_upper IS 'Upper 95 % limit of the median; null where it is unbounded.';
COMMENT ON COLUMN understudy.latency.p95 IS 'The 95th percentile.';
COMMENT ON COLUMN understudy.latency.p95_lower IS 'Lower 95 % limit of the 95th percentile; null where it is unbounded.';
COMMENT ON COLUMN understudy.latency.p95_upper IS 'Upper 95 % limit of the 95th percentile; null where it is unbounded.';
COMMENT ON COLUMN understudy.latency.p99 IS 'The 99th percentile.';
COMMENT ON COLUMN understudy.latency.p99_lower IS 'Lower 95 % limit of the 99th percentile; null where it is unbounded.';
COMMENT ON COLUMN understudy.latency.p99_upper IS 'Upper 95 % limit of the 99th percentile; null where it is unbounded.';
COMMENT ON VIEW understudy.costs IS 'What the legs of a day cost, in USD.';
COMMENT ON COLUMN understudy.costs.workload IS 'The workload.';
COMMENT ON COLUMN understudy.costs.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.costs.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.costs.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.costs.leg IS 'production, candidate or control.';
COMMENT ON COLUMN understudy.costs.calls IS 'Legs asked.';
COMMENT ON COLUMN understudy.costs.cost_per_case IS 'Mean cost of a leg whose price and tokens are known.';
COMMENT ON COLUMN understudy.costs.cost_per_million_calls IS 'The same for a million calls.';
COMMENT ON COLUMN understudy.costs.cost_per_month IS 'The same for a month of all the workload''s calls at this day''s volume; null where that is not known.';
COMMENT ON COLUMN understudy.costs.estimated_share IS 'Share of the legs whose tokens are our estimate.';
COMMENT ON VIEW understudy.gates IS 'The tests that a verdict needs, at the last look of each day.';
COMMENT ON COLUMN understudy.gates.workload IS 'The workload.';
COMMENT ON COLUMN understudy.gates.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.gates.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.gates.day IS 'The day of the look.';
COMMENT ON COLUMN understudy.gates.gate IS 'The name of the gate.';
COMMENT ON COLUMN understudy.gates.status IS 'pass, fail or open.';
COMMENT ON COLUMN understudy.gates.estimate IS 'The figure that is held against the threshold.';
COMMENT ON COLUMN understudy.gates."lower" IS 'Its lower limit.';
COMMENT ON COLUMN understudy.gates."upper" IS 'Its upper limit.';
COMMENT ON COLUMN understudy.gates.threshold IS 'What it is held against.';
COMMENT ON COLUMN understudy.gates.blocking IS 'Whether the verdict waits for this gate.';
COMMENT ON VIEW understudy.verdicts IS 'The verdict at the last look of each day.';
COMMENT ON COLUMN understudy.verdicts.workload IS 'The workload.';
COMMENT ON COLUMN understudy.verdicts.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.verdicts.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.verdicts.day IS 'The day of the look.';
COMMENT ON COLUMN understudy.verdicts.verdict IS 'switch, two_tier, stay or keep_shadowing.';
COMMENT ON COLUMN understudy.verdicts.reason IS 'What settled it: a gate''s name, every_gate, tier or drift.';
COMMENT ON COLUMN understudy.verdicts.basis IS 'What correctness rests on: labels, people or agreement.';
COMMENT ON COLUMN understudy.verdicts.settings_hash IS 'Hash of all settings that may not change within the trial.';
COMMENT ON VIEW understudy.two_tier_curve IS 'Serving the candidate only from a confidence on: one row a threshold, at the last look of each day.';
COMMENT ON COLUMN understudy.two_tier_curve.workload IS 'The workload.';
COMMENT ON COLUMN understudy.two_tier_curve.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.two_tier_curve.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.two_tier_curve.day IS 'The day of the look.';
COMMENT ON COLUMN understudy.two_tier_curve.threshold IS 'Serve the candidate when its confidence is at least this.';
COMMENT ON COLUMN understudy.two_tier_curve.escalation_rate IS 'Share of calls that production would answer.';
COMMENT ON COLUMN understudy.two_tier_curve.log_evidence IS 'Natural logarithm of the evidence that the loss is within the margin, the largest so far.';
COMMENT ON COLUMN understudy.two_tier_curve.certified IS 'Whether the loss at this threshold is proven to be within the margin.';
COMMENT ON COLUMN understudy.two_tier_curve.saving IS 'Share of the cost that the mix would save.';
COMMENT ON VIEW understudy.coverage IS 'The way from calls to compared pairs, by day.';
COMMENT ON COLUMN understudy.coverage.workload IS 'The workload.';
COMMENT ON COLUMN understudy.coverage.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.coverage.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.coverage.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.coverage.calls IS 'Calls that passed through the route while the trial ran.';
COMMENT ON COLUMN understudy.coverage.sampled IS 'Calls drawn for the trial.';
COMMENT ON COLUMN understudy.coverage.paired IS 'Pairs that have been stored.';
COMMENT ON COLUMN understudy.coverage.compared IS 'Pairs that the worker has finished, incomparable ones included.';
COMMENT ON COLUMN understudy.coverage.incomparable IS 'Pairs in which production failed or the client left.';
COMMENT ON VIEW understudy.coverage_reasons IS 'How many calls reached each stage, or left it, and why.';
COMMENT ON COLUMN understudy.coverage_reasons.workload IS 'The workload.';
COMMENT ON COLUMN understudy.coverage_reasons.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.coverage_reasons.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.coverage_reasons.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.coverage_reasons.stage IS 'calls, sampled, skipped, shed, control_skipped, fault or paired.';
COMMENT ON COLUMN understudy.coverage_reasons.reason IS 'Why; empty where the stage needs no reason.';
COMMENT ON COLUMN understudy.coverage_reasons.calls IS 'How many calls.';
COMMENT ON VIEW understudy.trials IS 'The trials, with their settings as frozen.';
COMMENT ON COLUMN understudy.trials.workload IS 'The workload.';
COMMENT ON COLUMN understudy.trials.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.trials.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.trials.source IS 'Where its pairs come from: mirror, tap, replay or import.';
COMMENT ON COLUMN understudy.trials.state IS 'running (a mirror feeds it), recorded (imported pairs) or ended.';
COMMENT ON COLUMN understudy.trials.simulated IS 'Some answer came from a simulated model.';
COMMENT ON COLUMN understudy.trials.started_at IS 'When it began.';
COMMENT ON COLUMN understudy.trials.ends_at IS 'When it ends by itself; null for recorded pairs.';
COMMENT ON COLUMN understudy.trials.ended_at IS 'When it ended.';
COMMENT ON COLUMN understudy.trials.end_reason IS 'Why it ended: replaced, disabled, completed or route_removed.';
COMMENT ON COLUMN understudy.trials.timezone IS 'The time zone whose calendar days count.';
COMMENT ON COLUMN understudy.trials.settings_hash IS 'Hash of all settings that may not change within the trial.';
COMMENT ON COLUMN understudy.trials.settings IS 'All settings, defaults filled in.';
COMMENT ON VIEW understudy.adjudications IS 'What was said about who was right, each word kept.';
COMMENT ON COLUMN understudy.adjudications.workload IS 'The workload.';
COMMENT ON COLUMN understudy.adjudications.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.adjudications.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.adjudications.pair_id IS 'The pair''s id, a UUIDv7 of the call''s millisecond: time ranges by id_at() on it are fast.';
COMMENT ON COLUMN understudy.adjudications.correct IS 'both, production_only, candidate_only or neither.';
COMMENT ON COLUMN understudy.adjudications."by" IS 'person.';
COMMENT ON COLUMN understudy.adjudications.who IS 'Who said it, where known.';
COMMENT ON COLUMN understudy.adjudications.planned IS 'The pair had been drawn for judging beforehand.';
COMMENT ON COLUMN understudy.adjudications.probability IS 'Probability with which it had been drawn.';
COMMENT ON COLUMN understudy.adjudications."at" IS 'When it was said.';

-- The three legs have the same columns, and `disagreements` has those of `pairs`.
DO $comments$
DECLARE
    leg text;
    owner text;
    suffix text;
    meaning text;
BEGIN
    FOREACH leg IN ARRAY ARRAY['production', 'candidate', 'control'] LOOP
        owner := CASE leg WHEN 'production' THEN 'Production''s ' WHEN 'candidate' THEN 'The candidate''s '
            ELSE 'Production''s second ask (control): ' END;
        FOR suffix, meaning IN VALUES
            ('output', 'text of the answer'),
            ('tool_calls', 'tool calls, an array of {id, name, arguments}'),
            ('status', 'HTTP status; null when no answer began'),
            ('error', 'error, such as timeout; null when a usable answer came'),
            ('finish_reason', 'reason to stop, as the provider gave it'),
            ('model', 'model, as the provider named it'),
            ('input_tokens', 'tokens read'),
            ('output_tokens', 'tokens written'),
            ('cached_input_tokens', 'tokens read from the provider''s cache, part of the tokens read'),
            ('reasoning_tokens', 'tokens spent on reasoning, part of the tokens written'),
            ('tokens_estimated', 'tokens are our estimate'),
            ('cost', 'cost in USD at the prices of the settings'),
            ('duration_ms', 'milliseconds from send to the end of the answer'),
            ('ttft_ms', 'milliseconds from send to the first content; null where the answer was not streamed'),
            ('confidence', 'confidence in the answer, 0 to 1'),
            ('request_id', 'provider''s own id of the answer')
        LOOP
            EXECUTE format('COMMENT ON COLUMN understudy.pairs.%I IS %L', leg || '_' || suffix, owner || meaning || '.');
        END LOOP;
    END LOOP;
    FOR suffix, meaning IN
        SELECT attname, col_description(attrelid, attnum) FROM pg_attribute
        WHERE attrelid = 'understudy.pairs'::regclass AND attnum > 0
    LOOP
        EXECUTE format('COMMENT ON COLUMN understudy.disagreements.%I IS %L', suffix, meaning);
    END LOOP;
END
$comments$;
