internal import CLibCurl
internal import HTTPWire

/// What two requests must share to use the same prepared handle.
struct HandleKey: Hashable {
    var origin: String
    var unixSocket: String?
    var http2: Bool
    /// The handle only makes connections, which others then use.
    var onlyConnects: Bool
}

/// libcurl's handle for one transfer at a time, prepared for one origin and used again for the next request there.
///
/// The one owner of a `CURL*`. Ownership: the pool owns an idle handle, a running `Transfer` owns its own; libcurl's multi handle
/// and the callbacks hold unretained pointers to this object, which is why it may be dropped only after
/// `curl_multi_remove_handle`. Everything that libcurl reads during a transfer (header list, error buffer) belongs to this object;
/// what it is given as text or body (URL, target, method, body) it copies.
@safe final class EasyHandle {
    let key: HandleKey
    let door: UnsafeMutableRawPointer
    /// The transfer that runs on it.
    var transfer: Transfer?
    private let headers = HeaderBlock()
    private let errorText: UnsafeMutablePointer<CChar>

    /// Prepares a handle; `client` gets the callbacks about sockets.
    init(key: HandleKey, client: HTTPClient, limits: ClientLimits, network: ClientNetwork) {
        self.key = key
        guard let door = unsafe curl_easy_init() else { preconditionFailure("out of memory") }
        unsafe self.door = unsafe door
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))

        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connectTimeoutNanoseconds / 1_000_000))
        set(CURLOPT_MAXAGE_CONN, limits.idleSeconds)
        set(CURLOPT_MAXLIFETIME_CONN, limits.connectionSeconds)
        set(CURLOPT_DNS_CACHE_TIMEOUT, limits.nameSeconds)
        set(CURLOPT_HTTP_VERSION, Int(key.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        let isSecure = key.origin.hasPrefix("https:")
        set(CURLOPT_PROXY, isSecure ? network.httpsProxy ?? "" : "")  // else libcurl would look into the environment by itself
        set(CURLOPT_NOPROXY, network.noProxy ?? "")
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if isSecure, let file = network.certificateFile { set(CURLOPT_CAINFO, file) }
        set(CURLOPT_URL, key.origin + "/")
        if key.onlyConnects { set(CURLOPT_CONNECT_ONLY, 1) }
        if let path = key.unixSocket { set(CURLOPT_UNIX_SOCKET_PATH, path) }

        let own = unsafe Unmanaged.passUnretained(self).toOpaque()
        let clientContext = unsafe Unmanaged.passUnretained(client).toOpaque()
        unsafe check(clc_set_pointer(self.door, CURLOPT_ERRORBUFFER, errorText))
        unsafe check(clc_set_pointer(self.door, CURLOPT_PRIVATE, own))
        unsafe check(clc_set_pointer(self.door, CURLOPT_WRITEDATA, own))
        unsafe check(clc_set_pointer(self.door, CURLOPT_HEADERDATA, own))
        unsafe check(clc_set_pointer(self.door, CURLOPT_READDATA, own))
        unsafe check(clc_set_pointer(self.door, CURLOPT_SEEKDATA, own))
        unsafe check(clc_set_pointer(self.door, CURLOPT_TRAILERDATA, own))
        unsafe check(clc_set_pointer(self.door, CURLOPT_OPENSOCKETDATA, clientContext))
        unsafe check(clc_set_pointer(self.door, CURLOPT_CLOSESOCKETDATA, clientContext))
        setCallbacks()
    }

    deinit {
        unsafe curl_easy_cleanup(door)
        unsafe errorText.deallocate()
    }

    /// Readies the handle for a request. `whole` is the body, where all of it is known already: it then leaves with the head.
    func configure(_ request: OutgoingRequest, whole: [UInt8]?, onNewConnection: Bool) {
        set(CURLOPT_FRESH_CONNECT, onNewConnection ? 1 : 0)
        let hasBody = if case .none = request.body { false } else { true }
        let isChunked = if case .streamed(length: nil) = request.body { true } else { false }
        headers.fill(request.headers, hasBody: hasBody && request.method != "HEAD", isChunked: isChunked)
        unsafe check(clc_set_pointer(door, CURLOPT_HTTPHEADER, headers.list))
        unsafe errorText.pointee = 0
        var target = request.target
        target.append(0)
        unsafe target.withUnsafeBytes {
            unsafe check(clc_set_text(door, CURLOPT_REQUEST_TARGET, $0.bindMemory(to: CChar.self).baseAddress))
        }
        // At least a millisecond: 0 would mean no limit.
        set(CURLOPT_TIMEOUT_MS, request.timeoutNanoseconds.map { max(1, Int(clamping: $0 / 1_000_000)) } ?? 0)

        switch request.body {
        case _ where request.method == "HEAD":
            // Without a body, whatever was said: no client sends one with HEAD, and only so libcurl expects none back.
            set(CURLOPT_NOBODY, 1)
            unsafe check(clc_set_text(door, CURLOPT_CUSTOMREQUEST, nil))
        case .none:
            set(CURLOPT_HTTPGET, 1)
            setMethod(request.method, unless: "GET")
        case .bytes(let bytes):
            setBody(length: Int64(bytes.count), whole: bytes)
            setMethod(request.method, unless: "POST")
        case .streamed(let length):
            setBody(length: length, whole: whole)
            setMethod(request.method, unless: "POST")
        }
    }

    /// Readies a handle that only connects.
    func configureConnecting(timeout nanoseconds: UInt64?) {
        unsafe errorText.pointee = 0
        set(CURLOPT_TIMEOUT_MS, nanoseconds.map { max(1, Int(clamping: $0 / 1_000_000)) } ?? 0)
    }

    /// The socket that was connected, as a descriptor of our own: libcurl closes its when the handle is taken off.
    func takeConnectedSocket() -> Int32? {
        var socket: curl_socket_t = -1
        unsafe check(clc_get_socket(door, CURLINFO_ACTIVESOCKET, &socket))
        guard socket >= 0 else { return nil }
        let own = clc_duplicate_socket(socket)
        return own >= 0 ? own : nil
    }

    /// Lets go of what the last request had copied into the handle, so that an idle handle holds no content.
    func forget() {
        transfer = nil
        unsafe check(clc_set_pointer(door, CURLOPT_POSTFIELDS, nil))
        unsafe check(clc_set_pointer(door, CURLOPT_HTTPHEADER, nil))
    }

    /// What libcurl said about a failure, or its general text for the code.
    func explanation(of code: CURLcode) -> String {
        unsafe errorText.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: errorText)
    }

    /// Whether a connection was made for the transfer.
    var hasConnected: Bool {
        var microseconds: curl_off_t = 0
        unsafe check(clc_get_size(door, CURLINFO_CONNECT_TIME_T, &microseconds))
        return microseconds > 0
    }

    /// Whether the transfer went over a connection that was open before.
    var usedOpenConnection: Bool {
        var connects = 0
        unsafe check(clc_get_long(door, CURLINFO_NUM_CONNECTS, &connects))
        return connects == 0
    }

    private func setBody(length: Int64?, whole: [UInt8]?) {
        set(CURLOPT_POST, 1)
        if let whole {
            unsafe check(clc_set_size(door, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(whole.count)))
            // An empty array has no address of its own; the size says that nothing is read.
            let bytes = whole.isEmpty ? [0] : whole
            unsafe bytes.withUnsafeBytes {
                unsafe check(clc_set_pointer(door, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress)))
            }
        } else {
            unsafe check(clc_set_pointer(door, CURLOPT_POSTFIELDS, nil))
            unsafe check(clc_set_size(door, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(length ?? -1)))
        }
    }

    private func setMethod(_ method: String, unless ownMethod: String) {
        if method == ownMethod {
            unsafe check(clc_set_text(door, CURLOPT_CUSTOMREQUEST, nil))
        } else {
            set(CURLOPT_CUSTOMREQUEST, method)
        }
    }

    private func set(_ option: CURLoption, _ value: Int) { unsafe check(clc_set_long(door, option, value)) }

    private func set(_ option: CURLoption, _ value: String) { unsafe check(clc_set_text(door, option, value)) }

    /// No option here depends on the world: a refusal means that libcurl was built without something we need, or memory is out.
    private func check(_ code: CURLcode, line: UInt = #line) {
        precondition(code == CURLE_OK, "libcurl refuses an option (code \(code.rawValue))", line: line)
    }

    private func setCallbacks() {
        unsafe check(
            clc_set_data_callback(door, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count).bindMemory(to: UInt8.self)
                return unsafe EasyHandle.transfer(context).takeHeaderLine(line.span) ? size * count : 0
            })
        unsafe check(
            clc_set_data_callback(door, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                let transfer = unsafe EasyHandle.transfer(context)
                if transfer.holdsBody() { return Int(CURL_WRITEFUNC_PAUSE) }
                return transfer.takeBody(unsafe Array(UnsafeRawBufferPointer(start: bytes, count: size * count))) ? size * count : 0
            })
        unsafe check(
            clc_set_data_callback(door, CURLOPT_READFUNCTION) { bytes, size, count, context in
                let transfer = unsafe EasyHandle.transfer(context)
                switch transfer.giveBody(atMost: size * count) {
                case .bytes(let slice):
                    unsafe slice.withUnsafeBytes {
                        if let base = $0.baseAddress { unsafe UnsafeMutableRawPointer(bytes!).copyMemory(from: base, byteCount: $0.count) }
                    }
                    return slice.count
                case .later: return Int(CURL_READFUNC_PAUSE)
                case .impossible: return Int(CURL_READFUNC_ABORT)
                }
            })
        unsafe check(
            clc_set_seek_callback(door) { context, offset, origin in
                unsafe offset == 0 && origin == 0 && EasyHandle.transfer(context).rewindBody() ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
            })
        unsafe check(
            clc_set_trailer_callback(door) { list, context in
                for line in unsafe EasyHandle.transfer(context).trailerLines() {
                    // libcurl frees the list; it copies the line.
                    guard let longer = unsafe curl_slist_append(list!.pointee, line) else { return CURL_TRAILERFUNC_ABORT }
                    unsafe list!.pointee = longer
                }
                return CURL_TRAILERFUNC_OK
            })
        unsafe check(
            clc_set_open_callback(door) { context, _, address in
                unsafe Unmanaged<HTTPClient>.fromOpaque(context!).takeUnretainedValue().openSocket(address!)
            })
        unsafe check(
            clc_set_close_callback(door) { context, socket in
                unsafe Unmanaged<HTTPClient>.fromOpaque(context!).takeUnretainedValue().closeSocket(socket)
                return 0
            })
    }

    /// The transfer behind a callback's context. libcurl calls back only while a handle is on the multi handle, and then it has one.
    private static func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer {
        unsafe Unmanaged<EasyHandle>.fromOpaque(context!).takeUnretainedValue().transfer!
    }
}
