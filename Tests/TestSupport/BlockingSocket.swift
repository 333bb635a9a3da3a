import Glibc
import Synchronization

/// Why a probe or a stub could not go on.
public struct ProbeError: Error, CustomStringConvertible {
    public let description: String
}

/// A connected stream socket with plain blocking calls and a buffer of what has been read ahead. One thread at a time, but for
/// `interrupt`.
final class BlockingSocket {
    let descriptor: Int32
    private(set) var pending: [UInt8] = []
    private let isClosed = Mutex(false)

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Connects to a TCP port of this machine.
    convenience init(port: UInt16, timeoutMilliseconds: Int) throws {
        self.init(descriptor: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        let result = unsafe Self.withAddress(port: port) { unsafe connect(descriptor, $0, $1) }
        guard result == 0 else { throw ProbeError(description: "cannot connect to port \(port): errno \(errno)") }
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            set(option, timeval(tv_sec: timeoutMilliseconds / 1000, tv_usec: timeoutMilliseconds % 1000 * 1000))
        }
    }

    deinit { close() }

    /// Calls `body` with an address of this machine.
    static func withAddress<Value>(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func set<Option: BitwiseCopyable>(_ name: Int32, _ value: Option) {
        var value = value
        unsafe setsockopt(descriptor, SOL_SOCKET, name, &value, socklen_t(MemoryLayout<Option>.size))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let rest = bytes[sent...]
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw ProbeError(description: "cannot send: errno \(errno)") }
            sent += count
        }
    }

    /// Nothing more will be sent; what comes can still be read.
    func endSending() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Wakes whoever is blocked on the connection, from any thread, and ends it.
    func interrupt() {
        // Never after the close: the number may be another connection's by then.
        isClosed.withLock { if !$0 { _ = shutdown(descriptor, Int32(SHUT_RDWR)) } }
    }

    func close() {
        isClosed.withLock { isClosed in
            if !isClosed { _ = Glibc.close(descriptor) }
            isClosed = true
        }
    }

    /// Makes `close` end the connection by a reset, as a killed program's kernel does.
    func resetOnClose() { set(SO_LINGER, linger(l_onoff: 1, l_linger: 0)) }

    /// Adds what has come to `pending`, waiting for at least one byte. False at the end of the connection, a reset included.
    func fill() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var count = unsafe recv(descriptor, &chunk, chunk.count, 0)
        while count < 0 && errno == EINTR { count = unsafe recv(descriptor, &chunk, chunk.count, 0) }
        if count < 0 && errno == EAGAIN { throw ProbeError(description: "nothing came in time") }
        guard count > 0 else { return false }
        pending += chunk[..<count]
        return true
    }

    /// Takes up to `count` bytes, fewer only at the end of the connection.
    func take(_ count: Int) throws -> [UInt8] {
        while pending.count < count, try fill() {}
        return takePending(min(count, pending.count))
    }

    /// Takes what has been read already, all or so many bytes.
    func takePending(_ count: Int? = nil) -> [UInt8] {
        let taken = Array(pending.prefix(count ?? pending.count))
        pending.removeFirst(taken.count)
        return taken
    }

    /// Takes everything up to and with the next `pattern`; nil if the connection ends before.
    func take(through pattern: String) throws -> [UInt8]? {
        let pattern = Array(pattern.utf8)
        var place = 0
        while true {
            while place + pattern.count <= pending.count {
                if pending[place..<(place + pattern.count)].elementsEqual(pattern) { return takePending(place + pattern.count) }
                place += 1
            }
            guard try fill() else { return nil }
        }
    }

    /// Reads a chunked body with its framing. `isComplete` is false if the connection ended within it.
    func takeChunks() throws -> (body: [UInt8], raw: [UInt8], isComplete: Bool) {
        var (body, raw): ([UInt8], [UInt8]) = ([], [])
        while let line = try take(through: "\r\n") {
            raw += line
            let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\r") }
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16) else {
                throw ProbeError(description: "not a chunk's length: \(String(decoding: line, as: UTF8.self))")
            }
            if size == 0 {
                while let trailer = try take(through: "\r\n") {
                    raw += trailer
                    if trailer.count == 2 { return (body, raw, true) }
                }
                break
            }
            let chunk = try take(size + 2)
            raw += chunk
            body += chunk.prefix(size)
            if chunk.count < size + 2 { break }
        }
        return (body, raw, false)
    }
}

/// The lines of a message's head.
struct MessageHead {
    let first: [String]
    let headers: [(name: String, value: String)]

    /// - Parameter bytes: up to and with the empty line.
    init(_ bytes: [UInt8]) throws {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
        guard !lines.isEmpty else { throw ProbeError(description: "an empty head") }
        first = lines.removeFirst().split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        headers = lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count > 1 ? Self.trimmed(parts[1]) : "")
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
