import Postgres
import TestSupport
import Testing

/// A connection to a database of the test's own.
func freshConnection(options: [String: String] = [:]) throws -> PostgresConnection {
    try PostgresConnection(url: TemporaryPostgres.freshDatabase(), applicationName: "connection tests", options: options)
}

@Suite struct ConnectionTests {
    @Test func plansAreNotCompiledUnlessASessionAsksForIt() throws {
        #expect(try freshConnection().query("SHOW jit")[0].text("jit") == "off")
        #expect(try freshConnection(options: ["jit": "on"]).query("SHOW jit")[0].text("jit") == "on")
    }

    @Test func bindsAndReadsEveryType() throws {
        let connection = try freshConnection()
        let rows = try connection.query(
            """
            SELECT $1::text AS text, $2::bigint AS int, $3 AS double, $4 AS bool, $5 AS bytes, $6 AS uuid, $7 AS timestamp,
                $8::jsonb AS json, $9 AS texts, $10 AS ints, $11 AS doubles, $12 AS uuids, $13::text AS nothing
            """,
            [
                .text("grüße 👋"), .int(.min), .double(0.1), .bool(true), .bytes([0, 255, 10]),
                .uuid(0x0193_4567_89AB_7DEF, 0x8123_4567_89AB_CDEF), .timestamp(1_763_925_640_123_456), .json(#"{"a": [1, null]}"#),
                .textArray(["a,b", "", "NULL", nil, #"q"\"#, "{x}"]), .intArray([1, nil, -3]), .doubleArray([0.5, nil]),
                .uuidArray([(1, 2)]), .null,
            ])
        let row = try #require(rows.first)
        #expect(rows.count == 1 && rows.columns.count == 13)
        #expect(try row.text("text") == "grüße 👋")
        #expect(try row.int("int") == Int(Int64.min))
        #expect(try row.double("double") == 0.1)
        #expect(try row.bool("bool"))
        #expect(try row.bytes("bytes") == [0, 255, 10])
        #expect(try row.uuid("uuid") == (0x0193_4567_89AB_7DEF, 0x8123_4567_89AB_CDEF))
        #expect(try row.text("uuid") == "01934567-89ab-7def-8123-456789abcdef")
        #expect(try row.timestamp("timestamp") == 1_763_925_640_123_456)
        #expect(try row.text("timestamp") == "2025-11-23 19:20:40.123456+00")
        #expect(try row.text("json") == #"{"a": [1, null]}"#)
        #expect(try row.textArray("texts") == ["a,b", "", "NULL", nil, #"q"\"#, "{x}"])
        #expect(try row.textArray("ints") == ["1", nil, "-3"])
        #expect(try row.textArray("doubles") == ["0.5", nil])
        #expect(try row.textArray("uuids") == ["00000000-0000-0001-0000-000000000002"])
        #expect(row.textOrNull("nothing") == nil && row.isNull("nothing") && !row.isNull("text"))
    }

    @Test func keepsEmptyValuesApartFromNull() throws {
        let row = try #require(
            try freshConnection().query(
                "SELECT $1::text AS text, $2 AS bytes, $3 AS texts, octet_length($2) AS length", [.text(""), .bytes([]), .textArray([])]
            ).first)
        #expect(try row.text("text") == "")
        #expect(try row.bytes("bytes") == [])
        #expect(try row.textArray("texts") == [])
        #expect(try row.int("length") == 0)
    }

    @Test(arguments: [0, 1, -1, 951_782_400_000_000, 951_868_799_999_999, -62_135_596_800_000_000, 253_402_300_799_999_999] as [Int64])
    func readsTheMomentThatWasBound(microseconds: Int64) throws {
        let row = try #require(try freshConnection().query("SELECT $1 AS moment", [.timestamp(microseconds)]).first)
        #expect(try row.timestamp("moment") == microseconds)
    }

    @Test func refusesWhatAColumnDoesNotHold() throws {
        let row = try #require(
            try freshConnection().query("SELECT 'secret words' AS words, NULL AS nothing, 'infinity'::timestamptz AS never").first)
        let error = try #require(throws: PostgresError.self) { try row.int("words") }
        #expect(error.code == .invalidValue && error.description == "column words does not hold a whole number")
        #expect(throws: PostgresError(.invalidValue, "column nothing is NULL where a value was expected")) { try row.text("nothing") }
        #expect(throws: PostgresError.self) { try row.timestamp("never") }
        #expect(throws: PostgresError.self) { try row.uuid("words") }
        #expect(throws: PostgresError.self) { try row.bytes("words") }
        #expect(throws: PostgresError.self) { try row.textArray("words") }
    }

    @Test func givesTheServersErrorWithItsState() throws {
        let connection = try freshConnection()
        try connection.script("CREATE TABLE t (id integer CONSTRAINT t_key PRIMARY KEY); INSERT INTO t VALUES (1)")
        let error = try #require(throws: PostgresError.self) { try connection.execute("INSERT INTO t VALUES ($1)", [.int(1)]) }
        #expect(error.code == .serverError && error.sqlState == "23505" && error.isUniqueViolation && error.constraint == "t_key")
        #expect(error.detail == "Key (id)=(1) already exists.")
        #expect(!error.description.contains("\n") && error.description.contains("[23505]"))
        #expect(try connection.query("SELECT 1 AS one").first?.int("one") == 1)
    }

    @Test func countsAffectedRows() throws {
        let connection = try freshConnection()
        try connection.script("CREATE TABLE t (id integer)")
        #expect(try connection.execute("INSERT INTO t SELECT generate_series(1, 5)") == 5)
        #expect(try connection.execute("UPDATE t SET id = 0 WHERE id > $1", [.int(3)]) == 2)
        #expect(try connection.execute("CREATE INDEX ON t (id)") == 0)
    }

    @Test func refusesTextWithNulBeforeItIsCutShort() throws {
        let connection = try freshConnection()
        let error = try #require(throws: PostgresError.self) { try connection.query("SELECT $1::text", [.text("a\u{0}b")]) }
        #expect(error.code == .invalidValue && error.description.contains("$1"))
    }

    @Test func carriesLongText() throws {
        let long = String(repeating: "0123456789abcdé ", count: 1_000_000)
        let row = try #require(try freshConnection().query("SELECT $1::text AS long, octet_length($1::text) AS bytes", [.text(long)]).first)
        #expect(try row.int("bytes") == long.utf8.count)
        #expect(try row.text("long") == long)
    }

    @Test func refusesCopyThroughQueryAndGoesOn() throws {
        let connection = try freshConnection()
        try connection.script("CREATE TABLE t (id integer)")
        for sql in ["COPY t FROM STDIN", "COPY t TO STDOUT"] {
            let error = try #require(throws: PostgresError.self) { try connection.query(sql) }
            #expect(error.code == .wrongUse)
            #expect(try connection.query("SELECT 1 AS one").first?.int("one") == 1)
        }
    }

    @Test func endsAStatementAtItsTimeout() throws {
        let connection = try freshConnection(options: ["statement_timeout": "50ms"])
        let error = try #require(throws: PostgresError.self) { try connection.query("SELECT pg_sleep(30)") }
        #expect(error.isCancelled && error.code == .serverError)
        #expect(connection.isAlive)
    }

    @Test func saysItsNameAndRefusesUnknownSettings() throws {
        let url = try TemporaryPostgres.freshDatabase()
        let connection = try PostgresConnection(url: url, applicationName: "the courier")
        let name = try connection.query("SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()").first
        #expect(try name?.text("application_name") == "the courier")
        let error = try #require(throws: PostgresError.self) {
            try PostgresConnection(url: url, applicationName: "x", options: ["no_such_setting": "1"])
        }
        #expect(error.code == .serverError)
    }

