import Postgres
import Processes
import TestSupport
import Testing

@Suite struct SupportTests {
    @Test func aTemporaryFolderGoesWithItsLastReference() throws {
        var folder: TemporaryFolder? = try TemporaryFolder()
        let path = try #require(folder?.path)
        try folder?.write("x", to: "file")
        #expect(FileSystem.smallText("\(path)/file") == "x")
        folder = nil
        #expect(!FileSystem.exists(path))
    }

    @Test func theRepositoryIsFoundThroughLinks() {
        #expect(FileSystem.exists("\(repositoryFolder())/Package.swift"))
    }

    @Test func aTemplateIsPreparedOnceAndDatabasesAreApart() throws {
        let prepare: (String) throws -> Void = {
            try PostgresConnection(url: $0, applicationName: "prepare").script("CREATE TABLE t (id integer)")
        }
        let urls = try (0..<2).map { _ in try TemporaryPostgres.freshDatabase(template: "support", prepare: prepare) }
        try PostgresConnection(url: urls[0], applicationName: "test").script("INSERT INTO t VALUES (1)")
        #expect(try urls.map { try PostgresConnection(url: $0, applicationName: "test").query("SELECT FROM t").count } == [1, 0])
    }
}
