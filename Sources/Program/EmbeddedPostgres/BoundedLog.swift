import Dispatch
import Glibc
import Processes
import Synchronization

/// Carries a child's messages into a file that cannot fill the disk: when it has grown to its limit it is renamed to `….1`, in
/// place of the one before, and a new one begins.
final class BoundedLog: Sendable {
    private let path: String
    private let limit: Int
    private let source: PipeReader
    private let tail = Mutex<[UInt8]>([])
    private let reading = DispatchGroup()
    private static let tailLimit = 8192

    /// Reads `source` to its end on a thread of its own.
    init(_ source: PipeReader, path: String, limit: Int = 8 << 20) {
        self.path = path
        self.limit = limit
        self.source = source
        DispatchQueue(label: "postgres log").async(group: reading) { self.carry() }
    }

    /// The newest complaint that ended the server, or the newest line. For after its end: waits until the last line has come.
    func lastComplaint() -> String? {
        // The pipe ends with the last process that holds it; one that hangs must not hang us.
        _ = reading.wait(timeout: .now() + 2)
        let lines = String(decoding: tail.withLock { $0 }, as: UTF8.self).split(separator: "\n")
        let line = lines.last { $0.contains("FATAL:") || $0.contains("PANIC:") } ?? lines.last
        // The date and process number before the level help nobody in an error message.
        guard let line, let level = ["FATAL:", "PANIC:"].compactMap({ line.firstRange(of: $0) }).first else { return line.map(String.init) }
        return String(line[level.lowerBound...])
    }

    private func carry() {
        var file = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        var size = max(0, Int(lseek(file, 0, SEEK_END)))
        while true {
            let bytes = source.read()
            if bytes.isEmpty { break }
            tail.withLock { tail in
                tail.append(contentsOf: bytes.suffix(Self.tailLimit))
                tail.removeFirst(max(0, tail.count - Self.tailLimit))
            }
            // A full disk loses log lines and nothing else.
            size += max(0, unsafe write(file, bytes, bytes.count))
            if size >= limit {
                _ = close(file)
                try? FileSystem.rename(path, to: "\(path).1")
                file = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
                size = 0
            }
        }
        _ = close(file)
    }
}
