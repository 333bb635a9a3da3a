public import Configuration
public import JSON
public import Traffic

/// One line of recorded pairs (design §5): a call, what both models answered, and what is known about them.
///
/// Beyond the design's keys a line may say `"simulated": true` where its answers came from simulated models, and a leg its
/// provider's `request_id`. A leg's `status` is 200 unless it says another or an `error`, which is the name of a `LegError`.
public struct RecordedPair {
    public var id: String
    public var calledAt: Timestamp
    public var segment: String?
    public var conversation: String?
    public var turn: Int
    /// The request's own JSON.
    public var request: JSONValue
    public var production: Leg
    public var candidate: Leg
    public var control: Leg?
    public var samplingRate: Double?
    public var controlRate: Double?
    public var adjudicationProbability: Double?
    /// The gold answer.
    public var label: JSONValue?
    /// An adjudication made elsewhere.
    public var correct: Correctness?
    /// The answers came from simulated models.
    public var isSimulated: Bool

    /// Whether somebody has said which answers are right.
    public var isJudged: Bool { label != nil || correct != nil }
}

extension RecordedPair {
    static let keys = [
        "id", "called_at", "segment", "conversation", "turn", "request", "production", "candidate", "control", "sampling_rate",
        "control_rate", "adjudication_probability", "label", "correct", "simulated",
    ]

    static let legKeys = [
        "status", "error", "output", "tool_calls", "finish_reason", "model", "request_id", "input_tokens", "output_tokens",
        "cached_input_tokens", "reasoning_tokens", "duration_ms", "ttft_ms", "confidence",
    ]

    /// Reads a line. nil when anything is wrong with it: `decoder` then has its faults.
    public init?(_ bytes: ArraySlice<UInt8>, comparedAs kind: ComparisonKind, _ decoder: inout LineDecoder) {
        guard let line = decoder.parse(bytes, known: RecordedPair.keys) else { return nil }
        let id = decoder.requiredText(line, "id")
        let calledAt = RecordedPair.moment(line, &decoder)
        let request = RecordedPair.request(line, &decoder)
        let isSimulated = decoder.flag(line, "simulated") ?? false
        let production = decoder.required(line, "production").flatMap { RecordedPair.leg($0, "production", isSimulated, &decoder) }
        let candidate = decoder.required(line, "candidate").flatMap { RecordedPair.leg($0, "candidate", isSimulated, &decoder) }
        control = line.value("control").flatMap { RecordedPair.leg($0, "control", isSimulated, &decoder) }
        segment = decoder.text(line, "segment")
        conversation = decoder.text(line, "conversation")
        let turn = decoder.whole(line, "turn", in: 1...Int(Int32.max))
        samplingRate = decoder.share(line, "sampling_rate", zero: false)
        controlRate = decoder.share(line, "control_rate", zero: true)
        adjudicationProbability = decoder.share(line, "adjudication_probability", zero: true)
        if controlRate == 0, control != nil {
            decoder.fault("control_rate", "this is 0, yet the line has a control leg; say the share of calls for which one was drawn")
        }
        label = decoder.label(line, comparedAs: kind)
        correct = decoder.word(line, "correct", of: RecordedPair.judgements)
        if label != nil, line.value("correct") != nil {
            decoder.fault("correct", "a line says either label or correct, not both")
        }
        guard decoder.faults.isEmpty, let id, let calledAt, let request, let production, let candidate else { return nil }
        (self.id, self.calledAt, self.request, self.isSimulated) = (id, calledAt, request, isSimulated)
        (self.production, self.candidate) = (production, candidate)
        self.turn = turn ?? RecordedPair.turn(of: request)
    }

    /// What a person can say; `unknown` is said by leaving the key out.
    public static let judgements = Correctness.allCases.filter { $0 != .unknown }

    static func moment(_ line: LineObject, _ decoder: inout LineDecoder) -> Timestamp? {
        guard let value = decoder.required(line, "called_at") else { return nil }
        // Ids carry the moment, and have no room for one before 1970.
        guard let text = value.stringValue, let moment = Timestamp(text), moment.microseconds >= 0 else {
            decoder.fault("called_at", "a time such as 2026-11-16T08:00:00Z is expected, not \(LineDecoder.article(value))")
            return nil
        }
        return moment
    }

