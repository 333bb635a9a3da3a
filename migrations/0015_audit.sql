-- The audit of pairs that agree by a tolerant rule alone.

-- In how many halvings of the equivalent pairs a pair is kept, 0 to 5: drawn by a hash of its id, which nothing about its outcome enters.
CREATE FUNCTION understudy_store.audit_level(pair_id uuid) RETURNS smallint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$
    SELECT CASE
        WHEN drawn.byte < 8 THEN 5 WHEN drawn.byte < 16 THEN 4 WHEN drawn.byte < 32 THEN 3 WHEN drawn.byte < 64 THEN 2
        WHEN drawn.byte < 128 THEN 1 ELSE 0 END::smallint
    FROM (SELECT get_byte(sha256(uuid_send(pair_id)), 0) AS byte) AS drawn
$$;

REVOKE ALL ON FUNCTION understudy_store.audit_level(uuid) FROM PUBLIC;

-- Days are counted anew: their cells say the level of each equivalent pair now.
DELETE FROM understudy_store.evidence_day;

-- q̄: the largest share of such pairs that the audit of this trial allows for, fixed when its first day had ended.
ALTER TABLE understudy_store.trial ADD COLUMN equivalence_ceiling double precision CHECK (equivalence_ceiling BETWEEN 0 AND 1);

-- What `review` serves of them, those of the smallest sample first.
CREATE INDEX comparison_unaudited ON understudy_store.comparison (trial, understudy_store.audit_level(pair_id) DESC, called_at, pair_id)
    WHERE agreement = 'equivalent' AND equivalence IN ('judge', 'within_tolerance') AND correct = 'unknown';

-- The audit as a look saw it; no row where no pair needs it.
CREATE TABLE understudy_store.audit_point (
    look bigint PRIMARY KEY REFERENCES understudy_store.look ON DELETE CASCADE,
    status text NOT NULL CHECK (status IN ('pass', 'open')),
    equivalents bigint NOT NULL,
    judged bigint NOT NULL,
    worse bigint NOT NULL,
    share double precision NOT NULL,
    ceiling double precision,
    allowed double precision,
    log_evidence double precision NOT NULL,
    hidden_at_most double precision NOT NULL
);
REVOKE ALL ON understudy_store.audit_point FROM PUBLIC;

CREATE VIEW understudy.equivalence_audit AS
SELECT trial.workload, trial.id AS trial, trial.candidate, look.day, point.status, point.equivalents, point.judged, point.worse,
    point.share, point.ceiling, point.allowed, point.log_evidence, point.hidden_at_most
FROM understudy_store.look_of_day AS look
JOIN understudy_store.trial ON trial.id = look.trial
JOIN understudy_store.audit_point AS point ON point.look = look.id;
GRANT SELECT ON understudy.equivalence_audit TO understudy_analyst;

COMMENT ON VIEW understudy.equivalence_audit IS 'The audit of pairs that agree only by judge or within_tolerance, at the last look of each day; no row where there are none.';
COMMENT ON COLUMN understudy.equivalence_audit.workload IS 'The workload.';
COMMENT ON COLUMN understudy.equivalence_audit.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.equivalence_audit.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.equivalence_audit.day IS 'The day of the look.';
COMMENT ON COLUMN understudy.equivalence_audit.status IS 'pass once such pairs are shown to hide no more than is allowed, else open.';
COMMENT ON COLUMN understudy.equivalence_audit.equivalents IS 'Such pairs in the evidence.';
COMMENT ON COLUMN understudy.equivalence_audit.judged IS 'Those of them that are judged.';
COMMENT ON COLUMN understudy.equivalence_audit.worse IS 'Judged ones in which only production was right.';
COMMENT ON COLUMN understudy.equivalence_audit.share IS 'The share of the evidence that they are.';
COMMENT ON COLUMN understudy.equivalence_audit.ceiling IS 'The largest share that the audit allows for, fixed when the first day had ended; null until then.';
COMMENT ON COLUMN understudy.equivalence_audit.allowed IS 'The share of them in which the candidate may be worse.';
COMMENT ON COLUMN understudy.equivalence_audit.log_evidence IS 'Natural logarithm of the evidence that it is worse in fewer, the largest so far.';
COMMENT ON COLUMN understudy.equivalence_audit.hidden_at_most IS 'The loss that they may hide at most, as a share of all pairs.';
