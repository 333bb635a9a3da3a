internal import CEvents
internal import Glibc

/// A listening socket on a loop, until `close()`. Loop thread only.
@safe public final class SocketListener {
    /// What is bound: the port is the real one.
    public private(set) var address: SocketAddress
    private let loop: EventLoop
    private let onAccept: (Int32) -> Void
    private var handle: OpaquePointer?
    private var retry: LoopTimer?

    /// Out of descriptors, accepting is tried again after this long: those in use need time to end.
    private static let pauseAfterFailure: UInt64 = 100_000_000

    /// Listens. `onAccept` gets each connection's descriptor (non-blocking, close-on-exec, TCP_NODELAY) and owns it.
    ///
    /// With `reusePort` several listeners, one for each loop, share a port and the kernel spreads connections over them.
    /// A Unix socket that a dead process left behind is replaced. Throws `cannotListen`.
    public init(loop: EventLoop, _ address: SocketAddress, reusePort: Bool, onAccept: @escaping (Int32) -> Void) throws(EventLoopError) {
        loop.assertInLoop()
        self.loop = loop
        self.address = address
        self.onAccept = onAccept
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let accepted: ce_accept_callback = { context, descriptor in
            unsafe Unmanaged<SocketListener>.fromOpaque(context!).takeUnretainedValue().onAccept(descriptor)
        }
        let failed: ce_error_callback = { context, _ in
            unsafe Unmanaged<SocketListener>.fromOpaque(context!).takeUnretainedValue().pause()
        }
        var error: Int32 = 0
        var resolverError: Int32 = 0
        switch address {
        case .tcp(let host, let port):
            unsafe handle = ce_listener_tcp(loop.door, host, port, reusePort, accepted, failed, context, &error, &resolverError)
            if let handle = unsafe handle { self.address = .tcp(host: host, port: unsafe ce_listener_port(handle)) }
        case .unix(let path):
            unsafe handle = ce_listener_unix(loop.door, path, accepted, failed, context, &error)
        }
        if unsafe handle == nil { throw Self.failure(address, error: error, resolverError: resolverError) }
    }

    deinit { close() }

    /// Whether connections are accepted; those that come meanwhile wait in the kernel's queue.
    public var isAccepting = true {
        didSet {
            guard let handle = unsafe handle, isAccepting != oldValue else { return }
            unsafe ce_listener_enable(handle, isAccepting)
        }
    }

    /// Stops listening and removes a Unix socket's file.
    public func close() {
        guard let handle = unsafe handle else { return }
        unsafe ce_listener_free(handle)
        unsafe self.handle = nil
        retry?.cancel()
        if case .unix(let path) = address { unsafe unlink(path) }
    }

    private func pause() {
        retry = loop.schedule(after: Self.pauseAfterFailure) { [weak self] in
            guard let self, isAccepting, let handle = unsafe handle else { return }
            unsafe ce_listener_enable(handle, true)
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
