internal import Configuration
public import Postgres
internal import Records
public import Traffic

/// Takes gold answers and judgements for pairs that are stored already. Each word is kept, the newest counts.
public struct Labels {
    /// Lines that are looked up at a time.
    static let batch = 1_000

    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// What an import came to.
    public struct LabelsOutcome: Sendable, Hashable {
        /// Lines that said something new.
        public var stored = 0
        /// Calls that got a gold answer by that: a line may mean all that asked the same.
        public var labelledCalls = 0
        /// Lines that said what was known.
        public var unchanged = 0
        /// What lines called pairs that are not stored, in the file's order.
        public var unmatched: [String] = []
    }

    /// Imports a file of one JSON object a line, all of it or nothing:
    /// `{"id": …, "label": …}` with any JSON value as the gold answer, or `{"id": …, "correct": …, "who": …}` with a judgement.
    ///
    /// `id` is the id of a pair, a call or an import's line, or a provider's request id; `request_id` in its place is the latter:
    /// production's, or the candidate's. `request_hash`, or the `request` itself, means every call that asked the same. A gold answer
    /// belongs to the call and so to all its pairs; a judgement to one pair. The pairs are compared again.
    ///
    /// - Parameters:
    ///   - workload: only its pairs are meant.
    ///   - progress: is told now and then how many lines have been stored.
    /// - Throws: `FaultyFileError` with all faults, `StorageError` when the file cannot be read, `PostgresError`. Nothing is kept then.
    public func store(
        file: String, workload: String, at moment: Timestamp, progress: (Int) -> Void = { _ in }
    ) throws -> LabelsOutcome {
        try store(LineFile(path: file), workload, moment, progress)
    }

    /// The same for lines that are in memory; `name` is what faults call the file.
    public func store(
        lines: [UInt8], name: String, workload: String, at moment: Timestamp, progress: (Int) -> Void = { _ in }
    ) throws -> LabelsOutcome {
        try store(LineFile(lines, name: name), workload, moment, progress)
    }

    private func store(_ file: LineFile, _ workload: String, _ moment: Timestamp, _ progress: (Int) -> Void) throws -> LabelsOutcome {
        var faults: [LineFault] = []
        let lines = LabelLine.all(of: file, comparedAs: try comparisonKind(of: workload), &faults)
        guard faults.isEmpty else { throw FaultyFileError(file: file.name, faults: faults) }
        return try connection.transaction {
            var storing = LabelStoring(connection, origin: file.name, at: moment)
            try storing.add(lines, of: workload, progress: progress)
            guard storing.faults.isEmpty else { throw FaultyFileError(file: file.name, faults: storing.faults) }
            try storing.finish()
            return storing.outcome
        }
    }

    /// How the workload's answers are compared now.
    func comparisonKind(of workload: String) throws -> ComparisonKind {
        guard let newest = try Registry(connection).trials(workload: workload, includingEnded: true).last else {
            throw StorageError(.notFound, "no trial has pairs of workload \(workload); `understudy list` shows the workloads")
        }
        return newest.settings.compare.kind
    }
}
