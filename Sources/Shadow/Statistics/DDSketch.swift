import Glibc

/// A mergeable histogram of positive values whose every quantile is within a known relative error.
///
/// DDSketch (Masson, Rim, Lee 2019, arXiv 1908.10693), as in Datadog's `ddsketch`: bucket `k` counts the values in
/// `(γ^(k−1), γ^k]` with `γ = (1+α)/(1−α)`. Merging adds counters, so it is exact, commutative and associative.
public struct DDSketch: Sendable, Hashable {
    /// The relative error α of every quantile.
    public let relativeError: Double
    /// The widest span of keys kept; what lies below is folded into the lowest key kept.
    public let maximumKeys: Int
    /// Counts by bucket key.
    public private(set) var counts: [Int: Int]
    /// How many values were too small for a bucket (at most 1e-9).
    public private(set) var zeroCount: Int

    private let logGamma: Double
    /// The span of `counts`; nil while it is empty.
    private var keys: ClosedRange<Int>?

    /// The smallest value that gets a bucket; anything at or below it counts as zero.
    public static let smallestValue = 1e-9

    /// An empty sketch. `relativeError` lies in (0, 1).
    public init(relativeError: Double = 0.01, maximumKeys: Int = 2048) {
        precondition(relativeError > 0 && relativeError < 1 && maximumKeys > 0, "a sketch needs an error in (0, 1) and room for a key")
        self.relativeError = relativeError
        self.maximumKeys = maximumKeys
        counts = [:]
        zeroCount = 0
        logGamma = log((1 + relativeError) / (1 - relativeError))
    }

    /// A sketch from stored counters, as `counts` and `zeroCount` gave them.
    public init(counts: [Int: Int], zeroCount: Int, relativeError: Double = 0.01, maximumKeys: Int = 2048) {
        self.init(relativeError: relativeError, maximumKeys: maximumKeys)
        self.zeroCount = zeroCount
        for (key, count) in counts { add(key: key, times: count) }
    }

    /// How many values the sketch holds.
    public var count: Int { counts.values.reduce(zeroCount, +) }

    /// The bucket of a value, `⌈ln x / ln γ⌉`; nil when it counts as zero.
    public func key(of value: Double) -> Int? {
        value > Self.smallestValue ? Int((log(value) / logGamma).rounded(.up)) : nil
    }

    /// The value that stands for a bucket, `2γ^k/(γ+1)`: within α of everything in it.
    public func representative(of key: Int) -> Double {
        2 * exp(Double(key) * logGamma) / (exp(logGamma) + 1)
    }

    /// Counts a value (finite, not negative) once, or `times` times.
    public mutating func add(_ value: Double, times: Int = 1) {
        precondition(value.isFinite && times >= 0, "a sketch counts finite values; timeouts are counted beside it")
        add(key: key(of: value), times: times)
    }

    /// Counts a bucket, as a stored row names it: nil is the zero bucket.
    public mutating func add(key: Int?, times: Int) {
        guard times > 0 else { return }
        guard let key else {
            zeroCount += times
            return
        }
        counts[key, default: 0] += times
        keys = keys.map { min($0.lowerBound, key)...max($0.upperBound, key) } ?? key...key
        fold()
    }

    /// Adds all that `other` has counted. Both must have the same relative error.
    public mutating func merge(_ other: DDSketch) {
        precondition(relativeError == other.relativeError, "sketches of unequal error cannot be merged")
        for (key, count) in other.counts { add(key: key, times: count) }
        zeroCount += other.zeroCount
    }

    /// The value at a rank from 1 to `count`; nil outside.
    public func value(atRank rank: Int) -> Double? { values(atRanks: [rank])[0] }

    /// The values at several ranks, in the order asked; nil for ranks outside 1…`count`.
    public func values(atRanks ranks: [Int]) -> [Double?] {
        let keys = counts.keys.sorted()
        var cumulative: [Int] = []
        cumulative.reserveCapacity(keys.count)
        var total = zeroCount
        for key in keys {
            total += counts[key] ?? 0
            cumulative.append(total)
        }
        return ranks.map { rank in
            guard rank >= 1, rank <= total else { return nil }
            if rank <= zeroCount { return 0 }
            var low = 0
            var high = keys.count - 1
            while low < high {
                let middle = (low + high) / 2
                if cumulative[middle] >= rank { high = middle } else { low = middle + 1 }
            }
            return representative(of: keys[low])
        }
    }

    /// The mean of the values, within the relative error; nil without any.
    public var mean: Double? {
        let count = count
        return count > 0
            ? counts.sorted { $0.key < $1.key }.reduce(0) { $0 + Double($1.value) * representative(of: $1.key) } / Double(count) : nil
    }

    /// Folds everything below the span's lowest key into that key: only low quantiles lose accuracy.
    private mutating func fold() {
        guard let span = keys, span.upperBound - span.lowerBound >= maximumKeys else { return }
        let lowest = span.upperBound - maximumKeys + 1
        for key in counts.keys where key < lowest {
            counts[lowest, default: 0] += counts.removeValue(forKey: key) ?? 0
        }
        keys = lowest...span.upperBound
    }
}
