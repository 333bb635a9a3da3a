import Foundation
import Glibc
import Spool
import Testing
import Traffic

@Suite struct `A damaged spool` {
    let root: SpoolRoot

    init() throws { root = try SpoolRoot() }

    /// A closed spool of one segment, its bytes, and where each record begins.
    func spool(_ count: Int, seed: UInt64) throws -> (folder: SpoolFolder, records: [SpoolRecord], bytes: [UInt8], starts: [Int]) {
        var generator = RecordGenerator(seed: seed)
        let records = generator.records(count)
        let folder = try writtenSpool(root, records)
        let entries = try SpoolReader(folder).read(from: .start).entries
        return (folder, records, [UInt8](try Data(contentsOf: root.file(folder, 1))), entries.map { Int($0.position.offset) })
    }

    @Test func `loses only the record that was cut off, at whatever byte`() throws {
        let (folder, records, bytes, starts) = try spool(4, seed: 1)
        for length in 0..<bytes.count {
            try Data(bytes[..<length]).write(to: root.file(folder, 1))
            let read = try readAll(folder)
            let whole = (starts.dropFirst() + [bytes.count]).filter { $0 <= length }.count
            #expect(read.records == Array(records.prefix(whole)))
            let lastEnd = whole == 0 ? 46 : (starts + [bytes.count])[whole]
            #expect(read.damaged == (length < 46 ? length : length - lastEnd))
            #expect(try SpoolReader(folder).isDrained(at: read.end))
        }
    }

    @Test func `waits at half a record while its writer lives, and goes on when it is whole`() throws {
        let (folder, records, bytes, starts) = try spool(3, seed: 2)
        let lock = unsafe open(folder.path + "/lock", O_RDWR)
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        defer { close(lock) }
        #expect(folder.isBeingWritten)
        for length in 0..<bytes.count {
            try Data(bytes[..<length]).write(to: root.file(folder, 1))
            let read = try readAll(folder)
            let whole = (starts.dropFirst() + [bytes.count]).filter { $0 <= length }.count
            #expect(read.records == Array(records.prefix(whole)) && read.damaged == 0)
            try Data(bytes).write(to: root.file(folder, 1))
            let rest = try SpoolReader(folder).read(from: read.end)
            #expect(rest.entries.map(\.record) == Array(records.dropFirst(whole)))
        }
    }

    @Test func `skips half a record when a newer segment exists`() throws {
        var generator = RecordGenerator(seed: 3)
        let records = generator.records(30)
        let folder = try writtenSpool(root, records, limits: SpoolLimits(segmentBytes: 3000))
        let lock = unsafe open(folder.path + "/lock", O_RDWR)
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        defer { close(lock) }
        let bytes = try Data(contentsOf: root.file(folder, 1))
        let first = try SpoolReader(folder).read(from: .start).entries
        try bytes.dropLast(3).write(to: root.file(folder, 1))
        let read = try readAll(folder)
        #expect(read.records == Array(records.prefix(first.count - 1)) + Array(records.dropFirst(first.count)))
        #expect(read.damaged > 0)
    }

    @Test func `loses only the record in which a byte flipped, at whatever byte`() throws {
        let (folder, records, bytes, starts) = try spool(3, seed: 4)
        for index in starts[1]..<starts[2] {
            for bit in [UInt8(1), 0x80] {
                var damaged = bytes
                damaged[index] ^= bit
                try Data(damaged).write(to: root.file(folder, 1))
                let read = try readAll(folder)
                #expect(read.records == [records[0], records[2]], "byte \(index - starts[1])")
                #expect(read.damaged == starts[2] - starts[1])
            }
        }
    }

    @Test func `loses nothing when its header is damaged`() throws {
        let (folder, records, bytes, _) = try spool(3, seed: 5)
        for index in 0..<46 {
            var damaged = bytes
            damaged[index] ^= 0x10
            try Data(damaged).write(to: root.file(folder, 1))
            #expect(try readAll(folder).records == records, "byte \(index)")
        }
    }

    @Test func `is not fooled by records inside a request`() throws {
        let (_, _, inner, _) = try spool(3, seed: 6)
        let call = Call(
            id: Identifier(high: 1, low: 1), workload: "w", source: .mirror, calledAt: Timestamp(microseconds: 0), path: "/",
            request: inner,
            production: Leg(status: 200), controlRate: 0)
        let folder = try writtenSpool(root, [.call(call), .coverage([])])
        var bytes = [UInt8](try Data(contentsOf: root.file(folder, 1)))
        bytes[46 + 17 + 3] ^= 1
        try Data(bytes).write(to: root.file(folder, 1))
        #expect(try readAll(folder).records == [.coverage([])])
    }

