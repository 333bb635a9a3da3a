import EventLoop
import HTTPClient
import HTTPWire

/// A client on a loop thread of its own.
///
/// `@unchecked Sendable`: `client` is touched on the loop's thread only, and set there before anything is sent.
final class ClientHarness: @unchecked Sendable {
    let thread: LoopThread
    private var client: HTTPClient?

    init(limits: ClientLimits = ClientLimits()) throws {
        thread = try LoopThread(name: "client-test")
        let loop = thread.loop
        loop.submit { self.client = HTTPClient(loop: loop, limits: limits) }
    }

    /// Shuts the client down and ends the thread.
    func stop() {
        thread.loop.submit {
            self.client?.shutdown()
            self.client = nil
        }
        thread.stop()
    }

    /// Sends a request and waits for its end. `begin` runs on the loop in the turn of the send, `react` whenever something comes.
    func fetch(
        _ request: OutgoingRequest, begin: @escaping @Sendable (Transfer, EventLoop) -> Void = { _, _ in },
        react: @escaping @Sendable (Transfer, Answer.Event) -> Void = { _, _ in }
    ) async -> Answer {
        await withCheckedContinuation { continuation in
            thread.loop.submit {
                guard let client = self.client else { preconditionFailure("stopped") }
                let receiver = Collector(react: react) { continuation.resume(returning: $0) }
                begin(client.send(request, to: receiver), self.thread.loop)
            }
        }
    }

    /// Runs on the loop with the client, and waits for it.
    func onLoop<Result: Sendable>(_ work: @escaping @Sendable (HTTPClient) -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            thread.loop.submit { continuation.resume(returning: work(self.client!)) }
        }
    }
}

/// All that a transfer brought.
struct Answer: Sendable {
    enum Event: Sendable, Equatable {
        case head(Int)
        case body([UInt8])
        case drained
    }

    var status: Int?
    var reason = ""
    var headers = Headers()
    var body: [UInt8] = []
    var end: TransferEnd?
    var sentAt: UInt64 = 0
    var heads = 0

    var text: String { String(decoding: body, as: UTF8.self) }

    var failure: TransferFailure.Kind? {
        if case .failed(let failure) = end { failure.kind } else { nil }
    }
}

private final class Collector: TransferReceiver {
    private var answer = Answer()
    private let react: (Transfer, Answer.Event) -> Void
    private let done: (Answer) -> Void

    init(react: @escaping (Transfer, Answer.Event) -> Void, done: @escaping (Answer) -> Void) {
        self.react = react
        self.done = done
    }

    func responseHead(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers) {
        answer.status = status
        answer.reason = String(decoding: reason, as: UTF8.self)
        answer.headers = headers
        answer.heads += 1
        react(transfer, .head(status))
    }

    func responseBody(_ transfer: Transfer, _ bytes: [UInt8]) {
        answer.body += bytes
        react(transfer, .body(bytes))
    }

    func ended(_ transfer: Transfer, _ result: TransferEnd) {
        answer.end = result
        answer.sentAt = transfer.sentAt
        done(answer)
    }

    func uploadDrained(_ transfer: Transfer) { react(transfer, .drained) }
}

extension EventLoop {
    /// Runs something some turns of the loop later.
    func later(_ turns: Int, _ work: @escaping () -> Void) {
        turns == 0 ? work() : afterEvents { self.later(turns - 1, work) }
    }
}
