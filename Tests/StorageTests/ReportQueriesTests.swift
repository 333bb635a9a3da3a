import Configuration
import Postgres
import Spool
import Testing
import Traffic
import Verdict

@testable import Storage

@Suite struct ReportQueriesTests {
    private let store: StoreFixture
    private let trial: StoredTrial
    private var queries: ReportQueries { ReportQueries(store.connection) }
    private let tuesday = Moments.monday.adding(seconds: Moments.day)

    init() throws {
        store = try StoreFixture()
        trial = try store.registry.enable(try labelSettings(), at: Moments.monday).trial
        try seed()
    }

    /// Monday: 3 identical, 2 lost_card for card_arrival (production right in one), 1 timeout. Tuesday: 1 identical, 1 incomparable.
    private func seed() throws {
        let identical = Finding(
            agreement: .identical, correct: .both, correctBy: .label, productionLabel: "card_arrival", candidateLabel: "card_arrival")
        func mismatch(_ correct: Correctness) -> Finding {
            Finding(
                agreement: .different, failureMode: .labelMismatch,
                differences: [
                    Difference(
                        path: "", kind: "label_mismatch", productionValue: "card_arrival", candidateValue: "lost_card", rule: "label")
                ],
                correct: correct, correctBy: correct == .unknown ? nil : .label, productionLabel: "card_arrival",
                candidateLabel: "lost_card")
        }
        var untranslated = answer("lost_card")
        untranslated.untranslated = ["seed", "logit_bias"]
        let found: [(sent: (call: Call, pair: Pair), finding: Finding)] = [
            (traffic(trial, at: Moments.monday), identical), (traffic(trial, at: Moments.monday.adding(seconds: 1)), identical),
            (traffic(trial, at: Moments.monday.adding(seconds: 2)), identical),
            (
                traffic(trial, at: Moments.monday.adding(seconds: 3), candidate: answer("lost_card"), segment: "mail"),
                mismatch(.productionOnly)
            ),
            (traffic(trial, at: Moments.monday.adding(seconds: 4), candidate: untranslated, segment: "app"), mismatch(.unknown)),
            (
                traffic(trial, at: Moments.monday.adding(seconds: 5), candidate: Leg(error: .timeout), segment: "mail"),
                Finding(agreement: .different, failureMode: .timeout, candidateFailed: true)
            ), (traffic(trial, at: tuesday, production: answer("card_arrival", model: "gpt-5.1")), identical),
            (
                traffic(trial, at: tuesday.adding(seconds: 1), production: Leg(status: 500)),
                Finding(agreement: .incomparable, productionFailed: true)
            ),
        ]
        try store.ship(found.map(\.sent).records)
        let findings = Dictionary(uniqueKeysWithValues: found.map { ($0.sent.pair.id, $0.finding) })
        while let batch = try store.queue.claim() {
            let compared = batch.pairs.map {
                ComparedPair(pair: $0.pair.id, finding: findings[$0.pair.id]!, costs: PairCosts(production: 0.01, candidate: 0.001))
            }
            #expect(try store.queue.store(batch, compared, comparatorVersion: 1, at: tuesday))
        }
    }

