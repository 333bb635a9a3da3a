-- What was asked and what was answered: call, prompt, pair, with the bookkeeping that brings them here exactly once.
--
-- `call`, `pair` and `comparison` are partitioned by id, one partition a UTC day, without a default partition: whoever writes
-- makes the partitions first (`make_partitions`). An id carries its call's millisecond, also the id of an imported pair, so that
-- `pair_id >= id_at(…)` means the same as `called_at >= …` for every source; how long a row is kept counts from `ages_from`,
-- which for imported pairs is the moment of the import. There are no foreign keys between large tables: they would be checked
-- row by row while copying, and would keep a day's partitions from being dropped.
--
-- Columns stand in the order of their alignment (8, 4, 2, 1 bytes, then texts), which saves some 40 bytes a row.
-- A leg's columns are the same everywhere: what is null was not said by the provider, never a stand-in value.

-- The part of requests that repeats: leading system messages, tools, response_format. Kept once, by its hash.
CREATE TABLE understudy_store.prompt (
    hash uuid PRIMARY KEY,
    content jsonb NOT NULL,
    first_seen_on date NOT NULL,
    -- Moved at most once a day; prompts that no kept call can name are pruned by it.
    last_seen_on date NOT NULL,
    CHECK (last_seen_on >= first_seen_on)
);

CREATE TABLE understudy_store.call (
    id uuid PRIMARY KEY,
    called_at timestamptz NOT NULL,
    ages_from timestamptz NOT NULL,
    -- Probability with which a control leg was drawn.
    control_rate double precision NOT NULL CHECK (control_rate BETWEEN 0 AND 1),
    turn integer NOT NULL CHECK (turn >= 1),
    -- Characters of `input`.
    input_length integer NOT NULL,
    control_drawn boolean NOT NULL,
    workload text NOT NULL,
    source text NOT NULL CHECK (source IN ('mirror', 'tap', 'replay', 'import')),
    external_id text,
    segment text CHECK (segment <> ''),
    conversation text,
    traceparent text,
    path text NOT NULL,
    prompt_hash uuid,
    -- The last user message's text.
    input text,
    -- The request without what stands in `prompt`; a JSON string where the request was not JSON.
    request_rest jsonb NOT NULL,

    production_duration_ms double precision,
    production_ttft_ms double precision,
    production_queue_ms double precision,
    production_confidence double precision,
    production_logprob_sum double precision,
    production_logprob_min double precision,
    production_confidence_margin double precision,
    production_input_tokens integer,
    production_output_tokens integer,
    production_cached_input_tokens integer,
    production_reasoning_tokens integer,
    production_confidence_tokens integer,
    production_status smallint,
    production_tokens_estimated boolean NOT NULL,
    production_streamed boolean NOT NULL,
    production_truncated boolean NOT NULL,
    production_simulated boolean NOT NULL,
    production_error text,
    production_finish_reason text,
    production_model text,
    production_request_id text,
    production_refusal text,
    production_output text,
    production_tool_calls jsonb,
    production_untranslated text[],

    control_duration_ms double precision,
    control_ttft_ms double precision,
    control_queue_ms double precision,
    control_confidence double precision,
    control_logprob_sum double precision,
    control_logprob_min double precision,
    control_confidence_margin double precision,
    control_input_tokens integer,
    control_output_tokens integer,
    control_cached_input_tokens integer,
    control_reasoning_tokens integer,
    control_confidence_tokens integer,
    control_status smallint,
    control_tokens_estimated boolean,
    control_streamed boolean,
    control_truncated boolean,
    control_simulated boolean,
    control_error text,
    control_finish_reason text,
    control_model text,
    control_request_id text,
    control_refusal text,
    control_output text,
    control_tool_calls jsonb,
    control_untranslated text[],

    CHECK (production_error IN ('connection_failed', 'timeout', 'rate_limited', 'server_error', 'rejected_request', 'stream_broken', 'client_left', 'circuit_open', 'too_large')),
    CHECK (control_error IN ('connection_failed', 'timeout', 'rate_limited', 'server_error', 'rejected_request', 'stream_broken', 'client_left', 'circuit_open', 'too_large')),
    CHECK (control_drawn = (control_simulated IS NOT NULL)),
    CHECK (control_drawn OR (control_status IS NULL AND control_output IS NULL AND control_error IS NULL))
) PARTITION BY RANGE (id);
-- "One pair by the provider's request id".
CREATE INDEX call_request_id ON understudy_store.call (production_request_id) WHERE production_request_id IS NOT NULL;

