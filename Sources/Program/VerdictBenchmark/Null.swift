internal import Verdict

/// What may go wrong in a trial with nothing to be found: the candidate stands exactly at a margin, so that neither side may be claimed.
enum WrongClaim: CaseIterable {
    /// The verdict `switch`.
    case switches
    /// The quality gate passes, whatever the verdict: what `switch` would rest on.
    case qualityPasses
    /// The verdict `stay` for quality's sake.
    case stays

    var title: String {
        switch self {
        case .switches: "`switch`"
        case .qualityPasses: "quality passes"
        case .stays: "`stay`"
        }
    }

    /// Whether a look makes this claim.
    func isMade(by look: Look) -> Bool {
        switch self {
        case .switches: look.decision.recommendation == .switch
        case .qualityPasses: look.gate(.quality).status == .pass
        case .stays: look.decision == Decision(.stay, because: .gate(.quality))
        }
    }
}

/// Trials in which nothing is to be found, and how often something is found all the same.
struct Null: Sendable {
    /// What is to be expected of each wrong claim.
    enum Expectation: Sendable {
        /// No more of them than α.
        case rare
        /// Nothing is promised.
        case open
        /// Many: a rule is broken, and the simulation has to notice.
        case noticed
    }

    /// α_S = α_K of all candidates together.
    static let alpha = 0.025

    let scenario: Scenario
    /// What would be wrong here. What is not named is not wrong, and not counted.
    var wrong: [WrongClaim] = [.switches, .qualityPasses, .stays]
    var expectation = Expectation.rare

    /// How a share of wrong claims compares with what is to be expected.
    func judge(_ worst: Double) -> String {
        switch expectation {
        case .rare: worst <= Self.alpha ? "kept" : "NOT KEPT"
        case .open: worst <= Self.alpha ? "not promised, kept" : "not promised"
        case .noticed: worst > Self.alpha ? "noticed" : "NOT NOTICED"
        }
    }

    /// How many of the trials make each claim at any of their looks, for any candidate.
    func count(trials: Int, seed: UInt64) -> [WrongClaim: Int] {
        var counts: [WrongClaim: Int] = [:]
        for seed in trialSeeds(scenario.name, seed: seed, count: trials) {
            var made: Set<WrongClaim> = []
            scenario.run(seed: seed) { looks in
                for claim in wrong where !made.contains(claim) && looks.contains(where: claim.isMade) { made.insert(claim) }
                return made.count < wrong.count
            }
            for claim in made { counts[claim, default: 0] += 1 }
        }
        return counts
    }
}

/// Runs the nulls whose name is wanted and prints a line for each, the share of trials that go wrong with its upper 95 % limit.
func showNulls(_ title: String, _ nulls: [Null], options: Options) {
    let chosen = nulls.filter { options.wants($0.scenario.name) }
    guard !chosen.isEmpty else { return }
    var table = Table(["scenario"] + WrongClaim.allCases.map(\.title) + ["at most \(percent(Null.alpha))"])
    for null in chosen {
        let started = processorSeconds()
        let counts = null.count(trials: options.trials, seed: options.seed)
        let shares = WrongClaim.allCases.map { claim in
            null.wrong.contains(claim) ? rate(counts[claim] ?? 0, of: options.trials) : "–"
        }
        table.add([null.scenario.name] + shares + [null.judge(Double(counts.values.max() ?? 0) / Double(options.trials))])
        options.note(null.scenario.name, since: started)
    }
    say("\n\(title), \(options.trials) trials × 28 looks\n")
    table.show()
}
