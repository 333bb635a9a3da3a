import Glibc
import Synchronization

/// A server whose every byte the test decides: each connection runs `script` on a thread of its own, with plain blocking
/// sockets, so that the client is tested against something that shares no code with it.
final class WireServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let accepted = Mutex(0)

    /// How many connections came so far.
    var connections: Int { accepted.withLock { $0 } }

    init(_ script: @escaping @Sendable (WireConnection) -> Void) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let bound = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, length) | listen(descriptor, 64) | getsockname(descriptor, $0, &length)
            }
        }
        precondition(bound == 0, "cannot listen")
        port = UInt16(bigEndian: address.sin_port)
        startThread { [self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                let number = accepted.withLock { count in
                    count += 1
                    return count
                }
                startThread {
                    let wire = WireConnection(descriptor: connection, number: number)
                    script(wire)
                    wire.close()
                }
            }
        }
    }

    /// Stops accepting.
    func stop() { _ = shutdown(listener, Int32(SHUT_RDWR)) }
}

/// One accepted connection; used by its own thread only.
final class WireConnection {
    /// Which connection of the server this is, from 1.
    let number: Int
    private var descriptor: Int32
    private var unread: [UInt8] = []

    init(descriptor: Int32, number: Int) {
        self.descriptor = descriptor
        self.number = number
    }

    /// Reads up to the end of a head and returns it, the empty line included; empty at the connection's end.
    func readHead() -> String {
        while true {
            for end in unread.indices where end >= 3 && unread[(end - 3)...end].elementsEqual([13, 10, 13, 10]) {
                let head = String(decoding: unread[...end], as: UTF8.self)
                unread.removeFirst(end + 1)
                return head
            }
            guard fill() else { return "" }
        }
    }

    /// Reads so many bytes, or fewer at the connection's end.
    func read(_ count: Int) -> String {
        while unread.count < count, fill() {}
        let bytes = unread.prefix(count)
        unread.removeFirst(bytes.count)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads up to and including a text.
    func read(through text: String) -> String {
        var read = ""
        while !read.hasSuffix(text) {
            let more = self.read(1)
            if more.isEmpty { break }
            read += more
        }
        return read
    }

    /// Bytes that have arrived and were not read; waits for none.
    var waiting: Int {
        var count: Int32 = 0
        _ = unsafe ioctl(descriptor, UInt(FIONREAD), &count)
        return unread.count + Int(count)
    }

    /// Sends text; false when the client is gone.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Closes with a reset instead of an orderly end.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return false }
        unread.append(contentsOf: buffer[..<count])
        return true
    }
}

/// Starts a detached thread.
private func startThread(_ work: @escaping @Sendable () -> Void) {
    final class Box {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }
    var thread = pthread_t()
    let failure = unsafe pthread_create(
        &thread, nil,
        { context in
            unsafe Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().work()
            return nil
        }, Unmanaged.passRetained(Box(work)).toOpaque())
    precondition(failure == 0, "cannot start a thread")
    pthread_detach(thread)
}

/// Something that one thread waits for and another makes happen.
@safe final class Signal: Sendable {
    private nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        unsafe semaphore = .allocate(capacity: 1)
        unsafe sem_init(semaphore, 0, 0)
    }

    deinit { unsafe semaphore.deallocate() }

    func happen() { unsafe sem_post(semaphore) }

    func wait() { while unsafe sem_wait(semaphore) != 0 {} }
}
