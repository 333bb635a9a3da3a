-- The two schemas, the ids' arithmetic, and the settings of the installation.
--
-- `understudy_store` holds the tables and may change with every version. `understudy` holds the views that people query; their
-- names and columns are promised. Enumerations are text with CHECKs: a later version adds a word without rewriting a table.

CREATE SCHEMA IF NOT EXISTS understudy_store;
CREATE SCHEMA IF NOT EXISTS understudy;
COMMENT ON SCHEMA understudy IS 'The stable views of Understudy: what may be queried.';
COMMENT ON SCHEMA understudy_store IS 'The tables behind the views of schema understudy. Not a public surface.';

-- The smallest UUIDv7 of a moment. Large tables are partitioned by id, so a time range is said as
-- `pair_id >= id_at('2026-11-16') AND pair_id < id_at('2026-11-17')` and touches only the partitions of that day.
--
-- Declared immutable although extract() from timestamptz is only stable: the Unix epoch depends on no time zone setting, and
-- constant arguments must fold at planning time for partitions to be pruned.
CREATE FUNCTION understudy.id_at(moment timestamptz) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$;
COMMENT ON FUNCTION understudy.id_at(timestamptz) IS
    'The smallest id (UUIDv7) of a moment, for time ranges: pair_id >= id_at(…) reads only the partitions from that moment on.';

-- What is true of the installation as a whole.
CREATE TABLE understudy_store.setting (
    name text PRIMARY KEY,
    value text NOT NULL
);

-- The key of the sampling hash: all mirrors share it, so that they draw alike, and it is random, so that no caller can choose
-- to be sampled. gen_random_uuid() takes its bits from the strong random source; hashing two spreads them over 128 bits.
INSERT INTO understudy_store.setting (name, value)
VALUES ('sampling_key', left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 32));
