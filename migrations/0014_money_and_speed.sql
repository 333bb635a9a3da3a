-- What the report says about money, speed and language, as rollups: tokens by leg, output speed, ratios within pairs, the input's language;
-- and the volume by hour.

ALTER TABLE understudy_store.comparison
    -- Parts of the input tokens.
    ADD COLUMN production_cached_input_tokens integer,
    ADD COLUMN candidate_cached_input_tokens integer,
    -- Of the last user message, ISO 639; 'und' where it could not be told, null for pairs compared before this column was.
    ADD COLUMN language text;

UPDATE understudy_store.comparison AS found SET production_cached_input_tokens = call.production_cached_input_tokens
FROM understudy_store.call WHERE call.id = found.call_id AND call.production_cached_input_tokens IS NOT NULL;
UPDATE understudy_store.comparison AS found SET candidate_cached_input_tokens = pair.candidate_cached_input_tokens
FROM understudy_store.pair WHERE pair.id = found.pair_id AND pair.candidate_cached_input_tokens IS NOT NULL;

-- Rollup: the tokens of a day's answers, with sampling weights w, so that a case's mean cost and its limits follow at any prices. x are the
-- tokens read, z those of them from the provider's cache, y those written.
CREATE TABLE understudy_store.token_day (
    trial uuid NOT NULL,
    day date NOT NULL,
    leg text NOT NULL CHECK (leg IN ('production', 'candidate')),
    -- Answers whose tokens are known, in pairs whose candidate was asked; those of them whose tokens are our estimate.
    answers bigint NOT NULL,
    estimated bigint NOT NULL,
    -- Σw, Σw².
    weight double precision NOT NULL,
    weight_squares double precision NOT NULL,
    -- Σwx, Σwz, Σwy.
    input double precision NOT NULL,
    cached_input double precision NOT NULL,
    output double precision NOT NULL,
    -- Σw²x, Σw²z, Σw²y.
    input_weight_squares double precision NOT NULL,
    cached_weight_squares double precision NOT NULL,
    output_weight_squares double precision NOT NULL,
    -- Σw²x², Σw²z², Σw²y², Σw²xz, Σw²xy, Σw²zy.
    input_squares double precision NOT NULL,
    cached_squares double precision NOT NULL,
    output_squares double precision NOT NULL,
    input_cached double precision NOT NULL,
    input_output double precision NOT NULL,
    cached_output double precision NOT NULL,
    PRIMARY KEY (trial, day, leg)
);
INSERT INTO understudy_store.token_day
SELECT trial, day, leg, count(*), count(*) FILTER (WHERE estimated), sum(w), sum(w * w), sum(w * x), sum(w * z), sum(w * y),
    sum(w * w * x), sum(w * w * z), sum(w * w * y), sum(w * w * x * x), sum(w * w * z * z), sum(w * w * y * y), sum(w * w * x * z),
    sum(w * w * x * y), sum(w * w * z * y)
FROM understudy_store.comparison
CROSS JOIN LATERAL (VALUES
    ('production', evidence_weight, production_input_tokens::double precision, coalesce(production_cached_input_tokens, 0)::double precision,
        production_output_tokens::double precision, production_tokens_estimated),
    ('candidate', evidence_weight, candidate_input_tokens::double precision, coalesce(candidate_cached_input_tokens, 0)::double precision,
        candidate_output_tokens::double precision, candidate_tokens_estimated)
) AS told (leg, w, x, z, y, estimated)
WHERE candidate_asked AND x IS NOT NULL AND y IS NOT NULL
GROUP BY trial, day, leg;

