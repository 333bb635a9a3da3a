import Configuration
import JSON
import Statistics
import Storage
import Traffic

/// Random recorded pairs for `EvidenceCheckTests`, with the plain facts about each from which the test reckons every figure anew.
///
/// Nothing here is asked of the product: who was right, what failed and what it cost follows from how the pair was made.
struct RandomPair {
    static let labels = ["card_arrival", "lost_card", "transfer_failed"]
    static let workload = "checked"
    /// Calls of a segment are sampled at these rates; the smallest of them is the floor of all weights.
    static let rates: [(segment: String, sampling: Double, control: Double)] = [("app", 1, 0), ("mail", 0.5, 0.25), ("web", 0.25, 0.2)]
    static let confidences = [0, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97]
    static let prices = (production: (input: 5.0, output: 25.0), candidate: (input: 0.125, output: 0.5))

    enum Answer: Equatable {
        case label(String)
        /// A label that is one only after normalising.
        case shouted(String)
        case serverError
        case timeout
        case blank

        var label: String? {
            switch self {
            case .label(let label), .shouted(let label): label
            case .serverError, .timeout, .blank: nil
            }
        }
        var failed: Bool { label == nil }
        /// An answer came, however useful.
        var arrived: Bool { self != .serverError && self != .timeout }
    }

    struct Side {
        var answer: Answer
        var inputTokens: Int
        var outputTokens: Int
        var durationMs: Double

        func cost(_ price: (input: Double, output: Double)) -> Double? {
            answer.arrived ? (Double(inputTokens) * price.input + Double(outputTokens) * price.output) / 1e6 : nil
        }
    }

    var id: String
    var calledAt: Timestamp
    /// From the first, in the trial's own time zone.
    var day: Int
    var segment: String
    var conversation: String?
    var samplingRate: Double
    var controlRate: Double
    var production: Side
    var candidate: Side
    var control: Answer?
    var confidence: Double?
    /// nil where the file leaves it out.
    var adjudicationProbability: Double?
    var gold: String
    /// The file says the gold label.
    var isLabelled: Bool

    var weight: Double { 0.25 / samplingRate }
    var isComparable: Bool { !production.answer.failed }
    var differs: Bool { isComparable && production.answer.label != candidate.answer.label }
    var failureDifference: Double { (candidate.answer.failed ? 1 : 0) - (production.answer.failed ? 1 : 0) }
    var productionIsRight: Bool { production.answer.label == gold }
    var candidateIsRight: Bool { candidate.answer.label == gold }
    /// D by the gold label.
    var difference: Double { (candidateIsRight ? 1 : 0) - (productionIsRight ? 1 : 0) }

    /// Pairs of seven days in Berlin, one a call time, oldest first. With `drawn`, a share of the disagreements was drawn for judging.
    static func week(_ count: Int, drawn: Double?, seed: UInt64) -> [RandomPair] {
        var random = SplitMix64(seed: seed)
        // Midnight in Berlin, so that the first hour of each day is the day before in UTC.
        let start = Timestamp("2026-11-15T23:00:00Z")!
        let apart = 7 * 86_400.0 / Double(count)
        return (0..<count).map { number in
            let offset = Double(number) * apart
            return RandomPair(
                number, at: Timestamp(microseconds: start.microseconds + Int64(offset * 1e3) * 1000), day: Int(offset / 86_400),
                drawn: drawn,
                &random)
        }
    }

    private init(_ number: Int, at moment: Timestamp, day: Int, drawn: Double?, _ random: inout SplitMix64) {
        func chance(_ share: Double) -> Bool { Double(random.index(below: 1_000_000)) < share * 1e6 }
        func other(than label: String) -> String { Self.labels.filter { $0 != label }[random.index(below: 2)] }
        func side(_ answer: Answer, _ fastest: Int) -> Side {
            Side(
                answer: answer, inputTokens: 100 + random.index(below: 300), outputTokens: 1 + random.index(below: 9),
                durationMs: Double(fastest + random.index(below: 5000)) / 10 + 0.01)
        }
        id = "pair-\(number)"
        calledAt = moment
        self.day = day
        let rate = Self.rates[random.index(below: Self.rates.count)]
        (segment, samplingRate, controlRate) = (rate.segment, rate.sampling, rate.control)
        // Conversations of five turns or so, some over midnight.
        conversation = segment == "app" && chance(0.5) ? "talk-\(number / 40)" : nil
        gold = Self.labels[random.index(below: 3)]
        let produced = chance(0.9) ? gold : other(than: gold)
        let proposed = chance(0.93) ? produced : chance(0.4) ? gold : other(than: produced)
        production = side(chance(0.005) ? .serverError : chance(0.004) ? .timeout : .label(produced), 6000)
        candidate = side(
            chance(0.004)
                ? .serverError : chance(0.005) ? .timeout : chance(0.003) ? .blank : chance(0.05) ? .shouted(proposed) : .label(proposed),
            3000)
        control = chance(controlRate) ? chance(0.03) ? .serverError : .label(chance(0.96) ? produced : other(than: produced)) : nil
        let sure = Self.confidences[random.index(below: Self.confidences.count)]
        confidence = candidate.answer.arrived && sure > 0 ? sure : nil
        adjudicationProbability = drawn
        isLabelled = chance(drawn ?? 0.9)
    }

    /// As a file of recorded pairs says it.
    var line: JSONValue {
        func leg(_ side: Side) -> JSONValue {
            var leg = Self.leg(side.answer)
            leg["duration_ms"] = JSONValue(side.durationMs)
            if side.answer.arrived {
                leg["input_tokens"] = JSONValue(side.inputTokens)
                leg["output_tokens"] = JSONValue(side.outputTokens)
            }
            return leg
        }
        var line: JSONValue = [
            "id": .string(id), "called_at": .string(calledAt.description), "segment": .string(segment),
            "request": ["messages": [["role": "user", "content": "Where is my card?"]]],
            "production": leg(production), "candidate": leg(candidate),
            "sampling_rate": JSONValue(samplingRate), "control_rate": JSONValue(controlRate),
        ]
        if let conversation { line["conversation"] = .string(conversation) }
        if let control { line["control"] = Self.leg(control) }
        if let confidence { line["candidate"]?["confidence"] = JSONValue(confidence) }
        if let adjudicationProbability { line["adjudication_probability"] = JSONValue(adjudicationProbability) }
        if isLabelled { line["label"] = .string(gold) }
        return line
    }

    private static func leg(_ answer: Answer) -> JSONValue {
        switch answer {
        case .label(let label): ["output": .string(label)]
        case .shouted(let label): ["output": .string(label.uppercased())]
        case .blank: ["output": ""]
        case .serverError: ["status": 500, "output": "overloaded"]
        case .timeout: ["error": "timeout"]
        }
    }
}
