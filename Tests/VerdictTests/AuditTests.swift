import Statistics
import Testing
import Traffic

@testable import Verdict

@Suite struct `Audit of tolerant agreement` {
    private let needed = capitalNeeded(alpha: 0.025)

    /// A good week in which some pairs agree by a tolerant rule alone: so many a day, spread over the samples as a fair draw would.
    private func week(aDay: Int, worseEvery: Int? = nil, judged: Bool = true, ceiling: Double? = 0.2, from: Int = 0) -> LookInput {
        var input = goodWeek()
        input.terms.auditsEquivalents = true
        input.equivalenceCeiling = ceiling
        for day in 0..<7 {
            for (level, part) in [32, 16, 8, 4, 2, 2].enumerated() {
                let count = aDay * part / 64
                let bad = worseEvery.map { count / $0 } ?? 0
                for (difference, pairs) in [(-1, bad), (0, count - bad)] where pairs > 0 {
                    input.cells.append(
                        EvidenceCell(
                            day: day, agreement: .equivalent, needsAudit: true, auditLevel: level,
                            adjudication: judged || level >= from && from > 0
                                ? .judged(difference: difference, probability: 1) : .pending(probability: 1), count: pairs))
                }
            }
        }
        return input
    }

    @Test func withoutSuchPairsTheAuditPassesUnread() {
        var input = goodWeek()
        input.terms.auditsEquivalents = true
        let look = look(at: input, after: Latches())
        #expect(look.audit == nil && look.latches.audit == 0)
        #expect(look.decision == Decision(.switch, because: .everyGate))
        #expect(look.gate(.quality).threshold == -0.015)
    }

    @Test func judgedPairsThatAreNeverWorsePassIt() throws {
        let look = look(at: week(aDay: 128), after: Latches())
        let audit = try #require(look.audit)
        #expect(audit.status == .pass && audit.equivalents == 896 && audit.judged == 896 && audit.worse == 0)
        // Six samples of halves, each a bet at θ = −(δ/4)/q̄.
        let samples = (0..<6).map { level in
            ScoreHistogram([ScoreGroup(score: 0, count: Double(896 >> level), lowest: -1, highest: 0)])
        }
        #expect(abs(audit.logEvidence - sharedLogCapital(samples, against: -0.025, .above)) < 1e-9)
        #expect(abs(audit.allowed! - 0.025) < 1e-12 && audit.hiddenAtMost <= 0.005)
        #expect(look.decision == Decision(.switch, because: .everyGate))
    }

    @Test func pairsThatWaitCountAsWorse() throws {
        let look = look(at: week(aDay: 128, judged: false), after: Latches())
        let audit = try #require(look.audit)
        #expect(audit.status == .open && audit.judged == 0 && audit.logEvidence == 0 && audit.hiddenAtMost == 0.2)
        #expect(look.decision == Decision(.keepShadowing, because: .gate(.quality)))
        #expect(look.gate(.quality).note == .unauditedEquivalents(896))
        let most = look.quality.worsePerTenThousand.upper
        #expect(most >= 2000, "what nobody has judged may all be worse")
    }

    @Test func aRandomPartOfThemSuffices() throws {
        let waiting = try #require(look(at: week(aDay: 128, judged: false), after: Latches()).audit)
        let asked = try #require(waiting.toJudge)
        #expect(asked < waiting.equivalents && asked >= 100)
        #expect(look(at: week(aDay: 128, judged: false), after: Latches()).speedUps.first == .auditEquivalents(asked))
        // The sample asked for is judged, the rest never.
        let from = try #require((1..<6).first { (896 >> $0) == asked })
        let look = look(at: week(aDay: 128, judged: false, from: from), after: Latches())
        #expect(look.audit?.status == .pass && look.audit?.judged == asked)
        #expect(look.decision == Decision(.switch, because: .everyGate))
    }

    @Test func aLossBeyondTheAllowedHoldsItOpen() throws {
        // 7 of 128 a day are worse, where 2.5 % may be.
        let look = look(at: week(aDay: 128, worseEvery: 16), after: Latches())
        #expect(look.audit?.status == .open && look.audit?.worse == 49 && look.audit?.toJudge == nil)
        #expect(look.decision == Decision(.keepShadowing, because: .gate(.quality)))
        #expect(look.tier.threshold == nil)
    }

    @Test func moreOfThemThanTheFirstDayLetExpectHoldItOpen() throws {
        let audit = try #require(look(at: week(aDay: 128, ceiling: 0.1), after: Latches()).audit)
        #expect(audit.isOverflown && audit.status == .open && audit.hiddenAtMost == 1 && audit.toJudge == nil)
    }

    @Test func nothingPassesBeforeTheCeilingIsFixed() throws {
        let audit = try #require(look(at: week(aDay: 128, ceiling: nil), after: Latches()).audit)
        #expect(audit.status == .open && audit.allowed == nil)
    }

