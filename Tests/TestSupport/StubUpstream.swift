import Foundation
import Glibc
import Synchronization

/// A simulated model server for tests, on a free port of this machine: it does with each request what the test's script says, and
/// remembers every request. It has its own small HTTP, one blocking thread a connection, so that it shares no fault with what it
/// tests and can misbehave in every way.
public final class StubUpstream: Sendable {
    /// Where it listens.
    public let port: UInt16
    private let listener: Int32
    private let script: @Sendable (StubRequest) -> StubAnswer
    private let condition = NSCondition()
    private let state = Mutex(State())

    private struct State {
        var requests: [StubRequest] = []
        var answered = 0
        var abandoned = 0
        var connections = 0
        var open: [Int: Connection] = [:]
        var isStopped = false
    }

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - script: gives the answer to each request; called on the connection's thread.
    public init(port: UInt16 = 0, _ script: @escaping @Sendable (StubRequest) -> StubAnswer = { _ in .json("{}") }) throws {
        self.script = script
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        unsafe setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        let descriptor = listener
        guard unsafe BlockingSocket.withAddress(port: port, { unsafe bind(descriptor, $0, $1) }) == 0, listen(listener, 1024) == 0 else {
            throw ProbeError(description: "cannot listen on port \(port): errno \(errno)")
        }
        var bound = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &bound) { bound in
            unsafe bound.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &size) }
        }
        self.port = UInt16(bigEndian: bound.sin_port)
        Thread.detachNewThread { [weak self, listener] in Self.accept(on: listener, for: { self }) }
    }

    deinit { stop() }

    /// `http://127.0.0.1:port`.
    public var url: String { "http://127.0.0.1:\(port)" }

    /// Every request so far, whole or broken off, in the order of their arrival.
    public var requests: [StubRequest] { state.withLock { $0.requests } }
    /// How many answers have been sent whole.
    public var answered: Int { state.withLock { $0.answered } }
    /// How many answers the client did not wait for.
    public var abandoned: Int { state.withLock { $0.abandoned } }
    /// How many connections have been opened.
    public var connections: Int { state.withLock { $0.connections } }

    /// Waits until something holds, looking again at every request, answer and departure.
    ///
    /// - Throws: `ProbeError` if it does not hold in time.
    public func wait(timeoutMilliseconds: Int = 10_000, until holds: (StubUpstream) -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: Double(timeoutMilliseconds) / 1000)
        condition.lock()
        defer { condition.unlock() }
        while !holds(self) {
            guard condition.wait(until: deadline) else {
                let seen = state.withLock { "\($0.requests.count) requests, \($0.answered) answered, \($0.abandoned) abandoned" }
                throw ProbeError(description: "what was waited for did not happen: \(seen)")
            }
        }
    }

    /// Waits for so many requests and gives them all.
    @discardableResult
    public func waitForRequests(_ count: Int, timeoutMilliseconds: Int = 10_000) throws -> [StubRequest] {
        try wait(timeoutMilliseconds: timeoutMilliseconds) { $0.requests.count >= count }
        return requests
    }

    /// Ends it as a killed server ends: nobody listens any more, every connection breaks.
    public func stop() {
        let open = state.withLock { state -> [Connection]? in
            defer { state.isStopped = true }
            return state.isStopped ? nil : Array(state.open.values)
        }
        guard let open else { return }
        // Wakes the accepting thread, which closes the listener.
        _ = shutdown(listener, Int32(SHUT_RDWR))
        for connection in open { connection.socket.interrupt() }
    }

    /// Accepts until the listener is shut down. Holds the stub only while a connection begins, so that it can go.
    private static func accept(on listener: Int32, for stub: () -> StubUpstream?) {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            if descriptor < 0 && errno == EINTR { continue }
            guard descriptor >= 0, let stub = stub() else { break }
            var yes: Int32 = 1
            unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
            let connection = stub.state.withLock { state in
                let connection = Connection(BlockingSocket(descriptor: descriptor), number: state.connections)
                state.connections += 1
                if !state.isStopped { state.open[connection.number] = connection }
                return connection
            }
            Thread.detachNewThread { [weak stub] in connection.serve(for: { stub }) }
        }
        close(listener)
    }

    fileprivate func answer(to request: StubRequest) -> StubAnswer { script(request) }

    /// Records a request under the next number.
    fileprivate func record(_ make: (Int) -> StubRequest) -> StubRequest {
        defer { announce() }
        return state.withLock { state in
            let request = make(state.requests.count)
            state.requests.append(request)
            return request
        }
    }

    fileprivate func ended(isWhole: Bool) {
        state.withLock { state in
            if isWhole { state.answered += 1 } else { state.abandoned += 1 }
        }
        announce()
    }

    fileprivate func closed(_ connection: Connection) {
        state.withLock { _ = $0.open.removeValue(forKey: connection.number) }
        announce()
    }

    private func announce() {
        condition.lock()
        condition.broadcast()
        condition.unlock()
    }
}

