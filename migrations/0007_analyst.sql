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
