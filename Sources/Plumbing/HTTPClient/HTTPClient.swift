internal import CLibCurl
public import EventLoop

/// HTTP requests over one event loop. Loop thread only.
///
/// libcurl's multi handle, driven by the loop's events, makes all connections and speaks HTTP over TLS. Over plain `http`, what libcurl
/// does for each transfer would be most of what a proxy costs: there it only connects, and `PlainConnection` goes on.
///
/// Made for a proxy's path: prepared handles and open connections are used again, a request whose body is complete leaves in
/// one piece, nothing is redirected, decoded, retried (except on a connection that turned out to be closed), or added.
///
/// Ownership. This object owns the multi handle and, through `active` and `idle`, every easy handle. libcurl holds unretained
/// pointers to it, so it must outlive its handles: `shutdown()` ends them and must come before the last reference goes; a
/// running transfer also keeps it. libcurl forbids most calls from inside its callbacks; therefore what a caller asks for is
/// noted and done at the end of the loop's turn, in `performNoted`.
@safe public final class HTTPClient {
    /// A socket of libcurl's and what it is watched for.
    private struct Socket {
        var watch: LoopWatch
        /// What the loop watches.
        var watched: Interest
        /// What libcurl asked for; empty while the connection is idle.
        var wanted: Interest
    }

    /// Prepared handles kept for one origin at most.
    private static let idleHandlesPerOrigin = 256
    /// Prepared handles kept in all.
    private static let idleHandlesAtMost = 1024

    /// What libcurl says when a connection turns out to be gone.
    private static let brokenConnection: Set<UInt32> = [
        CURLE_SEND_ERROR.rawValue, CURLE_RECV_ERROR.rawValue, CURLE_GOT_NOTHING.rawValue, CURLE_SEND_FAIL_REWIND.rawValue,
    ]

    private static let libraryIsReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let loop: EventLoop
    let limits: ClientLimits
    private let network: ClientNetwork
    private let multi: UnsafeMutableRawPointer
    private var isShutDown = false

    private var active: [ObjectIdentifier: Transfer] = [:]
    private var idle: [HandleKey: [EasyHandle]] = [:]
    private var idleCount = 0

    private var starting: [Transfer] = []
    private var releasing: [Transfer] = []
    private var removing: [Transfer] = []
    private var isNoted = false

    /// Connections of ours.
    var connections: PlainConnections
    /// Where heads and chunks are put together, for all connections of ours.
    var scratch: [UInt8] = []

    private var sockets: [Int32: Socket] = [:]
    /// Sockets opened by us, whose closing we are told of: they may stay watched while their connection is idle.
    private var ownSockets: Set<Int32> = []

    private var timer: LoopTimer?
    /// When libcurl wants to be called next, in monotonic nanoseconds; nil when it does not.
    private var deadline: UInt64?
    /// When the timer will fire.
    private var alarm: UInt64 = .max
    private var isDue = false

