internal import CSystem
internal import Glibc

/// A kernel lock on a file: it ends with its holder, however the holder ends, so it can never be stale.
public final class FileLock: Sendable {
    private let descriptor: Descriptor

    /// Takes the lock without waiting, making the file (mode 0600) if it is absent, and leaves this process's id in it.
    ///
    /// - Throws: `held` with the holder's process id, else what opening the file brought.
    public init(path: String) throws(ProcessError) {
        descriptor = try Descriptor(opening: path, O_RDWR | O_CREAT)
        let result = cs_lock(descriptor.number)
        guard result == 0 else {
            guard result == -EWOULDBLOCK else { throw ProcessError(attempt: "cannot lock \(path)", errno: -result) }
            let holder = Self.holder(path: path)
            throw ProcessError(.held(holder), "\(path) is locked by \(holder.map { "process \($0)" } ?? "another process")")
        }
        let line = Array("\(getpid())\n".utf8)
        // Only for the message to those who come second: a full disk does not matter.
        _ = unsafe ftruncate(descriptor.number, 0) == 0 && pwrite(descriptor.number, line, line.count, 0) == line.count
    }

    deinit { cs_unlock(descriptor.number) }

    /// The process that wrote its id into the lock's file last.
    private static func holder(path: String) -> Int32? {
        guard let bytes = readSmallFile(path) else { return nil }
        return Int32(String(decoding: bytes.prefix(while: { $0 != UInt8(ascii: "\n") }), as: UTF8.self))
    }
}

/// The first 64 KiB of a file; nil if it cannot be read.
func readSmallFile(_ path: String) -> [UInt8]? {
    guard let file = try? Descriptor(opening: path, O_RDONLY) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe read(file.number, &bytes, bytes.count)
    return count < 0 ? nil : Array(bytes[..<count])
}
