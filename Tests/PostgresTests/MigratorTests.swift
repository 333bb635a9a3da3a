import Postgres
import TestSupport
import Testing

@Suite struct MigratorTests {
    private static let first = Migration(number: 1, name: "trials", sql: "CREATE TABLE trial (id integer); INSERT INTO trial VALUES (1)")
    private static let second = Migration(number: 2, name: "pairs", sql: "CREATE TABLE pair (id integer)")

    @Test func appliesWhatIsMissingOnce() throws {
        let connection = try freshConnection()
        #expect(try Migrator([Self.first]).check(connection) == [Self.first])
        #expect(try Migrator([Self.first]).run(connection) == [Self.first])
        let both = Migrator([Self.first, Self.second])
        #expect(try both.check(connection) == [Self.second])
        #expect(try both.run(connection) == [Self.second])
        #expect(try both.run(connection) == [])
        #expect(try both.check(connection) == [])
        let rows = try connection.query(
            "SELECT name, length(checksum) AS length, applied_at FROM understudy_store.migration ORDER BY number")
        #expect(try rows.map { try $0.text("name") } == ["trials", "pairs"])
        #expect(try rows.allSatisfy { try $0.int("length") == 64 && !$0.isNull("applied_at") })
    }

    @Test func checkingChangesNothing() throws {
        let connection = try freshConnection()
        _ = try Migrator([Self.first]).check(connection)
        #expect(try connection.query("SELECT FROM pg_namespace WHERE nspname = 'understudy_store'").isEmpty)
    }

    @Test func concurrentStartsApplyEachOnce() async throws {
        let url = try TemporaryPostgres.freshDatabase()
        let migrations = (1...5).map {
            Migration(number: $0, name: "step \($0)", sql: "CREATE TABLE t\($0) (id integer); SELECT pg_sleep(0.02)")
        }
        let starts = (1...6).map { number in
            BackgroundWork {
                try Migrator(migrations).run(PostgresConnection(url: url, applicationName: "start \(number)")).map(\.number)
            }
        }
        var applied: [Int] = []
        for start in starts { applied += try await start.value() }
        #expect(applied.sorted() == [1, 2, 3, 4, 5])
    }

    @Test func aFailureUndoesItsMigrationAndNamesIt() throws {
        let connection = try freshConnection()
        let broken = Migration(number: 2, name: "broken", sql: "CREATE TABLE half (id integer); SELECT 1 / 0")
        let error = try #require(throws: PostgresError.self) { try Migrator([Self.first, broken]).run(connection) }
        #expect(error.sqlState == "22012" && error.message == "migration 2 (broken): division by zero")
        #expect(!connection.inTransaction)
        #expect(try connection.query("SELECT to_regclass('half') AS half, to_regclass('trial') AS trial").first?.isNull("half") == true)
        #expect(try Migrator([Self.first, Self.second]).run(connection) == [Self.second])
    }

    @Test func refusesAMigrationThatEndsItsTransaction() throws {
        let connection = try freshConnection()
        let error = try #require(throws: PostgresError.self) {
            try Migrator([Migration(number: 1, name: "sly", sql: "CREATE TABLE a (id integer); COMMIT")]).run(connection)
        }
        #expect(error.code == .migration && error.description.contains("migration 1 (sly)"))
    }

    @Test func refusesAChangedMigration() throws {
        let connection = try freshConnection()
        try Migrator([Self.first]).run(connection)
        let changed = Migrator([Migration(number: 1, name: "trials", sql: Self.first.sql + " ")])
        for attempt in [{ _ = try changed.run(connection) }, { _ = try changed.check(connection) }] {
            let error = try #require(throws: PostgresError.self) { try attempt() }
            #expect(error.code == .migration && error.description.contains("migration 1 (trials) is not the one"))
        }
    }

    @Test func refusesADatabaseOfANewerVersion() throws {
        let connection = try freshConnection()
        try Migrator([Self.first, Self.second]).run(connection)
        let error = try #require(throws: PostgresError.self) { try Migrator([Self.first]).run(connection) }
        #expect(error.code == .migration && error.description.contains("migration 2 (pairs), which this version does not know"))
    }

    @Test func refusesAnEarlierMigrationThatCameLater() throws {
        let connection = try freshConnection()
        try Migrator([Self.second]).run(connection)
        let error = try #require(throws: PostgresError.self) { try Migrator([Self.first, Self.second]).run(connection) }
        #expect(error.code == .migration && error.description.contains("migration 1 (trials) is missing though the later 2 (pairs)"))
    }

    @Test func runsDespiteAShortStatementTimeout() throws {
        let connection = try freshConnection(options: ["statement_timeout": "10ms"])
        let slow = Migration(number: 1, name: "slow", sql: "SELECT pg_sleep(0.1)")
        #expect(try Migrator([slow]).run(connection) == [slow])
    }
}
