internal import Configuration
internal import JSON
public import Postgres
internal import Processes
public import Traffic

/// The batches of pairs that wait to be compared, shared by all workers.
///
/// A batch is claimed for a lease and finished in the same transaction that stores its findings. When a worker dies, another takes
/// its batch over after the lease; a worker that was only slow finds its lease lost and stores nothing.
public struct ComparisonQueue {
    /// Notified when there are new batches.
    public static let channel = "understudy_batch"
    /// Tries after which a batch is halved, or its only pair set aside: something in it kills the worker.
    private static let triesBeforeSplitting = 5
    /// What a half has behind it already: it gets fewer tries than a new batch.
    private static let triesOfHalves = 3
    /// Pairs that are read at a time, and the bytes of text in memory after which no more are.
    private static let portion = 500
    private static let maximumBytes = 64 << 20

    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// Takes the next batch for `lease` seconds; nil when there is nothing to do.
    ///
    /// - Parameter readsRequest: whether the pairs of a trial are wanted with their requests, which costs; without, they are empty.
    public func claim(
        lease: Double = 60, readsRequest: (StoredTrial) throws -> Bool = { _ in true }
    ) throws -> ClaimedBatch? {
        while true {
            // Only its random bits matter.
            let token = Identifier(at: Timestamp(microseconds: 0))
            guard let row = try connection.query(ComparisonQueries.claim, [.double(lease), .id(token)]).first else { return nil }
            let named = try row.textArray("pair_ids").compactMap { $0.flatMap { Identifier($0) } }
            let number = try row.int("id")
            let trialID = try row.id("trial")
            guard let trial = try Registry(connection).trial(trialID) else {
                throw StorageError(.unreadable, "batch \(number) belongs to trial \(trialID), which does not exist")
            }
            if try row.int("attempts") > ComparisonQueue.triesBeforeSplitting {
                try split(number, of: trial, token, named)
                continue
            }
            let (pairs, ids) = try read(named, ofBatch: number, token, withRequest: try readsRequest(trial))
            let missing = Set(ids).subtracting(pairs.map(\.pair.id))
            let batch = ClaimedBatch(
                id: number, trial: trial, pairs: pairs, token: token, missing: missing.sorted(),
                reason: try row.word("reason"), isOld: try row.bool("is_old"))
            Failpoint.reach("compare.claimed")
            if !pairs.isEmpty { return batch }
            _ = try store(batch, [], comparatorVersion: 0, at: Timestamp(microseconds: 0))
        }
    }

    /// Reads a batch's pairs, in portions; with the ids that were asked for. Where texts are so long that the whole would fill the
    /// memory, the rest becomes a batch of its own.
    private func read(
        _ ids: [Identifier], ofBatch number: Int, _ token: Identifier, withRequest: Bool
    ) throws -> (pairs: [ClaimedPair], ids: [Identifier]) {
        var pairs: [ClaimedPair] = []
        var bytes = 0
        var next = 0
        try connection.transaction(keepingPlans: true) {
            // To start a parallel worker takes longer than to read a portion.
            try connection.execute(ComparisonQueries.readAlone)
            while next < ids.count, bytes < ComparisonQueue.maximumBytes {
                let portion = ids[next..<min(next + ComparisonQueue.portion, ids.count)]
                let read = try ClaimedPair.read(portion, withRequest: withRequest, on: connection)
                bytes += read.reduce(0) { $0 + $1.textBytes }
                pairs += read
                next += portion.count
            }
        }
        if next < ids.count {
            try connection.transaction {
                guard try connection.query(ComparisonQueries.holdLease, [.int(number), .id(token)]).count == 1 else { return }
                try connection.execute(ComparisonQueries.splitInto, [.int(number), .ids(ids[next...]), .int(0)])
                try connection.execute(ComparisonQueries.keep, [.int(number), .ids(ids[..<next])])
            }
        }
        return (pairs, Array(ids[..<next]))
    }

    /// Stores what was found, moves the rollups and finishes the batch, in one transaction.
    ///
    /// `compared` holds every claimed pair that was not set aside. False when the lease was lost: another worker has the batch, and
    /// nothing is stored.
    public func store(_ batch: ClaimedBatch, _ compared: [ComparedPair], comparatorVersion: Int, at moment: Timestamp) throws -> Bool {
        let stored = try connection.transaction(keepingPlans: true) { () throws -> Bool in
            guard try connection.query(ComparisonQueries.holdLease, [.int(batch.id), .id(batch.token)]).count == 1 else { return false }
            if !compared.isEmpty { try save(batch, compared, comparatorVersion: comparatorVersion, at: moment) }
            if batch.trial.settings.judge != nil {
                try JudgeQueue(connection).enqueue(compared.filter(\.isForTheJudge).map(\.pair), of: batch.trial.id)
            }
            if !batch.trial.simulated, batch.pairs.contains(where: \.isSimulated) {
                try connection.execute(ComparisonQueries.markSimulated, [.id(batch.trial.id)])
            }
            Failpoint.reach("compare.saved")
            try finish(batch)
            Failpoint.reach("compare.finished")
            return true
        }
        Failpoint.reach("compare.committed")
        return stored
    }

