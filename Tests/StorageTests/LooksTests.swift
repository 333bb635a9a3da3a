import Configuration
import JSON
import Postgres
import Spool
import Statistics
import Storage
import Testing
import Traffic
import Verdict

@Suite struct LooksTests {
    private let store: StoreFixture
    private let trial: StoredTrial
    private var looks: Looks { Looks(store.connection) }
    private let tuesday = Moments.monday.adding(seconds: Moments.day)

    init() throws {
        store = try StoreFixture()
        trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
    }

    private let identical = Finding(agreement: .identical, correct: .both, correctBy: .label)
    private func different(_ correct: Correctness) -> Finding {
        Finding(
            agreement: .different, failureMode: .labelMismatch, correct: correct, correctBy: correct == .unknown ? nil : .label)
    }

    /// Ships a pair and has it compared as found.
    private func add(_ sent: (call: Call, pair: Pair), _ finding: Finding, costs: PairCosts = PairCosts()) throws {
        try addAll([(sent, finding)], costs: costs)
    }

    private func addAll(_ found: [(sent: (call: Call, pair: Pair), finding: Finding)], costs: PairCosts = PairCosts()) throws {
        try store.ship(found.map(\.sent).records)
        try compareAll(Dictionary(uniqueKeysWithValues: found.map { ($0.sent.pair.id, $0.finding) }), costs: costs)
    }

    private func compareAll(_ findings: [Identifier: Finding], costs: PairCosts = PairCosts()) throws {
        while let batch = try store.queue.claim() {
            let compared = batch.pairs.map {
                ComparedPair(pair: $0.pair.id, finding: findings[$0.pair.id] ?? identical, costs: costs)
            }
            #expect(try store.queue.store(batch, compared, comparatorVersion: 1, at: tuesday))
        }
    }

    /// A look as the worker takes it.
    @discardableResult
    private func look(at moment: Timestamp, dayEnd: Bool = false) throws -> TakenLook {
        try looks.take(
            trial: trial.id, at: moment, dayEnd: dayEnd, decide: { Verdict.look(at: $0, after: $1) },
            reason: { $0.decision.recommendation.rawValue })
    }

    private func minute(_ number: Int) -> Timestamp { Moments.monday.adding(seconds: Double(number) * Moments.minute) }