-- A request put together again: the prompt's members, the rest's over them, and in `messages` the prompt's before the rest's.
CREATE FUNCTION understudy_store.whole_request(prompt jsonb, rest jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
    SELECT CASE
        WHEN prompt IS NULL THEN rest
        WHEN prompt ? 'messages' THEN
            (prompt - 'messages') || rest || jsonb_build_object('messages', (prompt -> 'messages') || coalesce(rest -> 'messages', '[]'))
        ELSE prompt || rest
    END
$$;

CREATE TABLE understudy_store.pair (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL,
    trial uuid NOT NULL,
    ages_from timestamptz NOT NULL,
    -- Probabilities, logged before any outcome was known: ρ, w, π.
    sampling_rate double precision NOT NULL CHECK (sampling_rate > 0 AND sampling_rate <= 1),
    evidence_weight double precision NOT NULL CHECK (evidence_weight > 0 AND evidence_weight <= 1),
    adjudication_probability double precision NOT NULL CHECK (adjudication_probability BETWEEN 0 AND 1),
    -- The upper 63 bits of the call's place in the keyed hash order, which picks one pair of a conversation and day.
    hash_order bigint NOT NULL CHECK (hash_order >= 0),
    -- Drawn for adjudication, should the two answers differ.
    planned boolean NOT NULL,
    -- The rates are the importer's reckoning, not the log of a draw.
    rates_estimated boolean NOT NULL,

    candidate_duration_ms double precision,
    candidate_ttft_ms double precision,
    candidate_queue_ms double precision,
    candidate_confidence double precision,
    candidate_logprob_sum double precision,
    candidate_logprob_min double precision,
    candidate_confidence_margin double precision,
    candidate_input_tokens integer,
    candidate_output_tokens integer,
    candidate_cached_input_tokens integer,
    candidate_reasoning_tokens integer,
    candidate_confidence_tokens integer,
    candidate_status smallint,
    candidate_tokens_estimated boolean NOT NULL,
    candidate_streamed boolean NOT NULL,
    candidate_truncated boolean NOT NULL,
    candidate_simulated boolean NOT NULL,
    candidate_error text,
    candidate_finish_reason text,
    candidate_model text,
    candidate_request_id text,
    candidate_refusal text,
    candidate_output text,
    candidate_tool_calls jsonb,
    candidate_untranslated text[],

    CHECK (NOT planned OR adjudication_probability > 0),
    CHECK (candidate_error IN ('connection_failed', 'timeout', 'rate_limited', 'server_error', 'rejected_request', 'stream_broken', 'client_left', 'circuit_open', 'too_large'))
) PARTITION BY RANGE (id);
-- The pairs of a call: a label names the call, an import's request id too.
CREATE INDEX pair_call ON understudy_store.pair (call_id);
CREATE INDEX pair_request_id ON understudy_store.pair (candidate_request_id) WHERE candidate_request_id IS NOT NULL;

-- Keeps the ids of imported pairs unique within their trial, also when their pairs are gone.
CREATE TABLE understudy_store.import_key (
    trial uuid NOT NULL,
    -- A hash of the file's id.
    external_hash uuid NOT NULL,
    pair_id uuid NOT NULL,
    call_id uuid NOT NULL,
    called_at timestamptz NOT NULL,
    PRIMARY KEY (trial, external_hash)
);

-- Which stretches of which spool have been stored. A stretch is in here in the same transaction as its rows: what is here is
-- stored, what is not is not.
CREATE TABLE understudy_store.shipment (
    spool uuid NOT NULL,
    segment bigint NOT NULL,
    position bigint NOT NULL,
    next_segment bigint NOT NULL,
    next_position bigint NOT NULL,
    records integer NOT NULL CHECK (records >= 0),
    shipped_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (spool, segment, position),
    CHECK ((next_segment, next_position) > (segment, position))
);

-- Pairs to compare, claimed by workers with SKIP LOCKED. Never the pairs themselves: such a claim also works on Citus.
--
--   waiting ──claim──▶ claimed ──store──▶ (deleted: its pairs' comparisons say that it is done)
--      ▲                  │ lease expired, worker dead
--      └──────────────────┘ tried too often: split in halves, at last one pair: set aside
CREATE TABLE understudy_store.batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    trial uuid NOT NULL,
    -- The evidence ledger stops before the oldest pair that was never compared.
    first_called_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- Later than its making where a pair arrived before its call did.
    not_before timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz,
    -- Who holds it; a store under another token comes too late.
    lease_token uuid,
    attempts smallint NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'claimed')),
    -- 'new' pairs come first; the others have a finding already, which stays in force until they are done again.
    reason text NOT NULL CHECK (reason IN ('new', 'label', 'adjudication', 'comparator')),
    pair_ids uuid[] NOT NULL CHECK (cardinality(pair_ids) > 0),
    CHECK ((state = 'claimed') = (lease_until IS NOT NULL)),
    CHECK ((state = 'claimed') = (lease_token IS NOT NULL))
);
CREATE INDEX batch_next ON understudy_store.batch ((reason <> 'new'), id);
CREATE INDEX batch_trial ON understudy_store.batch (trial);

