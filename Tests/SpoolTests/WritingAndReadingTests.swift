import Foundation
import Glibc
import Spool
import Testing
import Traffic

@Suite struct `A spool` {
    let root: SpoolRoot

    init() throws { root = try SpoolRoot() }

    @Test func `gives back what was written, in order, whatever the batches`() throws {
        var generator = RecordGenerator(seed: 1)
        let records = generator.records(600)
        let folder = try writtenSpool(root, records, limits: SpoolLimits(segmentBytes: 20_000))
        #expect(try folder.segments().count > 5)
        for (count, bytes) in [(1, 1), (7, 1 << 20), (1000, 100), (1000, 1 << 30)] {
            let read = try readAll(folder, maximumRecords: count, maximumBytes: bytes)
            #expect(read.records == records)
            #expect(read.damaged == 0 && read.unread == 0)
        }
    }

    @Test func `tells absent texts from empty ones`() throws {
        var leg = Leg(status: 200, output: "", finishReason: nil)
        leg.usage.output = 0
        var call = Call(
            id: Identifier(high: 1, low: 2), workload: "w", source: .mirror, calledAt: Timestamp(microseconds: -1), path: "", request: [],
            production: leg, controlRate: 0)
        call.segment = ""
        let folder = try writtenSpool(root, [.call(call)])
        let read = try readAll(folder)
        #expect(read.records == [.call(call)])
        guard case .call(let back)? = read.records.first else { return }
        #expect(back.production.output == "" && back.production.refusal == nil)
        #expect(back.segment == "" && back.conversation == nil)
        #expect(back.production.usage.output == 0 && back.production.usage.input == nil)
    }

