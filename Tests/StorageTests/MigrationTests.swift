import Foundation
import Postgres
import Storage
import Testing

@Suite struct MigrationTests {
    /// The repository's `migrations`, found from this file.
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../migrations").standardized

    @Test func embeddedTextIsThatOfTheFiles() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".sql") }.sorted()
        #expect(files.count == StoreMigrations.all.count)
        for (file, migration) in zip(files, StoreMigrations.all) {
            let number = String(migration.number)
            #expect(file == String(repeating: "0", count: 4 - number.count) + number + "_" + migration.name + ".sql")
            let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
            #expect(text == migration.sql, "\(file) has changed: run migrations/embed")
        }
    }

    @Test func everyColumnOfEveryViewHasACommentAndNoReservedName() throws {
        let store = try StoreFixture()
        let bare = try store.connection.query(
            """
            SELECT view.relname || '.' || attname AS name FROM pg_attribute JOIN pg_class AS view ON view.oid = attrelid
            WHERE relnamespace = 'understudy'::regnamespace AND attnum > 0 AND col_description(attrelid, attnum) IS NULL
            """
        ).map { try $0.text("name") }
        #expect(bare == [])
        let reserved = try store.connection.query(
            """
            SELECT attname AS name FROM pg_attribute JOIN pg_class AS view ON view.oid = attrelid
            JOIN pg_get_keywords() AS keyword ON keyword.word = attname AND catcode IN ('R', 'T')
            WHERE relnamespace = 'understudy'::regnamespace AND attnum > 0
            """
        ).map { try $0.text("name") }
        #expect(reserved == [])
    }

    @Test func everyViewBeginsWithWorkloadTrialAndCandidate() throws {
        let store = try StoreFixture()
        let views = try store.connection.query(
            """
            SELECT relname AS name, (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
                WHERE attrelid = view.oid AND attnum BETWEEN 1 AND 3) AS first
            FROM pg_class AS view WHERE relnamespace = 'understudy'::regnamespace AND relkind = 'v' ORDER BY 1
            """)
        #expect(views.count == 24)
        for view in views {
            let (name, first) = (try view.text("name"), try view.text("first"))
            #expect(first == "workload,trial,candidate", "\(name)")
        }
    }

    @Test func analystReadsTheViewsAndNothingElse() throws {
        let store = try StoreFixture()
        let analyst = try store.analyst()
        #expect(try analyst.query("SELECT * FROM pairs").isEmpty)
        for forbidden in [
            "SELECT * FROM understudy_store.call", "SELECT * FROM understudy_store.setting", "DELETE FROM understudy.trials",
            "CREATE TABLE understudy.mine (x int)", "SELECT understudy_store.make_partitions('2026-01-01', '2026-01-01')",
        ] {
            let error = #expect(throws: PostgresError.self, "\(forbidden)") { try analyst.execute(forbidden) }
            #expect(error?.sqlState == "42501", "\(forbidden): \(String(describing: error))")
        }
    }

    @Test func analystsSessionHasTheTimeoutAndNoJIT() throws {
        // Settings of a role belong to one database, which a template does not pass on.
        let settings = try StoreFixture.migratedAfresh().connection.query(
            """
            SELECT unnest(setconfig) AS setting FROM pg_db_role_setting
            WHERE setrole = 'understudy_analyst'::regrole AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        ).map { try $0.text("setting") }
        for expected in ["search_path=understudy", "jit=off", "statement_timeout=30s", "default_transaction_read_only=on"] {
            #expect(settings.contains(expected))
        }
    }
}
