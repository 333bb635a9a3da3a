/// Why the embedded PostgreSQL, or the data folder it lives in, cannot be used.
public struct EmbeddedPostgresError: Error, Sendable, CustomStringConvertible {
    /// The kinds a caller may want to tell apart.
    public enum Code: Sendable, Equatable {
        /// PostgreSQL 15 or newer is not on this machine.
        case notInstalled
        /// The data folder cannot be made, written or entered, or holds something else.
        case folderUnusable
        /// Another process works on the data folder.
        case inUse
        /// The server did not start or does not end.
        case serverFailed
    }

    /// The kind of fault.
    public let code: Code
    /// One line that says what is wrong and what to do.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
