internal import EventLoop
internal import HTTPWire

/// A client's own connections, busy or idle. An idle one is used again, the one used last first, unless it has been idle or in use for
/// longer than the limits allow.
struct PlainConnections {
    private let limits: ClientLimits
    private var all: [ObjectIdentifier: PlainConnection] = [:]
    /// Of each origin, the one used last at the end.
    private var idle: [String: [PlainConnection]] = [:]
    private var idleCount = 0

    init(limits: ClientLimits) { self.limits = limits }

    /// Takes a new one into the books.
    mutating func add(_ connection: PlainConnection) { all[ObjectIdentifier(connection)] = connection }

    /// An idle connection to that origin, which is busy from now on.
    mutating func take(_ origin: String) -> PlainConnection? {
        guard idle[origin] != nil else { return nil }
        let now = MonotonicClock.nanoseconds()
        while let connection = idle[origin]?.popLast() {
            idleCount -= 1
            if isFit(connection, at: now) { return connection }
            all[ObjectIdentifier(connection)] = nil
            connection.close()
        }
        return nil
    }

    /// Takes a connection back that is idle now. Where they are too many, or the oldest has become too old, that one goes.
    mutating func keep(_ connection: PlainConnection) {
        if let oldest = idle[connection.origin]?.first,
            idleCount >= limits.idleConnections || !isFit(oldest, at: connection.idleSince)
        {
            idle[connection.origin]?.removeFirst()
            idleCount -= 1
            all[ObjectIdentifier(oldest)] = nil
            oldest.close()
        }
        idle[connection.origin, default: []].append(connection)
        idleCount += 1
    }

    /// Strikes a connection out that has been closed.
    mutating func remove(_ connection: PlainConnection) {
        guard all.removeValue(forKey: ObjectIdentifier(connection)) != nil,
            let position = idle[connection.origin]?.lastIndex(where: { $0 === connection })
        else { return }
        idle[connection.origin]?.remove(at: position)
        idleCount -= 1
        if idle[connection.origin]?.isEmpty == true { idle[connection.origin] = nil }
    }

    /// All of them, struck out; the caller closes them.
    mutating func takeAll() -> [PlainConnection] {
        defer { self = PlainConnections(limits: limits) }
        return Array(all.values)
    }

    private func isFit(_ connection: PlainConnection, at now: UInt64) -> Bool {
        connection.isOpen && now - connection.idleSince <= UInt64(limits.idleSeconds) * 1_000_000_000
            && now - connection.madeAt <= UInt64(limits.connectionSeconds) * 1_000_000_000
    }
}

extension HTTPClient {
    /// Whether a request goes over a connection of ours: what plain HTTP needs and nothing that libcurl alone does here.
    func goesPlain(_ request: OutgoingRequest) -> Bool {
        request.origin.hasPrefix("http://") && request.unixSocket == nil && limits.connectionsPerHost == 0
            && !request.headers.contains("expect") && !request.origin.utf8.contains(UInt8(ascii: "@"))
    }

    /// Starts a transfer on an idle connection, or has one made for it.
    func startPlain(_ transfer: Transfer) {
        transfer.prepareBody()
        guard let connection = connections.take(transfer.request.origin) else { return connect(transfer) }
        transfer.sentAt = MonotonicClock.nanoseconds()
        begin(transfer, on: connection)
    }

    func begin(_ transfer: Transfer, on connection: PlainConnection) {
        transfer.state = .running
        transfer.connection = connection
        connection.begin(transfer)
    }

    /// A connection has no transfer any more and may be used again.
    func keep(_ connection: PlainConnection) { connections.keep(connection) }

    /// A connection has been closed.
    func forget(_ connection: PlainConnection) { connections.remove(connection) }
}
