internal import EventLoop
internal import HTTPClient
internal import HTTPWire

/// One shadow request under way: keeps what comes back, up to the capture limit, and says when it is over. Shadow thread only.
final class ShadowLeg: TransferReceiver {
    private var answer = AnswerCapture()
    private let limits: CaptureLimits
    private let onEnd: (AnswerCapture) -> Void

    /// `onEnd` is called once.
    init(limits: CaptureLimits, onEnd: @escaping (AnswerCapture) -> Void) {
        self.limits = limits
        self.onEnd = onEnd
    }

    func responseHead(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers) {
        answer.status = status
        answer.headers = headers
    }

    func responseBody(_ transfer: Transfer, _ bytes: [UInt8]) {
        guard !answer.keep(bytes, at: MonotonicClock.nanoseconds(), limit: limits.perMessage, memory: limits.memory) else { return }
        transfer.cancel()  // a flood is cut off where the capture ends
        end(transfer, .complete)
    }

    func ended(_ transfer: Transfer, _ result: TransferEnd) {
        switch result {
        case .complete: end(transfer, .complete)
        case .failed(let failure): end(transfer, AttemptEnd(failure))
        }
    }

    func uploadDrained(_ transfer: Transfer) {}

    private func end(_ transfer: Transfer, _ end: AttemptEnd) {
        answer.sentAt = transfer.sentAt
        answer.endedAt = MonotonicClock.nanoseconds()
        answer.end = end
        onEnd(answer)
    }
}
