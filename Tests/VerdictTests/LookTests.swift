import Statistics
import Testing
import Traffic

@testable import Verdict

@Suite("A look at a trial")
struct LookTests {
    @Test func aGoodWeekSwitches() {
        let look = look(at: goodWeek(), after: Latches())
        #expect(look.decision == Decision(.switch, because: .everyGate))
        #expect(look.basis == .labels)
        #expect(look.shortfalls.isEmpty && look.forecast == nil && !look.inconclusive)
        #expect(look.gates.map(\.name) == GateName.allCases)
        #expect(look.gates.filter(\.blocking).allSatisfy { $0.status == .pass })
        #expect(look.gate(.noise).blocking == false)
    }

    @Test func anEmptyTrialIsOpenAndSaysWhatItLacks() {
        let look = look(at: LookInput(terms: TrialTerms(), days: 0, cells: []), after: Latches())
        #expect(look.decision == Decision(.keepShadowing, because: .gate(.evidence)))
        #expect(look.shortfalls == [.days(have: 0, need: 7), .pairs(have: 0, need: 1000)])
        #expect(look.gates.allSatisfy { $0.status == .open })
        #expect(look.gate(.quality).estimate == nil)
        #expect(look.latches == Latches())
        #expect(look.quality.productionAccuracy == nil && look.noise.disagreement == nil)
    }

    @Test func lookingTwiceChangesNothing() {
        let first = look(at: goodWeek(), after: Latches())
        let second = look(at: goodWeek(), after: first.latches)
        #expect(first == second)
    }

    @Test func theOrderAndSplittingOfCellsDoNotMatter() {
        let input = goodWeek()
        var shuffled = input
        var generator = SplitMix64(seed: 5)
        shuffled.cells = input.cells.flatMap { cell -> [EvidenceCell] in
            var part = cell
            var rest = cell
            part.count = cell.count / 3
            rest.count = cell.count - part.count
            return [part, rest]
        }.shuffled(using: &generator)
        #expect(look(at: input, after: Latches()) == look(at: shuffled, after: Latches()))
    }

    @Test func everyStatusAgreesWithItsNumbers() {
        var generator = SplitMix64(seed: 11)
        for run in 0..<60 {
            var pairs: [SimulatedPair] = []
            let worse = Double(run % 6) * 0.02
            for _ in 0..<(run * 40) {
                var pair = randomPair(day: run % 9, worse: worse, better: 0.02, harmless: 0.03, using: &generator)
                pair.pending = pair.differs && Double.random(in: 0..<1, using: &generator) < 0.1
                pairs.append(pair)
            }
            var input = goodWeek()
            input.days = run % 9
            input.cells = cells(pairs)
            let look = look(at: input, after: Latches())
            for gate in look.gates { expectConsistent(gate) }
            if look.decision.recommendation == .switch {
                #expect(look.gates.filter(\.blocking).allSatisfy { $0.status == .pass })
                #expect(look.quality.worsePerTenThousand.upper < look.quality.worsePerTenThousand.allowed)
            }
            if look.decision.recommendation == .stay, case .gate(let name) = look.decision.because {
                #expect(look.gate(name).status == .fail)
            }
            if case .gate(let name) = look.decision.because, look.decision.recommendation == .keepShadowing {
                #expect(look.gate(name).status != .pass)
            }
        }
    }

    private func expectConsistent(_ gate: Gate) {
        if let estimate = gate.estimate, let lower = gate.lower, let upper = gate.upper {
            #expect(lower <= estimate && estimate <= upper, "\(gate)")
        }
        switch (gate.name, gate.status) {
        case (.quality, .pass): #expect(gate.lower! > gate.threshold || gate.unit == .rate && gate.upper! <= gate.threshold)
        case (.quality, .fail): #expect(gate.upper! < gate.threshold)
        case (.quality, .open): #expect(gate.unit == .rate || gate.lower! <= gate.threshold && gate.upper! >= gate.threshold)
        case (.reliability, .pass), (.noise, .pass), (.latency, .pass): #expect(gate.upper! <= gate.threshold)
        case (.reliability, .fail), (.noise, .fail), (.latency, .fail): #expect(gate.lower! > gate.threshold)
        case (.cost, .pass): #expect(gate.lower! >= gate.threshold)
        case (.cost, .fail): #expect(gate.upper! < gate.threshold)
        case (.failureConcentration, .pass): #expect(gate.estimate == 0)
        case (.failureConcentration, .fail): #expect(gate.estimate! > 0)
        default: break
        }
    }

    @Test func aBadCandidateIsRefusedFromTheThirdDay() {
        var input = goodWeek()
        var generator = SplitMix64(seed: 3)
        let pairs = (0..<2400).map { randomPair(day: $0 / 800, worse: 0.12, better: 0.02, harmless: 0.02, using: &generator) }
        input.cells = cells(pairs)
        input.days = 2
        #expect(look(at: input, after: Latches()).decision == Decision(.keepShadowing, because: .gate(.evidence)))
        input.days = 3
        let third = look(at: input, after: Latches())
        #expect(third.decision == Decision(.stay, because: .gate(.quality)))
        #expect(third.quality.worsePerTenThousand.lower > third.quality.worsePerTenThousand.allowed)
    }

