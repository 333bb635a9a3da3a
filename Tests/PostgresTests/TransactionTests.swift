import Postgres
import TestSupport
import Testing

@Suite struct TransactionTests {
    private struct Refusal: Error, Equatable {}

    private let connection: PostgresConnection

    init() throws {
        connection = try freshConnection()
        try connection.script("CREATE TABLE t (id integer PRIMARY KEY)")
    }

    private func count() throws -> Int { try #require(try connection.query("SELECT count(*) AS n FROM t").first).int("n") }

    @Test func commitsWhatReturnsAndUndoesWhatThrows() throws {
        let value = try connection.transaction {
            #expect(connection.inTransaction)
            try connection.execute("INSERT INTO t VALUES (1)")
            return 7
        }
        #expect(value == 7)
        #expect(throws: Refusal()) {
            try connection.transaction {
                try connection.execute("INSERT INTO t VALUES (2)")
                throw Refusal()
            }
        }
        #expect(try count() == 1 && !connection.inTransaction)
    }

    @Test func reportsATransactionWhoseFailureTheBodyHid() throws {
        let error = try #require(throws: PostgresError.self) {
            try connection.transaction {
                try connection.execute("INSERT INTO t VALUES (1)")
                _ = try? connection.execute("SELECT 1 / 0")
            }
        }
        #expect(error.sqlState == "25P02")
        #expect(try count() == 0 && !connection.inTransaction)
    }

    @Test func savepointUndoesOnlyItsOwnWork() throws {
        try connection.transaction {
            try connection.execute("INSERT INTO t VALUES (1)")
            #expect(throws: PostgresError.self) {
                try connection.savepoint {
                    try connection.execute("INSERT INTO t VALUES (2)")
                    try connection.savepoint { try connection.execute("INSERT INTO t VALUES (1)") }
                }
            }
            try connection.savepoint { try connection.execute("INSERT INTO t VALUES (3)") }
        }
        #expect(try connection.query("SELECT id FROM t ORDER BY id").map { try $0.int("id") } == [1, 3])
    }

    @Test func repeatableReadSeesOneSnapshot() throws {
        let url = try TemporaryPostgres.freshDatabase()
        let (reader, writer) = (
            try PostgresConnection(url: url, applicationName: "reader"), try PostgresConnection(url: url, applicationName: "writer")
        )
        try writer.script("CREATE TABLE t (id integer)")
        try reader.transaction(isolation: .repeatableRead) {
            #expect(try reader.query("SELECT FROM t").count == 0)
            try writer.execute("INSERT INTO t VALUES (1)")
            #expect(try reader.query("SELECT FROM t").count == 0)
        }
        #expect(try reader.query("SELECT FROM t").count == 1)
    }

    @Test func namesSerialisationFailuresAsRetryable() throws {
        let url = try TemporaryPostgres.freshDatabase()
        let (one, two) = (
            try PostgresConnection(url: url, applicationName: "one"), try PostgresConnection(url: url, applicationName: "two")
        )
        try one.script("CREATE TABLE t (id integer); INSERT INTO t VALUES (1)")
        let error = try #require(throws: PostgresError.self) {
            try one.transaction(isolation: .repeatableRead) {
                _ = try one.query("SELECT FROM t")
                try two.execute("UPDATE t SET id = 2")
                try one.execute("UPDATE t SET id = 3")
            }
        }
        #expect(error.isRetryable)
    }

    @Test func aTransactionWithinATransactionTraps() async throws {
        let url = try TemporaryPostgres.freshDatabase()
        await #expect(processExitsWith: .failure) { [url = url as String] in
            let connection = try PostgresConnection(url: url, applicationName: "trap")
            try connection.transaction { try connection.transaction {} }
        }
    }
}
