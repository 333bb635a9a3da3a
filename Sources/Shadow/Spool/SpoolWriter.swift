internal import Glibc
internal import Processes
import Traffic

/// How much a spool may hold, and how often it is flushed.
public struct SpoolLimits: Sendable, Hashable {
    /// A new segment begins when one would grow beyond this, or beyond a part of the disk's free room.
    public var segmentBytes: Int
    /// A new segment begins when one is older than this, so that what is shipped can be removed even where little is written.
    public var segmentNanoseconds: UInt64
    /// What all spools in the root folder together may hold; beyond it new records are refused.
    public var maximumBytes: UInt64
    /// Records that may wait for the writer's thread.
    public var queueRecords: Int
    /// Their bytes, roughly.
    public var queueBytes: Int
    /// How often written records are made safe against a power cut; 0 does it with every write. A killed process loses
    /// nothing that was written either way.
    public var syncNanoseconds: UInt64

    public init(
        segmentBytes: Int = 64 << 20, segmentNanoseconds: UInt64 = 3_600_000_000_000, maximumBytes: UInt64 = 8 << 30,
        queueRecords: Int = 65_536, queueBytes: Int = 256 << 20, syncNanoseconds: UInt64 = 1_000_000_000
    ) {
        self.segmentBytes = segmentBytes
        self.segmentNanoseconds = segmentNanoseconds
        self.maximumBytes = maximumBytes
        self.queueRecords = queueRecords
        self.queueBytes = queueBytes
        self.syncNanoseconds = syncNanoseconds
    }
}

/// How a writer stands.
public struct SpoolState: Sendable, Hashable {
    /// Records accepted and not yet in the file.
    public var queued = 0
    /// Records written since the start.
    public var written = 0
    /// Records that `append` refused since the start.
    public var refused = 0
    /// Records that were accepted but could not be written before the end, or were larger than a record can be.
    public var lost = 0
    /// Bytes of all spools in the root folder, measured at each flush.
    public var bytesOnDisk: UInt64 = 0
    /// The disk or the cap is full, or the file cannot be written: nothing is accepted until it can.
    public var isFull = false
    /// The system's reason, while `isFull`; empty at the cap.
    public var reason = ""
    /// Flushes that the system said it could not do.
    public var syncFailures = 0
}

/// Writes records to a spool of its own under a root folder, on its own thread, so that nobody else waits for the disk.
///
/// Records are written with `write(2)` as soon as they come, but for some milliseconds after a write, in which further ones gather.
/// While the disk is full nothing new is accepted, and what had been accepted is kept and tried again. The owner calls `close()` once
/// at the end.
public final class SpoolWriter: Sendable {
    /// The spool that this writer fills.
    public let folder: SpoolFolder

    private struct Shared {
        var queue: [SpoolRecord] = []
        var queueBytes = 0
        var inHand = 0
        var isClosing = false
        var isClosed = false
        var state = SpoolState()
        var current: Descriptor?
        /// Segments that were left for new ones, not yet flushed.
        var retired: [Descriptor] = []
        var needsSync = false
        var needsFolderSync = true
    }

    private static let chunkBytes = 256 << 10
    private static let retryNanoseconds: UInt64 = 200_000_000
    /// How long the writer lets records gather: it then wakes and writes once for many. A tenth of the time that a record may take.
    private static let gatheringMicroseconds: UInt32 = 5_000

    private let root: String
    private let limits: SpoolLimits
    private let monitor = Monitor(Shared())
    /// Holds the kernel's lock that says the writer lives.
    private let lock: Descriptor
    private let threads: Monitor<[SystemThread]> = Monitor([])

    /// Makes the root folder if need be, and in it a new spool. Throws when the system refuses that.
    public init(root: String, limits: SpoolLimits = SpoolLimits()) throws(SpoolError) {
        self.root = root
        self.limits = limits
        guard unsafe mkdir(root, 0o700) == 0 || errno == EEXIST else { throw SpoolError(system: "make the folder", root) }
        (folder, lock) = try SpoolWriter.makeSpool(in: root)
        monitor.withLock { $0.state.bytesOnDisk = SpoolFolder.totalSize(in: root) }
        threads.withLock { threads in
            threads = [SystemThread { [self] in writeLoop() }, SystemThread { [self] in syncLoop() }]
        }
    }

