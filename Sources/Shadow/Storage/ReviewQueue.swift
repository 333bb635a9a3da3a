public import Postgres
public import Traffic

/// A pair that a reviewer has been given.
public struct ReviewedPair: Sendable, Hashable {
    /// Its id.
    public var pair: Identifier
    /// Drawn beforehand, so that the judgement counts in the verdict.
    public var counts: Bool
    /// It agrees by a tolerant rule alone, and is judged for the audit.
    public var isForAudit: Bool

    /// Takes all as they are.
    public init(pair: Identifier, counts: Bool, isForAudit: Bool = false) {
        self.pair = pair
        self.counts = counts
        self.isForAudit = isForAudit
    }
}

/// How far the judging of some trials is.
public struct ReviewProgress: Sendable, Hashable {
    /// Pairs that differ, were drawn for judging and count as evidence: those with a judgement or a gold answer,
    public var judged = 0
    /// and those without.
    public var waiting = 0
    /// Others that differ and that nobody has judged.
    public var unplanned = 0
    /// Pairs that agree by a tolerant rule alone and that nobody has judged: the audit's.
    public var audit = 0

    /// Nothing counted yet.
    public init() {}
}

/// The pairs that wait for a person's word: drawn ones first, the oldest first, then those of the audit in the order of their draw (so that
/// those judged are a random part of all), then the others that differ.
///
/// A pair is held for one reviewer at a time, by a lease of some minutes. A pair that somebody leaves open is served to others when the
/// lease has ended; a word that comes later than that is kept all the same.
public struct ReviewQueue {
    /// How long a pair is held for who was given it.
    public static let leaseSeconds = 300.0
    /// Pairs that are tried before the query is made again.
    private static let tries = 16

    private let connection: PostgresConnection
    private let trials: [Identifier]
    private let session: Identifier

    /// - Parameter session: stands for this reviewer's run; two people may give the same name.
    public init(_ connection: PostgresConnection, trials: [Identifier], session: Identifier) {
        self.connection = connection
        self.trials = trials
        self.session = session
    }

    /// Takes the next pair; nil when none waits that nobody else has. What this reviewer held before is given back.
    ///
    /// - Parameter skipped: not to be served, having been seen.
    public func next(skipping skipped: Set<Identifier> = [], lease: Double = leaseSeconds) throws -> ReviewedPair? {
        try release()
        while case let waiting = try waiting(skipping: skipped), !waiting.isEmpty {
            for given in waiting where try take(given.pair, lease: lease) {
                // Somebody may have judged it between the two statements.
                if try isUnjudged(given.pair) { return given }
                try release()
            }
        }
        return nil
    }

    /// Takes this pair, whatever was said about it; nil when it does not differ, belongs to no trial here, or is not there any more.
    public func take(_ pair: Identifier) throws -> ReviewedPair? {
        guard let row = try connection.query(ReviewQueries.pair, [.id(pair), .ids(trials)]).first else { return nil }
        try release()
        _ = try take(pair, lease: ReviewQueue.leaseSeconds)
        let isForAudit = try row.bool("is_for_audit")
        return ReviewedPair(pair: pair, counts: try isForAudit || row.bool("counts"), isForAudit: isForAudit)
    }

    /// Holds the pair as long again.
    public func renew(_ pair: Identifier) throws { _ = try take(pair, lease: ReviewQueue.leaseSeconds) }

    /// Gives back what this reviewer holds.
    public func release() throws { try connection.execute(ReviewQueries.release, [.id(session)]) }

    /// How far it is. Counts all that differ, which takes a second where they are many.
    public func progress() throws -> ReviewProgress {
        var progress = ReviewProgress()
        for trial in trials {
            let all = try connection.query(ReviewQueries.planned, [.id(trial)])[0].int("pairs")
            let row = try connection.query(ReviewQueries.unjudgedPairs, [.id(trial)])[0]
            progress.waiting += try row.int("waiting")
            progress.unplanned += try row.int("unplanned")
            progress.audit += try connection.query(ReviewQueries.unaudited, [.id(trial)])[0].int("pairs")
            progress.judged += try max(0, all - row.int("waiting"))
        }
        return progress
    }

    /// What nobody else holds, in the order in which it is served, of all trials.
    private func waiting(skipping skipped: Set<Identifier>) throws -> [ReviewedPair] {
        try trials.flatMap { trial in
            let binds: [PostgresBind] = [.id(trial), .ids(skipped), .id(session), .int(ReviewQueue.tries)]
            return try [ReviewQueries.waiting, ReviewQueries.waitingForAudit].flatMap { try connection.query($0, binds) }
                .map {
                    (
                        rank: try $0.int("rank"), place: try $0.int("place"), calledAt: try $0.moment("called_at"),
                        pair: try $0.id("pair_id")
                    )
                }
        }.sorted { ($0.rank, $0.place, $0.calledAt, $0.pair) < ($1.rank, $1.place, $1.calledAt, $1.pair) }
            .map { ReviewedPair(pair: $0.pair, counts: $0.rank < 2, isForAudit: $0.rank == 1) }
    }

