/// The SQL of pruning. Tables come quoted; `$1` is the moment.
enum RetentionQueries {
    /// The lock that `make_partitions` takes, too: a partition is not made anew while it is being dropped.
    static let tryLock = "SELECT pg_try_advisory_lock(hashtext('understudy_store.partitions')) AS locked"
    static let unlock = "SELECT pg_advisory_unlock(hashtext('understudy_store.partitions'))"

    /// Days before yesterday (UTC) with any partition, oldest first, as in their names.
    static let days = """
        SELECT DISTINCT substring(relname FROM '\\d{4}_\\d\\d_\\d\\d$') AS day
        FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent IN (
            'understudy_store.call'::regclass, 'understudy_store.pair'::regclass, 'understudy_store.comparison'::regclass)
            AND right(relname, 10) < to_char($1 AT TIME ZONE 'UTC' - interval '1 day', 'YYYY_MM_DD')
        ORDER BY 1
        """

    static let isAttached = """
        SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('understudy_store.' || quote_ident($1))) AS attached
        """

    /// A pair stays while its trial keeps it: `retain_days` from `ages_from` on.
    private static let isKept = """
        (trial.retain_days IS NULL OR ages_from > $1::timestamptz - make_interval(days => trial.retain_days))
        """

    /// Comparisons of a trial stay until a while after its end, when its last look has been taken.
    private static let isEvidence = "(trial.state <> 'ended' OR trial.ended_at > $1::timestamptz - interval '7 days')"

    static func keepsPairs(_ pairs: String) -> String {
        "SELECT EXISTS (SELECT FROM \(pairs) AS pair JOIN understudy_store.trial ON trial.id = pair.trial WHERE \(isKept)) AS keeps"
    }

    static func deletePairs(_ pairs: String) -> String {
        "DELETE FROM \(pairs) AS pair USING understudy_store.trial WHERE trial.id = pair.trial AND NOT \(isKept)"
    }

    /// Calls without a pair that keeps them; those of the last day may still get theirs.
    static func deleteCalls(_ calls: String, pairs: String) -> String {
        """
        DELETE FROM \(calls) AS call
        WHERE call.ages_from < $1::timestamptz - interval '1 day' AND NOT EXISTS (SELECT FROM \(pairs) AS pair WHERE pair.call_id = call.id)
        """
    }

    static func markPruned(_ comparisons: String) -> String {
        """
        UPDATE understudy_store.trial SET evidence_pruned_at = $1
        WHERE evidence_pruned_at IS NULL AND NOT \(isEvidence)
            AND EXISTS (SELECT FROM \(comparisons) AS found WHERE found.trial = trial.id AND NOT \(isKept))
        """
    }

    static func deleteComparisons(_ comparisons: String) -> String {
        """
        DELETE FROM \(comparisons) AS found USING understudy_store.trial WHERE trial.id = found.trial AND NOT \(isKept) AND NOT \(isEvidence)
        """
    }

    /// What was said goes with the pair; what the evidence counts stays.
    static func stripComparisons(_ comparisons: String) -> String {
        """
        UPDATE \(comparisons) AS found SET differences = NULL, label = NULL, fields = NULL
        FROM understudy_store.trial
        WHERE trial.id = found.trial AND NOT \(isKept)
            AND (found.differences IS NOT NULL OR found.label IS NOT NULL OR found.fields IS NOT NULL)
        """
    }

    /// What pairs said in reports goes with them; the reports' figures stay. Files that say it are to be written again, without.
    static let deleteExamples = """
        WITH gone AS (
            DELETE FROM understudy_store.look_example AS example USING understudy_store.trial
            WHERE trial.id = example.trial AND NOT \(isKept)
            RETURNING example.look
        )
        UPDATE understudy_store.delivery SET state = 'waiting', attempts = 0, due_at = $1, ended_at = NULL
        WHERE outlet = 'folder' AND state = 'done' AND looks && (SELECT array_agg(look) FROM gone)
        """

    static func hasRows(_ table: String) -> String { "SELECT EXISTS (SELECT FROM \(table)) AS has_rows" }

    static func detach(parent: String, _ child: String) -> String {
        "ALTER TABLE understudy_store.\(parent) DETACH PARTITION \(child) CONCURRENTLY"
    }

    static func finishDetaching(parent: String, _ child: String) -> String {
        "ALTER TABLE \(parent) DETACH PARTITION \(child) FINALIZE"
    }

    static func drop(_ table: String) -> String { "DROP TABLE \(table)" }

    static let halfDetached = """
        SELECT inhparent::regclass::text AS parent, inhrelid::regclass::text AS child FROM pg_inherits
        WHERE inhdetachpending AND inhparent IN (
            'understudy_store.call'::regclass, 'understudy_store.pair'::regclass, 'understudy_store.comparison'::regclass)
        """

    static let detached = """
        SELECT relname AS child FROM pg_class
        WHERE relnamespace = 'understudy_store'::regnamespace AND relkind = 'r' AND relname ~ '^(call|pair|comparison)_\\d{4}_\\d\\d_\\d\\d$'
            AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid)
        """

    /// Gold answers and prompts of what is gone.
    static let deleteLabels = """
        WITH labels AS (
            DELETE FROM understudy_store.gold_label WHERE NOT EXISTS (SELECT FROM understudy_store.call WHERE call.id = gold_label.call_id)
        )
        DELETE FROM understudy_store.prompt
        WHERE last_seen_on < coalesce((SELECT min(ages_from)::date - 1 FROM understudy_store.call), current_date - 1)
        """

    /// What a judge said about pairs that are gone, and what tells their texts from others; its predictions stay with the evidence.
    static let deleteJudgeCalls = """
        WITH calls AS (
            DELETE FROM understudy_store.judge_call AS call WHERE NOT EXISTS (SELECT FROM understudy_store.pair WHERE pair.id = call.pair_id)
        )
        UPDATE understudy_store.judge_opinion AS opinion SET content_hash = NULL
        WHERE content_hash IS NOT NULL AND NOT EXISTS (SELECT FROM understudy_store.pair WHERE pair.id = opinion.pair_id)
        """

    /// Bookkeeping that nobody asks for any more. Of every spool the last shipment stays: it says where to read on.
    static let deleteSmall = [
        """
        DELETE FROM understudy_store.evidence_day AS kept USING understudy_store.trial
        WHERE trial.id = kept.trial AND trial.evidence_pruned_at <= $1::timestamptz
        """,
        "DELETE FROM understudy_store.heartbeat WHERE seen_at < $1::timestamptz - interval '1 day'",
        "DELETE FROM understudy_store.set_aside WHERE set_aside_at < $1::timestamptz - interval '90 days'",
        """
        DELETE FROM understudy_store.import_key USING understudy_store.trial
        WHERE trial.id = import_key.trial AND trial.ended_at < $1::timestamptz - interval '7 days'
        """,
        """
        DELETE FROM understudy_store.shipment AS old USING understudy_store.shipment AS later
        WHERE old.shipped_at < $1::timestamptz - interval '1 day' AND later.spool = old.spool
            AND (later.next_segment, later.next_position) > (old.next_segment, old.next_position)
            AND later.shipped_at < $1::timestamptz - interval '1 day'
        """,
    ]
}
