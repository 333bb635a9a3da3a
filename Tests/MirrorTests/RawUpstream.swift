import Foundation
import Glibc
import Synchronization

/// A request as it came over the wire.
struct RawRequest: Sendable {
    /// The head, byte for byte, its empty line included.
    var head: [UInt8]
    /// What followed it: the body with its framing.
    var framedBody: [UInt8]
    /// The body without chunked framing.
    var body: [UInt8]
    /// The trailer lines of a chunked body, without the empty line that ends them.
    var trailers: [UInt8] = []

    var headText: String { String(decoding: head, as: UTF8.self) }
    var requestLine: String { String(headText.prefix { $0 != "\r\n" && $0 != "\r" }) }
    var target: String { String(requestLine.split(separator: " ")[1]) }

    /// Header lines as they came, in order.
    var headerLines: [String] {
        headText.components(separatedBy: "\r\n").dropFirst().filter { !$0.isEmpty }
    }

    /// The first header of that name.
    func header(_ name: String) -> String? {
        headerLines.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }
}

/// One connection of an upstream, for a script to answer on.
final class RawConnection: Sendable {
    let socket: Int32
    private let pending = Mutex<[UInt8]>([])

    init(socket: Int32) { self.socket = socket }

    /// A client's connection to a port of this machine.
    init(to port: UInt16) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw HarnessError("cannot connect to port \(port): errno \(errno)") }
    }

    /// Sends bytes as they stand; false when the peer is gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes { unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends one chunk of a chunked body.
    @discardableResult
    func chunk(_ text: String) -> Bool { send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n") }

    /// A whole answer.
    func answer(_ body: String, status: String = "200 OK", headers: [String] = ["Content-Type: application/json"]) {
        send((["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.utf8.count)", "", body]).joined(separator: "\r\n"))
    }

    /// Ends the connection by a reset and nothing before it: a shutdown would send an end first.
    func reset() {
        var nowhere = sockaddr()  // of the family AF_UNSPEC, which dissolves the connection
        unsafe connect(socket, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
    }

    /// Ends the connection.
    func close() { shutdown(socket, Int32(SHUT_RDWR)) }

    /// Waits until the peer has closed.
    func waitForEnd() {
        while !fill().isEmpty {}
    }

    /// Reads up to the end of a head and forgets it.
    func readHead() {
        while pending.withLock({ Self.find(Array("\r\n\r\n".utf8), in: $0) }) == nil, !fill().isEmpty {}
    }

    /// The next whole request; nil at the end of the connection.
    func readRequest() -> RawRequest? {
        let separator = Array("\r\n\r\n".utf8)
        while true {
            pending.withLock { if $0.starts(with: [13, 10]) { $0.removeFirst(2) } }  // RFC 9112 §2.2
            if let end = pending.withLock({ Self.find(separator, in: $0) }) { return readBody(headEnd: end) }
            if fill().isEmpty { return nil }
        }
    }

    private func readBody(headEnd: Int) -> RawRequest? {
        var request = RawRequest(head: pending.withLock { Array($0[..<headEnd]) }, framedBody: [], body: [])
        pending.withLock { $0.removeSubrange(..<headEnd) }
        if request.header("expect") != nil { send("HTTP/1.1 100 Continue\r\n\r\n") }
        if request.header("transfer-encoding")?.lowercased() == "chunked" {
            while true {
                guard let line = take(upTo: [13, 10]) else { return nil }
                let size = Int(String(decoding: line.prefix { $0 != UInt8(ascii: ";") && $0 != 13 }, as: UTF8.self), radix: 16) ?? 0
                request.framedBody += line
                if size == 0 { return readTrailers(of: request) }
                guard let data = take(size + 2) else { return nil }
                request.framedBody += data
                request.body += data.dropLast(2)
            }
        }
        if let length = request.header("content-length").flatMap({ Int($0) }) {
            guard let data = take(length) else { return nil }
            request.framedBody = data
            request.body = data
        }
        return request
    }

    private func readTrailers(of request: RawRequest) -> RawRequest? {
        var request = request
        while let line = take(upTo: [13, 10]) {
            request.framedBody += line
            if line.count == 2 { return request }
            request.trailers += line
        }
        return nil
    }

    private func take(_ count: Int) -> [UInt8]? {
        while pending.withLock({ $0.count }) < count {
            if fill().isEmpty { return nil }
        }
        return pending.withLock { pending in
            defer { pending.removeSubrange(..<count) }
            return Array(pending[..<count])
        }
    }

    private func take(upTo end: [UInt8]) -> [UInt8]? {
        while true {
            if let place = pending.withLock({ Self.find(end, in: $0) }) { return take(place) }
            if fill().isEmpty { return nil }
        }
    }

    private func fill() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(socket, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return [] }
        pending.withLock { $0 += buffer[..<count] }
        return Array(buffer[..<count])
    }

    /// The place behind the first occurrence.
    private static func find(_ pattern: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= pattern.count else { return nil }
        return (0...(bytes.count - pattern.count)).first { bytes[$0..<($0 + pattern.count)].elementsEqual(pattern) }.map {
            $0 + pattern.count
        }
    }
}

