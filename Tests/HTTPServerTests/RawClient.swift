import Glibc

/// A blocking client that sends exactly the bytes it is told to. Waits at most ten seconds for anything, so that a fault of the
/// server fails the test instead of hanging it.
///
/// `@unchecked Sendable`: one thread may send while another receives; the two share only the descriptor.
final class RawClient: @unchecked Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Response: Equatable {
        var status: Int
        var head: String
        var body: String

        func header(_ name: String) -> String? {
            for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix(name.lowercased() + ": ") {
                return String(line.dropFirst(name.utf8.count + 2))
            }
            return nil
        }
    }

    private var descriptor: Int32
    private var received: [UInt8] = []

    /// Connects to 127.0.0.1. `receiveBuffer` bounds what the kernel takes before it is read here.
    init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        prepare(receiveBuffer: receiveBuffer)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(description: "cannot connect: errno \(errno)") }
    }

    /// Connects to a Unix socket.
    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        prepare(receiveBuffer: nil)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, byte) in path.utf8.enumerated() { unsafe room[index] = byte }
        }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Failure(description: "cannot connect: errno \(errno)") }
    }

    deinit { close() }

    private func prepare(receiveBuffer: Int32?) {
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if var size = receiveBuffer {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Has `close` end the connection by a reset.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Ends this side's output.
    func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes { buffer in
                unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "cannot send: errno \(errno)") }
            sent += count
        }
    }

    /// Reads more; false at the end of the connection.
    private func receiveMore(_ limit: Int = 65_536) throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = unsafe recv(descriptor, &buffer, limit, 0)
        guard count >= 0 else {
            throw Failure(description: "cannot receive: errno \(errno) after \(String(decoding: received, as: UTF8.self))")
        }
        received += buffer[..<count]
        return count > 0
    }

    /// The next bytes, exactly so many.
    func take(_ count: Int) throws -> [UInt8] {
        while received.count < count {
            guard try receiveMore() else { throw Failure(description: "the connection ended after \(received.count) of \(count) bytes") }
        }
        defer { received.removeFirst(count) }
        return Array(received[..<count])
    }

    /// Everything up to and including that text.
    func take(through end: String) throws -> String {
        let wanted = Array(end.utf8)
        var searched = 0
        while true {
            while searched + wanted.count <= received.count {
                if Array(received[searched..<(searched + wanted.count)]) == wanted {
                    return String(decoding: try take(searched + wanted.count), as: UTF8.self)
                }
                searched += 1
            }
            guard try receiveMore() else {
                throw Failure(description: "the connection ended without \(end): \(String(decoding: received, as: UTF8.self))")
            }
        }
    }

    /// Everything to the connection's end.
    func takeAll() throws -> String {
        while try receiveMore() {}
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// Whether the connection has ended in order, with nothing left to read.
    func hasEnded() throws -> Bool {
        try received.isEmpty && !receiveMore()
    }

    /// A whole response: by its length, its chunks, or to the connection's end. `bodyless` for the answer to HEAD.
    func response(bodyless: Bool = false) throws -> Response {
        let head = try take(through: "\r\n\r\n")
        guard let status = Int(head.split(separator: " ")[1]) else { throw Failure(description: "no status in \(head)") }
        var response = Response(status: status, head: head, body: "")
        if bodyless || status == 204 || status == 304 || status < 200 { return response }
        if let length = response.header("Content-Length").flatMap({ Int($0) }) {
            response.body = String(decoding: try take(length), as: UTF8.self)
        } else if response.header("Transfer-Encoding") == "chunked" {
            while true {
                let size = try take(through: "\r\n").dropLast(1)
                guard let count = Int(size, radix: 16) else { throw Failure(description: "no chunk size: \(size)") }
                response.body += String(decoding: try take(count), as: UTF8.self)
                guard try take(2) == [13, 10] else { throw Failure(description: "a chunk has no end") }
                if count == 0 { break }
            }
        } else {
            response.body = try takeAll()
        }
        return response
    }
}