-- Sketches of the output tokens a second, and of candidate ÷ production within pairs (leg `ratio`). These are kept by day, not by hour, in
-- the row of the day's first hour and of no segment. Here −2147483648 also counts legs that timed out: their speed is 0.
ALTER TABLE understudy_store.latency_sketch
    DROP CONSTRAINT latency_sketch_leg_check,
    DROP CONSTRAINT latency_sketch_metric_check,
    ADD CONSTRAINT latency_sketch_leg_check CHECK (leg IN ('production', 'candidate', 'ratio')),
    ADD CONSTRAINT latency_sketch_metric_check CHECK (metric IN ('duration_ms', 'ttft_ms', 'output_tokens_per_second'));

-- A leg's speed: null where its tokens were not counted or its time not taken.
CREATE FUNCTION understudy_store.output_speed(tokens integer, estimated boolean, duration_ms double precision, timed_out boolean)
    RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
    SELECT CASE WHEN timed_out THEN 0 WHEN NOT estimated AND duration_ms > 0 THEN tokens * 1000 / duration_ms END
$$;

-- The bucket of a value whose relative error is 1 %.
CREATE FUNCTION understudy_store.sketch_bucket(value double precision) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
    SELECT CASE WHEN value = 'Infinity' THEN 2147483647 WHEN value <= 1e-9 THEN -2147483648
        ELSE ceil(ln(value) / ln(1.01::double precision / 0.99))::integer END
$$;

-- What is sketched of a pair by day.
CREATE FUNCTION understudy_store.speeds_of(
    production_tokens integer, production_estimated boolean, production_ms double precision, production_ttft double precision,
    production_late boolean, candidate_tokens integer, candidate_estimated boolean, candidate_ms double precision,
    candidate_ttft double precision, candidate_late boolean)
    RETURNS TABLE (leg text, metric text, value double precision) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
    SELECT told.leg, told.metric, told.value
    FROM (SELECT understudy_store.output_speed(production_tokens, production_estimated, production_ms, production_late),
        understudy_store.output_speed(candidate_tokens, candidate_estimated, candidate_ms, candidate_late)) AS speed (production, candidate)
    CROSS JOIN LATERAL (VALUES
        ('production', 'output_tokens_per_second', speed.production),
        ('candidate', 'output_tokens_per_second', speed.candidate),
        ('ratio', 'duration_ms', CASE
            WHEN candidate_late AND NOT production_late AND production_ms IS NOT NULL THEN 'Infinity'
            WHEN production_late AND NOT candidate_late AND candidate_ms IS NOT NULL THEN 0
            ELSE candidate_ms / nullif(production_ms, 0) END),
        ('ratio', 'ttft_ms', candidate_ttft / nullif(production_ttft, 0)),
        ('ratio', 'output_tokens_per_second', speed.candidate / nullif(speed.production, 0))
    ) AS told (leg, metric, value)
    WHERE told.value IS NOT NULL
$$;

INSERT INTO understudy_store.latency_sketch (trial, hour, segment, leg, metric, bucket, samples)
SELECT found.trial, found.day::timestamp AT TIME ZONE trial.timezone, '', told.leg, told.metric, understudy_store.sketch_bucket(told.value),
    count(*)
FROM understudy_store.comparison AS found
JOIN understudy_store.trial ON trial.id = found.trial
CROSS JOIN LATERAL understudy_store.speeds_of(
    production_output_tokens, production_tokens_estimated, production_duration_ms, production_ttft_ms, production_timeout,
    candidate_output_tokens, candidate_tokens_estimated, candidate_duration_ms, candidate_ttft_ms, candidate_timeout) AS told
WHERE found.candidate_asked AND (told.leg = 'candidate' OR trial.timed_together)
GROUP BY 1, 2, 4, 5, 6;

ALTER TABLE understudy_store.slice_count
    DROP CONSTRAINT slice_count_dimension_check,
    ADD CONSTRAINT slice_count_dimension_check CHECK (dimension IN ('turn', 'length', 'prompt', 'control', 'language'));

-- The days that were counted lack a sum that is counted now.
DELETE FROM understudy_store.evidence_day;

-- "The same call of another candidate", among imported pairs.
CREATE INDEX import_key_pair ON understudy_store.import_key (pair_id);

