-- What comparing JSON documents and conversations adds to the findings: how the answers stand to each field of the gold answer,
-- how the pairs come out by their place in the conversation, and the keywords of a schema that could not be checked.

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

-- Rollup: how the pairs of a day came out by their place in the conversation.
CREATE TABLE understudy_store.turn_count (
    trial uuid NOT NULL,
    day date NOT NULL,
    -- From 1; 10 stands for all from the tenth on.
    turn integer NOT NULL CHECK (turn BETWEEN 1 AND 10),
    agreement text NOT NULL,
    correct text NOT NULL,
    pairs bigint NOT NULL,
    PRIMARY KEY (trial, day, turn, agreement, correct)
);

CREATE VIEW understudy.field_accuracy AS
SELECT trial.workload, trial.id AS trial, trial.candidate,
    counted.day, counted.path, counted.leg, counted.expected, counted.given, counted.matched,
    counted.matched / nullif(counted.given, 0)::double precision AS field_precision,
    counted.matched / nullif(counted.expected, 0)::double precision AS field_recall
FROM understudy_store.field_count AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
WHERE counted.expected > 0 OR counted.given > 0;

CREATE VIEW understudy.turns AS
SELECT trial.workload, trial.id AS trial, trial.candidate,
    counted.day, counted.turn, sum(counted.pairs)::bigint AS pairs,
    coalesce(sum(counted.pairs) FILTER (WHERE agreement = 'different'), 0)::bigint AS differing,
    coalesce(sum(counted.pairs) FILTER (WHERE agreement = 'different'), 0) / sum(counted.pairs)::double precision AS share,
    coalesce(sum(counted.pairs) FILTER (WHERE correct = 'production_only'), 0)::bigint AS production_only,
    coalesce(sum(counted.pairs) FILTER (WHERE correct = 'candidate_only'), 0)::bigint AS candidate_only
FROM understudy_store.turn_count AS counted
JOIN understudy_store.trial ON trial.id = counted.trial
WHERE counted.agreement <> 'incomparable'
GROUP BY trial.id, counted.day, counted.turn
HAVING sum(counted.pairs) > 0;

GRANT SELECT ON understudy.field_accuracy, understudy.turns TO understudy_analyst;

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
COMMENT ON VIEW understudy.turns IS 'How often the answers differ, by the call''s place in its conversation.';
COMMENT ON COLUMN understudy.turns.workload IS 'The workload.';
COMMENT ON COLUMN understudy.turns.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.turns.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.turns.day IS 'The calendar day of the call, in the trial''s time zone.';
COMMENT ON COLUMN understudy.turns.turn IS 'The number of user messages so far, from 1; 10 stands for all from the tenth on.';
COMMENT ON COLUMN understudy.turns.pairs IS 'Pairs whose answers could be compared.';
COMMENT ON COLUMN understudy.turns.differing IS 'Of them: the answers differ.';
COMMENT ON COLUMN understudy.turns.share IS 'Their share.';
COMMENT ON COLUMN understudy.turns.production_only IS 'Pairs of that turn in which only production was right.';
COMMENT ON COLUMN understudy.turns.candidate_only IS 'Pairs of that turn in which only the candidate was right.';
