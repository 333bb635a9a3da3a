/// An answer as a probe has read it.
public struct HTTPAnswer: Sendable {
    /// The status line's number.
    public let status: Int
    /// The status line's phrase.
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

/// A plain blocking HTTP client for tests: it sends the bytes it is given and reads answers by its own small parser, so that it shares
/// no fault with what it tests. One connection; one thread at a time.
public final class HTTPProbe {
    private let socket: BlockingSocket

    /// Connects to a TCP port of this machine.
    ///
    /// - Parameter timeoutMilliseconds: how long any later call may wait.
    public init(port: UInt16, timeoutMilliseconds: Int = 10_000) throws {
        socket = try BlockingSocket(port: port, timeoutMilliseconds: timeoutMilliseconds)
    }

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
    public func send(_ text: String) throws { try socket.send(Array(text.utf8)) }

    /// Sends bytes as they stand.
    public func send(_ bytes: [UInt8]) throws { try socket.send(bytes) }

    /// Says that nothing more will be sent; answers can still be read.
    public func endSending() { socket.endSending() }

    /// Ends the connection.
    public func close() { socket.close() }

    /// Ends the connection by a reset, as a killed program's kernel does.
    public func reset() {
        socket.resetOnClose()
        socket.close()
    }

    /// What comes next, waiting for at least one byte; empty at the end of the connection.
    public func read() throws -> [UInt8] {
        if socket.pending.isEmpty, try !socket.fill() { return [] }
        return socket.takePending()
    }

    /// Everything up to the end of the connection.
    public func readToEnd() throws -> [UInt8] {
        while try socket.fill() {}
        return socket.takePending()
    }

    /// The head of the next answer. Its body can then be read raw by `read`, or by `readBody`.
    public func readHead() throws -> HTTPAnswer {
        guard let bytes = try socket.take(through: "\r\n\r\n") else {
            let rest = String(decoding: socket.pending.prefix(200), as: UTF8.self)
            throw ProbeError(description: "the connection ended before an answer: \(rest)")
        }
        let head = try MessageHead(bytes)
        guard head.first.count >= 2, head.first[0].hasPrefix("HTTP/1."), let status = Int(head.first[1]) else {
            throw ProbeError(description: "not an answer's head: \(String(decoding: bytes, as: UTF8.self))")
        }
        return HTTPAnswer(
            status: status, reason: head.first.count > 2 ? head.first[2] : "", headers: head.headers, body: [], rawBytes: bytes,
            isComplete: true)
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
            let (body, raw, isComplete) = try socket.takeChunks()
            answer.body += body
            answer.rawBytes += raw
            answer.isComplete = isComplete
            return
        }
        let length = answer.header("content-length").flatMap { Int($0) }
        let body = try length.map { try socket.take($0) } ?? readToEnd()
        answer.body += body
        answer.rawBytes += body
        answer.isComplete = length == nil || body.count == length
    }
}
