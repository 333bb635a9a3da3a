-- Routes and trials: what mirrors serve and what is measured. Both small; everything else names them by value.

-- How the mirror reaches a workload's production. It outlives its trials.
CREATE TABLE understudy_store.route (
    workload text PRIMARY KEY,
    production_api text NOT NULL,
    production_url text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

--   running  ──disable, another file, max_days──▶ ended        trials of a mirror
--   recorded ──another file──▶ ended                           imported or replayed pairs: complete whenever nobody imports
CREATE TABLE understudy_store.trial (
    id uuid PRIMARY KEY,
    workload text NOT NULL,
    candidate text NOT NULL,
    source text NOT NULL CHECK (source IN ('mirror', 'tap', 'replay', 'import')),
    state text NOT NULL CHECK (state IN ('running', 'recorded', 'ended')),
    -- The whole file as it is in force now: sampling, limits, retention, keys' places and prices may change within a trial.
    settings jsonb NOT NULL,
    -- Over all that may not change within it.
    settings_hash text NOT NULL,
    timezone text NOT NULL,
    -- Days that a pair is kept; null keeps it for ever.
    retain_days integer CHECK (retain_days > 0),
    -- Some answer in it came from a simulated model.
    simulated boolean NOT NULL DEFAULT false,
    started_at timestamptz NOT NULL,
    settings_changed_at timestamptz NOT NULL,
    -- When it ends by itself.
    ends_at timestamptz,
    ended_at timestamptz,
    end_reason text CHECK (end_reason IN ('replaced', 'disabled', 'completed', 'route_removed')),

    -- What the evidence has fixed, which makes every old verdict reproducible.
    --
    -- Two-tier thresholds, falling, and the last pair that fixed them: pairs up to it are left out of the tier test.
    tier_grid double precision[],
    tier_grid_called_at timestamptz,
    tier_grid_pair uuid,
    -- What all looks so far established (Verdict's Latches).
    latches jsonb,
    -- When its comparisons went, or the first of them: from then on its last look is its verdict.
    evidence_pruned_at timestamptz,

    CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CHECK ((state = 'ended') = (end_reason IS NOT NULL)),
    CHECK (state <> 'running' OR source IN ('mirror', 'tap')),
    CHECK (state <> 'recorded' OR source IN ('import', 'replay')),
    CHECK (ended_at >= started_at),
    CHECK ((tier_grid IS NULL) = (tier_grid_pair IS NULL) AND (tier_grid IS NULL) = (tier_grid_called_at IS NULL))
);
-- Of one candidate at most one trial takes pairs of one source.
CREATE UNIQUE INDEX trial_open ON understudy_store.trial (workload, candidate, source) WHERE state <> 'ended';
CREATE INDEX trial_workload ON understudy_store.trial (workload, started_at);

-- Whoever serves: mirrors, workers, web. Rows of the dead are pruned.
CREATE TABLE understudy_store.heartbeat (
    process uuid PRIMARY KEY,
    role text NOT NULL,
    host text NOT NULL,
    process_id integer NOT NULL,
    version text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    -- Of a mirror: records written and not yet shipped, their bytes, and whether its disk is full.
    spooled_records bigint NOT NULL DEFAULT 0,
    spooled_bytes bigint NOT NULL DEFAULT 0,
    disk_full boolean NOT NULL DEFAULT false,
    -- One sentence about what is wrong, for `status`.
    warning text,
    CHECK (seen_at >= started_at)
);
