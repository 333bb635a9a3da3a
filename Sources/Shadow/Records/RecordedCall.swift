internal import Configuration
public import JSON
internal import ModelAPI
public import Traffic

/// Whom a replay asks.
public enum AskedModels: String, Sendable, CaseIterable {
    /// The candidate; production's answers are recorded.
    case candidate
    /// Production and the candidate, at the same moment.
    case both
}

/// A production call that was recorded elsewhere, with production's answer where it was recorded too.
public struct RecordedCall: Sendable, Hashable {
    public var id: String
    /// nil where the record does not say; only a call that production is still to be asked may lack it.
    public var calledAt: Timestamp?
    public var segment: String?
    public var conversation: String?
    public var turn: Int
    /// A chat-completion request: an object with a list of `messages`.
    public var request: JSONValue
    /// What production answered; its timings are those that the record says.
    public var production: Leg?
    public var samplingRate: Double?
    public var adjudicationProbability: Double?
    /// The gold answer.
    public var label: JSONValue?
    /// The answer came from a simulated model.
    public var isSimulated: Bool

    init(id: String, request: JSONValue) {
        self.id = id
        self.request = request
        turn = RecordedPair.turn(of: request)
        isSimulated = false
    }
}

extension RecordedPair {
    /// A call with its legs, once they are all there.
    public init(_ call: RecordedCall, calledAt: Timestamp, production: Leg, candidate: Leg) {
        (id, self.calledAt, segment, conversation, turn) = (call.id, calledAt, call.segment, call.conversation, call.turn)
        (request, self.production, self.candidate, control) = (call.request, production, candidate, nil)
        (samplingRate, controlRate, adjudicationProbability) = (call.samplingRate ?? 1, 0, call.adjudicationProbability)
        (label, correct) = (call.label, nil)
        isSimulated = call.isSimulated || production.simulated || candidate.simulated
    }
}

/// The forms in which recorded calls come.
enum RecordForm {
    /// Our own (design §5), and the cases of `export --for evals`.
    case own
    /// `{"request": …, "response": …}`, as request logs have it.
    case log
    /// A line of the input or output file of OpenAI's batch API.
    case batch
    /// OpenAI's stored completion, with its messages.
    case storedCompletion
    case liteLLM
    case langfuse

    init?(_ object: LineObject) {
        if object.has("custom_id") {
            self = .batch
        } else if object.value("object") == "chat.completion" {
            self = .storedCompletion
        } else if object.has("response"), object.has("request") {
            self = .log
        } else if object.has("request") {
            self = .own
        } else if object.has("startTime"), object.has("messages") || object.has("proxy_server_request") || object.has("call_type") {
            self = .liteLLM
        } else if object.has("type"), object.has("startTime") || object.has("start_time") {
            self = .langfuse
        } else {
            return nil
        }
    }

    /// What a record of no known form is told.
    static let unknown =
        "this is no recorded call: {\"id\",\"called_at\",\"request\",\"production\"} (our own form), {\"request\",\"response\"}, a line of "
        + "OpenAI's batch files or a stored completion, LiteLLM's logging payload or spend log, or Langfuse's observation is expected"
}

/// What a record came to.
enum RecordReading {
    case call(RecordedCall)
    /// No chat completion of a model: of no interest here. The reason is counted.
    case skipped(String)
    /// `LineDecoder` has the faults.
    case faulty
}

extension RecordedCall {
    /// Keys of a case of `export --for evals`; nothing is read from them.
    private static let caseKeys = ["failure_mode", "label_by"]

