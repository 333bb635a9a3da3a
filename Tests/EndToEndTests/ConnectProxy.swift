import Foundation
import Glibc
import Synchronization

/// A proxy that knows CONNECT only, and remembers who was asked for.
final class ConnectProxy: Sendable {
    let port: UInt16
    private let listener: Int32
    private let refusal: String?
    private let state = Mutex<[String]>([])

    /// The heads that came.
    var heads: [String] { state.withLock { $0 } }

    /// - Parameter refusal: what it answers instead of connecting, if anything.
    init(refusal: String? = nil) {
        self.refusal = refusal
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                precondition(unsafe bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0, "no port for a proxy")
                _ = unsafe getsockname(descriptor, $0, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            while case let client = accept(descriptor, nil, nil), client >= 0 {
                Thread.detachNewThread { self.serve(client) }
            }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private func serve(_ client: Int32) {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while !head.suffix(4).elementsEqual([13, 10, 13, 10]), unsafe recv(client, &byte, 1, 0) == 1 { head.append(byte) }
        let text = String(decoding: head, as: UTF8.self)
        state.withLock { $0.append(text) }
        let port = text.split(separator: " ").dropFirst().first?.split(separator: ":").last.flatMap { UInt16($0) }
        guard refusal == nil, text.hasPrefix("CONNECT "), let port else { return answer(client, refusal ?? "400 Bad Request") }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: port)
        let connected = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return answer(client, "502 Bad Gateway") }
        send(client, Array("HTTP/1.1 200 Connected\r\nX-Of-The-Proxy: 1\r\n\r\n".utf8)[...])
        Thread.detachNewThread { self.copy(from: server, to: client) }
        copy(from: client, to: server)
    }

    private func answer(_ client: Int32, _ status: String) {
        send(client, Array("HTTP/1.1 \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)[...])
        shutdown(client, Int32(SHUT_RDWR))
    }

    private func send(_ socket: Int32, _ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func copy(from source: Int32, to sink: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = unsafe recv(source, &buffer, buffer.count, 0), count > 0 { send(sink, buffer[..<count]) }
        for socket in [source, sink] { shutdown(socket, Int32(SHUT_RDWR)) }
    }
}
