import Glibc
import Synchronization

/// A request as a stub upstream has received it.
public struct StubRequest: Sendable {
    /// Its place among all requests of this stub, from 0.
    public let number: Int
    /// The connection it came on, from 0.
    public let connection: Int
    public let method: String
    /// The target exactly as it came.
    public let target: String
    /// The header lines in order, spelled as they came.
    public let headers: [(name: String, value: String)]
    /// The body with its chunked coding undone.
    public let body: [UInt8]
    /// The head's bytes as they came.
    public let rawHead: [UInt8]
    /// False if the client left before the body was whole.
    public let isComplete: Bool
    /// When the head had come: nanoseconds of CLOCK_MONOTONIC.
    public let receivedAt: UInt64

    /// The first header of this name, whatever its case.
    public func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// Something that answers wait for until a test opens it. Stays open.
public final class Gate: Sendable {
    /// The end of a pipe that shows the end of its input once the gate is open.
    let descriptor: Int32
    private let bar: Mutex<Int32?>

    /// A closed gate.
    public init() {
        var ends: [Int32] = [-1, -1]
        precondition(unsafe pipe(&ends) == 0, "pipe: errno \(errno)")
        // A child of the test that inherited the bar would keep the gate closed.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        descriptor = ends[0]
        bar = Mutex(ends[1])
    }

    deinit {
        open()
        close(descriptor)
    }

    /// Lets everyone pass, now and later.
    public func open() {
        bar.withLock { $0.take() }.map { _ = close($0) }
    }
}

/// What a stub upstream does with a request.
public struct StubAnswer: Sendable {
    /// One act of an answer.
    public enum Step: Sendable {
        /// Sends bytes of the body (a chunk of their own where the answer is chunked).
        case send([UInt8])
        /// Waits until the gate is open.
        case wait(Gate)
        /// Waits so long.
        case pause(milliseconds: Int)
        /// Never goes on, until the client leaves or the stub is stopped.
        case hang
        /// Sends body bytes without end, until the client leaves.
        case flood
        /// Ends the connection in the middle.
        case close
        /// Ends the connection in the middle by a reset.
        case reset
    }

    /// How the end of the body is told.
    public enum Framing: Sendable {
        /// By Content-Length: this one, or the sum of all that is sent.
        case length(Int?)
        /// By chunked coding.
        case chunked
        /// By the end of the connection.
        case untilClose
        /// Not at all: the steps send everything, head included, and the connection then ends.
        case raw
    }

    public var status = 200
    public var headers: [(String, String)] = []
    public var framing = Framing.length(nil)
    /// Done before the head is sent.
    public var before: [Step] = []
    /// Done after the head has been sent.
    public var steps: [Step] = []

    /// An answer from its parts.
    public init(
        status: Int = 200, headers: [(String, String)] = [], framing: Framing = .length(nil), before: [Step] = [], steps: [Step] = []
    ) {
        self.status = status
        self.headers = headers
        self.framing = framing
        self.before = before
        self.steps = steps
    }

    /// A JSON answer.
    public static func json(_ text: String, status: Int = 200) -> StubAnswer {
        StubAnswer(status: status, headers: [("Content-Type", "application/json")], steps: [.send(Array(text.utf8))])
    }

    /// A plain text answer.
    public static func text(_ text: String, status: Int = 200) -> StubAnswer {
        StubAnswer(status: status, headers: [("Content-Type", "text/plain")], steps: [.send(Array(text.utf8))])
    }

    /// A stream of server-sent events, one chunk each: `data: …` lines and an empty one.
    public static func events(_ data: [String], between: Step? = nil) -> StubAnswer {
        var steps: [Step] = []
        for event in data {
            if let between, !steps.isEmpty { steps.append(between) }
            steps.append(.send(Array("data: \(event)\n\n".utf8)))
        }
        return StubAnswer(headers: [("Content-Type", "text/event-stream")], framing: .chunked, steps: steps)
    }

    /// Bytes that need not be HTTP at all; then the connection ends.
    public static func raw(_ bytes: [UInt8]) -> StubAnswer { StubAnswer(framing: .raw, steps: [.send(bytes)]) }

    /// No answer until the client leaves.
    public static let hang = StubAnswer(before: [.hang])

    /// The connection ends without an answer.
    public static let closed = StubAnswer(before: [.close])

    /// The bytes of its head.
    var head: [UInt8] {
        var lines = ["HTTP/1.1 \(status) Stub"] + headers.map { "\($0.0): \($0.1)" }
        switch framing {
        case .length(let declared):
            let sent = steps.reduce(0) { sum, step in
                if case .send(let bytes) = step { return sum + bytes.count }
                return sum
            }
            lines.append("Content-Length: \(declared ?? sent)")
        case .chunked: lines.append("Transfer-Encoding: chunked")
        case .untilClose: lines.append("Connection: close")
        case .raw: return []
        }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// The bytes in which a piece of the body travels.
    func framed(_ bytes: [UInt8]) -> [UInt8] {
        guard case .chunked = framing, !bytes.isEmpty else { return bytes }
        return Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [13, 10]
    }
}
