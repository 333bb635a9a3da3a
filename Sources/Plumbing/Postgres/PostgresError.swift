/// What went wrong between this process and PostgreSQL.
///
/// `description` is one line of plain English. Neither it nor any other field ever holds the password of the connection.
public struct PostgresError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds a caller may want to tell apart.
    public enum Code: Sendable, Equatable {
        /// The database URL cannot be understood.
        case invalidURL
        /// No connection could be made: nothing listens, wrong password, no such database, still starting up.
        case connectionFailed
        /// A connection that had worked is gone. Open a new one; whether a commit in flight took effect is unknown.
        case connectionLost
        /// The server refused a statement; `sqlState` says why.
        case serverError
        /// A value cannot be sent (text with a NUL) or a column does not hold what was asked for.
        case invalidValue
        /// The call does not fit the statement or the connection's state, such as a COPY through `query`.
        case wrongUse
        /// The database's migrations and this program's do not fit together.
        case migration
    }

    /// The kind of fault.
    public let code: Code
    /// The five-character SQLSTATE when the server named one, such as `23505`.
    public let sqlState: String?
    /// The primary message, one line, without its SQLSTATE.
    public let message: String
    /// The server's detail. It may quote stored values: show it to the operator, not in logs.
    public let detail: String?
    /// The server's hint on what to do.
    public let hint: String?
    /// Where it happened, as the server tells it, such as `COPY pair, line 3, column input`.
    public let context: String?
    /// The constraint that was violated, if one was.
    public let constraint: String?

    /// An error made by this module or by a caller that adds to it.
    public init(
        _ code: Code, _ message: String, sqlState: String? = nil, detail: String? = nil, hint: String? = nil, context: String? = nil,
        constraint: String? = nil
    ) {
        self.code = code
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
        self.context = context
        self.constraint = constraint
    }

    /// One line that says what happened and, where it is known, what to do.
    public var description: String {
        let advice = hint.map { " (\($0))" } ?? ""
        switch code {
        case .invalidURL, .invalidValue, .wrongUse, .migration:
            return message + advice
        case .connectionFailed:
            return "cannot connect to PostgreSQL: \(message)\(advice)"
        case .connectionLost:
            return "the connection to PostgreSQL was lost: \(message)"
        case .serverError:
            return "PostgreSQL refused a statement: \(message)\(sqlState.map { " [\($0)]" } ?? "")\(advice)"
        }
    }

    /// True for a serialisation failure or a deadlock: the same transaction may succeed when it is run again.
    public var isRetryable: Bool { sqlState == "40001" || sqlState == "40P01" }

    /// True when a statement ran longer than `statement_timeout` or was cancelled on request.
    public var isCancelled: Bool { sqlState == "57014" }

    /// True when a unique or exclusion constraint was violated.
    public var isUniqueViolation: Bool { sqlState == "23505" || sqlState == "23P01" }

    /// SQLSTATEs with which the server announces that it ends the connection: class 08, shutdowns, idle time-outs.
    static func endsConnection(_ sqlState: String) -> Bool {
        sqlState.hasPrefix("08") || ["57P01", "57P02", "57P03", "57P05", "25P03"].contains(sqlState)
    }

    /// libpq's messages come with line breaks and tabs; ours are one line.
    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: { $0.isWhitespace }).joined(separator: " ")
    }
}
