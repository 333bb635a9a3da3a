import Statistics
import Testing
import Traffic

@testable import Verdict

@Suite("The way out of agreement mode")
struct WayOutTests {
    /// A good week in which nobody has judged anything; a share of the pairs differs.
    private func unjudged(
        _ differing: Double, perDay: Int = 400, days: Int = 7, by source: AdjudicationSource = .people, share: Double = 1,
        pairsPerDay: Double? = 400
    ) -> LookInput {
        var input = goodWeek()
        input.terms = TrialTerms(adjudicateBy: source, adjudicationFloor: share)
        input.days = days
        input.pairsPerDay = pairsPerDay
        (input.agreeing, input.differing) = (CorrectnessCounts(unknown: perDay * days), CorrectnessCounts())
        input.cells = cells(pairs(differing, count: perDay * days, perDay: perDay, share: share, judges: source != .none)).map { cell in
            var cell = cell
            if case .judged = cell.adjudication { cell.adjudication = .notPlanned }
            return cell
        }
        return input
    }

    /// Every 1/differing-th pair differs, of those every 1/share-th is planned; none is judged.
    private func pairs(_ differing: Double, count: Int, perDay: Int, share: Double, judges: Bool) -> [SimulatedPair] {
        var (differ, planned) = (0.0, 0.0)
        return (0..<count).map { number in
            differ += differing
            guard differ >= 1 else { return SimulatedPair(day: number / perDay, difference: 0, differs: false) }
            differ -= 1
            planned += share
            let isPlanned = planned >= 1
            if isPlanned { planned -= 1 }
            return SimulatedPair(day: number / perDay, difference: 0, differs: true, pending: judges && isPlanned, probability: share)
        }
    }

    private func judged(_ pairs: [SimulatedPair], first count: Int) -> [SimulatedPair] {
        var left = count
        var worse = true
        return pairs.map { pair in
            var pair = pair
            if pair.pending, left > 0 {
                left -= 1
                pair.pending = false
                // Equally good models: as often one as the other is right.
                pair.difference = worse ? -1 : 1
                worse.toggle()
            }
            return pair
        }
    }

    @Test func judgementsAreThoseOfThePlanningFormula() throws {
        let input = unjudged(0.08)
        let look = look(at: input, after: Latches())
        #expect(look.basis == .agreement && look.decision == Decision(.keepShadowing, because: .gate(.quality)))
        let way = try #require(look.wayOut)
        let share = Double(look.quality.disagreements) / Double(look.quality.pairs)
        let needed = try #require(plannedPairs(disagreement: share, margin: 0.02, difference: 0, alpha: 0.025))
        #expect(needed < look.quality.pairs)
        // The oldest so many decide quality; some more leave no more waiting than the evidence gate allows.
        let settling = look.quality.disagreements - Int(0.05 * Double(look.quality.pairs))
        #expect(way.judgements == max(Int((Double(needed) * share).rounded(.up)), settling))
        #expect(way == WayOut(judgements: way.judgements, pairs: 0, days: 0))
        #expect(way.minutes == Double(way.judgements) * 27 / 60)
    }

    @Test(arguments: [0.03, 0.05, 0.08, 0.15, 0.25]) func judgingSoManyDecides(_ differing: Double) throws {
        let perDay = 1500
        let input = unjudged(differing, perDay: perDay)
        let way = try #require(look(at: input, after: Latches()).wayOut)
        #expect(way.pairs == 0)
        func decided(after judgements: Int) -> Look {
            var input = input
            let pairs = pairs(differing, count: perDay * 7, perDay: perDay, share: 1, judges: true)
            input.cells = cells(judged(pairs, first: judgements))
            input.differing = CorrectnessCounts(productionOnly: judgements / 2, candidateOnly: judgements / 2)
            return look(at: input, after: Latches())
        }
        let after = decided(after: way.judgements)
        #expect(after.gate(.quality).status == .pass)
        #expect(after.gate(.evidence).status == .pass)
        #expect(after.decision.recommendation == .switch)
        #expect(decided(after: way.judgements / 3).decision.recommendation == .keepShadowing)
    }

    /// The planning formula lies between the median and the 80th percentile of what equally good models need (statistics §10).
    @Test(arguments: [0.04, 0.08, 0.15]) func drawnAtRandomItDecidesMostOften(_ differing: Double) throws {
        var generator = SplitMix64(seed: 11)
        let (perDay, runs) = (1500, 60)
        var decided = 0
        for _ in 0..<runs {
            let drawn = (0..<(perDay * 7)).map { number in
                var pair = randomPair(
                    day: number / perDay, worse: differing / 2, better: differing / 2, harmless: 0, using: &generator)
                pair.pending = pair.differs
                return pair
            }
            var input = unjudged(differing, perDay: perDay)
            input.cells = cells(drawn)
            let way = try #require(look(at: input, after: Latches()).wayOut)
            var left = way.judgements
            input.cells = cells(
                drawn.map { pair in
                    var pair = pair
                    if pair.pending, left > 0 {
                        left -= 1
                        pair.pending = false
                    }
                    return pair
                })
            input.differing = CorrectnessCounts(productionOnly: way.judgements / 2, candidateOnly: way.judgements / 2)
            if look(at: input, after: Latches()).gate(.quality).status == .pass { decided += 1 }
        }
        #expect(decided > runs / 2, "\(decided) of \(runs)")
    }

