/// SipHash-2-4 (Aumasson and Bernstein 2012, reference implementation at github.com/veorq/SipHash): a keyed 64-bit hash.
///
/// Used for sampling: with the same key every mirror decides alike, and nobody without it can choose to be sampled.
public struct KeyedHash: Sendable, Hashable {
    private let key0: UInt64
    private let key1: UInt64

    /// Takes the 128-bit key as two little-endian words.
    public init(key0: UInt64, key1: UInt64) {
        self.key0 = key0
        self.key1 = key1
    }

    /// The hash of some bytes.
    public func hash(_ bytes: some Collection<UInt8>) -> UInt64 {
        // Bytes that lie side by side are walked a word at a time.
        bytes.withContiguousStorageIfAvailable { unsafe digest(words: UnsafeRawBufferPointer($0)) } ?? digest(bytes)
    }

    /// The hashes of some bytes under two keys, as long as one alone takes: neither waits for the other.
    public static func hash(
        _ bytes: some Collection<UInt8>, _ first: KeyedHash, _ second: KeyedHash
    ) -> (first: UInt64, second: UInt64) {
        bytes.withContiguousStorageIfAvailable { unsafe digest(words: UnsafeRawBufferPointer($0), first, second) }
            ?? (first.digest(bytes), second.digest(bytes))
    }

    private static func digest(words bytes: UnsafeRawBufferPointer, _ first: KeyedHash, _ second: KeyedHash) -> (UInt64, UInt64) {
        var (one, other) = (State(first.key0, first.key1), State(second.key0, second.key1))
        unsafe eachWord(of: bytes) { word in
            one.absorb(word)
            other.absorb(word)
        }
        return (one.finish(), other.finish())
    }

    /// Gives all words, the last of which holds what is left over and the length.
    private static func eachWord(of bytes: UnsafeRawBufferPointer, _ body: (UInt64) -> Void) {
        let whole = bytes.count & ~7
        for start in stride(from: 0, to: whole, by: 8) {
            body(UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)))
        }
        var word = UInt64(bytes.count) << 56
        for index in whole..<bytes.count { word |= UInt64(unsafe bytes[index]) << (8 * UInt64(index & 7)) }
        body(word)
    }

    private func digest(words bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = State(key0, key1)
        unsafe KeyedHash.eachWord(of: bytes) { state.absorb($0) }
        return state.finish()
    }

    private func digest(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var state = State(key0, key1)
        var word: UInt64 = 0
        var filled: UInt64 = 0
        for byte in bytes {
            word |= UInt64(byte) << (8 * (filled & 7))
            filled += 1
            if filled & 7 == 0 {
                state.absorb(word)
                word = 0
            }
        }
        state.absorb(word | (filled << 56))
        return state.finish()
    }

    /// The hash as a number in 0 ..< 1, which is below a rate `r` with probability `r`.
    public func fraction(_ bytes: some Collection<UInt8>) -> Double { KeyedHash.fraction(of: hash(bytes)) }

    /// A hash as a number in 0 ..< 1 (its upper 53 bits).
    public static func fraction(of hash: UInt64) -> Double { Double(hash >> 11) * 0x1p-53 }

    private struct State {
        var v0, v1, v2, v3: UInt64

        init(_ key0: UInt64, _ key1: UInt64) {
            v0 = key0 ^ 0x736f_6d65_7073_6575
            v1 = key1 ^ 0x646f_7261_6e64_6f6d
            v2 = key0 ^ 0x6c79_6765_6e65_7261
            v3 = key1 ^ 0x7465_6462_7974_6573
        }

        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        mutating func finish() -> UInt64 {
            v2 ^= 0xff
            for _ in 0..<4 { round() }
            return v0 ^ v1 ^ v2 ^ v3
        }

        private mutating func round() {
            v0 = v0 &+ v1
            v1 = (v1 << 13 | v1 >> 51) ^ v0
            v0 = v0 << 32 | v0 >> 32
            v2 = v2 &+ v3
            v3 = (v3 << 16 | v3 >> 48) ^ v2
            v0 = v0 &+ v3
            v3 = (v3 << 21 | v3 >> 43) ^ v0
            v2 = v2 &+ v1
            v1 = (v1 << 17 | v1 >> 47) ^ v2
            v2 = v2 << 32 | v2 >> 32
        }
    }
}
