internal import CLibPQ

extension PostgresConnection {
    /// How much a transaction sees of others' work.
    public enum Isolation: String, Sendable {
        /// Each statement sees what was committed before it.
        case readCommitted = "READ COMMITTED"
        /// All statements see one snapshot.
        case repeatableRead = "REPEATABLE READ"
        /// As if transactions ran one after another; may fail with an error that `isRetryable`.
        case serializable = "SERIALIZABLE"
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// - Parameter keepingPlans: for a transaction that comes again and again. Its statements are prepared, and each is planned once for
    ///   all binds (PostgreSQL manual, "plan_cache_mode"): planning can take longer than running. Such a plan knows neither how long a
    ///   bound array is nor in which partition a value lies: it must be a good one for few rows and for many. Tables are therefore
    ///   searched by an index wherever one serves: a plan made while a partition was empty would else read it from end to end when it
    ///   is full, until the server next looks at its statistics.
    /// - Throws: what `body` throws, else `PostgresError`. A transaction in which a statement failed and the body hid it cannot
    ///   be committed: that is an error too (`25P02`). `connectionLost` at the commit leaves open whether it took effect.
    @discardableResult
    public func transaction<Value>(
        isolation: Isolation = .readCommitted, keepingPlans: Bool = false, _ body: () throws -> Value
    ) throws -> Value {
        precondition(!inTransaction, "transactions do not nest: use savepoint")
        try script(
            "BEGIN ISOLATION LEVEL \(isolation.rawValue)"
                + (keepingPlans ? "; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off" : ""))
        isKeepingPlans = keepingPlans
        defer { isKeepingPlans = false }
        let value: Value
        do {
            value = try body()
        } catch {
            // The first error is the one to report; a lost connection has rolled back by itself.
            try? script("ROLLBACK")
            throw error
        }
        guard try run("COMMIT", []).commandTag == "COMMIT" else {
            throw PostgresError(.serverError, "the transaction was rolled back because a statement in it had failed", sqlState: "25P02")
        }
        return value
    }

    /// Runs `body` inside a transaction so that its failure undoes only its own work, and the transaction can go on.
    ///
    /// - Throws: what `body` throws, else `PostgresError`.
    @discardableResult
    public func savepoint<Value>(_ body: () throws -> Value) throws -> Value {
        precondition(inTransaction, "a savepoint needs a transaction")
        try script("SAVEPOINT step")
        do {
            let value = try body()
            try script("RELEASE SAVEPOINT step")
            return value
        } catch {
            try? script("ROLLBACK TO SAVEPOINT step; RELEASE SAVEPOINT step")
            throw error
        }
    }

    /// True between the begin and the end of a transaction, a failed one included.
    public var inTransaction: Bool {
        let status = unsafe PQtransactionStatus(pointer)
        return status != PQTRANS_IDLE && status != PQTRANS_UNKNOWN
    }
}