/// One connection of a stub.
///
/// `@unchecked Sendable`: the socket is read and written by its own thread alone; `interrupt` may be called from any.
private final class Connection: @unchecked Sendable {
    let socket: BlockingSocket
    let number: Int

    init(_ socket: BlockingSocket, number: Int) {
        self.socket = socket
        self.number = number
    }

    /// How a piece of an answer went.
    private enum Outcome { case done, closed, clientLeft }

    /// Answers requests until the connection ends.
    func serve(for stub: () -> StubUpstream?) {
        while let request = try? receive(for: stub), request.isComplete, let answer = stub()?.answer(to: request) {
            let outcome = perform(answer)
            stub()?.ended(isWhole: outcome == .done)
            guard outcome == .done, request.header("connection")?.lowercased() != "close" else { break }
            if case .untilClose = answer.framing { break }
            if case .raw = answer.framing { break }
        }
        // First the record, then the end of the connection: whoever sees the end finds the record.
        stub()?.closed(self)
        socket.close()
    }

    /// The next request; nil at the end of the connection.
    private func receive(for stub: () -> StubUpstream?) throws -> StubRequest? {
        guard let rawHead = try socket.take(through: "\r\n\r\n") else { return nil }
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        let receivedAt = UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
        let head = try MessageHead(rawHead)
        guard head.first.count == 3 else { throw ProbeError(description: "not a request") }
        let header = { (name: String) in head.headers.first { $0.name.lowercased() == name }?.value }
        if header("expect")?.lowercased() == "100-continue" { try socket.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
        var (body, isComplete): ([UInt8], Bool) = ([], true)
        if header("transfer-encoding")?.lowercased() == "chunked" {
            let chunks = try socket.takeChunks()
            (body, isComplete) = (chunks.body, chunks.isComplete)
        } else if let length = header("content-length").flatMap({ Int($0) }) {
            body = try socket.take(length)
            isComplete = body.count == length
        }
        return stub()?.record { order in
            StubRequest(
                number: order, connection: number, method: head.first[0], target: head.first[1], headers: head.headers, body: body,
                rawHead: rawHead, isComplete: isComplete, receivedAt: receivedAt)
        }
    }

    private func perform(_ answer: StubAnswer) -> Outcome {
        do {
            for step in answer.before {
                let outcome = try perform(step, of: answer)
                guard outcome == .done else { return outcome }
            }
            try socket.send(answer.head)
            for step in answer.steps {
                let outcome = try perform(step, of: answer)
                guard outcome == .done else { return outcome }
            }
            if case .chunked = answer.framing { try socket.send(Array("0\r\n\r\n".utf8)) }
            return .done
        } catch {
            return .clientLeft
        }
    }

    private func perform(_ step: StubAnswer.Step, of answer: StubAnswer) throws -> Outcome {
        switch step {
        case .send(let bytes): try socket.send(answer.framed(bytes))
        case .wait(let gate): return wait(for: gate.descriptor, milliseconds: -1)
        case .pause(let milliseconds): return wait(for: -1, milliseconds: milliseconds)
        case .hang: return wait(for: -1, milliseconds: -1)
        case .flood:
            let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
            while true { try socket.send(answer.framed(piece)) }
        case .close: return .closed
        case .reset:
            socket.resetOnClose()
            return .closed
        }
        return .done
    }

    /// Waits for a descriptor or a time, and for the client's leaving meanwhile.
    private func wait(for descriptor: Int32, milliseconds: Int) -> Outcome {
        // POLLRDHUP, which Swift's view of glibc lacks: the client has closed its side.
        let closedByClient: Int16 = 0x2000
        var requests = [
            pollfd(fd: socket.descriptor, events: closedByClient, revents: 0), pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while unsafe poll(&requests, 2, Int32(milliseconds)) < 0 {}
        return requests[0].revents != 0 ? .clientLeft : .done
    }
}