-- `language` at the end of the views of pairs.
CREATE OR REPLACE VIEW understudy_store.found_pair AS
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
    found.correct, found.correct_by, found.differences, call.request_hash, found.language
FROM understudy_store.pair
JOIN understudy_store.trial ON trial.id = pair.trial
JOIN understudy_store.call ON call.id = pair.call_id
LEFT JOIN understudy_store.comparison AS found ON found.pair_id = pair.id
LEFT JOIN understudy_store.prompt ON prompt.hash = call.prompt_hash;

CREATE OR REPLACE VIEW understudy.pairs AS
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
    equivalence, failure_mode, ungrounded, production_unstable, label, correct, correct_by, request_hash, language
FROM understudy_store.found_pair;

CREATE OR REPLACE VIEW understudy.disagreements AS
SELECT * FROM understudy_store.found_pair WHERE agreement = 'different';

DO $comments$
DECLARE
    owner text;
BEGIN
    FOREACH owner IN ARRAY ARRAY['pairs', 'disagreements'] LOOP
        EXECUTE format('COMMENT ON COLUMN understudy.%I.language IS %L', owner,
            'The language of the last user message, ISO 639; und where it could not be told.');
    END LOOP;
END
$comments$;

-- Every label that production gave beside what the candidate gave, agreements included.
CREATE VIEW understudy.label_pairs AS
SELECT trial.workload, trial.id AS trial, trial.candidate, counted.day, counted.production_label, counted.candidate_label, counted.correct,
    counted.pairs
FROM understudy_store.label_count AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
WHERE counted.pairs > 0;

CREATE VIEW understudy.tokens AS
SELECT trial.workload, trial.id AS trial, trial.candidate, counted.day, counted.leg, counted.answers, counted.estimated, counted.weight,
    counted.input / nullif(counted.weight, 0) AS input_per_case, counted.cached_input / nullif(counted.weight, 0) AS cached_input_per_case,
    counted.output / nullif(counted.weight, 0) AS output_per_case
FROM understudy_store.token_day AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
WHERE counted.answers > 0;

CREATE VIEW understudy.volume AS
SELECT trial.workload, trial.id AS trial, trial.candidate, counted.hour, (counted.hour AT TIME ZONE trial.timezone)::date AS day,
    extract(hour FROM counted.hour AT TIME ZONE trial.timezone)::integer AS hour_of_day,
    extract(isodow FROM counted.hour AT TIME ZONE trial.timezone)::integer AS weekday,
    sum(counted.calls)::bigint AS calls, sum(counted.sampled)::bigint AS sampled, max(counted.calls)::bigint AS busiest_minute_calls,
    max(counted.sampled)::bigint AS busiest_minute_sampled
FROM (
    SELECT counted.trial, counted.period_start, date_trunc('hour', counted.period_start, trial.timezone) AS hour,
        sum(counted.calls) FILTER (WHERE stage = 'calls') AS calls, sum(counted.calls) FILTER (WHERE stage = 'sampled') AS sampled
    FROM understudy_store.coverage_count AS counted
    JOIN understudy_store.trial ON trial.id = counted.trial
    WHERE counted.stage IN ('calls', 'sampled')
    GROUP BY counted.trial, counted.period_start, trial.timezone
) AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
GROUP BY trial.id, counted.hour;

-- What was set aside leaves the way too.
CREATE OR REPLACE VIEW understudy.coverage_reasons AS
SELECT trial.workload, trial.id AS trial, trial.candidate, counted.day, counted.stage, counted.reason, counted.calls
FROM understudy_store.coverage_of_trial AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
WHERE counted.calls > 0
UNION ALL
SELECT trial.workload, trial.id, trial.candidate, (aside.set_aside_at AT TIME ZONE trial.timezone)::date, 'set_aside', aside.kind, count(*)
FROM understudy_store.set_aside AS aside
JOIN understudy_store.trial ON trial.id = aside.trial
GROUP BY trial.id, 4, aside.kind;