    @Test func noticesAnEndedSession() throws {
        let url = try TemporaryPostgres.freshDatabase()
        let connection = try PostgresConnection(url: url, applicationName: "victim")
        let other = try PostgresConnection(url: url, applicationName: "killer")
        #expect(connection.isAlive)
        try other.execute("SELECT pg_terminate_backend($1, 10000)", [.int(Int64(connection.serverProcessID))])
        #expect(!connection.isAlive)
        let error = try #require(throws: PostgresError.self) { try connection.query("SELECT 1") }
        #expect(error.code == .connectionLost)
        let again = try #require(throws: PostgresError.self) { try connection.query("SELECT 1") }
        #expect(again.code == .connectionLost)
    }

    @Test func namesASessionLostInTheMiddleOfAStatement() throws {
        let url = try TemporaryPostgres.freshDatabase()
        let connection = try PostgresConnection(url: url, applicationName: "victim")
        let error = try #require(throws: PostgresError.self) { try connection.query("SELECT pg_terminate_backend(pg_backend_pid())") }
        #expect(error.code == .connectionLost)
    }

    @Test func canBeCancelledFromAnotherThread() async throws {
        let url = try TemporaryPostgres.freshDatabase()
        let connection = try PostgresConnection(url: url, applicationName: "sleeper")
        let (canceller, pid) = (connection.canceller(), connection.serverProcessID)
        let cancelled = BackgroundWork {
            let other = try PostgresConnection(url: url, applicationName: "canceller")
            let sleeping = "SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'"
            while try other.query(sleeping, [.int(Int64(pid))]).isEmpty {}
            return canceller.cancel()
        }
        let error = try #require(throws: PostgresError.self) { try connection.query("SELECT pg_sleep(30)") }
        #expect(error.isCancelled)
        #expect(try await cancelled.value())
    }

    @Test func knocksWithoutLoggingIn() throws {
        let url = try TemporaryPostgres.freshDatabase()
        #expect(try PostgresConnection.reachability(of: url) == .accepting)
        #expect(try PostgresConnection.reachability(of: "postgresql:///x?host=/nowhere") == .unreachable)
        #expect(throws: PostgresError.self) { try PostgresConnection.reachability(of: "http://x") }
    }

    @Test func quotesNames() {
        #expect(PostgresConnection.quoted(#"store.we"ird"#) == #""store"."we""ird""#)
        #expect(PostgresConnection.quoted("a.b", dotted: false) == #""a.b""#)
    }
}