/// A model server whose every byte the test writes: a thread for each connection, a script for each request.
final class RawUpstream: Sendable {
    typealias Script = @Sendable (RawRequest, RawConnection) -> Void

    let port: UInt16
    private let listener: Int32
    private let state: Mutex<State>
    private let changed = NSCondition()

    private struct State {
        var script: Script
        var requests: [RawRequest] = []
        var sockets: [Int32] = []
        var connections = 0
        var isStopped = false
    }

    private let stopped = DispatchGroup()

    /// A listening socket on a port of the kernel's choice.
    static func listen() -> (listener: Int32, port: UInt16) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                precondition(unsafe bind(listener, $0, length) == 0 && Glibc.listen(listener, 512) == 0, "no port for an upstream")
                _ = unsafe getsockname(listener, $0, &length)
            }
        }
        return (listener, UInt16(bigEndian: address.sin_port))
    }

    init(_ script: @escaping Script) throws {
        (listener, port) = Self.listen()
        state = Mutex(State(script: script))
        stopped.enter()
        let thread = Thread { [self] in accept() }
        thread.start()
    }

    /// All requests so far.
    var requests: [RawRequest] { state.withLock { $0.requests } }

    /// How often somebody connected, whatever was said then.
    var connectionCount: Int { state.withLock { $0.connections } }

    /// Changes the script for requests to come.
    func answer(_ script: @escaping Script) { state.withLock { $0.script = script } }

    /// Waits until that many requests have come.
    func waitForRequests(_ count: Int, seconds: Double = 10) -> [RawRequest] {
        let deadline = Date().addingTimeInterval(seconds)
        changed.lock()
        defer { changed.unlock() }
        while requests.count < count, changed.wait(until: deadline) {}
        return requests
    }

    /// Stops listening and breaks all connections; harmless when done before.
    func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            // The threads close what they wait on: a number closed here might be another's by the time that they look.
            shutdown(listener, Int32(SHUT_RDWR))
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
        stopped.wait()
    }

    private func accept() {
        while true {
            let socket = Glibc.accept(listener, nil, nil)
            guard socket >= 0 else { break }
            let isLate = state.withLock { state in
                state.sockets.append(socket)
                state.connections += 1
                return state.isStopped
            }
            if isLate { shutdown(socket, Int32(SHUT_RDWR)) }
            let thread = Thread { [self] in serve(RawConnection(socket: socket)) }
            thread.start()
        }
        close(listener)
        stopped.leave()
    }

    private func serve(_ connection: RawConnection) {
        while let request = connection.readRequest() {
            changed.lock()
            let script = state.withLock { state in
                state.requests.append(request)
                return state.script
            }
            changed.broadcast()
            changed.unlock()
            script(request, connection)
        }
        state.withLock { state in
            state.sockets.removeAll { $0 == connection.socket }
            close(connection.socket)
        }
    }
}
