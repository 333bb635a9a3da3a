internal import Statistics
internal import Verdict

/// Trials of a candidate with confidences, for which it is known what serving from a threshold on would lose.
struct TierTruth: Sendable {
    let scenario: Scenario
    /// The true loss of accuracy when the candidate serves from a confidence on.
    let loss: @Sendable (Double) -> Double
    /// The largest share that could be served at a loss of at most ε.
    let best: Double
}

let tierTruths: [TierTruth] = [
    TierTruth(scenario: steps("a step just above ε"), loss: stepLoss, best: 0.2),
    TierTruth(scenario: steps("a step just above ε, half judged", judged: 0.5), loss: stepLoss, best: 0.2),
    TierTruth(scenario: steps("a step just above ε, labels late", late: true), loss: stepLoss, best: 0.2),
    TierTruth(scenario: slope, loss: slopeLoss, best: 1 - slopeLimit),
]

/// Confidence 0.95 for a fifth of the calls, which lose nothing; 0.9 for three tenths, with which the loss is a hair above ε = 0.01;
/// 0.5 for the rest, which lose much more.
private func stepLoss(_ threshold: Double) -> Double {
    threshold > 0.9 ? 0 : threshold > 0.5 ? 0.3 * (0.05 - stepWins) : 0.3 * (0.05 - stepWins) + 0.5 * 0.1
}

/// P(D = +1) at confidence 0.9, so that the loss there is 0.01 + 10⁻⁹.
private let stepWins = 0.05 - (0.01 + 1e-9) / 0.3

private func steps(_ name: String, judged: Double = 1, late: Bool = false) -> Scenario {
    let terms = TrialTerms(adjudicateBy: judged < 1 ? .people : .labels, adjudicationFloor: judged)
    return Scenario(name, terms: terms) { _, random in
        let draw = random.fraction()
        let odds: Odds
        let confidence: Double
        switch draw {
        case ..<0.2: (odds, confidence) = (Odds(worse: 0, better: 0), 0.95)
        case ..<0.5: (odds, confidence) = (Odds(worse: 0.05, better: stepWins), 0.9)
        default: (odds, confidence) = (Odds(worse: 0.12, better: 0.02), 0.5)
        }
        var pair = odds.pair(using: &random)
        pair.confidence = confidence
        pair.probability = judged
        pair.planned = random.happens(judged)
        if late { pair.labelDelay = pair.difference < 0 ? 2 + random.index(below: 4) : random.index(below: 2) }
        return pair
    }
}

/// The surer, the better: confidence s is even on [0, 1], and of calls with it 0.24(1 − s)² are worse and 0.04(1 − s)² better.
private let slope = Scenario("the surer, the better") { _, random in
    let confidence = random.fraction()
    let square = (1 - confidence) * (1 - confidence)
    var pair = Odds(worse: 0.24 * square, better: 0.04 * square).pair(using: &random)
    pair.confidence = confidence
    return pair
}

/// ∫ 0.2(1 − s)² from t to 1.
private func slopeLoss(_ threshold: Double) -> Double {
    let rest = 1 - threshold
    return 0.2 * rest * rest * rest / 3
}

/// Where that is ε = 0.01: (1 − t)³ = 0.15.
private let slopeLimit = 1 - 0.15.cubeRoot

extension Double {
    fileprivate var cubeRoot: Double {
        var root = self
        for _ in 0..<100 { root = (2 * root + self / (root * root)) / 3 }
        return root
    }
}

/// What was certified in the trials of one truth.
private struct Certified {
    /// Trials in which a threshold was ever certified that loses more than ε.
    var violations = 0
    /// The verdict `two_tier` at such a threshold.
    var wrongVerdicts = 0
    /// True loss and share served at the last threshold certified, of the trials that have one.
    var losses: [Double] = []
    var served: [Double] = []

    init(_ truth: TierTruth, trials: Int, seed: UInt64) {
        let allowed = truth.scenario.terms.margins.tier
        for seed in trialSeeds(truth.scenario.name, seed: seed, count: trials) {
            var violated = false
            var wrong = false
            var last: TierReading?
            truth.scenario.run(seed: seed) { looks in
                let look = looks[0]
                if let threshold = look.tier.threshold {
                    last = look.tier
                    violated = violated || truth.loss(threshold) > allowed
                }
                if look.decision.recommendation == .twoTier, let threshold = look.decision.threshold {
                    wrong = wrong || truth.loss(threshold) > allowed
                }
                return true
            }
            violations += violated ? 1 : 0
            wrongVerdicts += wrong ? 1 : 0
            guard let last, let threshold = last.threshold else { continue }
            losses.append(truth.loss(threshold))
            served.append(last.coverage?.estimate ?? 0)
        }
    }
}

/// Runs the truths whose name is wanted and prints what the thresholds certified really lose.
func showTierRisk(options: Options) {
    let chosen = tierTruths.filter { options.wants($0.scenario.name) }
    guard !chosen.isEmpty else { return }
    var table = Table([
        "confidence in truth", "certified above ε", "`two_tier` above ε", "allowed", "certified by day 28", "mean loss there",
        "mean share served", "best share possible",
    ])
    for truth in chosen {
        let started = processorSeconds()
        let found = Certified(truth, trials: options.trials, seed: options.seed)
        func mean(_ values: [Double]) -> String { values.isEmpty ? "–" : percent(values.reduce(0, +) / Double(values.count), 2) }
        table.add([
            truth.scenario.name, rate(found.violations, of: options.trials), rate(found.wrongVerdicts, of: options.trials),
            percent(truth.scenario.terms.sideAlpha), percent(Double(found.losses.count) / Double(options.trials)), mean(found.losses),
            mean(found.served), percent(truth.best),
        ])
        options.note(truth.scenario.name, since: started)
    }
    say("\nWhat a certified threshold loses (ε = 1 %), \(options.trials) trials × 28 looks\n")
    table.show()
}
