internal import CLibPQ
import Glibc

/// A message sent by NOTIFY.
public struct PostgresNotification: Sendable, Equatable {
    /// The channel it was sent to.
    public let channel: String
    /// Its text, perhaps empty.
    public let payload: String
    /// The server process whose session sent it.
    public let senderProcessID: Int32
}

extension PostgresConnection {
    /// Begins to receive what is sent to `channel`, any name, until the connection ends. A pooler may drop notifications without
    /// a word: whoever relies on them polls as well.
    ///
    /// - Throws: `serverError`, `connectionLost`.
    public func listen(_ channel: String) throws(PostgresError) {
        _ = try run("LISTEN \(Self.quoted(channel, dotted: false))", [])
    }

    /// Sends `payload` (at most 7,999 bytes) to everyone who listens to `channel`; inside a transaction, at its commit.
    ///
    /// - Throws: `serverError`, `connectionLost`.
    public func notify(_ channel: String, _ payload: String = "") throws(PostgresError) {
        _ = try run("SELECT pg_notify($1, $2)", [.text(channel), .text(payload)])
    }

    /// Waits for the next notification; nil when none came in time. 0 looks without waiting.
    ///
    /// - Throws: `connectionLost`.
    public func waitForNotification(timeoutMilliseconds: Int) throws(PostgresError) -> PostgresNotification? {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .milliseconds(timeoutMilliseconds))
        while true {
            guard unsafe PQconsumeInput(pointer) == 1 else { throw failure() }
            if let notice = unsafe PQnotifies(pointer) {
                defer { unsafe PQfreemem(notice) }
                return PostgresNotification(
                    channel: unsafe String(cString: notice.pointee.relname), payload: unsafe String(cString: notice.pointee.extra),
                    senderProcessID: unsafe notice.pointee.be_pid)
            }
            let remaining = clock.now.duration(to: deadline)
            guard remaining > .zero else { return nil }
            // Rounded up, so that the last wait does not spin.
            let milliseconds = remaining.components.seconds * 1000 + remaining.components.attoseconds / 1_000_000_000_000_000 + 1
            var descriptor = pollfd(fd: unsafe PQsocket(pointer), events: Int16(POLLIN), revents: 0)
            // Nothing to do about an interrupted poll: the loop looks at the clock again.
            _ = unsafe poll(&descriptor, 1, Int32(clamping: milliseconds))
        }
    }
}
