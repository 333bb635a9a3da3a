-- What a report said beside its look, so that it can be made again, word for word, when its pairs are gone and its labels corrected; and
-- the reports that are delivered by themselves.

-- The figures of the report that was made from the look; null for looks of before.
ALTER TABLE understudy_store.look ADD COLUMN report jsonb;

-- What the pairs that a report shows said. A pair's texts go when the pair goes: the look and its figures stay.
CREATE TABLE understudy_store.look_example (
    look bigint NOT NULL REFERENCES understudy_store.look ON DELETE CASCADE,
    pair_id uuid NOT NULL,
    trial uuid NOT NULL,
    ages_from timestamptz NOT NULL,
    texts jsonb NOT NULL,
    PRIMARY KEY (look, pair_id)
);
CREATE INDEX look_example_age ON understudy_store.look_example (trial, ages_from);

-- A report on its way to one outlet, once a week and when a verdict changes. Whoever takes it there claims the row first, so that of
-- several workers one does. `waiting` → `claimed` → `done`, or back to `waiting` when it was refused, until `failed`; `unknown` when it may
-- have arrived at an outlet that must not get it twice.
CREATE TABLE understudy_store.delivery (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workload text NOT NULL,
    outlet text NOT NULL CHECK (outlet IN ('folder', 'webhook')),
    kind text NOT NULL CHECK (kind IN ('week', 'verdict')),
    -- The week, 2026-W47, or the number of the look that came to another verdict.
    occasion text NOT NULL,
    verdict_before text,
    verdict text,
    -- The looks that the report shows, and its day in the trial's time zone.
    looks bigint[] NOT NULL,
    day date NOT NULL,
    created_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'claimed', 'done', 'failed', 'unknown')),
    attempts integer NOT NULL DEFAULT 0,
    -- When it may be claimed; once it is, until when.
    due_at timestamptz NOT NULL,
    claimed_until timestamptz,
    ended_at timestamptz,
    -- Why the last attempt did not succeed. Never the webhook's URL, which is a credential.
    note text,
    UNIQUE (workload, kind, occasion, outlet),
    CHECK ((kind = 'verdict') = (verdict IS NOT NULL)),
    CHECK ((state = 'claimed') = (claimed_until IS NOT NULL))
);
CREATE INDEX delivery_open ON understudy_store.delivery (due_at) WHERE state IN ('waiting', 'claimed');

-- The verdict of the day before.
CREATE INDEX look_day_end ON understudy_store.look (trial, id DESC) WHERE day_end;
