internal import Statistics
internal import Verdict

/// A day's pairs in evidence, one list a candidate, in the order of their calls. Sees the day, counted from 0, and what the looks at
/// the end of the day before said, as an operator would.
typealias Traffic = (_ day: Int, _ looks: [Look], _ random: inout SplitMix64) -> [[SimulatedPair]]

/// A made-up trial: what was fixed beforehand, and the traffic.
struct Scenario: Sendable {
    let name: String
    var terms = TrialTerms()
    /// Makes the traffic of one trial; what it remembers from day to day is its own.
    let traffic: @Sendable (inout SplitMix64) -> Traffic

    /// Traffic that may remember.
    init(_ name: String, terms: TrialTerms = TrialTerms(), traffic: @escaping @Sendable (inout SplitMix64) -> Traffic) {
        self.name = name
        self.terms = terms
        self.traffic = traffic
    }

    /// So many pairs each day, each drawn for itself.
    init(
        _ name: String, terms: TrialTerms = TrialTerms(), perDay: Int = 300,
        pair: @escaping @Sendable (_ day: Int, _ random: inout SplitMix64) -> SimulatedPair
    ) {
        self.init(name, terms: terms) { _ in
            { day, _, random in [(0..<perDay).map { _ in pair(day, &random) }] }
        }
    }

    /// Runs one trial with a look at the end of each day, until `visit` has seen enough: it gets the looks of all candidates and
    /// returns whether to go on.
    func run(seed: UInt64, visit: ([Look]) -> Bool) {
        var random = SplitMix64(seed: seed)
        let traffic = traffic(&random)
        var candidates: [CandidateTrial] = []
        for day in 0..<terms.maxDays {
            let pairs = traffic(day, candidates.compactMap(\.look), &random)
            while candidates.count < pairs.count { candidates.append(CandidateTrial(terms: terms)) }
            for index in pairs.indices { candidates[index].look(after: pairs[index], on: day) }
            if !visit(candidates.compactMap(\.look)) { return }
        }
    }
}

/// One candidate's trial as it grows, looked at as the worker does: each look goes on from the latches of the one before.
private struct CandidateTrial {
    let terms: TrialTerms
    private(set) var look: Look?
    private var ledger = SimulatedLedger()
    private var operations = Operations()
    private var latches = Latches()
    private var equivalenceCeiling: Double?
    /// The first pairs, until there are enough to fix the two-tier grid.
    private var first: [SimulatedPair] = []
    private var grid: [Double]?

    init(terms: TrialTerms) { self.terms = terms }

    /// Takes a day's pairs into the ledger, then a look at the day's end.
    mutating func look(after pairs: [SimulatedPair], on day: Int) {
        for pair in pairs {
            ledger.add(pair, tier: grid.flatMap { $0.isEmpty ? nil : tierIndex(of: pair.confidence, in: $0) }, on: day)
            if let timing = pair.timing { operations.count(timing, weight: pair.weight) }
            if let grid { countTier(pair, grid) } else { fixGrid(with: pair) }
        }
        let thresholds = grid ?? []
        let operations = pairs.contains { $0.timing != nil } ? operations : BeyondDoubt.operations(thresholds.count)
        let cells = ledger.cells(on: day)
        if terms.auditsEquivalents, equivalenceCeiling == nil { equivalenceCeiling = Verdict.equivalenceCeiling(firstDay: cells) }
        let recent = ledger.pairsByDay.suffix(7)
        let input = LookInput(
            terms: terms, days: day + 1, cells: cells, sampled: ledger.pairsByDay.reduce(0, +),
            pairsPerDay: Double(recent.reduce(0, +)) / Double(recent.count), tierGrid: thresholds, latency: operations.latency,
            cost: operations.cost, agreeing: ledger.correctness(on: day, differing: false),
            differing: ledger.correctness(on: day, differing: true), equivalenceCeiling: equivalenceCeiling)
        let look = Verdict.look(at: input, after: latches)
        latches = look.latches
        self.look = look
    }

    /// The grid stands once the first pairs are there; latency and cost count these too.
    private mutating func fixGrid(with pair: SimulatedPair) {
        first.append(pair)
        guard first.count == tierGridPairs else { return }
        let grid = tierGrid(fromFirst: first.map { $0.confidence ?? 0 })
        self.grid = grid
        guard !grid.isEmpty else { return }
        operations.fix(thresholds: grid.count)
        for pair in first { countTier(pair, grid) }
    }

    private mutating func countTier(_ pair: SimulatedPair, _ grid: [Double]) {
        guard !grid.isEmpty, let timing = pair.timing else { return }
        operations.count(timing, weight: pair.weight, tier: tierIndex(of: pair.confidence, in: grid))
    }
}

/// `Operations.beyondDoubt` of each size of grid, made once.
private enum BeyondDoubt {
    static let made = (0...20).map { Operations.beyondDoubt(thresholds: $0) }

    static func operations(_ thresholds: Int) -> Operations { made[thresholds] }
}
