internal import CLibPQ

extension PostgresConnection {
    /// Copies rows into a table by binary COPY and gives their number.
    ///
    /// The server checks the rows when all are sent; a row that it refuses fails the whole COPY, and the error's `context` names its
    /// line. Inside a transaction wrap it in `savepoint` where the transaction is to go on after a refusal.
    ///
    /// - Parameters:
    ///   - table: its name, with its schema where one is needed.
    ///   - columns: the columns in the order in which `fill` gives their values.
    ///   - fill: adds the rows. What it throws ends the COPY without a row kept.
    /// - Throws: what `fill` throws, else `PostgresError`.
    @discardableResult
    public func copyIn(_ table: String, columns: [String], _ fill: (inout BinaryCopy) throws -> Void) throws -> Int {
        try beginCopy(table, columns: columns)
        let pointer = unsafe pointer
        var copy = BinaryCopy(columns: columns.count) { bytes in
            unsafe bytes.withUnsafeBytes { buffer in
                unsafe PQputCopyData(pointer, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count)) == 1
            }
        }
        do {
            try fill(&copy)
        } catch {
            _ = try? endCopy(abandon: true)
            throw error
        }
        copy.end()
        return try endCopy(abandon: false)
    }

    private func beginCopy(_ table: String, columns: [String]) throws(PostgresError) {
        let list = columns.map { Self.quoted($0, dotted: false) }.joined(separator: ", ")
        guard let answer = unsafe PQexec(pointer, "COPY \(Self.quoted(table)) (\(list)) FROM STDIN (FORMAT binary)") else {
            throw failure()
        }
        guard unsafe PQresultStatus(answer) != PGRES_COPY_IN else {
            unsafe PQclear(answer)
            return
        }
        _ = try unsafe check(answer)
        throw PostgresError(.wrongUse, "the server did not begin the COPY")
    }

    private func endCopy(abandon: Bool) throws(PostgresError) -> Int {
        let ended = abandon ? unsafe PQputCopyEnd(pointer, "given up by the sender") : unsafe PQputCopyEnd(pointer, nil)
        // The results must be read to the end also after a failure: libpq accepts no other statement before.
        var copied = 0
        var fault: PostgresError? = ended == 1 ? nil : failure()
        while let answer = unsafe PQgetResult(pointer) {
            do throws(PostgresError) {
                copied = try unsafe check(answer).affectedRows
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        return copied
    }
}
