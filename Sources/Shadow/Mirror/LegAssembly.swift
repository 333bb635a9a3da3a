internal import Configuration
internal import ModelAPI
internal import Traffic

extension Leg {
    /// A leg from what came back: the answer as its API is read, timings from the leg's own send, and the transport's word on
    /// how it ended.
    ///
    /// Throws where it cannot be known what came back.
    init(_ answer: AnswerCapture, of request: ChatRequest, confidence: ConfidenceSource, _ failpoints: Failpoints) throws(MirrorFault) {
        try failpoints.reach(.reading)
        let chunks = answer.chunks.map { AnswerChunk(bytes: $0.bytes, atNanoseconds: $0.at &- min(answer.sentAt, $0.at)) }
        self = AnswerReader.read(
            CapturedAnswer(
                status: answer.status, headers: answer.headers, chunks: chunks, truncated: answer.isTruncated,
                isComplete: answer.end == .complete && !answer.isTruncated),
            of: request, confidence: confidence)
        if answer.sentAt > 0, answer.endedAt >= answer.sentAt { durationMs = Double(answer.endedAt - answer.sentAt) / 1e6 }
        truncatedCapture = truncatedCapture || answer.isTruncated
        switch answer.end {
        case .complete: error = answer.isTruncated ? .tooLarge : failure
        case .connectionFailed: error = .connectionFailed
        case .timeout: error = .timeout
        case .broken: error = answer.status == nil ? .connectionFailed : .streamBroken
        case .clientLeft: error = .clientLeft
        case .notKept: throw MirrorFault()
        }
    }
}
