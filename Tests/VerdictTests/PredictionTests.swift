import Statistics
import Testing
import Traffic

@testable import Verdict

/// A judge model as its predictions go: D itself so often, else another value.
private enum SimulatedJudge: CaseIterable {
    /// Right for nine of ten.
    case good
    /// Says nothing about D.
    case guessing
    /// Always for the candidate.
    case partial
    /// Always wrong.
    case adverse

    func prediction(of difference: Int, using generator: inout SplitMix64) -> Double {
        switch self {
        case .good:
            if Double.random(in: 0..<1, using: &generator) < 0.9 { return Double(difference) }
            return Double(difference == 1 ? -1 : difference + 1)
        case .guessing: return Double(Int.random(in: -1...1, using: &generator))
        case .partial: return 1
        case .adverse: return difference == 0 ? 1 : Double(-difference)
        }
    }
}

/// A trial whose disagreements are drawn for adjudication with probability π, as cells that grow.
private struct DrawnTrial {
    var worse = 0.035
    var better = 0.035
    var harmless = 0.03
    let probability: Double
    let judge: SimulatedJudge?
    var generator: SplitMix64
    private(set) var pairs = 0
    private(set) var sum = 0
    private var counts: [EvidenceCell: Int] = [:]

    init(probability: Double, judge: SimulatedJudge?, seed: UInt64) {
        self.probability = probability
        self.judge = judge
        generator = SplitMix64(seed: seed)
    }

    var terms: TrialTerms {
        TrialTerms(adjudicationFloor: probability, judgeTrust: judge == nil ? 0 : TrialTerms.trustInJudge)
    }

    var cells: [EvidenceCell] {
        counts.map { cell, count in
            var cell = cell
            cell.count = count
            return cell
        }
    }

    mutating func add(_ count: Int, day: Int = 0) {
        for _ in 0..<count {
            let pair = randomPair(day: day, worse: worse, better: better, harmless: harmless, using: &generator)
            let drawn = Double.random(in: 0..<1, using: &generator) < probability
            let prediction = pair.differs ? judge?.prediction(of: pair.difference, using: &generator) ?? 0 : 0
            let adjudication: Adjudication =
                pair.differs && drawn ? .judged(difference: pair.difference, probability: probability) : .notPlanned
            let cell = EvidenceCell(
                day: day, agreement: pair.differs ? .different : .identical, adjudication: adjudication, prediction: prediction, count: 0)
            counts[cell, default: 0] += 1
            pairs += 1
            sum += pair.difference
        }
    }

    /// The first hundreds of pairs after which "Δ > −0.02" stands; nil where `most` do not suffice.
    mutating func pairsToPass(most: Int) -> Int? {
        let needed = capitalNeeded(alpha: TrialTerms().sideAlpha)
        while pairs < most {
            add(100)
            if QualityLedger(cells, terms: terms).claim().capital(against: -0.02).above >= needed { return pairs }
        }
        return nil
    }
}

@Suite("A judge's predictions in the ledger")
struct PredictionTests {
    @Test func scoresAreThoseOfTheFormula() {
        let terms = TrialTerms(adjudicationFloor: 0.25, judgeTrust: 0.5)
        let cells = [
            EvidenceCell(day: 0, agreement: .identical, count: 90),
            EvidenceCell(day: 0, agreement: .different, prediction: 1, count: 4),
            EvidenceCell(day: 0, agreement: .different, prediction: -0.5, count: 3),
            EvidenceCell(day: 0, agreement: .different, adjudication: .judged(difference: -1, probability: 0.25), prediction: 1, count: 2),
            EvidenceCell(day: 0, agreement: .different, adjudication: .judged(difference: -1, probability: 0.25), prediction: -1, count: 1),
        ]
        // B = (1 + 0.5 · 0.75) / 0.25; Z = 0.5f where nobody was asked, 0.5f + 4(D − 0.5f) where somebody was.
        let bound = 5.5
        func group(_ score: Double, _ count: Double) -> ScoreGroup {
            ScoreGroup(score: score, count: count, lowest: -bound, highest: bound)
        }
        let expected = ScoreHistogram([group(0, 90), group(0.5, 4), group(-0.25, 3), group(-5.5, 2), group(-2.5, 1)])
        let ledger = QualityLedger(cells, terms: terms)
        #expect(ledger.claim().above.allSatisfy { $0 == expected } && ledger.claim().below.allSatisfy { $0 == expected })
        #expect(abs(ledger.prediction! - 0.035) < 1e-12)
    }

