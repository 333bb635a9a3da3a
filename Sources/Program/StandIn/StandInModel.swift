internal import JSON

/// A simulated model as its file describes it: which text it answers what to, how sure, how fast, and when it fails.
///
/// ```json
/// {
///   "model": "frontier-sim",                    // the name in its answers
///   "seed": 7,                                  // other draws with another seed
///   "latency": { "median_ms": 250, "p95_ms": 600 },
///   "answers": [                                // the first entry that fits the last user message
///     { "last_user": "Where is my order?", "answer": "order_status", "confidence": 0.97,
///       "otherwise": [ { "share": 0.03, "answer": "stock_question", "confidence": 0.4 } ] },
///     { "contains": "refund", "answer": "refund_status" },
///     { "last_user": "hang up", "fault": "hang" }
///   ],
///   "default": { "answer": "speak_to_human", "confidence": 0.3 },
///   "faults": [ { "share": 0.001, "fault": "server_error" } ]   // of all calls, drawn before the answer
/// }
/// ```
/// `otherwise` gives the share of calls that get another answer: so a model disagrees with itself. All draws hash the seed, the
/// message and how often it was asked before, so that the same calls get the same answers in every run.
public struct StandInModel: Sendable {
    /// What goes wrong instead of an answer.
    public enum Fault: String, Sendable, CaseIterable {
        /// Takes the request and never answers.
        case hang
        /// HTTP 500.
        case serverError = "server_error"
        /// HTTP 429 with Retry-After.
        case rateLimited = "rate_limited"
        /// HTTP 200 with bytes that are no JSON and no UTF-8.
        case garbage
        /// Half an answer, then the connection breaks.
        case closeEarly = "close_early"
        /// An answer that does not end before 100 MB.
        case flood
        /// An answer whose message is a refusal.
        case refuse
        /// An answer without text.
        case empty
    }

    /// One answer with what surrounds it.
    public struct Answer: Sendable, Hashable {
        public var text: String
        /// exp of the summed log-probability of its tokens; 0…1.
        public var confidence: Double
        /// From request to the end of the answer.
        public var latencyMs: Double
        public var fault: Fault?
    }

    /// The name that it answers under.
    public let name: String
    private let seed: UInt64
    private let median: Double
    private let p95: Double
    private let exact: [String: Entry]
    private let containing: [(text: String, entry: Entry)]
    private let standard: Entry
    private let faults: [(share: Double, fault: Fault)]

    struct Entry: Sendable {
        var answer: String
        var confidence: Double
        var latencyMs: Double?
        var fault: Fault?
        var otherwise: [(share: Double, answer: String, confidence: Double)]
    }

    /// Reads the file's text. Throws with the place and what would be right.
    public init(_ bytes: [UInt8]) throws(StandInError) {
        let root: JSONValue
        do { root = try JSONValue.parse(bytes) } catch { throw StandInError("\(error)") }
        let fields = try StandInFields(root, at: "the file", known: ["model", "seed", "latency", "answers", "default", "faults"])
        name = try fields.string("model") ?? "stand-in"
        seed = UInt64(max(0, try fields.number("seed", in: 0...1e15) ?? 1))
        let latency = try StandInFields(root["latency"] ?? .object([]), at: "latency", known: ["median_ms", "p95_ms"])
        median = try latency.number("median_ms", in: 0...600_000) ?? 20
        p95 = try max(median, latency.number("p95_ms", in: 0...600_000) ?? median * 2)
        var exact: [String: Entry] = [:]
        var containing: [(text: String, entry: Entry)] = []
        for (index, item) in try fields.array("answers").enumerated() {
            let place = "answers[\(index)]"
            let known = ["last_user", "contains", "answer", "confidence", "latency_ms", "fault", "otherwise"]
            let entry = try StandInFields(item, at: place, known: known)
            if let text = try entry.string("last_user") {
                exact[text] = try Self.entry(entry, at: place)
            } else if let text = try entry.string("contains") {
                containing.append((text, try Self.entry(entry, at: place)))
            } else {
                throw StandInError("\(place) needs last_user (the exact message) or contains (a part of it)")
            }
        }
        self.exact = exact
        self.containing = containing
        let known = ["answer", "confidence", "latency_ms", "fault", "otherwise"]
        standard = try Self.entry(StandInFields(root["default"] ?? ["answer": "ok"], at: "default", known: known), at: "default")
        faults = try fields.array("faults").enumerated().map { index, item throws(StandInError) in
            let place = "faults[\(index)]"
            let entry = try StandInFields(item, at: place, known: ["share", "fault"])
            guard let fault = try entry.fault("fault") else { throw StandInError("\(place).fault is missing") }
            return (try entry.number("share", in: 0...1) ?? 0, fault)
        }
    }

    private static func entry(_ fields: StandInFields, at place: String) throws(StandInError) -> Entry {
        let fault = try fields.fault("fault")
        guard let answer = try fields.string("answer") ?? (fault == nil ? nil : "") else {
            throw StandInError("\(place) needs an answer (a text) or a fault")
        }
        var otherwise: [(share: Double, answer: String, confidence: Double)] = []
        for (index, item) in try fields.array("otherwise").enumerated() {
            let inner = try StandInFields(item, at: "\(place).otherwise[\(index)]", known: ["share", "answer", "confidence"])
            otherwise.append(
                (
                    try inner.number("share", in: 0...1) ?? 0, try inner.string("answer") ?? "",
                    try inner.number("confidence", in: 0...1) ?? 0.5
                ))
        }
        return Entry(
            answer: answer, confidence: try fields.number("confidence", in: 0...1) ?? 0.9,
            latencyMs: try fields.number("latency_ms", in: 0...600_000), fault: fault, otherwise: otherwise)
    }

    /// What the model answers to a message that it was asked `occurrence` times before (0 for the first time).
    public func answer(to message: String, occurrence: Int) -> Answer {
        var draws = Draws(seed: seed, message: message, occurrence: occurrence)
        let entry = exact[message] ?? containing.first { message.contains($0.text) }?.entry ?? standard
        var answer = Answer(text: entry.answer, confidence: entry.confidence, latencyMs: 0, fault: entry.fault)
        var place = draws.next()
        if answer.fault == nil {
            for fault in faults {
                if place < fault.share {
                    answer.fault = fault.fault
                    break
                }
                place -= fault.share
            }
        }
        var choice = draws.next()
        for other in entry.otherwise {
            if choice < other.share {
                answer.text = other.answer
                answer.confidence = other.confidence
                break
            }
            choice -= other.share
        }
        answer.latencyMs = entry.latencyMs ?? latency(draws.next())
        return answer
    }

    /// A latency whose median and 95th percentile are the file's: log-normal, by its quantile function.
    private func latency(_ fraction: Double) -> Double {
        guard p95 > median, median > 0 else { return median }
        // A logistic quantile scaled to the normal's 95 % point stands in for Φ⁻¹: near it in the middle, heavier in the tail, as
        // latencies are. ln 19 is the logistic's own 95 % point.
        let clipped = min(max(fraction, 1e-6), 1 - 1e-6)
        let standing = logarithm(clipped / (1 - clipped)) / logarithm(19)
        return median * exponential(standing * logarithm(p95 / median))
    }
}

/// What is wrong with a stand-in's file, with the place in it.
public struct StandInError: Error, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