    /// A client on a loop, with its own connections.
    public init(loop: EventLoop, limits: ClientLimits = ClientLimits(), network: ClientNetwork = .environment) {
        precondition(HTTPClient.libraryIsReady, "libcurl cannot be initialised")
        self.loop = loop
        self.limits = limits
        self.network = network
        connections = PlainConnections(limits: limits)
        guard let multi = unsafe curl_multi_init() else { preconditionFailure("out of memory") }
        unsafe self.multi = unsafe multi
        let own = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe check(clc_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, own))
        unsafe check(clc_multi_set_pointer(multi, CURLMOPT_TIMERDATA, own))
        unsafe check(clc_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limits.idleConnections))
        // A call on each connection, under HTTP/2 too: an answer that is held back for a slow app must not hold others back, nor a lost
        // connection take more than one call with it.
        unsafe check(clc_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING)))
        unsafe check(clc_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, limits.connectionsPerHost))
        unsafe check(
            clc_multi_set_socket_callback(multi) { _, socket, what, context, _ in
                unsafe Unmanaged<HTTPClient>.fromOpaque(context!).takeUnretainedValue().watchSocket(socket, what)
                return 0
            })
        unsafe check(
            clc_multi_set_timer_callback(multi) { _, milliseconds, context in
                unsafe Unmanaged<HTTPClient>.fromOpaque(context!).takeUnretainedValue().setDeadline(milliseconds)
                return 0
            })
    }

    deinit {
        precondition(isShutDown, "HTTPClient.shutdown() must be called before the client goes")
    }

    /// Begins a transfer at the end of this turn of the loop.
    public func send(_ request: OutgoingRequest, to receiver: any TransferReceiver) -> Transfer {
        precondition(!isShutDown, "send after shutdown")
        let transfer = Transfer(request, client: self, receiver: receiver)
        starting.append(transfer)
        note()
        return transfer
    }

    /// Cancels every transfer and closes every connection; nothing can be sent afterwards. Not from inside a receiver's method.
    public func shutdown() {
        guard !isShutDown else { return }
        isShutDown = true
        for transfer in starting + Array(active.values) {
            transfer.receiver = nil
            close(transfer)
        }
        for connection in connections.takeAll() { connection.close() }
        starting = []
        releasing = []
        removing = []
        idle = [:]
        timer?.cancel()
        timer = nil
        // Closes the connections, and through `closeSocket` their descriptors and watches.
        unsafe curl_multi_cleanup(multi)
        for socket in sockets.values { socket.watch.cancel() }
        sockets = [:]
    }

    // MARK: Noted work

    /// Has a transfer told at the end of this turn that it may go on.
    func unhold(_ transfer: Transfer) {
        releasing.append(transfer)
        note()
    }

    /// Has a transfer ended at the end of this turn.
    func remove(_ transfer: Transfer) {
        removing.append(transfer)
        note()
    }

    private func note() {
        guard !isNoted else { return }
        isNoted = true
        loop.afterEvents { [self] in performNoted() }
    }

    private func performNoted() {
        isNoted = false
        guard !isShutDown else { return }
        let ended = removing
        removing = []
        for transfer in ended { close(transfer) }
        let begun = starting
        starting = []
        for transfer in begun where transfer.state == .waiting { start(transfer) }
        let released = releasing
        releasing = []
        for transfer in released {
            guard transfer.state == .running else { continue }
            if let connection = transfer.connection {
                transfer.takeHolds()
                connection.proceed()
                continue
            }
            guard let handle = transfer.handle, !handle.key.onlyConnects else { continue }
            unsafe curl_easy_pause(handle.door, transfer.takeHolds())
        }
        drive()
    }

    private func start(_ transfer: Transfer) {
        let request = transfer.request
        if goesPlain(request) { return startPlain(transfer) }
        let key = HandleKey(origin: request.origin, unixSocket: request.unixSocket, http2: request.http2, onlyConnects: false)
        let handle = takeHandle(key)
        handle.configure(request, whole: transfer.wholeBody, onNewConnection: transfer.isRepeated)
        transfer.sentAt = MonotonicClock.nanoseconds()
        add(transfer, on: handle)
    }

    /// Has libcurl make a connection for a transfer, which `goOnPlain` sends then.
    func connect(_ transfer: Transfer) {
        let request = transfer.request
        let handle = takeHandle(HandleKey(origin: request.origin, unixSocket: nil, http2: false, onlyConnects: true))
        handle.configureConnecting(timeout: request.timeoutNanoseconds)
        transfer.sentAt = MonotonicClock.nanoseconds()
        add(transfer, on: handle)
        // Where this is called from below libcurl's or a connection's events, nothing else would have it looked at in this turn.
        note()
    }

    private func add(_ transfer: Transfer, on handle: EasyHandle) {
        handle.transfer = transfer
        transfer.handle = handle
        transfer.state = .running
        active[ObjectIdentifier(transfer)] = transfer
        unsafe check(curl_multi_add_handle(multi, handle.door))
    }

    /// A connection has been made for a transfer: from now on it is ours.
    private func goOnPlain(_ transfer: Transfer, _ handle: EasyHandle) {
        let socket = handle.takeConnectedSocket()
        release(handle, of: transfer)
        active[ObjectIdentifier(transfer)] = nil
        guard transfer.receiver != nil else { return close(transfer) }
        guard let socket, let connection = try? PlainConnection(socket, to: transfer.request.origin, of: self, on: loop) else {
            return finish(
                transfer, .failed(TransferFailure(kind: .connect, message: "out of descriptors: raise the limit of open files (ulimit -n)"))
            )
        }
        connections.add(connection)
        begin(transfer, on: connection)
    }

    /// Takes a transfer off libcurl and lets go of it; its handle waits for the next one.
    private func close(_ transfer: Transfer) {
        guard transfer.state != .over else { return }
        transfer.state = .over
        if let handle = transfer.handle {
            release(handle, of: transfer)
            active[ObjectIdentifier(transfer)] = nil
        }
        if let connection = transfer.connection {
            transfer.connection = nil
            connection.close()
            forget(connection)
        }
        transfer.receiver = nil
        transfer.client = nil
    }

    private func release(_ handle: EasyHandle, of transfer: Transfer) {
        unsafe check(curl_multi_remove_handle(multi, handle.door))
        handle.forget()
        transfer.handle = nil
        keepHandle(handle)
    }

    private func takeHandle(_ key: HandleKey) -> EasyHandle {
        if let handle = idle[key]?.popLast() {
            idleCount -= 1
            return handle
        }
        return EasyHandle(key: key, client: self, limits: limits, network: network)
    }

    private func keepHandle(_ handle: EasyHandle) {
        guard idleCount < HTTPClient.idleHandlesAtMost, idle[handle.key, default: []].count < HTTPClient.idleHandlesPerOrigin else {
            return
        }
        idle[handle.key, default: []].append(handle)
        idleCount += 1
    }

    // MARK: Driving libcurl

    /// Lets libcurl do what is due and tells receivers what has ended.
    private func drive() {
        guard isDue || !active.isEmpty else { return }
        var running: Int32 = 0
        while isDue {
            isDue = false
            unsafe check(curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running))
        }
        var remaining: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &remaining) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            let code = unsafe message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            unsafe clc_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &context)
            let handle = unsafe Unmanaged<EasyHandle>.fromOpaque(context!).takeUnretainedValue()
            if let transfer = handle.transfer { finish(transfer, handle, code) }
        }
        // A repeated transfer has made itself due again.
        if isDue { note() }
    }

    private func finish(_ transfer: Transfer, _ handle: EasyHandle, _ code: CURLcode) {
        if handle.key.onlyConnects, code == CURLE_OK { return goOnPlain(transfer, handle) }
        if HTTPClient.brokenConnection.contains(code.rawValue), handle.usedOpenConnection, transfer.readyToRepeat() {
            release(handle, of: transfer)
            return start(transfer)
        }
        finish(transfer, TransferEnd(code, of: transfer, on: handle))
    }

    /// Lets go of a transfer and tells its receiver how it ended.
    func finish(_ transfer: Transfer, _ result: TransferEnd) {
        let receiver = transfer.receiver
        close(transfer)
        if result == .complete, !transfer.trailers.isEmpty { receiver?.responseTrailers(transfer, transfer.trailers) }
        receiver?.ended(transfer, result)
    }

    private func socketIsReady(_ socket: Int32, _ ready: Interest) {
        guard !isShutDown, let state = sockets[socket] else { return }
        guard !state.wanted.isEmpty else {
            // An idle connection: most likely the server closes it. libcurl looks at it when it wants to use it again.
            state.watch.update([])
            sockets[socket]?.watched = []
            return
        }
        var events: Int32 = 0
        if ready.contains(.read) { events |= CURL_CSELECT_IN }
        if ready.contains(.write) { events |= CURL_CSELECT_OUT }
        var running: Int32 = 0
        unsafe check(curl_multi_socket_action(multi, socket, events, &running))
        drive()
    }

    private func check(_ code: CURLMcode) {
        precondition(code == CURLM_OK, "libcurl's multi handle is misused (code \(code.rawValue))")
    }

    // MARK: Called by libcurl

    /// libcurl says what it waits for on a socket. A connection that becomes idle stays watched as it was, which saves two
    /// system calls each time it is used again.
    private func watchSocket(_ socket: Int32, _ what: Int32) {
        let wanted: Interest =
            switch what {
            case CURL_POLL_IN: .read
            case CURL_POLL_OUT: .write
            case CURL_POLL_INOUT: [.read, .write]
            default: []
            }
        guard var state = sockets[socket] else {
            guard !wanted.isEmpty, !isShutDown else { return }
            let watch = loop.watch(socket, wanted) { [unowned self] ready in socketIsReady(socket, ready) }
            sockets[socket] = Socket(watch: watch, watched: wanted, wanted: wanted)
            return
        }
        guard !wanted.isEmpty || ownSockets.contains(socket) else {
            state.watch.cancel()
            sockets[socket] = nil
            return
        }
        state.wanted = wanted
        // An idle connection is watched for reading at most: it can nearly always be written to.
        let watched = wanted.isEmpty ? state.watched.intersection(.read) : wanted
        if watched != state.watched {
            state.watch.update(watched)
            state.watched = watched
        }
        sockets[socket] = state
    }

    /// libcurl says when it wants to be called although no socket is ready; -1 for never.
    private func setDeadline(_ milliseconds: Int) {
        guard milliseconds > 0 else {
            deadline = nil
            isDue = isDue || milliseconds == 0
            return
        }
        let moment = MonotonicClock.nanoseconds() + UInt64(milliseconds) * 1_000_000
        deadline = moment
        // An alarm that comes too early costs less than setting it anew for each transfer.
        if moment < alarm { setAlarm(moment) }
    }

    private func setAlarm(_ moment: UInt64) {
        guard !isShutDown else { return }
        alarm = moment
        let now = MonotonicClock.nanoseconds()
        let wait = moment > now ? moment - now : 0
        if let timer {
            timer.reschedule(after: wait)
        } else {
            timer = loop.schedule(after: wait) { [unowned self] in alarmRang() }
        }
    }

    private func alarmRang() {
        alarm = .max
        guard let deadline else { return }
        guard deadline <= MonotonicClock.nanoseconds() else { return setAlarm(deadline) }
        self.deadline = nil
        isDue = true
        drive()
    }

    /// Opens a socket for libcurl.
    func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
        let socket = unsafe clc_open_socket(address)
        if socket >= 0 { ownSockets.insert(socket) }
        return socket
    }

    /// Closes a socket of libcurl's, after its watch.
    func closeSocket(_ socket: Int32) {
        sockets.removeValue(forKey: socket)?.watch.cancel()
        ownSockets.remove(socket)
        clc_close_socket(socket)
    }
}
