internal import Synchronization

/// A number that only grows. Any thread; one atomic addition.
public final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    init() {}

    /// Adds to the count.
    public func add(_ amount: Int = 1) { count.add(UInt64(amount), ordering: .relaxed) }

    /// The count so far.
    public var value: Int { Int(count.load(ordering: .relaxed)) }
}

/// A number that goes up and down. Any thread.
public final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(0)

    init() {}

    /// Sets the number.
    public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    /// Moves the number.
    public func add(_ amount: Double) { addDouble(amount, to: bits) }

    /// The number now.
    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// Counts observations in buckets. Any thread; a search over the bounds and two atomic additions.
public final class Histogram: Sendable {
    /// The buckets' inclusive upper bounds, ascending; a last bucket takes whatever is above.
    public let bounds: [Double]
    private let buckets: [Counter]
    private let sumBits = Atomic<UInt64>(0)

    init(bounds: [Double]) {
        precondition(!bounds.isEmpty && zip(bounds, bounds.dropFirst()).allSatisfy(<), "histogram bounds must ascend")
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    /// Counts one observation.
    public func observe(_ value: Double) {
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        buckets[index].add()
        addDouble(value, to: sumBits)
    }

    /// Observations in each bucket, the one above all bounds last.
    public var counts: [Int] { buckets.map(\.value) }

    /// Sum of all observations.
    public var sum: Double { Double(bitPattern: sumBits.load(ordering: .relaxed)) }

    /// Seconds of model calls: the bounds that the OpenTelemetry GenAI conventions advise for
    /// `gen_ai.client.operation.duration`.
    public static let operationSeconds: [Double] = (0..<14).map { 0.01 * Double(1 << $0) }

    /// Seconds that a proxy adds: from 50 µs to 1.6 s.
    public static let overheadSeconds: [Double] = (0..<16).map { 0.000_05 * Double(1 << $0) }

    /// Tokens: the bounds that the OpenTelemetry GenAI conventions advise for `gen_ai.client.token.usage`.
    public static let tokens: [Double] = (0..<14).map { Double(1 << (2 * $0)) }
}

private func addDouble(_ amount: Double, to bits: borrowing Atomic<UInt64>) {
    var current = bits.load(ordering: .relaxed)
    while true {
        let next = (Double(bitPattern: current) + amount).bitPattern
        let (exchanged, original) = bits.weakCompareExchange(expected: current, desired: next, ordering: .relaxed)
        if exchanged { return }
        current = original
    }
}
