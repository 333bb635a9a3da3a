internal import EventLoop
internal import HTTPWire

/// One client's connection: feeds the parser, hands events to the handler of the request in flight, sends its response.
///
/// Requests are taken strictly one after the other: what a client sends before its response is finished stays in `backlog`,
/// up to a head's size, then in the kernel.
final class ServerConnection: SocketStreamDelegate {
    /// How the connection ends when its output has been sent.
    enum Ending {
        /// Close: nothing of the client's is unread.
        case close
        /// End the output, throw away what the client still sends, so that no reset overtakes the response (RFC 9112 §9.6).
        case linger
        /// Reset: where only the connection's end delimits the body, a plain close would look like a whole one.
        case reset
    }

    private enum Mode {
        case open
        case ending(Ending)
        case lingering
        case closed
    }

    private let server: HTTPServer
    private var stream: SocketStream?
    private var parser: RequestParser
    private var mode = Mode.open
    private var exchange: Exchange?
    private var handler: (any ExchangeHandler)?
    /// The request in flight has been read to its end, and the handler has been told.
    private var requestDone = false
    /// The response in flight is finished; only the rest of its request is awaited.
    private var responseDone = false
    private var keepsAlive = true
    private var needsContinue = false
    private var endsByConnection = false
    private var isPaused = false
    private var isProcessing = false
    private var isAboveHighWater = false
    private var backlog: [UInt8] = []
    private var backlogStart = 0
    private var deadline: ConnectionDeadline?

    init(server: HTTPServer) {
        self.server = server
        parser = RequestParser(maxHeadBytes: server.limits.maxHeadBytes, maxHeaders: server.limits.maxHeaders)
    }

    func open(_ descriptor: Int32, _ tls: TLSContext?) throws(EventLoopError) {
        stream = try SocketStream(loop: server.loop, descriptor: descriptor, tls: tls, delegate: self)
        deadline = ConnectionDeadline(loop: server.loop, limits: server.limits) { [unowned self] wait in timedOut(wait) }
        updateDeadline()
    }

    // MARK: Input

    func streamReceived(_ stream: SocketStream, _ bytes: Span<UInt8>) {
        guard case .open = mode else { return }  // lingering: thrown away
        if backlogStart < backlog.count {
            appendToBacklog(bytes)
        } else {
            let consumed = process(bytes)
            if consumed < bytes.count, case .open = mode { appendToBacklog(bytes.extracting(consumed..<bytes.count)) }
        }
        updateReading()
        updateDeadline(progress: true)
    }

    private func appendToBacklog(_ bytes: Span<UInt8>) {
        if backlogStart == backlog.count {
            backlog.removeAll(keepingCapacity: true)
            backlogStart = 0
        }
        backlog.append(copying: bytes)
    }

    private var canTakeInput: Bool {
        guard case .open = mode else { return false }
        return !isPaused && !(exchange != nil && requestDone)
    }

    /// Parses and hands on as much as may be taken now; returns how much that was.
    private func process(_ input: Span<UInt8>) -> Int {
        isProcessing = true
        var offset = 0
        while canTakeInput, let event = parser.next(input, at: &offset) {
            switch event {
            case .head(let head): begin(head)
            case .body(let range):
                if !responseDone, let exchange { handler?.requestBody(exchange, [UInt8](copying: input.extracting(range))) }
            case .end: requestEnded()
            case .rejected(let rejection): reject(rejection)
            }
        }
        isProcessing = false
        if responseDone, !requestDone { end(.linger) }  // answered before it was read, and its end is not in sight
        return offset
    }

    private func begin(_ head: RequestHead) {
        let exchange = Exchange(head: head, connection: self)
        self.exchange = exchange
        requestDone = false
        responseDone = false
        isAboveHighWater = false
        endsByConnection = false
        keepsAlive = head.keepsAlive && !server.isShuttingDown
        needsContinue = head.expectsContinue
        let handler = server.makeHandler(exchange)
        if self.exchange === exchange { self.handler = handler }
        continueIfNeeded()
    }

    private func requestEnded() {
        requestDone = true
        guard !responseDone else { return complete() }
        guard let exchange else { return }
        exchange.requestTrailers = parser.trailers
        handler?.requestEnded(exchange)
    }

