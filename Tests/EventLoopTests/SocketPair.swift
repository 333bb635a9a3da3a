import EventLoop
import Glibc

/// Two connected sockets: `near`, non-blocking, for the loop; `far`, blocking with a limit of ten seconds, for the test.
final class SocketPair {
    private(set) var near: Int32
    private(set) var far: Int32

    /// `keepsRecords`: each send is received as it was sent (SOCK_SEQPACKET).
    init(keepsRecords: Bool = false) throws {
        var pair: [Int32] = [-1, -1]
        let kind = keepsRecords ? SOCK_SEQPACKET : SOCK_STREAM
        guard unsafe socketpair(AF_UNIX, Int32(kind.rawValue), 0, &pair) == 0 else { throw Failure(errno: errno) }
        near = pair[0]
        far = pair[1]
        _ = fcntl(near, F_SETFL, O_NONBLOCK)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        unsafe setsockopt(far, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    struct Failure: Error { let errno: Int32 }

    deinit {
        if near >= 0 { close(near) }
        closeFar()
    }

    /// The near descriptor, now somebody else's to close.
    func giveNear() -> Int32 {
        defer { near = -1 }
        return near
    }

    func closeFar() {
        if far >= 0 { close(far) }
        far = -1
    }

    func sendFromFar(_ bytes: [UInt8]) { unsafe send(far, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    /// What one receive gives; without `waits` what is there already.
    func receiveAtFar(_ limit: Int = 1 << 20, waits: Bool = true) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = unsafe recv(far, &buffer, limit, waits ? 0 : Int32(MSG_DONTWAIT))
        return Array(buffer[..<max(0, count)])
    }
}
