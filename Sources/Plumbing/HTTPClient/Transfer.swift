internal import CLibCurl
public import HTTPWire

/// One request under way and its answer. Loop thread only.
///
/// The client keeps it until it is over; dropping the reference does not cancel it.
public final class Transfer {
    /// What the read callback answers.
    enum Upload {
        case bytes(ArraySlice<UInt8>)
        /// Nothing yet: ask again after `write`.
        case later
        /// The body ended before its announced length.
        case impossible
    }

    enum State {
        case waiting, running, over
    }

    /// Above so many bytes not sent yet, `write` returns false…
    static let uploadHighWater = 256 * 1024
    /// …and below so many, the receiver hears `uploadDrained`.
    static let uploadLowWater = 64 * 1024

    let request: OutgoingRequest
    var state = State.waiting
    /// The client while the transfer is not over.
    var client: HTTPClient?
    var receiver: (any TransferReceiver)?
    /// The handle while it runs on libcurl, or has a connection made.
    var handle: EasyHandle?
    /// The connection while it runs on one of ours.
    var connection: PlainConnection?
    /// Monotonic time in nanoseconds when the request was handed to the network; 0 before that.
    public internal(set) var sentAt: UInt64 = 0

    private var head = ResponseHeadReader()
    private(set) var hasHead = false
    private(set) var trailers = Headers()
    /// Whether anything at all came back.
    private var wasAnswered = false
    /// Whether this is the second attempt.
    private(set) var isRepeated = false
    private(set) var pausesBody = false
    /// libcurl was told to hold the answer's body back, and must be told otherwise.
    private var bodyIsHeld = false
    private var upload = UploadBuffer()
    private var uploadIsHeld = false
    private var owesDrained = false
    /// What follows a chunked body that is sent.
    private(set) var uploadTrailers = Headers()

    init(_ request: OutgoingRequest, client: HTTPClient, receiver: any TransferReceiver) {
        self.request = request
        self.client = client
        self.receiver = receiver
    }

    /// Adds to a streamed body. Returns false when much is waiting: the caller should pause until `uploadDrained`.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool {
        guard state != .over, !bytes.isEmpty else { return true }
        assert(!upload.isFinished, "write after finishBody")
        upload.append(bytes)
        continueUpload()
        if upload.unread > Transfer.uploadHighWater { owesDrained = true }
        return !owesDrained
    }

    /// Says that a streamed body is complete. `trailers` follow one that is sent in chunks.
    public func finishBody(trailers: Headers = []) {
        guard state != .over, !upload.isFinished else { return }
        upload.isFinished = true
        uploadTrailers = trailers
        continueUpload()
    }

    /// Holds the answer's body back; at most one buffer more is kept inside.
    public func pause() { pausesBody = true }

    /// Lets the answer's body come again.
    public func resume() {
        guard pausesBody else { return }
        pausesBody = false
        if bodyIsHeld { client?.unhold(self) }
    }

    /// Ends the transfer. Its receiver hears nothing more.
    public func cancel() {
        guard state != .over else { return }
        receiver = nil
        client?.remove(self)
    }

    /// The streamed body, when all of it is here before anything was sent.
    var wholeBody: [UInt8]? {
        guard case .streamed(let length) = request.body, let whole = upload.whole, length ?? upload.total == upload.total,
            uploadTrailers.isEmpty
        else {
            return nil
        }
        return whole
    }

    /// What `curl_easy_pause` should be told now.
    @discardableResult
    func takeHolds() -> Int32 {
        bodyIsHeld = bodyIsHeld && pausesBody
        uploadIsHeld = false
        return bodyIsHeld ? CURLPAUSE_RECV : CURLPAUSE_CONT
    }

    /// How the request's body is delimited.
    var framing: RequestFraming {
        guard request.method != "HEAD" else { return .none }
        switch request.body {
        case .none: return .none
        case .bytes(let bytes): return .length(Int64(bytes.count))
        case .streamed(let length): return length.map { .length($0) } ?? .chunked
        }
    }

    /// Readies a body that is there as a whole for being given piece by piece.
    func prepareBody() {
        guard case .bytes(let bytes) = request.body, upload.total == 0 else { return }
        upload.append(bytes)
        upload.isFinished = true
    }

    /// Whether the request, having failed on a connection that was idle before, should be sent once more: when nothing came
    /// back, the server had most likely closed it meanwhile. libcurl does so itself, but not where sending the body's rest fails.
    func readyToRepeat() -> Bool {
        guard !wasAnswered, !isRepeated, receiver != nil else { return false }
        if case .bytes = request.body {
            upload = UploadBuffer()
            prepareBody()
        } else if !upload.rewind() {
            return false
        }
        isRepeated = true
        uploadIsHeld = false
        return true
    }

    private func continueUpload() {
        if uploadIsHeld { client?.unhold(self) }
    }

    // MARK: Called by a connection of ours

    /// Something came back.
    func noteAnswer() { wasAnswered = true }

    func takeHead(_ head: ReceivedHead) {
        guard !head.isInterim else {
            receiver?.responseInterim(self, status: head.status, reason: head.reason, headers: head.headers)
            return
        }
        hasHead = true
        receiver?.responseHead(self, status: head.status, reason: head.reason, headers: head.headers)
    }

    func takeTrailers(_ trailers: Headers) { self.trailers = trailers }

    /// The connection keeps what the receiver does not take now.
    func noteHold() { bodyIsHeld = true }

    // MARK: Called by libcurl, through EasyHandle. False breaks the transfer off.

    func takeHeaderLine(_ line: Span<UInt8>) -> Bool {
        wasAnswered = true
        guard !hasHead else {
            ResponseHeadReader.readTrailer(line, to: &trailers)
            return receiver != nil
        }
        guard let head = head.take(line) else { return true }
        guard !head.isInterim else {
            receiver?.responseInterim(self, status: head.status, reason: head.reason, headers: head.headers)
            return receiver != nil
        }
        hasHead = true
        // At an error libcurl stops sending, but would wait for the pause of a body that is still coming to end.
        if head.status >= 400 { continueUpload() }
        receiver?.responseHead(self, status: head.status, reason: head.reason, headers: head.headers)
        return receiver != nil
    }

    @discardableResult
    func takeBody(_ bytes: [UInt8]) -> Bool {
        receiver?.responseBody(self, bytes)
        return receiver != nil
    }

    /// Whether more of the answer must wait; libcurl then keeps it and is told when it may come.
    func holdsBody() -> Bool {
        if pausesBody { bodyIsHeld = true }
        return pausesBody
    }

    func giveBody(atMost count: Int) -> Upload {
        guard receiver != nil else { return .impossible }
        let slice = upload.read(atMost: count)
        if owesDrained, upload.unread < Transfer.uploadLowWater {
            owesDrained = false
            receiver?.uploadDrained(self)
        }
        if !slice.isEmpty { return .bytes(slice) }
        if upload.isFinished {
            if case .length(let announced) = framing, announced > upload.total { return .impossible }
            return .bytes(slice)
        }
        uploadIsHeld = true
        return .later
    }

    /// The trailers as C strings; a line of framing would make two messages of one.
    func trailerLines() -> [[CChar]] {
        uploadTrailers.indices.compactMap { index in
            guard !["content-length", "transfer-encoding", "trailer"].contains(where: { uploadTrailers.isNamed($0, at: index) }) else {
                return nil
            }
            var line: [UInt8] = []
            uploadTrailers.appendField(at: index, to: &line)
            return line.map { CChar(bitPattern: $0) } + [0]
        }
    }

    func rewindBody() -> Bool { upload.rewind() }
}
