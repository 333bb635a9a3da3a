/// Why the store refuses something that the database itself would take, or cannot read what is in it.
public struct StorageError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// The request does not fit what is stored: too many candidates, files that disagree…
        case refused
        /// What was asked about is not there.
        case notFound
        /// A stored value is not what this version writes.
        case unreadable
    }

    public var code: Code
    /// One line: what happened and what to do.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
