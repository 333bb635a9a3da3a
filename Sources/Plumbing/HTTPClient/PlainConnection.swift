internal import EventLoop
internal import HTTPWire

/// A connection to an `http` origin and the transfers that go over it, one after the other. Loop thread only.
///
/// libcurl made the connection; from then on HTTP/1.1 is spoken here, which takes a third of the instructions that libcurl takes for a
/// transfer. The stream holds this object until it is closed; while it is idle the client's pool holds it too.
final class PlainConnection: SocketStreamDelegate {
    /// How much of a body is handed to the socket ahead of what it has taken.
    private static let outputHighWater = 64 * 1024
    /// How much of a body is taken at a time.
    private static let pieceBytes = 64 * 1024

    let origin: String
    /// When it was made and, while it is idle, since when it is; monotonic nanoseconds.
    let madeAt: UInt64
    private(set) var idleSince: UInt64

    private let loop: EventLoop
    private let host: [UInt8]
    private unowned let client: HTTPClient
    private var stream: SocketStream?
    private var parser = ResponseParser()
    private var transfer: Transfer?
    /// A transfer has gone over it before this one.
    private var isUsedAgain = false
    /// Body bytes still to be sent; nil where they go in chunks.
    private var owed: Int64? = 0
    /// The request in hand has been handed to the socket as a whole.
    private var requestIsWritten = false
    /// Nothing more of the request is sent: the server has said that it does not want it.
    private var sendsNoMore = false
    /// What came while the transfer was paused, and whether reading stopped for that.
    private var held: [UInt8] = []
    private var isHolding = false
    private var due = UInt64.max
    private var timer: LoopTimer?
    private var timerDue = UInt64.max

    /// Takes a connected socket over. Throws `resources`; the socket is closed then.
    init(
        _ descriptor: Int32, to origin: String, of client: HTTPClient, on loop: EventLoop
    ) throws(EventLoopError) {
        self.origin = origin
        self.client = client
        self.loop = loop
        host = PlainConnection.host(of: origin)
        madeAt = MonotonicClock.nanoseconds()
        idleSince = madeAt
        stream = try SocketStream(loop: loop, descriptor: descriptor, delegate: self)
        stream?.readsBeforeFailing = true
    }

    /// The origin's authority, without the port that `http` means anyway.
    private static func host(of origin: String) -> [UInt8] {
        let authority = Array(origin.utf8.dropFirst("http://".utf8.count))
        return authority.suffix(3).elementsEqual(":80".utf8) ? authority.dropLast(3) : authority
    }

    var isOpen: Bool { stream != nil }

    /// Sends a transfer's request, as far as it is there, at the end of the loop's turn. The connection must be idle.
    func begin(_ transfer: Transfer) {
        guard let stream else { return }
        self.transfer = transfer
        let request = transfer.request
        requestIsWritten = false
        sendsNoMore = false
        let framing = transfer.framing
        owed =
            switch framing {
            case .none: 0
            case .length(let bytes): bytes
            case .chunked: nil
            }
        parser.begin(method: request.method)
        client.scratch.removeAll(keepingCapacity: true)
        RequestWriting.appendHead(
            method: request.method, target: request.target, host: host, headers: request.headers, framing: framing,
            to: &client.scratch)
        stream.write(client.scratch)
        limit(request.timeoutNanoseconds.map { transfer.sentAt &+ min($0, .max >> 1) } ?? .max)
        pump()
    }

    /// The transfer has more to send, or takes its answer up again.
    func proceed() {
        pump()
        guard isHolding, let transfer, !transfer.pausesBody else { return }
        isHolding = false
        let bytes = held
        held = []
        take(bytes.span)
        if !isHolding { stream?.isReading = true }
    }

    /// Closes at once. Says nothing to the transfer.
    func close() {
        transfer = nil
        timer?.cancel()
        timer = nil
        stream?.close()
        stream = nil
    }

    // MARK: The request

    private func pump() {
        while let transfer, let stream, !requestIsWritten, !sendsNoMore, stream.pendingOutput < PlainConnection.outputHighWater {
            guard owed != 0 else { return finishRequest(transfer, stream) }
            let most = PlainConnection.pieceBytes
            switch transfer.giveBody(atMost: owed.map { Int(min($0, Int64(most))) } ?? most) {
            case .bytes(let piece) where piece.isEmpty: return finishRequest(transfer, stream)
            case .bytes(let piece): write(piece, to: stream)
            case .later: return
            case .impossible: return fail(.broken, "the request's body is shorter than announced")
            }
        }
    }

    private func write(_ piece: ArraySlice<UInt8>, to stream: SocketStream) {
        if let left = owed {
            owed = left - Int64(piece.count)
            return stream.write(piece.span)
        }
        client.scratch.removeAll(keepingCapacity: true)
        ChunkEncoding.append(piece.span, to: &client.scratch)
        stream.write(client.scratch)
    }

