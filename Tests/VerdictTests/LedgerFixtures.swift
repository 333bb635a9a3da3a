import Glibc
import Statistics
import Traffic

@testable import Verdict

/// One pair of a simulated ledger.
struct SimulatedPair {
    var day: Int
    var difference: Int
    var differs: Bool
    var pending = false
    var planned = true
    var probability = 1.0
    var weight = 1.0
    var tier: Int?
}

/// Cells of pairs in ledger order.
func cells(_ pairs: [SimulatedPair]) -> [EvidenceCell] {
    let oldest = pairs.firstIndex { $0.pending } ?? pairs.count
    var counts: [EvidenceCell: Int] = [:]
    for (index, pair) in pairs.enumerated() {
        let adjudication: Adjudication =
            !pair.differs || !pair.planned
            ? .notPlanned
            : pair.pending ? .pending(probability: pair.probability) : .judged(difference: pair.difference, probability: pair.probability)
        let cell = EvidenceCell(
            day: pair.day, weight: pair.weight, agreement: pair.differs ? .different : .identical, adjudication: adjudication,
            tier: pair.tier, beforeFirstPending: index < oldest, count: 0)
        counts[cell, default: 0] += 1
    }
    return counts.map { cell, count in
        var cell = cell
        cell.count = count
        return cell
    }
}

/// A random pair: D = −1 and +1 with the given probabilities, and harmless differences.
func randomPair(
    day: Int, worse: Double, better: Double, harmless: Double, using generator: inout SplitMix64
) -> SimulatedPair {
    let draw = Double.random(in: 0..<1, using: &generator)
    if draw < worse { return SimulatedPair(day: day, difference: -1, differs: true) }
    if draw < worse + better { return SimulatedPair(day: day, difference: 1, differs: true) }
    return SimulatedPair(day: day, difference: 0, differs: draw < worse + better + harmless)
}

/// A latency sample around a median in milliseconds, spread over a factor of about ten.
func latencySample(_ count: Int, median: Double) -> LatencySample {
    var sketch = DDSketch()
    for index in 0..<count {
        let p = (Double(index) + 0.5) / Double(count)
        sketch.add(median * exp(0.4 * normalQuantile(p)))
    }
    return LatencySample(sketch: sketch)
}

/// Costs of as many pairs, varying a little.
func pairedCosts(_ count: Int, candidate: Double, production: Double) -> PairedCostSums {
    var sums = PairedCostSums()
    for index in 0..<count {
        let vary = 0.5 + Double(index % 11) / 10
        sums.add(candidate: candidate * vary, production: production * vary * (index.isMultiple(of: 2) ? 1.1 : 0.9))
    }
    return sums
}

/// A week of a good candidate: everything that a `switch` needs.
func goodWeek(pairsPerDay: Int = 800) -> LookInput {
    var cells: [EvidenceCell] = []
    for day in 0..<7 {
        let eighth = pairsPerDay / 8
        for (segment, part) in [("web", 5), ("mail", 2)] {
            cells.append(
                EvidenceCell(
                    day: day, segment: segment, agreement: .identical, control: ControlDraw(probability: 0.1, outcome: .notDrawn),
                    count: eighth * part))
        }
        cells.append(
            EvidenceCell(
                day: day, segment: "web", agreement: .identical, control: ControlDraw(probability: 0.1, outcome: .agreed),
                count: eighth * 7 / 10))
        cells.append(
            EvidenceCell(
                day: day, segment: "web", agreement: .identical, control: ControlDraw(probability: 0.1, outcome: .differed),
                count: 2))
        for (difference, count) in [(-1, 4), (0, 8), (1, 4)] {
            cells.append(
                EvidenceCell(
                    day: day, segment: "web", agreement: .different, adjudication: .judged(difference: difference, probability: 1),
                    control: ControlDraw(probability: 0.1, outcome: .notDrawn), count: count))
        }
    }
    let count = cells.reduce(0) { $0 + $1.count }
    var input = LookInput(terms: TrialTerms(), days: 7, cells: cells, sampled: count, pairsPerDay: Double(pairsPerDay))
    input.latency.production.duration = latencySample(count, median: 900)
    input.latency.candidate.duration = latencySample(count, median: 400)
    input.cost = CostEvidence(
        pairs: pairedCosts(count, candidate: 0.0005, production: 0.005),
        productionTokens: TokenTotals(input: 500 * Double(count), output: 10 * Double(count)),
        candidateTokens: TokenTotals(input: 550 * Double(count), output: 12 * Double(count)), callsPerMonth: 100_000)
    input.agreeing = CorrectnessCounts(both: 4000, neither: 500)
    input.differing = CorrectnessCounts(productionOnly: 28, candidateOnly: 28, neither: 56)
    return input
}
