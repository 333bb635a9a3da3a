-- The audit of pairs that agree by a tolerant rule alone; looks that say what they said; the sample beside all calls.

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

-- Whether a pair is in the latency figures: all are where one rate serves all; where segments are sampled at different rates, those sampled
-- more often are thinned to the smallest by a hash of the id, so that the figures are those of the traffic. Pairs counted before this
-- migration stay counted.
CREATE FUNCTION understudy.in_latency(pair_id uuid, evidence_weight double precision) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$
    SELECT CASE WHEN evidence_weight >= 1 THEN true ELSE
        (get_byte(hash, 1) * 65536 + get_byte(hash, 2) * 256 + get_byte(hash, 3)) / 16777216.0::double precision < evidence_weight END
    FROM (SELECT CASE WHEN evidence_weight < 1 THEN sha256(uuid_send(pair_id)) END AS hash) AS drawn
$$;
REVOKE ALL ON FUNCTION understudy.in_latency(uuid, double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION understudy.in_latency(uuid, double precision) TO understudy_analyst;

-- What the look said, all its figures: an old report reads as it did whatever later versions would decide. Null for looks of before.
ALTER TABLE understudy_store.look ADD COLUMN said jsonb;

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

-- The calls of a mirrored trial by what is known of them without reading them, and those drawn also by what is known once they are read.
-- Hours are UTC's; stages as the mirror counts them.
CREATE TABLE understudy_store.traffic_profile (
    trial uuid NOT NULL,
    period_start timestamptz NOT NULL,
    stage text NOT NULL CHECK (stage IN ('profile_calls', 'profile_expected', 'profile_drawn', 'profile_sampled', 'profile_kept')),
    dimension text NOT NULL,
    slice text NOT NULL,
    -- Empty for calls in no segment.
    segment text NOT NULL,
    -- Of the stage profile_expected millionths.
    calls bigint NOT NULL,
    PRIMARY KEY (trial, period_start, stage, dimension, slice, segment)
);
REVOKE ALL ON understudy_store.traffic_profile FROM PUBLIC;

-- Every dimension a trial's sample is held against all calls by. Every call is counted by its size, in its segment and hour, so that row
-- gives those three; pairs are counted by segment, length of the input and turn.
CREATE VIEW understudy_store.sample_slice AS
SELECT trial, dimension, slice,
    coalesce(sum(calls) FILTER (WHERE stage = 'profile_calls'), 0)::bigint AS calls,
    coalesce(sum(calls) FILTER (WHERE stage = 'profile_expected'), 0)::double precision / 1e6 AS expected,
    coalesce(sum(calls) FILTER (WHERE stage = 'profile_drawn'), 0)::bigint AS drawn,
    coalesce(sum(calls) FILTER (WHERE stage = 'profile_sampled'), 0)::bigint AS sampled,
    coalesce(sum(calls) FILTER (WHERE stage = 'profile_kept'), 0)::bigint AS kept,
    coalesce(sum(calls) FILTER (WHERE stage = 'comparable'), 0)::bigint AS comparable,
    coalesce(sum(calls) FILTER (WHERE stage IN ('comparable', 'incomparable')), 0)::bigint AS compared
FROM (
    SELECT profile.trial, part.dimension, part.slice, profile.stage, profile.calls
    FROM understudy_store.traffic_profile AS profile
    JOIN understudy_store.trial ON trial.id = profile.trial
    CROSS JOIN LATERAL (VALUES
        (profile.dimension, profile.slice),
        (CASE profile.dimension WHEN 'size' THEN 'segment' END, profile.segment),
        (CASE profile.dimension WHEN 'size' THEN 'hour' END, to_char(profile.period_start AT TIME ZONE trial.timezone, 'HH24'))
    ) AS part (dimension, slice)
    WHERE part.dimension IS NOT NULL
    UNION ALL
    SELECT trial, 'segment', segment, CASE agreement WHEN 'incomparable' THEN agreement ELSE 'comparable' END, pairs
    FROM understudy_store.outcome_count
    UNION ALL
    SELECT trial, dimension, slice, CASE agreement WHEN 'incomparable' THEN agreement ELSE 'comparable' END, pairs
    FROM understudy_store.slice_count WHERE dimension IN ('length', 'turn')
) AS counted
GROUP BY trial, dimension, slice
HAVING sum(calls) > 0;

CREATE VIEW understudy.sample_profile AS
SELECT trial.workload, trial.id AS trial, trial.candidate, counted.dimension, counted.slice, counted.calls, counted.expected, counted.drawn,
    counted.sampled, counted.kept, counted.comparable, counted.compared
FROM understudy_store.sample_slice AS counted
JOIN understudy_store.trial ON trial.id = counted.trial;
GRANT SELECT ON understudy.sample_profile TO understudy_analyst;

COMMENT ON VIEW understudy.sample_profile IS 'The sample beside all calls, by what is known of them: is what the candidate was asked a fair part of the traffic?';
COMMENT ON COLUMN understudy.sample_profile.workload IS 'The workload.';
COMMENT ON COLUMN understudy.sample_profile.trial IS 'The trial''s id.';
COMMENT ON COLUMN understudy.sample_profile.candidate IS 'The candidate''s name.';
COMMENT ON COLUMN understudy.sample_profile.dimension IS 'size (of the request), hour (of the day, the trial''s time zone), segment, tools (known of drawn calls only), length (of the last user message) or turn (both known of pairs only).';
COMMENT ON COLUMN understudy.sample_profile.slice IS 'Which of them; an empty segment for calls without one.';
COMMENT ON COLUMN understudy.sample_profile.calls IS 'Calls that could be drawn; 0 where calls are not counted by this.';
COMMENT ON COLUMN understudy.sample_profile.expected IS 'The sum of the probabilities with which they were to be drawn.';
COMMENT ON COLUMN understudy.sample_profile.drawn IS 'Those drawn.';
COMMENT ON COLUMN understudy.sample_profile.sampled IS 'Those of them that can be shadowed.';
COMMENT ON COLUMN understudy.sample_profile.kept IS 'Those of which a pair was written.';
COMMENT ON COLUMN understudy.sample_profile.comparable IS 'Pairs that could be compared.';
COMMENT ON COLUMN understudy.sample_profile.compared IS 'Pairs that the worker has finished, incomparable ones included.';