    private func take(_ pair: Identifier, lease: Double) throws -> Bool {
        try !connection.query(ReviewQueries.take, [.id(pair), .id(session), .double(lease)]).isEmpty
    }

    private func isUnjudged(_ pair: Identifier) throws -> Bool { try !connection.query(ReviewQueries.isUnjudged, [.id(pair)]).isEmpty }
}

/// The SQL of the review queue.
enum ReviewQueries {
    /// The word that stands now; 'unknown' where there is none, or it was taken back.
    private static let said = """
        coalesce((SELECT said.correct FROM understudy_store.adjudication AS said WHERE said.pair_id = found.pair_id
            ORDER BY said.id DESC LIMIT 1), 'unknown')
        """

    /// 0 for the pairs whose judgement the verdict waits for; as the index `comparison_unjudged` has it. The audit's stand between.
    private static let rank = "CASE WHEN found.planned AND found.in_evidence IS DISTINCT FROM false THEN 0 ELSE 1 END"

    /// A comparison outlives its pair: what was answered must still be there.
    private static let isThere = """
        found.correct = 'unknown' AND \(said) = 'unknown' AND EXISTS (SELECT FROM understudy_store.pair WHERE pair.id = found.pair_id)
        """
    private static let unjudged = "found.agreement = 'different' AND \(isThere)"
    private static let isFree = """
        NOT found.pair_id = ANY ($2)
            AND NOT EXISTS (
                SELECT FROM understudy_store.review_lease AS held
                WHERE held.pair_id = found.pair_id AND held.session <> $3 AND held.lease_until > clock_timestamp())
        """

    /// Agrees by a tolerant rule alone, in a trial where judgements count; as the index `comparison_unaudited` has it.
    private static let isForAudit = """
        found.agreement = 'equivalent' AND found.equivalence IN ('judge', 'within_tolerance') AND found.in_evidence IS DISTINCT FROM false
            AND EXISTS (
                SELECT FROM understudy_store.trial WHERE trial.id = found.trial AND trial.settings #>> '{adjudicate,by}' <> 'none')
        """

    static let waiting = """
        SELECT \(rank) * 2 AS rank, 0 AS place, found.called_at, found.pair_id FROM understudy_store.comparison AS found
        WHERE found.trial = $1 AND \(unjudged) AND \(isFree)
        ORDER BY \(rank), found.called_at, found.pair_id
        LIMIT $4::bigint
        """

    static let waitingForAudit = """
        SELECT 1 AS rank, -understudy_store.audit_level(found.pair_id) AS place, found.called_at, found.pair_id
        FROM understudy_store.comparison AS found
        WHERE found.trial = $1 AND \(isForAudit) AND \(isThere) AND \(isFree)
        ORDER BY understudy_store.audit_level(found.pair_id) DESC, found.called_at, found.pair_id
        LIMIT $4::bigint
        """

    static let unaudited = """
        SELECT count(*) AS pairs FROM understudy_store.comparison AS found WHERE found.trial = $1 AND \(isForAudit) AND \(isThere)
        """

    static let isUnjudged = """
        SELECT FROM understudy_store.comparison AS found WHERE found.pair_id = $1 AND ((\(unjudged)) OR (\(isForAudit) AND \(isThere)))
        """

    static let pair = """
        SELECT found.agreement = 'different' AND \(rank) = 0 AS counts, (\(isForAudit)) AS is_for_audit FROM understudy_store.comparison AS found
        WHERE found.pair_id = $1 AND found.trial = ANY ($2) AND found.agreement <> 'incomparable'
            AND EXISTS (SELECT FROM understudy_store.pair WHERE pair.id = found.pair_id)
        """

    /// No row when somebody else holds it.
    static let take = """
        INSERT INTO understudy_store.review_lease AS held (pair_id, session, lease_until)
        VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
        ON CONFLICT (pair_id) DO UPDATE SET session = excluded.session, lease_until = excluded.lease_until
        WHERE held.session = excluded.session OR held.lease_until <= clock_timestamp()
        RETURNING pair_id
        """

    static let release =
        "DELETE FROM understudy_store.review_lease WHERE session = $1 OR lease_until < clock_timestamp() - interval '1 hour'"

    static let planned = """
        SELECT count(*) AS pairs FROM understudy_store.comparison AS found
        WHERE found.trial = $1 AND found.agreement = 'different' AND \(rank) = 0
        """

    static let unjudgedPairs = """
        SELECT count(*) FILTER (WHERE rank = 0) AS waiting, count(*) FILTER (WHERE rank = 1) AS unplanned
        FROM (
            SELECT \(rank) AS rank FROM understudy_store.comparison AS found
            WHERE found.trial = $1 AND found.agreement = 'different' AND found.correct = 'unknown' AND \(said) = 'unknown'
        ) AS waiting
        """
}
