public import Configuration
internal import JSON
public import Traffic

/// A file of recorded calls, in any of the forms that are known: a record a line, a list of records, or a page of an API (`{"data":[…]}`).
///
/// A first reading finds every fault before anybody is asked. It keeps where the records stand rather than what is in them, so that a
/// long file needs little more memory than its bytes.
public struct CallFile: Sendable {
    /// A call that can be asked.
    public struct Entry: Sendable, Hashable {
        /// The line where its record begins.
        public var line: Int
        /// The call's name in the file.
        public var id: String
        /// As its record says.
        public var calledAt: Timestamp?
        var ranges: [Range<Int>]
    }

    private let file: LineFile
    private let asking: AskedModels
    private let kind: ComparisonKind
    /// Calls that can be asked, in the file's order, each id once.
    public private(set) var entries: [Entry] = []
    public private(set) var faults: [LineFault] = []
    /// Records that are no chat completions of a model, by the reason.
    public private(set) var skipped: [String: Int] = [:]
    /// Records whose id stood in the file before.
    public private(set) var repeated = 0
    /// A moment of each UTC day that the calls say.
    public private(set) var days: [Timestamp] = []
    /// The smallest sampling rate that a call says.
    public private(set) var smallestRate = 1.0

    /// Reads a file. Throws when that cannot be done.
    public init(path: String, asking: AskedModels, comparedAs kind: ComparisonKind) throws(UnreadableFileError) {
        self.init(try LineFile(path: path), asking: asking, comparedAs: kind)
    }

    /// The same for bytes that are in memory; `name` is what faults call them. More records than `atMost` are a fault before any is read.
    public init(_ bytes: [UInt8], name: String, asking: AskedModels, comparedAs kind: ComparisonKind, atMost: Int = .max) {
        self.init(LineFile(bytes, name: name), asking: asking, comparedAs: kind, atMost: atMost)
    }

    private init(_ file: LineFile, asking: AskedModels, comparedAs kind: ComparisonKind, atMost: Int = .max) {
        self.file = file
        self.asking = asking
        self.kind = kind
        var pieces = RecordPieces(file)
        if let fault = pieces.fault { faults.append(fault) }
        var batch = BatchLines()
        var survey = Survey()
        let all = pieces.takeAll()
        guard all.count <= atMost else {
            faults = [LineFault(line: 1, field: "", message: "there are \(all.count) records; at most \(atMost) are taken at once")]
            return
        }
        for piece in all {
            if !batch.take(piece, file) { add(piece.line, [piece.range], &survey) }
        }
        for (line, ranges) in batch.joined { add(line, ranges, &survey) }
        faults.sort { $0.line < $1.line }
        entries.sort { $0.line < $1.line }
    }

    private struct Survey {
        var moments: [String: Timestamp?] = [:]
        var days: Set<Int64> = []
    }

    private mutating func add(_ line: Int, _ ranges: [Range<Int>], _ survey: inout Survey) {
        var decoder = LineDecoder(line: line)
        switch read(ranges, &decoder) {
        case .faulty: faults += decoder.faults
        case .skipped(let reason): skipped[reason, default: 0] += 1
        case .call(let call):
            if let before = survey.moments[call.id] {
                if before == call.calledAt || asking == .both {
                    repeated += 1
                } else {
                    faults.append(LineFault(line: line, field: "id", message: "this id stood in the file before, with another time"))
                }
                return
            }
            survey.moments[call.id] = .some(call.calledAt)
            smallestRate = min(smallestRate, call.samplingRate ?? 1)
            if let moment = call.calledAt, survey.days.insert(moment.microseconds / 86_400_000_000).inserted { days.append(moment) }
            entries.append(Entry(line: line, id: call.id, calledAt: call.calledAt, ranges: ranges))
        }
    }

    /// The call of an entry.
    public func call(_ entry: Entry) -> RecordedCall {
        var decoder = LineDecoder(line: entry.line)
        guard case .call(let call) = read(entry.ranges, &decoder) else { preconditionFailure("line \(entry.line) was read before") }
        return call
    }

    /// Bytes of the record of an entry.
    public func size(of entry: Entry) -> Int { entry.ranges.reduce(0) { $0 + $1.count } }

    private func read(_ ranges: [Range<Int>], _ decoder: inout LineDecoder) -> RecordReading {
        guard let line = decoder.parse(file.bytes[ranges[0]]) else { return .faulty }
        guard let form = RecordForm(line) else {
            decoder.fault("", RecordForm.unknown)
            return .faulty
        }
        switch form {
        case .own: return RecordedCall.own(line, asking: asking, comparedAs: kind, &decoder)
        case .log: return RecordedCall.log(line, asking: asking, &decoder)
        case .batch:
            let output = ranges.count > 1 ? decoder.parse(file.bytes[ranges[1]]) : nil
            return RecordedCall.batch(input: line, output: output, asking: asking, &decoder)
        case .storedCompletion: return RecordedCall.storedCompletion(line, asking: asking, &decoder)
        case .liteLLM: return RecordedCall.liteLLM(line, asking: asking, &decoder)
        case .langfuse: return RecordedCall.langfuse(line, asking: asking, &decoder)
        }
    }
}

/// The lines of a batch's two files, which belong together by `custom_id`.
private struct BatchLines {
    private var inputs: [(line: Int, id: String, range: Range<Int>)] = []
    private var outputs: [String: Range<Int>] = [:]

    /// Takes a line of a batch; false for any other.
    mutating func take(_ piece: RecordPieces.Piece, _ file: LineFile) -> Bool {
        let bytes = Array(file.bytes[piece.range])
        let fields = JSONScanner.topLevelFields(in: bytes.span, names: ["custom_id", "body"])
        guard let named = fields[0], let id = JSONScanner.string(named, in: bytes.span) else { return false }
        if fields[1] == nil { outputs[id] = piece.range } else { inputs.append((piece.line, id, piece.range)) }
        return true
    }

    var joined: [(line: Int, ranges: [Range<Int>])] {
        inputs.map { input in (input.line, [input.range] + (outputs[input.id].map { [$0] } ?? [])) }
    }
}
