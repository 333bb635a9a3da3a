-- What comparing documents and conversations adds to the findings, and rollups for every question that is asked about all pairs:
-- by field, by turn, by length and by prompt. Counting a million pairs anew takes seconds, reading these a millisecond.

-- [{"path", "production", "candidate"}], each outcome right, wrong, missing, extra or absent; null without a gold document.
ALTER TABLE understudy_store.comparison ADD COLUMN fields jsonb;

ALTER TABLE understudy_store.use_count DROP CONSTRAINT use_count_kind_check;
ALTER TABLE understudy_store.use_count ADD CONSTRAINT use_count_kind_check
    CHECK (kind IN ('production_model', 'untranslated', 'estimated_rates', 'schema_unsupported'));

-- Rollup: fields of gold documents, as each leg had them.
CREATE TABLE understudy_store.field_count (
    trial uuid NOT NULL,
    day date NOT NULL,
    path text NOT NULL,
    leg text NOT NULL CHECK (leg IN ('production', 'candidate')),
    -- How often the gold answer has a value there, the leg's answer has one, and both have the same.
    expected bigint NOT NULL,
    given bigint NOT NULL,
    matched bigint NOT NULL,
    PRIMARY KEY (trial, day, path, leg)
);

-- Rollup: how the pairs of a day came out by what else tells them apart.
--   turn     the call's place in its conversation: 1 to 10, which stands for all from the tenth on
--   length   the input's length: 0 under 100 characters, then from 100, 300, 1,000, 3,000 and 10,000 on
--   prompt   the hash of what repeats in the requests; '(others)' for all but the first 200 of a trial
--   control  where production was asked twice: same, differs, or failed
CREATE TABLE understudy_store.slice_count (
    trial uuid NOT NULL,
    day date NOT NULL,
    dimension text NOT NULL CHECK (dimension IN ('turn', 'length', 'prompt', 'control')),
    slice text NOT NULL,
    agreement text NOT NULL,
    failure_mode text NOT NULL,
    correct text NOT NULL,
    pairs bigint NOT NULL,
    PRIMARY KEY (trial, day, dimension, slice, agreement, failure_mode, correct)
);

-- Rollup: the single differences, by field. Places in arrays are laid together as *; paths beyond a trial's first 500 as /(others).
CREATE TABLE understudy_store.difference_count (
    trial uuid NOT NULL,
    day date NOT NULL,
    path text NOT NULL,
    kind text NOT NULL,
    differences bigint NOT NULL,
    pairs bigint NOT NULL,
    PRIMARY KEY (trial, day, path, kind)
);

-- The names that a trial's rollups count by: its first prompts, and the first paths of fields and of differences. Whatever comes
-- later is counted together, so that no answer can make the rollups grow without end.
CREATE TABLE understudy_store.counted_name (
    trial uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('prompt', 'field', 'difference')),
    name text NOT NULL,
    PRIMARY KEY (trial, kind, name)
);

-- What the pairs cost, beside how they came out.
ALTER TABLE understudy_store.outcome_count
    ADD COLUMN production_cost double precision NOT NULL DEFAULT 0,
    ADD COLUMN candidate_cost double precision NOT NULL DEFAULT 0,
    -- Those whose candidate's cost is not known.
    ADD COLUMN unpriced bigint NOT NULL DEFAULT 0;

-- The slowest calls of a trial.
CREATE INDEX pair_duration ON understudy_store.pair (trial, candidate_duration_ms DESC) WHERE candidate_duration_ms IS NOT NULL;

CREATE VIEW understudy.field_accuracy AS
SELECT trial.workload, trial.id AS trial, trial.candidate,
    counted.day, counted.path, counted.leg, counted.expected, counted.given, counted.matched,
    counted.matched / nullif(counted.given, 0)::double precision AS field_precision,
    counted.matched / nullif(counted.expected, 0)::double precision AS field_recall
FROM understudy_store.field_count AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
WHERE counted.expected > 0 OR counted.given > 0;

CREATE VIEW understudy.slices AS
SELECT trial.workload, trial.id AS trial, trial.candidate,
    counted.day, counted.dimension, counted.slice, counted.agreement, nullif(counted.failure_mode, '') AS failure_mode, counted.correct,
    counted.pairs
FROM understudy_store.slice_count AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
WHERE counted.pairs > 0;

CREATE VIEW understudy.field_differences AS
SELECT trial.workload, trial.id AS trial, trial.candidate, counted.day, counted.path, counted.kind, counted.differences, counted.pairs
FROM understudy_store.difference_count AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
WHERE counted.pairs > 0;

