internal import Configuration
internal import HTTPWire
internal import ModelAPI
internal import Records
internal import Traffic

/// What became of a body that was handed in.
enum TapReceipt: Sendable, Equatable {
    /// Taken: how many calls, how many of them a trial drew, how many had been handed in before, and how many records were none.
    case taken(calls: Int, sampled: Int, repeated: Int, ignored: Int)
    /// Nothing of it was taken.
    case faulty([LineFault])
}

/// Finished calls as a gateway hands them in, read and checked as a whole: the forms of `replay`, of which everything must be there.
struct TapReading {
    /// Records of one body, at most.
    static let mostRecords = 1_000
    /// How far a call may lie back, in microseconds; older ones are for `replay`.
    static let oldest: Int64 = 86_400_000_000
    /// How far a gateway's clock may be ahead.
    static let clockError: Int64 = 300_000_000

    /// A call, and the bytes of its record.
    struct Entry {
        var call: RecordedCall
        var calledAt: Timestamp
        var bytes: Int
    }

    private(set) var entries: [Entry] = []
    private(set) var faults: [LineFault]
    private(set) var repeated: Int
    private(set) var ignored: Int

    init(_ body: [UInt8], comparedAs kind: ComparisonKind, at now: Timestamp) {
        let file = CallFile(body, name: "the body", asking: .candidate, comparedAs: kind, atMost: TapReading.mostRecords)
        faults = file.faults
        repeated = file.repeated
        ignored = file.skipped.values.reduce(0, +)
        if file.entries.isEmpty, faults.isEmpty, ignored == 0 {
            faults.append(LineFault(line: 1, field: "", message: "a finished call is expected, not nothing"))
        }
        for entry in file.entries { add(file.call(entry), entry, file.size(of: entry), now) }
    }

    private mutating func add(_ call: RecordedCall, _ entry: CallFile.Entry, _ bytes: Int, _ now: Timestamp) {
        func fault(_ field: String, _ message: String) { faults.append(LineFault(line: entry.line, field: field, message: message)) }
        guard let calledAt = call.calledAt else { return fault("called_at", "this key is required: when was the call made?") }
        if calledAt.microseconds < now.microseconds - TapReading.oldest {
            fault("called_at", "\(calledAt) is more than a day ago: what is recorded goes through understudy replay")
        } else if calledAt.microseconds > now.microseconds + TapReading.clockError {
            fault("called_at", "\(calledAt) lies ahead of the mirror's clock (\(now))")
        }
        if call.label != nil { fault("label", "calls are taken here, labels by understudy labels import or POST /WORKLOAD/feedback") }
        if call.samplingRate != nil {
            fault("sampling_rate", "the trial's own rate is logged: hand in every call, or those of a fixed rate")
        }
        if call.adjudicationProbability != nil { fault("adjudication_probability", "the trial's own share is logged: leave it out") }
        entries.append(Entry(call: call, calledAt: calledAt, bytes: bytes))
    }
}

extension Identifier {
    /// The id of a tapped call: the same wherever and however often it is handed in, so that it is drawn alike and kept once.
    init(tapped id: String, of workload: String, at moment: Timestamp) {
        let bytes = Array("\(workload)\0\(id)".utf8)
        self.init(at: moment, random: (Identifier.first.hash(bytes), Identifier.second.hash(bytes)))
    }

    private static let first = KeyedHash(key0: 0x7461_7070_6564_2063, key1: 0x616c_6c73_2031)
    private static let second = KeyedHash(key0: 0x7461_7070_6564_2063, key1: 0x616c_6c73_2032)
}

/// The calls that were handed in last: gateways hand a call in again when an answer of ours got lost.
struct RecentCalls {
    static let most = 65_536
    private var known: Set<Identifier> = []
    private var order: [Identifier] = []
    private var oldest = 0

    /// False when it is known already.
    mutating func insert(_ id: Identifier) -> Bool {
        guard known.insert(id).inserted else { return false }
        if order.count < RecentCalls.most {
            order.append(id)
        } else {
            known.remove(order[oldest])
            order[oldest] = id
            oldest = (oldest + 1) % RecentCalls.most
        }
        return true
    }
}

extension SamplingPlan {
    private static let path = Array("/v1/chat/completions".utf8)

    /// The draw of a tapped call: as if an app had made it with the headers that name its segment and conversation. nil: no trial takes it.
    func draw(tapped call: RecordedCall, id: Identifier, at moment: Timestamp, body: [UInt8], tally: inout CoverageTally) -> Draw? {
        var headers: Headers = []
        for trial in trials {
            if let name = trial.sample.segments?.header, let segment = call.segment { headers.append(name, segment) }
            if case .header(let name) = trial.sample.conversation, let conversation = call.conversation {
                headers.append(name, conversation)
            }
        }
        let head = RequestHead(method: "POST", target: SamplingPlan.path, headers: headers, framing: .length(Int64(body.count)))
        guard let considered = consider(head, path: SamplingPlan.path[...], id: id, at: moment, tally: &tally),
            var draw = decide(considered, body: body)
        else { return nil }
        // Production is the gateway's: nobody asks it a second time.
        (draw.controlRate, draw.asksControl) = (0, false)
        if draw.conversation == nil { draw.conversation = call.conversation }
        return draw
    }
}
