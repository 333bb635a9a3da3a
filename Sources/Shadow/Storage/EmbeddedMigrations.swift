internal import Postgres

// Written by `migrations/embed` from migrations/*.sql: change those, then run it.

/// The text of every migration, as it stands in the files.
enum EmbeddedMigrations {
    static let all: [Migration] = [
        Migration(
            number: 1, name: "foundation",
            sql: ##"""
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

                """##),
        Migration(
            number: 2, name: "registry",
            sql: ##"""
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

                """##),
        Migration(
            number: 3, name: "traffic",
            sql: ##"""
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

                """##),
        Migration(
            number: 4, name: "findings",
            sql: ##"""
                -- What the worker found, who was right, and the rollups that views and report read.

                -- What a comparison found, with all that questions group by carried along, so that counting a million pairs reads one slim
                -- table. Every worker's store, under the trial's lock, moves the rollups by the difference to what stood here before.
                CREATE TABLE understudy_store.comparison (
                    -- The pair's own id: a pair has one comparison, the newest.
                    pair_id uuid PRIMARY KEY,
                    call_id uuid NOT NULL,
                    trial uuid NOT NULL,
                    called_at timestamptz NOT NULL,
                    ages_from timestamptz NOT NULL,
                    compared_at timestamptz NOT NULL,
                    sampling_rate double precision NOT NULL,
                    evidence_weight double precision NOT NULL,
                    adjudication_probability double precision NOT NULL,
                    -- π_A; 0 where no control could be drawn.
                    control_rate double precision NOT NULL,
                    hash_order bigint NOT NULL,
                    -- USD; null where no price is known or no tokens were counted.
                    production_cost double precision,
                    candidate_cost double precision,
                    control_cost double precision,
                    -- Of legs that answered, in pairs whose two legs were asked: what the latencies are reckoned from.
                    production_duration_ms double precision,
                    candidate_duration_ms double precision,
                    production_ttft_ms double precision,
                    candidate_ttft_ms double precision,
                    candidate_confidence double precision,
                    -- The calendar day of the call in the trial's time zone.
                    day date NOT NULL,
                    turn integer NOT NULL,
                    input_length integer NOT NULL,
                    production_input_tokens integer,
                    production_output_tokens integer,
                    candidate_input_tokens integer,
                    candidate_output_tokens integer,
                    comparator_version integer NOT NULL,
                    -- 0 for inputs under 100 characters, then from 100, 300, 1,000, 3,000 and 10,000 on.
                    length_band smallint NOT NULL GENERATED ALWAYS AS (
                        CASE WHEN input_length < 100 THEN 0 WHEN input_length < 300 THEN 1 WHEN input_length < 1000 THEN 2
                            WHEN input_length < 3000 THEN 3 WHEN input_length < 10000 THEN 4 ELSE 5 END) STORED,
                    planned boolean NOT NULL,
                    rates_estimated boolean NOT NULL,
                    -- Null while a conversation's day has not ended.
                    in_evidence boolean,
                    production_failed boolean NOT NULL,
                    candidate_failed boolean NOT NULL,
                    -- False where the circuit breaker was open.
                    candidate_asked boolean NOT NULL,
                    streamed boolean NOT NULL,
                    -- A leg that ended without an answer in time: +∞ among the latencies, never left out.
                    production_timeout boolean NOT NULL,
                    candidate_timeout boolean NOT NULL,
                    production_tokens_estimated boolean NOT NULL,
                    candidate_tokens_estimated boolean NOT NULL,
                    control_drawn boolean NOT NULL,
                    -- Production disagreed with itself, or its control leg failed; null where none was drawn.
                    control_differed boolean,
                    production_unstable boolean,
                    ungrounded boolean,
                    agreement text NOT NULL CHECK (agreement IN ('identical', 'equivalent', 'different', 'incomparable')),
                    correct text NOT NULL CHECK (correct IN ('both', 'production_only', 'candidate_only', 'neither', 'unknown')),
                    -- What a look consumed: it stays in the evidence however the judgement is corrected later.
                    consumed_correct text CHECK (consumed_correct IN ('both', 'production_only', 'candidate_only', 'neither')),
                    correct_by text CHECK (correct_by IN ('label', 'person')),
                    equivalence text,
                    failure_mode text,
                    segment text,
                    conversation text,
                    prompt_hash uuid,
                    production_label text,
                    candidate_label text,
                    -- The gold answer that was held against both.
                    label jsonb,
                    -- [{"path", "kind", "production_value", "candidate_value", "rule"}]
                    differences jsonb,

                    CHECK ((agreement = 'equivalent') = (equivalence IS NOT NULL)),
                    CHECK (agreement <> 'different' OR failure_mode IS NOT NULL),
                    CHECK (agreement IN ('different', 'incomparable') OR failure_mode IS NULL),
                    CHECK ((correct = 'unknown') = (correct_by IS NULL)),
                    CHECK (control_drawn = (control_differed IS NOT NULL))
                ) PARTITION BY RANGE (pair_id);
                -- The ledger's order, and all questions about one trial.
                CREATE INDEX comparison_ledger ON understudy_store.comparison (trial, called_at, pair_id);
                -- Conversations whose day has not ended: few, and asked for at every look.
                CREATE INDEX comparison_unsettled ON understudy_store.comparison (trial, called_at) WHERE in_evidence IS NULL;
                -- The disagreement explorer reads the few that differ.
                CREATE INDEX comparison_different ON understudy_store.comparison (trial, failure_mode, called_at) WHERE agreement = 'different';

                -- Gold answers of calls, each kept; the newest counts.
                CREATE TABLE understudy_store.gold_label (
                    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                    call_id uuid NOT NULL,
                    label jsonb NOT NULL,
                    -- The file that it came in, or 'import' for a recorded pair's own.
                    origin text NOT NULL,
                    said_at timestamptz NOT NULL DEFAULT now()
                );
                CREATE INDEX gold_label_call ON understudy_store.gold_label (call_id, id DESC);

                -- What people said about pairs, each kept; the newest counts.
                CREATE TABLE understudy_store.adjudication (
                    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                    pair_id uuid NOT NULL,
                    trial uuid NOT NULL,
                    -- Copied from the pair: whether it was drawn beforehand, and with which probability.
                    probability double precision NOT NULL CHECK (probability BETWEEN 0 AND 1),
                    said_at timestamptz NOT NULL DEFAULT now(),
                    planned boolean NOT NULL,
                    correct text NOT NULL CHECK (correct IN ('both', 'production_only', 'candidate_only', 'neither')),
                    -- Who said it; null where nobody told.
                    who text
                );
                CREATE INDEX adjudication_pair ON understudy_store.adjudication (pair_id, id DESC);

                -- Rollups. They outlive the pairs, and every count that a view or the report shows comes from them. Texts are empty where there
                -- is nothing to name, so that they can be part of the key.

                -- How the pairs of a day came out.
                CREATE TABLE understudy_store.outcome_count (
                    trial uuid NOT NULL,
                    day date NOT NULL,
                    segment text NOT NULL,
                    agreement text NOT NULL,
                    equivalence text NOT NULL,
                    failure_mode text NOT NULL,
                    correct text NOT NULL,
                    correct_by text NOT NULL,
                    pairs bigint NOT NULL,
                    PRIMARY KEY (trial, day, segment, agreement, equivalence, failure_mode, correct, correct_by)
                );

                -- Which label each answer was read as, for pairs in which both were.
                CREATE TABLE understudy_store.label_count (
                    trial uuid NOT NULL,
                    day date NOT NULL,
                    production_label text NOT NULL,
                    candidate_label text NOT NULL,
                    correct text NOT NULL,
                    pairs bigint NOT NULL,
                    PRIMARY KEY (trial, day, production_label, candidate_label, correct)
                );

                -- Mergeable quantile sketches (DDSketch with α = 1 %): values whose ⌈ln x ÷ ln γ⌉ is `bucket`. Two buckets are special:
                -- −2147483648 counts values up to 1e-9, 2147483647 counts legs that timed out, which sort last.
                CREATE TABLE understudy_store.latency_sketch (
                    trial uuid NOT NULL,
                    -- The full hour, in the trial's time zone.
                    hour timestamptz NOT NULL,
                    segment text NOT NULL,
                    leg text NOT NULL CHECK (leg IN ('production', 'candidate')),
                    metric text NOT NULL CHECK (metric IN ('duration_ms', 'ttft_ms')),
                    bucket integer NOT NULL,
                    samples bigint NOT NULL,
                    PRIMARY KEY (trial, hour, segment, leg, metric, bucket)
                );

                -- Quantiles of a day, from the sketches, with their exact intervals, which SQL cannot reckon: the worker does, for the days in `latency_stale`.
                CREATE TABLE understudy_store.latency_day (
                    trial uuid NOT NULL,
                    day date NOT NULL,
                    leg text NOT NULL,
                    metric text NOT NULL,
                    samples bigint NOT NULL,
                    -- A null limit is unbounded, a null quantile lies among the legs that timed out.
                    p50 double precision, p50_lower double precision, p50_upper double precision,
                    p95 double precision, p95_lower double precision, p95_upper double precision,
                    p99 double precision, p99_lower double precision, p99_upper double precision,
                    PRIMARY KEY (trial, day, leg, metric)
                );
                -- Days whose quantiles are to be reckoned anew.
                CREATE TABLE understudy_store.latency_stale (
                    trial uuid NOT NULL,
                    day date NOT NULL,
                    PRIMARY KEY (trial, day)
                );

                -- What the legs of a day cost.
                CREATE TABLE understudy_store.cost_day (
                    trial uuid NOT NULL,
                    day date NOT NULL,
                    leg text NOT NULL CHECK (leg IN ('production', 'candidate', 'control')),
                    calls bigint NOT NULL,
                    -- Those of `calls` whose cost is known, and its sum in USD.
                    priced_calls bigint NOT NULL,
                    cost double precision NOT NULL,
                    -- Those of `calls` whose tokens are our estimate.
                    estimated_calls bigint NOT NULL,
                    -- Of production: the calls that the pairs stand for, Σ 1/ρ, where the rates were logged.
                    represented_calls double precision NOT NULL,
                    PRIMARY KEY (trial, day, leg)
                );

                -- What else the pairs of a trial had in common: model names, parameters that the candidate could not take, reckoned rates.
                CREATE TABLE understudy_store.use_count (
                    trial uuid NOT NULL,
                    kind text NOT NULL CHECK (kind IN ('production_model', 'untranslated', 'estimated_rates')),
                    name text NOT NULL,
                    pairs bigint NOT NULL,
                    PRIMARY KEY (trial, kind, name)
                );

                """##),
        Migration(
            number: 5, name: "verdicts",
            sql: ##"""
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

                """##),
        Migration(
            number: 6, name: "views",
            sql: ##"""
                -- The stable surface. Every view begins with workload, trial, candidate; names and columns are promised and only ever added to.
                --
                -- Counts come from the rollups, which the report reads too: a query and the report cannot disagree.

                -- `pairs` and what only `disagreements` adds, in one place.
                CREATE VIEW understudy_store.found_pair AS
                SELECT trial.workload, pair.trial, trial.candidate,
                    pair.id AS pair_id, pair.call_id, call.external_id, trial.source, call.called_at, call.segment, call.conversation, call.turn,
                    call.prompt_hash,
                    understudy_store.whole_request(prompt.content, call.request_rest) AS request,
                    call.input,
                    call.production_output, call.production_tool_calls, call.production_status, call.production_error, call.production_finish_reason,
                    call.production_model, call.production_input_tokens, call.production_output_tokens, call.production_cached_input_tokens,
                    call.production_reasoning_tokens, call.production_tokens_estimated, found.production_cost, call.production_duration_ms,
                    call.production_ttft_ms, call.production_confidence, call.production_request_id,
                    pair.candidate_output, pair.candidate_tool_calls, pair.candidate_status, pair.candidate_error, pair.candidate_finish_reason,
                    pair.candidate_model, pair.candidate_input_tokens, pair.candidate_output_tokens, pair.candidate_cached_input_tokens,
                    pair.candidate_reasoning_tokens, pair.candidate_tokens_estimated, found.candidate_cost, pair.candidate_duration_ms,
                    pair.candidate_ttft_ms, pair.candidate_confidence, pair.candidate_request_id,
                    call.control_output, call.control_tool_calls, call.control_status, call.control_error, call.control_finish_reason,
                    call.control_model, call.control_input_tokens, call.control_output_tokens, call.control_cached_input_tokens,
                    call.control_reasoning_tokens, call.control_tokens_estimated, found.control_cost, call.control_duration_ms, call.control_ttft_ms,
                    call.control_confidence, call.control_request_id,
                    pair.candidate_queue_ms, call.traceparent, pair.candidate_untranslated AS untranslated,
                    (call.production_truncated OR pair.candidate_truncated OR coalesce(call.control_truncated, false)) AS capture_truncated,
                    coalesce(found.day, (call.called_at AT TIME ZONE trial.timezone)::date) AS day,
                    pair.sampling_rate, call.control_rate, pair.adjudication_probability, pair.planned, pair.evidence_weight, found.in_evidence,
                    found.agreement, found.equivalence, found.failure_mode, found.ungrounded, found.production_unstable, found.label #>> '{}' AS label,
                    found.correct, found.correct_by, found.differences
                FROM understudy_store.pair
                JOIN understudy_store.trial ON trial.id = pair.trial
                JOIN understudy_store.call ON call.id = pair.call_id
                LEFT JOIN understudy_store.comparison AS found ON found.pair_id = pair.id
                LEFT JOIN understudy_store.prompt ON prompt.hash = call.prompt_hash;

                CREATE VIEW understudy.pairs AS
                SELECT
                    workload, trial, candidate, pair_id, call_id, external_id, source, called_at, segment, conversation, turn, prompt_hash, request,
                    input, production_output, production_tool_calls, production_status, production_error, production_finish_reason, production_model,
                    production_input_tokens, production_output_tokens, production_cached_input_tokens, production_reasoning_tokens,
                    production_tokens_estimated, production_cost, production_duration_ms, production_ttft_ms, production_confidence,
                    production_request_id, candidate_output, candidate_tool_calls, candidate_status, candidate_error, candidate_finish_reason,
                    candidate_model, candidate_input_tokens, candidate_output_tokens, candidate_cached_input_tokens, candidate_reasoning_tokens,
                    candidate_tokens_estimated, candidate_cost, candidate_duration_ms, candidate_ttft_ms, candidate_confidence, candidate_request_id,
                    control_output, control_tool_calls, control_status, control_error, control_finish_reason, control_model, control_input_tokens,
                    control_output_tokens, control_cached_input_tokens, control_reasoning_tokens, control_tokens_estimated, control_cost,
                    control_duration_ms, control_ttft_ms, control_confidence, control_request_id, candidate_queue_ms, traceparent, untranslated,
                    capture_truncated, day, sampling_rate, control_rate, adjudication_probability, planned, evidence_weight, in_evidence, agreement,
                    equivalence, failure_mode, ungrounded, production_unstable, label, correct, correct_by
                FROM understudy_store.found_pair;

                CREATE VIEW understudy.disagreements AS
                SELECT * FROM understudy_store.found_pair WHERE agreement = 'different';

                CREATE VIEW understudy.differences AS
                SELECT trial.workload, found.trial, trial.candidate,
                    found.pair_id, found.called_at, found.segment, single.path, single.kind, single.production_value, single.candidate_value, single.rule
                FROM understudy_store.comparison AS found
                JOIN understudy_store.trial ON trial.id = found.trial
                CROSS JOIN LATERAL jsonb_to_recordset(found.differences)
                    AS single (path text, kind text, production_value text, candidate_value text, rule text);

                CREATE VIEW understudy.failure_modes AS
                SELECT trial.workload, trial.id AS trial, trial.candidate,
                    counted.day, nullif(counted.segment, '') AS segment, counted.failure_mode,
                    counted.pairs, counted.pairs / comparable.pairs AS share,
                    counted.correct_both, counted.production_only, counted.candidate_only, counted.neither, counted.unknown
                FROM (
                    SELECT outcome.trial, outcome.day, outcome.segment, outcome.failure_mode,
                        sum(pairs)::bigint AS pairs,
                        coalesce(sum(pairs) FILTER (WHERE correct = 'both'), 0)::bigint AS correct_both,
                        coalesce(sum(pairs) FILTER (WHERE correct = 'production_only'), 0)::bigint AS production_only,
                        coalesce(sum(pairs) FILTER (WHERE correct = 'candidate_only'), 0)::bigint AS candidate_only,
                        coalesce(sum(pairs) FILTER (WHERE correct = 'neither'), 0)::bigint AS neither,
                        coalesce(sum(pairs) FILTER (WHERE correct = 'unknown'), 0)::bigint AS unknown
                    FROM understudy_store.outcome_count AS outcome
                    WHERE outcome.agreement = 'different'
                    GROUP BY outcome.trial, outcome.day, outcome.segment, outcome.failure_mode
                ) AS counted
                JOIN understudy_store.trial ON trial.id = counted.trial
                JOIN LATERAL (
                    SELECT sum(pairs)::double precision AS pairs
                    FROM understudy_store.outcome_count AS outcome
                    WHERE outcome.trial = counted.trial AND outcome.day = counted.day AND outcome.segment = counted.segment
                        AND outcome.agreement <> 'incomparable'
                ) AS comparable ON comparable.pairs > 0
                WHERE counted.pairs > 0;

                CREATE VIEW understudy.label_confusion AS
                SELECT trial.workload, trial.id AS trial, trial.candidate,
                    counted.production_label, counted.candidate_label, sum(counted.pairs)::bigint AS pairs,
                    coalesce(sum(counted.pairs) FILTER (WHERE correct = 'production_only'), 0)::bigint AS production_only,
                    coalesce(sum(counted.pairs) FILTER (WHERE correct = 'candidate_only'), 0)::bigint AS candidate_only
                FROM understudy_store.label_count AS counted
                JOIN understudy_store.trial ON trial.id = counted.trial
                WHERE counted.production_label <> counted.candidate_label
                GROUP BY trial.id, counted.production_label, counted.candidate_label
                HAVING sum(counted.pairs) > 0;

                CREATE VIEW understudy.latency AS
                SELECT trial.workload, trial.id AS trial, trial.candidate,
                    latency.day, latency.leg, latency.metric, latency.samples,
                    p50, p50_lower, p50_upper, p95, p95_lower, p95_upper, p99, p99_lower, p99_upper
                FROM understudy_store.latency_day AS latency
                JOIN understudy_store.trial ON trial.id = latency.trial;

                -- The way of a day's calls. Mirrors count every call once for the route as a whole and once for each running trial, so the two are
                -- never added; faults and control legs not asked are counted for the route only, and belong to every trial that ran in that minute.
                CREATE VIEW understudy_store.coverage_of_trial AS
                SELECT trial.id AS trial, (counted.period_start AT TIME ZONE trial.timezone)::date AS day, counted.stage, counted.reason,
                    sum(counted.calls)::bigint AS calls
                FROM understudy_store.trial
                JOIN understudy_store.coverage_count AS counted
                    ON counted.workload = trial.workload
                    AND (counted.trial = trial.id
                        OR (counted.trial IS NULL AND counted.stage IN ('control_skipped', 'fault') AND trial.source = 'mirror'
                            AND counted.period_start >= date_trunc('minute', trial.started_at)
                            AND (trial.ended_at IS NULL OR counted.period_start < trial.ended_at)))
                GROUP BY trial.id, (counted.period_start AT TIME ZONE trial.timezone)::date, counted.stage, counted.reason;

                CREATE VIEW understudy.coverage AS
                SELECT trial.workload, trial.id AS trial, trial.candidate, days.day,
                    coalesce(funnel.calls, 0) AS calls, coalesce(funnel.sampled, 0) AS sampled, coalesce(funnel.paired, 0) AS paired,
                    coalesce(outcome.compared, 0) AS compared, coalesce(outcome.incomparable, 0) AS incomparable
                FROM (
                    SELECT trial, day FROM understudy_store.coverage_of_trial
                    UNION
                    SELECT trial, day FROM understudy_store.outcome_count
                ) AS days
                JOIN understudy_store.trial ON trial.id = days.trial
                LEFT JOIN (
                    SELECT trial, day,
                        sum(calls) FILTER (WHERE stage = 'calls')::bigint AS calls,
                        sum(calls) FILTER (WHERE stage = 'sampled')::bigint AS sampled,
                        sum(calls) FILTER (WHERE stage = 'paired')::bigint AS paired
                    FROM understudy_store.coverage_of_trial
                    GROUP BY trial, day
                ) AS funnel ON funnel.trial = days.trial AND funnel.day = days.day
                LEFT JOIN (
                    SELECT trial, day, sum(pairs)::bigint AS compared, sum(pairs) FILTER (WHERE agreement = 'incomparable')::bigint AS incomparable
                    FROM understudy_store.outcome_count
                    GROUP BY trial, day
                ) AS outcome ON outcome.trial = days.trial AND outcome.day = days.day;

                CREATE VIEW understudy.coverage_reasons AS
                SELECT trial.workload, trial.id AS trial, trial.candidate, counted.day, counted.stage, counted.reason, counted.calls
                FROM understudy_store.coverage_of_trial AS counted
                JOIN understudy_store.trial ON trial.id = counted.trial
                WHERE counted.calls > 0;

                -- A month is 365 ÷ 12 days like the one in the row. Where no mirror counted the calls (recorded pairs), they are as many as
                -- the pairs stand for, if their sampling rates were given.
                CREATE VIEW understudy.costs AS
                SELECT trial.workload, trial.id AS trial, trial.candidate, cost.day, cost.leg, cost.calls,
                    cost.cost / nullif(cost.priced_calls, 0) AS cost_per_case,
                    cost.cost / nullif(cost.priced_calls, 0) * 1e6 AS cost_per_million_calls,
                    cost.cost / nullif(cost.priced_calls, 0) * coalesce(coverage.calls, nullif(represented.calls, 0))
                        * 365 / 12 AS cost_per_month,
                    cost.estimated_calls / nullif(cost.calls, 0)::double precision AS estimated_share
                FROM understudy_store.cost_day AS cost
                JOIN understudy_store.trial ON trial.id = cost.trial
                LEFT JOIN (
                    SELECT trial, day, sum(calls)::double precision AS calls
                    FROM understudy_store.coverage_of_trial
                    WHERE stage = 'calls'
                    GROUP BY trial, day
                ) AS coverage ON coverage.trial = cost.trial AND coverage.day = cost.day
                LEFT JOIN (
                    SELECT trial, day, represented_calls AS calls FROM understudy_store.cost_day WHERE leg = 'production'
                ) AS represented ON represented.trial = cost.trial AND represented.day = cost.day
                WHERE cost.calls > 0;

                -- Of a day the last look counts.
                CREATE VIEW understudy_store.look_of_day AS
                SELECT DISTINCT ON (trial, day) * FROM understudy_store.look ORDER BY trial, day, id DESC;

                CREATE VIEW understudy.verdicts AS
                SELECT trial.workload, trial.id AS trial, trial.candidate, look.day, look.verdict, look.reason, look.basis, look.settings_hash
                FROM understudy_store.look_of_day AS look
                JOIN understudy_store.trial ON trial.id = look.trial;

                CREATE VIEW understudy.gates AS
                SELECT trial.workload, trial.id AS trial, trial.candidate, look.day,
                    gate.gate, gate.status, gate.estimate, gate.lower_limit AS "lower", gate.upper_limit AS "upper", gate.threshold, gate.blocking
                FROM understudy_store.look_of_day AS look
                JOIN understudy_store.trial ON trial.id = look.trial
                JOIN understudy_store.gate ON gate.look = look.id;

                CREATE VIEW understudy.two_tier_curve AS
                SELECT trial.workload, trial.id AS trial, trial.candidate, look.day,
                    point.threshold, point.escalation_rate, point.log_evidence, point.certified, point.saving
                FROM understudy_store.look_of_day AS look
                JOIN understudy_store.trial ON trial.id = look.trial
                JOIN understudy_store.tier_point AS point ON point.look = look.id;

                CREATE VIEW understudy.trials AS
                SELECT workload, id AS trial, candidate, source, state, simulated, started_at, ends_at, ended_at, end_reason, timezone, settings_hash,
                    settings
                FROM understudy_store.trial;

                CREATE VIEW understudy.adjudications AS
                SELECT trial.workload, trial.id AS trial, trial.candidate,
                    said.pair_id, said.correct, 'person'::text AS "by", said.who, said.planned, said.probability, said.said_at AS "at"
                FROM understudy_store.adjudication AS said
                JOIN understudy_store.trial ON trial.id = said.trial;

                -- What every view and column means.

                COMMENT ON VIEW understudy.pairs IS 'A row a pair: one sampled call in one trial, with all three legs and what was found.';
                COMMENT ON COLUMN understudy.pairs.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.pairs.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.pairs.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.pairs.pair_id IS 'The pair''s id, a UUIDv7 of the call''s millisecond: time ranges by id_at() on it are fast.';
                COMMENT ON COLUMN understudy.pairs.call_id IS 'The call''s id; the pairs of several candidates share it.';
                COMMENT ON COLUMN understudy.pairs.external_id IS 'The id that the file gave an imported pair.';
                COMMENT ON COLUMN understudy.pairs.source IS 'Where the pair comes from: mirror, tap, replay or import.';
                COMMENT ON COLUMN understudy.pairs.called_at IS 'When the app called.';
                COMMENT ON COLUMN understudy.pairs.segment IS 'The segment of the traffic that the call belongs to; null where none is named.';
                COMMENT ON COLUMN understudy.pairs.conversation IS 'The conversation that the call belongs to; null where none is named.';
                COMMENT ON COLUMN understudy.pairs.turn IS 'The number of user messages so far in the conversation, from 1.';
                COMMENT ON COLUMN understudy.pairs.prompt_hash IS 'Names the repeated part of the request: leading system messages, tools, response format.';
                COMMENT ON COLUMN understudy.pairs.request IS 'The request body as the app sent it, reassembled.';
                COMMENT ON COLUMN understudy.pairs.input IS 'The text of the last user message.';
                COMMENT ON COLUMN understudy.pairs.candidate_queue_ms IS 'Milliseconds that the candidate''s call waited in the queue, in no other figure.';
                COMMENT ON COLUMN understudy.pairs.traceparent IS 'The call''s W3C trace context.';
                COMMENT ON COLUMN understudy.pairs.untranslated IS 'Request parameters that the candidate''s API cannot take.';
                COMMENT ON COLUMN understudy.pairs.capture_truncated IS 'Only the beginning of some answer was kept.';
                COMMENT ON COLUMN understudy.pairs.day IS 'The calendar day of the call, in the trial''s time zone.';
                COMMENT ON COLUMN understudy.pairs.sampling_rate IS 'Probability with which the call was sampled.';
                COMMENT ON COLUMN understudy.pairs.control_rate IS 'Probability with which production was asked a second time.';
                COMMENT ON COLUMN understudy.pairs.adjudication_probability IS 'Probability with which a disagreement here was drawn for judging.';
                COMMENT ON COLUMN understudy.pairs.planned IS 'Drawn for judging, should the answers differ.';
                COMMENT ON COLUMN understudy.pairs.evidence_weight IS 'Weight in the evidence: the smallest sampling rate in force ÷ this pair''s own.';
                COMMENT ON COLUMN understudy.pairs.in_evidence IS 'Whether the pair counts as evidence: one a conversation and day does; null until the day has ended.';
                COMMENT ON COLUMN understudy.pairs.agreement IS 'identical, equivalent, different or incomparable; null until compared.';
                COMMENT ON COLUMN understudy.pairs.equivalence IS 'The rule by which an equivalent pair agrees.';
                COMMENT ON COLUMN understudy.pairs.failure_mode IS 'How the candidate failed or differs.';
                COMMENT ON COLUMN understudy.pairs.ungrounded IS 'The candidate''s answer holds a value that the input does not support.';
                COMMENT ON COLUMN understudy.pairs.production_unstable IS 'Production disagreed with its own second answer; null where it was not asked twice.';
                COMMENT ON COLUMN understudy.pairs.label IS 'The gold answer, as text.';
                COMMENT ON COLUMN understudy.pairs.correct IS 'Who was right: both, production_only, candidate_only, neither or unknown.';
                COMMENT ON COLUMN understudy.pairs.correct_by IS 'Who said so: label or person.';
                COMMENT ON VIEW understudy.disagreements IS 'The pairs that are different, with every single difference.';
                COMMENT ON COLUMN understudy.disagreements.differences IS 'Every single difference: [{path, kind, production_value, candidate_value, rule}].';
                COMMENT ON VIEW understudy.differences IS 'A row a single difference between production''s and the candidate''s answer.';
                COMMENT ON COLUMN understudy.differences.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.differences.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.differences.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.differences.pair_id IS 'The pair''s id, a UUIDv7 of the call''s millisecond: time ranges by id_at() on it are fast.';
                COMMENT ON COLUMN understudy.differences.called_at IS 'When the app called.';
                COMMENT ON COLUMN understudy.differences.segment IS 'The segment of the traffic that the call belongs to; null where none is named.';
                COMMENT ON COLUMN understudy.differences.path IS 'JSON Pointer into the answer; empty for the answer as a whole.';
                COMMENT ON COLUMN understudy.differences.kind IS 'What differs: a failure mode, or the rule by which the values count as equal.';
                COMMENT ON COLUMN understudy.differences.production_value IS 'Production''s value.';
                COMMENT ON COLUMN understudy.differences.candidate_value IS 'The candidate''s value.';
                COMMENT ON COLUMN understudy.differences.rule IS 'The rule of the comparison that said so.';
                COMMENT ON VIEW understudy.failure_modes IS 'How often the candidate failed in each way, and who was right then, by day and segment.';
                COMMENT ON COLUMN understudy.failure_modes.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.failure_modes.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.failure_modes.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.failure_modes.day IS 'The calendar day of the call, in the trial''s time zone.';
                COMMENT ON COLUMN understudy.failure_modes.segment IS 'The segment of the traffic that the call belongs to; null where none is named.';
                COMMENT ON COLUMN understudy.failure_modes.failure_mode IS 'How the candidate failed or differs.';
                COMMENT ON COLUMN understudy.failure_modes.pairs IS 'Pairs with this mode.';
                COMMENT ON COLUMN understudy.failure_modes.share IS 'Their share of the comparable pairs of that day and segment.';
                COMMENT ON COLUMN understudy.failure_modes.correct_both IS 'Of them: both answers right.';
                COMMENT ON COLUMN understudy.failure_modes.production_only IS 'Of them: only production right.';
                COMMENT ON COLUMN understudy.failure_modes.candidate_only IS 'Of them: only the candidate right.';
                COMMENT ON COLUMN understudy.failure_modes.neither IS 'Of them: neither right.';
                COMMENT ON COLUMN understudy.failure_modes.unknown IS 'Of them: nobody said yet.';
                COMMENT ON VIEW understudy.label_confusion IS 'How often production said one label and the candidate another.';
                COMMENT ON COLUMN understudy.label_confusion.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.label_confusion.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.label_confusion.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.label_confusion.production_label IS 'The label that production gave.';
                COMMENT ON COLUMN understudy.label_confusion.candidate_label IS 'The other label that the candidate gave.';
                COMMENT ON COLUMN understudy.label_confusion.pairs IS 'How many pairs.';
                COMMENT ON COLUMN understudy.label_confusion.production_only IS 'Of them: only production right.';
                COMMENT ON COLUMN understudy.label_confusion.candidate_only IS 'Of them: only the candidate right.';
                COMMENT ON VIEW understudy.latency IS 'Quantiles of latency by day and leg, in milliseconds, queueing left out; timed-out legs count as infinitely slow.';
                COMMENT ON COLUMN understudy.latency.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.latency.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.latency.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.latency.day IS 'The calendar day of the call, in the trial''s time zone.';
                COMMENT ON COLUMN understudy.latency.leg IS 'production or candidate; only pairs whose two legs were asked.';
                COMMENT ON COLUMN understudy.latency.metric IS 'duration_ms: send to end. ttft_ms: send to first content.';
                COMMENT ON COLUMN understudy.latency.samples IS 'How many legs.';
                COMMENT ON COLUMN understudy.latency.p50 IS 'The median.';
                COMMENT ON COLUMN understudy.latency.p50_lower IS 'Lower 95 % limit of the median; null where it is unbounded.';
                COMMENT ON COLUMN understudy.latency.p50_upper IS 'Upper 95 % limit of the median; null where it is unbounded.';
                COMMENT ON COLUMN understudy.latency.p95 IS 'The 95th percentile.';
                COMMENT ON COLUMN understudy.latency.p95_lower IS 'Lower 95 % limit of the 95th percentile; null where it is unbounded.';
                COMMENT ON COLUMN understudy.latency.p95_upper IS 'Upper 95 % limit of the 95th percentile; null where it is unbounded.';
                COMMENT ON COLUMN understudy.latency.p99 IS 'The 99th percentile.';
                COMMENT ON COLUMN understudy.latency.p99_lower IS 'Lower 95 % limit of the 99th percentile; null where it is unbounded.';
                COMMENT ON COLUMN understudy.latency.p99_upper IS 'Upper 95 % limit of the 99th percentile; null where it is unbounded.';
                COMMENT ON VIEW understudy.costs IS 'What the legs of a day cost, in USD.';
                COMMENT ON COLUMN understudy.costs.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.costs.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.costs.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.costs.day IS 'The calendar day of the call, in the trial''s time zone.';
                COMMENT ON COLUMN understudy.costs.leg IS 'production, candidate or control.';
                COMMENT ON COLUMN understudy.costs.calls IS 'Legs asked.';
                COMMENT ON COLUMN understudy.costs.cost_per_case IS 'Mean cost of a leg whose price and tokens are known.';
                COMMENT ON COLUMN understudy.costs.cost_per_million_calls IS 'The same for a million calls.';
                COMMENT ON COLUMN understudy.costs.cost_per_month IS 'The same for a month of all the workload''s calls at this day''s volume; null where that is not known.';
                COMMENT ON COLUMN understudy.costs.estimated_share IS 'Share of the legs whose tokens are our estimate.';
                COMMENT ON VIEW understudy.gates IS 'The tests that a verdict needs, at the last look of each day.';
                COMMENT ON COLUMN understudy.gates.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.gates.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.gates.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.gates.day IS 'The day of the look.';
                COMMENT ON COLUMN understudy.gates.gate IS 'The name of the gate.';
                COMMENT ON COLUMN understudy.gates.status IS 'pass, fail or open.';
                COMMENT ON COLUMN understudy.gates.estimate IS 'The figure that is held against the threshold.';
                COMMENT ON COLUMN understudy.gates."lower" IS 'Its lower limit.';
                COMMENT ON COLUMN understudy.gates."upper" IS 'Its upper limit.';
                COMMENT ON COLUMN understudy.gates.threshold IS 'What it is held against.';
                COMMENT ON COLUMN understudy.gates.blocking IS 'Whether the verdict waits for this gate.';
                COMMENT ON VIEW understudy.verdicts IS 'The verdict at the last look of each day.';
                COMMENT ON COLUMN understudy.verdicts.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.verdicts.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.verdicts.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.verdicts.day IS 'The day of the look.';
                COMMENT ON COLUMN understudy.verdicts.verdict IS 'switch, two_tier, stay or keep_shadowing.';
                COMMENT ON COLUMN understudy.verdicts.reason IS 'What settled it: a gate''s name, every_gate, tier or drift.';
                COMMENT ON COLUMN understudy.verdicts.basis IS 'What correctness rests on: labels, people or agreement.';
                COMMENT ON COLUMN understudy.verdicts.settings_hash IS 'Hash of all settings that may not change within the trial.';
                COMMENT ON VIEW understudy.two_tier_curve IS 'Serving the candidate only from a confidence on: one row a threshold, at the last look of each day.';
                COMMENT ON COLUMN understudy.two_tier_curve.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.two_tier_curve.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.two_tier_curve.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.two_tier_curve.day IS 'The day of the look.';
                COMMENT ON COLUMN understudy.two_tier_curve.threshold IS 'Serve the candidate when its confidence is at least this.';
                COMMENT ON COLUMN understudy.two_tier_curve.escalation_rate IS 'Share of calls that production would answer.';
                COMMENT ON COLUMN understudy.two_tier_curve.log_evidence IS 'Natural logarithm of the evidence that the loss is within the margin, the largest so far.';
                COMMENT ON COLUMN understudy.two_tier_curve.certified IS 'Whether the loss at this threshold is proven to be within the margin.';
                COMMENT ON COLUMN understudy.two_tier_curve.saving IS 'Share of the cost that the mix would save.';
                COMMENT ON VIEW understudy.coverage IS 'The way from calls to compared pairs, by day.';
                COMMENT ON COLUMN understudy.coverage.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.coverage.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.coverage.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.coverage.day IS 'The calendar day of the call, in the trial''s time zone.';
                COMMENT ON COLUMN understudy.coverage.calls IS 'Calls that passed through the route while the trial ran.';
                COMMENT ON COLUMN understudy.coverage.sampled IS 'Calls drawn for the trial.';
                COMMENT ON COLUMN understudy.coverage.paired IS 'Pairs that have been stored.';
                COMMENT ON COLUMN understudy.coverage.compared IS 'Pairs that the worker has finished, incomparable ones included.';
                COMMENT ON COLUMN understudy.coverage.incomparable IS 'Pairs in which production failed or the client left.';
                COMMENT ON VIEW understudy.coverage_reasons IS 'How many calls reached each stage, or left it, and why.';
                COMMENT ON COLUMN understudy.coverage_reasons.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.coverage_reasons.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.coverage_reasons.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.coverage_reasons.day IS 'The calendar day of the call, in the trial''s time zone.';
                COMMENT ON COLUMN understudy.coverage_reasons.stage IS 'calls, sampled, skipped, shed, control_skipped, fault or paired.';
                COMMENT ON COLUMN understudy.coverage_reasons.reason IS 'Why; empty where the stage needs no reason.';
                COMMENT ON COLUMN understudy.coverage_reasons.calls IS 'How many calls.';
                COMMENT ON VIEW understudy.trials IS 'The trials, with their settings as frozen.';
                COMMENT ON COLUMN understudy.trials.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.trials.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.trials.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.trials.source IS 'Where its pairs come from: mirror, tap, replay or import.';
                COMMENT ON COLUMN understudy.trials.state IS 'running (a mirror feeds it), recorded (imported pairs) or ended.';
                COMMENT ON COLUMN understudy.trials.simulated IS 'Some answer came from a simulated model.';
                COMMENT ON COLUMN understudy.trials.started_at IS 'When it began.';
                COMMENT ON COLUMN understudy.trials.ends_at IS 'When it ends by itself; null for recorded pairs.';
                COMMENT ON COLUMN understudy.trials.ended_at IS 'When it ended.';
                COMMENT ON COLUMN understudy.trials.end_reason IS 'Why it ended: replaced, disabled, completed or route_removed.';
                COMMENT ON COLUMN understudy.trials.timezone IS 'The time zone whose calendar days count.';
                COMMENT ON COLUMN understudy.trials.settings_hash IS 'Hash of all settings that may not change within the trial.';
                COMMENT ON COLUMN understudy.trials.settings IS 'All settings, defaults filled in.';
                COMMENT ON VIEW understudy.adjudications IS 'What was said about who was right, each word kept.';
                COMMENT ON COLUMN understudy.adjudications.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.adjudications.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.adjudications.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.adjudications.pair_id IS 'The pair''s id, a UUIDv7 of the call''s millisecond: time ranges by id_at() on it are fast.';
                COMMENT ON COLUMN understudy.adjudications.correct IS 'both, production_only, candidate_only or neither.';
                COMMENT ON COLUMN understudy.adjudications."by" IS 'person.';
                COMMENT ON COLUMN understudy.adjudications.who IS 'Who said it, where known.';
                COMMENT ON COLUMN understudy.adjudications.planned IS 'The pair had been drawn for judging beforehand.';
                COMMENT ON COLUMN understudy.adjudications.probability IS 'Probability with which it had been drawn.';
                COMMENT ON COLUMN understudy.adjudications."at" IS 'When it was said.';

                -- The three legs have the same columns, and `disagreements` has those of `pairs`.
                DO $comments$
                DECLARE
                    leg text;
                    owner text;
                    suffix text;
                    meaning text;
                BEGIN
                    FOREACH leg IN ARRAY ARRAY['production', 'candidate', 'control'] LOOP
                        owner := CASE leg WHEN 'production' THEN 'Production''s ' WHEN 'candidate' THEN 'The candidate''s '
                            ELSE 'Production''s second ask (control): ' END;
                        FOR suffix, meaning IN VALUES
                            ('output', 'text of the answer'),
                            ('tool_calls', 'tool calls, an array of {id, name, arguments}'),
                            ('status', 'HTTP status; null when no answer began'),
                            ('error', 'error, such as timeout; null when a usable answer came'),
                            ('finish_reason', 'reason to stop, as the provider gave it'),
                            ('model', 'model, as the provider named it'),
                            ('input_tokens', 'tokens read'),
                            ('output_tokens', 'tokens written'),
                            ('cached_input_tokens', 'tokens read from the provider''s cache, part of the tokens read'),
                            ('reasoning_tokens', 'tokens spent on reasoning, part of the tokens written'),
                            ('tokens_estimated', 'tokens are our estimate'),
                            ('cost', 'cost in USD at the prices of the settings'),
                            ('duration_ms', 'milliseconds from send to the end of the answer'),
                            ('ttft_ms', 'milliseconds from send to the first content; null where the answer was not streamed'),
                            ('confidence', 'confidence in the answer, 0 to 1'),
                            ('request_id', 'provider''s own id of the answer')
                        LOOP
                            EXECUTE format('COMMENT ON COLUMN understudy.pairs.%I IS %L', leg || '_' || suffix, owner || meaning || '.');
                        END LOOP;
                    END LOOP;
                    FOR suffix, meaning IN
                        SELECT attname, col_description(attrelid, attnum) FROM pg_attribute
                        WHERE attrelid = 'understudy.pairs'::regclass AND attnum > 0
                    LOOP
                        EXECUTE format('COMMENT ON COLUMN understudy.disagreements.%I IS %L', suffix, meaning);
                    END LOOP;
                END
                $comments$;

                """##),
        Migration(
            number: 7, name: "analyst",
            sql: ##"""
                -- The analyst's role: reads the views of schema understudy and nothing else.
                --
                -- Roles belong to the whole cluster, this schema to one database: the role may exist already, and two databases may be migrated
                -- at the same moment. It can log in but has no password, so that only a socket which trusts its user admits it; whoever wants it
                -- over TCP gives it one (ALTER ROLE understudy_analyst PASSWORD '…').
                --
                -- JIT is off because it made counts by day four times slower on 200,000 pairs; the timeout keeps a forgotten join from holding
                -- back the worker.

                DO $role$
                BEGIN
                    CREATE ROLE understudy_analyst LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION;
                EXCEPTION
                    WHEN duplicate_object OR unique_violation THEN NULL;
                    WHEN insufficient_privilege THEN
                        RAISE EXCEPTION 'the role understudy_analyst is missing and % may not create it', current_user
                            USING HINT = 'Let an administrator run once: CREATE ROLE understudy_analyst LOGIN;';
                END
                $role$;

                -- For this database only: other databases of the cluster may hold another version's opinion.
                DO $settings$
                BEGIN
                    EXECUTE format('ALTER ROLE understudy_analyst IN DATABASE %I SET search_path = understudy', current_database());
                    EXECUTE format('ALTER ROLE understudy_analyst IN DATABASE %I SET jit = off', current_database());
                    EXECUTE format('ALTER ROLE understudy_analyst IN DATABASE %I SET statement_timeout = ''30s''', current_database());
                    EXECUTE format('ALTER ROLE understudy_analyst IN DATABASE %I SET default_transaction_read_only = on', current_database());
                    -- pair and comparison share their partitions: joined day by day, a time range on one prunes the other too.
                    EXECUTE format('ALTER ROLE understudy_analyst IN DATABASE %I SET enable_partitionwise_join = on', current_database());
                EXCEPTION
                    -- `understudy sql` sets all of this by itself; only other programs go without.
                    WHEN insufficient_privilege THEN
                        RAISE WARNING 'understudy_analyst keeps its own search_path, jit and statement_timeout: % may not change them', current_user;
                END
                $settings$;

                REVOKE ALL ON SCHEMA understudy_store, understudy FROM PUBLIC;
                REVOKE ALL ON ALL TABLES IN SCHEMA understudy_store, understudy FROM PUBLIC;
                REVOKE ALL ON ALL FUNCTIONS IN SCHEMA understudy_store FROM PUBLIC;
                GRANT USAGE ON SCHEMA understudy TO understudy_analyst;
                GRANT SELECT ON ALL TABLES IN SCHEMA understudy TO understudy_analyst;
                GRANT EXECUTE ON FUNCTION understudy.id_at(timestamptz) TO understudy_analyst;
                -- What a view calls, its reader calls; by name the analyst cannot reach it.
                GRANT EXECUTE ON FUNCTION understudy_store.whole_request(jsonb, jsonb) TO understudy_analyst;

                """##),
        Migration(
            number: 8, name: "comparisons",
            sql: ##"""
                -- What comparing documents and conversations adds to the findings, and rollups for every question that is asked about all pairs:
                -- by field, by turn, by length and by prompt. Counting a million pairs anew takes seconds, reading these a millisecond.

                -- [{"path", "production", "candidate"}], each outcome right, wrong, missing, extra or absent; null without a gold document.
                ALTER TABLE understudy_store.comparison ADD COLUMN fields jsonb;

                ALTER TABLE understudy_store.use_count DROP CONSTRAINT use_count_kind_check;
                ALTER TABLE understudy_store.use_count ADD CONSTRAINT use_count_kind_check
                    CHECK (kind IN ('production_model', 'untranslated', 'estimated_rates', 'schema_unsupported'));

                -- Rollup: fields of gold documents, as each leg had them.
                CREATE TABLE understudy_store.field_count (
                    trial uuid NOT NULL,
                    day date NOT NULL,
                    path text NOT NULL,
                    leg text NOT NULL CHECK (leg IN ('production', 'candidate')),
                    -- How often the gold answer has a value there, the leg's answer has one, and both have the same.
                    expected bigint NOT NULL,
                    given bigint NOT NULL,
                    matched bigint NOT NULL,
                    PRIMARY KEY (trial, day, path, leg)
                );

                -- Rollup: how the pairs of a day came out by what else tells them apart.
                --   turn     the call's place in its conversation: 1 to 10, which stands for all from the tenth on
                --   length   the input's length: 0 under 100 characters, then from 100, 300, 1,000, 3,000 and 10,000 on
                --   prompt   the hash of what repeats in the requests; '(others)' for all but the first 200 of a trial
                --   control  where production was asked twice: same, differs, or failed
                CREATE TABLE understudy_store.slice_count (
                    trial uuid NOT NULL,
                    day date NOT NULL,
                    dimension text NOT NULL CHECK (dimension IN ('turn', 'length', 'prompt', 'control')),
                    slice text NOT NULL,
                    agreement text NOT NULL,
                    failure_mode text NOT NULL,
                    correct text NOT NULL,
                    pairs bigint NOT NULL,
                    PRIMARY KEY (trial, day, dimension, slice, agreement, failure_mode, correct)
                );

                -- Rollup: the single differences, by field. Places in arrays are laid together as *; paths beyond a trial's first 500 as /(others).
                CREATE TABLE understudy_store.difference_count (
                    trial uuid NOT NULL,
                    day date NOT NULL,
                    path text NOT NULL,
                    kind text NOT NULL,
                    differences bigint NOT NULL,
                    pairs bigint NOT NULL,
                    PRIMARY KEY (trial, day, path, kind)
                );

                -- The names that a trial's rollups count by: its first prompts, and the first paths of fields and of differences. Whatever comes
                -- later is counted together, so that no answer can make the rollups grow without end.
                CREATE TABLE understudy_store.counted_name (
                    trial uuid NOT NULL,
                    kind text NOT NULL CHECK (kind IN ('prompt', 'field', 'difference')),
                    name text NOT NULL,
                    PRIMARY KEY (trial, kind, name)
                );

                -- What the pairs cost, beside how they came out.
                ALTER TABLE understudy_store.outcome_count
                    ADD COLUMN production_cost double precision NOT NULL DEFAULT 0,
                    ADD COLUMN candidate_cost double precision NOT NULL DEFAULT 0,
                    -- Those whose candidate's cost is not known.
                    ADD COLUMN unpriced bigint NOT NULL DEFAULT 0;

                -- The slowest calls of a trial.
                CREATE INDEX pair_duration ON understudy_store.pair (trial, candidate_duration_ms DESC) WHERE candidate_duration_ms IS NOT NULL;

                CREATE VIEW understudy.field_accuracy AS
                SELECT trial.workload, trial.id AS trial, trial.candidate,
                    counted.day, counted.path, counted.leg, counted.expected, counted.given, counted.matched,
                    counted.matched / nullif(counted.given, 0)::double precision AS field_precision,
                    counted.matched / nullif(counted.expected, 0)::double precision AS field_recall
                FROM understudy_store.field_count AS counted
                JOIN understudy_store.trial ON trial.id = counted.trial
                WHERE counted.expected > 0 OR counted.given > 0;

                CREATE VIEW understudy.slices AS
                SELECT trial.workload, trial.id AS trial, trial.candidate,
                    counted.day, counted.dimension, counted.slice, counted.agreement, nullif(counted.failure_mode, '') AS failure_mode, counted.correct,
                    counted.pairs
                FROM understudy_store.slice_count AS counted
                JOIN understudy_store.trial ON trial.id = counted.trial
                WHERE counted.pairs > 0;

                CREATE VIEW understudy.field_differences AS
                SELECT trial.workload, trial.id AS trial, trial.candidate, counted.day, counted.path, counted.kind, counted.differences, counted.pairs
                FROM understudy_store.difference_count AS counted
                JOIN understudy_store.trial ON trial.id = counted.trial
                WHERE counted.pairs > 0;

                CREATE VIEW understudy.failure_costs AS
                SELECT trial.workload, trial.id AS trial, trial.candidate,
                    counted.day, counted.failure_mode, counted.correct, sum(counted.pairs)::bigint AS pairs,
                    sum(counted.production_cost) AS production_cost,
                    CASE WHEN sum(counted.unpriced) < sum(counted.pairs) THEN sum(counted.candidate_cost) END AS candidate_cost,
                    sum(counted.unpriced)::bigint AS unpriced
                FROM understudy_store.outcome_count AS counted
                JOIN understudy_store.trial ON trial.id = counted.trial
                WHERE counted.agreement = 'different'
                GROUP BY trial.id, counted.day, counted.failure_mode, counted.correct
                HAVING sum(counted.pairs) > 0;

                GRANT SELECT ON understudy.field_accuracy, understudy.slices, understudy.field_differences, understudy.failure_costs
                    TO understudy_analyst;

                COMMENT ON VIEW understudy.field_accuracy IS 'How often each field of a JSON answer was as the gold answer has it, by day and leg.';
                COMMENT ON COLUMN understudy.field_accuracy.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.field_accuracy.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.field_accuracy.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.field_accuracy.day IS 'The calendar day of the call, in the trial''s time zone.';
                COMMENT ON COLUMN understudy.field_accuracy.path IS 'JSON Pointer of the field; * stands for any place in an array.';
                COMMENT ON COLUMN understudy.field_accuracy.leg IS 'production or candidate.';
                COMMENT ON COLUMN understudy.field_accuracy.expected IS 'How often the gold answer has a value there.';
                COMMENT ON COLUMN understudy.field_accuracy.given IS 'How often the leg''s answer has a value there.';
                COMMENT ON COLUMN understudy.field_accuracy.matched IS 'How often both have the same value.';
                COMMENT ON COLUMN understudy.field_accuracy.field_precision IS 'matched ÷ given: how much of what the leg says is right.';
                COMMENT ON COLUMN understudy.field_accuracy.field_recall IS 'matched ÷ expected: how much of what is right the leg says.';
                COMMENT ON VIEW understudy.slices IS 'How the pairs came out by turn, input length, prompt and control.';
                COMMENT ON COLUMN understudy.slices.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.slices.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.slices.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.slices.day IS 'The calendar day of the call, in the trial''s time zone.';
                COMMENT ON COLUMN understudy.slices.dimension IS 'turn, length, prompt or control.';
                COMMENT ON COLUMN understudy.slices.slice IS 'Turn: 1 to 10 (and later). Length: 0 under 100 characters, then from 100, 300, 1,000, 3,000, 10,000 on. Prompt: its hash. Control: same, differs or failed.';
                COMMENT ON COLUMN understudy.slices.agreement IS 'identical, equivalent, different or incomparable.';
                COMMENT ON COLUMN understudy.slices.failure_mode IS 'How the candidate failed or differs.';
                COMMENT ON COLUMN understudy.slices.correct IS 'Who was right: both, production_only, candidate_only, neither or unknown.';
                COMMENT ON COLUMN understudy.slices.pairs IS 'How many pairs.';
                COMMENT ON VIEW understudy.field_differences IS 'How often each field differed, and how.';
                COMMENT ON COLUMN understudy.field_differences.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.field_differences.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.field_differences.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.field_differences.day IS 'The calendar day of the call, in the trial''s time zone.';
                COMMENT ON COLUMN understudy.field_differences.path IS 'JSON Pointer into the answer; * stands for any place in an array, empty for the answer as a whole.';
                COMMENT ON COLUMN understudy.field_differences.kind IS 'What differs: a failure mode, or the rule by which the values count as equal.';
                COMMENT ON COLUMN understudy.field_differences.differences IS 'How many single differences.';
                COMMENT ON COLUMN understudy.field_differences.pairs IS 'In how many pairs.';
                COMMENT ON VIEW understudy.failure_costs IS 'What the pairs that differ cost, in USD, by failure mode and who was right.';
                COMMENT ON COLUMN understudy.failure_costs.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.failure_costs.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.failure_costs.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.failure_costs.day IS 'The calendar day of the call, in the trial''s time zone.';
                COMMENT ON COLUMN understudy.failure_costs.failure_mode IS 'How the candidate failed or differs.';
                COMMENT ON COLUMN understudy.failure_costs.correct IS 'Who was right: both, production_only, candidate_only, neither or unknown.';
                COMMENT ON COLUMN understudy.failure_costs.pairs IS 'How many pairs.';
                COMMENT ON COLUMN understudy.failure_costs.production_cost IS 'What production cost in them.';
                COMMENT ON COLUMN understudy.failure_costs.candidate_cost IS 'What the candidate cost in them, as far as that is known; null where it is of none.';
                COMMENT ON COLUMN understudy.failure_costs.unpriced IS 'Of them: the candidate''s cost is not known.';

                """##),
        Migration(
            number: 9, name: "judge",
            sql: ##"""
                -- A judge model's predictions about pairs that differ: who waits for it, what it was asked, what it came to.
                --
                -- A pair that the comparison finds different gets a task in the same transaction, and the evidence ledger stops before the oldest
                -- task: a prediction is fixed before its pair counts, and stays. Tables, not partitions: only pairs that differ are in them.

                -- Pairs whose opinion is outstanding, claimed by workers with SKIP LOCKED.
                --
                --   waiting ──claim──▶ claimed ──call──▶ claimed ──…──▶ (deleted: an opinion stands in its place, if need be one with an error)
                --      ▲                  │ lease expired, worker dead; or a call failed: asked again, later
                --      └──────────────────┘
                CREATE TABLE understudy_store.judge_task (
                    pair_id uuid PRIMARY KEY,
                    trial uuid NOT NULL,
                    -- The evidence ledger stops before the oldest of them.
                    called_at timestamptz NOT NULL,
                    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                    not_before timestamptz NOT NULL DEFAULT clock_timestamp(),
                    lease_until timestamptz,
                    -- Who holds it; what another token brings comes too late.
                    lease_token uuid,
                    CHECK ((lease_until IS NULL) = (lease_token IS NULL))
                );
                CREATE INDEX judge_task_trial ON understudy_store.judge_task (trial, called_at);
                CREATE INDEX judge_task_next ON understudy_store.judge_task (called_at, pair_id);

                -- Every call to a judge, with what came of it. They go with the pairs: what a model answers may repeat what it was shown.
                CREATE TABLE understudy_store.judge_call (
                    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                    pair_id uuid NOT NULL,
                    trial uuid NOT NULL,
                    called_at timestamptz NOT NULL,
                    duration_ms double precision,
                    -- USD; null where no price is known.
                    cost double precision,
                    input_tokens integer,
                    output_tokens integer,
                    prompt_version integer NOT NULL,
                    attempt smallint NOT NULL,
                    tokens_estimated boolean NOT NULL,
                    ask text NOT NULL CHECK (ask IN ('production_first', 'candidate_first', 'again')),
                    model text NOT NULL,
                    error text,
                    -- The model's own words, cut; also those that were no opinion.
                    answer text,
                    -- However often workers die: stored once.
                    UNIQUE (pair_id, prompt_version, ask, attempt),
                    CHECK (error IS NOT NULL OR answer IS NOT NULL)
                );
                -- What a day has cost.
                CREATE INDEX judge_call_trial ON understudy_store.judge_call (trial, called_at);

                -- What the judge made of a pair, once for good. No text of the pair's is in it: it stays with the evidence.
                CREATE TABLE understudy_store.judge_opinion (
                    pair_id uuid PRIMARY KEY,
                    trial uuid NOT NULL,
                    settled_at timestamptz NOT NULL,
                    -- f: the predicted D; 0 where no opinion came.
                    prediction double precision NOT NULL CHECK (prediction BETWEEN -1 AND 1),
                    -- USD of all its calls; null where no price is known.
                    cost double precision,
                    -- A hash over prompt version, judge, request and both answers: the same question is not asked twice while its pair is kept.
                    content_hash uuid,
                    prompt_version integer NOT NULL,
                    calls smallint NOT NULL,
                    -- Taken from another pair with the same question.
                    reused boolean NOT NULL,
                    order_consistent boolean,
                    same_meaning boolean,
                    -- The first order asked again predicted the same; null where it was not asked again.
                    repeat_consistent boolean,
                    model text NOT NULL,
                    difference text,
                    error text,
                    CHECK ((error IS NULL) = (order_consistent IS NOT NULL) AND (error IS NULL) = (same_meaning IS NOT NULL)),
                    CHECK (error IS NULL OR (prediction = 0 AND NOT reused))
                );
                CREATE INDEX judge_opinion_trial ON understudy_store.judge_opinion (trial, settled_at);
                CREATE INDEX judge_opinion_content ON understudy_store.judge_opinion (content_hash) WHERE error IS NULL;

                -- A pair is compared once more when an opinion about it has come.
                ALTER TABLE understudy_store.batch DROP CONSTRAINT batch_reason_check;
                ALTER TABLE understudy_store.batch
                    ADD CONSTRAINT batch_reason_check CHECK (reason IN ('new', 'label', 'adjudication', 'comparator', 'judge'));

                CREATE VIEW understudy.judgements AS
                SELECT trial.workload, trial.id AS trial, trial.candidate,
                    opinion.pair_id, opinion.prediction AS f, opinion.order_consistent, opinion.same_meaning, opinion.difference,
                    opinion.repeat_consistent, opinion.reused, opinion.model, opinion.prompt_version, opinion.calls, opinion.error, opinion.cost,
                    opinion.settled_at AS "at"
                FROM understudy_store.judge_opinion AS opinion
                JOIN understudy_store.trial ON trial.id = opinion.trial;
                GRANT SELECT ON understudy.judgements TO understudy_analyst;

                COMMENT ON VIEW understudy.judgements IS 'What the judge model predicts about pairs that differ: a row a pair, also where no opinion came.';
                COMMENT ON COLUMN understudy.judgements.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.judgements.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.judgements.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.judgements.pair_id IS 'The pair''s id, a UUIDv7 of the call''s millisecond: time ranges by id_at() on it are fast.';
                COMMENT ON COLUMN understudy.judgements.f IS 'Predicted difference, candidate right − production right, the mean of both orders, −1 to 1; 0 where no opinion came. It never says who was right.';
                COMMENT ON COLUMN understudy.judgements.order_consistent IS 'Both orders of the answers gave the same prediction.';
                COMMENT ON COLUMN understudy.judgements.same_meaning IS 'Both orders said that the answers mean the same.';
                COMMENT ON COLUMN understudy.judgements.difference IS 'How the candidate''s answer differs, where both orders said so alike: none, style, omission, addition, contradiction or meaning.';
                COMMENT ON COLUMN understudy.judgements.repeat_consistent IS 'The same order asked a second time gave the same prediction; null where it was not asked again.';
                COMMENT ON COLUMN understudy.judgements.reused IS 'Taken from another pair with the same request and answers.';
                COMMENT ON COLUMN understudy.judgements.model IS 'The judge model.';
                COMMENT ON COLUMN understudy.judgements.prompt_version IS 'The version of the question that it was asked.';
                COMMENT ON COLUMN understudy.judgements.calls IS 'Calls that were made for it.';
                COMMENT ON COLUMN understudy.judgements.error IS 'Why no opinion came, such as malformed, timeout or budget; null where one did.';
                COMMENT ON COLUMN understudy.judgements.cost IS 'What its calls cost in USD; null where no price is known.';
                COMMENT ON COLUMN understudy.judgements."at" IS 'When it was settled.';
                COMMENT ON COLUMN understudy.verdicts.basis IS 'What correctness rests on: labels, people, agreement or judge_only.';

                """##),
        Migration(
            number: 10, name: "people",
            sql: ##"""
                -- What people bring to calls and pairs: truth by what was asked, feedback that comes before its call, the review queue.

                -- Stands for what a call asked (messages, tools, response format), whatever model and parameters it went with. Null where the request
                -- could not be read, and of calls stored before this column was.
                ALTER TABLE understudy_store.call ADD COLUMN request_hash uuid;
                -- "All calls that asked this". Partitions that are there get it too; new ones are made like their parent.
                CREATE INDEX call_request_hash ON understudy_store.call (request_hash) WHERE request_hash IS NOT NULL;

                -- A word that is taken back is followed by 'unknown': each is kept, and the newest counts.
                ALTER TABLE understudy_store.adjudication
                    DROP CONSTRAINT adjudication_correct_check,
                    ADD CONSTRAINT adjudication_correct_check CHECK (correct IN ('both', 'production_only', 'candidate_only', 'neither', 'unknown'));

                -- What `review` serves next: the few that differ and that nobody has judged, those first that the verdict waits for, each in the
                -- ledger's order. Of a conversation whose day has not ended any pair may yet be the evidence.
                CREATE INDEX comparison_unjudged ON understudy_store.comparison (
                    trial, (CASE WHEN planned AND in_evidence IS DISTINCT FROM false THEN 0 ELSE 1 END), called_at, pair_id)
                    WHERE agreement = 'different' AND correct = 'unknown';

                -- Pairs that somebody is looking at: no other reviewer gets them until the lease ends.
                CREATE TABLE understudy_store.review_lease (
                    pair_id uuid PRIMARY KEY,
                    -- One run of `review`: two people may give the same name.
                    session uuid NOT NULL,
                    lease_until timestamptz NOT NULL
                );

                -- Feedback whose call is not stored, in the order in which it came. A worker looks again, ever more seldom, until the call is there
                -- or the time that feedback is held is over.
                CREATE TABLE understudy_store.waiting_feedback (
                    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                    received_at timestamptz NOT NULL,
                    next_look_at timestamptz NOT NULL,
                    workload text NOT NULL,
                    -- As a line of `labels import` says it.
                    line jsonb NOT NULL,
                    CHECK (next_look_at >= received_at)
                );
                CREATE INDEX waiting_feedback_due ON understudy_store.waiting_feedback (next_look_at);
                CREATE INDEX waiting_feedback_workload ON understudy_store.waiting_feedback (workload, id);

                -- What became of feedback, in lines.
                --   stored, unchanged   it named a stored call at once, and said something new or what was known
                --   kept                it waits; from there: applied, expired (no such call came in time) or refused (it named several pairs)
                --   turned_away         too many waited
                CREATE TABLE understudy_store.feedback_count (
                    workload text NOT NULL,
                    outcome text NOT NULL CHECK (outcome IN ('stored', 'unchanged', 'kept', 'turned_away', 'applied', 'expired', 'refused')),
                    lines bigint NOT NULL,
                    PRIMARY KEY (workload, outcome)
                );

                -- `request_hash` at the end of the views of pairs.
                CREATE OR REPLACE VIEW understudy_store.found_pair AS
                SELECT trial.workload, pair.trial, trial.candidate,
                    pair.id AS pair_id, pair.call_id, call.external_id, trial.source, call.called_at, call.segment, call.conversation, call.turn,
                    call.prompt_hash,
                    understudy_store.whole_request(prompt.content, call.request_rest) AS request,
                    call.input,
                    call.production_output, call.production_tool_calls, call.production_status, call.production_error, call.production_finish_reason,
                    call.production_model, call.production_input_tokens, call.production_output_tokens, call.production_cached_input_tokens,
                    call.production_reasoning_tokens, call.production_tokens_estimated, found.production_cost, call.production_duration_ms,
                    call.production_ttft_ms, call.production_confidence, call.production_request_id,
                    pair.candidate_output, pair.candidate_tool_calls, pair.candidate_status, pair.candidate_error, pair.candidate_finish_reason,
                    pair.candidate_model, pair.candidate_input_tokens, pair.candidate_output_tokens, pair.candidate_cached_input_tokens,
                    pair.candidate_reasoning_tokens, pair.candidate_tokens_estimated, found.candidate_cost, pair.candidate_duration_ms,
                    pair.candidate_ttft_ms, pair.candidate_confidence, pair.candidate_request_id,
                    call.control_output, call.control_tool_calls, call.control_status, call.control_error, call.control_finish_reason,
                    call.control_model, call.control_input_tokens, call.control_output_tokens, call.control_cached_input_tokens,
                    call.control_reasoning_tokens, call.control_tokens_estimated, found.control_cost, call.control_duration_ms, call.control_ttft_ms,
                    call.control_confidence, call.control_request_id,
                    pair.candidate_queue_ms, call.traceparent, pair.candidate_untranslated AS untranslated,
                    (call.production_truncated OR pair.candidate_truncated OR coalesce(call.control_truncated, false)) AS capture_truncated,
                    coalesce(found.day, (call.called_at AT TIME ZONE trial.timezone)::date) AS day,
                    pair.sampling_rate, call.control_rate, pair.adjudication_probability, pair.planned, pair.evidence_weight, found.in_evidence,
                    found.agreement, found.equivalence, found.failure_mode, found.ungrounded, found.production_unstable, found.label #>> '{}' AS label,
                    found.correct, found.correct_by, found.differences, call.request_hash
                FROM understudy_store.pair
                JOIN understudy_store.trial ON trial.id = pair.trial
                JOIN understudy_store.call ON call.id = pair.call_id
                LEFT JOIN understudy_store.comparison AS found ON found.pair_id = pair.id
                LEFT JOIN understudy_store.prompt ON prompt.hash = call.prompt_hash;

                CREATE OR REPLACE VIEW understudy.pairs AS
                SELECT
                    workload, trial, candidate, pair_id, call_id, external_id, source, called_at, segment, conversation, turn, prompt_hash, request,
                    input, production_output, production_tool_calls, production_status, production_error, production_finish_reason, production_model,
                    production_input_tokens, production_output_tokens, production_cached_input_tokens, production_reasoning_tokens,
                    production_tokens_estimated, production_cost, production_duration_ms, production_ttft_ms, production_confidence,
                    production_request_id, candidate_output, candidate_tool_calls, candidate_status, candidate_error, candidate_finish_reason,
                    candidate_model, candidate_input_tokens, candidate_output_tokens, candidate_cached_input_tokens, candidate_reasoning_tokens,
                    candidate_tokens_estimated, candidate_cost, candidate_duration_ms, candidate_ttft_ms, candidate_confidence, candidate_request_id,
                    control_output, control_tool_calls, control_status, control_error, control_finish_reason, control_model, control_input_tokens,
                    control_output_tokens, control_cached_input_tokens, control_reasoning_tokens, control_tokens_estimated, control_cost,
                    control_duration_ms, control_ttft_ms, control_confidence, control_request_id, candidate_queue_ms, traceparent, untranslated,
                    capture_truncated, day, sampling_rate, control_rate, adjudication_probability, planned, evidence_weight, in_evidence, agreement,
                    equivalence, failure_mode, ungrounded, production_unstable, label, correct, correct_by, request_hash
                FROM understudy_store.found_pair;

                CREATE OR REPLACE VIEW understudy.disagreements AS
                SELECT * FROM understudy_store.found_pair WHERE agreement = 'different';

                DO $comments$
                DECLARE
                    owner text;
                BEGIN
                    FOREACH owner IN ARRAY ARRAY['pairs', 'disagreements'] LOOP
                        EXECUTE format('COMMENT ON COLUMN understudy.%I.request_hash IS %L', owner,
                            'Stands for what was asked: messages, tools and response format, whatever the model; null where they could not be read.');
                    END LOOP;
                END
                $comments$;
                COMMENT ON COLUMN understudy.adjudications.correct IS
                    'both, production_only, candidate_only or neither; unknown where the word before was taken back.';

                REVOKE ALL ON understudy_store.review_lease, understudy_store.waiting_feedback, understudy_store.feedback_count FROM PUBLIC;

                """##),
        Migration(
            number: 11, name: "reports",
            sql: ##"""
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

                """##),
        Migration(
            number: 12, name: "evidence_days",
            sql: ##"""
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

                """##),
        Migration(
            number: 13, name: "replay",
            sql: ##"""
                -- What replay and tap bring: production's answers that somebody else timed.

                -- False where production's timings were taken elsewhere than the candidate's (a recorded call, a gateway's log): they stand with the pairs
                -- and are held against nothing. Pairs of both kinds never share a trial.
                ALTER TABLE understudy_store.trial ADD COLUMN timed_together boolean NOT NULL DEFAULT true;

                """##),
        Migration(
            number: 14, name: "money_and_speed",
            sql: ##"""
                -- What the report says about money, speed and language, as rollups: tokens by leg, output speed, ratios within pairs, the input's language;
                -- and the volume by hour.

                ALTER TABLE understudy_store.comparison
                    -- Parts of the input tokens.
                    ADD COLUMN production_cached_input_tokens integer,
                    ADD COLUMN candidate_cached_input_tokens integer,
                    -- Of the last user message, ISO 639; 'und' where it could not be told, null for pairs compared before this column was.
                    ADD COLUMN language text;

                UPDATE understudy_store.comparison AS found SET production_cached_input_tokens = call.production_cached_input_tokens
                FROM understudy_store.call WHERE call.id = found.call_id AND call.production_cached_input_tokens IS NOT NULL;
                UPDATE understudy_store.comparison AS found SET candidate_cached_input_tokens = pair.candidate_cached_input_tokens
                FROM understudy_store.pair WHERE pair.id = found.pair_id AND pair.candidate_cached_input_tokens IS NOT NULL;

                -- Rollup: the tokens of a day's answers, with sampling weights w, so that a case's mean cost and its limits follow at any prices. x are the
                -- tokens read, z those of them from the provider's cache, y those written.
                CREATE TABLE understudy_store.token_day (
                    trial uuid NOT NULL,
                    day date NOT NULL,
                    leg text NOT NULL CHECK (leg IN ('production', 'candidate')),
                    -- Answers whose tokens are known, in pairs whose candidate was asked; those of them whose tokens are our estimate.
                    answers bigint NOT NULL,
                    estimated bigint NOT NULL,
                    -- Σw, Σw².
                    weight double precision NOT NULL,
                    weight_squares double precision NOT NULL,
                    -- Σwx, Σwz, Σwy.
                    input double precision NOT NULL,
                    cached_input double precision NOT NULL,
                    output double precision NOT NULL,
                    -- Σw²x, Σw²z, Σw²y.
                    input_weight_squares double precision NOT NULL,
                    cached_weight_squares double precision NOT NULL,
                    output_weight_squares double precision NOT NULL,
                    -- Σw²x², Σw²z², Σw²y², Σw²xz, Σw²xy, Σw²zy.
                    input_squares double precision NOT NULL,
                    cached_squares double precision NOT NULL,
                    output_squares double precision NOT NULL,
                    input_cached double precision NOT NULL,
                    input_output double precision NOT NULL,
                    cached_output double precision NOT NULL,
                    PRIMARY KEY (trial, day, leg)
                );
                INSERT INTO understudy_store.token_day
                SELECT trial, day, leg, count(*), count(*) FILTER (WHERE estimated), sum(w), sum(w * w), sum(w * x), sum(w * z), sum(w * y),
                    sum(w * w * x), sum(w * w * z), sum(w * w * y), sum(w * w * x * x), sum(w * w * z * z), sum(w * w * y * y), sum(w * w * x * z),
                    sum(w * w * x * y), sum(w * w * z * y)
                FROM understudy_store.comparison
                CROSS JOIN LATERAL (VALUES
                    ('production', evidence_weight, production_input_tokens::double precision, coalesce(production_cached_input_tokens, 0)::double precision,
                        production_output_tokens::double precision, production_tokens_estimated),
                    ('candidate', evidence_weight, candidate_input_tokens::double precision, coalesce(candidate_cached_input_tokens, 0)::double precision,
                        candidate_output_tokens::double precision, candidate_tokens_estimated)
                ) AS told (leg, w, x, z, y, estimated)
                WHERE candidate_asked AND x IS NOT NULL AND y IS NOT NULL
                GROUP BY trial, day, leg;

                -- Sketches of the output tokens a second, and of candidate ÷ production within pairs (leg `ratio`). These are kept by day, not by hour, in
                -- the row of the day's first hour and of no segment. Here −2147483648 also counts legs that timed out: their speed is 0.
                ALTER TABLE understudy_store.latency_sketch
                    DROP CONSTRAINT latency_sketch_leg_check,
                    DROP CONSTRAINT latency_sketch_metric_check,
                    ADD CONSTRAINT latency_sketch_leg_check CHECK (leg IN ('production', 'candidate', 'ratio')),
                    ADD CONSTRAINT latency_sketch_metric_check CHECK (metric IN ('duration_ms', 'ttft_ms', 'output_tokens_per_second'));

                -- A leg's speed: null where its tokens were not counted or its time not taken.
                CREATE FUNCTION understudy_store.output_speed(tokens integer, estimated boolean, duration_ms double precision, timed_out boolean)
                    RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
                $$
                    SELECT CASE WHEN timed_out THEN 0 WHEN NOT estimated AND duration_ms > 0 THEN tokens * 1000 / duration_ms END
                $$;

                -- The bucket of a value whose relative error is 1 %.
                CREATE FUNCTION understudy_store.sketch_bucket(value double precision) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
                $$
                    SELECT CASE WHEN value = 'Infinity' THEN 2147483647 WHEN value <= 1e-9 THEN -2147483648
                        ELSE ceil(ln(value) / ln(1.01::double precision / 0.99))::integer END
                $$;

                -- What is sketched of a pair by day.
                CREATE FUNCTION understudy_store.speeds_of(
                    production_tokens integer, production_estimated boolean, production_ms double precision, production_ttft double precision,
                    production_late boolean, candidate_tokens integer, candidate_estimated boolean, candidate_ms double precision,
                    candidate_ttft double precision, candidate_late boolean)
                    RETURNS TABLE (leg text, metric text, value double precision) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
                $$
                    SELECT told.leg, told.metric, told.value
                    FROM (SELECT understudy_store.output_speed(production_tokens, production_estimated, production_ms, production_late),
                        understudy_store.output_speed(candidate_tokens, candidate_estimated, candidate_ms, candidate_late)) AS speed (production, candidate)
                    CROSS JOIN LATERAL (VALUES
                        ('production', 'output_tokens_per_second', speed.production),
                        ('candidate', 'output_tokens_per_second', speed.candidate),
                        ('ratio', 'duration_ms', CASE
                            WHEN candidate_late AND NOT production_late AND production_ms IS NOT NULL THEN 'Infinity'
                            WHEN production_late AND NOT candidate_late AND candidate_ms IS NOT NULL THEN 0
                            ELSE candidate_ms / nullif(production_ms, 0) END),
                        ('ratio', 'ttft_ms', candidate_ttft / nullif(production_ttft, 0)),
                        ('ratio', 'output_tokens_per_second', speed.candidate / nullif(speed.production, 0))
                    ) AS told (leg, metric, value)
                    WHERE told.value IS NOT NULL
                $$;

                INSERT INTO understudy_store.latency_sketch (trial, hour, segment, leg, metric, bucket, samples)
                SELECT found.trial, found.day::timestamp AT TIME ZONE trial.timezone, '', told.leg, told.metric, understudy_store.sketch_bucket(told.value),
                    count(*)
                FROM understudy_store.comparison AS found
                JOIN understudy_store.trial ON trial.id = found.trial
                CROSS JOIN LATERAL understudy_store.speeds_of(
                    production_output_tokens, production_tokens_estimated, production_duration_ms, production_ttft_ms, production_timeout,
                    candidate_output_tokens, candidate_tokens_estimated, candidate_duration_ms, candidate_ttft_ms, candidate_timeout) AS told
                WHERE found.candidate_asked AND (told.leg = 'candidate' OR trial.timed_together)
                GROUP BY 1, 2, 4, 5, 6;

                ALTER TABLE understudy_store.slice_count
                    DROP CONSTRAINT slice_count_dimension_check,
                    ADD CONSTRAINT slice_count_dimension_check CHECK (dimension IN ('turn', 'length', 'prompt', 'control', 'language'));

                -- The days that were counted lack a sum that is counted now.
                DELETE FROM understudy_store.evidence_day;

                -- "The same call of another candidate", among imported pairs.
                CREATE INDEX import_key_pair ON understudy_store.import_key (pair_id);

                -- `language` at the end of the views of pairs.
                CREATE OR REPLACE VIEW understudy_store.found_pair AS
                SELECT trial.workload, pair.trial, trial.candidate,
                    pair.id AS pair_id, pair.call_id, call.external_id, trial.source, call.called_at, call.segment, call.conversation, call.turn,
                    call.prompt_hash,
                    understudy_store.whole_request(prompt.content, call.request_rest) AS request,
                    call.input,
                    call.production_output, call.production_tool_calls, call.production_status, call.production_error, call.production_finish_reason,
                    call.production_model, call.production_input_tokens, call.production_output_tokens, call.production_cached_input_tokens,
                    call.production_reasoning_tokens, call.production_tokens_estimated, found.production_cost, call.production_duration_ms,
                    call.production_ttft_ms, call.production_confidence, call.production_request_id,
                    pair.candidate_output, pair.candidate_tool_calls, pair.candidate_status, pair.candidate_error, pair.candidate_finish_reason,
                    pair.candidate_model, pair.candidate_input_tokens, pair.candidate_output_tokens, pair.candidate_cached_input_tokens,
                    pair.candidate_reasoning_tokens, pair.candidate_tokens_estimated, found.candidate_cost, pair.candidate_duration_ms,
                    pair.candidate_ttft_ms, pair.candidate_confidence, pair.candidate_request_id,
                    call.control_output, call.control_tool_calls, call.control_status, call.control_error, call.control_finish_reason,
                    call.control_model, call.control_input_tokens, call.control_output_tokens, call.control_cached_input_tokens,
                    call.control_reasoning_tokens, call.control_tokens_estimated, found.control_cost, call.control_duration_ms, call.control_ttft_ms,
                    call.control_confidence, call.control_request_id,
                    pair.candidate_queue_ms, call.traceparent, pair.candidate_untranslated AS untranslated,
                    (call.production_truncated OR pair.candidate_truncated OR coalesce(call.control_truncated, false)) AS capture_truncated,
                    coalesce(found.day, (call.called_at AT TIME ZONE trial.timezone)::date) AS day,
                    pair.sampling_rate, call.control_rate, pair.adjudication_probability, pair.planned, pair.evidence_weight, found.in_evidence,
                    found.agreement, found.equivalence, found.failure_mode, found.ungrounded, found.production_unstable, found.label #>> '{}' AS label,
                    found.correct, found.correct_by, found.differences, call.request_hash, found.language
                FROM understudy_store.pair
                JOIN understudy_store.trial ON trial.id = pair.trial
                JOIN understudy_store.call ON call.id = pair.call_id
                LEFT JOIN understudy_store.comparison AS found ON found.pair_id = pair.id
                LEFT JOIN understudy_store.prompt ON prompt.hash = call.prompt_hash;

                CREATE OR REPLACE VIEW understudy.pairs AS
                SELECT
                    workload, trial, candidate, pair_id, call_id, external_id, source, called_at, segment, conversation, turn, prompt_hash, request,
                    input, production_output, production_tool_calls, production_status, production_error, production_finish_reason, production_model,
                    production_input_tokens, production_output_tokens, production_cached_input_tokens, production_reasoning_tokens,
                    production_tokens_estimated, production_cost, production_duration_ms, production_ttft_ms, production_confidence,
                    production_request_id, candidate_output, candidate_tool_calls, candidate_status, candidate_error, candidate_finish_reason,
                    candidate_model, candidate_input_tokens, candidate_output_tokens, candidate_cached_input_tokens, candidate_reasoning_tokens,
                    candidate_tokens_estimated, candidate_cost, candidate_duration_ms, candidate_ttft_ms, candidate_confidence, candidate_request_id,
                    control_output, control_tool_calls, control_status, control_error, control_finish_reason, control_model, control_input_tokens,
                    control_output_tokens, control_cached_input_tokens, control_reasoning_tokens, control_tokens_estimated, control_cost,
                    control_duration_ms, control_ttft_ms, control_confidence, control_request_id, candidate_queue_ms, traceparent, untranslated,
                    capture_truncated, day, sampling_rate, control_rate, adjudication_probability, planned, evidence_weight, in_evidence, agreement,
                    equivalence, failure_mode, ungrounded, production_unstable, label, correct, correct_by, request_hash, language
                FROM understudy_store.found_pair;

                CREATE OR REPLACE VIEW understudy.disagreements AS
                SELECT * FROM understudy_store.found_pair WHERE agreement = 'different';

                DO $comments$
                DECLARE
                    owner text;
                BEGIN
                    FOREACH owner IN ARRAY ARRAY['pairs', 'disagreements'] LOOP
                        EXECUTE format('COMMENT ON COLUMN understudy.%I.language IS %L', owner,
                            'The language of the last user message, ISO 639; und where it could not be told.');
                    END LOOP;
                END
                $comments$;

                -- Every label that production gave beside what the candidate gave, agreements included.
                CREATE VIEW understudy.label_pairs AS
                SELECT trial.workload, trial.id AS trial, trial.candidate, counted.day, counted.production_label, counted.candidate_label, counted.correct,
                    counted.pairs
                FROM understudy_store.label_count AS counted
                JOIN understudy_store.trial ON trial.id = counted.trial
                WHERE counted.pairs > 0;

                CREATE VIEW understudy.tokens AS
                SELECT trial.workload, trial.id AS trial, trial.candidate, counted.day, counted.leg, counted.answers, counted.estimated, counted.weight,
                    counted.input / nullif(counted.weight, 0) AS input_per_case, counted.cached_input / nullif(counted.weight, 0) AS cached_input_per_case,
                    counted.output / nullif(counted.weight, 0) AS output_per_case
                FROM understudy_store.token_day AS counted
                JOIN understudy_store.trial ON trial.id = counted.trial
                WHERE counted.answers > 0;

                CREATE VIEW understudy.volume AS
                SELECT trial.workload, trial.id AS trial, trial.candidate, counted.hour, (counted.hour AT TIME ZONE trial.timezone)::date AS day,
                    extract(hour FROM counted.hour AT TIME ZONE trial.timezone)::integer AS hour_of_day,
                    extract(isodow FROM counted.hour AT TIME ZONE trial.timezone)::integer AS weekday,
                    sum(counted.calls)::bigint AS calls, sum(counted.sampled)::bigint AS sampled, max(counted.calls)::bigint AS busiest_minute_calls,
                    max(counted.sampled)::bigint AS busiest_minute_sampled
                FROM (
                    SELECT counted.trial, counted.period_start, date_trunc('hour', counted.period_start, trial.timezone) AS hour,
                        sum(counted.calls) FILTER (WHERE stage = 'calls') AS calls, sum(counted.calls) FILTER (WHERE stage = 'sampled') AS sampled
                    FROM understudy_store.coverage_count AS counted
                    JOIN understudy_store.trial ON trial.id = counted.trial
                    WHERE counted.stage IN ('calls', 'sampled')
                    GROUP BY counted.trial, counted.period_start, trial.timezone
                ) AS counted
                JOIN understudy_store.trial ON trial.id = counted.trial
                GROUP BY trial.id, counted.hour;

                -- What was set aside leaves the way too.
                CREATE OR REPLACE VIEW understudy.coverage_reasons AS
                SELECT trial.workload, trial.id AS trial, trial.candidate, counted.day, counted.stage, counted.reason, counted.calls
                FROM understudy_store.coverage_of_trial AS counted
                JOIN understudy_store.trial ON trial.id = counted.trial
                WHERE counted.calls > 0
                UNION ALL
                SELECT trial.workload, trial.id, trial.candidate, (aside.set_aside_at AT TIME ZONE trial.timezone)::date, 'set_aside', aside.kind, count(*)
                FROM understudy_store.set_aside AS aside
                JOIN understudy_store.trial ON trial.id = aside.trial
                GROUP BY trial.id, 4, aside.kind;

                GRANT SELECT ON understudy.label_pairs, understudy.tokens, understudy.volume TO understudy_analyst;
                REVOKE ALL ON understudy_store.token_day FROM PUBLIC;
                REVOKE ALL ON FUNCTION understudy_store.output_speed, understudy_store.sketch_bucket, understudy_store.speeds_of FROM PUBLIC;

                COMMENT ON VIEW understudy.label_pairs IS 'Which label each answer was read as, agreements included.';
                COMMENT ON COLUMN understudy.label_pairs.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.label_pairs.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.label_pairs.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.label_pairs.day IS 'The calendar day of the call, in the trial''s time zone.';
                COMMENT ON COLUMN understudy.label_pairs.production_label IS 'The label that production gave.';
                COMMENT ON COLUMN understudy.label_pairs.candidate_label IS 'The label that the candidate gave.';
                COMMENT ON COLUMN understudy.label_pairs.correct IS 'Who was right: both, production_only, candidate_only, neither or unknown.';
                COMMENT ON COLUMN understudy.label_pairs.pairs IS 'How many pairs.';
                COMMENT ON VIEW understudy.tokens IS 'The tokens of a legs answers, by day, in pairs whose candidate was asked.';
                COMMENT ON COLUMN understudy.tokens.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.tokens.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.tokens.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.tokens.day IS 'The calendar day of the call, in the trial''s time zone.';
                COMMENT ON COLUMN understudy.tokens.leg IS 'production or candidate.';
                COMMENT ON COLUMN understudy.tokens.answers IS 'Answers whose tokens are known.';
                COMMENT ON COLUMN understudy.tokens.estimated IS 'Of them: the tokens are our estimate.';
                COMMENT ON COLUMN understudy.tokens.weight IS 'Sum of their sampling weights; their number where one rate serves all.';
                COMMENT ON COLUMN understudy.tokens.input_per_case IS 'Tokens read, the weighted mean.';
                COMMENT ON COLUMN understudy.tokens.cached_input_per_case IS 'Of them from the provider''s cache.';
                COMMENT ON COLUMN understudy.tokens.output_per_case IS 'Tokens written, the weighted mean.';
                COMMENT ON VIEW understudy.volume IS 'Calls by hour: those that passed while the trial ran, and those drawn for it.';
                COMMENT ON COLUMN understudy.volume.workload IS 'The workload.';
                COMMENT ON COLUMN understudy.volume.trial IS 'The trial''s id.';
                COMMENT ON COLUMN understudy.volume.candidate IS 'The candidate''s name.';
                COMMENT ON COLUMN understudy.volume.hour IS 'When the hour began.';
                COMMENT ON COLUMN understudy.volume.day IS 'Its day in the trial''s time zone.';
                COMMENT ON COLUMN understudy.volume.hour_of_day IS 'The hour in the trial''s time zone, 0 to 23.';
                COMMENT ON COLUMN understudy.volume.weekday IS 'Its day of the week, 1 for Monday to 7 for Sunday.';
                COMMENT ON COLUMN understudy.volume.calls IS 'Calls that passed through the route.';
                COMMENT ON COLUMN understudy.volume.sampled IS 'Calls drawn for the trial.';
                COMMENT ON COLUMN understudy.volume.busiest_minute_calls IS 'The most calls that passed in one minute of it.';
                COMMENT ON COLUMN understudy.volume.busiest_minute_sampled IS 'The most calls drawn in one minute of it.';
                COMMENT ON VIEW understudy.slices IS 'How the pairs came out by turn, input length, prompt, control and language.';
                COMMENT ON COLUMN understudy.slices.dimension IS 'turn, length, prompt, control or language.';
                COMMENT ON COLUMN understudy.slices.slice IS 'Turn: 1 to 10 (and later). Length: 0 under 100 characters, then from 100, 300, 1,000, 3,000, 10,000 on. Prompt: its hash. Control: same, differs or failed. Language: ISO 639, und where it could not be told.';
                COMMENT ON COLUMN understudy.coverage_reasons.stage IS 'calls, sampled, skipped, shed, control_skipped, fault, paired or set_aside.';

                """##),
        Migration(
            number: 15, name: "evidence",
            sql: ##"""
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

                """##),
    ]
}
