public import Traffic

/// What travels from the mirror to the database: the only way between them.
public enum SpoolRecord: Sendable, Hashable {
    /// A sampled call with its production and control legs; written once, when both have ended.
    case call(Call)
    /// A candidate's leg for a sampled call, written once when it has ended.
    case pair(Pair)
    /// Counters since the last such record.
    case coverage([CoverageDelta])
}

/// A place in a spool: a segment's number and a byte in it, where a record begins or will begin.
public struct SpoolPosition: Sendable, Hashable, Comparable {
    /// Segments are numbered from 1.
    public var segment: UInt64
    /// 0 is the beginning of the segment's header.
    public var offset: UInt64

    public init(segment: UInt64, offset: UInt64) {
        self.segment = segment
        self.offset = offset
    }

    /// Before everything that a spool ever holds.
    public static let start = SpoolPosition(segment: 0, offset: 0)

    public static func < (left: SpoolPosition, right: SpoolPosition) -> Bool { (left.segment, left.offset) < (right.segment, right.offset) }
}

/// A record and where it begins.
public struct SpoolEntry: Sendable, Hashable {
    public var record: SpoolRecord
    public var position: SpoolPosition

    public init(record: SpoolRecord, position: SpoolPosition) {
        self.record = record
        self.position = position
    }
}

/// What a reader found from some position on.
public struct SpoolBatch: Sendable, Hashable {
    /// In the order in which they were written.
    public var entries: [SpoolEntry] = []
    /// Where to read on.
    public var next: SpoolPosition
    /// Bytes that were skipped because they are no records: damage, or what a killed writer left half done.
    public var damagedBytes = 0
    /// Records that are whole but that this version does not understand.
    public var unreadRecords = 0

    /// A batch without damage.
    public init(entries: [SpoolEntry] = [], next: SpoolPosition) {
        self.entries = entries
        self.next = next
    }

    /// Whether it brought nothing and moved nowhere: wait, or stop when the writer is gone.
    public func isIdle(from position: SpoolPosition) -> Bool { next == position }

    /// Whether it ended because it was full or a segment was, so that more may be there already.
    public func isFull(from position: SpoolPosition) -> Bool {
        next.segment != position.segment || entries.count >= SpoolReader.batchRecords
            || next.offset - position.offset >= UInt64(SpoolReader.batchBytes)
    }
}
