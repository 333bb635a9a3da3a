internal import Glibc

/// A text file of one JSON object a line.
public struct LineFile: Sendable {
    /// As faults name it.
    public let name: String
    public let bytes: [UInt8]

    /// Takes bytes that are in memory already.
    public init(_ bytes: [UInt8], name: String) {
        self.name = name
        self.bytes = bytes
    }

    /// Reads a file. Throws in words when that cannot be done.
    public init(path: String) throws(UnreadableFileError) {
        name = path
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LineFile.unreadable(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw LineFile.unreadable(path, errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw LineFile.unreadable(path, EISDIR) }
        // A pipe has no size: it is read piece by piece.
        let piece = max(1 << 16, Int(status.st_size) + 1)
        var bytes: [UInt8] = []
        var failure: Int32 = 0
        var ended = false
        while !ended, failure == 0 {
            let part = unsafe [UInt8](unsafeUninitializedCapacity: piece) { buffer, count in
                while count < buffer.count {
                    let got = unsafe read(descriptor, buffer.baseAddress! + count, buffer.count - count)
                    if got > 0 { count += got } else if got == 0 { ended = true } else if errno != EINTR { failure = errno }
                    if ended || failure != 0 { return }
                }
            }
            if bytes.isEmpty { bytes = part } else { bytes += part }
        }
        guard failure == 0 else { throw LineFile.unreadable(path, failure) }
        self.bytes = bytes
    }

    private static func unreadable(_ path: String, _ code: Int32) -> UnreadableFileError {
        UnreadableFileError(description: "\(path) cannot be read: \(unsafe String(cString: strerror(code)))")
    }

    /// The lines that are not blank, with their numbers from 1. A line may end with CR LF; a byte-order mark is left out.
    public func forEachLine(_ body: (_ number: Int, _ range: Range<Int>) throws -> Void) rethrows {
        var number = 0
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while start < bytes.count {
            let end = endOfLine(from: start)
            number += 1
            if bytes[start..<end].contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) { try body(number, start..<end) }
            start = end + 1
        }
    }

    private func endOfLine(from start: Int) -> Int {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let found = unsafe memchr(buffer.baseAddress! + start, 0x0A, buffer.count - start) else { return buffer.count }
            return unsafe UnsafeRawPointer(found) - buffer.baseAddress!
        }
    }
}

/// Why a file cannot be read, in one line.
public struct UnreadableFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
}