    @Test func whatWasOnceEstablishedStaysEstablished() {
        let good = look(at: goodWeek(), after: Latches())
        var worse = goodWeek()
        // As many undecided differences again: the worst value of each takes this look's own evidence away.
        worse.cells += (0..<7).map {
            EvidenceCell(day: $0, agreement: .different, adjudication: .pending(probability: 1), beforeFirstPending: false, count: 30)
        }
        worse.cells = worse.cells.map {
            var cell = $0
            cell.beforeFirstPending = false
            return cell
        }
        #expect(look(at: worse, after: Latches()).gate(.quality).status == .open)
        #expect(look(at: worse, after: good.latches).gate(.quality).status == .pass)
    }

    @Test func aPassFromBeforeTheDaysAreOverMustHoldOnceTheyAre() {
        var working = goodWeek()
        working.days = 5
        let early = look(at: working, after: Latches())
        #expect(early.gate(.quality).status == .pass && early.gate(.reliability).status == .pass)
        // Two days on which every tenth answer is worse: over the week the candidate is worse than allowed.
        var week = goodWeek()
        week.cells += (5..<7).map {
            EvidenceCell(day: $0, segment: "web", agreement: .different, adjudication: .judged(difference: -1, probability: 1), count: 60)
        }
        let late = look(at: week, after: early.latches)
        #expect(late.gate(.quality).status == .open)
        #expect(late.decision == Decision(.keepShadowing, because: .gate(.quality)))
        // What speaks against a candidate stays, however early it was found.
        var refuted = Latches()
        refuted.quality.upper = -0.03
        #expect(look(at: working, after: refuted).latches.quality.upper == -0.03)
    }

    @Test func evidenceForATierFromBeforeTheDaysAreOverIsNotKept() {
        var input = goodWeek()
        input.cells = [EvidenceCell(day: 0, agreement: .identical, tier: 1, count: 2000)]
        input.tierGrid = [0.5]
        input.days = 6
        let early = look(at: input, after: Latches())
        #expect(early.tier.state == .certified && early.latches.tiers.map(\.above) == [0])
        input.days = 7
        #expect(look(at: input, after: early.latches).latches.tiers[0].above > 0)
    }

    @Test func looksThatContradictEachOtherAreDrift() {
        let good = look(at: goodWeek(pairsPerDay: 4000), after: Latches())
        var changed = goodWeek()
        changed.cells = [
            EvidenceCell(day: 0, agreement: .identical, count: 20_000),
            EvidenceCell(day: 8, agreement: .different, adjudication: .judged(difference: -1, probability: 1), count: 3000),
        ]
        changed.days = 8
        let second = look(at: changed, after: good.latches)
        #expect(second.decision == Decision(.keepShadowing, because: .drift))
        #expect(second.shortfalls.contains(.drift(.quality)))
        let quality = second.gate(.quality)
        #expect(quality.lower! <= quality.upper!)
        // The contradiction does not go away by itself.
        #expect(look(at: goodWeek(), after: second.latches).decision.because == .drift)
    }

    @Test func aTrialWithoutAnyLabelRestsOnAgreement() {
        var input = goodWeek()
        input.agreeing = CorrectnessCounts(unknown: 5000)
        input.differing = CorrectnessCounts(unknown: 112)
        input.cells = input.cells.map { cell in
            var cell = cell
            if cell.agreement == .different { cell.adjudication = .pending(probability: 1) }
            cell.beforeFirstPending = false
            return cell
        }
        let look = look(at: input, after: Latches())
        #expect(look.basis == .agreement)
        #expect(look.gate(.noise).blocking)
        #expect(look.gate(.quality).unit == .rate && look.gate(.quality).note == .agreementOnly)
        #expect(look.decision == Decision(.keepShadowing, because: .gate(.quality)))
        #expect(look.quality.worsePerTenThousand.estimate == nil)
        #expect(look.speedUps.first == .adjudicatePending(112))
        #expect(look.quality.productionAccuracy == nil && look.quality.singleLookDifference == nil)
    }

    @Test func agreementAloneSwitchesWhereHardlyAnythingDiffers() {
        var input = goodWeek()
        input.terms.adjudicateBy = .none
        input.cells = input.cells.map { cell in
            var cell = cell
            if cell.agreement == .different {
                cell.adjudication = .notPlanned
                cell.count = 2
            }
            return cell
        }
        input.agreeing = CorrectnessCounts(unknown: 5000)
        input.differing = CorrectnessCounts(unknown: 42)
        // Production differs from itself no less: the noise gate needs enough controls to see it.
        input.cells += (0..<7).map {
            EvidenceCell(day: $0, agreement: .identical, control: ControlDraw(probability: 0.1, outcome: .agreed), count: 200)
        }
        let look = look(at: input, after: Latches())
        #expect(look.basis == .agreement)
        #expect(look.gate(.quality).status == .pass)
        #expect(look.decision.recommendation == .switch)
    }

    @Test func theLastLookWithoutADecisionIsInconclusive() {
        var input = goodWeek()
        input.cost = CostEvidence()
        input.days = 28
        let look = look(at: input, after: Latches())
        #expect(look.decision == Decision(.keepShadowing, because: .gate(.cost)))
        #expect(look.inconclusive)
        #expect(look.speedUps == [.givePrices])
    }

    @Test func severalCandidatesShareTheError() {
        let two = TrialTerms(candidates: 2)
        #expect(two.sideAlpha == 0.0125)
        #expect(abs(two.lookConfidence - (1 - 0.025 / 28)) < 1e-15)
    }
}
