-- What replay and tap bring: production's answers that somebody else timed.

-- False where production's timings were taken elsewhere than the candidate's (a recorded call, a gateway's log): they stand with the pairs
-- and are held against nothing. Pairs of both kinds never share a trial.
ALTER TABLE understudy_store.trial ADD COLUMN timed_together boolean NOT NULL DEFAULT true;
