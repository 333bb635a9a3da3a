internal import Glibc

/// A file that appears whole or not at all: written under another name beside its place, then renamed onto it. Mode 0600, also where
/// it replaces a file that others could read.
public final class AtomicFile {
    /// Bytes that are gathered before they are written.
    private static let chunk = 1 << 18

    /// Where it is to stand.
    public let path: String
    private let temporary: String
    private let descriptor: Descriptor
    private var gathered: [UInt8] = []
    private var isCommitted = false

    /// Begins the file; nothing stands at `path` before `commit`.
    ///
    /// - Throws: `notFound`, `notPermitted`, `readOnly`, `system`.
    public init(path: String) throws(ProcessError) {
        guard !path.isEmpty, !path.hasSuffix("/"), !FileSystem.isFolder(path) else {
            throw ProcessError(.system, "cannot write \(path.isEmpty ? "a file without a name" : path): a file's name is expected")
        }
        var template = "\(path).part-XXXXXX".utf8CString
        let number = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.map { unsafe mkstemp($0) } ?? -1
        }
        guard number >= 0 else { throw ProcessError(attempt: "cannot write \(path)", errno: errno) }
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        self.path = path
        descriptor = Descriptor(number: number)
        temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        if !isCommitted { _ = unsafe unlink(temporary) }
    }

    /// Adds bytes to the end.
    ///
    /// - Throws: `system`, such as for a full disk.
    public func write(_ bytes: some Sequence<UInt8>) throws(ProcessError) {
        gathered.append(contentsOf: bytes)
        if gathered.count >= Self.chunk { try flush() }
    }

    /// Puts the file where it belongs, safe against a power cut.
    ///
    /// - Throws: `notPermitted`, `readOnly`, `system`; nothing has changed at `path` then.
    public func commit() throws(ProcessError) {
        try flush()
        guard fsync(descriptor.number) == 0 else { throw ProcessError(attempt: "cannot write \(path)", errno: errno) }
        try FileSystem.rename(temporary, to: path)
        isCommitted = true
    }

    private func flush() throws(ProcessError) {
        var rest = gathered[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor.number, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw ProcessError(attempt: "cannot write \(path)", errno: errno) }
            rest = rest.dropFirst(written)
        }
        gathered.removeAll(keepingCapacity: true)
    }
}
