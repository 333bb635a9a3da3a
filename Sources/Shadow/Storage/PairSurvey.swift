internal import Configuration
internal import JSON
internal import Records
internal import Traffic

/// A first reading of a file of recorded pairs: finds every fault before anything is stored, and what the file says as a whole.
/// Keeps where the good lines are rather than what is in them, so that long files need little more memory than their bytes.
struct PairSurvey {
    /// A line that can be stored.
    struct Line {
        var number: Int
        var range: Range<Int>
        /// Stands for the line's id.
        var key: Identifier
        var calledAt: Timestamp
    }

    private(set) var lines: [Line] = []
    private(set) var faults: [LineFault] = []
    /// Lines whose id stood in the file before, at the same time.
    private(set) var repeated = 0
    /// A moment of each UTC day.
    private(set) var days: [Timestamp] = []
    /// The smallest of the lines' sampling rates.
    private(set) var smallestRate = 1.0
    /// The share of lines with a control leg, among those that do not say its rate.
    private(set) var controlShare = 0.0

    init(_ file: LineFile, comparedAs kind: ComparisonKind) {
        var places: [Identifier: Int] = [:]
        var seenDays: Set<Int64> = []
        var withoutRate = 0
        var controls = 0
        file.forEachLine { number, range in
            var decoder = LineDecoder(line: number)
            guard let pair = RecordedPair(file.bytes[range], comparedAs: kind, &decoder) else {
                faults += decoder.faults
                return
            }
            let line = Line(number: number, range: range, key: ContentHash.of(pair.id.utf8), calledAt: pair.calledAt)
            if let place = places[line.key] {
                let before = lines[place]
                if before.calledAt == line.calledAt {
                    repeated += 1
                } else {
                    faults.append(PairSurvey.otherTime(number, before.calledAt, "line \(before.number)"))
                }
                return
            }
            places[line.key] = lines.count
            lines.append(line)
            if seenDays.insert(pair.calledAt.microseconds / 86_400_000_000).inserted { days.append(pair.calledAt) }
            smallestRate = min(smallestRate, pair.samplingRate ?? 1)
            if pair.controlRate == nil {
                withoutRate += 1
                if pair.control != nil { controls += 1 }
            }
        }
        if controls > 0 { controlShare = Double(controls) / Double(withoutRate) }
    }

    /// The same id was called at another time.
    static func otherTime(_ line: Int, _ before: Timestamp, _ place: String) -> LineFault {
        LineFault(
            line: line, field: "called_at",
            message: "\(place) has the same id, called at \(before): two calls need two ids, and one call has one time")
    }
}

/// The probabilities of a file's pairs, said or reckoned.
struct RateReckoning {
    private let smallestRate: Double
    private let controlShare: Double
    private let adjudicate: AdjudicateSettings

    init(_ survey: PairSurvey, _ settings: WorkloadSettings) {
        self.init(smallestRate: survey.smallestRate, controlShare: survey.controlShare, settings)
    }

    init(smallestRate: Double, controlShare: Double, _ settings: WorkloadSettings) {
        self.smallestRate = smallestRate
        self.controlShare = controlShare
        adjudicate = settings.adjudicate
    }

    /// ρ.
    func samplingRate(_ pair: RecordedPair) -> Double { pair.samplingRate ?? 1 }

    /// w: the smallest rate of the file ÷ ρ.
    func evidenceWeight(_ pair: RecordedPair) -> Double { smallestRate / samplingRate(pair) }

    /// π_A.
    func controlRate(_ pair: RecordedPair) -> Double { pair.controlRate ?? controlShare }

    /// Whether a rate is the file's own share rather than the log of a draw. In a file without control legs none was drawn for sure.
    func isEstimated(_ pair: RecordedPair) -> Bool { pair.samplingRate == nil || (pair.controlRate == nil && controlShare > 0) }

    /// π, and whether a disagreement here is to be judged.
    ///
    /// Without a logged probability the draw is ours, from the id alone: it must not lean on which lines happen to be judged, which
    /// may hang together with their outcome. With one below 1 the draw was made elsewhere, and the judgement is its only record.
    /// A pair that could never be drawn, 0, is one to be judged like any other: were it none, its disagreement would count as harmless.
    func adjudication(_ pair: RecordedPair, draw: Double) -> (probability: Double, planned: Bool) {
        guard adjudicate.by != .none else { return (0, false) }
        guard let logged = pair.adjudicationProbability else { return (adjudicate.disagreements, draw < adjudicate.disagreements) }
        return logged == 0 ? (1, true) : (logged, logged == 1 || pair.isJudged)
    }
}
