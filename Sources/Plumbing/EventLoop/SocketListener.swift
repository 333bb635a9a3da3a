internal import CEvents

/// Accepts from a listening socket on a loop, until `close()`. Loop thread only.
@safe public final class SocketListener {
    /// What is bound: the port is the real one.
    public let address: SocketAddress
    private let loop: EventLoop
    private let onAccept: (Int32) -> Void
    private var socket: ListeningSocket?
    private var handle: OpaquePointer?
    private var retry: LoopTimer?

    /// Out of descriptors, accepting is tried again after this long: those in use need time to end.
    private static let pauseAfterFailure: UInt64 = 100_000_000

    /// Accepts. `onAccept` gets each connection's descriptor (non-blocking, close-on-exec, TCP_NODELAY) and owns it. Several listeners may
    /// accept from one socket, each on its own loop. Throws `cannotListen`.
    public init(loop: EventLoop, _ socket: ListeningSocket, onAccept: @escaping (Int32) -> Void) throws(EventLoopError) {
        loop.assertInLoop()
        self.loop = loop
        self.socket = socket
        self.onAccept = onAccept
        address = socket.address
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let accepted: ce_accept_callback = { context, descriptor in
            unsafe Unmanaged<SocketListener>.fromOpaque(context!).takeUnretainedValue().onAccept(descriptor)
        }
        let failed: ce_error_callback = { context, _ in
            unsafe Unmanaged<SocketListener>.fromOpaque(context!).takeUnretainedValue().pause()
        }
        var error: Int32 = 0
        unsafe handle = ce_listener_new(loop.door, socket.descriptor, accepted, failed, context, &error)
        if unsafe handle == nil { throw EventLoopError(.cannotListen, errno: error, "cannot accept on \(address)") }
    }

    deinit { close() }

    /// Whether connections are accepted; those that come meanwhile wait in the kernel's queue.
    public var isAccepting = true {
        didSet {
            guard let handle = unsafe handle, isAccepting != oldValue else { return }
            unsafe ce_listener_enable(handle, isAccepting)
        }
    }

    /// Stops accepting and lets go of the socket: what waits in its queue is for whoever still holds it, or else refused.
    public func close() {
        guard let handle = unsafe handle else { return }
        unsafe ce_listener_free(handle)
        unsafe self.handle = nil
        retry?.cancel()
        socket = nil
    }

    private func pause() {
        retry = loop.schedule(after: Self.pauseAfterFailure) { [weak self] in
            guard let self, isAccepting, let handle = unsafe handle else { return }
            unsafe ce_listener_enable(handle, true)
        }
    }
}
