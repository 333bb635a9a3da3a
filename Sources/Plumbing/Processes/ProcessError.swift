import Glibc

/// A fault of the operating system, or of what was asked of it, about processes, files and locks.
public struct ProcessError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds a caller may want to tell apart.
    public enum Code: Sendable, Equatable {
        /// The file, folder or program does not exist.
        case notFound
        /// This user may not do that.
        case notPermitted
        /// The file system is mounted read-only.
        case readOnly
        /// Somebody else holds the lock; the number is the holder's process id where it is known.
        case held(Int32?)
        /// Anything else.
        case system
    }

    /// The kind of fault.
    public let code: Code
    /// One line that says what could not be done and why.
    public let description: String

    /// An error with its own words.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// An error from an errno.
    ///
    /// - Parameter attempt: what was tried, such as `cannot create /var/lib/x`.
    public init(attempt: String, errno number: Int32) {
        switch number {
        case ENOENT: code = .notFound
        case EACCES, EPERM: code = .notPermitted
        case EROFS: code = .readOnly
        default: code = .system
        }
        // glibc's strerror is thread-safe since 2.32.
        description = "\(attempt): \(unsafe String(cString: strerror(number)))"
    }
}
