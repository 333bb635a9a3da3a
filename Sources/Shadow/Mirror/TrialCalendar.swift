internal import Glibc
internal import Traffic

/// The calendar days of a time zone, from the system's zone files (TZif, RFC 8536), as far as a daily budget needs them. A zone
/// without a file counts in UTC.
struct TrialCalendar: Sendable {
    private var transitions: [Int64] = []
    private var offsets: [Int64] = []
    private var firstOffset: Int64 = 0

    /// The zone of an IANA name such as `Europe/Berlin`.
    init(timezone: String, folder: String = "/usr/share/zoneinfo") {
        guard timezone != "UTC", !timezone.isEmpty, !timezone.contains(".."), !timezone.hasPrefix("/"),
            let bytes = TrialCalendar.read("\(folder)/\(timezone)")
        else { return }
        parse(bytes)
    }

    /// Days since 1970-01-01 on that zone's calendar.
    func day(of moment: Timestamp) -> Int {
        let seconds = Int64((Double(moment.microseconds) / 1e6).rounded(.down))
        var offset = firstOffset
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        if low > 0 { offset = offsets[low - 1] }
        let local = seconds + offset
        return Int(local >= 0 ? local / 86_400 : (local - 86_399) / 86_400)
    }

    /// Takes the 64-bit block of a version 2 file. Transitions after the last one listed (the footer's rule) are not followed:
    /// zone files list them until 2037.
    private mutating func parse(_ bytes: [UInt8]) {
        func number(_ offset: Int, _ size: Int) -> Int64? {
            guard offset >= 0, offset + size <= bytes.count else { return nil }
            var value = Int64(Int8(bitPattern: bytes[offset]))
            for byte in bytes[(offset + 1)..<(offset + size)] { value = value << 8 | Int64(byte) }
            return value
        }
        func counts(at header: Int) -> [Int]? {
            guard header + 44 <= bytes.count, bytes[header..<header + 4].elementsEqual("TZif".utf8) else { return nil }
            return (0..<6).compactMap { number(header + 20 + 4 * $0, 4).map(Int.init) }
        }
        // Six counts: UT indicators, standard indicators, leap seconds, transitions, types, designation bytes.
        guard let first = counts(at: 0), first.allSatisfy({ $0 >= 0 }), bytes[4] >= UInt8(ascii: "2") else { return }
        let second = 44 + first[3] * 5 + first[4] * 6 + first[5] + first[2] * 8 + first[1] + first[0]
        guard let sizes = counts(at: second), sizes.allSatisfy({ $0 >= 0 && $0 < 1 << 20 }), sizes[4] > 0 else { return }
        let times = second + 44
        let types = times + sizes[3] * 8
        let records = types + sizes[3]
        guard let initial = number(records, 4) else { return }
        var found: (times: [Int64], offsets: [Int64]) = ([], [])
        for index in 0..<sizes[3] {
            guard let time = number(times + 8 * index, 8), types + index < bytes.count,
                let offset = number(records + 6 * Int(bytes[types + index]), 4)
            else { return }
            found.times.append(time)
            found.offsets.append(offset)
        }
        (transitions, offsets, firstOffset) = (found.times, found.offsets, initial)
    }

    private static func read(_ path: String) -> [UInt8]? { FileBytes.read(path, limit: 1 << 20) }
}
