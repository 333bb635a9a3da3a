/// One numbered step of the schema. Once released its text never changes.
public struct Migration: Sendable, Equatable {
    /// Its place in the order, from 1.
    public let number: Int
    /// What it does, in a word or two, such as `trials`.
    public let name: String
    /// Its statements. They run in one transaction, which they must not end.
    public let sql: String

    /// A migration.
    public init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }
}

/// Brings a database to this program's schema.
///
/// What has been done stands in `understudy_store.migration(number, name, checksum, applied_at)`. Any number of processes may
/// start at once: an advisory lock lets one migrate while the others wait, then find nothing left to do.
public struct Migrator: Sendable {
    private let migrations: [Migration]
    /// Any fixed number will do: it only has to differ from other programs' in the same database ("understud" in ASCII).
    private static let lock: Int64 = 0x756E_6465_7273_7475

    /// - Parameter migrations: in ascending order of their numbers.
    public init(_ migrations: [Migration]) {
        precondition(zip(migrations, migrations.dropFirst()).allSatisfy { $0.number < $1.number }, "migrations must ascend")
        self.migrations = migrations
    }

    /// Applies what is missing, each migration in a transaction of its own, and gives those it applied.
    ///
    /// - Throws: `migration` where the database holds a changed, an unknown or an out-of-order migration; `serverError` with the
    ///   migration's name in its message where a statement fails: that migration is then undone, those before it stay.
    @discardableResult
    public func run(_ connection: PostgresConnection) throws(PostgresError) -> [Migration] {
        var applied: [Migration] = []
        for migration in try check(connection) {
            do {
                let isNew = try connection.transaction { try apply(migration, on: connection) }
                if isNew { applied.append(migration) }
            } catch let error as PostgresError {
                throw error
            } catch {
                preconditionFailure("apply throws nothing else: \(error)")
            }
        }
        return applied
    }

    /// The migrations that the database lacks, oldest first; changes nothing.
    ///
    /// - Throws: `migration` where the database holds a changed, an unknown or an out-of-order migration.
    public func check(_ connection: PostgresConnection) throws(PostgresError) -> [Migration] {
        guard try !connection.query("SELECT WHERE to_regclass('understudy_store.migration') IS NOT NULL").isEmpty else { return migrations }
        let checksums = try checksums(connection)
        var missing = migrations
        for row in try connection.query("SELECT number, name, checksum FROM understudy_store.migration ORDER BY number") {
            let (number, name) = (try row.int("number"), try row.text("name"))
            guard let known = migrations.firstIndex(where: { $0.number == number }) else {
                throw PostgresError(
                    .migration,
                    "the database has migration \(number) (\(name)), which this version does not know: use the version that applied it, or a newer one"
                )
            }
            guard try row.text("checksum") == checksums[known] else {
                throw PostgresError(
                    .migration,
                    "migration \(number) (\(name)) is not the one that this database was made with: use a released version of this program")
            }
            missing.removeAll { $0.number == number }
        }
        let newest = migrations.last { migration in !missing.contains { $0.number == migration.number } }
        if let newest, let skipped = missing.first, skipped.number < newest.number {
            throw PostgresError(
                .migration,
                "migration \(skipped.number) (\(skipped.name)) is missing though the later \(newest.number) (\(newest.name)) is applied")
        }
        return missing
    }

    /// Applies one migration unless another process has done so meanwhile.
    private func apply(_ migration: Migration, on connection: PostgresConnection) throws -> Bool {
        // Whoever waits for the lock, or builds a large index, must not be cut off.
        try connection.script("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        try connection.execute("SELECT pg_advisory_xact_lock($1)", [.int(Self.lock)])
        try connection.script(
            """
            CREATE SCHEMA IF NOT EXISTS understudy_store;
            CREATE TABLE IF NOT EXISTS understudy_store.migration (
                number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
            """)
        guard try check(connection).contains(migration) else { return false }
        do throws(PostgresError) {
            try connection.script(migration.sql)
            guard connection.inTransaction else {
                throw PostgresError(.migration, "it ends the transaction that it runs in")
            }
            try connection.execute(
                """
                INSERT INTO understudy_store.migration (number, name, checksum)
                VALUES ($1, $2, encode(sha256(convert_to($3, 'UTF8')), 'hex'))
                """,
                [.int(Int64(migration.number)), .text(migration.name), .text(migration.sql)])
        } catch {
            throw PostgresError(
                error.code, "migration \(migration.number) (\(migration.name)): \(error.message)", sqlState: error.sqlState,
                detail: error.detail, hint: error.hint, context: error.context, constraint: error.constraint)
        }
        return true
    }

    /// The SHA-256 of every migration's text, counted by the server.
    private func checksums(_ connection: PostgresConnection) throws(PostgresError) -> [String] {
        var checksums: [String] = []
        for row in try connection.query(
            "SELECT encode(sha256(convert_to(text, 'UTF8')), 'hex') AS checksum FROM unnest($1) WITH ORDINALITY AS t(text, place) ORDER BY place",
            [.textArray(migrations.map(\.sql))])
        { checksums.append(try row.text("checksum")) }
        return checksums
    }
}
