internal import EventLoop
internal import Glibc
internal import HTTPServer
internal import HTTPWire
internal import JSON

/// Writes one simulated answer: whole or streamed, after its latency, or the fault that stands in its place.
final class StandInAnswerWriter {
    static let headers: Headers = [
        Header("Content-Type", "application/json"), Header("X-Understudy-Simulated", "true"),
    ]
    private static let floodBytes = 100 << 20

    private let exchange: Exchange
    private let loop: EventLoop
    private let model: String
    private let answer: StandInModel.Answer
    private let request: JSONValue
    private let requestBytes: Int
    private let requestID: String
    private let note: (String) -> Void

    init(
        exchange: Exchange, loop: EventLoop, model: String, answer: StandInModel.Answer, request: JSONValue, requestBytes: Int, number: Int,
        note: @escaping (String) -> Void
    ) {
        self.exchange = exchange
        self.loop = loop
        self.model = model
        self.answer = answer
        self.request = request
        self.requestBytes = requestBytes
        self.note = note
        requestID = "chatcmpl-sim-\(getpid())-\(number)"
    }

    func start() {
        if answer.fault == .hang { return }
        let streams = request["stream"]?.boolValue == true
        let wait = UInt64(answer.latencyMs * 1e6 * (streams ? 0.4 : 1))
        loop.schedule(after: wait) { [self] in
            guard !exchange.isOver else { return }
            switch answer.fault {
            case .serverError: fail(500, [], #"{"error":{"message":"simulated failure","type":"server_error"}}"#)
            case .rateLimited:
                fail(429, [Header("Retry-After", "1")], #"{"error":{"message":"simulated limit","type":"rate_limit_error"}}"#)
            case .garbage: finish(status: 200, body: [0xff, 0xfe, 0x00, 0x7b] + Array("not json \u{1}".utf8))
            case .closeEarly: closeEarly()
            case .flood: flood()
            default: streams ? stream() : whole()
            }
        }
    }

    private func fail(_ status: Int, _ extra: [Header], _ text: String) {
        note(requestID)
        var headers = Self.headers
        for header in extra { headers.append(header) }
        exchange.respondSimple(status: status, headers: headers, body: Array(text.utf8))
    }

    private func finish(status: Int, body: [UInt8]) {
        note(requestID)
        exchange.respondSimple(status: status, headers: Self.headers, body: body)
    }

    private func closeEarly() {
        exchange.respond(status: 200, headers: Self.headers, body: .length(1000))
        exchange.write(Array(#"{"id":"chatcmpl-sim","choices":[{"message":{"content":"ca"#.utf8))
        // The head and the half answer must leave before the connection breaks.
        loop.schedule(after: 5_000_000) { [exchange] in exchange.abort() }
    }

    private func flood() {
        exchange.respond(status: 200, headers: Self.headers, body: .length(Int64(Self.floodBytes)))
        pour(Self.floodBytes)
    }

    private func pour(_ rest: Int) {
        guard rest > 0, !exchange.isOver else {
            exchange.finish()
            return
        }
        let chunk = min(rest, 1 << 20)
        let more = exchange.write([UInt8](repeating: UInt8(ascii: "x"), count: chunk))
        loop.schedule(after: more ? 0 : 5_000_000) { [self] in pour(rest - chunk) }
    }

    // MARK: - Answers

    private var tokens: [String] {
        var tokens: [String] = []
        var current = ""
        for character in answer.text {
            if character == "_" || character == " ", !current.isEmpty {
                tokens.append(current)
                current = ""
            }
            current.append(character)
        }
        if !current.isEmpty { tokens.append(current) }
        return tokens
    }

    private var usage: JSONValue {
        let input = max(1, requestBytes / 4)
        let output = tokens.count + 1
        return ["prompt_tokens": JSONValue(input), "completion_tokens": JSONValue(output), "total_tokens": JSONValue(input + output)]
    }

    /// The answer's confidence spread evenly over its tokens, with the empty stop token that real servers append.
    private func logProbabilities(_ tokens: [String]) -> JSONValue {
        let each = tokens.isEmpty ? 0 : log(max(answer.confidence, 1e-9)) / Double(tokens.count)
        var content = tokens.map { token -> JSONValue in
            [
                "token": JSONValue(token), "logprob": JSONValue(each), "bytes": .array(token.utf8.map { JSONValue(Int($0)) }),
                "top_logprobs": .array([]),
            ]
        }
        content.append(["token": "", "logprob": -0.001, "bytes": .array([]), "top_logprobs": .array([])])
        return ["content": .array(content)]
    }

    private var wantsLogProbabilities: Bool { request["logprobs"]?.boolValue == true }

    private func envelope(_ kind: String, _ choices: [JSONValue]) -> JSONValue {
        [
            "id": JSONValue(requestID), "object": JSONValue(kind), "created": JSONValue(WallClock.microseconds() / 1_000_000),
            "model": JSONValue(model),
            "system_fingerprint": "understudy-stand-in", "choices": .array(choices),
        ]
    }

    private func whole() {
        var message: JSONValue = ["role": "assistant", "content": JSONValue(answer.fault == .empty ? "" : answer.text)]
        if answer.fault == .refuse { message = ["role": "assistant", "content": .null, "refusal": "I cannot help with that."] }
        let choice: JSONValue = [
            "index": 0, "message": message, "logprobs": wantsLogProbabilities ? logProbabilities(tokens) : .null, "finish_reason": "stop",
        ]
        var body = envelope("chat.completion", [choice])
        body["usage"] = usage
        finish(status: 200, body: body.serialised())
    }

    private func stream() {
        var headers = Self.headers
        headers.set("Content-Type", "text/event-stream")
        exchange.respond(status: 200, headers: headers, body: .chunked)
        send(delta: ["role": "assistant", "content": .null], finish: .null)
        let pieces = answer.fault == .empty ? [] : tokens
        let between = UInt64(answer.latencyMs * 1e6 * 0.6 / Double(max(1, pieces.count)))
        next(pieces[...], after: between)
    }

    private func next(_ pieces: ArraySlice<String>, after wait: UInt64) {
        guard !exchange.isOver else { return }
        guard let piece = pieces.first else {
            send(delta: .object([]), finish: "stop")
            if request["stream_options"]?["include_usage"]?.boolValue == true {
                var last = envelope("chat.completion.chunk", [])
                last["usage"] = usage
                write(last)
            }
            note(requestID)
            exchange.write(Array("data: [DONE]\n\n".utf8))
            exchange.finish()
            return
        }
        let refusing = answer.fault == .refuse
        send(delta: refusing ? ["refusal": JSONValue(piece)] : ["content": JSONValue(piece)], finish: .null, logTokens: [piece])
        loop.schedule(after: wait) { [self] in next(pieces.dropFirst(), after: wait) }
    }

    private func send(delta: JSONValue, finish: JSONValue, logTokens: [String] = []) {
        var choice: JSONValue = ["index": 0, "delta": delta, "finish_reason": finish]
        if wantsLogProbabilities, !logTokens.isEmpty {
            let each = log(max(answer.confidence, 1e-9)) / Double(max(1, tokens.count))
            choice["logprobs"] = [
                "content": .array(
                    logTokens.map { ["token": JSONValue($0), "logprob": JSONValue(each), "bytes": .array([]), "top_logprobs": .array([])] })
            ]
        }
        write(envelope("chat.completion.chunk", [choice]))
    }

    private func write(_ event: JSONValue) {
        exchange.write(Array("data: ".utf8) + event.serialised() + Array("\n\n".utf8))
    }
}