    @Test func theOldestAreCountedDayByDay() throws {
        // Twice as many differ on the first days as later: the oldest pairs hold more than their share.
        var input = unjudged(0.06, perDay: 1000)
        let even = try #require(look(at: input, after: Latches()).wayOut)
        input.cells = cells(
            pairs(0.08, count: 3000, perDay: 1000, share: 1, judges: true)
                + pairs(0.045, count: 4000, perDay: 1000, share: 1, judges: true).map { pair in
                    var pair = pair
                    pair.day += 3
                    return pair
                })
        let dense = try #require(look(at: input, after: Latches()).wayOut)
        #expect(Double(dense.judgements) > 1.2 * Double(even.judgements))
    }

    @Test(arguments: [1.0, 0.5, 0.25]) func theShareThatIsDrawnChangesPairsAndNotJudgements(_ share: Double) throws {
        let way = try #require(look(at: unjudged(0.1, perDay: 150, share: share), after: Latches()).wayOut)
        let all = try #require(look(at: unjudged(0.1, perDay: 150), after: Latches()).wayOut)
        #expect(abs(Double(way.judgements) / Double(all.judgements) - 1) < 0.05)
        #expect(way.pairs > all.pairs || share == 1)
        #expect(abs(try #require(way.days) - Double(way.pairs) / 400) < 1e-9)
    }

    @Test func aRareDisagreementNeedsNoJudgement() throws {
        var input = unjudged(0.01, perDay: 100)
        // Without production's own disagreement an agreement proves nothing, so judging is the only way.
        #expect(try #require(look(at: input, after: Latches()).wayOut).judgements > 0)
        input.cells.append(
            EvidenceCell(day: 3, agreement: .identical, control: ControlDraw(probability: 0.1, outcome: .agreed), count: 300))
        let way = try #require(look(at: input, after: Latches()).wayOut)
        #expect(way.judgements == 0 && way.pairs > 0 && way.minutes == 0)
        let days = try #require(way.days)
        #expect(days > 0 && days <= 21)
    }

    @Test func theOtherGatesAreWaitedFor() throws {
        let young = look(at: unjudged(0.08, perDay: 1200, days: 2, pairsPerDay: 1200), after: Latches())
        #expect(try #require(young.wayOut?.days) >= 5, "a verdict needs seven days")
    }

    @Test func whereNobodyIsToJudgeANewTrialIs() throws {
        let look = look(at: unjudged(0.08, by: .none), after: Latches())
        let way = try #require(look.wayOut)
        #expect(way.inNewTrial && way.judgements >= 50 && way.pairs >= 1000)
        #expect(try #require(way.days) >= 7)
    }

    @Test func recordedPairsHaveNoDateButANumber() throws {
        let few = try #require(look(at: unjudged(0.1, perDay: 60, pairsPerDay: nil), after: Latches()).wayOut)
        #expect(few.pairs > 0 && few.days == nil)
        let many = try #require(look(at: unjudged(0.1, perDay: 1000, pairsPerDay: nil), after: Latches()).wayOut)
        #expect(many.pairs == 0 && many.days == 0)
    }

    @Test func thereIsNoneWhereJudgingIsNotWhatIsMissing() {
        #expect(look(at: goodWeek(), after: Latches()).wayOut == nil, "judged already")
        var audited = unjudged(0.08)
        audited.cells.append(EvidenceCell(day: 0, agreement: .equivalent, needsAudit: true, count: 5))
        #expect(look(at: audited, after: Latches()).wayOut == nil)
        var dear = unjudged(0.08)
        dear.cost.pairs = pairedCosts(3000, candidate: 0.01, production: 0.005)
        #expect(look(at: dear, after: Latches()).decision.recommendation == .stay)
        #expect(look(at: dear, after: Latches()).wayOut == nil)
        #expect(look(at: LookInput(terms: TrialTerms(), days: 0, cells: []), after: Latches()).wayOut == nil)
    }

    @Test func waitsAreThoseOfTheOpenGates() {
        let look = look(at: unjudged(0.08, perDay: 1200, days: 2, pairsPerDay: 1200), after: Latches())
        #expect(look.waits.map(\.gate).contains(.evidence) && look.pairsPerDay == 1200)
        let open = Set(look.gates.filter { $0.blocking && $0.status == .open }.map(\.name))
        #expect(look.waits.allSatisfy { open.contains($0.gate) })
        // With every gate on course, the longest of them is what is left.
        if let longest = look.daysLeft { #expect(look.waits.compactMap(\.days).max() == longest) }
    }
}
