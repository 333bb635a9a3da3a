internal import Glibc

/// Why a spool cannot be written or read.
public struct SpoolError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// The system refused an operation on a file or folder.
        case system
        /// The spool was written by a later version of this program.
        case newerVersion
    }

    public var code: Code
    /// The file or folder.
    public var path: String
    public var detail: String

    public init(code: Code, path: String, detail: String) {
        self.code = code
        self.path = path
        self.detail = detail
    }

    /// The system's reason for the last failed call.
    init(system operation: String, _ path: String, _ number: Int32 = errno) {
        self.init(code: .system, path: path, detail: "cannot \(operation): \(unsafe String(cString: strerror(number)))")
    }

    public var description: String {
        switch code {
        case .system: "spool \(path): \(detail)"
        case .newerVersion: "spool \(path): \(detail); ship it with the newer understudy that wrote it"
        }
    }
}