    private func continueIfNeeded() {
        guard needsContinue, !isPaused, let exchange, !exchange.hasResponded else { return }
        needsContinue = false
        stream?.write("HTTP/1.1 100 Continue\r\n\r\n".utf8Span.span)
    }

    /// Has the backlog taken up, after this turn's events: the present caller is a handler, perhaps deep in another library's callback.
    private func continueInput() {
        if backlogStart < backlog.count || parser.isRequestComplete { server.loop.afterEvents { [self] in processBacklog() } }
        updateReading()
        updateDeadline()
    }

    private func processBacklog() {
        let bytes = backlog
        backlogStart += process(bytes.span.extracting(backlogStart..<bytes.count))
        if backlogStart == backlog.count {
            backlog = []
            backlogStart = 0
        }
        updateReading()
        updateDeadline()
    }

    /// Reads while there is use for more: not while paused, nor with a full backlog.
    private func updateReading() {
        guard let stream else { return }
        switch mode {
        case .open: stream.isReading = !isPaused && backlog.count - backlogStart < server.limits.maxHeadBytes
        case .ending, .closed: break
        case .lingering: stream.isReading = true
        }
    }

    // MARK: What the exchange asks for

    func pauseInput() {
        isPaused = true
        updateReading()
    }

    func resumeInput() {
        guard isPaused else { return }
        isPaused = false
        continueIfNeeded()
        if !isProcessing { continueInput() }
    }

    /// An answer that does not wait for the rest of its request says that it ends the connection.
    func answersEarlyIfUnread() {
        if !requestDone, !parser.isRequestComplete { keepsAlive = false }
    }

    func bodyEndsWithConnection() {
        keepsAlive = false
        endsByConnection = true
    }

    func sendHead(_ head: ResponseHead, framing: ResponseFraming, version: HTTPVersion) {
        if server.isShuttingDown { keepsAlive = false }
        let connection: String? = keepsAlive ? (version == .http10 ? "keep-alive" : nil) : "close"
        server.scratch.removeAll(keepingCapacity: true)
        head.serialise(framing: framing, connection: connection, into: &server.scratch)
        stream?.write(server.scratch)
    }

    func sendInterim(_ head: ResponseHead) {
        server.scratch.removeAll(keepingCapacity: true)
        head.serialise(framing: .none, connection: nil, into: &server.scratch)
        stream?.write(server.scratch)
    }

    func sendBody(_ bytes: Span<UInt8>, asChunk: Bool) -> Bool {
        guard let stream else { return true }
        if asChunk {
            server.scratch.removeAll(keepingCapacity: true)
            ChunkEncoding.appendSize(bytes.count, to: &server.scratch)
            stream.write(server.scratch)
            stream.write(bytes)
            stream.write("\r\n".utf8Span.span)
        } else {
            stream.write(bytes)
        }
        guard stream.pendingOutput > server.limits.outputHighWater else { return true }
        isAboveHighWater = true
        return false
    }

    func responseFinished(endChunks: Bool, trailers: Headers) {
        if endChunks, trailers.isEmpty {
            stream?.write(ChunkEncoding.last)
        } else if endChunks {
            server.scratch.removeAll(keepingCapacity: true)
            ChunkEncoding.appendLast(trailers: trailers, to: &server.scratch)
            stream?.write(server.scratch)
        }
        responseDone = true
        isPaused = false
        if requestDone {
            complete()
        } else if !isProcessing {
            // The parser may owe nothing but its `.end`. While it is running, `process` sees to that.
            _ = process([UInt8]().span)
            if case .open = mode { continueInput() }
        }
    }

    func responseAborted() {
        end(endsByConnection ? .reset : .linger)
    }

    /// Request and response are both complete.
    private func complete() {
        exchange = nil
        handler = nil
        responseDone = false
        requestDone = false
        isPaused = false
        guard keepsAlive, !server.isShuttingDown || server.keepsForAMoment(self) else {
            return end(backlogStart < backlog.count ? .linger : .close)
        }
        if !isProcessing { continueInput() }
    }

    // MARK: Output

    func streamSent(_ stream: SocketStream, pending: Int) {
        if pending == 0, case .ending(let ending) = mode { return finishEnding(ending) }
        updateDeadline(progress: true, pending: pending)
        if isAboveHighWater, pending <= server.limits.outputLowWater {
            isAboveHighWater = false
            if !responseDone, let exchange { handler?.responseDrained(exchange) }
        }
    }