GRANT SELECT ON understudy.label_pairs, understudy.tokens, understudy.volume TO understudy_analyst;
REVOKE ALL ON understudy_store.token_day FROM PUBLIC;
REVOKE ALL ON FUNCTION understudy_store.output_speed, understudy_store.sketch_bucket, understudy_store.speeds_of FROM PUBLIC;

COMMENT ON VIEW understudy.label_pairs IS 'Which label each answer was read as, agreements included.';
COMMENT ON COLUMN understudy.label_pairs.workload IS 'The workload.';
COMMENT ON COLUMN understudy.label_pairs.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.label_pairs.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.label_pairs.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.label_pairs.production_label IS 'The label that production gave.';
COMMENT ON COLUMN understudy.label_pairs.candidate_label IS 'The label that the candidate gave.';
COMMENT ON COLUMN understudy.label_pairs.correct IS 'Who was right: both, production_only, candidate_only, neither or unknown.';
COMMENT ON COLUMN understudy.label_pairs.pairs IS 'How many pairs.';
COMMENT ON VIEW understudy.tokens IS 'The tokens of a legs answers, by day, in pairs whose candidate was asked.';
COMMENT ON COLUMN understudy.tokens.workload IS 'The workload.';
COMMENT ON COLUMN understudy.tokens.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.tokens.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.tokens.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.tokens.leg IS 'production or candidate.';
COMMENT ON COLUMN understudy.tokens.answers IS 'Answers whose tokens are known.';
COMMENT ON COLUMN understudy.tokens.estimated IS 'Of them: the tokens are our estimate.';
COMMENT ON COLUMN understudy.tokens.weight IS 'Sum of their sampling weights; their number where one rate serves all.';
COMMENT ON COLUMN understudy.tokens.input_per_case IS 'Tokens read, the weighted mean.';
COMMENT ON COLUMN understudy.tokens.cached_input_per_case IS 'Of them from the provider''s cache.';
COMMENT ON COLUMN understudy.tokens.output_per_case IS 'Tokens written, the weighted mean.';
COMMENT ON VIEW understudy.volume IS 'Calls by hour: those that passed while the trial ran, and those drawn for it.';
COMMENT ON COLUMN understudy.volume.workload IS 'The workload.';
COMMENT ON COLUMN understudy.volume.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.volume.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.volume.hour IS 'When the hour began.';
COMMENT ON COLUMN understudy.volume.day IS 'Its day in the trial''s time zone.';
COMMENT ON COLUMN understudy.volume.hour_of_day IS 'The hour in the trial''s time zone, 0 to 23.';
COMMENT ON COLUMN understudy.volume.weekday IS 'Its day of the week, 1 for Monday to 7 for Sunday.';
COMMENT ON COLUMN understudy.volume.calls IS 'Calls that passed through the route.';
COMMENT ON COLUMN understudy.volume.sampled IS 'Calls drawn for the trial.';
COMMENT ON COLUMN understudy.volume.busiest_minute_calls IS 'The most calls that passed in one minute of it.';
COMMENT ON COLUMN understudy.volume.busiest_minute_sampled IS 'The most calls drawn in one minute of it.';
COMMENT ON VIEW understudy.slices IS 'How the pairs came out by turn, input length, prompt, control and language.';
COMMENT ON COLUMN understudy.slices.dimension IS 'turn, length, prompt, control or language.';
COMMENT ON COLUMN understudy.slices.slice IS 'Turn: 1 to 10 (and later). Length: 0 under 100 characters, then from 100, 300, 1,000, 3,000, 10,000 on. Prompt: its hash. Control: same, differs or failed. Language: ISO 639, und where it could not be told.';
COMMENT ON COLUMN understudy.coverage_reasons.stage IS 'calls, sampled, skipped, shed, control_skipped, fault, paired or set_aside.';
