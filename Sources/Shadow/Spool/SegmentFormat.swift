internal import CZlib
import Traffic

// A spool is a folder of segment files, `000000000001.seg` and so on. A segment is a header and then records, all numbers
// with their lowest byte first:
//
//   header   8 bytes "UNDERSPL" · u16 version · 16 bytes the spool's id · u64 the segment's number · u64 marker
//            u32 CRC-32 of the 42 bytes before it                                                        = 46 bytes
//   record   u64 marker · u32 length of the payload · u32 CRC-32 of type and payload · u8 type · payload = 17 bytes + payload
//
// The marker is random for each segment. It lets a reader find the next record behind a damaged one, and nobody who only
// sends requests can forge it: bytes inside a payload are never taken for a record. Where the header itself is damaged, the
// marker of the first record serves.

/// Lays out and checks the frames of a segment.
struct SegmentFormat {
    static let version: UInt16 = 1
    static let headerBytes = 46
    static let frameBytes = 17
    /// A longer payload is never written, so a longer length is damage.
    static let maximumPayloadBytes = 256 << 20
    private static let magic = Array("UNDERSPL".utf8)

    var marker: UInt64

    static func header(spool: Identifier, segment: UInt64, marker: UInt64) -> [UInt8] {
        var bytes = magic
        appendLittleEndian(version, to: &bytes)
        appendLittleEndian(spool.high.byteSwapped, to: &bytes)
        appendLittleEndian(spool.low.byteSwapped, to: &bytes)
        appendLittleEndian(segment, to: &bytes)
        appendLittleEndian(marker, to: &bytes)
        appendLittleEndian(checksum(bytes[...]), to: &bytes)
        return bytes
    }

    enum Header {
        case whole(SegmentFormat)
        /// Its checksum does not fit; the marker is the first record's.
        case damaged(SegmentFormat)
        case newerVersion(Int)
        /// Not enough bytes to tell.
        case incomplete
    }

    /// Reads the beginning of a segment, of which at least the header and a marker should be given where they exist.
    static func readHeader(_ bytes: ArraySlice<UInt8>) -> Header {
        guard bytes.count >= headerBytes else { return .incomplete }
        let start = bytes.startIndex
        let stored = UInt32(littleEndian(bytes[(start + 42)..<(start + 46)]))
        if bytes.starts(with: magic), stored == checksum(bytes[start..<(start + 42)]) {
            let version = littleEndian(bytes[(start + 8)..<(start + 10)])
            guard version <= UInt64(SegmentFormat.version) else { return .newerVersion(Int(version)) }
            return .whole(SegmentFormat(marker: littleEndian(bytes[(start + 34)..<(start + 42)])))
        }
        guard bytes.count >= headerBytes + 8 else { return .incomplete }
        return .damaged(SegmentFormat(marker: littleEndian(bytes[(start + 46)..<(start + 54)])))
    }

    /// Appends a record in its frame.
    func append(type: UInt8, payload: [UInt8], to bytes: inout [UInt8]) {
        appendLittleEndian(marker, to: &bytes)
        appendLittleEndian(UInt32(payload.count), to: &bytes)
        let checksumPlace = bytes.count
        appendLittleEndian(UInt32(0), to: &bytes)
        bytes.append(type)
        bytes.append(contentsOf: payload)
        let checksum = SegmentFormat.checksum(bytes[(checksumPlace + 4)...])
        for byte in 0..<4 { bytes[checksumPlace + byte] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * byte)) }
    }

    enum Frame {
        case record(type: UInt8, payload: Range<Int>)
        /// The record is whole only with this many bytes from its beginning.
        case incomplete(needed: Int)
        case damaged
    }

    /// What begins at an index of some bytes.
    func frame(in bytes: ArraySlice<UInt8>, at index: Int) -> Frame {
        let present = bytes.endIndex - index
        guard present >= SegmentFormat.frameBytes else { return .incomplete(needed: SegmentFormat.frameBytes) }
        guard littleEndian(bytes[index..<(index + 8)]) == marker else { return .damaged }
        let length = Int(littleEndian(bytes[(index + 8)..<(index + 12)]))
        guard length <= SegmentFormat.maximumPayloadBytes else { return .damaged }
        guard present >= SegmentFormat.frameBytes + length else { return .incomplete(needed: SegmentFormat.frameBytes + length) }
        let payload = (index + SegmentFormat.frameBytes)..<(index + SegmentFormat.frameBytes + length)
        let stored = UInt32(littleEndian(bytes[(index + 12)..<(index + 16)]))
        guard stored == SegmentFormat.checksum(bytes[(index + 16)..<payload.upperBound]) else { return .damaged }
        return .record(type: bytes[index + 16], payload: payload)
    }

    /// The first index from `index` on where the marker stands; nil when it stands nowhere.
    func nextMarker(in bytes: ArraySlice<UInt8>, from index: Int) -> Int? {
        let first = UInt8(truncatingIfNeeded: marker)
        var candidate = index
        while candidate + 8 <= bytes.endIndex {
            guard let found = bytes[candidate..<(bytes.endIndex - 7)].firstIndex(of: first) else { return nil }
            if littleEndian(bytes[found..<(found + 8)]) == marker { return found }
            candidate = found + 1
        }
        return nil
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        unsafe UInt32(truncatingIfNeeded: bytes.withUnsafeBufferPointer { unsafe crc32_z(0, $0.baseAddress, $0.count) })
    }
}
