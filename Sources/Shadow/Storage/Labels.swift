internal import Configuration
internal import JSON
public import Postgres
public import Traffic

/// Takes gold answers and judgements for pairs that are stored already. Each word is kept, the newest counts.
public struct Labels {
    /// Lines that are looked up at a time.
    private static let batch = 1_000

    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// What an import came to.
    public struct LabelsOutcome: Sendable, Hashable {
        /// Lines that said something new.
        public var stored = 0
        /// Lines that said what was known.
        public var unchanged = 0
        /// What lines called pairs that are not stored, in the file's order.
        public var unmatched: [String] = []
    }

    /// Imports a file of one JSON object a line, all of it or nothing:
    /// `{"id": …, "label": …}` with any JSON value as the gold answer, or `{"id": …, "correct": …, "who": …}` with a judgement.
    ///
    /// `id` is the id of a pair, a call or an import's line, or a provider's request id; `request_id` in its place is the latter:
    /// production's, or the candidate's. A gold answer belongs to the call and so to all its pairs; a judgement to one pair. The pairs
    /// are compared again.
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
        let trials = try Registry(connection).trials(workload: workload, includingEnded: true)
        guard let newest = trials.last else {
            throw StorageError(.notFound, "no trial has pairs of workload \(workload); `understudy list` shows the workloads")
        }
        var faults: [LineFault] = []
        let lines = LabelLine.all(of: file, comparedAs: newest.settings.compare.kind, &faults)
        guard faults.isEmpty else { throw FaultyFileError(file: file.name, faults: faults) }
        return try connection.transaction {
            var storing = LabelStoring(connection, origin: file.name, at: moment)
            for start in stride(from: 0, to: lines.count, by: Labels.batch) {
                let part = lines[start..<min(start + Labels.batch, lines.count)]
                try storing.add(part, targets: LabelTargets(part, of: workload, on: connection))
                progress(start + part.count)
            }
            guard storing.faults.isEmpty else { throw FaultyFileError(file: file.name, faults: storing.faults) }
            try storing.finish()
            return storing.outcome
        }
    }
}

/// One line of a file of labels.
struct LabelLine {
    enum Word {
        case label(JSONValue)
        case correct(Correctness, who: String?)
    }

    var number: Int
    /// What the line calls the pair.
    var name: String
    /// The name is a provider's and nothing else.
    var isRequestID: Bool
    var word: Word

    /// Reads all lines and gathers their faults.
    static func all(of file: LineFile, comparedAs kind: ComparisonKind, _ faults: inout [LineFault]) -> [LabelLine] {
        var lines: [LabelLine] = []
        file.forEachLine { number, range in
            var decoder = LineDecoder(line: number)
            if let line = LabelLine(file.bytes[range], comparedAs: kind, &decoder) { lines.append(line) }
            faults += decoder.faults
        }
        return lines
    }

    private init?(_ bytes: ArraySlice<UInt8>, comparedAs kind: ComparisonKind, _ decoder: inout LineDecoder) {
        guard let line = decoder.parse(bytes, known: ["id", "request_id", "label", "correct", "who"]) else { return nil }
        let id = decoder.text(line, "id")
        let requestID = decoder.text(line, "request_id")
        if line.value("id") != nil, line.value("request_id") != nil {
            decoder.fault("request_id", "a line names its pair by id or by request_id, not by both")
        } else if id == nil, requestID == nil, decoder.faults.isEmpty {
            decoder.fault("id", "a line names its pair by id or by request_id")
        }
        let label = line.value("label")
        let correct = decoder.word(line, "correct", of: RecordedPair.judgements)
        let who = decoder.text(line, "who")
        switch (label, line.value("correct")) {
        case (_?, _?): decoder.fault("correct", "a line says either label or correct, not both")
        case (nil, nil): decoder.fault("label", "a line says label, the right answer, or correct, who was right")
        default: break
        }
        if kind == .label, let label, label.stringValue == nil {
            decoder.fault("label", "this workload compares labels: a text is expected, not \(LineDecoder.article(label))")
        }
        if label != nil, line.value("who") != nil { decoder.fault("who", "only correct is said by somebody; a label is the right answer") }
        guard decoder.faults.isEmpty, let name = id ?? requestID else { return nil }
        number = decoder.line
        self.name = name
        isRequestID = requestID != nil
        if let label {
            word = .label(StorableText.escaped(label))
        } else if let correct {
            word = .correct(correct, who: who)
        } else {
            return nil
        }
    }

    /// Tells a request id from another name of the same spelling.
    var key: String { (isRequestID ? "request " : "any ") + StorableText.escaped(name) }
}
