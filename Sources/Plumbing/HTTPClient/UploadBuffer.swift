/// The part of a streamed request body that waits for the network.
///
/// What has been read stays for a while: when the server closed an idle connection in the very moment of reuse, libcurl
/// repeats the request on a new one and reads the body from the start again.
struct UploadBuffer {
    /// How much of a body is kept for being read again.
    static let rewindLimit = 128 * 1024

    private var bytes: [UInt8] = []
    private var position = 0
    private var canRewind = true
    /// All bytes ever added.
    private(set) var total: Int64 = 0
    /// Whether everything has been added.
    var isFinished = false

    /// Bytes not read yet.
    var unread: Int { bytes.count - position }

    /// All bytes, when none has been read: what can go out together with the head.
    var whole: [UInt8]? { position == 0 && isFinished ? bytes : nil }

    mutating func append(_ more: [UInt8]) {
        total += Int64(more.count)
        if total > Int64(UploadBuffer.rewindLimit) { canRewind = false }
        if !canRewind, position > 0 {
            // Nothing before `position` will be read again; moving the rest down is cheap, since little is left by then.
            bytes.removeFirst(position)
            position = 0
        }
        if bytes.isEmpty { bytes = more } else { bytes.append(contentsOf: more) }
    }

    /// The next bytes, at most so many.
    mutating func read(atMost count: Int) -> ArraySlice<UInt8> {
        let end = min(position + count, bytes.count)
        defer { position = end }
        return bytes[position..<end]
    }

    /// Goes back to the start; false when that is no longer there.
    mutating func rewind() -> Bool {
        if canRewind { position = 0 }
        return canRewind
    }
}