    /// Saves findings and moves the rollups. Pairs that have no comparison yet, as nearly all, are inserted before the trial's lock is
    /// taken, so that workers on one trial insert side by side and only take turns to count.
    private func save(_ batch: ClaimedBatch, _ compared: [ComparedPair], comparatorVersion: Int, at moment: Timestamp) throws {
        let labels = Dictionary(batch.pairs.map { ($0.pair.id, $0.label) }) { first, _ in first }
        let ids = compared.map(\.pair)
        let binds: [PostgresBind] =
            [.ids(ids), .id(batch.trial.id), .int(comparatorVersion), .moment(moment)]
            + FindingColumns.binds(compared.map { ($0, labels[$0.pair] ?? nil) })
        var known: Set<Identifier> = []
        let isNew = try batch.reason == .new && connection.insertAll(FindingQueries.insertNew, binds, expecting: ids.count)
        try connection.execute(ComparisonQueries.lockTrial, [.text(batch.trial.id.description)])
        if !isNew {
            known = Set(try connection.query(FindingQueries.known, [.ids(ids)]).map { try $0.id("pair_id") })
            try connection.execute(FindingQueries.move, [.ids(known), .int(-1), .id(batch.trial.id)])
            try connection.execute(FindingQueries.replace, binds)
        }
        try connection.execute(FindingQueries.takeNames, [.ids(ids), .id(batch.trial.id)])
        try connection.execute(FindingQueries.move, [.ids(ids), .int(1), .id(batch.trial.id)])
        try countUses(batch, compared, except: known)
    }

    /// What pairs found for the first time had in common.
    private func countUses(_ batch: ClaimedBatch, _ compared: [ComparedPair], except known: Set<Identifier>) throws {
        let claimed = Dictionary(batch.pairs.map { ($0.pair.id, $0) }) { first, _ in first }
        var uses: [PairUse: Int64] = [:]
        var fresh: [Identifier] = []
        for pair in compared where !known.contains(pair.pair) {
            fresh.append(pair.pair)
            let names = claimed[pair.pair]?.uses ?? []
            for use in names + pair.finding.schemaUnsupported.map({ PairUse(kind: "schema_unsupported", name: $0) }) {
                uses[use, default: 0] += 1
            }
        }
        guard !fresh.isEmpty else { return }
        let sorted = Array(uses)
        try connection.execute(
            FindingQueries.countUses,
            [
                .id(batch.trial.id), .textArray(sorted.map(\.key.kind)), .textArray(sorted.map { StorableText.escaped($0.key.name) }),
                .intArray(sorted.map(\.value)), .ids(fresh),
            ])
    }

    /// Gives a batch back unfinished.
    public func release(_ batch: ClaimedBatch) throws {
        try connection.execute(ComparisonQueries.release, [.int(batch.id), .id(batch.token)])
    }

    /// Notes that a pair cannot be compared; it is counted and left out of everything.
    public func setAside(_ batch: ClaimedBatch, _ pair: Identifier, reason: String) throws {
        try setAside(pair, of: batch.trial, reason)
    }

    /// Has pairs compared again that an older version of the comparison found; gives their number. To be called when a worker starts.
    public func recompareOutdated(comparatorVersion: Int) throws -> Int {
        try connection.transaction {
            try connection.execute(ComparisonQueries.lockOutdated)
            let pairs = try connection.query(ComparisonQueries.outdated, [.int(comparatorVersion)])
                .map { (id: try $0.id("pair_id"), trial: try $0.id("trial")) }
            guard !pairs.isEmpty else { return 0 }
            try BatchWriter(connection).enqueue(pairs, reason: .comparator)
            try connection.notify(ComparisonQueue.channel)
            return pairs.count
        }
    }

    /// How many pairs wait, of one trial or of all.
    public func waitingPairs(trial: Identifier? = nil) throws -> Int {
        try connection.query(ComparisonQueries.waitingPairs, [.id(trial)])[0].int("pairs")
    }

    /// New pairs whose call has not arrived wait for it; after an hour they are set aside. Old pairs that are gone were pruned.
    private func finish(_ batch: ClaimedBatch) throws {
        if batch.missing.isEmpty || batch.reason != .new {
            try connection.execute(ComparisonQueries.finish, [.int(batch.id)])
        } else if batch.isOld {
            for pair in batch.missing { try setAside(pair, of: batch.trial, "its call never arrived") }
            try connection.execute(ComparisonQueries.finish, [.int(batch.id)])
        } else {
            try connection.execute(ComparisonQueries.postpone, [.int(batch.id), .ids(batch.missing)])
        }
    }

    /// Narrows down what kills the workers: halves, at last a single pair, which is set aside.
    private func split(_ number: Int, of trial: StoredTrial, _ token: Identifier, _ ids: [Identifier]) throws {
        try connection.transaction {
            guard try connection.query(ComparisonQueries.holdLease, [.int(number), .id(token)]).count == 1 else { return }
            if ids.count == 1 {
                try setAside(ids[0], of: trial, "no worker finished comparing it")
            } else {
                for half in [ids[..<(ids.count / 2)], ids[(ids.count / 2)...]] {
                    try connection.execute(ComparisonQueries.splitInto, [.int(number), .ids(half), .int(ComparisonQueue.triesOfHalves)])
                }
            }
            try connection.execute(ComparisonQueries.finish, [.int(number)])
        }
    }

    private func setAside(_ pair: Identifier, of trial: StoredTrial, _ reason: String) throws {
        try connection.execute(
            TrafficQueries.insertSetAside,
            [.text(trial.workload), .id(trial.id), .text("comparison"), .id(pair), .text(StorableText.escaped(reason))])
    }
}

/// Something that pairs of a trial have in common, which the report mentions.
struct PairUse: Hashable {
    var kind: String
    var name: String
}

extension PostgresConnection {
    /// Runs an insert that leaves out rows that are there already; unless it inserts all that are expected it leaves no trace.
    fileprivate func insertAll(_ sql: String, _ binds: [PostgresBind], expecting count: Int) throws -> Bool {
        struct Incomplete: Error {}
        do {
            try savepoint { if try execute(sql, binds) < count { throw Incomplete() } }
            return true
        } catch is Incomplete {
            return false
        }
    }
}
