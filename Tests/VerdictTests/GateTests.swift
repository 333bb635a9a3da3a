import Statistics
import Testing
import Traffic

@testable import Verdict

@Suite("Single gates")
struct GateTests {
    @Test func excessFailuresFailReliability() {
        var input = goodWeek()
        input.cells += (0..<7).map { EvidenceCell(day: $0, agreement: .different, failureDifference: 1, count: 20) }
        let look = look(at: input, after: Latches())
        #expect(look.gate(.reliability).status == .fail)
        #expect(look.decision == Decision(.stay, because: .gate(.reliability)))
    }

    @Test func failuresOfProductionCountForTheCandidateInReliabilityOnly() {
        var input = goodWeek()
        let before = look(at: input, after: Latches())
        input.cells += (0..<7).map { EvidenceCell(day: $0, agreement: .incomparable, failureDifference: -1, count: 20) }
        let after = look(at: input, after: Latches())
        #expect(after.gate(.reliability).estimate! < before.gate(.reliability).estimate!)
        #expect(after.quality == before.quality && after.noise == before.noise)
    }

    @Test func noiseSubtractsProductionsOwnDisagreement() {
        var input = goodWeek()
        // Production differs from itself as often as the candidate from production.
        input.cells = [
            EvidenceCell(day: 0, agreement: .different, control: ControlDraw(probability: 0.5, outcome: .notDrawn), count: 100),
            EvidenceCell(day: 0, agreement: .different, control: ControlDraw(probability: 0.5, outcome: .differed), count: 80),
            EvidenceCell(day: 0, agreement: .different, control: ControlDraw(probability: 0.5, outcome: .agreed), count: 20),
            EvidenceCell(day: 0, agreement: .identical, control: ControlDraw(probability: 0.5, outcome: .notDrawn), count: 900),
            EvidenceCell(day: 0, agreement: .identical, control: ControlDraw(probability: 0.5, outcome: .differed), count: 20),
            EvidenceCell(day: 0, agreement: .identical, control: ControlDraw(probability: 0.5, outcome: .agreed), count: 880),
        ]
        let look = look(at: input, after: Latches())
        #expect(abs(look.noise.excess!.estimate) < 1e-12)
        #expect(look.noise.controlPairs == 1000)
        #expect(abs(look.noise.disagreement!.estimate - 0.1) < 1e-12 && abs(look.noise.selfDisagreement!.estimate - 0.1) < 1e-12)
        #expect(look.gate(.noise).status == .pass && !look.gate(.noise).blocking)
    }

    @Test func fewControlsLeaveNoiseOpen() {
        var input = goodWeek()
        input.cells = input.cells.map {
            var cell = $0
            cell.control = .none
            return cell
        }
        let gate = look(at: input, after: Latches()).gate(.noise)
        #expect(gate.status == .open && gate.estimate == nil)
        #expect(gate.note == .fewControls(have: 0, need: 200))
    }

    @Test func failuresCrowdedIntoACommonSegmentBlock() {
        var input = goodWeek()
        input.cells = (0..<7).flatMap { day in
            [
                EvidenceCell(day: day, segment: "web", lengthBand: 0, agreement: .identical, count: 700),
                EvidenceCell(day: day, segment: "refunds", lengthBand: 0, agreement: .identical, count: 60),
                EvidenceCell(
                    day: day, segment: "refunds", lengthBand: 1, agreement: .different,
                    adjudication: .judged(difference: -1, probability: 1), count: 8),
                EvidenceCell(
                    day: day, segment: "web", lengthBand: 0, agreement: .different,
                    adjudication: .judged(difference: 1, probability: 1), count: 8),
            ]
        }
        let look = look(at: input, after: Latches())
        #expect(look.gate(.failureConcentration).status == .fail)
        #expect(look.segments.first!.blocking)
        let refunds = look.segments.first { $0.name == SegmentName(.segment, "refunds") }!
        #expect(refunds.blocking && refunds.failures == 56 && refunds.pairs == 476)
        #expect(abs(refunds.failureRate - 56.0 / 476) < 1e-12)
        #expect(look.decision == Decision(.stay, because: .gate(.failureConcentration)))
    }

    @Test func aSingleSegmentIsNoSegmentation() {
        let cell = EvidenceCell(
            day: 0, segment: "all", agreement: .different, adjudication: .judged(difference: -1, probability: 1), count: 50)
        #expect(assessSegments([cell], terms: TrialTerms()).isEmpty)
    }

