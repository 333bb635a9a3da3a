/// The SQL by which old pairs go.
enum RetentionQueries {
    /// The partitions of yesterday, today and the next two days.
    static let makePartitions = """
        SELECT understudy_store.make_partitions(
            ($1::timestamptz AT TIME ZONE 'UTC')::date - 1, ($1::timestamptz AT TIME ZONE 'UTC')::date + 2)
        """

    /// UTC days that have a partition of pairs, oldest first, with the bounds of their ids.
    static let days = """
        SELECT day::text, understudy.id_at(day AT TIME ZONE 'UTC') AS first_id, understudy.id_at((day + interval '1 day') AT TIME ZONE 'UTC') AS end_id
        FROM (
            SELECT to_date(right(inhrelid::regclass::text, 10), 'YYYY_MM_DD')::timestamp AS day
            FROM pg_inherits WHERE inhparent = 'understudy_store.pair'::regclass
        ) AS partition
        WHERE day < ($1::timestamptz AT TIME ZONE 'UTC')::date
        ORDER BY day
        """

    /// Whether a day holds a row that is still to be kept: by its trial's retention, from the moment that it ages from.
    static let holdsKept = """
        SELECT EXISTS (
            SELECT FROM understudy_store.pair JOIN understudy_store.trial ON trial.id = pair.trial
            WHERE pair.id >= $1 AND pair.id < $2
                AND (retain_days IS NULL OR ages_from > $3::timestamptz - make_interval(days => retain_days))) AS kept
        """

    /// Rows of trials that keep less than others of the same day. The rollups stay.
    static let deletePairs = """
        DELETE FROM understudy_store.pair USING understudy_store.trial
        WHERE trial.id = pair.trial AND pair.id >= $1 AND pair.id < $2 AND ages_from <= $3::timestamptz - make_interval(days => retain_days)
        """
    static let deleteComparisons = """
        DELETE FROM understudy_store.comparison USING understudy_store.trial
        WHERE trial.id = comparison.trial AND pair_id >= $1 AND pair_id < $2
            AND ages_from <= $3::timestamptz - make_interval(days => retain_days)
        """

    /// Calls whose pairs are gone, once even the longest retention of their workload is over.
    static let deleteCalls = """
        DELETE FROM understudy_store.call
        WHERE id >= $1 AND id < $2
            AND ages_from <= $3::timestamptz - make_interval(days => coalesce(
                (SELECT max(retain_days) FROM understudy_store.trial WHERE trial.workload = call.workload), 0))
            AND NOT EXISTS (SELECT FROM understudy_store.pair WHERE pair.call_id = call.id)
            AND NOT EXISTS (SELECT FROM understudy_store.trial WHERE trial.workload = call.workload AND retain_days IS NULL)
        """

    /// Who makes partitions takes the same lock within its transaction; detaching concurrently cannot run in one.
    static let lock = "SELECT pg_advisory_lock(hashtext('understudy_store.partitions'))"
    static let unlock = "SELECT pg_advisory_unlock(hashtext('understudy_store.partitions'))"

    /// Prompts that no kept call can name.
    static let deletePrompts = """
        DELETE FROM understudy_store.prompt
        WHERE last_seen_on < (
            SELECT min(to_date(right(inhrelid::regclass::text, 10), 'YYYY_MM_DD')) FROM pg_inherits
            WHERE inhparent = 'understudy_store.call'::regclass)
        """

    static let deleteHeartbeats = "DELETE FROM understudy_store.heartbeat WHERE seen_at < $1::timestamptz - interval '1 day'"

    /// Of a spool that is read on, only the last stretches matter; of one that is gone, none will ever come again.
    static let deleteShipments = """
        DELETE FROM understudy_store.shipment AS old
        WHERE shipped_at < $1::timestamptz - interval '30 days'
            AND (next_segment, next_position) < (
                SELECT next_segment, next_position FROM understudy_store.shipment AS newest
                WHERE newest.spool = old.spool ORDER BY next_segment DESC, next_position DESC LIMIT 1)
        """
}
