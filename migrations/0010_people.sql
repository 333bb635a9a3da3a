-- What people bring to calls and pairs: truth by what was asked, feedback that comes before its call, the review queue.

-- Stands for what a call asked (messages, tools, response format), whatever model and parameters it went with. Null where the request
-- could not be read, and of calls stored before this column was.
ALTER TABLE understudy_store.call ADD COLUMN request_hash uuid;
-- "All calls that asked this". Partitions that are there get it too; new ones are made like their parent.
CREATE INDEX call_request_hash ON understudy_store.call (request_hash) WHERE request_hash IS NOT NULL;

-- A word that is taken back is followed by 'unknown': each is kept, and the newest counts.
ALTER TABLE understudy_store.adjudication
    DROP CONSTRAINT adjudication_correct_check,
    ADD CONSTRAINT adjudication_correct_check CHECK (correct IN ('both', 'production_only', 'candidate_only', 'neither', 'unknown'));

-- What `review` serves next: the few that differ and that nobody has judged, those first that the verdict waits for, each in the
-- ledger's order. Of a conversation whose day has not ended any pair may yet be the evidence.
CREATE INDEX comparison_unjudged ON understudy_store.comparison (
    trial, (CASE WHEN planned AND in_evidence IS DISTINCT FROM false THEN 0 ELSE 1 END), called_at, pair_id)
    WHERE agreement = 'different' AND correct = 'unknown';

-- Pairs that somebody is looking at: no other reviewer gets them until the lease ends.
CREATE TABLE understudy_store.review_lease (
    pair_id uuid PRIMARY KEY,
    -- One run of `review`: two people may give the same name.
    session uuid NOT NULL,
    lease_until timestamptz NOT NULL
);

-- Feedback whose call is not stored, in the order in which it came. A worker looks again, ever more seldom, until the call is there
-- or the time that feedback is held is over.
CREATE TABLE understudy_store.waiting_feedback (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL,
    next_look_at timestamptz NOT NULL,
    workload text NOT NULL,
    -- As a line of `labels import` says it.
    line jsonb NOT NULL,
    CHECK (next_look_at >= received_at)
);
CREATE INDEX waiting_feedback_due ON understudy_store.waiting_feedback (next_look_at);
CREATE INDEX waiting_feedback_workload ON understudy_store.waiting_feedback (workload, id);

-- What became of feedback, in lines.
--   stored, unchanged   it named a stored call at once, and said something new or what was known
--   kept                it waits; from there: applied, expired (no such call came in time) or refused (it named several pairs)
--   turned_away         too many waited
CREATE TABLE understudy_store.feedback_count (
    workload text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('stored', 'unchanged', 'kept', 'turned_away', 'applied', 'expired', 'refused')),
    lines bigint NOT NULL,
    PRIMARY KEY (workload, outcome)
);

-- `request_hash` at the end of the views of pairs.
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
    found.correct, found.correct_by, found.differences, call.request_hash
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
    equivalence, failure_mode, ungrounded, production_unstable, label, correct, correct_by, request_hash
FROM understudy_store.found_pair;

CREATE OR REPLACE VIEW understudy.disagreements AS
SELECT * FROM understudy_store.found_pair WHERE agreement = 'different';

DO $comments$
DECLARE
    owner text;
BEGIN
    FOREACH owner IN ARRAY ARRAY['pairs', 'disagreements'] LOOP
        EXECUTE format('COMMENT ON COLUMN understudy.%I.request_hash IS %L', owner,
            'Stands for what was asked: messages, tools and response format, whatever the model; null where they could not be read.');
    END LOOP;
END
$comments$;
COMMENT ON COLUMN understudy.adjudications.correct IS
    'both, production_only, candidate_only or neither; unknown where the word before was taken back.';

REVOKE ALL ON understudy_store.review_lease, understudy_store.waiting_feedback, understudy_store.feedback_count FROM PUBLIC;
