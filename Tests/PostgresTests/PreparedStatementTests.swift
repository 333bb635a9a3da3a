import Postgres
import TestSupport
import Testing

@Suite struct PreparedStatementTests {
    /// Runs one statement in a transaction that keeps plans.
    private func run(_ sql: String, _ bind: PostgresBind, on connection: PostgresConnection) throws -> PostgresRows {
        try connection.transaction(keepingPlans: true) { try connection.query(sql, [bind]) }
    }

    /// The statements that the session holds.
    private func held(_ connection: PostgresConnection) throws -> [String] {
        try connection.query("SELECT statement FROM pg_prepared_statements ORDER BY prepare_time").map { try $0.text("statement") }
    }

    @Test func aStatementThatComesAgainIsKept() throws {
        let connection = try freshConnection()
        let sql = "SELECT $1::integer + 1 AS next"
        #expect(try run(sql, .int(1), on: connection)[0].int("next") == 2)
        #expect(try held(connection) == [])
        for number in 2...9 { #expect(try run(sql, .int(Int64(number)), on: connection)[0].int("next") == number + 1) }
        #expect(try held(connection) == [sql])
        #expect(try connection.query("SELECT generic_plans, custom_plans FROM pg_prepared_statements")[0].int("custom_plans") == 0)
    }

    @Test func otherTypesOfBindsAreAnotherStatement() throws {
        let connection = try freshConnection()
        let sql = "SELECT coalesce($1, 0.5)::text AS given"
        let binds: [PostgresBind] = [.double(0.25), .text("7.125"), .null, .int(3)]
        let expected = ["0.25", "7.125", "0.5", "3"]
        for _ in 0..<3 {
            #expect(try binds.map { try run(sql, $0, on: connection)[0].text("given") } == expected)
        }
        #expect(try held(connection) == [sql, sql])  // a double, and all that goes untyped
    }

    @Test func onlyAHundredAreKept() throws {
        let connection = try freshConnection()
        for _ in 0..<3 {
            for number in 0..<130 {
                #expect(try run("SELECT \(number) + $1::integer AS sum", .int(1), on: connection)[0].int("sum") == number + 1)
            }
        }
        #expect(try held(connection).count == 100)
    }

    @Test func otherTransactionsKeepNone() throws {
        let connection = try freshConnection()
        let sql = "SELECT $1::integer AS same, current_setting('plan_cache_mode') AS mode"
        for _ in 0..<3 {
            #expect(try connection.query(sql, [.int(1)])[0].text("mode") == "auto")
            #expect(try connection.transaction { try connection.query(sql, [.int(1)]) }[0].text("mode") == "auto")
        }
        #expect(try held(connection) == [])
    }

    @Test func aRefusedStatementRunsAgain() throws {
        let connection = try freshConnection()
        try connection.script("CREATE TABLE number (value integer NOT NULL CHECK (value > 0))")
        let sql = "INSERT INTO number VALUES ($1)"
        for value in [1, 2, -1, 3] as [Int64] {
            do {
                _ = try run(sql, .int(value), on: connection)
            } catch let error as PostgresError {
                #expect(error.sqlState == "23514")
            }
        }
        #expect(try connection.query("SELECT sum(value)::int AS sum FROM number")[0].int("sum") == 6)
    }

    /// A newer program may migrate the database while this one runs.
    @Test func aPlanThatNoLongerFitsIsMadeAnew() throws {
        let connection = try freshConnection()
        try connection.script("CREATE TABLE thing (id integer, name text); INSERT INTO thing VALUES (1, '7')")
        let sql = "SELECT * FROM thing WHERE id = $1"
        for _ in 0..<3 { #expect(try run(sql, .int(1), on: connection)[0].text("name") == "7") }
        try connection.script("ALTER TABLE thing ALTER COLUMN name TYPE integer USING name::integer")
        #expect(throws: PostgresError.self) { try run(sql, .int(1), on: connection) }
        for _ in 0..<3 { #expect(try run(sql, .int(1), on: connection)[0].int("name") == 7) }
    }
}
