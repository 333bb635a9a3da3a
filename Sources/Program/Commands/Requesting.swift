internal import EventLoop
internal import HTTPClient
internal import HTTPWire

/// Sends single requests and waits for their answers; for commands that reach a model once.
final class Requester: Sendable {
    /// An answer as far as a command needs it.
    struct Reply: Sendable {
        let status: Int
        let body: [UInt8]
    }

    private let thread: LoopThread
    private let client: ClientBox

    init() throws {
        let thread = try LoopThread(name: "requests")
        self.thread = thread
        client = try thread.perform { ClientBox(HTTPClient(loop: thread.loop)) }
    }

    deinit {
        let client = client
        thread.loop.submit { client.client.shutdown() }
        thread.stop()
    }

    /// The answer. Blocks; any number of threads may ask at a time. Throws a `TransferFailure` where there is none.
    func send(_ request: OutgoingRequest) throws -> Reply {
        let handoff = Handoff<Reply>()
        let client = client
        thread.loop.submit {
            let receiver = Receiver { handoff.put($0) }
            receiver.transfer = client.client.send(request, to: receiver)
        }
        return try handoff.take().get()
    }
}

/// The client belongs to its loop's thread; the box carries it there.
private final class ClientBox: @unchecked Sendable {
    // @unchecked: `client` is used on its loop's thread only.
    let client: HTTPClient
    init(_ client: HTTPClient) { self.client = client }
}

private final class Receiver: TransferReceiver {
    /// Keeps the transfer, and through it this receiver, until the end.
    var transfer: Transfer?
    private let done: (Result<Requester.Reply, any Error>) -> Void
    private var status = 0
    private var body: [UInt8] = []
    /// What a single answer may hold; longer ones are cut, since only their beginning is looked at.
    private static let longest = 1 << 20

    init(_ done: @escaping (Result<Requester.Reply, any Error>) -> Void) { self.done = done }

    func responseHead(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers) { self.status = status }

    func responseBody(_ transfer: Transfer, _ bytes: [UInt8]) {
        if body.count < Self.longest { body += bytes }
    }

    func uploadDrained(_ transfer: Transfer) {}

    func ended(_ transfer: Transfer, _ result: TransferEnd) {
        self.transfer = nil
        switch result {
        case .complete: done(.success(Requester.Reply(status: status, body: body)))
        case .failed(let failure): done(.failure(failure))
        }
    }
}
