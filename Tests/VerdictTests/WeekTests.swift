import Statistics
import Testing
import Traffic

@testable import Verdict

@Suite struct `Stay before a whole week is seen` {
    /// A candidate that loses the same share each day, and more at weekends; a Saturday is day 0.
    private func trial(days: Int, worse: Double, atWeekends: Double? = nil) -> LookInput {
        var cells: [EvidenceCell] = []
        for day in 0..<days {
            let share = day % 7 < 2 ? atWeekends ?? worse : worse
            let lost = Int(3000 * share)
            cells.append(EvidenceCell(day: day, agreement: .different, adjudication: .judged(difference: -1, probability: 1), count: lost))
            cells.append(EvidenceCell(day: day, agreement: .identical, count: 3000 - lost))
        }
        return LookInput(terms: TrialTerms(), days: days, cells: cells, sampled: 3000 * days, pairsPerDay: 3000)
    }

    @Test func aLossThatTheRestOfTheWeekCouldMendSettlesNothing() {
        // Two bad days at the weekend: 5.2 points over three days, and at 1.9 over the whole week within the margin.
        let early = look(at: trial(days: 3, worse: 0.005, atWeekends: 0.055), after: Latches())
        #expect(early.gate(.quality).status == .fail)
        #expect(early.decision == Decision(.keepShadowing, because: .gate(.evidence)))
        let whole = look(at: trial(days: 7, worse: 0.005, atWeekends: 0.055), after: Latches())
        #expect(whole.gate(.quality).status != .fail && whole.decision.recommendation == .keepShadowing)
    }

    @Test func aLossBeyondThatIsSaidOnTheThirdDay() {
        #expect(look(at: trial(days: 2, worse: 0.1), after: Latches()).decision.recommendation == .keepShadowing)
        #expect(look(at: trial(days: 3, worse: 0.1), after: Latches()).decision == Decision(.stay, because: .gate(.quality)))
    }

    @Test func onceAWeekIsSeenEveryFailureCounts() {
        #expect(look(at: trial(days: 7, worse: 0.03), after: Latches()).decision == Decision(.stay, because: .gate(.quality)))
        #expect(look(at: trial(days: 4, worse: 0.03), after: Latches()).decision == Decision(.keepShadowing, because: .gate(.evidence)))
    }

    @Test func aShorterTrialIsItsOwnWeek() {
        var input = trial(days: 3, worse: 0.03)
        input.terms.days = 3
        #expect(look(at: input, after: Latches()).decision == Decision(.stay, because: .gate(.quality)))
    }

    @Test(arguments: [(3, 3.0, true), (3, 2.0, false), (6, 1.3, true), (7, 1.15, true)])
    func latencyLikewise(days: Int, ratio: Double, stays: Bool) {
        var input = trial(days: days, worse: 0.001)
        input.latency.production.duration = latencySample(5000, median: 400)
        input.latency.candidate.duration = latencySample(5000, median: 400 * ratio)
        let decision = look(at: input, after: Latches()).decision
        // A p95 limit of 1.0 becomes 7/3 on the third day.
        #expect((decision == Decision(.stay, because: .gate(.latency))) == stays)
    }

    @Test func costLikewise() {
        var input = trial(days: 3, worse: 0.001)
        input.cost = CostEvidence(pairs: pairedCosts(5000, candidate: 0.005, production: 0.005), callsPerMonth: 1000)
        #expect(look(at: input, after: Latches()).gate(.cost).status == .fail)
        #expect(look(at: input, after: Latches()).decision.recommendation == .keepShadowing)
        input.cost = CostEvidence(pairs: pairedCosts(5000, candidate: 0.02, production: 0.005), callsPerMonth: 1000)
        #expect(look(at: input, after: Latches()).decision == Decision(.stay, because: .gate(.cost)))
    }
}
