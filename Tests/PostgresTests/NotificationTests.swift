import Postgres
import TestSupport
import Testing

@Suite struct NotificationTests {
    @Test func arrivesFromAnotherSessionAtItsCommit() throws {
        let url = try TemporaryPostgres.freshDatabase()
        let (listener, sender) = (
            try PostgresConnection(url: url, applicationName: "listener"), try PostgresConnection(url: url, applicationName: "sender")
        )
        try listener.listen("Odd \"channel\".name")
        try sender.transaction {
            try sender.notify("Odd \"channel\".name", "first")
            #expect(try listener.waitForNotification(timeoutMilliseconds: 20) == nil)
        }
        try sender.notify("Odd \"channel\".name", "grüße")
        try sender.notify("another", "not for us")
        let first = try #require(try listener.waitForNotification(timeoutMilliseconds: 10_000))
        #expect(first.payload == "first" && first.channel == "Odd \"channel\".name" && first.senderProcessID == sender.serverProcessID)
        #expect(try listener.waitForNotification(timeoutMilliseconds: 10_000)?.payload == "grüße")
        #expect(try listener.waitForNotification(timeoutMilliseconds: 0) == nil)
    }

    @Test func wakesAWaitingThread() async throws {
        let url = try TemporaryPostgres.freshDatabase()
        let listener = try PostgresConnection(url: url, applicationName: "listener")
        try listener.listen("news")
        let sent = BackgroundWork {
            try PostgresConnection(url: url, applicationName: "sender").notify("news", "now")
        }
        #expect(try listener.waitForNotification(timeoutMilliseconds: 30_000)?.payload == "now")
        try await sent.value()
    }

    @Test func aLostConnectionEndsTheWait() throws {
        let url = try TemporaryPostgres.freshDatabase()
        let listener = try PostgresConnection(url: url, applicationName: "listener")
        try listener.listen("news")
        let other = try PostgresConnection(url: url, applicationName: "killer")
        try other.execute("SELECT pg_terminate_backend($1, 10000)", [.int(Int64(listener.serverProcessID))])
        let error = try #require(throws: PostgresError.self) { try listener.waitForNotification(timeoutMilliseconds: 30_000) }
        #expect(error.code == .connectionLost)
    }
}
