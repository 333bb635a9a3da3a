internal import Glibc
internal import Processes
import Traffic

/// An open file that is closed with its last owner.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Makes what was written survive a power cut.
    func sync() -> Bool { fsync(number) == 0 }

    /// Writes all of the bytes; false leaves `errno`, with some of them perhaps written.
    func write(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// The segment that is being written; owned by the writer's thread.
struct SegmentFile {
    let descriptor: Descriptor
    let number: UInt64
    let format: SegmentFormat
    /// Bytes after which the next one begins.
    let limit: Int
    /// Bytes of whole records, header included.
    private(set) var size: Int

    private let startedAt = SegmentFile.now()

    /// Nanoseconds since it was begun.
    var age: UInt64 { SegmentFile.now() - startedAt }

    /// The monotonic clock.
    private static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Whether it holds no record.
    var isEmpty: Bool { size == SegmentFormat.headerBytes }

    /// Makes the file of a segment with its header; nil leaves `errno`.
    init?(_ number: UInt64, in folder: SpoolFolder, limit: Int) {
        let path = folder.file(number)
        let opened = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        guard opened >= 0 else { return nil }
        descriptor = Descriptor(opened)
        self.number = number
        self.limit = limit
        format = SegmentFormat(marker: UInt64.random(in: 1...UInt64.max))
        let header = SegmentFormat.header(spool: folder.id, segment: number, marker: format.marker)
        size = header.count
        guard descriptor.write(header[...]) else {
            let reason = errno
            unsafe unlink(path)
            errno = reason
            return nil
        }
    }

    /// Appends whole frames. When that fails, what was written of them is taken back; should even that fail, the segment is
    /// not whole any more and `isBroken`.
    mutating func append(_ frames: [UInt8]) -> Bool {
        Failpoint.reach("append.before")
        if Failpoint.isArmed("append.half") {
            _ = descriptor.write(frames[..<(frames.count / 2)])
            kill(getpid(), SIGKILL)
        }
        guard descriptor.write(frames[...]) else {
            isBroken = ftruncate(descriptor.number, off_t(size)) != 0
            return false
        }
        Failpoint.reach("append.after")
        size += frames.count
        return true
    }

    /// Something half written could not be taken back: the next record needs a new segment.
    private(set) var isBroken = false
}
