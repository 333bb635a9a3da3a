public import Configuration
internal import HTTPWire
internal import JSON
public import Traffic

/// Reads captured answers of OpenAI's chat completions, whole or streamed, into legs. Nothing that a server sends makes it fail:
/// what cannot be read stays as text.
public enum AnswerReader {
    /// Of a body that is no answer, so many bytes are kept as the leg's output.
    public static let rawOutputLimit = 16 * 1024

    /// The leg of an answer. `error` is set where a complete answer with a 2xx status is none that a client could use:
    /// `stream_broken` for a stream without an end or with an error in it, else `server_error` (or what the error object says).
    /// Failures of the transfer, the duration and the time in the queue are for the caller to fill in.
    ///
    /// - Parameters:
    ///   - request: what was asked, for the estimate of input tokens where the provider reports no usage.
    ///   - confidence: where the leg's confidence comes from.
    public static func read(_ answer: CapturedAnswer, of request: ChatRequest?, confidence: ConfidenceSource) -> Leg {
        var leg = Leg(status: answer.status, truncatedCapture: answer.truncated)
        leg.simulated = answer.headers["x-understudy-simulated"] == "true"
        leg.requestID = answer.headers["x-request-id"]
        let decoder = ContentDecoder(answer.headers)
        let chunks = answer.chunks.map { AnswerChunk(bytes: decoder.decode($0.bytes), atNanoseconds: $0.atNanoseconds) }
        guard decoder.stop != .unknownCoding else {
            // Kept, but not readable: as little to be compared as an answer that was cut.
            leg.truncatedCapture = true
            return leg
        }
        if decoder.stop == .tooLarge { leg.truncatedCapture = true }
        let isWhole = answer.isComplete && decoder.stop == nil && !answer.truncated
        guard let status = answer.status, (200..<300).contains(status) else {
            leg.output = rawText(chunks)
            takeErrorID(of: chunks, into: &leg)
            return leg
        }
        var assembly = AnswerAssembly()
        if isStream(answer.headers, chunks) {
            leg.streamed = true
            readStream(chunks, isWhole: isWhole, &assembly, &leg)
        } else {
            readWhole(chunks, isWhole: isWhole, &assembly, &leg)
        }
        fill(&leg, from: assembly, of: request, confidence)
        return leg
    }

    // MARK: Bodies

    /// By its type, or where a server names the wrong one, by its first bytes.
    private static func isStream(_ headers: Headers, _ chunks: [AnswerChunk]) -> Bool {
        let first = chunks.lazy.flatMap(\.bytes).first { $0 > 0x20 }
        if headers["content-type"]?.lowercased().hasPrefix("text/event-stream") == true { return first != UInt8(ascii: "{") }
        return chunks.lazy.flatMap(\.bytes).drop { $0 <= 0x20 }.prefix(5).elementsEqual("data:".utf8)
    }

    private static func readWhole(_ chunks: [AnswerChunk], isWhole: Bool, _ assembly: inout AnswerAssembly, _ leg: inout Leg) {
        let body = chunks.count == 1 ? chunks[0].bytes : chunks.flatMap(\.bytes)
        guard let tree = try? JSONValue.parse(body) else {
            leg.output = rawText(chunks)
            if isWhole { leg.error = .serverError }
            return
        }
        assembly.take(body: tree)
        guard assembly.hasChoice else {
            leg.output = rawText(chunks)
            if isWhole { leg.error = assembly.error.map(legError) ?? .serverError }
            return
        }
    }

