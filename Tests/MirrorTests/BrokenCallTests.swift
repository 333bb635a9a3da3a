import Foundation
import Glibc
import HTTPServer
import Mirror
import TestSupport
import Testing

/// Calls that end in the middle: what broke for one side must look broken to the other.
@Suite struct BrokenCallTests {
    /// How production's answer breaks off after these bytes.
    struct Break: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answer: String
        /// By a reset; else by an end of the connection, which no framing but the first lets pass for an end of the body.
        var resets = false
    }

    static let breaks = [
        Break(testDescription: "half a length", answer: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
        Break(testDescription: "half a length, reset", answer: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", resets: true),
        Break(testDescription: "nothing of a length", answer: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
        Break(testDescription: "between chunks", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
        Break(
            testDescription: "between chunks, reset", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            resets: true),
        Break(testDescription: "within a chunk", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"),
        Break(testDescription: "within the last chunk", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r"),
        Break(
            testDescription: "within the trailers",
            answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\nX-Sum: 1\r\n"),
        Break(testDescription: "no size of a chunk", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n"),
        Break(
            testDescription: "a size beyond all",
            answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nffffffffffffffffff\r\n"),
        Break(
            testDescription: "an event stream",
            answer: "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n"),
        Break(
            testDescription: "until the connection ends, reset", answer: "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf", resets: true),
    ]

    /// What a client reads until its connection ends, and whether it ended by a reset.
    private static func readAll(port: UInt16, _ request: String) throws -> (text: String, isReset: Bool) {
        let connection = try RawConnection(to: port)
        defer { Glibc.close(connection.socket) }
        connection.send(request)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(connection.socket, &buffer, buffer.count, 0)
            guard count > 0 else { return (String(decoding: bytes, as: UTF8.self), count < 0 && errno == ECONNRESET) }
            bytes += buffer[..<count]
        }
    }

    @Test(arguments: breaks, ["1.1", "1.0"])
    func aBrokenAnswerIsBrokenForTheApp(_ broken: Break, _ version: String) async throws {
        try await onOwnThread {
            let upstream = try RawUpstream { _, connection in
                connection.send(broken.answer)
                guard broken.resets else { return connection.close() }
                Thread.sleep(forTimeInterval: 0.05)  // a reset overtakes what has not been read
                connection.reset()
            }
            let harness = try MirrorHarness(mirrorSettings(production: upstream), loops: 1)
            defer {
                harness.stop(grace: 100_000_000)
                upstream.stop()
            }
            let (text, isReset) = try Self.readAll(port: harness.port, "GET /w/x HTTP/\(version)\r\nHost: h\r\n\r\n")
            let parts = text.components(separatedBy: "\r\n\r\n")
            if text.hasPrefix("HTTP/1.1 502") { return }  // nothing of the body had come: an error can still be told
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            if parts[0].contains("Transfer-Encoding: chunked") {
                #expect(!text.hasSuffix("0\r\n\r\n") && !text.contains("\r\n0\r\n"), "a clean end: \(text)")
            } else if parts[0].contains("Content-Length: 10") {
                #expect(parts[1].utf8.count < 10)
            } else {
                #expect(
                    isReset, "\(broken.testDescription): only a reset tells a body that ends with its connection from a whole one: \(text)")
            }
        }
    }

    /// When the app leaves.
    enum Moment: String, CaseIterable, Sendable {
        case beforeTheAnswer, withinTheAnswer, withinTheRequest
    }

    @Test(arguments: Moment.allCases, [false, true])
    func anAppThatLeavesEndsTheProductionCall(_ moment: Moment, _ byReset: Bool) async throws {
        try await onOwnThread {
            let reached = DispatchSemaphore(value: 0)
            let ended = DispatchSemaphore(value: 0)
            let upstream = try HeadUpstream { connection in
                if moment == .withinTheAnswer {
                    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    connection.chunk("x")
                }
                reached.signal()
                connection.waitForEnd()
                ended.signal()
            }
            let harness = try MirrorHarness(mirrorSettings(port: upstream.port), loops: 1)
            defer {
                harness.stop(grace: 100_000_000)
                upstream.stop()
            }
            let probe = try HTTPProbe(port: harness.port)
            let length = moment == .withinTheRequest ? 1000 : 2
            try probe.send("POST /w/x HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\r\nhi")
            reached.wait()
            if moment == .withinTheAnswer { _ = try probe.readHead() }
            let left = Date()
            if byReset { probe.reset() } else { probe.close() }
            #expect(ended.wait(timeout: .now() + 5) == .success)
            #expect(Date().timeIntervalSince(left) < 1, "at once")
        }
    }
}

/// An upstream that gives each connection to the test as soon as its first head has come, and reads nothing of the body by itself.
final class HeadUpstream: Sendable {
    let port: UInt16
    private let listener: Int32
    private let done = DispatchSemaphore(value: 0)

    init(_ script: @escaping @Sendable (RawConnection) -> Void) throws {
        let (descriptor, port) = RawUpstream.listen()
        listener = descriptor
        self.port = port
        let thread = Thread { [done] in
            while true {
                let socket = Glibc.accept(descriptor, nil, nil)
                guard socket >= 0 else { break }
                let connection = RawConnection(socket: socket)
                connection.readHead()
                script(connection)
                Glibc.close(socket)
            }
            Glibc.close(descriptor)
            done.signal()
        }
        thread.start()
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        done.wait()
    }
}
