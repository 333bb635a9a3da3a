internal import Configuration
internal import HTTPWire
internal import Traffic

/// One trial's part in the draw.
struct SamplingTrial: Sendable {
    let id: Identifier
    let sample: SampleSettings
    /// Matched paths without their `/v1`, as bytes.
    let paths: [[UInt8]]
    /// Microseconds since the Unix epoch; `.max` while no end is known.
    let endsAt: Int64
    let control: Double
    /// π: 0 when nobody judges.
    let adjudicationProbability: Double

    init(_ trial: MirrorTrial) {
        id = trial.id
        let settings = trial.settings
        sample = settings.sample
        paths = settings.match.paths.map { Array(SamplingTrial.withoutVersion(Array($0.utf8)[...])) }
        endsAt = trial.endsAt?.microseconds ?? .max
        control = settings.control
        adjudicationProbability = settings.adjudicate.by == .none ? 0 : settings.adjudicate.disagreements
    }

    /// A path without query and without a leading `/v1`, which apps put on either side of the base URL.
    static func withoutVersion(_ target: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let path = target.prefix { $0 != UInt8(ascii: "?") }
        let start = path.startIndex
        guard path.count >= 4, path[start] == UInt8(ascii: "/"), path[start + 1] == UInt8(ascii: "v"),
            path[start + 2] == UInt8(ascii: "1"), path[start + 3] == UInt8(ascii: "/")
        else { return path }
        return path.dropFirst(3)
    }
}

/// A call that at least one trial may still take: what was seen in its head, kept until its body is there.
struct Consideration {
    /// One trial that has not declined.
    struct Entry {
        var trial: Int
        var segment: String?
        /// ρ of this call in this trial.
        var rate: Double
        var conversation: ConversationKey?
        /// Drawn already; else the body must say which conversation it is.
        var isDrawn: Bool
    }

    var id: Identifier
    var calledAt: Timestamp
    var size: RequestSize
    var entries: [Entry]
}

/// One trial that takes the call, with everything that must be logged about how it was drawn.
struct TrialDraw: Sendable, Equatable {
    /// The trial's position in the route.
    var trial: Int
    var segment: String?
    var samplingRate: Double
    var evidenceWeight: Double
    var adjudicationProbability: Double
    var planned: Bool
}

/// A call that is shadowed.
struct Draw: Sendable, Equatable {
    var id: Identifier
    var calledAt: Timestamp
    var size: RequestSize
    var conversation: String?
    /// Never empty.
    var trials: [TrialDraw]
    /// π_A of this call: the largest share of the trials that take it.
    var controlRate: Double
    var asksControl: Bool
    var evidenceOrder: UInt64
}

/// Decides which calls of a route are shadowed: in two steps, so that a call nobody wants leaves nothing behind once its head
/// has been read. Pure; the same call is decided alike by every mirror with the same key.
struct SamplingPlan: Sendable {
    let key: KeyedHash
    let trials: [SamplingTrial]

    init(key: KeyedHash, trials: [MirrorTrial]) {
        self.key = key
        self.trials = trials.map(SamplingTrial.init)
    }

    /// First step. `path` is what follows the workload's name. nil: no trial will take the call.
    func consider(
        _ head: RequestHead, path: ArraySlice<UInt8>, id: Identifier, at moment: Timestamp, tally: inout CoverageTally
    ) -> Consideration? {
        guard !trials.isEmpty else { return nil }
        let exclusion = exclusion(of: head)
        let size = RequestSize(bytes: SamplingPlan.announcedLength(head))
        let bare = SamplingTrial.withoutVersion(path)
        var entries: [Consideration.Entry] = []
        for (index, trial) in trials.enumerated() where moment.microseconds < trial.endsAt {
            let segment = trial.sample.segments.flatMap { head.headers[$0.header] }.flatMap { $0.isEmpty ? nil : $0 }
            tally.count(.call, trial: index, segment: segment)
            guard head.method == "POST", trial.paths.contains(where: { $0.elementsEqual(bare) }) else {
                tally.count(.skippedNoMatch, trial: index, segment: segment)
                continue
            }
            if let exclusion {
                tally.count(exclusion, trial: index, segment: segment)
                continue
            }
            tally.considered(trial: index, size: size, segment: segment, rate: trial.sample.rate(segment: segment))
            if let entry = entry(index, trial, head, segment, id) { entries.append(entry) }
        }
        return entries.isEmpty ? nil : Consideration(id: id, calledAt: moment, size: size, entries: entries)
    }

