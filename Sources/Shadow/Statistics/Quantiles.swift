import Glibc

/// The nearest rank of quantile `p` among `count` sorted values, 1-based: clamp(⌈np − 1e-9⌉, 1, n).
public func nearestRank(_ p: Double, of count: Int) -> Int {
    min(max(Int((Double(count) * p - 1e-9).rounded(.up)), 1), max(count, 1))
}