    @Test func fewSuchPairsNeedNoJudgement() throws {
        let audit = try #require(look(at: week(aDay: 64, judged: false, ceiling: 0.1), after: Latches()).audit)
        #expect(audit.share <= 0.1 && audit.status == .open)
        var input = goodWeek()
        input.terms.auditsEquivalents = true
        input.equivalenceCeiling = 0.004
        input.cells.append(
            EvidenceCell(day: 6, agreement: .equivalent, needsAudit: true, adjudication: .pending(probability: 1), count: 10))
        #expect(look(at: input, after: Latches()).audit?.status == .pass)
    }

    @Test func thePairsThatDifferAreHeldToTheRestOfTheMargin() {
        var input = week(aDay: 128)
        let quality = look(at: input, after: Latches()).latches.quality.lower
        #expect(quality > -0.015)
        // A limit between the two thresholds does not do.
        input.cells.removeAll { $0.agreement == .identical && $0.day > 1 }
        let lesser = look(at: input, after: Latches())
        #expect(lesser.gate(.quality).lower! > -0.02 || lesser.gate(.quality).status == .open)
        var latches = Latches()
        latches.quality.lower = -0.018
        latches.audit = 10
        input = goodWeek()
        input.terms.auditsEquivalents = true
        input.cells = input.cells.filter { $0.day == 0 }
        #expect(look(at: input, after: latches).gate(.quality).status == .open)
        input.terms.auditsEquivalents = false
        #expect(look(at: input, after: latches).gate(.quality).status == .pass)
    }

    @Test func whatWasShownAboutTiersBeforeTheAuditIsForgotten() {
        var input = week(aDay: 128)
        input.tierGrid = [0.9]
        input.cells = input.cells.map { cell in
            var cell = cell
            cell.tier = 1
            return cell
        }
        var former = Latches()
        former.tiers = [TierLatch(threshold: 0.9, above: 500)]
        #expect(look(at: input, after: former).latches.tiers[0].above < 500)
        former.audit = 0
        #expect(look(at: input, after: former).latches.tiers[0].above == 500)
    }

    @Test func whereNobodyJudgesTheyCountAsDifferent() {
        var input = week(aDay: 128, judged: false)
        input.terms.adjudicateBy = .none
        (input.agreeing, input.differing) = (CorrectnessCounts(unknown: 4500), CorrectnessCounts(unknown: 112))
        let look = look(at: input, after: Latches())
        #expect(look.basis == .agreement && look.gate(.quality).estimate! > 0.13)
    }

    @Test func aGoodBeginningDoesNotOutlastTheWeek() throws {
        // All is well for six days, and the seventh's are all worse: only the whole week may speak.
        var input = week(aDay: 128)
        input.cells = input.cells.map { cell in
            guard cell.needsAudit, cell.day == 6 else { return cell }
            var cell = cell
            cell.adjudication = .judged(difference: -1, probability: 1)
            return cell
        }
        #expect(look(at: input, after: Latches()).audit?.status == .open)
        // Of an eighth day the pairs may wait: the seven before it are enough.
        input = week(aDay: 128)
        input.days = 8
        input.cells.append(
            EvidenceCell(
                day: 7, agreement: .equivalent, needsAudit: true, auditLevel: 5, adjudication: .pending(probability: 1), count: 100))
        #expect(look(at: input, after: Latches()).audit?.status == .pass)
    }

    /// At the very limit of what may be hidden the audit passes in less than α of trials, read daily, with only a part judged.
    @Test func atTheLimitItSeldomPasses() {
        var generator = SplitMix64(seed: 15)
        var passes = 0
        let trials = 200
        for _ in 0..<trials {
            var latches = Latches()
            var cells: [EvidenceCell] = []
            for day in 0..<21 {
                // How many pairs of each level are worse, and how many are not.
                var drawn = [[Int]](repeating: [0, 0], count: equivalenceSamples)
                for _ in 0..<60 {
                    let level = min(5, UInt8.random(in: 0...255, using: &generator).leadingZeroBitCount)
                    drawn[level][Double.random(in: 0..<1, using: &generator) < 0.05 ? 0 : 1] += 1
                }
                for (level, counts) in drawn.enumerated() {
                    for (difference, count) in zip([-1, 0], counts) where count > 0 {
                        let isJudged = level > 0 || day < 10
                        cells.append(
                            EvidenceCell(
                                day: day, agreement: .equivalent, needsAudit: true, auditLevel: level,
                                adjudication: isJudged ? .judged(difference: difference, probability: 1) : .pending(probability: 1),
                                count: count))
                    }
                }
                cells.append(EvidenceCell(day: day, agreement: .identical, count: 600))
                guard day >= 6 else { continue }
                // δ_a/q̄ = 0.005/0.1 = 5 %, the true rate.
                let input = LookInput(terms: TrialTerms(auditsEquivalents: true), days: day + 1, cells: cells, equivalenceCeiling: 0.1)
                let audit = EquivalenceAudit(input, after: latches)
                latches.audit = audit.latch
                if audit.status == .pass {
                    passes += 1
                    break
                }
            }
        }
        #expect(Double(passes) / Double(trials) <= 0.025)
    }
}