    @Test func `can be read while it is written`() throws {
        var generator = RecordGenerator(seed: 2)
        let writer = try SpoolWriter(root: root.path)
        let reader = SpoolReader(writer.folder)
        var position = SpoolPosition.start
        for _ in 0..<50 {
            let records = generator.records(3)
            for record in records { #expect(writer.append(record)) }
            #expect(writer.flush())
            let batch = try reader.read(from: position)
            #expect(batch.entries.map(\.record) == records)
            #expect(try reader.isDrained(at: batch.next) == false)
            #expect(try reader.read(from: batch.next).isIdle(from: batch.next))
            position = batch.next
        }
        writer.close()
        #expect(try reader.isDrained(at: position))
    }

    @Test(arguments: [5000, 1 << 20]) func `reads ahead what it would read anyway`(segmentBytes: Int) throws {
        var generator = RecordGenerator(seed: 4)
        let folder = try writtenSpool(root, generator.records(60), limits: SpoolLimits(segmentBytes: segmentBytes))
        let reader = SpoolReader(folder)
        let ahead = SpoolReadAhead(reader)
        var position = SpoolPosition.start
        var batches: [SpoolBatch] = []
        while true {
            let batch = try ahead.read(from: position)
            #expect(try batch == reader.read(from: position))
            if batch.isIdle(from: position) { break }
            position = batch.next
            batches.append(batch)
        }
        #expect(batches.reduce(0) { $0 + $1.entries.count } == 60)
        #expect((batches.count > 2) == (segmentBytes == 5000))
        // The start again, where it had read ahead from elsewhere.
        #expect(try ahead.read(from: .start) == batches[0])
        #expect(try ahead.read(from: .start) == batches[0])
    }

    @Test func `says what it could not read ahead`() throws {
        var generator = RecordGenerator(seed: 5)
        let folder = try writtenSpool(root, generator.records(60), limits: SpoolLimits(segmentBytes: 5000))
        let ahead = SpoolReadAhead(SpoolReader(folder))
        try FileManager.default.removeItem(at: root.file(folder, 2))
        try FileManager.default.createDirectory(at: root.file(folder, 2), withIntermediateDirectories: false)
        let first = try ahead.read(from: .start)
        #expect(!first.entries.isEmpty)
        #expect(throws: SpoolError.self) { try ahead.read(from: first.next) }
    }

    @Test func `names each record by a position that can be read from`() throws {
        var generator = RecordGenerator(seed: 3)
        let folder = try writtenSpool(root, generator.records(40), limits: SpoolLimits(segmentBytes: 5000))
        let reader = SpoolReader(folder)
        var position = SpoolPosition.start
        var positions: [SpoolPosition] = []
        while true {
            let batch = try reader.read(from: position, maximumRecords: 6)
            for entry in batch.entries {
                positions.append(entry.position)
                #expect(try reader.read(from: entry.position, maximumRecords: 1).entries == [entry])
            }
            if batch.isIdle(from: position) { break }
            position = batch.next
        }
        #expect(positions.count == 40 && positions == positions.sorted() && Set(positions).count == 40)
    }

    @Test func `takes records from many threads and loses none`() async throws {
        let writer = try SpoolWriter(root: root.path, limits: SpoolLimits(segmentBytes: 30_000))
        let threads = 8
        let each = 250
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<threads {
                group.addTask {
                    for index in 0..<each {
                        let delta = CoverageDelta(
                            workload: "w\(thread)", trial: nil, stage: .calls, at: Timestamp(microseconds: 0), count: index)
                        #expect(writer.append(.coverage([delta])))
                    }
                }
            }
        }
        writer.close()
        #expect(writer.state.written == threads * each)
        var counts: [String: [Int]] = [:]
        for case .coverage(let deltas) in try readAll(writer.folder, maximumRecords: 100).records {
            for delta in deltas { counts[delta.workload, default: []].append(delta.count) }
        }
        #expect(counts.count == threads)
        for numbers in counts.values { #expect(numbers == Array(0..<each)) }
    }

    @Test func `shows whether its writer lives, and goes when it is shipped`() throws {
        var generator = RecordGenerator(seed: 4)
        let writer = try SpoolWriter(root: root.path)
        #expect(try SpoolFolder.all(in: root.path) == [writer.folder])
        #expect(writer.folder.isBeingWritten)
        #expect(writer.append(generator.record()))
        writer.close()
        writer.close()
        #expect(!writer.append(generator.record()))
        #expect(!writer.folder.isBeingWritten)
        let end = try readAll(writer.folder).end
        #expect(try SpoolReader(writer.folder).isDrained(at: end))
        #expect(try SpoolReader(writer.folder).isDrained(at: .start) == false)
        try writer.folder.remove()
        #expect(try SpoolFolder.all(in: root.path).isEmpty)
    }

    @Test func `forgets shipped segments and goes on behind them`() throws {
        var generator = RecordGenerator(seed: 5)
        let records = generator.records(60)
        let folder = try writtenSpool(root, records, limits: SpoolLimits(segmentBytes: 4000))
        let before = try folder.segments()
        try folder.remove(segmentsBefore: before[2])
        #expect(try folder.segments() == Array(before[2...]))
        let rest = try readAll(folder).records
        #expect(!rest.isEmpty && rest == records.suffix(rest.count))
    }

    @Test func `leaves an old segment although little is written, so that it can be removed`() throws {
        var generator = RecordGenerator(seed: 7)
        let writer = try SpoolWriter(root: root.path, limits: SpoolLimits(segmentNanoseconds: 20_000_000))
        defer { writer.close() }
        let record = generator.record()
        #expect(writer.append(record))
        while try writer.folder.segments().count < 2 { usleep(1000) }
        let read = try readAll(writer.folder)
        #expect(read.records == [record])
        try writer.folder.remove(segmentsBefore: read.end.segment)
        #expect(try writer.folder.segments() == [2])
        #expect(writer.append(record) && writer.flush())
        #expect(try readAll(writer.folder).records == [record])
    }

    @Test func `lies in private files`() throws {
        var generator = RecordGenerator(seed: 6)
        let folder = try writtenSpool(root, generator.records(1))
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        #expect(try FileManager.default.attributesOfItem(atPath: root.file(folder, 1).path)[.posixPermissions] as? Int == 0o600)
    }

    @Test func `cannot be made where the system forbids it`() {
        do throws(SpoolError) {
            _ = try SpoolWriter(root: "/proc/understudy")
            Issue.record("a spool was made in /proc")
        } catch {
            #expect(error.code == .system)
            #expect(error.description.hasPrefix("spool /proc/understudy: cannot make the folder: "))
        }
    }

    @Test func `is not there in a folder that is not there`() throws {
        #expect(try SpoolFolder.all(in: "/nowhere/at/all").isEmpty)
    }
}

@Suite struct `A full disk` {
    let root: SpoolRoot

