internal import CZlib
internal import HTTPWire

/// Takes the content coding off an answer's captured copy, piece by piece, so that arrival times keep their meaning.
///
/// Owns zlib's stream, which holds a pointer to this object's memory; hence a class that is never copied.
@safe final class ContentDecoder {
    /// Beyond so many decoded bytes it stops: a small answer can claim to be a very large one.
    static let limit = 32 << 20

    /// Why decoding ended early.
    enum Stop {
        /// The coding is one that we cannot take off.
        case unknownCoding
        /// The bytes are not what the coding says.
        case damaged
        /// `limit` was reached.
        case tooLarge
    }

    private enum Coding {
        case identity, zlib, unknown
    }

    private let coding: Coding
    private let stream: UnsafeMutablePointer<z_stream>
    private var decoded = 0
    private var isFinished = false
    private(set) var stop: Stop?

    /// For an answer with these headers.
    init(_ headers: Headers) {
        let codings = headers.tokens(in: "content-encoding").filter { $0 != "identity" }
        switch codings {
        case []: coding = .identity
        case ["gzip"], ["x-gzip"], ["deflate"]: coding = .zlib
        default:
            coding = .unknown
            stop = .unknownCoding
        }
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15 bits of window; 32 more has zlib tell gzip and zlib wrappers apart by itself.
        let code = unsafe inflateInit2_(stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib cannot start (code \(code))")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// The decoded form of the next piece; empty once it has stopped.
    func decode(_ bytes: [UInt8]) -> [UInt8] {
        guard stop == nil, !bytes.isEmpty else { return [] }
        if coding == .identity { return bytes }
        if decoded == 0, !isFinished { chooseWrapper(firstByte: bytes[0]) }
        var input = bytes
        return unsafe input.withUnsafeMutableBufferPointer { unsafe inflateAll($0) }
    }

    /// "deflate" means zlib's wrapper, but some servers send the bare format, whose first byte looks different (RFC 9110 §8.4.1.2).
    private func chooseWrapper(firstByte: UInt8) {
        guard firstByte & 0x0F != 8, firstByte != 0x1F, unsafe stream.pointee.total_in == 0 else { return }
        unsafe inflateReset2(stream, -15)
    }

    private func inflateAll(_ input: UnsafeMutableBufferPointer<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        unsafe stream.pointee.next_in = input.baseAddress
        unsafe stream.pointee.avail_in = UInt32(input.count)
        repeat {
            guard !isFinished else { break }
            let (code, count) = unsafe buffer.withUnsafeMutableBufferPointer { room in
                unsafe stream.pointee.next_out = room.baseAddress
                unsafe stream.pointee.avail_out = UInt32(room.count)
                let code = unsafe inflate(stream, Z_SYNC_FLUSH)
                return (code, unsafe room.count - Int(stream.pointee.avail_out))
            }
            output += buffer[..<count]
            decoded += count
            isFinished = code == Z_STREAM_END
            // Z_BUF_ERROR only says that nothing more can be done with what there is.
            if code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR { stop = .damaged }
            if decoded > ContentDecoder.limit { stop = .tooLarge }
        } while unsafe stop == nil && stream.pointee.avail_out == 0
        unsafe stream.pointee.next_in = nil
        return output
    }
}