    @Test func countsAreThoseOfTheRollups() throws {
        #expect(
            try queries.agreement(trial: trial.id) == totals(identical: 4, different: 3, incomparable: 1))
        #expect(try queries.agreement(trial: trial.id, through: 0) == totals(identical: 3, different: 3, incomparable: 0))
        #expect(try queries.correctness(trial: trial.id) == CorrectnessCounts(both: 4, productionOnly: 1, unknown: 2))
    }

    @Test func slicesCountTheLabelsThatProductionGave() throws {
        let labels = try queries.slices(trial: trial.id).filter { $0.dimension == "label" }
        #expect(labels == [SliceTotals(dimension: "label", slice: "card_arrival", pairs: 6, failures: 1)])
        let turns = try queries.slices(trial: trial.id).filter { $0.dimension == "turn" }
        #expect(turns.reduce(0) { $0 + $1.pairs } == 7 && turns.reduce(0) { $0 + $1.failures } == 1)
    }

    @Test func twoCandidatesAreHeldAgainstEachOtherOnTheSameCalls() throws {
        let connection = try SeededTrials.shared().session()
        let trials = try Registry(connection).trials(workload: SeededTrials.recorded, includingEnded: true)
        let fit = try #require(trials.first { $0.candidate == SeededTrials.fit })
        let unfit = try #require(trials.first { $0.candidate == SeededTrials.unfit })
        let seen = ReportQueries(connection)
        let there = try seen.rivals(trial: fit.id, other: unfit.id, calls: 20_000)
        let back = try seen.rivals(trial: unfit.id, other: fit.id, calls: 20_000)
        #expect(there.pairs > 0 && there.pairs == back.pairs && there.onlyThis == back.onlyOther && there.onlyOther == back.onlyThis)
        #expect(there.examples.count { $0.isRight } == min(3, there.onlyThis))
        #expect(there.examples.allSatisfy { $0.output != $0.otherOutput })
        #expect(try seen.rivals(trial: fit.id, other: unfit.id, calls: 1).pairs <= 1)
    }

    private func totals(identical: Int, different: Int, incomparable: Int) -> AgreementTotals {
        var totals = AgreementTotals()
        totals.identical = identical
        totals.different = different
        totals.incomparable = incomparable
        return totals
    }

    @Test func failureModesComeMostFrequentFirstWithTheirSegments() throws {
        let modes = try queries.failureModes(trial: trial.id)
        #expect(modes.map(\.mode) == [.labelMismatch, .timeout])
        #expect(modes[0].correctness == CorrectnessCounts(productionOnly: 1, unknown: 1))
        #expect(modes[0].segments.map(\.segment) == ["app", "mail"])
        #expect(modes[1].segments.map(\.pairs) == [1])
    }

    @Test func confusionAndExamplesShowWhatWasSaid() throws {
        let confusion = try queries.confusion(trial: trial.id)
        #expect(confusion.map(\.pairs) == [2])
        #expect(confusion[0].productionOnly == 1)
        let modes = try queries.failureModes(trial: trial.id)
        let counts = try #require(modes.first { $0.mode == .labelMismatch }).correctness
        let examples = try queries.examples(trial: trial.id, mode: .labelMismatch, counts: counts, limit: 2)
        #expect(examples.map(\.correct) == [.productionOnly, .unknown])
        #expect(examples[0].candidateOutput == "lost_card")
        #expect(examples[0].input == "Where is my card?")
        #expect(examples[0].differences.map(\.candidateValue) == ["lost_card"])
    }

    @Test func costsModelsAndParametersAreCounted() throws {
        let costs = try queries.costs(trial: trial.id)
        #expect(costs[.production]?.calls == 8)
        #expect(abs((costs[.candidate]?.cost ?? 0) - 0.008) < 1e-9)
        let facts = try queries.facts(trial: trial.id)
        #expect(facts.productionModels.map(\.name) == ["gpt-5", "gpt-5.1"])
        #expect(facts.productionModels.map(\.pairs) == [6, 1])
        #expect(facts.untranslated == ["seed": 1, "logit_bias": 1])
        #expect(!facts.estimatedRates)
        #expect(facts.firstDay == "2026-11-16")
        #expect(facts.promptChange == nil)
    }

    @Test func aChangedPromptIsNoticed() throws {
        var sent = traffic(trial, at: tuesday.adding(seconds: 60))
        sent.call.request = Array(#"{"messages":[{"role":"system","content":"Other."},{"role":"user","content":"hi"}]}"#.utf8)
        var more = traffic(trial, at: tuesday.adding(seconds: 61))
        more.call.request = sent.call.request
        var third = traffic(trial, at: tuesday.adding(seconds: 62))
        third.call.request = sent.call.request
        try store.ship([sent, more, third].records)
        let batch = try #require(try store.queue.claim())
        let compared = batch.pairs.map { ComparedPair(pair: $0.pair.id, finding: Finding(agreement: .identical)) }
        #expect(try store.queue.store(batch, compared, comparatorVersion: 1, at: tuesday))
        let change = try #require(try queries.facts(trial: trial.id).promptChange)
        #expect(change.before != change.now)
        #expect(change.share == 0.6)
    }

    @Test func statusCountsWhatIsThere() throws {
        try store.ship([traffic(trial, at: tuesday.adding(seconds: 60))].records)
        let status = try #require(try StatusReader(store.connection).status(workload: "support-intents").first)
        #expect(status.paired == 9)
        #expect(status.compared == 8)
        #expect(status.waiting == 1)
        #expect(status.day == 2)
        #expect(throws: StorageError.self) { try StatusReader(store.connection).status(workload: "nobody") }
    }

    @Test func latencySummariesHaveTheSketchsQuantiles() throws {
        #expect(try Summaries(store.connection).refreshLatency() == 2)
        #expect(try Summaries(store.connection).refreshLatency() == 0)
        let row = try store.analyst().query("SELECT * FROM latency WHERE leg = 'candidate' AND day = '2026-11-16'")[0]
        #expect(try row.int("samples") == 6)
        #expect(abs(try row.double("p50") - 800) < 8)
        // One of six timed out: the slowest answer is infinitely slow.
        #expect(row.isNull("p99"))
        #expect(row.isNull("p99_upper"))
    }
}