    @Test func pairsAreGroupedIntoCells() throws {
        var failed = traffic(trial, at: minute(3), candidate: Leg(error: .timeout), segment: "mail")
        failed.pair.evidenceWeight = 0.5
        var controlled = traffic(trial, at: minute(4), control: answer("lost_card"))
        controlled.call.controlRate = 0.2
        var unplanned = traffic(trial, at: minute(5), candidate: answer("lost_card"))
        unplanned.pair.planned = false
        try addAll([
            (traffic(trial, at: minute(1)), identical), (traffic(trial, at: minute(2)), identical),
            (
                failed,
                Finding(
                    agreement: .different, failureMode: .timeout, correct: .productionOnly, correctBy: .label, candidateFailed: true)
            ), (controlled, Finding(agreement: .identical, productionUnstable: true)), (unplanned, different(.productionOnly)),
            (traffic(trial, at: minute(6), input: String(repeating: "long ", count: 30)), different(.candidateOnly)),
        ])
        let input = try look(at: minute(30)).input
        #expect(input.days == 1)
        #expect(
            Set(input.cells) == [
                EvidenceCell(
                    day: 0, lengthBand: 0, agreement: .identical, control: ControlDraw(probability: 0.05, outcome: .notDrawn), count: 2),
                EvidenceCell(
                    day: 0, segment: "mail", lengthBand: 0, weight: 0.5, agreement: .different,
                    adjudication: .judged(difference: -1, probability: 1), failureDifference: 1,
                    control: ControlDraw(probability: 0.05, outcome: .notDrawn), count: 1),
                EvidenceCell(
                    day: 0, lengthBand: 0, agreement: .identical, control: ControlDraw(probability: 0.2, outcome: .differed), count: 1),
                EvidenceCell(
                    day: 0, lengthBand: 0, agreement: .different, control: ControlDraw(probability: 0.05, outcome: .notDrawn), count: 1),
                EvidenceCell(
                    day: 0, lengthBand: 1, agreement: .different, adjudication: .judged(difference: 1, probability: 1),
                    control: ControlDraw(probability: 0.05, outcome: .notDrawn), count: 1),
            ])
        #expect(input.agreeing == CorrectnessCounts(both: 2, unknown: 1))
        #expect(input.differing == CorrectnessCounts(productionOnly: 2, candidateOnly: 1))
        #expect(input.terms.margins.quality == 0.02)
    }

    @Test func theLedgerStopsBeforeAPairThatIsStillToBeCompared() throws {
        try add(traffic(trial, at: minute(1)), identical)
        try add(traffic(trial, at: minute(9)), identical)
        let late = traffic(trial, at: minute(5))
        try store.ship([late].records)
        #expect(try look(at: minute(30)).input.cells.map(\.count) == [1])
        try compareAll([late.pair.id: identical])
        #expect(try look(at: minute(30)).input.cells.map(\.count) == [3])
    }

    @Test func pairsBehindAnOutstandingJudgementAreMarked() throws {
        try addAll([
            (traffic(trial, at: minute(1)), identical), (traffic(trial, at: minute(2)), different(.unknown)),
            (traffic(trial, at: minute(3)), identical), (traffic(trial, at: minute(4)), different(.both)),
        ])
        let cells = try look(at: minute(30)).input.cells
        #expect(cells.filter(\.beforeFirstPending).map(\.count) == [1])
        #expect(cells.contains { $0.adjudication == .pending(probability: 1) && !$0.beforeFirstPending })
        #expect(cells.contains { $0.adjudication == .judged(difference: 0, probability: 1) && !$0.beforeFirstPending })
    }

    @Test func whatALookConsumedStaysHoweverItIsCorrected() throws {
        let sent = traffic(trial, at: minute(1))
        try add(sent, different(.productionOnly))
        try look(at: minute(30))
        #expect(try store.queue.recompareOutdated(comparatorVersion: 2) == 1)
        try compareAll([sent.pair.id: different(.candidateOnly)])
        let input = try look(at: minute(40)).input
        #expect(input.cells.map(\.adjudication) == [.judged(difference: -1, probability: 1)])
        #expect(input.differing == CorrectnessCounts(candidateOnly: 1))
        #expect(try store.analyst().query("SELECT correct FROM pairs")[0].text("correct") == "candidate_only")
    }

    @Test func onePairOfAConversationAndDayIsEvidenceOnceTheDayHasEnded() throws {
        let turns = (0..<3).map {
            traffic(trial, at: minute($0), conversation: "c-1", hashOrder: [40, 20, 60][$0])
        }
        let alone = traffic(trial, at: minute(10), conversation: "c-2", hashOrder: 70)
        try addAll((turns + [alone]).map { ($0, identical) })
        let early = try look(at: minute(30)).input
        #expect(early.cells.isEmpty)
        #expect(try store.analyst().query("SELECT count(*) AS n FROM pairs WHERE in_evidence IS NULL")[0].int("n") == 4)

        #expect(try look(at: tuesday).input.cells.map(\.count) == [2])
        let chosen = try store.analyst().query("SELECT pair_id FROM pairs WHERE in_evidence ORDER BY called_at")
        #expect(try chosen.map { try $0.text("pair_id") } == [turns[1].pair.id.description, alone.pair.id.description])

        // What comes after the choice does not change it, whatever its hash.
        try add(traffic(trial, at: minute(5), conversation: "c-1", hashOrder: 1), identical)
        #expect(try look(at: tuesday).input.cells.map(\.count) == [2])
    }

    @Test func theTierGridIsFixedByTheFirstPairsAndLeavesThemOut() throws {
        let sent = (0..<520).map { number in
            traffic(
                trial, at: Moments.monday.adding(seconds: Double(number)), candidate: answer("x", confidence: Double(number % 100) / 100))
        }
        try addAll(sent[..<499].map { ($0, identical) })
        #expect(try look(at: minute(30)).input.tierGrid == [])
        try addAll(sent[499...].map { ($0, identical) })
        let input = try look(at: minute(30)).input
        #expect(input.tierGrid == tierGrid(fromFirst: sent[..<500].map { $0.pair.candidate.confidence?.score ?? 0 }))
        #expect(input.cells.filter { $0.tier == nil }.reduce(0) { $0 + $1.count } == 500)
        var expected: [Int: Int] = [:]
        for pair in sent[500...] { expected[tierIndex(of: pair.pair.candidate.confidence?.score, in: input.tierGrid), default: 0] += 1 }
        var found: [Int: Int] = [:]
        for cell in input.cells { if let tier = cell.tier { found[tier, default: 0] += cell.count } }
        #expect(found == expected)
        // Another look finds the grid as it was fixed.
        #expect(try look(at: tuesday).input.tierGrid == input.tierGrid)
        #expect(try store.analyst().query("SELECT * FROM two_tier_curve").count == 2 * input.tierGrid.count)
        let tiers = try look(at: tuesday).input.latency.tiers
        #expect(tiers.served.count == input.tierGrid.count + 1)
        #expect(tiers.served.reduce(0) { $0 + $1.count } == 520)
    }

    @Test func latencyAndCostAreThoseOfEndedDays() throws {
        let slow = Leg(error: .timeout, durationMs: 30_000)
        let notAsked = Leg(error: .circuitOpen)
        try addAll(
            [
                (
                    traffic(trial, at: minute(1), production: answer("a", durationMs: 900), candidate: answer("a", durationMs: 90)),
                    identical
                ),
                (traffic(trial, at: minute(2), production: answer("a", durationMs: 800), candidate: slow), different(.productionOnly)),
                (traffic(trial, at: minute(3), production: answer("a", durationMs: 700), candidate: notAsked), different(.productionOnly)),
                (traffic(trial, at: tuesday), identical),
            ], costs: PairCosts(production: 0.01, candidate: 0.002))
        #expect(try look(at: minute(30)).input.latency == LatencyEvidence())
        let input = try look(at: tuesday.adding(seconds: Moments.hour)).input
        var production = DDSketch()
        for value in [900.0, 800] { production.add(value) }
        var candidate = DDSketch()
        candidate.add(90)
        #expect(input.latency.production.duration == LatencySample(sketch: production))
        #expect(input.latency.candidate.duration == LatencySample(sketch: candidate, timeouts: 1))
        #expect(input.cost.pairs.count == 2)
        #expect(abs(input.cost.pairs.production - 0.02) < 1e-12)
        #expect(abs(input.cost.pairs.products - 4e-5) < 1e-12)
        #expect(input.cost.productionTokens.input == 400)
    }

    @Test func endedDaysAreCountedOnceAndAnewAfterEveryChange() throws {
        let days = (0..<4).map { Moments.monday.adding(seconds: Double($0) * Moments.day) }
        let sent = (0..<60).map { number in
            traffic(
                trial, at: days[number % 4].adding(seconds: Double(number) * Moments.minute),
                candidate: answer("lost_card", durationMs: Double(100 + number)), segment: ["mail", "web"][number % 2])
        }
        try addAll(sent.enumerated().map { ($1, $0 % 3 == 0 ? different(.candidateOnly) : identical) }, costs: PairCosts(production: 0.01))
        let kept = { try store.connection.query("SELECT day FROM understudy_store.evidence_day ORDER BY 1").map { try $0.text("day") } }
        let thursday = days[3].adding(seconds: 12 * Moments.hour)
        // What was kept and what is counted anew must never tell themselves apart.
        let agrees = {
            let input = try look(at: thursday).input
            let known = try kept()
            try store.connection.script("DELETE FROM understudy_store.evidence_day")
            #expect(try look(at: thursday).input == input)
            #expect(try kept() == known)
        }
        try agrees()
        #expect(try kept() == ["2026-11-16", "2026-11-17", "2026-11-18"])

        // A pair that comes late, one that is judged otherwise, and one that waits for its judgement.
        try add(traffic(trial, at: days[1].adding(seconds: 30), candidate: answer("lost_card")), different(.productionOnly))
        #expect(try kept() == ["2026-11-16", "2026-11-18"])
        try agrees()
        #expect(try store.queue.recompareOutdated(comparatorVersion: 2) == 61)
        try compareAll([sent[4].pair.id: different(.neither), sent[8].pair.id: different(.neither)])
        #expect(try kept() == [])
        try agrees()
        try add(traffic(trial, at: days[1].adding(seconds: 40), candidate: answer("lost_card")), different(.unknown))
        try agrees()
        #expect(try kept() == ["2026-11-16", "2026-11-18"])
        #expect(try look(at: thursday).input.cells.filter { !$0.beforeFirstPending }.reduce(0) { $0 + $1.count } > 30)
        // A conversation that is not settled ends the ledger before it.
        try add(traffic(trial, at: days[2].adding(seconds: 50), conversation: "c-1"), identical)
        try agrees()
    }

    @Test func daysAreThoseOfTheTrialsTimeZone() throws {
        let berlin = try store.registry.enable(
            try labelSettings(workload: "other") { $0.trial.timezone = "Asia/Kolkata" }, at: Moments.monday)
        // 18:29 and 18:31 UTC are Monday and Tuesday in Kolkata.
        for time in ["2026-11-16T18:29:00Z", "2026-11-16T18:31:00Z"] {
            try add(traffic(berlin.trial, at: Timestamp(time)!), identical)
        }
        let taken = try looks.take(
            trial: berlin.trial.id, at: Timestamp("2026-11-16T20:00:00Z")!, decide: { Verdict.look(at: $0, after: $1) }, reason: { _ in "" }
        )
        #expect(taken.input.days == 2)
        #expect(taken.input.cells.map(\.day) == [0, 1])
        #expect(taken.input.latency.production.duration.count == 1)
        #expect(try Summaries(store.connection).refreshLatency() == 2)
        let days = try store.analyst().query("SELECT day FROM latency WHERE leg = 'candidate' ORDER BY day")
        #expect(try days.map { try $0.text("day") } == ["2026-11-16", "2026-11-17"])
    }

    @Test func aStoredLookIsDecidedAgainExactly() throws {
        for number in 0..<40 {
            let mode = number % 5 == 0 ? different([.productionOnly, .candidateOnly, .unknown, .neither][number / 5 % 4]) : identical
            var sent = traffic(
                trial, at: minute(number), candidate: answer("x", confidence: Double(number) / 40, durationMs: 10.0 + Double(number) / 3))
            sent.pair.evidenceWeight = 1 / 3
            try add(sent, mode, costs: PairCosts(production: 0.1 + Double(number) / 7, candidate: 0.01))
        }
        let first = try look(at: minute(50))
        let second = try look(at: tuesday)
        let stored = try #require(try looks.latest(trial: trial.id))
        #expect(stored.number == second.number)
        #expect(stored.input == second.input)
        #expect(stored.latchesBefore == first.look.latches)
        #expect(Verdict.look(at: stored.input, after: stored.latchesBefore) == second.look)
        #expect(try looks.latest(trial: trial.id, until: minute(60))?.number == first.number)
        #expect(try looks.latest(trial: trial.id, until: Moments.monday) == nil)
    }

    @Test func seeingTheSameAgainStoresNothing() throws {
        try add(traffic(trial, at: minute(1)), identical)
        let first = try look(at: minute(30))
        #expect(try look(at: minute(31)).number == first.number)
        #expect(try store.value("SELECT count(*) FROM understudy_store.look") == "1")
        let analyst = try store.analyst()
        #expect(try analyst.query("SELECT verdict, basis FROM verdicts")[0].text("verdict") == "keep_shadowing")
        #expect(try analyst.query("SELECT * FROM gates").count == GateName.allCases.count)
    }

    @Test func aDaysLookIsDueOnceTheDayHasEndedAndItsPairsAreCompared() throws {
        try add(traffic(trial, at: minute(1)), identical)
        #expect(try looks.due(at: minute(30)) == [])
        let late = traffic(trial, at: minute(2))
        try store.ship([late].records)
        #expect(try looks.due(at: tuesday) == [])
        try compareAll([:])
        #expect(try looks.due(at: tuesday) == [trial.id])
        try look(at: tuesday, dayEnd: true)
        #expect(try looks.due(at: tuesday) == [])
        #expect(try looks.due(at: tuesday.adding(seconds: Moments.day)) == [])
        try add(traffic(trial, at: tuesday), identical)
        #expect(try looks.due(at: tuesday.adding(seconds: Moments.day)) == [trial.id])
    }

    @Test func shedCallsAndVolumeComeFromTheCounts() throws {
        try add(traffic(trial, at: minute(1)), identical)
        func delta(_ stage: CoverageStage, _ count: Int, _ reason: String = "", trial: Identifier?, at: Timestamp) -> CoverageDelta {
            CoverageDelta(workload: "support-intents", trial: trial, stage: stage, reason: reason, at: at, count: count)
        }
        let wednesday = tuesday.adding(seconds: Moments.day)
        try store.ship([
            .coverage([
                delta(.calls, 7, trial: nil, at: minute(1)), delta(.calls, 7, trial: trial.id, at: minute(1)),
                delta(.sampled, 5, trial: trial.id, at: minute(1)), delta(.shed, 2, "queue_full", trial: trial.id, at: minute(1)),
                delta(.shed, 1, "circuit_open", trial: trial.id, at: minute(1)),
            ])
        ])
        // Seven calls in the first hour; later what Tuesday, a whole day, had.
        let first = try look(at: minute(60)).input
        #expect(first.sampled == 5)
        #expect(first.shed == 2)
        let hourly: Double = 7 * 24 * 365 / 12
        #expect(abs(try #require(first.cost.callsPerMonth) - hourly) < 1)
        try store.ship([.coverage([delta(.calls, 1200, trial: trial.id, at: tuesday)])])
        let third = try look(at: wednesday).input
        let daily: Double = 1200 * 365 / 12
        #expect(abs(try #require(third.cost.callsPerMonth) - daily) < 1)
        #expect(third.pairsPerDay == 0)
        // Days after the end have no calls to count.
        _ = try store.registry.disable(workload: "support-intents", candidate: nil, at: wednesday)
        let afterwards = try look(at: wednesday.adding(seconds: 5 * Moments.day)).input
        #expect(abs(try #require(afterwards.cost.callsPerMonth) - daily) < 1)
    }
}

extension LooksTests {
    @Test func aTrialWithoutPairsCanBeLookedAt() throws {
        let store = try StoreFixture()
        let trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        let taken = try Looks(store.connection).take(
            trial: trial.id, at: Moments.monday, decide: { Verdict.look(at: $0, after: $1) }, reason: { _ in "" })
        #expect(taken.input.cells.isEmpty)
        #expect(taken.look.decision.recommendation == .keepShadowing)
        #expect(throws: StorageError.self) {
            try Looks(store.connection).take(
                trial: Identifier(at: Moments.monday), at: Moments.monday, decide: { Verdict.look(at: $0, after: $1) }, reason: { _ in "" })
        }
    }
}
