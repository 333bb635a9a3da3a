internal import Glibc

/// Why a loop, a thread or a socket could not be had.
public struct EventLoopError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Sendable, Hashable {
        /// The text is no address.
        case invalidAddress
        /// The address is in use, not ours, or not permitted.
        case cannotListen
        /// The process is out of descriptors, threads or memory.
        case resources
        /// A certificate or key cannot be used.
        case tls
    }

    /// The kind of failure.
    public let code: Code
    /// The system's error number, or 0.
    public let errno: Int32
    /// One line that says what failed and what to do.
    public let message: String

    init(_ code: Code, errno: Int32 = 0, _ message: String) {
        self.code = code
        self.errno = errno
        self.message = message
    }

    /// The message, with the system's words where it has given any.
    public var description: String {
        guard errno != 0, let text = unsafe strerror(errno) else { return message }
        return unsafe "\(message) (\(String(cString: text)))"
    }
}
