public import Postgres
public import Traffic

/// What people say about pairs: each word is kept, the newest counts.
public struct Adjudications {
    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// Stores who was right in a pair and has it compared again.
    ///
    /// - Parameters:
    ///   - correct: `unknown` takes back what was said before, and the pair waits for a judgement again. What a look has consumed
    ///     stays in the evidence.
    ///   - who: who says so; nil where nobody told.
    /// - Throws: `StorageError.notFound` when there is no such pair.
    public func record(pair: Identifier, correct: Correctness, who: String?, at moment: Timestamp) throws {
        try connection.transaction {
            guard let row = try connection.query(ImportQueries.pairTrial, [.id(pair)]).first else {
                throw StorageError(.notFound, "there is no pair \(pair); it may be older than the workload's pairs are kept")
            }
            try insert([Judgement(pair: pair, correct: correct, who: who, saidAt: moment)])
            try BatchWriter(connection).enqueue([(pair, try row.id("trial"))], reason: .adjudication)
            try connection.notify(ComparisonQueue.channel)
        }
    }

    struct Judgement {
        var pair: Identifier
        var correct: Correctness
        var who: String?
        var saidAt: Timestamp
    }

    /// Stores judgements in their order, inside the caller's transaction.
    func insert(_ judgements: [Judgement]) throws {
        try connection.execute(
            ImportQueries.insertAdjudications,
            [
                .ids(judgements.map(\.pair)), .textArray(judgements.map(\.correct.rawValue)),
                .textArray(judgements.map { StorableText.escaped($0.who) }), .textArray(judgements.map(\.saidAt.description)),
            ])
    }
}
