-- A judge model's predictions about pairs that differ: who waits for it, what it was asked, what it came to.
--
-- A pair that the comparison finds different gets a task in the same transaction, and the evidence ledger stops before the oldest
-- task: a prediction is fixed before its pair counts, and stays. Tables, not partitions: only pairs that differ are in them.

-- Pairs whose opinion is outstanding, claimed by workers with SKIP LOCKED.
--
--   waiting ──claim──▶ claimed ──call──▶ claimed ──…──▶ (deleted: an opinion stands in its place, if need be one with an error)
--      ▲                  │ lease expired, worker dead; or a call failed: asked again, later
--      └──────────────────┘
CREATE TABLE understudy_store.judge_task (
    pair_id uuid PRIMARY KEY,
    trial uuid NOT NULL,
    -- The evidence ledger stops before the oldest of them.
    called_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    not_before timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_until timestamptz,
    -- Who holds it; what another token brings comes too late.
    lease_token uuid,
    CHECK ((lease_until IS NULL) = (lease_token IS NULL))
);
CREATE INDEX judge_task_trial ON understudy_store.judge_task (trial, called_at);
CREATE INDEX judge_task_next ON understudy_store.judge_task (called_at, pair_id);

-- Every call to a judge, with what came of it. They go with the pairs: what a model answers may repeat what it was shown.
CREATE TABLE understudy_store.judge_call (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pair_id uuid NOT NULL,
    trial uuid NOT NULL,
    called_at timestamptz NOT NULL,
    duration_ms double precision,
    -- USD; null where no price is known.
    cost double precision,
    input_tokens integer,
    output_tokens integer,
    prompt_version integer NOT NULL,
    attempt smallint NOT NULL,
    tokens_estimated boolean NOT NULL,
    ask text NOT NULL CHECK (ask IN ('production_first', 'candidate_first', 'again')),
    model text NOT NULL,
    error text,
    -- The model's own words, cut; also those that were no opinion.
    answer text,
    -- However often workers die: stored once.
    UNIQUE (pair_id, prompt_version, ask, attempt),
    CHECK (error IS NOT NULL OR answer IS NOT NULL)
);
-- What a day has cost.
CREATE INDEX judge_call_trial ON understudy_store.judge_call (trial, called_at);

-- What the judge made of a pair, once for good. No text of the pair's is in it: it stays with the evidence.
CREATE TABLE understudy_store.judge_opinion (
    pair_id uuid PRIMARY KEY,
    trial uuid NOT NULL,
    settled_at timestamptz NOT NULL,
    -- f: the predicted D; 0 where no opinion came.
    prediction double precision NOT NULL CHECK (prediction BETWEEN -1 AND 1),
    -- USD of all its calls; null where no price is known.
    cost double precision,
    -- A hash over prompt version, judge, request and both answers: the same question is not asked twice while its pair is kept.
    content_hash uuid,
    prompt_version integer NOT NULL,
    calls smallint NOT NULL,
    -- Taken from another pair with the same question.
    reused boolean NOT NULL,
    order_consistent boolean,
    same_meaning boolean,
    -- The first order asked again predicted the same; null where it was not asked again.
    repeat_consistent boolean,
    model text NOT NULL,
    difference text,
    error text,
    CHECK ((error IS NULL) = (order_consistent IS NOT NULL) AND (error IS NULL) = (same_meaning IS NOT NULL)),
    CHECK (error IS NULL OR (prediction = 0 AND NOT reused))
);
CREATE INDEX judge_opinion_trial ON understudy_store.judge_opinion (trial, settled_at);
CREATE INDEX judge_opinion_content ON understudy_store.judge_opinion (content_hash) WHERE error IS NULL;

-- A pair is compared once more when an opinion about it has come.
ALTER TABLE understudy_store.batch DROP CONSTRAINT batch_reason_check;
ALTER TABLE understudy_store.batch
    ADD CONSTRAINT batch_reason_check CHECK (reason IN ('new', 'label', 'adjudication', 'comparator', 'judge'));

CREATE VIEW understudy.judgements AS
SELECT trial.workload, trial.id AS trial, trial.candidate,
    opinion.pair_id, opinion.prediction AS f, opinion.order_consistent, opinion.same_meaning, opinion.difference,
    opinion.repeat_consistent, opinion.reused, opinion.model, opinion.prompt_version, opinion.calls, opinion.error, opinion.cost,
    opinion.settled_at AS "at"
FROM understudy_store.judge_opinion AS opinion
JOIN understudy_store.trial ON trial.id = opinion.trial;
GRANT SELECT ON understudy.judgements TO understudy_analyst;

COMMENT ON VIEW understudy.judgements IS 'What the judge model predicts about pairs that differ: a row a pair, also where no opinion came.';
COMMENT ON COLUMN understudy.judgements.workload IS 'The workload.';
COMMENT ON COLUMN understudy.judgements.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.judgements.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.judgements.pair_id IS 'The pair''s id, a UUIDv7 of the call''s millisecond: time ranges by id_at() on it are fast.';
COMMENT ON COLUMN understudy.judgements.f IS 'Predicted difference, candidate right − production right, the mean of both orders, −1 to 1; 0 where no opinion came. It never says who was right.';
COMMENT ON COLUMN understudy.judgements.order_consistent IS 'Both orders of the answers gave the same prediction.';
COMMENT ON COLUMN understudy.judgements.same_meaning IS 'Both orders said that the answers mean the same.';
COMMENT ON COLUMN understudy.judgements.difference IS 'How the candidate''s answer differs, where both orders said so alike: none, style, omission, addition, contradiction or meaning.';
COMMENT ON COLUMN understudy.judgements.repeat_consistent IS 'The same order asked a second time gave the same prediction; null where it was not asked again.';
COMMENT ON COLUMN understudy.judgements.reused IS 'Taken from another pair with the same request and answers.';
COMMENT ON COLUMN understudy.judgements.model IS 'The judge model.';
COMMENT ON COLUMN understudy.judgements.prompt_version IS 'The version of the question that it was asked.';
COMMENT ON COLUMN understudy.judgements.calls IS 'Calls that were made for it.';
COMMENT ON COLUMN understudy.judgements.error IS 'Why no opinion came, such as malformed, timeout or budget; null where one did.';
COMMENT ON COLUMN understudy.judgements.cost IS 'What its calls cost in USD; null where no price is known.';
COMMENT ON COLUMN understudy.judgements."at" IS 'When it was settled.';
COMMENT ON COLUMN understudy.verdicts.basis IS 'What correctness rests on: labels, people, agreement or judge_only.';
