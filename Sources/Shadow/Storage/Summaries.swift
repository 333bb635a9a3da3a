public import Postgres
internal import Statistics
internal import Traffic
internal import Verdict

/// The rows behind the view `latency`: quantiles of a day with intervals that SQL cannot reckon.
public struct Summaries {
    /// Days reckoned in one transaction.
    private static let daysAtOnce = 50
    /// Of the intervals shown.
    private static let confidence = 0.95

    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// Reckons the quantiles of the days that have changed, and gives their number. Workers may do so at once.
    public func refreshLatency() throws -> Int {
        var refreshed = 0
        while true {
            let days = try connection.transaction { () throws -> Int in
                let stale = try connection.query(SummaryQueries.takeStale, [.int(Summaries.daysAtOnce)])
                for row in stale { try refresh(trial: row.id("trial"), day: row.text("day")) }
                return stale.count
            }
            refreshed += days
            if days < Summaries.daysAtOnce { return refreshed }
        }
    }

    private func refresh(trial: Identifier, day: String) throws {
        var samples: [[String]: LatencySample] = [:]
        for row in try connection.query(SummaryQueries.sketches, [.id(trial), .text(day)]) {
            let bucket = StoredBucket(number: try row.int("bucket"), samples: try row.int("samples"))
            bucket.add(to: &samples[[try row.text("leg"), try row.text("metric")], default: LatencySample()])
        }
        for (key, sample) in samples.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            var binds: [PostgresBind] = [.id(trial), .text(day), .text(key[0]), .text(key[1]), .int(sample.count)]
            for percentile in [0.5, 0.95, 0.99] {
                let found = quantileEstimate(
                    percentile, of: .sketch(sample.sketch, infinite: sample.timeouts), confidence: Summaries.confidence)
                binds += [found.quantile, found.interval.lower, found.interval.upper].map { $0.map { PostgresBind.double($0) } ?? .null }
            }
            try connection.execute(SummaryQueries.saveDay, binds)
        }
    }
}

/// The SQL of the daily quantiles.
enum SummaryQueries {
    /// Takes days off the list; who finds them taken leaves them. A store that comes meanwhile puts its day on the list again.
    static let takeStale = """
        DELETE FROM understudy_store.latency_stale WHERE (trial, day) IN (
            SELECT trial, day FROM understudy_store.latency_stale ORDER BY trial, day LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING trial, day::text AS day
        """

    static let sketches = """
        SELECT leg, metric, bucket, sum(samples)::bigint AS samples
        FROM understudy_store.latency_sketch AS sketch
        JOIN understudy_store.trial ON trial.id = sketch.trial
        WHERE sketch.trial = $1 AND sketch.hour >= $2::date::timestamp AT TIME ZONE trial.timezone
            AND sketch.hour < ($2::date + 1)::timestamp AT TIME ZONE trial.timezone
            AND leg <> 'ratio' AND metric <> 'output_tokens_per_second'
        GROUP BY leg, metric, bucket
        HAVING sum(samples) > 0
        """

    static let saveDay = """
        INSERT INTO understudy_store.latency_day (
            trial, day, leg, metric, samples, p50, p50_lower, p50_upper, p95, p95_lower, p95_upper, p99, p99_lower, p99_upper)
        VALUES ($1, $2::date, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (trial, day, leg, metric) DO UPDATE SET
            samples = excluded.samples, p50 = excluded.p50, p50_lower = excluded.p50_lower, p50_upper = excluded.p50_upper,
            p95 = excluded.p95, p95_lower = excluded.p95_lower, p95_upper = excluded.p95_upper,
            p99 = excluded.p99, p99_lower = excluded.p99_lower, p99_upper = excluded.p99_upper
        """
}