    private func finishRequest(_ transfer: Transfer, _ stream: SocketStream) {
        requestIsWritten = true
        guard owed == nil else { return }
        client.scratch.removeAll(keepingCapacity: true)
        var trailers = transfer.uploadTrailers
        trailers.removeAll(named: "trailer")
        ChunkEncoding.appendLast(trailers: trailers, to: &client.scratch)
        stream.write(client.scratch)
    }

    func streamSent(_ stream: SocketStream, pending: Int) {
        if !requestIsWritten { pump() }
    }

    // MARK: The answer

    func streamReceived(_ stream: SocketStream, _ bytes: Span<UInt8>) {
        guard let transfer else { return drop() }  // nobody asked
        transfer.noteAnswer()
        take(bytes)
    }

    private func take(_ bytes: Span<UInt8>) {
        var offset = 0
        while let transfer {
            if transfer.pausesBody, transfer.hasHead, offset < bytes.count { return hold(bytes.extracting(offset..<bytes.count)) }
            guard let event = parser.next(bytes, at: &offset) else { return }
            switch event {
            case .head(let head):
                if head.status >= 400, !requestIsWritten { sendsNoMore = true }
                transfer.takeHead(head)
            case .body(let range): transfer.takeBody([UInt8](copying: bytes.extracting(range)))
            case .end: finish(transfer, isLast: offset == bytes.count)
            case .failed(let reason): fail(.broken, "\(name) sent an answer that cannot be read: \(reason)")
            }
        }
    }

    /// Keeps what a paused transfer does not take; the server is held back by TCP's window.
    private func hold(_ bytes: Span<UInt8>) {
        held = [UInt8](copying: bytes)
        isHolding = true
        stream?.isReading = false
        transfer?.noteHold()
    }

    private func finish(_ transfer: Transfer, isLast: Bool) {
        if !parser.trailers.isEmpty { transfer.takeTrailers(parser.trailers) }
        guard parser.keepsAlive, requestIsWritten, isLast, let stream, stream.pendingOutput == 0 else { return end(.complete) }
        self.transfer = nil
        due = .max
        isUsedAgain = true
        idleSince = MonotonicClock.nanoseconds()
        transfer.connection = nil
        client.keep(self)
        client.finish(transfer, .complete)
    }

    func streamEnded(_ stream: SocketStream) {
        if isHolding { return }  // what it sent before has not been read: the end is told again behind it
        guard transfer != nil else { return drop() }
        if parser.endsWithConnection { return end(.complete) }
        lost("ended the connection")
    }

    func streamFailed(_ stream: SocketStream, errno: Int32) {
        self.stream = nil
        guard transfer != nil else { return drop() }
        lost("broke the connection off")
    }

    private func lost(_ how: String) {
        guard let transfer else { return }
        if isUsedAgain, transfer.readyToRepeat() {
            // The server closed an idle connection in the very moment of reuse.
            transfer.connection = nil
            drop()
            return client.connect(transfer)
        }
        fail(.broken, "\(name) \(how) \(transfer.hasHead ? "within its answer" : "without an answer")")
    }

    private func fail(_ kind: TransferFailure.Kind, _ message: String) {
        end(.failed(TransferFailure(kind: kind, message: message)))
    }

    /// Ends the transfer and, with it, the connection.
    private func end(_ result: TransferEnd) {
        let ended = transfer
        drop()
        guard let ended else { return }
        ended.connection = nil
        client.finish(ended, result)
    }

    /// Closes and leaves the client's books.
    private func drop() {
        close()
        client.forget(self)
    }

    private var name: String { String(decoding: host, as: UTF8.self) }

    // MARK: Time

    /// A later limit leaves the timer alone: it runs out, finds that the limit has moved, and sleeps on.
    private func limit(_ moment: UInt64) {
        due = moment
        if due < timerDue { arm(at: MonotonicClock.nanoseconds()) }
    }

    private func arm(at now: UInt64) {
        timerDue = due
        let wait = due > now ? due - now : 0
        if let timer {
            timer.reschedule(after: wait)
        } else {
            timer = loop.schedule(after: wait) { [unowned self] in timerRang() }
        }
    }

    private func timerRang() {
        timerDue = .max
        guard due != .max, let transfer else { return }
        let now = MonotonicClock.nanoseconds()
        guard now >= due else { return arm(at: now) }
        let milliseconds = (transfer.request.timeoutNanoseconds ?? 0) / 1_000_000
        fail(.timeout, "\(name) did not answer as a whole within \(milliseconds) ms")
    }
}

extension [UInt8] {
    fileprivate init(copying span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { bytes in unsafe Array(bytes) }
    }
}