    // MARK: Ends

    func streamEnded(_ stream: SocketStream) {
        switch mode {
        case .open:
            if exchange != nil { return giveUp() }
            if stream.pendingOutput > 0 { end(.close) } else { close() }
        case .ending: break  // the output is still to be sent
        case .lingering: close()
        case .closed: break
        }
    }

    func streamFailed(_ stream: SocketStream, errno: Int32) { giveUp() }

    /// Closes without further ado and tells the handler of a request in flight.
    func giveUp() {
        let lost = responseDone ? nil : exchange
        let handler = handler
        close()
        guard let lost else { return }
        lost.detach()
        handler?.clientLeft(lost)
    }

    func closeIfIdle() {
        guard exchange == nil, parser.isBetweenRequests, backlogStart == backlog.count, let stream else { return }
        if stream.pendingOutput == 0 { close() } else { end(.close) }
    }

    /// No further request: ends when the output has been sent.
    private func end(_ ending: Ending) {
        guard case .open = mode else { return }
        exchange?.detach()
        exchange = nil
        handler = nil
        mode = .ending(ending)
        backlog = []
        backlogStart = 0
        // At the turn's end, and not before whoever called has returned.
        if let stream, stream.pendingOutput == 0 {
            server.loop.afterEvents { [self] in
                if case .ending(let ending) = mode { finishEnding(ending) }
            }
        }
        updateDeadline()
    }

    private func finishEnding(_ ending: Ending) {
        switch ending {
        case .close: close()
        case .reset:
            stream?.resetOnClose()
            close()
        case .linger:
            mode = .lingering
            stream?.closeSending()
            updateReading()
            updateDeadline()
        }
    }

    private func close() {
        if case .closed = mode { return }
        mode = .closed
        exchange?.detach()
        exchange = nil
        handler = nil
        backlog = []
        backlogStart = 0
        deadline?.stop()
        stream?.close()
        stream = nil
        server.removed(self)
    }

    /// Answers what cannot be taken and ends the connection; a response that has begun is broken off.
    private func reject(_ rejection: RequestRejection) {
        let lost = responseDone ? nil : exchange
        let handler = handler
        let canAnswer = lost == nil || lost?.hasResponded == false
        lost?.detach()
        exchange = nil
        if canAnswer, !responseDone {
            keepsAlive = false
            let body = Array("\(rejection.message)\n".utf8)
            let head = ResponseHead(status: rejection.status, headers: [Header("Content-Type", "text/plain; charset=utf-8")])
            sendHead(head, framing: .length(Int64(body.count)), version: .http11)
            stream?.write(body)
        }
        end(!canAnswer && endsByConnection ? .reset : .linger)
        if let lost { handler?.clientLeft(lost) }
    }

    // MARK: Time

    private func updateDeadline(progress: Bool = false, pending: Int? = nil) {
        deadline?.wait(for: currentWait(pending: pending ?? stream?.pendingOutput ?? 0), progress: progress)
    }

    private func currentWait(pending: Int) -> ConnectionDeadline.Wait {
        switch mode {
        case .closed: return .nothing
        case .lingering: return .linger
        case .ending: return .output
        case .open: break
        }
        if pending > 0 { return .output }
        if exchange != nil { return requestDone || isPaused ? .nothing : .body }
        if parser.isInsideHead { return .head }
        return stream?.isHandshaking == true ? .handshake : .idle
    }

    private func timedOut(_ wait: ConnectionDeadline.Wait) {
        switch wait {
        case .nothing: break
        case .idle, .linger: close()
        case .handshake:
            // It may have ended without a word of HTTP so far.
            if stream?.isHandshaking == true { close() } else { updateDeadline() }
        case .output: giveUp()
        case .head: reject(RequestRejection(status: 408, message: "the request's head took too long"))
        case .body: reject(RequestRejection(status: 408, message: "the request's body did not come"))
        }
    }
}

extension [UInt8] {
    init(copying span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { bytes in unsafe Array(bytes) }
    }

    mutating func append(copying span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { bytes in unsafe append(contentsOf: bytes) }
    }
}