    /// Reads a line of our own form: that of recorded pairs, of which `candidate` and `control` are not needed, and the cases of
    /// `export --for evals`. With both models asked, `production` and `called_at` may be left out.
    static func own(
        _ line: LineObject, asking: AskedModels, comparedAs kind: ComparisonKind, _ decoder: inout LineDecoder
    ) -> RecordReading {
        decoder.check(line, known: RecordedPair.keys + caseKeys)
        let id = decoder.requiredText(line, "id")
        let calledAt = asking == .candidate || line.value("called_at") != nil ? RecordedPair.moment(line, &decoder) : nil
        let request = RecordedPair.request(line, &decoder).flatMap { decoder.chat($0, "request") }
        let isSimulated = decoder.flag(line, "simulated") ?? false
        var production: Leg?
        if asking == .candidate {
            production = decoder.required(line, "production").flatMap { RecordedPair.leg($0, "production", isSimulated, &decoder) }
        }
        if line.value("correct") != nil {
            decoder.fault(
                "correct", "this says which of the recorded answers were right, and new ones are asked for: leave it out, or say label")
        }
        let label = decoder.label(line, comparedAs: kind)
        let segment = decoder.text(line, "segment")
        let conversation = decoder.text(line, "conversation")
        let turn = decoder.whole(line, "turn", in: 1...Int(Int32.max))
        let samplingRate = decoder.share(line, "sampling_rate", zero: false)
        let probability = decoder.share(line, "adjudication_probability", zero: true)
        guard decoder.faults.isEmpty, let id, let request else { return .faulty }
        var call = RecordedCall(id: id, request: request)
        (call.calledAt, call.segment, call.conversation) = (calledAt, segment, conversation)
        (call.production, call.label, call.isSimulated) = (production, label, isSimulated)
        (call.samplingRate, call.adjudicationProbability) = (samplingRate, probability)
        if let turn { call.turn = turn }
        return .call(call)
    }
}

extension LineDecoder {
    /// A request as a chat completion that another model can be asked; nil with a fault for any other.
    mutating func chat(_ request: JSONValue, _ field: String) -> JSONValue? {
        guard case .object = request else {
            fault(field, "an object such as {\"messages\":[…]} is expected, not \(LineDecoder.article(request))")
            return nil
        }
        guard let messages = request["messages"]?.arrayValue, !messages.isEmpty else {
            fault("\(field).messages", "a list of messages is expected: only chat completions can be asked again")
            return nil
        }
        if let position = messages.firstIndex(where: { $0.objectValue == nil || $0["role"]?.stringValue == nil }) {
            fault("\(field).messages[\(position)]", "an object with a role is expected, not \(LineDecoder.article(messages[position]))")
            return nil
        }
        if let name = (try? ChatRequest(body: request.serialised()))?.serverState {
            fault("\(field).\(name)", "this leans on what the provider keeps, which another model cannot see: leave the line out")
            return nil
        }
        return request
    }

    /// The gold answer, if the line has one.
    mutating func label(_ line: LineObject, comparedAs kind: ComparisonKind) -> JSONValue? {
        let label = line.value("label")
        if kind == .label, let label, label.stringValue == nil {
            fault("label", "this workload compares labels: a text is expected, not \(LineDecoder.article(label))")
        }
        return label
    }

    /// A moment as logs write it: RFC 3339, the same without a zone (UTC), or a number of seconds or milliseconds since 1970.
    mutating func loggedMoment(_ object: LineObject, _ names: [String], required: Bool) -> Timestamp? {
        guard let name = names.first(where: { object.value($0) != nil }), let value = object.value(name) else {
            if required { fault(object.field(names[0]), "this key is required: when was the call made?") }
            return nil
        }
        guard let moment = LineDecoder.moment(value), moment.microseconds >= 0 else {
            fault(
                object.field(name),
                "a time such as 2026-11-16T08:00:00Z, or seconds since 1970, is expected, not \(LineDecoder.article(value))")
            return nil
        }
        return moment
    }

    static func moment(_ value: JSONValue) -> Timestamp? {
        if let text = value.stringValue { return Timestamp(text) ?? Timestamp(text + "Z") }
        guard let number = value.doubleValue, number >= 0, number < 1e14 else { return nil }
        // Seconds reach 1e11 in the year 5138; milliseconds passed it in 1973.
        return Timestamp(microseconds: Int64((number < 1e11 ? number * 1e6 : number * 1e3).rounded()))
    }

    /// Milliseconds from one logged moment to another; nil where one is missing or they stand in the wrong order.
    static func milliseconds(from start: Timestamp?, to end: Timestamp?) -> Double? {
        guard let start, let end, end >= start else { return nil }
        return Double(end.microseconds - start.microseconds) / 1000
    }
}
