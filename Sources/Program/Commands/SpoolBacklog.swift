internal import Spool
internal import Traffic

/// What lies in the spools of this machine and is not in the database yet.
struct SpoolBacklog {
    /// Pairs among the unread records.
    var pairs = 0
    /// Bytes of all unread records.
    var bytes = 0

    /// Reads every spool under `root` from where the database says it has been shipped.
    init(root: String, shippedTo position: (Identifier) throws -> SpoolPosition) throws {
        for spool in try SpoolFolder.all(in: root) {
            let reader = SpoolReader(spool)
            var place = try position(spool.id)
            while true {
                let batch = try reader.read(from: place)
                if batch.isIdle(from: place) { break }
                for entry in batch.entries { if case .pair = entry.record { pairs += 1 } }
                if batch.next.segment == place.segment { bytes += Int(batch.next.offset - place.offset) }
                place = batch.next
            }
        }
    }
}