    static func request(_ line: LineObject, _ decoder: inout LineDecoder) -> JSONValue? {
        guard let value = decoder.required(line, "request") else { return nil }
        guard case .object = value else {
            decoder.fault("request", "an object such as {\"messages\":[…]} is expected, not \(LineDecoder.article(value))")
            return nil
        }
        return value
    }

    /// The number of user messages so far.
    static func turn(of request: JSONValue) -> Int {
        max(1, request["messages"]?.arrayValue?.count { $0["role"]?.stringValue == "user" } ?? 1)
    }

    static func leg(_ value: JSONValue, _ path: String, _ isSimulated: Bool, _ decoder: inout LineDecoder) -> Leg? {
        guard let object = decoder.object(value, path: path, known: legKeys) else { return nil }
        var leg = Leg(simulated: isSimulated)
        leg.error = decoder.word(object, "error", of: LegError.allCases)
        leg.status = decoder.whole(object, "status", in: 100...599)
        if leg.status == nil, object.value("error") == nil { leg.status = 200 }
        leg.output = output(object, &decoder)
        leg.toolCalls = toolCalls(object, &decoder)
        leg.finishReason = decoder.text(object, "finish_reason")
        leg.model = decoder.text(object, "model")
        leg.requestID = decoder.text(object, "request_id")
        let tokens = 0...Int(Int32.max)
        leg.usage = TokenUsage(
            input: decoder.whole(object, "input_tokens", in: tokens), output: decoder.whole(object, "output_tokens", in: tokens),
            cachedInput: decoder.whole(object, "cached_input_tokens", in: tokens),
            reasoning: decoder.whole(object, "reasoning_tokens", in: tokens))
        leg.durationMs = decoder.number(object, "duration_ms", "from 0") { $0 >= 0 }
        leg.ttftMs = decoder.number(object, "ttft_ms", "from 0") { $0 >= 0 }
        // Only an answer that was streamed has a first piece.
        leg.streamed = leg.ttftMs != nil
        leg.confidence = decoder.share(object, "confidence", zero: true).map { Confidence(score: $0) }
        if leg.failure == nil, object.value("error") == nil, !object.has("output"), !object.has("tool_calls") {
            decoder.fault(
                object.field("output"), "this key is required, unless tool_calls or error says what came back; an empty answer is \"\"")
        }
        return leg
    }

    /// The answer's text as the program that asked saw it, JSON answers included.
    private static func output(_ object: LineObject, _ decoder: inout LineDecoder) -> String? {
        guard let value = object.value("output") else { return nil }
        guard case .string(let text) = value else {
            decoder.fault(
                object.field("output"),
                "the answer's text is expected, not \(LineDecoder.article(value)); a JSON answer stands there as the text that came back")
            return nil
        }
        return text
    }

    /// As providers write them: `{"id","type","function":{"name","arguments"}}`, or the short form `{"id","name","arguments"}`, with
    /// arguments as text or as JSON.
    private static func toolCalls(_ object: LineObject, _ decoder: inout LineDecoder) -> [ToolCall] {
        guard let value = object.value("tool_calls") else { return [] }
        guard case .array(let elements) = value else {
            decoder.fault(object.field("tool_calls"), "a list is expected, not \(LineDecoder.article(value))")
            return []
        }
        return elements.enumerated().compactMap { position, element in
            let path = object.field("tool_calls[\(position)]")
            guard let call = decoder.object(element, path: path, known: ["id", "type", "function", "name", "arguments", "index"]) else {
                return nil
            }
            let function = call.value("function").map { decoder.object($0, path: call.field("function"), known: ["name", "arguments"]) }
            guard let said = function ?? call, let name = decoder.requiredText(said, "name") else { return nil }
            return ToolCall(id: decoder.text(call, "id") ?? "", name: name, arguments: arguments(said))
        }
    }

    private static func arguments(_ call: LineObject) -> String {
        switch call.value("arguments") {
        case .string(let text): text
        case .some(let json): json.serialisedString()
        case nil: "{}"
        }
    }
}
