internal import CEvents
internal import Glibc

/// What happens on a `SocketStream`. All calls come on the loop's thread; each may close the stream.
public protocol SocketStreamDelegate: AnyObject {
    /// Bytes came. They are valid during this call only.
    func streamReceived(_ stream: SocketStream, _ bytes: Span<UInt8>)
    /// The peer will send nothing more.
    func streamEnded(_ stream: SocketStream)
    /// The connection is lost. The stream is closed already.
    func streamFailed(_ stream: SocketStream, errno: Int32)
    /// Output was sent and this much is still waiting. Called only when some had to wait before, or when it was all sent.
    func streamSent(_ stream: SocketStream, pending: Int)
}

/// A connected, non-blocking socket with buffered output. Loop thread only.
///
/// What is written while a stream's delegate handles what came is sent together when it has, what is written at other times at the end of
/// the loop's turn. The stream holds its delegate and the loop
/// holds the stream until `close()`, which its owner must call.
@safe public final class SocketStream {
    private let loop: EventLoop
    private let usesTLS: Bool
    private var delegate: (any SocketStreamDelegate)?
    private var handle: OpaquePointer?
    private var isNoted = false
    private var closesSendingWhenSent = false
    /// Itself until closed, since the C side holds only an unretained pointer.
    private var whileOpen: SocketStream?

    /// From this much waiting output on, sending waits for nothing: it bounds memory within one turn.
    private static let sendAtOnce = 128 * 1024

    /// Takes the descriptor over and starts reading. With `tls` it is a server's side of TLS, and what is read and written here is what
    /// is inside. Throws `resources`; the descriptor is closed then.
    public init(
        loop: EventLoop, descriptor: Int32, tls: TLSContext? = nil, delegate: any SocketStreamDelegate
    ) throws(EventLoopError) {
        loop.assertInLoop()
        self.loop = loop
        usesTLS = tls != nil
        self.delegate = delegate
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe handle = ce_stream_new(
            loop.door, descriptor,
            { context, interest in
                unsafe Unmanaged<SocketStream>.fromOpaque(context!).takeUnretainedValue().ready(Interest(door: interest))
            }, context)
        guard let handle = unsafe handle, tls.map({ unsafe $0.start(on: handle) }) ?? 0 == 0, unsafe ce_stream_reading(handle, true) == 0
        else {
            let error = errno
            if let handle = unsafe handle { unsafe ce_stream_free(handle) } else { Glibc.close(descriptor) }
            unsafe self.handle = nil
            throw EventLoopError(.resources, errno: error, "cannot watch a connection")
        }
        whileOpen = self
    }

    /// Whether it can still be used.
    public var isOpen: Bool { unsafe handle != nil }

    /// Whether TLS is still to be agreed on with the peer.
    public var isHandshaking: Bool {
        guard usesTLS, let handle = unsafe handle else { return false }
        return unsafe ce_stream_is_handshaking(handle)
    }

    /// Bytes written and not yet taken by the socket.
    public var pendingOutput: Int { unsafe handle.map { unsafe ce_stream_pending($0) } ?? 0 }

    /// Whether bytes are read as they come. Without, the peer is held back by TCP's window, and its leaving is told by `streamEnded`
    /// although bytes that it sent before may not have been read.
    public var isReading = true {
        didSet {
            guard isReading != oldValue, let handle = unsafe handle else { return }
            let failure = unsafe ce_stream_reading(handle, isReading)
            precondition(failure == 0, "a connected socket cannot be watched (errno \(failure))")
        }
    }

    /// Whether bytes that came before the peer was lost are told before `streamFailed` tells of a send that failed: a server's last word
    /// may be why it took no more.
    public var readsBeforeFailing = false

    /// Adds output. Without effect after `close()`.
    public func write(_ bytes: Span<UInt8>) {
        guard let handle = unsafe handle, !bytes.isEmpty else { return }
        let failure = unsafe bytes.withUnsafeBufferPointer { buffer in unsafe ce_stream_write(handle, buffer.baseAddress, buffer.count) }
        precondition(failure == 0, "out of memory")
        noteUnsent()
        if unsafe ce_stream_pending(handle) >= Self.sendAtOnce { unsafe sendSome(handle) }
    }

    /// Adds output. Without effect after `close()`.
    public func write(_ bytes: [UInt8]) { write(bytes.span) }

    /// Ends this side's output once what was written has been sent; reading goes on.
    public func closeSending() {
        guard unsafe handle != nil else { return }
        closesSendingWhenSent = true
        noteUnsent()
    }

    /// Has `close` reset the connection, so that the peer sees a failure and not an end.
    public func resetOnClose() {
        guard let handle = unsafe handle else { return }
        _ = unsafe ce_stream_reset_on_close(handle)  // at worst the peer sees an end
    }

    /// Closes at once; output not yet sent is lost. Calls nothing on the delegate. Again is harmless.
    public func close() {
        guard let handle = unsafe handle else { return }
        loop.assertInLoop()
        unsafe ce_stream_free(handle)
        unsafe self.handle = nil
        delegate = nil
        whileOpen = nil
    }

    /// Called by the loop when output is to be sent.
    func sendNoted() {
        isNoted = false
        send()
    }

    private func noteUnsent() {
        guard !isNoted else { return }
        isNoted = true
        loop.noteUnsent(self)
    }

    /// Sends without telling anyone: the caller is in the middle of writing. A failure shows again when the rest is sent.
    private func sendSome(_ handle: OpaquePointer) {
        _ = unsafe ce_stream_flush(handle)
    }

    private func send() {
        guard let handle = unsafe handle else { return }
        let failure = unsafe ce_stream_flush(handle)
        guard failure == 0 else {
            if readsBeforeFailing, isReading { readRest() }
            return isOpen ? fail(failure) : ()
        }
        let pending = unsafe ce_stream_pending(handle)
        if pending == 0, closesSendingWhenSent {
            closesSendingWhenSent = false
            _ = unsafe ce_stream_close_sending(handle)  // fails only where the connection is gone, which reading shows
        }
        delegate?.streamSent(self, pending: pending)
    }

    private func ready(_ interest: Interest) {
        defer { loop.sendOutput() }
        if interest.contains(.write) { return send() }
        if interest.contains(.closed) {
            delegate?.streamEnded(self)
            return
        }
        guard let handle = unsafe handle else { return }
        var bytes: UnsafePointer<UInt8>?
        let count = unsafe ce_stream_receive(handle, &bytes)
        if count > 0 {
            let received = unsafe UnsafeBufferPointer(start: bytes, count: count)
            delegate?.streamReceived(self, unsafe received.span)
        } else if count == 0 {
            // Level-triggered: the end would be reported for ever.
            isReading = false
            delegate?.streamEnded(self)
        } else if count != -Int(EAGAIN) {
            fail(Int32(-count))
        }
    }

    private func readRest() {
        while isReading, let handle = unsafe handle {
            var bytes: UnsafePointer<UInt8>?
            let count = unsafe ce_stream_receive(handle, &bytes)
            guard count > 0 else { return }
            delegate?.streamReceived(self, unsafe UnsafeBufferPointer(start: bytes, count: count).span)
        }
    }

    private func fail(_ error: Int32) {
        let delegate = delegate
        close()
        delegate?.streamFailed(self, errno: error)
    }
}