    @Test func slowCandidatesFailLatency() {
        var input = goodWeek()
        input.latency.candidate.duration = latencySample(5600, median: 2000)
        let look = look(at: input, after: Latches())
        #expect(look.decision == Decision(.stay, because: .gate(.latency)))
        #expect(look.gate(.latency).lower! > 1)
    }

    @Test func timeoutsAreTheSlowestAnswersOfAll() {
        var input = goodWeek()
        input.latency.candidate.duration.timeouts = 200
        let look = look(at: input, after: Latches())
        let p99 = look.latency.ratios.first { $0.percentile == 99 }!
        #expect(p99.upper == nil && p99.estimate == nil && p99.status == .open)
        #expect(look.gate(.latency).note == .latencyUnbounded(metric: .duration, percentile: 99))
        #expect(abs(look.latency.candidate.timeoutShare! - 200.0 / Double(look.latency.candidate.samples)) < 1e-12)
    }

    @Test func p99NeedsEnoughPairsToBeBounded() {
        var input = goodWeek()
        for (count, bounded) in [(760, false), (780, true)] {
            input.latency.production.duration = latencySample(count, median: 900)
            input.latency.candidate.duration = latencySample(count, median: 400)
            let ratios = look(at: input, after: Latches()).latency.ratios
            #expect((ratios.first { $0.percentile == 99 }!.upper != nil) == bounded)
        }
    }

    @Test func firstTokensCountWhereCallersStream() {
        var input = goodWeek()
        input.latency.production.firstToken = latencySample(10, median: 300)
        #expect(look(at: input, after: Latches()).latency.ratios.count == 2)
        input.latency.production.firstToken = latencySample(5600, median: 300)
        input.latency.candidate.firstToken = latencySample(5600, median: 500)
        let look = look(at: input, after: Latches())
        #expect(look.latency.ratios.map(\.metric) == [.duration, .duration, .firstToken, .firstToken])
        #expect(look.decision == Decision(.stay, because: .gate(.latency)))
    }

    @Test func costSaysWhatAMonthSaves() {
        let cost = look(at: goodWeek(), after: Latches()).cost
        #expect(abs(cost.savingPerMonth! - (cost.production.perMonth! - cost.candidate.perMonth!)) < 1e-9)
        #expect(abs(cost.saving!.estimate - (1 - cost.candidate.perCase! / cost.production.perCase!)) < 1e-12)
        #expect(cost.breakEvenTokensPerDay == nil)
    }

    @Test func dedicatedReplicasCostTheSameHoweverFewTheCalls() {
        var input = goodWeek()
        input.cost.pricing = .dedicated(hourly: 4, tokensPerDay: 200_000_000, replicas: 1)
        let few = look(at: input, after: Latches()).cost
        #expect(abs(few.candidate.perMonth! - 96 * 365 / 12) < 1e-6)
        #expect(few.saving!.estimate < 0)
        input.cost.callsPerMonth = 10_000_000
        let many = look(at: input, after: Latches()).cost
        #expect(abs(many.candidate.perMonth! - 96 * 365 / 12) < 1e-6)
        #expect(many.saving!.estimate > 0.9)
        // 562 of the candidate's tokens a case, for which production takes about half a cent.
        let expected = 96 / (many.production.perCase! / 562)
        #expect(abs(many.breakEvenTokensPerDay! / expected - 1) < 1e-9)
        input.cost.callsPerMonth = nil
        #expect(look(at: input, after: Latches()).cost.saving == nil)
    }

    @Test func peoplesJudgementsOfDisagreementsSayNothingOfAccuracy() {
        var input = goodWeek()
        input.terms.adjudicateBy = .people
        input.agreeing = CorrectnessCounts(unknown: 5000)
        input.differing = CorrectnessCounts(productionOnly: 20, candidateOnly: 10, neither: 20, unknown: 50)
        let quality = look(at: input, after: Latches()).quality
        #expect(quality.productionAccuracy == nil)
        // Half of the differing pairs are judged: they stand for half of all pairs.
        #expect(abs(quality.singleLookDifference!.estimate + 10.0 / 2550) < 1e-12)
    }

    @Test func labelledAccuraciesDifferByTheDifferenceShown() {
        let quality = look(at: goodWeek(), after: Latches()).quality
        let gap = quality.candidateAccuracy!.estimate - quality.productionAccuracy!.estimate
        #expect(abs(gap - quality.singleLookDifference!.estimate) < 1e-12)
    }
}
