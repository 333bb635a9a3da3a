internal import Glibc
internal import Processes

/// Why a file could not be read or written, in the system's words.
struct LocalFileError: Error {
    var code: Int32
    var reason: String

    init(code: Int32) {
        self.code = code
        reason = unsafe String(cString: strerror(code))
    }

    init(reason: String) {
        code = 0
        self.reason = reason
    }

    var isMissing: Bool { code == ENOENT }
}

/// A file of settings on this machine.
struct LocalFile {
    /// Absolute, or relative to the working folder.
    let path: String

    init(_ path: String) { self.path = path }

    /// A path that starts from a folder unless it is absolute; the result is absolute.
    init(_ path: String, in folder: String) {
        var joined = path.hasPrefix("/") ? path : folder + "/" + path
        if !joined.hasPrefix("/"), let working = unsafe getcwd(nil, 0) {
            joined = unsafe String(cString: working) + "/" + joined
            unsafe free(working)
        }
        var parts: [Substring] = []
        for part in joined.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(part) }
        }
        self.path = "/" + parts.joined(separator: "/")
    }

    var exists: Bool { unsafe access(path, F_OK) == 0 }

    /// The folder that holds it.
    var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// All of its bytes; a file longer than `limit` is an error, and so is whatever is no regular file.
    func read(limit: Int) throws(LocalFileError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw LocalFileError(code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw LocalFileError(code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw LocalFileError(reason: "it is not a regular file") }
        guard status.st_size <= limit else {
            throw LocalFileError(reason: "it has \(status.st_size) bytes, more than the \(limit) allowed")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw LocalFileError(code: errno) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
        throw LocalFileError(reason: "it has more than the \(limit) bytes allowed")
    }

    /// Replaces the file's content so that readers see the old or the new one whole, also after a power cut. Mode 0600.
    func replace(with bytes: [UInt8]) throws(LocalFileError) {
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LocalFileError(code: errno) }
        let failure = LocalFile.write(bytes, to: descriptor)
        close(descriptor)
        Failpoint.reach("settings.written")
        guard failure == 0, unsafe rename(temporary, path) == 0 else {
            let code = failure == 0 ? errno : failure
            unsafe unlink(temporary)
            throw LocalFileError(code: code)
        }
        let directory = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    /// Writes and flushes everything; 0, or the error's number.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            written += count
        }
        return fsync(descriptor) == 0 ? 0 : errno
    }
}
