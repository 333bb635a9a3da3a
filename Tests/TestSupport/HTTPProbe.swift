import Glibc

/// An answer as a probe has read it.
public struct HTTPAnswer: Sendable {
    /// The status line's number and phrase.
    public let status: Int
    public let reason: String
    /// The header lines in order, spelled as they came.
    public let headers: [(name: String, value: String)]
    /// The body with its chunked coding undone.
    public var body: [UInt8]
    /// Everything as it came, head and framing included.
    public var rawBytes: [UInt8]
    /// False if the connection ended before the body was whole.
    public var isComplete: Bool

    /// The first header of this name, whatever its case.
    public func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// Why a probe got no answer.
public struct ProbeError: Error, CustomStringConvertible {
    public let description: String
}

/// A plain blocking HTTP client for tests: it sends the bytes it is given and reads answers by its own small parser, so that it shares
/// no fault with what it tests. One connection; one thread at a time.
public final class HTTPProbe {
    private let socket: Int32
    private var pending: [UInt8] = []
    private var isClosed = false

    /// Connects to a TCP port of this machine.
    ///
    /// - Parameter timeoutMilliseconds: how long any later call may wait.
    public init(port: UInt16, timeoutMilliseconds: Int = 10_000) throws {
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
        guard result == 0 else { throw ProbeError(description: "cannot connect to port \(port): errno \(errno)") }
        var patience = timeval(tv_sec: timeoutMilliseconds / 1000, tv_usec: timeoutMilliseconds % 1000 * 1000)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        unsafe setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close() }

    /// Sends a whole request on a connection of its own and reads the whole answer.
    public static func request(
        _ method: String = "GET", port: UInt16, _ target: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
        timeoutMilliseconds: Int = 10_000
    ) throws -> HTTPAnswer {
        let probe = try HTTPProbe(port: port, timeoutMilliseconds: timeoutMilliseconds)
        try probe.send(head(method, target, headers: headers, body: body) + (body ?? []))
        return try probe.readAnswer(to: method)
    }

    /// The bytes of a request's head; with a body also its Content-Length.
    public static func head(_ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8]? = nil) -> [UInt8] {
        var lines = ["\(method) \(target) HTTP/1.1"]
        if !headers.contains(where: { $0.0.lowercased() == "host" }) { lines.append("Host: localhost") }
        lines += headers.map { "\($0.0): \($0.1)" }
        if let body { lines.append("Content-Length: \(body.count)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// Sends text as it stands.
    public func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends bytes as they stand.
    public func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let rest = bytes[sent...]
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw ProbeError(description: "cannot send: errno \(errno)") }
            sent += count
        }
    }

    /// Says that nothing more will be sent; answers can still be read.
    public func endSending() { _ = shutdown(socket, Int32(SHUT_WR)) }

    /// Ends the connection.
    public func close() {
        if !isClosed { _ = Glibc.close(socket) }
        isClosed = true
    }

    /// Ends the connection by a reset, as a killed program's kernel does.
    public func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// What comes next, waiting for at least one byte; empty at the end of the connection.
    public func read() throws -> [UInt8] {
        if pending.isEmpty, try !fill() { return [] }
        defer { pending = [] }
        return pending
    }

    /// Everything up to the end of the connection.
    public func readToEnd() throws -> [UInt8] {
        while try fill() {}
        defer { pending = [] }
        return pending
    }

