internal import CEvents
internal import Glibc

/// A socket that listens, and nothing that accepts from it yet: that is a `SocketListener`'s work, of this process or of one that the
/// socket is handed to. While anybody holds it, connections that come wait in the kernel's queue and none is refused.
///
/// Closed with its last owner in this process. Any thread.
public final class ListeningSocket: Sendable {
    /// What is bound: the port is the real one.
    public let address: SocketAddress
    /// The descriptor; it stays this object's.
    public let descriptor: Int32
    /// The file of a Unix socket that this process made.
    private let file: String?

    /// Listens. With `reusePort` several sockets share a port and the kernel spreads connections over them. A Unix socket that a dead
    /// process left behind is replaced. Throws `cannotListen`.
    public init(_ address: SocketAddress, reusePort: Bool = false) throws(EventLoopError) {
        var error: Int32 = 0
        var resolverError: Int32 = 0
        switch address {
        case .tcp(let host, let port):
            descriptor = unsafe ce_listen_tcp(host, port, reusePort, &error, &resolverError)
            file = nil
        case .unix(let path):
            descriptor = unsafe ce_listen_unix(path, &error)
            file = descriptor < 0 ? nil : path
        }
        guard descriptor >= 0 else {
            self.address = address
            throw Self.failure(address, error: error, resolverError: resolverError)
        }
        if case .tcp(let host, _) = address, case .tcp(_, let port)? = Self.name(of: descriptor) {
            self.address = .tcp(host: host, port: port)
        } else {
            self.address = address
        }
    }

    /// Takes over a descriptor that listens already. Throws `cannotListen` for one that does not; it is left alone then.
    init(adopting descriptor: Int32) throws(EventLoopError) {
        let failure = ce_listen_adopt(descriptor)
        guard failure == 0, let address = Self.name(of: descriptor) else {
            throw EventLoopError(
                .cannotListen, errno: failure, "descriptor \(descriptor) was handed over and is no stream socket that listens")
        }
        self.descriptor = descriptor
        self.address = address
        file = nil
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if let file { unsafe unlink(file) }
    }

    /// Sockets for so many loops at one address, a Unix socket for all. That the port is nobody else's is made sure of first: they share
    /// it by SO_REUSEPORT, which would let a foreign process take a part of the connections without a word.
    public static func shared(_ address: SocketAddress, by count: Int) throws(EventLoopError) -> [ListeningSocket] {
        guard case .tcp = address, count > 1 else { return [try ListeningSocket(address)] }
        _ = try ListeningSocket(address)
        var sockets: [ListeningSocket] = []
        for _ in 0..<count { sockets.append(try ListeningSocket(sockets.first?.address ?? address, reusePort: true)) }
        return sockets
    }

    private static func name(of descriptor: Int32) -> SocketAddress? {
        var name = [CChar](repeating: 0, count: 256)
        let port = unsafe ce_socket_name(descriptor, &name, name.count)
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        switch port {
        case 0...65535: return .tcp(host: text, port: UInt16(port))
        case -1: return .unix(path: text)
        default: return nil
        }
    }

    private static func failure(_ address: SocketAddress, error: Int32, resolverError: Int32) -> EventLoopError {
        guard resolverError == 0 else {
            return EventLoopError(.cannotListen, errno: error, "cannot listen on \(address): no such host on this machine")
        }
        let advice =
            switch error {
            case EADDRINUSE: "another process has it; stop that or choose another address"
            case EACCES, EPERM: "not permitted; choose a port above 1023 or a folder you may write to"
            case EADDRNOTAVAIL: "this machine does not have that address"
            case ENAMETOOLONG: "the path is longer than 107 bytes; choose a shorter folder"
            case ENOENT: "the folder does not exist"
            default: "check the address"
            }
        return EventLoopError(.cannotListen, errno: error, "cannot listen on \(address): \(advice)")
    }
}