-- Records that could not be stored or compared, for someone to look at. Counted in every report.
CREATE TABLE understudy_store.set_aside (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    set_aside_at timestamptz NOT NULL DEFAULT now(),
    workload text NOT NULL,
    trial uuid,
    -- What it was: call, pair, coverage, or comparison for a pair that no worker could compare.
    kind text NOT NULL CHECK (kind IN ('call', 'pair', 'coverage', 'comparison')),
    record_id uuid,
    -- What PostgreSQL or the comparison said.
    reason text NOT NULL
);

-- How many calls reached a stage for a reason, by minute. The deltas of all mirrors add up here. `trial` is null for the counts
-- of a route as a whole.
CREATE TABLE understudy_store.coverage_count (
    workload text NOT NULL,
    trial uuid,
    period_start timestamptz NOT NULL,
    stage text NOT NULL CHECK (stage IN ('calls', 'sampled', 'skipped', 'shed', 'control_skipped', 'fault', 'paired')),
    reason text NOT NULL,
    -- Empty for calls in no segment.
    segment text NOT NULL,
    calls bigint NOT NULL,
    UNIQUE NULLS NOT DISTINCT (workload, period_start, trial, stage, reason, segment)
);

-- Makes the partitions of some UTC days, both ends included, where they are missing.
--
-- CREATE then ATTACH, since attaching locks the parent only against other changes of its shape while CREATE … PARTITION OF
-- stops every reader and writer. The CHECK on the bounds spares ATTACH its scan. Who drops partitions takes the same lock.
CREATE FUNCTION understudy_store.make_partitions(first_day date, last_day date) RETURNS integer
    LANGUAGE plpgsql SET client_min_messages = warning AS
$$
DECLARE
    parent text;
    child text;
    lower_id uuid;
    upper_id uuid;
    made integer := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM understudy_store.missing_partitions(first_day, last_day)) THEN
        RETURN 0;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('understudy_store.partitions'));
    FOR parent, child, lower_id, upper_id IN SELECT * FROM understudy_store.missing_partitions(first_day, last_day) LOOP
        -- Left behind by a pruner that died between detaching and dropping.
        EXECUTE format('DROP TABLE IF EXISTS understudy_store.%I', child);
        EXECUTE format(
            'CREATE TABLE understudy_store.%I (LIKE understudy_store.%I INCLUDING ALL, CHECK (%I >= %L AND %I < %L)) WITH (%s)',
            child, parent, CASE parent WHEN 'comparison' THEN 'pair_id' ELSE 'id' END, lower_id,
            CASE parent WHEN 'comparison' THEN 'pair_id' ELSE 'id' END, upper_id,
            -- Long texts go out of line early: what questions group by then lies dense. Comparisons are updated in place.
            CASE parent WHEN 'comparison' THEN 'fillfactor = 85' ELSE 'toast_tuple_target = 512' END);
        EXECUTE format(
            'ALTER TABLE understudy_store.%I ATTACH PARTITION understudy_store.%I FOR VALUES FROM (%L) TO (%L)',
            parent, child, lower_id, upper_id);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

CREATE FUNCTION understudy_store.missing_partitions(first_day date, last_day date)
    RETURNS TABLE (parent text, child text, lower_id uuid, upper_id uuid)
    LANGUAGE sql STABLE AS
$$
    SELECT wanted.parent, wanted.child, understudy.id_at(day AT TIME ZONE 'UTC'), understudy.id_at((day + interval '1 day') AT TIME ZONE 'UTC')
    FROM generate_series(first_day::timestamp, last_day::timestamp, interval '1 day') AS day
    CROSS JOIN (VALUES ('call'), ('pair'), ('comparison')) AS large (parent)
    CROSS JOIN LATERAL (SELECT large.parent, large.parent || to_char(day, '_YYYY_MM_DD') AS child) AS wanted
    WHERE NOT EXISTS (
        SELECT FROM pg_inherits
        WHERE inhparent = ('understudy_store.' || wanted.parent)::regclass
            AND inhrelid = to_regclass('understudy_store.' || wanted.child))
    ORDER BY day, wanted.parent
$$;