    /// The head of the next answer. Its body can then be read raw by `read`, or by `readBody`.
    public func readHead() throws -> HTTPAnswer {
        let end = try find(Array("\r\n\r\n".utf8), from: 0)
        let head = Array(pending[..<end])
        pending.removeSubrange(..<end)
        var lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n").filter { !$0.isEmpty }
        guard !lines.isEmpty else { throw ProbeError(description: "an empty head") }
        let first = lines.removeFirst().split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard first.count >= 2, first[0].hasPrefix("HTTP/1."), let status = Int(first[1]) else {
            throw ProbeError(description: "not a status line: \(String(decoding: head, as: UTF8.self))")
        }
        let headers = lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (name: parts[0], value: parts.count > 1 ? parts[1].trimmed() : "")
        }
        return HTTPAnswer(
            status: status, reason: first.count > 2 ? String(first[2]) : "", headers: headers, body: [], rawBytes: head, isComplete: true)
    }

    /// The next whole answer. Interim answers (1xx) are passed over, and stay in `rawBytes`.
    ///
    /// - Parameter method: the request's, since the answer to HEAD has no body.
    public func readAnswer(to method: String = "GET") throws -> HTTPAnswer {
        var interim: [UInt8] = []
        var answer = try readHead()
        while answer.status / 100 == 1 && answer.status != 101 {
            interim += answer.rawBytes
            answer = try readHead()
        }
        answer.rawBytes = interim + answer.rawBytes
        if method != "HEAD" && answer.status != 204 && answer.status != 304 { try readBody(&answer) }
        return answer
    }

    /// Reads the body that belongs to a head. A connection that ends too early gives what came, marked incomplete.
    public func readBody(_ answer: inout HTTPAnswer) throws {
        if answer.header("transfer-encoding")?.lowercased() == "chunked" {
            try readChunks(&answer)
        } else if let length = answer.header("content-length").flatMap({ Int($0) }) {
            while pending.count < length, try fill() {}
            take(min(length, pending.count), &answer)
            answer.isComplete = answer.body.count == length
        } else {
            while try fill() {}
            take(pending.count, &answer)
        }
    }

    private func readChunks(_ answer: inout HTTPAnswer) throws {
        while true {
            guard let lineEnd = try? find([13, 10], from: 0) else {
                answer.isComplete = false
                return
            }
            let line = String(decoding: pending[..<(lineEnd - 2)], as: UTF8.self)
            guard let size = Int(line.prefix { $0 != ";" }.description.trimmed(), radix: 16) else {
                throw ProbeError(description: "not a chunk's length: \(line)")
            }
            while pending.count < lineEnd + size + 2, try fill() {}
            guard pending.count >= lineEnd + size + 2 else {
                answer.isComplete = false
                return
            }
            answer.body += pending[lineEnd..<(lineEnd + size)]
            answer.rawBytes += pending[..<(lineEnd + size + 2)]
            pending.removeSubrange(..<(lineEnd + size + 2))
            if size == 0 { return }
        }
    }

    private func take(_ count: Int, _ answer: inout HTTPAnswer) {
        answer.body += pending[..<count]
        answer.rawBytes += pending[..<count]
        pending.removeSubrange(..<count)
    }

    /// The place behind the next occurrence of `pattern`.
    private func find(_ pattern: [UInt8], from start: Int) throws -> Int {
        var place = start
        while true {
            while place + pattern.count <= pending.count {
                if pending[place..<(place + pattern.count)].elementsEqual(pattern) { return place + pattern.count }
                place += 1
            }
            guard try fill() else {
                throw ProbeError(description: "the connection ended: \(String(decoding: pending.prefix(200), as: UTF8.self))")
            }
        }
    }

    /// Adds what has come to `pending`. False at the end of the connection, a reset included.
    private func fill() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var count = unsafe recv(socket, &chunk, chunk.count, 0)
        while count < 0 && errno == EINTR { count = unsafe recv(socket, &chunk, chunk.count, 0) }
        if count < 0 && errno == EAGAIN { throw ProbeError(description: "nothing came in time") }
        guard count > 0 else { return false }
        pending += chunk[..<count]
        return true
    }
}

extension String {
    fileprivate func trimmed() -> String {
        String(drop(while: { $0 == " " || $0 == "\t" }).reversed().drop(while: { $0 == " " || $0 == "\t" }).reversed())
    }

    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
