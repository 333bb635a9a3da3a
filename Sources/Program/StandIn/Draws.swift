internal import Glibc

/// Reproducible numbers in 0 ..< 1: SplitMix64 (Steele, Lea and Flood 2014), seeded by a hash of what they are drawn for.
struct Draws {
    private var state: UInt64

    /// FNV-1a over the message, then mixed with seed and occurrence: stable across runs and machines, unlike Swift's Hasher.
    init(seed: UInt64, message: String, occurrence: Int) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in message.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        state = hash ^ (seed &* 0x9e37_79b9_7f4a_7c15) ^ (UInt64(bitPattern: Int64(occurrence)) &* 0xd1b5_4a32_d192_ed03)
    }

    mutating func next() -> Double {
        state = state &+ 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
    }
}

func logarithm(_ value: Double) -> Double { log(value) }
func exponential(_ value: Double) -> Double { exp(value) }
