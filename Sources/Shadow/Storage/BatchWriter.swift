internal import Postgres
internal import Traffic

/// Why pairs are to be compared.
enum BatchReason: String {
    case new, label, adjudication, comparator, judge
}

/// Hands pairs to the workers, in batches of one trial each.
struct BatchWriter {
    /// Pairs in a batch: enough that a store's fixed costs do not count, few enough that a lost lease costs little.
    static let size = 1000

    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Adds batches; inside the caller's transaction, which also notifies `ComparisonQueue.channel`.
    func enqueue(_ pairs: [(id: Identifier, trial: Identifier)], reason: BatchReason) throws {
        let byTrial = Dictionary(grouping: pairs, by: \.trial).sorted { $0.key < $1.key }
        for (trial, pairs) in byTrial {
            let ids = pairs.map(\.id).sorted()
            for start in stride(from: 0, to: ids.count, by: BatchWriter.size) {
                let part = ids[start..<min(start + BatchWriter.size, ids.count)]
                try connection.execute(
                    TrafficQueries.insertBatch, [.id(trial), .moment(part[part.startIndex].moment), .text(reason.rawValue), .ids(part)])
            }
        }
    }
}
