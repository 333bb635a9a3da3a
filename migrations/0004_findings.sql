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
