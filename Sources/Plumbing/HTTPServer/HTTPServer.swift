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
    private(set) var isShuttingDown = false

    /// A server that asks `makeHandler` for a handler for each request, when its head has come. `makeHandler` may respond already.
    public init(loop: EventLoop, limits: ServerLimits = ServerLimits(), makeHandler: @escaping (Exchange) -> any ExchangeHandler) {
        self.loop = loop
        self.limits = limits
        self.makeHandler = makeHandler
        scratch.reserveCapacity(4096)
    }

    /// Listens there too and returns what is bound (the port, where 0 was asked for). With `reusePort` the servers of several loops
    /// share a port. Throws `cannotListen`.
    @discardableResult
    public func listen(_ address: SocketAddress, reusePort: Bool = false) throws(EventLoopError) -> SocketAddress {
        let listener = try SocketListener(loop: loop, address, reusePort: reusePort) { [unowned self] descriptor in accepted(descriptor) }
        listeners.append(listener)
        return listener.address
    }

    /// Connections now open, idle ones included.
    public var openConnections: Int { connections.count }

    /// Stops accepting, closes idle connections, lets requests in flight be answered (with `Connection: close`), and closes what is
    /// left after `grace` nanoseconds. `done` is called once, when no connection is open.
    public func shutdown(grace nanoseconds: UInt64, _ done: @escaping () -> Void) {
        precondition(!isShuttingDown, "a server is shut down once")
        isShuttingDown = true
        onShutdown = done
        for listener in listeners { listener.close() }
        listeners = []
        graceTimer = loop.schedule(after: nanoseconds) { [self] in
            for connection in Array(connections.values) { connection.giveUp() }
        }
        for connection in Array(connections.values) { connection.closeIfIdle() }
        endIfDone()
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
        done()
    }
}
