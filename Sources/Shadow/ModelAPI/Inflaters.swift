internal import CBrotli
internal import CZlib
internal import CZstd

// Each of these owns its library's state, which nobody else ever sees, and frees it with itself; hence classes that are never copied.
// A library reads the input, and writes to the room, during a call only.

/// Room for what one call decodes to.
private let roomBytes = 16_384

/// gzip, zlib and bare deflate.
@safe final class ZlibInflater: BodyInflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private var isFinished = false
    private var isFresh = true

    init() {
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

    func inflate(_ input: Span<UInt8>, into output: inout [UInt8], limit: Int) -> Bool {
        if isFresh { chooseWrapper(firstByte: input[0]) }
        isFresh = false
        var room = [UInt8](repeating: 0, count: roomBytes)
        return unsafe input.withUnsafeBufferPointer { input in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            unsafe stream.pointee.avail_in = UInt32(input.count)
            defer { unsafe stream.pointee.next_in = nil }
            repeat {
                guard !isFinished, output.count < limit else { return true }
                let (code, count) = unsafe room.withUnsafeMutableBufferPointer { room in
                    unsafe stream.pointee.next_out = room.baseAddress
                    unsafe stream.pointee.avail_out = UInt32(room.count)
                    let code = unsafe CZlib.inflate(stream, Z_SYNC_FLUSH)
                    return (code, unsafe room.count - Int(stream.pointee.avail_out))
                }
                output += room[..<count]
                isFinished = code == Z_STREAM_END
                // Z_BUF_ERROR only says that nothing more can be done with what there is.
                if code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR { return false }
            } while unsafe stream.pointee.avail_out == 0
            return true
        }
    }

    /// "deflate" means zlib's wrapper, but some servers send the bare format, whose first byte looks different (RFC 9110 §8.4.1.2).
    private func chooseWrapper(firstByte: UInt8) {
        guard firstByte & 0x0F != 8, firstByte != 0x1F else { return }
        unsafe inflateReset2(stream, -15)
    }
}

/// br (RFC 7932). Its window is 16 MiB at most; brotli's own larger ones stay switched off.
@safe final class BrotliInflater: BodyInflater {
    private let state: OpaquePointer

    init() {
        guard let state = unsafe BrotliDecoderCreateInstance(nil, nil, nil) else { preconditionFailure("out of memory") }
        unsafe self.state = state
    }

    deinit { unsafe BrotliDecoderDestroyInstance(state) }

    func inflate(_ input: Span<UInt8>, into output: inout [UInt8], limit: Int) -> Bool {
        var room = [UInt8](repeating: 0, count: roomBytes)
        return unsafe input.withUnsafeBufferPointer { input in
            var next = input.baseAddress
            var left = input.count
            while output.count < limit {
                let (result, count) = unsafe room.withUnsafeMutableBufferPointer { room in
                    var place = room.baseAddress
                    var free = room.count
                    let result = unsafe BrotliDecoderDecompressStream(state, &left, &next, &free, &place, nil)
                    return (result, room.count - free)
                }
                output += room[..<count]
                switch result {
                case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: continue
                // What follows the end belongs to nobody, as after gzip's.
                case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT, BROTLI_DECODER_RESULT_SUCCESS: return true
                default: return false
                }
            }
            return true
        }
    }
}

/// zstd (RFC 8878), with the window of 8 MiB at most that RFC 9659 lets an answer have.
@safe final class ZstdInflater: BodyInflater {
    private let state: OpaquePointer

    init() {
        guard let state = unsafe ZSTD_createDCtx() else { preconditionFailure("out of memory") }
        unsafe self.state = state
        unsafe ZSTD_DCtx_setParameter(state, ZSTD_d_windowLogMax, 23)
    }

    deinit { unsafe ZSTD_freeDCtx(state) }

    func inflate(_ input: Span<UInt8>, into output: inout [UInt8], limit: Int) -> Bool {
        var room = [UInt8](repeating: 0, count: roomBytes)
        return unsafe input.withUnsafeBufferPointer { input in
            var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
            var isFull = false
            while unsafe isFull || source.pos < source.size {
                guard output.count < limit else { return true }
                let (code, count) = unsafe room.withUnsafeMutableBytes { room in
                    var sink = unsafe ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                    let code = unsafe ZSTD_decompressStream(state, &sink, &source)
                    return (code, unsafe sink.pos)
                }
                guard ZSTD_isError(code) == 0 else { return false }
                output += room[..<count]
                // A full room may leave decoded bytes inside, but not once a frame has ended.
                isFull = count == room.count && code != 0
            }
            return true
        }
    }
}
