-- Looks at trials: what each was decided from, what it found and what it came to.

-- A look and its verdict. With `input` and the latches of the look before, the same program comes to the same verdict again.
CREATE TABLE understudy_store.look (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    trial uuid NOT NULL,
    looked_at timestamptz NOT NULL,
    -- The calendar day of the look in the trial's time zone, and how many days with compared pairs there were.
    day date NOT NULL,
    days integer NOT NULL,
    -- Taken because a day had ended; else because somebody asked.
    day_end boolean NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('switch', 'two_tier', 'stay', 'keep_shadowing')),
    reason text NOT NULL,
    basis text NOT NULL CHECK (basis IN ('labels', 'people', 'agreement', 'judge_only')),
    settings_hash text NOT NULL,
    -- Verdict's LookInput, and the latches that went in.
    input jsonb NOT NULL,
    latches_before jsonb NOT NULL
);
CREATE INDEX look_trial ON understudy_store.look (trial, id DESC);

CREATE TABLE understudy_store.gate (
    look bigint NOT NULL REFERENCES understudy_store.look ON DELETE CASCADE,
    gate text NOT NULL,
    status text NOT NULL CHECK (status IN ('pass', 'fail', 'open')),
    estimate double precision,
    lower_limit double precision,
    upper_limit double precision,
    threshold double precision,
    blocking boolean NOT NULL,
    PRIMARY KEY (look, gate)
);

CREATE TABLE understudy_store.tier_point (
    look bigint NOT NULL REFERENCES understudy_store.look ON DELETE CASCADE,
    threshold double precision NOT NULL,
    escalation_rate double precision,
    log_evidence double precision NOT NULL,
    certified boolean NOT NULL,
    saving double precision,
    PRIMARY KEY (look, threshold)
);
