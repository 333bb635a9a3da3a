import Foundation
import Glibc

/// An answer as it came over the socket.
struct Answer {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// One blocking HTTP/1.1 connection; small on purpose, so that the tests do not lean on the code under test.
final class HttpConnection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Connects to `http://host:port`.
    init(_ url: String, timeout seconds: Int = 30) throws {
        guard let parsed = URLComponents(string: url), let host = parsed.host, let port = parsed.port else {
            throw Unexpected("bad URL \(url)")
        }
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        unsafe inet_pton(AF_INET, host, &address.sin_addr)
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // Everything is initialised here, so deinit closes the descriptor; closing it twice would hit somebody else's.
        guard connected == 0 else { throw Unexpected("no connection to \(url)") }
    }

    deinit { close(descriptor) }

    /// Sends one request and reads its answer.
    func request(_ method: String, _ target: String, headers: [String: String] = [:], body: String = "") throws -> Answer {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: mirror.test\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if !body.isEmpty || method == "POST" { text += "Content-Length: \(body.utf8.count)\r\n" }
        try send(Array((text + "\r\n" + body).utf8))
        return try readAnswer()
    }

    private func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = unsafe rest.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { throw Unexpected("the connection broke while sending") }
            rest = rest.dropFirst(sent)
        }
    }

    private func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { throw Unexpected("the connection broke while receiving") }
        buffer += chunk[..<count]
    }

    private func readAnswer() throws -> Answer {
        let end = Array("\r\n\r\n".utf8)
        while buffer.firstRange(of: end) == nil { try fill() }
        guard let range = buffer.firstRange(of: end) else { throw Unexpected("no head") }
        let lines = String(decoding: buffer[..<range.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        buffer.removeSubrange(..<range.upperBound)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        let status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
        let body: [UInt8]
        if let length = headers["content-length"].flatMap({ Int($0) }) {
            while buffer.count < length { try fill() }
            body = Array(buffer[..<length])
            buffer.removeSubrange(..<length)
        } else {
            body = try readChunks()
        }
        return Answer(status: status, headers: headers, body: body)
    }

    private func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = Array("\r\n".utf8)
            while buffer.firstRange(of: line) == nil { try fill() }
            guard let range = buffer.firstRange(of: line),
                let size = Int(String(decoding: buffer[..<range.lowerBound], as: UTF8.self), radix: 16)
            else {
                throw Unexpected("bad chunk")
            }
            buffer.removeSubrange(..<range.upperBound)
            while buffer.count < size + 2 { try fill() }
            body += buffer[..<size]
            buffer.removeSubrange(..<(size + 2))
            if size == 0 { return body }
        }
    }
}

/// Waits until each of a mirror's loops knows the workload `crash`: they learn of it one by one, and a connection belongs to any of them.
/// Makes no call: a call handed in without the token is refused, and not counted, where the workload is known.
func awaitRoute(_ mirror: String) throws {
    _ = try eventually(within: 60, "the mirror to know the workload") {
        let refused = (0..<20).allSatisfy { _ in (try? HttpConnection(mirror).request("POST", "/crash/pairs"))?.status == 401 }
        return refused ? true : nil
    }
}