    private static func readStream(_ chunks: [AnswerChunk], isWhole: Bool, _ assembly: inout AnswerAssembly, _ leg: inout Leg) {
        var parser = SSEParser()
        var isDone = false
        var isDamaged = false
        func take(_ events: [SSEEvent], at nanoseconds: UInt64) {
            for event in events where !isDone {
                if event.data.allSatisfy(\.isWhitespace) { continue }
                if event.data == "[DONE]" || event.data == " [DONE]" {
                    isDone = true
                } else if let chunk = try? JSONValue.parse(event.data), chunk.objectValue != nil {
                    let carries = assembly.take(chunk: chunk)
                    if carries, leg.ttftMs == nil { leg.ttftMs = Double(nanoseconds) / 1e6 }
                    if event.event == "error" { isDamaged = true }
                } else {
                    isDamaged = true
                }
            }
        }
        for chunk in chunks { take(parser.feed(chunk.bytes), at: chunk.atNanoseconds) }
        // Some servers leave the last event without its empty line.
        if isWhole, parser.hasIncompleteEvent { take(parser.feed(Array("\n\n".utf8)), at: chunks.last?.atNanoseconds ?? 0) }
        let hasEnded = isDone || assembly.finishReason != nil
        if assembly.error != nil || isDamaged || (isWhole && !(hasEnded && assembly.hasChoice)) { leg.error = .streamBroken }
        if !assembly.hasChoice { leg.output = rawText(chunks) }
    }

    private static func rawText(_ chunks: [AnswerChunk]) -> String? {
        var bytes: [UInt8] = []
        for chunk in chunks where bytes.count < rawOutputLimit { bytes += chunk.bytes.prefix(rawOutputLimit - bytes.count) }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// An error answer may carry the provider's id of the request.
    private static func takeErrorID(of chunks: [AnswerChunk], into leg: inout Leg) {
        guard leg.requestID == nil, let tree = try? JSONValue.parse(chunks.flatMap(\.bytes)) else { return }
        leg.requestID = tree["request_id"]?.stringValue ?? tree["id"]?.stringValue
    }

    /// What an error object after HTTP 200 means, by its code where that is an HTTP status.
    private static func legError(_ error: JSONValue) -> LegError {
        switch error["code"]?.intValue ?? error["status"]?.intValue {
        case 429?: .rateLimited
        case 408?: .timeout
        case (400..<500)?: .rejectedRequest
        default: error["type"]?.stringValue == "rate_limit_error" ? .rateLimited : .serverError
        }
    }

    // MARK: What the answer says

    private static func fill(_ leg: inout Leg, from assembly: AnswerAssembly, of request: ChatRequest?, _ confidence: ConfidenceSource) {
        leg.simulated = leg.simulated || assembly.isSimulated
        leg.model = assembly.model
        leg.requestID = assembly.id ?? leg.requestID
        leg.finishReason = assembly.finishReason
        leg.usage = usage(assembly, of: request)
        guard assembly.hasChoice else { return }
        leg.output = assembly.text
        leg.refusal = assembly.refusal
        leg.toolCalls = assembly.toolCalls
        leg.confidence =
            switch confidence {
            case .logprobs: Confidence(tokens: assembly.tokens, answerBytes: assembly.text?.utf8.count ?? 0)
            case .field(let pointer): Confidence(field: pointer, text: assembly.text, toolCalls: leg.toolCalls)
            case .none: nil
            }
    }

    /// The provider's counts; where it gives none for an answer, estimates.
    private static func usage(_ assembly: AnswerAssembly, of request: ChatRequest?) -> TokenUsage {
        let given = assembly.usage
        var usage = TokenUsage(
            input: given?["prompt_tokens"]?.intValue, output: given?["completion_tokens"]?.intValue,
            cachedInput: given?["prompt_tokens_details"]?["cached_tokens"]?.intValue ?? given?["prompt_cache_hit_tokens"]?.intValue,
            reasoning: given?["completion_tokens_details"]?["reasoning_tokens"]?.intValue)
        guard assembly.hasChoice, usage.input == nil || usage.output == nil else { return usage }
        usage.estimated = true
        usage.input = usage.input ?? request?.estimatedInputTokens
        usage.output = usage.output ?? TokenEstimate.tokens(bytes: assembly.outputBytes)
        return usage
    }
}
