import Statistics
import Testing
import Traffic

@testable import Verdict

/// Capital of a ledger for both sides of "Δ against −0.02".
private func capital(_ pairs: [SimulatedPair], terms: TrialTerms = TrialTerms()) -> (above: Double, below: Double) {
    QualityLedger(cells(pairs), terms: terms).claim().capital(against: -0.02)
}

/// Capital of the whole ledger with every pending pair at its worst, the prefix left out.
private func worstCapital(_ pairs: [SimulatedPair]) -> (above: Double, below: Double) {
    let claim = QualityLedger(cells(pairs), terms: TrialTerms()).claim()
    return ClaimLedgers(above: [claim.above.last!], below: [claim.below.last!]).capital(against: -0.02)
}

@Suite("Pairs that wait for their adjudication")
struct PendingRuleTests {
    @Test func atItsWorstNoPairGivesMoreThanItsTrueValueWould() {
        var generator = SplitMix64(seed: 21)
        for _ in 0..<200 {
            let count = Int.random(in: 1...400, using: &generator)
            let truth = (0..<count).map { _ in randomPair(day: 0, worse: 0.1, better: 0.1, harmless: 0.1, using: &generator) }
            let waiting = truth.map { pair in
                var pair = pair
                pair.pending = pair.differs && Double.random(in: 0..<1, using: &generator) < 0.4
                return pair
            }
            let known = worstCapital(truth)
            let imputed = worstCapital(waiting)
            #expect(imputed.above <= known.above + 1e-9)
            #expect(imputed.below <= known.below + 1e-9)
        }
    }

    @Test func theLedgerBeforeTheOldestCountsWhereItIsTheBetterEvidence() {
        let agreeing = (0..<400).map { _ in SimulatedPair(day: 0, difference: 0, differs: false) }
        let waiting = (0..<50).map { _ in SimulatedPair(day: 1, difference: 0, differs: true, pending: true) }
        #expect(capital(agreeing + waiting).above == capital(agreeing).above)
        #expect(worstCapital(agreeing + waiting).above < 0)
        // In the other order nothing stands before the oldest: no bet won or lost yet.
        #expect(capital(waiting + agreeing).above == 0)
    }

    @Test func agreementsThatOvertakeTheirDisagreementsProveNothing() {
        // 310 agreements alone reach ln 40: they may not while disagreements sampled earlier wait.
        let agreeing = (0..<400).map { _ in SimulatedPair(day: 0, difference: 0, differs: false) }
        let waiting = (0..<40).map { _ in SimulatedPair(day: 0, difference: -1, differs: true, pending: true) }
        #expect(capital(agreeing).above >= capitalNeeded(alpha: 0.025))
        #expect(capital(waiting + agreeing).above < capitalNeeded(alpha: 0.025))
    }

    @Test func moreAgreementsNeverWeakenTheClaim() {
        var generator = SplitMix64(seed: 8)
        for _ in 0..<100 {
            var pairs = (0..<200).map { _ in randomPair(day: 0, worse: 0.06, better: 0.06, harmless: 0, using: &generator) }
            let before = capital(pairs).above
            pairs += (0..<50).map { _ in SimulatedPair(day: 0, difference: 0, differs: false) }
            #expect(capital(pairs).above >= before)
        }
    }

    @Test func whereNobodyAdjudicatesEveryDifferenceCountsAtItsWorst() {
        let unjudged = EvidenceCell(day: 0, agreement: .different, count: 30)
        let agreeing = EvidenceCell(day: 0, agreement: .identical, count: 3000)
        let lost = EvidenceCell(day: 0, agreement: .different, adjudication: .judged(difference: -1, probability: 1), count: 30)
        let nobody = QualityLedger([agreeing, unjudged], terms: TrialTerms(adjudicateBy: .none)).claim().capital(against: -0.02)
        let worst = QualityLedger([agreeing, lost], terms: TrialTerms()).claim().capital(against: -0.02)
        #expect(nobody.above == worst.above)
    }

    @Test func aPairDrawnForAFewCountsForThem() {
        let terms = TrialTerms(adjudicationFloor: 0.25)
        let cells = [
            EvidenceCell(day: 0, agreement: .identical, count: 900),
            EvidenceCell(day: 0, agreement: .different, count: 75),
            EvidenceCell(day: 0, agreement: .different, adjudication: .judged(difference: -1, probability: 0.25), count: 10),
            EvidenceCell(day: 0, agreement: .different, adjudication: .judged(difference: 1, probability: 0.25), count: 15),
        ]
        let ledger = QualityLedger(cells, terms: terms)
        #expect(abs(ledger.difference! - 0.02) < 1e-12)
        let expected = ScoreHistogram([
            ScoreGroup(score: 0, count: 975, lowest: -4, highest: 4), ScoreGroup(score: -4, count: 10, lowest: -4, highest: 4),
            ScoreGroup(score: 4, count: 15, lowest: -4, highest: 4),
        ])
        #expect(ledger.claim().above.allSatisfy { $0 == expected })
    }

    @Test func unadjudicatedPairsDoNotPullTheEstimateTowardsZero() {
        let pairs = (0..<1000).map { index in
            SimulatedPair(day: 0, difference: index % 4 == 0 ? -1 : 1, differs: index < 100, pending: index >= 40)
        }
        let difference = QualityLedger(cells(pairs), terms: TrialTerms()).difference!
        #expect(abs(difference - 0.1 * 0.5) < 1e-12)
    }
}

/// A trial simulated at the margin: Δ = −δ exactly, looks at every day's end, labels that come late.
private struct PeekingTrial {
    var wrongSwitch = false
    var wrongStay = false
    /// What reading only the pairs that are ready would have said.
    var readyFirstSwitch = false

    init(days: Int, perDay: Int, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var pairs: [SimulatedPair] = []
        var arrival: [Int] = []
        let needed = capitalNeeded(alpha: TrialTerms().sideAlpha)
        for day in 0..<days {
            for _ in 0..<perDay {
                let pair = randomPair(day: day, worse: 0.05, better: 0.03, harmless: 0.02, using: &generator)
                pairs.append(pair)
                // Whoever labels is quick with wins and slow with losses: the order of arrival says a lot.
                let wait = pair.difference < 0 ? 3...6 : 0...1
                arrival.append(day + Int.random(in: wait, using: &generator))
            }
            let now = zip(pairs, arrival).map { pair, arrives in
                var pair = pair
                pair.pending = pair.differs && arrives > day
                return pair
            }
            let found = capital(now)
            wrongSwitch = wrongSwitch || found.above >= needed
            wrongStay = wrongStay || found.below >= needed
            readyFirstSwitch = readyFirstSwitch || capital(now.filter { !$0.pending }).above >= needed
        }
    }
}

@Suite("Reading a trial every day")
struct PeekingTests {
    @Test func isWrongNoMoreOftenThanAllowed() {
        let runs = 200
        let trials = (0..<runs).map { PeekingTrial(days: 10, perDay: 200, seed: UInt64(1000 + $0)) }
        let allowed = Int(TrialTerms().sideAlpha * Double(runs))
        #expect(trials.count { $0.wrongSwitch } <= allowed)
        #expect(trials.count { $0.wrongStay } <= allowed)
        // The simulation has teeth: without the rule for pending pairs the same trials are misread.
        #expect(trials.count { $0.readyFirstSwitch } > allowed)
    }
}
