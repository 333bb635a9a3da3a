import Postgres
import Testing

@Suite struct URLTests {
    @Test(arguments: [
        "", "nonsense", "http://host/db", "mysql://u:geheim@h/db", "postgresql://u:ge@heim@host/db", "postgresql://u:geheim/x@host/db",
        "postgresql://u:geheim@host:port/db", "postgresql://u:geheim@host/db?no_such_option=1", "postgresql://u:gehe%zzim@host/db",
        "host=x password='geheim",
    ])
    func refusesAMalformedURLWithoutRepeatingIt(url: String) throws {
        let error = try #require(throws: PostgresError.self) { try PostgresConnection(url: url, applicationName: "test") }
        #expect(error.code == .invalidURL)
        #expect(error.description.hasPrefix("the database URL is not valid"))
        #expect(!error.description.contains("heim") && !error.description.contains("geh"))
    }

    @Test(arguments: [
        "postgresql://user:geheim@127.0.0.1:1/db", "postgresql://user@127.0.0.1:1/db?password=geheim",
        "host=127.0.0.1 port=1 user=x password=geheim",
        "postgresql:///geheim?host=/geheim&password=geheim",
    ])
    func saysThatNothingAnswersWithoutThePassword(url: String) throws {
        let error = try #require(throws: PostgresError.self) { try PostgresConnection(url: url, applicationName: "test") }
        #expect(error.code == .connectionFailed)
        #expect(error.description.hasPrefix("cannot connect to PostgreSQL: "))
        #expect(!error.description.contains("geheim") && !error.description.contains("\n"))
        #expect(!String(reflecting: error).contains("geheim"))
    }

    @Test func translatesAURLForPsql() throws {
        let environment = try PostgresURL.environment(for: "postgresql://ana:p%40ss@db.example:6432/shadow?sslmode=require")
        #expect(
            environment == [
                "PGUSER": "ana", "PGPASSWORD": "p@ss", "PGHOST": "db.example", "PGPORT": "6432", "PGDATABASE": "shadow",
                "PGSSLMODE": "require",
            ])
    }

    @Test func refusesForPsqlWhatPsqlWouldNotGet() throws {
        #expect(throws: PostgresError.self) { try PostgresURL.environment(for: "postgresql://h/db?keepalives=1") }
    }
}
