/// Reads a spool batch after batch, and while the caller stores one, already the next where more may be there. Two batches are in memory
/// at most, the caller's included.
///
/// For one thread at a time.
public final class SpoolReadAhead {
    private struct Ahead {
        let position: SpoolPosition
        let thread: SystemThread
        let result: Monitor<Result<SpoolBatch, SpoolError>?>
    }

    private let reader: SpoolReader
    private var ahead: Ahead?

    public init(_ reader: SpoolReader) { self.reader = reader }

    deinit { ahead?.thread.join() }

    /// As `SpoolReader.read`. A batch that was read ahead holds what the spool held then.
    public func read(from position: SpoolPosition) throws(SpoolError) -> SpoolBatch {
        let batch = if let taken = taken(position) { try taken.get() } else { try reader.read(from: position) }
        if batch.isFull(from: position) { begin(batch.next) }
        return batch
    }

    /// What was read ahead, if it is what is wanted.
    private func taken(_ position: SpoolPosition) -> Result<SpoolBatch, SpoolError>? {
        guard let ahead else { return nil }
        self.ahead = nil
        ahead.thread.join()
        return ahead.position == position ? ahead.result.withLock { $0 } : nil
    }

    private func begin(_ position: SpoolPosition) {
        let result = Monitor<Result<SpoolBatch, SpoolError>?>(nil)
        let thread = SystemThread { [reader] in
            let batch = Result { () throws(SpoolError) in try reader.read(from: position) }
            result.withLock { $0 = batch }
        }
        ahead = Ahead(position: position, thread: thread, result: result)
    }
}