    @Test func `skips random garbage of any size between records`() throws {
        var generator = RecordGenerator(seed: 7)
        let (folder, records, bytes, starts) = try spool(20, seed: 7)
        for _ in 0..<200 {
            let at = starts.randomElement(using: &generator.random)!
            let garbage = (0..<Int.random(in: 1...500, using: &generator.random)).map { _ in
                UInt8.random(in: 0...255, using: &generator.random)
            }
            try Data(bytes[..<at] + garbage + bytes[at...]).write(to: root.file(folder, 1))
            let read = try readAll(folder)
            #expect(read.records == records || at == 46)
        }
    }

    @Test func `a record of a kind or with fields that are not known yet is skipped or read`() throws {
        let (folder, _, bytes, _) = try spool(1, seed: 8)
        let marker = Array(bytes[46..<54])
        func framed(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
            let body = [type] + payload
            var crc = UInt32.max
            for byte in body {
                crc ^= UInt32(byte)
                for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
            }
            let words = [UInt32(payload.count), ~crc]
            return marker + words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } } + body
        }
        // A delta with workload "w", stage "calls", at 0, count 2, and fields 100 (bytes), 101 (integer), 102 (fixed32).
        let delta: [UInt8] =
            [0x0A, 1, 0x77, 0x1A, 5] + Array("calls".utf8) + [0x30, 0, 0x38, 2] + [0xA2, 6, 2, 9, 9] + [0xA8, 6, 0x96, 1]
            + [0xB5, 6, 1, 2, 3, 4]
        let coverage = [0x0A, UInt8(delta.count)] + delta + [0x10, 5]
        let file = bytes[..<46] + framed(99, [1, 2, 3]) + framed(3, coverage) + framed(1, [0xFF]) + framed(3, [])
        try Data(file).write(to: root.file(folder, 1))
        let read = try readAll(folder)
        let expected = CoverageDelta(workload: "w", trial: nil, stage: .calls, at: Timestamp(microseconds: 0), count: 2)
        #expect(read.records == [.coverage([expected]), .coverage([])])
        #expect(read.unread == 2 && read.damaged == 0)
    }

    @Test func `a later version's file is an error that says so`() throws {
        let (folder, _, bytes, _) = try spool(1, seed: 9)
        var newer = bytes
        newer[8] = 2
        var crc = UInt32.max
        for byte in newer[..<42] {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        for index in 0..<4 { newer[42 + index] = UInt8(truncatingIfNeeded: ~crc >> UInt32(8 * index)) }
        try Data(newer).write(to: root.file(folder, 1))
        #expect(performing: { try readAll(folder) }, throws: { ($0 as? SpoolError)?.code == .newerVersion })
    }
}

@Suite struct `A killed writer` {
    static let each = 40

    static func record(_ index: Int) -> SpoolRecord {
        .pair(
            Pair(
                id: Identifier(high: 0, low: UInt64(index)), callID: Identifier(high: 0, low: 0), trial: Identifier(high: 0, low: 0),
                workload: "w", candidate: Leg(status: 200, output: String(repeating: "x", count: 300)), samplingRate: 1))
    }

    /// Records that the reader finds after a process was killed at a failpoint that it reached for the n-th time.
    func survivors(_ failpoint: String) async throws -> [SpoolRecord] {
        let root = try SpoolRoot()
        let path = root.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, failpoint = failpoint as String] in
            unsafe setenv("UNDERSTUDY_FAILPOINT", failpoint, 1)
            let writer = try SpoolWriter(root: path)
            for index in 0..<`A killed writer`.each {
                precondition(writer.append(`A killed writer`.record(index)))
                _ = writer.flush()
            }
            writer.close()
        }
        let folder = try #require(try SpoolFolder.all(in: path).first)
        #expect(!folder.isBeingWritten)
        let read = try readAll(folder)
        #expect(try SpoolReader(folder).isDrained(at: read.end))
        return read.records
    }

    @Test(arguments: [("append.before:17", 16), ("append.half:17", 16), ("append.after:17", 17)])
    func `leaves all that was written before`(_ failpoint: String, _ expected: Int) async throws {
        #expect(try await survivors(failpoint) == (0..<expected).map { `A killed writer`.record($0) })
    }
}