    /// Second step, when the request is complete. nil: no trial takes the call. Whether a drawn call can be shadowed is found
    /// out off the production path; only then it counts as sampled.
    func decide(_ consideration: Consideration, body: [UInt8]) -> Draw? {
        let numbers = DrawNumbers(key: key, id: consideration.id)
        let needsOpening = consideration.entries.contains { !$0.isDrawn }
        let opening = needsOpening ? ConversationKey(openingOf: body, at: consideration.calledAt, key: key) : nil
        var taken: [TrialDraw] = []
        var conversation: String?
        for entry in consideration.entries {
            let trial = trials[entry.trial]
            guard let named = take(entry, trial, body, opening) else { continue }
            conversation = conversation ?? named.conversation
            taken.append(
                TrialDraw(
                    trial: entry.trial, segment: entry.segment, samplingRate: entry.rate,
                    evidenceWeight: min(1, trial.sample.smallestRate / entry.rate), adjudicationProbability: trial.adjudicationProbability,
                    planned: numbers.adjudication < trial.adjudicationProbability))
        }
        guard !taken.isEmpty else { return nil }
        let controlRate = taken.map { trials[$0.trial].control }.max() ?? 0
        return Draw(
            id: consideration.id, calledAt: consideration.calledAt, size: consideration.size, conversation: conversation, trials: taken,
            controlRate: controlRate,
            asksControl: numbers.control < controlRate, evidenceOrder: numbers.evidenceOrder)
    }

    /// Instead of the second step, for a call whose request could not be kept: counts it for the trials that had drawn it.
    func shed(_ consideration: Consideration, as event: CoverageEvent, tally: inout CoverageTally) {
        for entry in consideration.entries where entry.isDrawn {
            tally.count(.sampled, trial: entry.trial, segment: entry.segment)
            tally.count(event, trial: entry.trial, segment: entry.segment)
            tally.drawn(trial: entry.trial, size: consideration.size, segment: entry.segment)
        }
    }

    /// How long the request is, as far as its head says; nil where it comes in chunks.
    private static func announcedLength(_ head: RequestHead) -> Int? {
        switch head.framing {
        case .length(let length): Int(clamping: length)
        case .none: 0
        case .chunked: nil
        }
    }

    /// Why no trial may take a call, as far as its head says.
    private func exclusion(of head: RequestHead) -> CoverageEvent? {
        if head.headers.contains(LegHeader.name) { return .skippedLoop }
        if let retries = head.headers["x-stainless-retry-count"], let count = Int(retries), count > 0 { return .skippedRetry }
        return nil
    }

    private func entry(_ index: Int, _ trial: SamplingTrial, _ head: RequestHead, _ segment: String?, _ id: Identifier) -> Consideration
        .Entry?
    {
        let rate = trial.sample.rate(segment: segment)
        var conversation: ConversationKey?
        if case .header(let name) = trial.sample.conversation {
            conversation = ConversationKey(header: name, of: head.headers, key: key)
        }
        let isDrawn: Bool
        switch (trial.sample.unit, conversation) {
        case (.call, _): isDrawn = DrawNumbers(key: key, id: id).sampling < rate
        case (.conversation, let named?): isDrawn = KeyedHash.fraction(of: named.hash) < rate
        case (.conversation, nil): return .init(trial: index, segment: segment, rate: rate, conversation: nil, isDrawn: false)
        }
        return isDrawn ? .init(trial: index, segment: segment, rate: rate, conversation: conversation, isDrawn: true) : nil
    }

    private struct Taken {
        var conversation: String?
    }

    /// What the conversation is called when the trial takes the call, now that its body is there; nil: it does not take it.
    private func take(
        _ entry: Consideration.Entry, _ trial: SamplingTrial, _ body: [UInt8], _ opening: ConversationKey?
    ) -> Taken? {
        var conversation = entry.conversation
        if case .field(let pointer) = trial.sample.conversation {
            conversation = ConversationKey(field: pointer, of: body, key: key)
        }
        if entry.isDrawn { return Taken(conversation: conversation?.name) }
        guard let deciding = conversation ?? opening, KeyedHash.fraction(of: deciding.hash) < entry.rate else { return nil }
        return Taken(conversation: deciding.name)
    }
}

/// The header that shadow calls carry, so that a mirror in their way leaves them alone.
enum LegHeader {
    static let name = "Understudy-Leg"
}
