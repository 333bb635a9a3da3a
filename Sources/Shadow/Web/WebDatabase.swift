internal import Postgres
internal import Telemetry

/// The one connection of the web role: opened when it is first needed, and again after it was lost. Used on the database thread only.
final class WebDatabase: @unchecked Sendable {
    // @unchecked: `connection` is touched on one thread, the web server's database thread.
    private let url: String
    private let log: Log
    private var connection: PostgresConnection?

    init(url: String, log: Log) {
        self.url = url
        self.log = log
    }

    /// What `make` answers; `failing` when it throws or there is no database.
    func reply(failing: WebReply, _ make: (PostgresConnection) throws -> WebReply) -> WebReply {
        do {
            let connection = try self.connection ?? PostgresConnection(url: url, applicationName: "understudy web")
            self.connection = connection
            return try make(connection)
        } catch {
            // A connection that failed may be lost: the next request opens another.
            connection = nil
            log.error("web", "\(error)")
            return failing
        }
    }
}