    init() throws { root = try SpoolRoot() }

    func record(_ bytes: Int) -> SpoolRecord {
        .call(
            Call(
                id: Identifier(high: 0, low: 0), workload: "w", source: .mirror, calledAt: Timestamp(microseconds: 0), path: "/",
                request: [UInt8](repeating: 7, count: bytes), production: Leg(status: 200), controlRate: 0))
    }

    @Test func `at the cap new records are refused, accepted ones kept, and shipping makes room`() throws {
        let writer = try SpoolWriter(root: root.path, limits: SpoolLimits(maximumBytes: 10_000, syncNanoseconds: 10_000_000))
        defer { writer.close() }
        var accepted = 0
        while writer.append(record(1000)) {
            accepted += 1
            _ = writer.flush()
        }
        #expect(writer.state.isFull && writer.state.reason.isEmpty)
        #expect(writer.state.refused == 1)
        #expect(writer.state.written == accepted - 1 && writer.state.queued == 1)
        #expect(!writer.append(record(1)))
        let shipped = try readAll(writer.folder)
        #expect(shipped.records.count == accepted - 1)
        try writer.folder.remove(segmentsBefore: shipped.end.segment)
        while writer.state.isFull { usleep(1000) }
        #expect(writer.append(record(1000)))
        #expect(writer.flush())
        #expect(writer.state.written == accepted + 1 && writer.state.lost == 0)
    }

    @Test func `a queue that is full refuses`() throws {
        let writer = try SpoolWriter(root: root.path, limits: SpoolLimits(maximumBytes: 100, queueRecords: 3))
        #expect(writer.append(record(1000)))
        #expect(!writer.flush())
        writer.close()
        #expect(writer.state.lost == 1 && writer.state.written == 0)
        #expect(try readAll(writer.folder).records.isEmpty)
    }

    @Test func `what the system cannot write is taken back and tried again`() async throws {
        let path = root.path
        // In a process of its own: the limit on file sizes holds for all of it.
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            let writer = try SpoolWriter(root: path)
            func record(_ bytes: Int) -> SpoolRecord {
                .call(
                    Call(
                        id: Identifier(high: 0, low: 0), workload: "w", source: .mirror, calledAt: Timestamp(microseconds: 0), path: "/",
                        request: [UInt8](repeating: 7, count: bytes), production: Leg(status: 200), controlRate: 0))
            }
            precondition(writer.append(record(100)) && writer.flush())
            var limit = rlimit(rlim_cur: 5000, rlim_max: rlim_t.max)
            unsafe setrlimit(__rlimit_resource_t(1), &limit)
            precondition(writer.append(record(20_000)))
            precondition(!writer.flush())
            precondition(writer.state.isFull && writer.state.reason == "File too large", writer.state.reason)
            precondition(!writer.append(record(1)))
            let half = try SpoolReader(writer.folder).read(from: .start)
            precondition(half.entries.count == 1 && half.damagedBytes == 0)
            limit.rlim_cur = rlim_t.max
            unsafe setrlimit(__rlimit_resource_t(1), &limit)
            while writer.state.isFull { usleep(1000) }
            precondition(writer.append(record(1)) && writer.flush())
            writer.close()
            let all = try SpoolReader(writer.folder).read(from: .start)
            precondition(all.entries.map(\.record) == [record(100), record(20_000), record(1)] && all.damagedBytes == 0)
        }
    }
}