CREATE VIEW understudy.failure_costs AS
SELECT trial.workload, trial.id AS trial, trial.candidate,
    counted.day, counted.failure_mode, counted.correct, sum(counted.pairs)::bigint AS pairs,
    sum(counted.production_cost) AS production_cost,
    CASE WHEN sum(counted.unpriced) < sum(counted.pairs) THEN sum(counted.candidate_cost) END AS candidate_cost,
    sum(counted.unpriced)::bigint AS unpriced
FROM understudy_store.outcome_count AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
WHERE counted.agreement = 'different'
GROUP BY trial.id, counted.day, counted.failure_mode, counted.correct
HAVING sum(counted.pairs) > 0;

GRANT SELECT ON understudy.field_accuracy, understudy.slices, understudy.field_differences, understudy.failure_costs
    TO understudy_analyst;

COMMENT ON VIEW understudy.field_accuracy IS 'How often each field of a JSON answer was as the gold answer has it, by day and leg.';
COMMENT ON COLUMN understudy.field_accuracy.workload IS 'The workload.';
COMMENT ON COLUMN understudy.field_accuracy.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.field_accuracy.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.field_accuracy.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.field_accuracy.path IS 'JSON Pointer of the field; * stands for any place in an array.';
COMMENT ON COLUMN understudy.field_accuracy.leg IS 'production or candidate.';
COMMENT ON COLUMN understudy.field_accuracy.expected IS 'How often the gold answer has a value there.';
COMMENT ON COLUMN understudy.field_accuracy.given IS 'How often the leg''s answer has a value there.';
COMMENT ON COLUMN understudy.field_accuracy.matched IS 'How often both have the same value.';
COMMENT ON COLUMN understudy.field_accuracy.field_precision IS 'matched ÷ given: how much of what the leg says is right.';
COMMENT ON COLUMN understudy.field_accuracy.field_recall IS 'matched ÷ expected: how much of what is right the leg says.';
COMMENT ON VIEW understudy.slices IS 'How the pairs came out by turn, input length, prompt and control.';
COMMENT ON COLUMN understudy.slices.workload IS 'The workload.';
COMMENT ON COLUMN understudy.slices.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.slices.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.slices.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.slices.dimension IS 'turn, length, prompt or control.';
COMMENT ON COLUMN understudy.slices.slice IS 'Turn: 1 to 10 (and later). Length: 0 under 100 characters, then from 100, 300, 1,000, 3,000, 10,000 on. Prompt: its hash. Control: same, differs or failed.';
COMMENT ON COLUMN understudy.slices.agreement IS 'identical, equivalent, different or incomparable.';
COMMENT ON COLUMN understudy.slices.failure_mode IS 'How the candidate failed or differs.';
COMMENT ON COLUMN understudy.slices.correct IS 'Who was right: both, production_only, candidate_only, neither or unknown.';
COMMENT ON COLUMN understudy.slices.pairs IS 'How many pairs.';
COMMENT ON VIEW understudy.field_differences IS 'How often each field differed, and how.';
COMMENT ON COLUMN understudy.field_differences.workload IS 'The workload.';
COMMENT ON COLUMN understudy.field_differences.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.field_differences.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.field_differences.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.field_differences.path IS 'JSON Pointer into the answer; * stands for any place in an array, empty for the answer as a whole.';
COMMENT ON COLUMN understudy.field_differences.kind IS 'What differs: a failure mode, or the rule by which the values count as equal.';
COMMENT ON COLUMN understudy.field_differences.differences IS 'How many single differences.';
COMMENT ON COLUMN understudy.field_differences.pairs IS 'In how many pairs.';
COMMENT ON VIEW understudy.failure_costs IS 'What the pairs that differ cost, in USD, by failure mode and who was right.';
COMMENT ON COLUMN understudy.failure_costs.workload IS 'The workload.';
COMMENT ON COLUMN understudy.failure_costs.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.failure_costs.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.failure_costs.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.failure_costs.failure_mode IS 'How the candidate failed or differs.';
COMMENT ON COLUMN understudy.failure_costs.correct IS 'Who was right: both, production_only, candidate_only, neither or unknown.';
COMMENT ON COLUMN understudy.failure_costs.pairs IS 'How many pairs.';
COMMENT ON COLUMN understudy.failure_costs.production_cost IS 'What production cost in them.';
COMMENT ON COLUMN understudy.failure_costs.candidate_cost IS 'What the candidate cost in them, as far as that is known; null where it is of none.';
COMMENT ON COLUMN understudy.failure_costs.unpriced IS 'Of them: the candidate''s cost is not known.';
