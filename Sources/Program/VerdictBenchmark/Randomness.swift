internal import Glibc
internal import Statistics

extension SplitMix64 {
    /// A number in [0, 1).
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// True as often as the probability says.
    mutating func happens(_ probability: Double) -> Bool { fraction() < probability }

    /// A standard normal number, by Box and Muller.
    mutating func normal() -> Double {
        let radius = (-2 * log(1 - fraction())).squareRoot()
        return radius * cos(2 * Double.pi * fraction())
    }

    /// Two standard normal numbers that are correlated.
    mutating func normals(correlation: Double) -> (Double, Double) {
        let first = normal()
        return (first, correlation * first + (1 - correlation * correlation).squareRoot() * normal())
    }
}

/// Seeds for a scenario's trials: they depend on its name and the run's seed, not on what else is run or in which order.
func trialSeeds(_ name: String, seed: UInt64, count: Int) -> [UInt64] {
    // FNV-1a, the same in every process, which Swift's own hashes are not.
    let hash = name.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    var generator = SplitMix64(seed: seed ^ hash)
    return (0..<count).map { _ in generator.next() }
}
