internal import Glibc

/// Reads a spool while it is being written, and after.
///
/// Damaged bytes are skipped up to the next whole record and counted. Half a record at the end of the newest segment is not
/// yet written while the writer lives, and skipped once it is gone.
public struct SpoolReader: Sendable {
    public let folder: SpoolFolder

    /// Records of one batch at most: two thousand pairs and their calls.
    public static let batchRecords = 4000
    /// Bytes of the file that one batch takes, about.
    public static let batchBytes = 8 << 20
    /// Bytes that are read from the file at a time: most batches are full of records long before `batchBytes`.
    private static let windowBytes = 1 << 20

    public init(_ folder: SpoolFolder) { self.folder = folder }

    /// Reads records from a position on: at most so many, and about so many bytes of the file but at least one record. Moves on
    /// to the next segment when one is read to its end; a batch never spans two.
    ///
    /// Throws when a file cannot be read or a later version wrote it.
    public func read(
        from position: SpoolPosition, maximumRecords: Int = SpoolReader.batchRecords, maximumBytes: Int = SpoolReader.batchBytes
    ) throws(SpoolError) -> SpoolBatch {
        // Both are asked before the file is read: what is not in the file then will never be.
        let isAbandoned = !folder.isBeingWritten
        let segments = try folder.segments()
        guard let segment = segments.first(where: { $0 >= position.segment }) else { return SpoolBatch(next: position) }
        let start = SpoolPosition(segment: segment, offset: segment == position.segment ? position.offset : 0)
        let following = segments.first { $0 > segment }
        let file = try SegmentContent(path: folder.file(segment))
        var batch = SpoolBatch(next: start)
        let isFinal = following != nil || isAbandoned
        let isAtEnd = try read(file, from: start, isFinal: isFinal, maximumRecords, maximumBytes, into: &batch)
        if isAtEnd, let following { batch.next = SpoolPosition(segment: following, offset: 0) }
        return batch
    }

    /// Whether everything up to a position is all that the spool will ever hold: its writer is gone.
    public func isDrained(at position: SpoolPosition) throws(SpoolError) -> Bool {
        guard !folder.isBeingWritten else { return false }
        let batch = try read(from: position, maximumRecords: 1)
        return batch.entries.isEmpty && batch.isIdle(from: position)
    }

    /// Fills a batch from one segment; whether its end is reached.
    private func read(
        _ file: SegmentContent, from start: SpoolPosition, isFinal: Bool, _ maximumRecords: Int, _ maximumBytes: Int,
        into batch: inout SpoolBatch
    ) throws(SpoolError) -> Bool {
        guard let format = try header(of: file) else {
            // Not even a header: the writer is about to write it, or died before it could.
            if isFinal { skip(to: file.size, &batch) }
            return isFinal
        }
        var offset = max(Int(start.offset), SegmentFormat.headerBytes)
        batch.next.offset = UInt64(offset)
        var window = try file.bytes(offset, SpoolReader.windowBytes)
        var windowStart = offset
        let limit = offset + maximumBytes
        while batch.entries.count < maximumRecords, offset < file.size, offset < limit || batch.entries.isEmpty {
            switch format.frame(in: window[...], at: offset - windowStart) {
            case .record(let type, let payload):
                take(type, window[payload], SpoolPosition(segment: start.segment, offset: UInt64(offset)), &batch)
                offset = windowStart + payload.upperBound
                batch.next.offset = UInt64(offset)
            case .incomplete(let needed) where offset + needed <= file.size:
                // The window is too small for it.
                if offset + needed > limit, !batch.entries.isEmpty { return false }
                window = try file.bytes(offset, max(needed, SpoolReader.windowBytes))
                windowStart = offset
            case .incomplete, .damaged:
                guard let next = try nextRecord(in: file, after: offset, format) else {
                    // Nothing whole follows: the rest is being written, or never will be.
                    guard isFinal else { return false }
                    skip(to: file.size, &batch)
                    return true
                }
                skip(to: next, &batch)
                offset = next
                window = try file.bytes(offset, SpoolReader.windowBytes)
                windowStart = offset
            }
        }
        return offset >= file.size && isFinal
    }

    private func header(of file: SegmentContent) throws(SpoolError) -> SegmentFormat? {
        switch SegmentFormat.readHeader(try file.bytes(0, SegmentFormat.headerBytes + SegmentFormat.frameBytes)[...]) {
        case .whole(let format), .damaged(let format): return format
        case .incomplete: return nil
        case .newerVersion(let version):
            throw SpoolError(
                code: .newerVersion, path: file.path, detail: "has format version \(version), this program knows \(SegmentFormat.version)")
        }
    }

    private func take(_ type: UInt8, _ payload: ArraySlice<UInt8>, _ position: SpoolPosition, _ batch: inout SpoolBatch) {
        do throws(MalformedRecord) {
            if let record = try SpoolRecord(type: type, payload: payload) {
                batch.entries.append(SpoolEntry(record: record, position: position))
                return
            }
        } catch {}
        batch.unreadRecords += 1
    }

    private func skip(to offset: Int, _ batch: inout SpoolBatch) {
        batch.damagedBytes += offset - Int(batch.next.offset)
        batch.next.offset = UInt64(offset)
    }

    /// Where the next whole record begins behind a damaged one; nil when none does.
    private func nextRecord(in file: SegmentContent, after offset: Int, _ format: SegmentFormat) throws(SpoolError) -> Int? {
        let step = 4 << 20
        var from = offset + 1
        while from < file.size {
            let window = try file.bytes(from, step + 8)
            var candidate = 0
            while let found = format.nextMarker(in: window[...], from: candidate), found < step {
                if try isWhole(file, format, at: from + found) { return from + found }
                candidate = found + 1
            }
            from += step
        }
        return nil
    }

    private func isWhole(_ file: SegmentContent, _ format: SegmentFormat, at offset: Int) throws(SpoolError) -> Bool {
        var bytes = try file.bytes(offset, SegmentFormat.frameBytes)
        if case .incomplete(let needed) = format.frame(in: bytes[...], at: 0), offset + needed <= file.size {
            bytes = try file.bytes(offset, needed)
        }
        if case .record = format.frame(in: bytes[...], at: 0) { return true }
        return false
    }
}

/// A segment's file as it was when it was opened.
struct SegmentContent {
    let path: String
    /// Bytes at the time of opening: what is written later is not looked at.
    let size: Int
    private let descriptor: Descriptor

    init(path: String) throws(SpoolError) {
        self.path = path
        let opened = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw SpoolError(system: "open", path) }
        descriptor = Descriptor(opened)
        var status = stat()
        guard unsafe fstat(opened, &status) == 0 else { throw SpoolError(system: "look at", path) }
        size = Int(status.st_size)
    }

    /// The bytes from an offset on, as many as there are up to `count`.
    func bytes(_ offset: Int, _ count: Int) throws(SpoolError) -> [UInt8] {
        let wanted = max(0, min(count, size - offset))
        var bytes = [UInt8](repeating: 0, count: wanted)
        var filled = 0
        while filled < wanted {
            let count = unsafe bytes.withUnsafeMutableBytes {
                unsafe pread(descriptor.number, $0.baseAddress! + filled, wanted - filled, off_t(offset + filled))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SpoolError(system: "read", path) }
            // Cut shorter since it was opened: the writer took back half a record.
            if count == 0 { return Array(bytes[..<filled]) }
            filled += count
        }
        return bytes
    }
}
