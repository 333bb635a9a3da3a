internal import Configuration
internal import EventLoop
internal import HTTPClient
internal import HTTPWire
internal import Judge
internal import ModelAPI
internal import Storage
internal import Traffic

/// One question on its way to a judge.
struct JudgeQuestion {
    let settings: JudgeSettings
    let ask: JudgeAsk
    let attempt: Int
    /// False where the model has said that it takes none.
    let givesTemperature: Bool
    let body: [UInt8]

    init(_ settings: JudgeSettings, _ material: JudgeMaterial, _ ask: JudgeAsk, attempt: Int, givesTemperature: Bool) {
        self.settings = settings
        self.ask = ask
        self.attempt = attempt
        self.givesTemperature = givesTemperature
        body = JudgePrompt.body(
            material, ask, model: settings.model, mark: JudgeQuestion.mark(), temperature: givesTemperature ? 0 : nil)
    }

    /// The request with its headers; the key stands nowhere else.
    func request(key: String?) -> OutgoingRequest {
        var headers: Headers = [
            Header("Content-Type", "application/json"), Header("Accept", "application/json"), Header("User-Agent", "understudy"),
            Header("Understudy-Leg", "judge"),
        ]
        if let key { headers.append("Authorization", "Bearer \(key)") }
        return OutgoingRequest(
            method: "POST", origin: "\(settings.url.scheme)://\(settings.url.authority)",
            target: Array(ChatRequest.target(at: settings.url).utf8), headers: headers, body: .bytes(body),
            timeoutNanoseconds: settings.limits.timeoutNanoseconds)
    }

    /// 128 random bits, which no answer can foresee.
    private static func mark() -> String {
        var generator = SystemRandomNumberGenerator()
        let words: [UInt64] = [generator.next(), generator.next()]
        return words.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

/// What came back for a question.
struct JudgeAnswer {
    var result: Result<JudgeReply, JudgeFault>
    /// The model's own words, where there are any.
    var words: String?
    var usage: TokenUsage
    /// After how many seconds the server would be asked again.
    var retryAfter: Double?
    /// The model refuses a temperature: the question may be put without one.
    var refusesTemperature = false

    /// Reads what a transfer brought.
    init(to question: JudgeQuestion, _ captured: CapturedAnswer, failure: TransferFailure?) {
        retryAfter = captured.headers["retry-after"].flatMap { Double($0) }.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
        let leg = AnswerReader.read(captured, of: try? ChatRequest(body: question.body), confidence: .none)
        usage = leg.usage
        let status = captured.status
        let fault: JudgeFault?
        if captured.truncated {
            fault = .truncated
        } else if let failure {
            fault = failure.kind == .timeout ? .timeout : .connectionFailed
        } else if let status, (200..<300).contains(status) {
            words = leg.output
            fault = JudgeAnswer.fault(of: leg)
        } else {
            fault = JudgeAnswer.fault(status: status ?? 0)
        }
        if status == 400, question.givesTemperature, leg.output?.contains("temperature") == true { refusesTemperature = true }
        // A server that was asked for nothing bills nothing; one that was late bills what it read.
        if usage.input == nil || usage.output == nil {
            let isBilled = fault == .timeout || fault == .truncated
            let input = (try? ChatRequest(body: question.body))?.estimatedInputTokens ?? 0
            usage = TokenUsage(input: isBilled ? input : 0, output: 0)
            usage.estimated = isBilled
        }
        let text = words ?? ""
        result = Result { () throws(JudgeFault) in
            if let fault { throw fault }
            return try JudgeReply(text)
        }
    }

    /// Why an answer that came whole is none.
    private static func fault(of leg: Leg) -> JudgeFault? {
        if let error = leg.error { return error == .rateLimited ? .rateLimited : .serverError }
        if leg.refusal?.isEmpty == false || leg.finishReason == "content_filter" { return .refused }
        return leg.finishReason == "length" ? .truncated : nil
    }

    private static func fault(status: Int) -> JudgeFault {
        switch status {
        case 408: .timeout
        case 429: .rateLimited
        case 401, 403, 404: .denied
        case 400..<500: .rejected
        default: .serverError
        }
    }
}

/// Gathers what a transfer brings and reads it when it ends. Loop thread only.
final class JudgeReceiver: TransferReceiver {
    /// Longer answers are no opinion; the transfer is broken off.
    private static let longestBody = 256 * 1024

    private let question: JudgeQuestion
    private let done: (JudgeAnswer) -> Void
    private var captured = CapturedAnswer(status: nil, isComplete: false)
    private var bytes = 0

    init(_ question: JudgeQuestion, _ done: @escaping (JudgeAnswer) -> Void) {
        self.question = question
        self.done = done
    }

    func responseHead(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers) {
        captured.status = status
        captured.headers = headers
    }

    func responseBody(_ transfer: Transfer, _ bytes: [UInt8]) {
        self.bytes += bytes.count
        guard self.bytes <= JudgeReceiver.longestBody else {
            captured.truncated = true
            transfer.cancel()
            return done(JudgeAnswer(to: question, captured, failure: nil))
        }
        captured.chunks.append(AnswerChunk(bytes: bytes, atNanoseconds: 0))
    }

    func uploadDrained(_ transfer: Transfer) {}

    func ended(_ transfer: Transfer, _ result: TransferEnd) {
        switch result {
        case .complete:
            captured.isComplete = true
            done(JudgeAnswer(to: question, captured, failure: nil))
        case .failed(let failure): done(JudgeAnswer(to: question, captured, failure: failure))
        }
    }
}
