internal import Glibc
internal import Statistics
internal import Verdict

/// Trials as they may come, with the verdict that they should come to.
struct Prospect: Sendable {
    let scenario: Scenario
    /// What is right to say, for the table.
    let right: String
}

let prospects: [Prospect] = [
    Prospect(scenario: prospect("equally good, 4 % decided", Odds(worse: 0.02, better: 0.02)), right: "switch"),
    Prospect(scenario: prospect("better by 2 points", Odds(worse: 0.01, better: 0.03)), right: "switch"),
    Prospect(scenario: prospect("worse by 1 point, 2 allowed", Odds(worse: 0.025, better: 0.015)), right: "switch"),
    Prospect(scenario: prospect("worse by 6 points", Odds(worse: 0.08, better: 0.02)), right: "stay"),
    Prospect(scenario: sureWhereRight, right: "two_tier"),
    Prospect(scenario: prospect("equally good, 60 pairs a day", Odds(worse: 0.02, better: 0.02), perDay: 60), right: "switch"),
    Prospect(scenario: prospect("equally good, 3 of 10 judged", Odds(worse: 0.02, better: 0.02), judged: 0.3), right: "switch"),
    Prospect(
        scenario: prospect(
            "equally good, 3 of 10 judged, a judge right in 8 of 10", Odds(worse: 0.02, better: 0.02), judged: 0.3, judge: 0.8),
        right: "switch"),
    Prospect(scenario: tolerant, right: "switch"),
    Prospect(scenario: prospect("equally good, labels 3 days late", Odds(worse: 0.02, better: 0.02), delay: 3), right: "switch"),
]

private func prospect(
    _ name: String, _ odds: Odds, perDay: Int = 300, judged: Double = 1, delay: Int = 0, judge: Double? = nil
) -> Scenario {
    let terms = TrialTerms(
        adjudicateBy: judged < 1 ? .people : .labels, adjudicationFloor: judged, judgeTrust: judge == nil ? 0 : TrialTerms.trustInJudge)
    return Scenario(name, terms: terms, perDay: perDay) { _, random in
        var pair = odds.pair(using: &random)
        pair.probability = judged
        pair.planned = random.happens(judged)
        pair.labelDelay = delay
        if let judge { pair.prediction = random.happens(judge) ? Double(pair.difference) : Double(random.index(below: 3) - 1) }
        pair.timing = Timing.fastAndCheap(using: &random)
        return pair
    }
}

/// Every fifth pair agrees by a tolerance alone, hardly ever to anybody's disadvantage; a quarter of those is judged.
private let tolerant = Scenario("equally good, every fifth by tolerance", terms: TrialTerms(auditsEquivalents: true)) { _, random in
    var pair = SimulatedPair()
    if random.happens(0.2) {
        pair.isEquivalent = true
        pair.difference = random.happens(0.002) ? -1 : 0
        pair.auditLevel = min(equivalenceSamples - 1, UInt8(truncatingIfNeeded: random.next()).leadingZeroBitCount)
        pair.labelDelay = pair.auditLevel >= 2 ? 0 : nil
    } else {
        pair = Odds(worse: 0.02, better: 0.02).pair(using: &random)
    }
    pair.timing = Timing.fastAndCheap(using: &random)
    return pair
}

/// Five points worse over all calls, but as good as production on the 55 % of which the candidate is sure.
private let sureWhereRight = Scenario("worse by 5 points, sure where it is right") { _, random in
    let isSure = random.happens(0.55)
    var pair = Odds(worse: isSure ? 0.004 : 0.14, better: isSure ? 0.004 : 0.03).pair(using: &random)
    pair.confidence = isSure ? 0.8 + 0.2 * random.fraction() : 0.2 + 0.6 * random.fraction()
    pair.timing = Timing.fastAndCheap(using: &random)
    return pair
}

extension Timing {
    /// A small model beside a large one: a quarter of the time, a tenth of the cost; long requests are long for both.
    fileprivate static func fastAndCheap(using random: inout SplitMix64) -> Timing {
        let (theirs, ours) = random.normals(correlation: 0.6)
        let length = exp(0.8 * random.normal())
        return Timing(
            production: 900 * exp(0.5 * theirs), candidate: random.happens(0.002) ? nil : 230 * exp(0.5 * ours),
            productionCost: 0.005 * length, candidateCost: 0.0005 * length * exp(0.2 * random.normal()))
    }
}

/// What the trials of one prospect came to.
private struct Outcome {
    var verdicts: [Recommendation: Int] = [:]
    /// The day of each trial's verdict; +∞ where none came.
    var days: [Double] = []

    init(_ prospect: Prospect, trials: Int, seed: UInt64) {
        for seed in trialSeeds(prospect.scenario.name, seed: seed, count: trials) {
            var last: Look?
            prospect.scenario.run(seed: seed) { looks in
                last = looks[0]
                return looks[0].decision.recommendation == .keepShadowing
            }
            guard let last else { continue }
            let verdict = last.decision.recommendation
            verdicts[verdict, default: 0] += 1
            days.append(verdict == .keepShadowing ? .infinity : Double(last.day))
        }
    }
}

/// Runs the prospects whose name is wanted and prints what verdict comes when.
func showPower(options: Options) {
    let chosen = prospects.filter { options.wants($0.scenario.name) }
    guard !chosen.isEmpty else { return }
    let trials = max(1, options.trials / 5)
    var table = Table(
        ["in truth", "right"] + ["`switch`", "`two_tier`", "`stay`", "none by day 28", "median day", "80 % by day"])
    for prospect in chosen {
        let started = processorSeconds()
        let outcome = Outcome(prospect, trials: trials, seed: options.seed)
        let shares = [Recommendation.switch, .twoTier, .stay, .keepShadowing].map {
            percent(Double(outcome.verdicts[$0] ?? 0) / Double(trials))
        }
        let days = [0.5, 0.8].map { p in
            quantile(p, outcome.days).flatMap { $0.isFinite ? fixed($0, 0) : nil } ?? "> 28"
        }
        table.add([prospect.scenario.name, "`\(prospect.right)`"] + shares + days)
        options.note(prospect.scenario.name, since: started)
    }
    say("\nWhen a verdict comes, \(trials) trials each\n")
    table.show()
}
