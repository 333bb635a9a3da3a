internal import Glibc
internal import Statistics
internal import Verdict

/// Latencies and costs of which the true quantiles and the true saving are known.
struct Measured: Sendable {
    let scenario: Scenario
    /// P(an answer of production comes within so many milliseconds); below 1 at any time, because of timeouts.
    let production: @Sendable (Double) -> Double
    /// The same of the candidate's answers.
    let candidate: @Sendable (Double) -> Double
    /// The true share of production's cost that is saved.
    let saving: Double

    /// The true quantile of a leg's duration; +∞ where it falls among the timeouts.
    func quantile(_ p: Double, of leg: (Double) -> Double) -> Double {
        var (low, high) = (1e-3, 1e9)
        guard leg(high) >= p else { return .infinity }
        while high > low * (1 + 1e-12) {
            let middle = (low * high).squareRoot()
            if leg(middle) >= p { high = middle } else { low = middle }
        }
        return high
    }

    /// The true ratio of two quantiles.
    func ratio(_ p: Double) -> Double { quantile(p, of: candidate) / quantile(p, of: production) }
}

let measured: [Measured] = [
    Measured(
        scenario: lognormal("lognormal, costs spread tenfold", costSpread: 1),
        production: { answering(normalCDF(log($0 / 900) / 0.5), 0.002) },
        candidate: { answering(normalCDF(log($0 / 700) / 0.5), 0.004) }, saving: 0.2),
    Measured(
        scenario: heavyTailed, production: { answering(pareto($0 / 400), 0.002) }, candidate: { answering(pareto($0 / 300), 0.004) },
        saving: 0.2),
    Measured(
        scenario: lognormal("days 20 % slower or faster", costSpread: 1, daySpread: 0.2),
        production: { answering(normalCDF(log($0 / 900) / 0.29.squareRoot()), 0.002) },
        candidate: { answering(normalCDF(log($0 / 700) / 0.29.squareRoot()), 0.004) }, saving: 0.2),
    Measured(
        scenario: uneven, production: { 0.97 * normalCDF(log($0 / 900) / 0.5) + 0.03 * normalCDF(log($0 / 8000) / 0.5) },
        candidate: { 0.97 * normalCDF(log($0 / 1100) / 0.5) + 0.03 * normalCDF(log($0 / 3000) / 0.5) }, saving: 0.157 / 1.12),
]

/// The part of the calls that is answered, of those within a time that would be answered.
private func answering(_ share: Double, _ timeouts: Double) -> Double { share * (1 - timeouts) }

/// Pareto's distribution with tail index 1.5: a variance without bound.
private func pareto(_ x: Double) -> Double { x > 1 ? 1 - pow(x, -1.5) : 0 }

/// Durations with a spread of σ = 0.5 around 900 and 700 ms, costs with a spread of σ = `costSpread`; both legs long at once.
private func lognormal(_ name: String, costSpread: Double, daySpread: Double = 0) -> Scenario {
    Scenario(name) { _ in
        { _, _, random in
            let factor = exp(daySpread * random.normal())
            return [
                (0..<300).map { _ in
                    let (theirs, ours) = random.normals(correlation: 0.6)
                    return timed(900 * factor * exp(0.5 * theirs), 700 * factor * exp(0.5 * ours), spread: costSpread, using: &random)
                }
            ]
        }
    }
}

/// Durations with Pareto's tail, correlated, and costs of which a hundredth of the calls makes up a third.
private let heavyTailed = Scenario("heavy tails, costs spread hundredfold") { _, random in
    let (theirs, ours) = random.normals(correlation: 0.6)
    func duration(_ scale: Double, _ normal: Double) -> Double { scale * pow(1 - normalCDF(normal), -1 / 1.5) }
    return timed(duration(400, theirs), duration(300, ours), spread: 1.8, using: &random)
}

/// A pair that saves a fifth on average, the saving varying from call to call.
private func timed(_ production: Double, _ candidate: Double, spread: Double, using random: inout SplitMix64) -> SimulatedPair {
    let cost = 0.005 * exp(spread * random.normal())
    let noise = exp(0.5 * random.normal() - 0.125)
    var pair = SimulatedPair()
    pair.timing = Timing(
        production: random.happens(0.002) ? nil : production, candidate: random.happens(0.004) ? nil : candidate, productionCost: cost,
        candidateCost: 0.8 * cost * noise)
    return pair
}

/// One call in 33 is long and sampled ten times as often: five times as dear, with a saving of 40 % instead of 10 %. The candidate is
/// faster on long calls and slower on the others. Over all calls (0.97·0.1 + 0.03·5·0.4) / (0.97 + 0.03·5) is saved.
private let uneven = Scenario("long calls sampled ten times as often") { _, random in
    let isLong = random.happens(0.3 / 1.27)
    let (theirs, ours) = random.normals(correlation: 0.6)
    let cost = (isLong ? 0.025 : 0.005) * exp(0.5 * random.normal())
    var pair = SimulatedPair()
    pair.segment = isLong ? "long" : "short"
    pair.weight = isLong ? 0.1 : 1
    pair.timing = Timing(
        production: (isLong ? 8000 : 900) * exp(0.5 * theirs), candidate: (isLong ? 3000 : 1100) * exp(0.5 * ours), productionCost: cost,
        candidateCost: cost * (isLong ? 0.6 : 0.9) * exp(0.3 * random.normal() - 0.045), inLatency: random.happens(pair.weight))
    return pair
}
