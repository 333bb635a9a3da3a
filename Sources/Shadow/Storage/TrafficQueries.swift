/// The SQL by which traffic comes in.
enum TrafficQueries {
    /// The partitions of one UTC day, given in days since 1970.
    static let makePartitions = """
        SELECT understudy_store.make_partitions(date '1970-01-01' + $1::integer, date '1970-01-01' + $1::integer)
        """

    /// A prompt is written once; its last day moves at most once a day.
    static let savePrompts = """
        INSERT INTO understudy_store.prompt (hash, content, first_seen_on, last_seen_on)
        SELECT hash, content::jsonb, current_date, current_date FROM unnest($1, $2) AS new (hash, content)
        ON CONFLICT (hash) DO UPDATE SET last_seen_on = current_date WHERE prompt.last_seen_on < current_date
        """

    static let position = """
        SELECT next_segment, next_position FROM understudy_store.shipment
        WHERE spool = $1 ORDER BY next_segment DESC, next_position DESC LIMIT 1
        """

    /// No row when this stretch was shipped already.
    static let insertShipment = """
        INSERT INTO understudy_store.shipment (spool, segment, position, next_segment, next_position, records)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING
        """

    static let knownTrials = "SELECT id FROM understudy_store.trial WHERE id = ANY ($1)"

    /// Deltas add up by minute, in one order everywhere.
    static let addCoverage = """
        INSERT INTO understudy_store.coverage_count (workload, trial, period_start, stage, reason, segment, calls)
        SELECT workload, trial::uuid, to_timestamp(minute * 60), stage, reason, segment, sum(calls)
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[])
            AS delta (workload, trial, minute, stage, reason, segment, calls)
        GROUP BY 1, 2, 3, 4, 5, 6
        ORDER BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (workload, period_start, trial, stage, reason, segment)
        DO UPDATE SET calls = coverage_count.calls + excluded.calls
        """

    static let addProfile = """
        INSERT INTO understudy_store.traffic_profile (trial, period_start, stage, dimension, slice, segment, calls)
        SELECT trial::uuid, to_timestamp(hour * 3600), stage, dimension, slice, segment, sum(calls)
        FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
            AS delta (trial, hour, stage, dimension, slice, segment, calls)
        WHERE trial IS NOT NULL
        GROUP BY 1, 2, 3, 4, 5, 6
        ORDER BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (trial, period_start, stage, dimension, slice, segment)
        DO UPDATE SET calls = traffic_profile.calls + excluded.calls
        """

    static let insertBatch = """
        INSERT INTO understudy_store.batch (trial, first_called_at, reason, pair_ids) VALUES ($1, $2, $3, $4)
        """

    static let insertSetAside = """
        INSERT INTO understudy_store.set_aside (workload, trial, kind, record_id, reason) VALUES ($1, $2, $3, $4, $5)
        """

    static let saveHeartbeat = """
        INSERT INTO understudy_store.heartbeat (
            process, role, host, process_id, version, started_at, seen_at, spooled_records, spooled_bytes, disk_full, warning)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (process) DO UPDATE SET seen_at = $7, spooled_records = $8, spooled_bytes = $9, disk_full = $10, warning = $11
        """

    static let heartbeats = """
        SELECT process, role, host, process_id, version, started_at, seen_at, spooled_records, spooled_bytes, disk_full, warning
        FROM understudy_store.heartbeat WHERE seen_at >= $1 ORDER BY role, started_at, process
        """
}
