import Glibc
import Statistics
import Testing

/// A ledger of D from its counts.
private func ledger(worse: Double, same: Double, better: Double) -> ScoreHistogram {
    ScoreHistogram(zip([-1.0, 0, 1], [worse, same, better]).map { ScoreGroup(score: $0, count: $1) })
}

private let fractions = [0.9, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625]

@Suite("The betting engine")
struct BettingEngineTests {
    @Test func agreesWithBettingPairByPair() {
        var wealth = [Double](repeating: 1, count: 7)
        for score in [0.0, 1, 0, -1, 0, 0, 1] {
            for index in 0..<7 { wealth[index] *= 1 + fractions[index] * (score + 0.02) / 0.98 }
        }
        let capital = logCapital(ledger(worse: 1, same: 4, better: 2), against: -0.02, .above)
        #expect(abs(capital - log(wealth.reduce(0, +) / 7)) < 1e-13)
    }

    @Test func startsWithNothingWon() {
        #expect(logCapital(ScoreHistogram(), against: 0, .above) == 0)
        #expect(confidenceSequence(ScoreHistogram(), alphaLower: 0.025, alphaUpper: 0.025, range: Interval(-1, 1)) == Interval(-1, 1))
    }

    @Test func isFairAtTheMeanItBetsAgainst() {
        // Over all outcomes of one pair whose mean is θ, the expected capital is exactly what was staked.
        let (worse, better, theta) = (0.05, 0.03, -0.02)
        for side in [ClaimSide.above, .below] {
            let expected =
                worse * exp(logCapital(ledger(worse: 1, same: 0, better: 0), against: theta, side))
                + (1 - worse - better) * exp(logCapital(ledger(worse: 0, same: 1, better: 0), against: theta, side))
                + better * exp(logCapital(ledger(worse: 0, same: 0, better: 1), against: theta, side))
            #expect(abs(expected - 1) < 1e-14)
        }
    }

    @Test func mergingIsTheSameInAnyOrder() {
        var generator = SplitMix64(seed: 9)
        let groups = (0..<200).map { _ in
            ScoreGroup(
                score: Double(Int.random(in: -1...1, using: &generator)), count: Double(Int.random(in: 0...9, using: &generator)),
                weight: [1, 0.5, 0.1].randomElement(using: &generator)!)
        }
        let whole = ScoreHistogram(groups)
        for _ in 0..<5 {
            let shuffled = groups.shuffled(using: &generator)
            let parts = ScoreHistogram(Array(shuffled[..<70])).merged(with: ScoreHistogram(Array(shuffled[70...])))
            #expect(parts == whole)
            #expect(logCapital(parts, against: -0.02, .above) == logCapital(whole, against: -0.02, .above))
        }
        #expect(whole.groups.count <= 9)
    }

    @Test func limitsAndCapitalSayTheSame() {
        var generator = SplitMix64(seed: 1)
        for _ in 0..<50 {
            let counts = (0..<3).map { _ in Double(Int.random(in: 0...200, using: &generator)) }
            let histogram = ledger(worse: counts[0], same: counts[1] * 10, better: counts[2])
            let limits = confidenceSequence(histogram, alphaLower: 0.025, alphaUpper: 0.025, range: Interval(-1, 1))
            #expect(limits.lower <= limits.upper)
            for theta in stride(from: -0.95, through: 0.95, by: 0.19) {
                let needed = capitalNeeded(alpha: 0.025)
                #expect((limits.lower > theta) == (logCapital(histogram, against: theta, .above) >= needed))
                #expect((limits.upper < theta) == (logCapital(histogram, against: theta, .below) >= needed))
            }
        }
    }

    @Test func theSequenceMirrorsWhenTheModelsChangePlaces() {
        let one = confidenceSequence(
            ledger(worse: 30, same: 800, better: 12), alphaLower: 0.025, alphaUpper: 0.025, range: Interval(-1, 1))
        let other = confidenceSequence(
            ledger(worse: 12, same: 800, better: 30), alphaLower: 0.025, alphaUpper: 0.025, range: Interval(-1, 1))
        #expect(abs(one.lower + other.upper) < 1e-12 && abs(one.upper + other.lower) < 1e-12)
    }

    @Test func onTheBoundASingleScoreDecides() {
        #expect(logCapital(ledger(worse: 0, same: 1, better: 0), against: -1, .above) == .infinity)
        #expect(logCapital(ledger(worse: 5, same: 0, better: 0), against: -1, .above) < 0)
    }

    @Test func lessWeightMovesTheCapitalLess() {
        let full = ScoreHistogram([ScoreGroup(score: 1, count: 1)])
        let tenth = ScoreHistogram([ScoreGroup(score: 1, count: 1, weight: 0.1)])
        #expect(logCapital(tenth, against: 0, .above) < logCapital(full, against: 0, .above))
        #expect(logCapital(tenth, against: 0, .above) > 0)
    }

    @Test func aPartlyAdjudicatedPairIsRightOnAverage() {
        for (prediction, difference) in [(0.0, -1), (-0.8, -1), (0.6, 0)] {
            let (probability, trust) = (0.25, 0.5)
            let drawn = adjudicatedScore(prediction: prediction, difference: difference, probability: probability, trust: trust)
            let left = adjudicatedScore(prediction: prediction, difference: nil, probability: probability, trust: trust)
            #expect(abs(probability * drawn.score + (1 - probability) * left.score - Double(difference)) < 1e-14)
            #expect(abs(drawn.score) <= drawn.bound && abs(left.score) <= left.bound)
        }
    }

    @Test func whatIsEstablishedStaysEstablished() {
        let good = ledger(worse: 0, same: 400, better: 0)
        let bad = ledger(worse: 400, same: 400, better: 0)
        let decision = runningDecision(looks: [good, bad], against: -0.02, alpha: 0.025)
        #expect(decision.decided == .above)
        #expect(decision.below[1] >= capitalNeeded(alpha: 0.025))
    }

    @Test func forecastsReachTheirTarget() {
        let now = ledger(worse: 8, same: 184, better: 8)
        let pairs = forecastPairs(now, against: -0.02, .above, alpha: 0.025)!
        func grown(by pairs: Int) -> ScoreHistogram {
            let factor = 1 + Double(pairs) / 200
            return ledger(worse: 8 * factor, same: 184 * factor, better: 8 * factor)
        }
        #expect(logCapital(grown(by: pairs), against: -0.02, .above) >= capitalNeeded(alpha: 0.025))
        #expect(logCapital(grown(by: pairs - 1), against: -0.02, .above) < capitalNeeded(alpha: 0.025))
        #expect(forecastPairs(ledger(worse: 12, same: 180, better: 8), against: -0.02, .above, alpha: 0.025) == nil)
        #expect(plannedPairs(disagreement: 0.08, margin: 0.02, difference: 0, alpha: 0.025) == 2567)
        #expect(plannedPairs(disagreement: 0.08, margin: 0.02, difference: -0.03, alpha: 0.025) == nil)
    }
}
