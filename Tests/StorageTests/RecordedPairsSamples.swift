import Configuration
import JSON
import Records
import Storage
import Traffic

/// Lines of recorded pairs for tests; a test changes what it is about.
enum RecordedLines {
    /// One pair as a file says it, with all that is required.
    static func pair(_ id: String, at moment: Timestamp = Moments.monday, change: (inout JSONValue) -> Void = { _ in }) -> JSONValue {
        var line: JSONValue = [
            "id": .string(id), "called_at": .string(moment.description),
            "request": ["messages": [["role": "user", "content": "Where is my card?"]]],
            "production": ["output": "card_arrival"], "candidate": ["output": "card_arrival"],
        ]
        change(&line)
        return line
    }

    /// The bytes of a file.
    static func file(_ lines: [JSONValue]) -> [UInt8] { lines.flatMap { $0.serialised() + [UInt8(ascii: "\n")] } }
}

extension StoreFixture {
    /// Imports lines a day after they were called.
    @discardableResult
    func take(
        _ lines: [JSONValue], settings: WorkloadSettings? = nil, skipBad: Bool = false, progress: (Int) -> Void = { _ in }
    ) throws -> RecordedPairs.ImportOutcome {
        try take(bytes: RecordedLines.file(lines), settings: settings, skipBad: skipBad, progress: progress)
    }

    @discardableResult
    func take(
        bytes: [UInt8], settings: WorkloadSettings? = nil, skipBad: Bool = false, progress: (Int) -> Void = { _ in }
    ) throws -> RecordedPairs.ImportOutcome {
        try RecordedPairs(connection).store(
            lines: bytes, name: "pairs.jsonl", settings: settings ?? labelSettings(), skipBad: skipBad,
            at: Moments.monday.adding(seconds: Moments.day), progress: progress)
    }

    /// What is wrong with lines, or nothing.
    func faults(of lines: [JSONValue], settings: WorkloadSettings? = nil) throws -> [LineFault] {
        try faults(of: RecordedLines.file(lines), settings: settings)
    }

    func faults(of bytes: [UInt8], settings: WorkloadSettings? = nil) throws -> [LineFault] {
        do {
            try take(bytes: bytes, settings: settings)
            return []
        } catch let error as RecordedPairsError {
            return error.faults
        }
    }

    /// The rows of a table.
    func count(_ table: String) throws -> Int { Int(try value("SELECT count(*) FROM understudy_store.\(table)") ?? "") ?? -1 }

    /// The pairs that wait, all claimed at once.
    func waiting() throws -> [ClaimedPair] {
        var pairs: [ClaimedPair] = []
        while let batch = try queue.claim() { pairs += batch.pairs }
        return pairs
    }

    func waiting(_ id: String) throws -> ClaimedPair? { try waiting().first { $0.call.externalID == id } }
}
