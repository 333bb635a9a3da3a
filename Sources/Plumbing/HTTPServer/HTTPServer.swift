public import EventLoop
internal import HTTPWire

/// An HTTP/1.1 server on one event loop: streams both ways with back-pressure, keeps connections alive, takes pipelined requests one
/// after the other, and adds nothing to a response. For several cores run one on each loop and let them share a port.
///
/// Loop thread only. It lives as long as its listeners and connections do: end it by `shutdown`.
public final class HTTPServer {
    let loop: EventLoop
    let limits: ServerLimits
    let makeHandler: (Exchange) -> any ExchangeHandler
    /// What new connections speak; nil is plain HTTP. May change at any time: connections keep what they began with.
    public var tls: TLSContext?
    /// Where heads and chunk sizes are put together, for all connections.
    var scratch: [UInt8] = []
    private var listeners: [SocketListener] = []
    private var connections: [ObjectIdentifier: ServerConnection] = [:]
    private var onShutdown: (() -> Void)?
    private var graceTimer: LoopTimer?
    private var idleTimer: LoopTimer?
    private var idleGrace: UInt64 = 0
    private(set) var isShuttingDown = false

    /// A server that asks `makeHandler` for a handler for each request, when its head has come. `makeHandler` may respond already.
    public init(loop: EventLoop, limits: ServerLimits = ServerLimits(), makeHandler: @escaping (Exchange) -> any ExchangeHandler) {
        self.loop = loop
        self.limits = limits
        self.makeHandler = makeHandler
        scratch.reserveCapacity(4096)
    }

    /// Listens there too and returns what is bound (the port, where 0 was asked for). Throws `cannotListen`.
    @discardableResult
    public func listen(_ address: SocketAddress) throws(EventLoopError) -> SocketAddress { try listen(on: ListeningSocket(address)) }

    /// Accepts from that socket too and returns what it is bound to. Throws `cannotListen`.
    @discardableResult
    public func listen(on socket: ListeningSocket) throws(EventLoopError) -> SocketAddress {
        let listener = try SocketListener(loop: loop, socket) { [unowned self] descriptor in accepted(descriptor) }
        listeners.append(listener)
        return listener.address
    }

    /// Connections now open, idle ones included.
    public var openConnections: Int { connections.count }

    /// Stops accepting, lets requests in flight be answered (with `Connection: close`), and closes what is left after `grace`
    /// nanoseconds. `done` is called once, when no connection is open.
    ///
    /// A client may be sending on a connection just when it is closed as idle; that request would be lost, and a client cannot know
    /// whether it may send it again. So idle connections stay open for `idleGrace` nanoseconds more, and a request that comes in that
    /// time is answered, with `Connection: close`. One whose answer had begun before, and did not say so, gets that time from its end on.
    public func shutdown(grace nanoseconds: UInt64, idleGrace: UInt64 = 0, _ done: @escaping () -> Void) {
        precondition(!isShuttingDown, "a server is shut down once")
        isShuttingDown = true
        onShutdown = done
        for listener in listeners { listener.close() }
        listeners = []
        hasten(grace: nanoseconds, idleGrace: idleGrace)
        endIfDone()
    }

    /// During a shutdown: sets what is left of its two graces, from now on.
    public func hasten(grace nanoseconds: UInt64, idleGrace: UInt64) {
        guard isShuttingDown, onShutdown != nil else { return }
        self.idleGrace = idleGrace
        graceTimer?.cancel()
        graceTimer = loop.schedule(after: nanoseconds) { [self] in
            for connection in Array(connections.values) { connection.giveUp() }
        }
        idleTimer?.cancel()
        guard idleGrace > 0 else { return closeIdle() }
        idleTimer = loop.schedule(after: idleGrace) { [self] in closeIdle() }
    }

    /// During a shutdown a connection has become idle whose client does not know that it will be closed. False: it is to be closed now.
    func keepsForAMoment(_ connection: ServerConnection) -> Bool {
        guard idleGrace > 0 else { return false }
        loop.schedule(after: idleGrace) { [weak connection] in connection?.closeIfIdle() }
        return true
    }

    private func closeIdle() {
        for connection in Array(connections.values) { connection.closeIfIdle() }
    }

    private func accepted(_ descriptor: Int32) {
        let connection = ServerConnection(server: self)
        // Out of memory or descriptors for this one: its descriptor has been closed, the client sees that.
        guard (try? connection.open(descriptor, tls)) != nil else { return }
        connections[ObjectIdentifier(connection)] = connection
        if connections.count >= limits.maxConnections { setAccepting(false) }
    }

    /// A connection has closed.
    func removed(_ connection: ServerConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        if connections.count == limits.maxConnections - 1 { setAccepting(true) }
        endIfDone()
    }

    private func setAccepting(_ accepting: Bool) {
        for listener in listeners { listener.isAccepting = accepting }
    }

    private func endIfDone() {
        guard connections.isEmpty, let done = onShutdown else { return }
        onShutdown = nil
        graceTimer?.cancel()
        graceTimer = nil
        idleTimer?.cancel()
        idleTimer = nil
        done()
    }
}
