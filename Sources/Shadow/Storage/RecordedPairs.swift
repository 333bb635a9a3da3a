public import Configuration
internal import JSON
public import Postgres
public import Records
public import Traffic

/// Takes pairs that were recorded elsewhere: a file of one JSON object a line (design §5), all of it or nothing.
public struct RecordedPairs {
    /// Lines that are decoded and copied at a time: enough that a COPY's fixed costs do not count.
    private static let batch = 2_000
    /// Days that one file may spread over: each takes a partition of every large table.
    private static let maximumDays = 3_660
    /// Tries when old days' empty partitions are pruned while the file is being copied into them.
    private static let tries = 3

    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// What an import came to.
    public struct ImportOutcome: Sendable, Hashable {
        public var trial: StoredTrial
        /// Whether the file's settings began the trial, or it was there.
        public var change: Registry.EnableOutcome.Change
        /// Pairs that are new.
        public var stored = 0
        /// Pairs that the trial had, or that the file names again.
        public var alreadyThere = 0
        /// Of the lines that were left out; only with `skipBad`.
        public var faults: [LineFault] = []
    }

    /// Imports a file. Its pairs form a trial of their own for workload, candidate and frozen settings: the same settings again add
    /// to it, changed ones begin the next. No route is made.
    ///
    /// Rates that a line leaves out are the file's own shares: 1 for sampling, the share of lines with a control leg for control; the
    /// pair is then marked. Which disagreements are to be judged is drawn from the line's id by the settings' share where the line
    /// says no probability itself, whatever it says about who was right; those drawn and not judged are pending. Where the line says
    /// a probability below 1, its judgement is the record that it was drawn; but 0 is read as 1, since what can never be judged would
    /// count as harmless.
    ///
    /// - Parameters:
    ///   - skipBad: leave out faulty lines rather than the whole file.
    ///   - moment: of the import; the pairs' age counts from it.
    ///   - progress: is told now and then how many lines have been copied.
    /// - Throws: `RecordedPairsError` with all faults, `StorageError` when the file cannot be read or the settings are refused,
    ///   `PostgresError`. Nothing is kept then.
    public func store(
        file: String, settings: WorkloadSettings, source: Source = .imported, skipBad: Bool = false, at moment: Timestamp,
        progress: (Int) -> Void = { _ in }
    ) throws -> ImportOutcome {
        try store(LineFile(path: file), settings, source, skipBad, moment, progress)
    }

    /// The same for lines that are in memory; `name` is what faults call the file.
    public func store(
        lines: [UInt8], name: String, settings: WorkloadSettings, source: Source = .imported, skipBad: Bool = false, at moment: Timestamp,
        progress: (Int) -> Void = { _ in }
    ) throws -> ImportOutcome {
        try store(LineFile(lines, name: name), settings, source, skipBad, moment, progress)
    }

    private func store(
        _ file: LineFile, _ settings: WorkloadSettings, _ source: Source, _ skipBad: Bool, _ moment: Timestamp, _ progress: (Int) -> Void
    ) throws -> ImportOutcome {
        let survey = PairSurvey(file, comparedAs: settings.compare.kind)
        guard skipBad || survey.faults.isEmpty else { throw RecordedPairsError(file: file.name, faults: survey.faults) }
        guard survey.days.count <= RecordedPairs.maximumDays else {
            throw StorageError(
                .refused,
                "\(file.name): its calls lie on \(survey.days.count) different days, at most \(RecordedPairs.maximumDays) are taken: divide it"
            )
        }
        for attempt in 1... {
            try TrafficRows(connection).makePartitions(for: survey.days.map { Identifier(at: $0) })
            do {
                return try connection.transaction {
                    try copy(file, survey, settings, source, skipBad, moment, progress)
                }
            } catch let error as PostgresError where error.isMissingPartition && attempt < RecordedPairs.tries {
                continue
            }
        }
        preconditionFailure("the last try returns or throws")
    }

    private func copy(
        _ file: LineFile, _ survey: PairSurvey, _ settings: WorkloadSettings, _ source: Source, _ skipBad: Bool, _ moment: Timestamp,
        _ progress: (Int) -> Void
    ) throws -> ImportOutcome {
        let opened = try Registry(connection).openTrial(settings, source: source, at: moment)
        var outcome = ImportOutcome(trial: opened.trial, change: opened.change)
        outcome.alreadyThere = survey.repeated
        outcome.faults = survey.faults
        var copy = PairCopy(
            connection, trial: opened.trial, reckoning: RateReckoning(survey, settings), source: source, at: moment)
        for start in stride(from: 0, to: survey.lines.count, by: RecordedPairs.batch) {
            let lines = survey.lines[start..<min(start + RecordedPairs.batch, survey.lines.count)]
            let fresh = try unknown(lines, of: opened.trial, &outcome)
            try copy.add(
                fresh.map { line in
                    var decoder = LineDecoder(line: line.number)
                    guard let pair = RecordedPair(file.bytes[line.range], comparedAs: settings.compare.kind, &decoder) else {
                        preconditionFailure("line \(line.number) was read before")
                    }
                    return (pair, line.key)
                })
            outcome.stored += fresh.count
            progress(start + lines.count)
        }
        guard skipBad || outcome.faults.isEmpty else { throw RecordedPairsError(file: file.name, faults: outcome.faults) }
        if try copy.finish() { outcome.trial.simulated = true }
        return outcome
    }

    /// Lines whose ids the trial does not have yet. One that it has with another time is at fault.
    private func unknown(
        _ lines: ArraySlice<PairSurvey.Line>, of trial: StoredTrial, _ outcome: inout ImportOutcome
    ) throws -> [PairSurvey.Line] {
        var known: [Identifier: Timestamp] = [:]
        for row in try connection.query(ImportQueries.knownKeys, [.id(trial.id), .ids(lines.map(\.key))]) {
            known[try row.id("external_hash")] = try row.moment("called_at")
        }
        return lines.filter { line in
            guard let before = known[line.key] else { return true }
            if before == line.calledAt {
                outcome.alreadyThere += 1
            } else {
                outcome.faults.append(PairSurvey.otherTime(line.number, before, "this trial"))
            }
            return false
        }
    }
}

extension PostgresError {
    /// No partition takes the row: a check violation without a constraint's name.
    var isMissingPartition: Bool { sqlState == "23514" && constraint == nil }
}
