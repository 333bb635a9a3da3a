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