    @Test func aPairThatWaitsCountsAtTheWorstThatItsPredictionLeavesPossible() {
        let terms = TrialTerms(adjudicationFloor: 0.5, judgeTrust: 0.5)
        let waiting = EvidenceCell(
            day: 0, agreement: .different, adjudication: .pending(probability: 0.5), prediction: 1, beforeFirstPending: false, count: 7)
        let claim = QualityLedger([waiting], terms: terms).claim()
        // 0.5 + 2(−1 − 0.5) and 0.5 + 2(1 − 0.5); B = (1 + 0.5 · 0.5) / 0.5.
        #expect(claim.above.last?.groups == [ScoreGroup(score: -2.5, count: 7, lowest: -2.5, highest: 2.5)])
        #expect(claim.below.last?.groups == [ScoreGroup(score: 1.5, count: 7, lowest: -2.5, highest: 2.5)])
    }

    @Test func withoutTrustPredictionsChangeNothing() {
        var trial = DrawnTrial(probability: 0.3, judge: .partial, seed: 1)
        trial.add(2000)
        let terms = TrialTerms(adjudicationFloor: 0.3)
        let bare = trial.cells.map { cell in
            var cell = cell
            cell.prediction = 0
            return cell
        }
        let (with, without) = (QualityLedger(trial.cells, terms: terms), QualityLedger(bare, terms: terms))
        #expect(with.claim().above == without.claim().above && with.claim().below == without.claim().below)
        #expect(with.difference == without.difference && with.prediction == nil)
    }

    @Test func whereAllAreAdjudicatedTheJudgeIsNotHeard() {
        var trial = DrawnTrial(probability: 1, judge: .adverse, seed: 2)
        trial.add(1000)
        let heard = QualityLedger(trial.cells, terms: trial.terms).claim()
        #expect(heard.above == QualityLedger(trial.cells, terms: TrialTerms()).claim().above)
    }

    @Test(arguments: SimulatedJudge.allCases)
    fileprivate func theMeanIsThatOfTheTruth(_ judge: SimulatedJudge) {
        var trial = DrawnTrial(probability: 0.3, judge: judge, seed: 3)
        trial.worse = 0.08
        trial.add(200_000)
        let scores = QualityLedger(trial.cells, terms: trial.terms).claim().above[0]
        let error = scores.standardDeviation! / scores.count.squareRoot()
        #expect(abs(scores.mean! - (0.035 - 0.08)) < 4 * error, "\(scores.mean!) ± \(error)")
    }

    @Test func atItsWorstNoPairGivesMoreThanItsTrueValueWould() {
        var generator = SplitMix64(seed: 22)
        for _ in 0..<200 {
            var cells: [EvidenceCell] = []
            var waiting: [EvidenceCell] = []
            for _ in 0..<Int.random(in: 1...40, using: &generator) {
                let probability = [0.25, 0.5, 1].randomElement(using: &generator)!
                var cell = EvidenceCell(
                    day: 0, agreement: .different,
                    adjudication: .judged(difference: Int.random(in: -1...1, using: &generator), probability: probability),
                    prediction: Double(Int.random(in: -2...2, using: &generator)) / 2, count: Int.random(in: 1...5, using: &generator))
                cells.append(cell)
                if Bool.random(using: &generator) { cell.adjudication = .pending(probability: probability) }
                cell.beforeFirstPending = false
                waiting.append(cell)
            }
            let terms = TrialTerms(adjudicationFloor: 0.25, judgeTrust: 0.5)
            let truth = QualityLedger(cells, terms: terms).claim()
            let imputed = QualityLedger(waiting, terms: terms).claim()
            #expect(
                logCapital(imputed.above.last!, against: -0.02, .above) <= logCapital(truth.above.last!, against: -0.02, .above) + 1e-9)
            #expect(
                logCapital(imputed.below.last!, against: -0.02, .below) <= logCapital(truth.below.last!, against: -0.02, .below) + 1e-9)
        }
    }
}

