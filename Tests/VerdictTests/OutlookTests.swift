import Statistics
import Testing
import Traffic

@testable import Verdict

@Suite("What a verdict still waits for")
struct OutlookTests {
    private func young(days: Int, perDay: Int = 200) -> LookInput {
        var generator = SplitMix64(seed: 4)
        var input = goodWeek()
        input.cells = cells(
            (0..<(days * perDay)).map { randomPair(day: $0 / perDay, worse: 0.03, better: 0.03, harmless: 0.02, using: &generator) })
        input.days = days
        input.pairsPerDay = Double(perDay)
        return input
    }

    @Test func theFirstDayWaitsForTheCalendar() {
        let look = look(at: young(days: 1, perDay: 1200), after: Latches())
        #expect(look.decision == Decision(.keepShadowing, because: .gate(.evidence)))
        #expect(look.forecast?.gate == .evidence && look.forecast?.days == 6)
        #expect(look.daysLeft! >= 6)
    }

    @Test func anOpenQualityGateIsProjected() {
        let look = look(at: young(days: 7), after: Latches())
        #expect(look.decision == Decision(.keepShadowing, because: .gate(.quality)))
        let forecast = look.forecast!
        #expect(forecast.gate == .quality && forecast.towards == .pass)
        #expect(forecast.pairs! > 0 && forecast.fewestPairs! <= forecast.pairs!)
        #expect(abs(forecast.days! - Double(forecast.pairs!) / 200) < 1e-12)
        if let most = forecast.mostPairs { #expect(most >= forecast.pairs!) }
        #expect(look.daysLeft! >= forecast.days!)
        #expect(forecast.adjudications! > 0)
        #expect(look.speedUps == [.raiseSamplingRate])
    }

    @Test func fewPairsAreForecastByThePlanningFormula() {
        let look = look(at: young(days: 1, perDay: 150), after: Latches())
        let forecast = Assessment(young(days: 1, perDay: 150), after: Latches()).forecast(.quality)!
        let shareDiffering = Double(look.quality.disagreements) / 150
        let planned = plannedPairs(disagreement: shareDiffering, margin: 0.02, difference: 0, alpha: 0.025)!
        #expect(forecast.pairs == planned - 150)
    }

    @Test func anImportIsNotToldToSampleMore() {
        var input = young(days: 7)
        input.pairsPerDay = nil
        input.sampled = 0
        let look = look(at: input, after: Latches())
        #expect(!look.speedUps.contains(.raiseSamplingRate))
        #expect(look.forecast?.pairs != nil && look.forecast?.days == nil)
    }

    @Test func waitingJudgementsAreTheFirstThingToDo() {
        var input = young(days: 7)
        input.cells.append(
            EvidenceCell(day: 6, agreement: .different, adjudication: .pending(probability: 1), beforeFirstPending: false, count: 90))
        let look = look(at: input, after: Latches())
        #expect(look.shortfalls.contains { if case .imputed = $0 { true } else { false } })
        #expect(look.speedUps.first == .adjudicatePending(90))
    }

    @Test func daysAreReadOneByOne() {
        let look = look(at: young(days: 3), after: Latches())
        #expect(look.daily.map(\.day) == [0, 1, 2])
        #expect(look.daily.map(\.pairs) == [200, 200, 200])
        #expect(look.daily.allSatisfy { $0.difference != nil })
    }
}
