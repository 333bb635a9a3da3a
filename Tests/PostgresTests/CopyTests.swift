import Postgres
import TestSupport
import Testing

@Suite struct CopyTests {
    private struct Refusal: Error {}

    private static let columns = [
        "words", "small", "whole", "big", "exact", "coarse", "truth", "id", "moment", "bytes", "json", "day", "list",
    ]

    private func table() throws -> PostgresConnection {
        let connection = try freshConnection()
        try connection.script(
            """
            CREATE SCHEMA store;
            CREATE TABLE store.t (words text, small smallint, whole integer, big bigint, exact double precision, coarse real,
                truth boolean, id uuid, moment timestamptz, bytes bytea, json jsonb, day date, list text[])
            """)
        return connection
    }

    @Test func storesEveryType() throws {
        let connection = try table()
        let copied = try connection.copyIn("store.t", columns: Self.columns) { copy in
            copy.row { row in
                row.text("grüße, \"x\"\n\t\\N")
                row.int2(-2)
                row.int4(.min)
                row.int8(.max)
                row.double(-1.5e300)
                row.float(0.25)
                row.bool(true)
                row.uuid(0x0193_4567_89AB_7DEF, 0x8123_4567_89AB_CDEF)
                row.timestamptz(-1)
                row.bytea([0, 1, 255])
                row.jsonb(#"{"b": "é", "a": 1}"#)
                row.date(20_780)
                row.textArray(["a", nil, "NULL", ""])
            }
            copy.row { row in for _ in Self.columns { row.null() } }
        }
        #expect(copied == 2)
        let rows = try connection.query("SELECT * FROM store.t")
        let row = rows[0]
        #expect(try row.text("words") == "grüße, \"x\"\n\t\\N")
        #expect(try row.int("small") == -2 && row.int("whole") == Int(Int32.min) && row.int("big") == Int.max)
        #expect(try row.double("exact") == -1.5e300 && row.double("coarse") == 0.25)
        #expect(try row.bool("truth") && row.uuid("id") == (0x0193_4567_89AB_7DEF, 0x8123_4567_89AB_CDEF))
        #expect(try row.text("moment") == "1969-12-31 23:59:59.999999+00" && row.timestamp("moment") == -1)
        #expect(try row.bytes("bytes") == [0, 1, 255])
        #expect(try row.text("json") == #"{"a": 1, "b": "é"}"#)
        #expect(try row.text("day") == "2026-11-23")
        #expect(try row.textArray("list") == ["a", nil, "NULL", ""])
        #expect(Self.columns.allSatisfy { rows[1].isNull($0) })
    }

    @Test func storesManyRowsInOneCopy() throws {
        let connection = try freshConnection()
        try connection.script("CREATE TABLE t (id bigint, words text)")
        let words = String(repeating: "x", count: 300)
        let copied = try connection.copyIn("t", columns: ["id", "words"]) { copy in
            for number in 0..<20_000 {
                copy.row {
                    $0.int8(Int64(number))
                    $0.text(words)
                }
            }
        }
        #expect(copied == 20_000)
        let sum = try #require(try connection.query("SELECT sum(id) AS sum, count(DISTINCT words) AS n FROM t").first)
        #expect(try sum.int("sum") == 199_990_000 && sum.int("n") == 1)
    }

    @Test func anEmptyCopyStoresNothing() throws {
        #expect(try table().copyIn("store.t", columns: ["words"]) { _ in } == 0)
    }

    @Test func aRefusedRowFailsTheWholeCopyAndNamesItsLine() throws {
        let connection = try table()
        for (bad, state) in [("nul \u{0}", "22021"), ("{", "22P02"), (#""\u0000""#, "22P05"), (#""\ud800""#, "22P02")] {
            let column = state == "22021" ? "words" : "json"
            let error = try #require(throws: PostgresError.self) {
                try connection.copyIn("store.t", columns: [column]) { copy in
                    for text in ["1", "2", bad] { copy.row { column == "json" ? $0.jsonb(text) : $0.text(text) } }
                }
            }
            #expect(error.code == .serverError && error.sqlState == state, "\(bad): \(error)")
            #expect(error.context?.contains("line 3, column \(column)") == true)
        }
        #expect(try connection.query("SELECT FROM store.t").isEmpty)
    }

    @Test func aSavepointLetsTheTransactionSurviveARefusedCopy() throws {
        let connection = try table()
        try connection.transaction {
            try connection.copyIn("store.t", columns: ["words"]) { $0.row { $0.text("kept") } }
            #expect(throws: PostgresError.self) {
                try connection.savepoint { try connection.copyIn("store.t", columns: ["words"]) { $0.row { $0.text("\u{0}") } } }
            }
        }
        #expect(try connection.query("SELECT words FROM store.t").map { try $0.text("words") } == ["kept"])
    }

    @Test func whatTheFillThrowsEndsTheCopy() throws {
        let connection = try table()
        #expect(throws: Refusal.self) {
            try connection.copyIn("store.t", columns: ["words"]) { copy in
                copy.row { $0.text("one") }
                throw Refusal()
            }
        }
        #expect(try connection.query("SELECT FROM store.t").isEmpty)
    }

    @Test func aRowThatThrowsIsLeftOut() throws {
        let connection = try table()
        try connection.copyIn("store.t", columns: ["words", "small"]) { copy in
            try? copy.row { row throws(Refusal) in
                row.text("half")
                throw Refusal()
            }
            copy.row {
                $0.text("whole")
                $0.int2(1)
            }
        }
        #expect(try connection.query("SELECT words FROM store.t").map { try $0.text("words") } == ["whole"])
    }

    @Test func anUnknownTableIsTheServersError() throws {
        let connection = try freshConnection()
        let error = try #require(throws: PostgresError.self) { try connection.copyIn("nowhere", columns: ["x"]) { _ in } }
        #expect(error.sqlState == "42P01")
        #expect(connection.isAlive && !connection.inTransaction)
    }

    @Test func aSessionLostDuringTheCopyIsReportedAsLost() throws {
        let url = try TemporaryPostgres.freshDatabase()
        let connection = try PostgresConnection(url: url, applicationName: "victim")
        let other = try PostgresConnection(url: url, applicationName: "killer")
        try connection.script("CREATE TABLE t (words text)")
        let error = try #require(throws: PostgresError.self) {
            try connection.copyIn("t", columns: ["words"]) { copy in
                try other.execute("SELECT pg_terminate_backend($1, 10000)", [.int(Int64(connection.serverProcessID))])
                for _ in 0..<1000 { copy.row { $0.text(String(repeating: "x", count: 10_000)) } }
            }
        }
        #expect(error.code == .connectionLost)
        #expect(try other.query("SELECT FROM t").isEmpty)
    }

    @Test func aMissingValueTraps() async throws {
        let url = try TemporaryPostgres.freshDatabase()
        await #expect(processExitsWith: .failure) { [url = url as String] in
            let connection = try PostgresConnection(url: url, applicationName: "trap")
            try connection.script("CREATE TABLE t (a text, b text)")
            try connection.copyIn("t", columns: ["a", "b"]) { $0.row { $0.text("one") } }
        }
    }
}