@Suite("A trial with a judge, simulated")
struct JudgedTrialTests {
    /// Δ = −δ exactly, read after each of ten days.
    @Test(arguments: SimulatedJudge.allCases)
    fileprivate func isWrongNoMoreOftenThanAllowedHoweverBadTheJudge(_ judge: SimulatedJudge) {
        let runs = 150
        let needed = capitalNeeded(alpha: TrialTerms().sideAlpha)
        var wrongSwitches = 0
        var wrongStays = 0
        var believed = 0
        for run in 0..<runs {
            var trial = DrawnTrial(probability: 0.3, judge: judge, seed: UInt64(5000 + run))
            trial.worse = 0.055
            var (above, below, credulous) = (false, false, false)
            for day in 0..<10 {
                trial.add(300, day: day)
                let capital = QualityLedger(trial.cells, terms: trial.terms).claim().capital(against: -0.02)
                above = above || capital.above >= needed
                below = below || capital.below >= needed
                credulous = credulous || taken(trial.cells) >= needed
            }
            wrongSwitches += above ? 1 : 0
            wrongStays += below ? 1 : 0
            believed += credulous ? 1 : 0
        }
        let allowed = Int(TrialTerms().sideAlpha * Double(runs))
        #expect(wrongSwitches <= allowed && wrongStays <= allowed)
        // Whoever takes such a judge at its word is misled.
        if judge == .partial || judge == .adverse { #expect(believed > runs / 2) }
    }

    /// Capital that f in D's place would win.
    private func taken(_ cells: [EvidenceCell]) -> Double {
        logCapital(ScoreHistogram(cells.map { ScoreGroup(score: $0.prediction, count: Double($0.count)) }), against: -0.02, .above)
    }

    /// Statistics §3.6: a third of the disagreements adjudicated, equal models; 5,660 pairs without a judge, 2,980 with a good one.
    @Test func aGoodJudgeSparesPairs() throws {
        func median(_ judge: SimulatedJudge?) throws -> Int {
            let needed = (0..<60).map { run in
                var trial = DrawnTrial(probability: 0.3, judge: judge, seed: UInt64(9000 + run))
                return trial.pairsToPass(most: 16_000) ?? 16_000
            }
            return needed.sorted()[30]
        }
        let (alone, good, adverse) = (try median(nil), try median(.good), try median(.adverse))
        print("pairs to pass at π = 0.3, median of 60: \(alone) without a judge, \(good) with a good one, \(adverse) with an adverse one")
        #expect(Double(good) < 0.7 * Double(alone))
        #expect(adverse > alone)
    }

    @Test func aTrialThatOnlyAJudgeReadsIsNoSwitch() {
        var input = goodWeek()
        input.agreeing = CorrectnessCounts(unknown: 5000)
        input.differing = CorrectnessCounts(unknown: 112)
        input.terms.judgeTrust = TrialTerms.trustInJudge
        input.terms.adjudicateBy = .none
        input.cells = input.cells.map { cell in
            var cell = cell
            cell.adjudication = .notPlanned
            return cell
        }
        input.cells.append(EvidenceCell(day: 3, agreement: .different, prediction: 1, count: 300))
        let judged = look(at: input, after: Latches())
        #expect(judged.basis == .judgeOnly)
        #expect(judged.decision.recommendation == .keepShadowing)
        #expect(judged.gate(.quality).status == .open && judged.gate(.quality).unit == .rate)
        #expect(judged.gate(.noise).blocking)
        #expect(judged.quality.predictedDifference! > 0)
        // Where the answers agree often enough that is proof, and the judge is beside the point.
        var agreeing = input
        agreeing.cells.removeAll { $0.agreement == .different }
        agreeing.cells.append(EvidenceCell(day: 3, agreement: .different, prediction: 1, count: 3))
        #expect(look(at: agreeing, after: Latches()).basis == .agreement)
        // One label, and labels are what it rests on.
        input.terms.adjudicateBy = .labels
        input.differing.productionOnly = 1
        #expect(look(at: input, after: Latches()).basis == .labels)
    }
}
