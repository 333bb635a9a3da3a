-- The evidence of days that have ended, already counted: a look over weeks reads it instead of every pair.

-- One day of a trial as a look takes it. Gone as soon as a comparison of that day changes; a look counts the day anew and keeps it.
CREATE TABLE understudy_store.evidence_day (
    trial uuid NOT NULL,
    day date NOT NULL,
    -- Whether a judge predicted then; what was counted without one is not for a trial that has one now.
    with_judge boolean NOT NULL,
    cells jsonb NOT NULL,
    costs jsonb NOT NULL,
    tier_latencies jsonb NOT NULL,
    PRIMARY KEY (trial, day)
);

-- "The oldest that waits to be judged."
CREATE INDEX comparison_pending ON understudy_store.comparison (trial, called_at, pair_id)
    WHERE agreement = 'different' AND planned AND correct = 'unknown' AND consumed_correct IS NULL;