    /// The folder gets its name when its lock is held: nobody ever sees a live spool without one.
    private static func makeSpool(in root: String) throws(SpoolError) -> (SpoolFolder, Descriptor) {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        let id = Identifier(at: Timestamp(microseconds: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000))
        let path = "\(root)/\(id)"
        let unfinished = "\(root)/.new-\(id)"
        guard unsafe mkdir(unfinished, 0o700) == 0 else { throw SpoolError(system: "make the folder", unfinished) }
        let lock = unsafe open(unfinished + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw SpoolError(system: "make", unfinished + "/lock") }
        let descriptor = Descriptor(lock)
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw SpoolError(system: "lock", unfinished + "/lock") }
        guard unsafe rename(unfinished, path) == 0 else { throw SpoolError(system: "name the folder", path) }
        return (SpoolFolder(id: id, path: path), descriptor)
    }

    /// Hands a record over; any thread, never waits. False when it is refused because the queue, the disk or the cap is full or
    /// the writer is closed: the caller counts what it sheds.
    public func append(_ record: SpoolRecord) -> Bool {
        let bytes = record.approximateBytes
        let accepted = monitor.withLock { shared in
            guard !shared.isClosing, !shared.state.isFull, shared.state.queued < limits.queueRecords,
                shared.queueBytes + bytes <= limits.queueBytes || shared.state.queued == 0
            else {
                shared.state.refused += 1
                return false
            }
            shared.queue.append(record)
            shared.queueBytes += bytes
            shared.state.queued += 1
            return true
        }
        if accepted { monitor.wake(.work) }
        return accepted
    }

    /// How the writer stands now.
    public var state: SpoolState { monitor.withLock { $0.state } }

    /// Waits until all that was accepted is in the file; false when the disk is full and that cannot be.
    public func flush() -> Bool {
        monitor.wait(on: .rest, until: { $0.state.queued == 0 || $0.state.isFull || $0.isClosed }, then: { $0.state.queued == 0 })
    }

    /// Writes and flushes what was accepted, then gives up the lock. What cannot be written counts as lost. Later calls do
    /// nothing.
    public func close() {
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        monitor.withLock { $0.isClosing = true }
        monitor.wake(.work)
        monitor.wake(.watch)
        monitor.wake(.rest)
        for thread in running { thread.join() }
        syncNow()
        monitor.withLock { $0.isClosed = true }
        monitor.wake(.rest)
        flock(lock.number, LOCK_UN)
    }

    // MARK: the writer's thread

    private func writeLoop() {
        var segment: SegmentFile?
        var inHand: ArraySlice<SpoolRecord> = []
        var nextSegment: UInt64 = 1
        var hasWritten = false
        while true {
            let isBlocked = !inHand.isEmpty
            let isFilling = segment.map { !$0.isEmpty } ?? false
            if hasWritten, !isBlocked { usleep(SpoolWriter.gatheringMicroseconds) }
            let isClosing = monitor.wait(
                on: .work, nanoseconds: isBlocked ? SpoolWriter.retryNanoseconds : isFilling ? limits.segmentNanoseconds : nil,
                until: { $0.isClosing || (!isBlocked && !$0.queue.isEmpty) },
                then: { shared in
                    inHand += shared.queue
                    shared.queue = []
                    shared.queueBytes = 0
                    return shared.isClosing
                })
            hasWritten = !inHand.isEmpty && !isClosing
            if isFilling, inHand.isEmpty, !isClosing { _ = beginSegment(&segment, &nextSegment) }
            while !inHand.isEmpty {
                let count = writeChunk(of: inHand, to: &segment, &nextSegment)
                guard count > 0 else { break }
                inHand.removeFirst(count)
                // An empty slice would keep alive what it was cut from.
                if inHand.isEmpty { inHand = [] }
            }
            if isClosing {
                monitor.withLock { shared in
                    shared.state.lost += inHand.count
                    shared.state.queued -= inHand.count
                }
                return
            }
        }
    }

    /// Writes the first of some records; their number, 0 when the disk is full.
    private func writeChunk(of records: ArraySlice<SpoolRecord>, to segment: inout SegmentFile?, _ nextSegment: inout UInt64) -> Int {
        if segment.map({ $0.isBroken || $0.size >= $0.limit || $0.age >= limits.segmentNanoseconds }) ?? true {
            guard beginSegment(&segment, &nextSegment) else { return refuse(unsafe String(cString: strerror(errno))) }
        }
        var frames: [UInt8] = []
        var count = 0
        var tooLarge = 0
        for record in records {
            let payload = record.payload
            if payload.count > SegmentFormat.maximumPayloadBytes {
                tooLarge += 1
            } else {
                if !frames.isEmpty, segment!.size + frames.count + payload.count > segment!.limit { break }
                segment!.format.append(type: record.type, payload: payload, to: &frames)
            }
            count += 1
            if frames.count >= SpoolWriter.chunkBytes { break }
        }
        let bytes = UInt64(frames.count)
        guard monitor.withLock({ $0.state.bytesOnDisk + bytes <= limits.maximumBytes }) else {
            // A courier can only remove segments that are complete: without this one the cap would stay full for ever.
            if !segment!.isEmpty { _ = beginSegment(&segment, &nextSegment) }
            return refuse("")
        }
        guard segment!.append(frames) else { return refuse(unsafe String(cString: strerror(errno))) }
        let synced = limits.syncNanoseconds > 0 || segment!.descriptor.sync()
        monitor.withLock { shared in
            shared.state.written += count - tooLarge
            shared.state.lost += tooLarge
            shared.state.queued -= count
            shared.state.bytesOnDisk += bytes
            shared.state.isFull = false
            shared.state.reason = ""
            shared.needsSync = true
            if !synced { shared.state.syncFailures += 1 }
        }
        monitor.wake(.rest)
        return count
    }

    /// Leaves the segment for a new one; false leaves `errno`.
    private func beginSegment(_ segment: inout SegmentFile?, _ nextSegment: inout UInt64) -> Bool {
        Failpoint.reach("segment.before")
        guard let new = SegmentFile(nextSegment, in: folder, limit: segmentLimit()) else { return false }
        Failpoint.reach("segment.begun")
        nextSegment += 1
        let old = segment?.descriptor
        segment = new
        monitor.withLock { shared in
            if let old { shared.retired.append(old) }
            shared.current = new.descriptor
            shared.needsFolderSync = true
        }
        return true
    }

    /// What a segment may hold: on a disk that is nearly full a part of the room that is left. Only segments that were left for new
    /// ones can be removed when they are shipped: one that took all of the room would keep it for ever.
    private func segmentLimit() -> Int {
        min(limits.segmentBytes, max(SpoolWriter.chunkBytes, Int(clamping: folder.freeBytes() / 8)))
    }

    private func refuse(_ reason: String) -> Int {
        monitor.withLock { shared in
            shared.state.isFull = true
            shared.state.reason = reason
        }
        monitor.wake(.rest)
        return 0
    }

    // MARK: the flushing thread

    private func syncLoop() {
        let interval = limits.syncNanoseconds > 0 ? limits.syncNanoseconds : 1_000_000_000
        while !monitor.wait(on: .watch, nanoseconds: interval, until: { $0.isClosing }, then: { $0.isClosing }) { syncNow() }
    }

    /// Flushes what was written since the last time, and measures what lies on the disk.
    private func syncNow() {
        let work = monitor.withLock { shared in
            defer {
                shared.retired = []
                shared.needsSync = false
                shared.needsFolderSync = false
            }
            let current = shared.needsSync ? shared.current : nil
            return (files: shared.retired + (current.map { [$0] } ?? []), folder: shared.needsFolderSync)
        }
        var failures = 0
        for file in work.files where !file.sync() { failures += 1 }
        if work.folder { for path in [folder.path, root] where !SpoolWriter.syncFolder(path) { failures += 1 } }
        let before = monitor.withLock { $0.state.bytesOnDisk }
        let measured = SpoolFolder.totalSize(in: root)
        monitor.withLock { shared in
            shared.state.syncFailures += failures
            // What was written while the sizes were read counts twice until the next time: rather too much than too little.
            shared.state.bytesOnDisk = measured + (shared.state.bytesOnDisk - before)
        }
    }

    private static func syncFolder(_ path: String) -> Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        return descriptor >= 0 && Descriptor(descriptor).sync()
    }
}

extension SpoolRecord {
    /// What the record weighs in the queue: its texts, and some for the rest.
    fileprivate var approximateBytes: Int {
        switch self {
        case .call(let call): 512 + call.request.count + call.production.textBytes + (call.control?.textBytes ?? 0)
        case .pair(let pair): 512 + pair.candidate.textBytes
        case .coverage(let deltas): 64 + 128 * deltas.count
        }
    }
}

extension Leg {
    fileprivate var textBytes: Int { toolCalls.reduce(output?.utf8.count ?? 0) { $0 + $1.arguments.utf8.count } }
}
