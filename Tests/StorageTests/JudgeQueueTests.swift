import Configuration
import Judge
import Postgres
import Spool
import Storage
import Testing
import Traffic
import Verdict

@Suite struct JudgeQueueTests {
    private let store: StoreFixture
    private let trial: StoredTrial
    private var line: JudgeQueue { JudgeQueue(store.connection) }

    init() throws {
        store = try StoreFixture()
        trial = try store.registry.enable(try Self.settings(), at: Moments.monday).trial
    }

    private static func settings(_ change: (inout WorkloadSettings) -> Void = { _ in }) throws -> WorkloadSettings {
        try labelSettings { settings in
            settings.judge = JudgeSettings(url: try! UpstreamURL("http://judge.test/v1"), model: "judge-1")
            settings.adjudicate.disagreements = 0.5
            change(&settings)
        }
    }

    private static let mismatch = Finding(agreement: .different, failureMode: .labelMismatch)
    private static let identical = Finding(agreement: .identical)
    private static let opinion = JudgeOpinion(prediction: -0.5, isOrderConsistent: false, difference: .contradiction)
    private static let reply = #"{"first_correct":true,"second_correct":false,"same_meaning":false,"difference":"contradiction"}"#

    private func minute(_ number: Int) -> Timestamp { Moments.monday.adding(seconds: Double(number) * Moments.minute) }

    /// Ships pairs, one a minute from a minute on, and compares them with these findings.
    @discardableResult
    private func compare(_ findings: [Finding], in trial: StoredTrial? = nil, from start: Int = 1) throws -> [Identifier] {
        let sent = findings.indices.map { traffic(trial ?? self.trial, at: minute(start + $0)) }
        try store.ship(sent.records)
        let known = Dictionary(uniqueKeysWithValues: zip(sent.map(\.pair.id), findings))
        try compareAll(known)
        return sent.map(\.pair.id)
    }

    private func compareAll(_ findings: [Identifier: Finding]) throws {
        while let batch = try store.queue.claim() {
            let compared = batch.pairs.map { ComparedPair(pair: $0.pair.id, finding: findings[$0.pair.id] ?? Self.mismatch) }
            #expect(try store.queue.store(batch, compared, comparatorVersion: 1, at: minute(60)))
        }
    }

    private func call(
        _ ask: JudgeAsk, attempt: Int = 1, _ fault: JudgeFault? = nil, cost: Double? = 0.01, at moment: Timestamp = Moments.monday
    ) -> JudgeCallRecord {
        JudgeCallRecord(
            ask: ask, attempt: attempt, calledAt: moment, durationMs: 12, answer: fault == nil ? Self.reply : nil, fault: fault,
            usage: TokenUsage(input: 100, output: 9), cost: cost)
    }

    private func look(at moment: Timestamp) throws -> LookInput {
        try Looks(store.connection).take(
            trial: trial.id, at: moment, decide: { Verdict.look(at: $0, after: $1) }, reason: { _ in "" }
        ).input
    }

    // MARK: - The line

    @Test func pairsThatDifferAndWhoseCandidateAnsweredStandInLineOnce() throws {
        let refused = Finding(agreement: .different, failureMode: .refused)
        let failed = Finding(agreement: .different, failureMode: .timeout, candidateFailed: true)
        let equal = Finding(agreement: .equivalent, equivalence: .case)
        let pairs = try compare([Self.mismatch, Self.identical, refused, failed, equal, Finding(agreement: .incomparable)])
        #expect(try line.waitingPairs(trial: trial.id) == 2)
        let first = try #require(try line.claim(lease: 60))
        #expect(first.pair == pairs[0] && first.calls.isEmpty && !first.isExpired)
        #expect(first.claimed?.call.production.output == "card_arrival")
        #expect(try line.settle(first, .success(Self.opinion), model: "judge-1", at: minute(61)))
        // Compared again they do not come again, whether they wait or are settled.
        #expect(try store.queue.recompareOutdated(comparatorVersion: 2) > 0)
        try compareAll([pairs[1]: Self.identical, pairs[3]: failed, pairs[4]: equal, pairs[5]: Finding(agreement: .incomparable)])
        #expect(try line.waitingPairs() == 1)
    }

    @Test func withoutAJudgeNobodyWaits() throws {
        let other = try store.registry.enable(try labelSettings(workload: "other"), at: Moments.monday).trial
        try compare([Self.mismatch], in: other)
        #expect(try line.waitingPairs() == 0)
        #expect(try StatusReader(store.connection).status(workload: "other")[0].awaitingJudge == nil)
    }

    @Test func theOldestIsTakenFirstAndByOneWorkerOnly() throws {
        let late = try compare([Self.mismatch], from: 30)
        let early = try compare([Self.mismatch, Self.mismatch])
        let other = JudgeQueue(try store.another())
        #expect(try line.claim(lease: 60)?.pair == early[0])
        #expect(try other.claim(lease: 60)?.pair == early[1])
        #expect(try line.claim(lease: 60)?.pair == late[0])
        #expect(try other.claim(lease: 60) == nil)
        #expect(try StatusReader(store.connection).status(workload: trial.workload)[0].awaitingJudge == 3)
    }

    @Test func whatADeadWorkerBegunIsGoneOnWithAndStoredOnce() throws {
        try compare([Self.mismatch])
        let dead = try #require(try line.claim(lease: 0))
        #expect(try line.record(dead, call(.productionFirst), model: "judge-1", lease: 0))
        // Another takes over where it stood; whatever the first still brings comes too late.
        let rescuer = JudgeQueue(try store.another())
        let taken = try #require(try rescuer.claim(lease: 60))
        #expect(taken.calls == [JudgedCall(.productionFirst, .success(try JudgeReply(Self.reply)))])
        #expect(JudgeCase(isAskedAgain: false, calls: taken.calls).next == .ask(.candidateFirst, attempt: 1))
        #expect(try !line.record(dead, call(.candidateFirst), model: "judge-1", lease: 60))
        #expect(try !line.settle(dead, .success(Self.opinion), model: "judge-1", at: minute(61)))
        #expect(try rescuer.record(taken, call(.candidateFirst), model: "judge-1", lease: 60))
        #expect(try rescuer.settle(taken, .success(Self.opinion), model: "judge-1", at: minute(61)))
        #expect(try !rescuer.settle(taken, .failure(.timeout), model: "judge-1", at: minute(62)))
        let row = try store.analyst().query("SELECT f, calls, cost, error FROM judgements")
        #expect(row.count == 1)
        #expect(try row[0].double("f") == -0.5 && row[0].int("calls") == 2 && abs(row[0].double("cost") - 0.02) < 1e-12)
        #expect(row[0].isNull("error"))
        #expect(try store.value("SELECT count(*) FROM understudy_store.judge_call") == "2")
    }

    @Test func whatIsGivenBackComesAgainLater() throws {
        try compare([Self.mismatch])
        let task = try #require(try line.claim(lease: 60))
        #expect(try line.record(task, call(.productionFirst, .malformed), model: "judge-1", lease: 60))
        try line.release(task, after: 3600)
        #expect(try line.claim(lease: 60) == nil)
        try store.connection.execute("UPDATE understudy_store.judge_task SET not_before = now()")
        let again = try #require(try line.claim(lease: 60))
        #expect(again.calls == [JudgedCall(.productionFirst, .failure(.malformed))])
        try line.release(again)
        #expect(try line.claim(lease: 60) != nil)
    }

    @Test func aRestingTrialsTasksAreLeftUntilTheyAreTooOld() throws {
        try compare([Self.mismatch])
        #expect(try line.claim(lease: 60, resting: [trial.id]) == nil)
        try store.connection.execute("UPDATE understudy_store.judge_task SET created_at = now() - interval '25 hours'")
        let task = try #require(try line.claim(lease: 60, resting: [trial.id]))
        #expect(task.isExpired)
    }

    // MARK: - The evidence

    @Test func theLedgerStopsBeforeAPairThatWaitsAndTakesItsPredictionOnceItIsThere() throws {
        let pairs = try compare([Self.identical, Self.mismatch, Self.identical, Self.mismatch])
        #expect(try look(at: minute(70)).cells.map(\.count) == [1])
        let first = try #require(try line.claim(lease: 60))
        #expect(try line.settle(first, .success(Self.opinion), model: "judge-1", at: minute(71)))
        #expect(try look(at: minute(72)).cells.reduce(0) { $0 + $1.count } == 3)
        let second = try #require(try line.claim(lease: 60))
        #expect(second.pair == pairs[3])
        #expect(try line.settle(second, .failure(.budget), model: "judge-1", at: minute(73)))
        let input = try look(at: minute(74))
        #expect(Dictionary(grouping: input.cells, by: \.prediction).mapValues { $0.reduce(0) { $0 + $1.count } } == [0: 3, -0.5: 1])
        #expect(input.terms.judgeTrust == 0.5)
        // As it was stored it is read again.
        let stored = try #require(try Looks(store.connection).latest(trial: trial.id))
        #expect(stored.input == input)
        #expect(try store.value("SELECT input ->> 'version' FROM understudy_store.look ORDER BY id DESC LIMIT 1") == "3")
    }

    @Test func looksOfTrialsWithoutAJudgeKeepTheirForm() throws {
        let other = try store.registry.enable(try labelSettings(workload: "other"), at: Moments.monday).trial
        try compare([Self.mismatch, Self.identical], in: other)
        let taken = try Looks(store.connection).take(
            trial: other.id, at: minute(70), decide: { Verdict.look(at: $0, after: $1) }, reason: { _ in "" })
        #expect(taken.input.terms.judgeTrust == 0)
        let old = "input ->> 'version' = '1' AND NOT input -> 'terms' ? 'judge_trust' AND jsonb_array_length(input #> '{cells,0}') = 13"
        #expect(try store.value("SELECT bool_and(\(old))::text FROM understudy_store.look") == "true")
    }

    @Test func freeTextWaitsUntilItIsComparedWithTheOpinion() throws {
        let text = try store.registry.enable(
            try labelSettings(workload: "replies") { settings in
                settings.compare = CompareSettings(kind: .text)
                settings.judge = JudgeSettings(url: try! UpstreamURL("http://judge.test/v1"), model: "judge-1")
            }, at: Moments.monday
        ).trial
        let style = Finding(agreement: .different, failureMode: .style)
        let pairs = try compare([style, Self.identical], in: text)
        let same = JudgeOpinion(prediction: 0, sameMeaning: true, difference: .style, isRepeatConsistent: true)
        let task = try #require(try line.claim(lease: 60))
        #expect(try line.settle(task, .success(same), model: "judge-1", at: minute(61)))
        func counted() throws -> Int {
            try Looks(store.connection).take(
                trial: text.id, at: minute(70), decide: { Verdict.look(at: $0, after: $1) }, reason: { _ in "" }
            ).input.cells.reduce(0) { $0 + $1.count }
        }
        #expect(try counted() == 0)
        let batch = try #require(try store.queue.claim())
        #expect(batch.pairs.map(\.pair.id) == [pairs[0]] && batch.pairs[0].opinion == same)
        let equal = Finding(agreement: .equivalent, equivalence: .judge)
        #expect(try store.queue.store(batch, [ComparedPair(pair: pairs[0], finding: equal)], comparatorVersion: 1, at: minute(62)))
        #expect(try counted() == 2)
        #expect(try line.waitingPairs() == 0)
    }

    @Test func aDaysLookWaitsForTheJudge() throws {
        try compare([Self.mismatch])
        let tuesday = Moments.monday.adding(seconds: Moments.day)
        let looks = Looks(store.connection)
        #expect(try looks.due(at: tuesday) == [])
        let task = try #require(try line.claim(lease: 60))
        #expect(try line.settle(task, .failure(.timeout), model: "judge-1", at: minute(61)))
        #expect(try looks.due(at: tuesday) == [trial.id])
    }

    // MARK: - What it costs and what it knows

    @Test func theSpendIsThatOfTheTrialsDay() throws {
        try compare([Self.mismatch])
        let task = try #require(try line.claim(lease: 60))
        let eve = Timestamp("2026-11-15T23:59:00Z")!
        #expect(try line.record(task, call(.productionFirst, .timeout, cost: 1, at: eve), model: "judge-1", lease: 60))
        #expect(try line.record(task, call(.productionFirst, attempt: 2, cost: 2), model: "judge-1", lease: 60))
        #expect(try line.record(task, call(.candidateFirst, cost: nil), model: "judge-1", lease: 60))
        #expect(try line.spent(trial: trial.id, on: minute(5)) == 2)
        #expect(try line.spent(trial: trial.id, on: eve) == 3)
        try store.connection.execute("UPDATE understudy_store.trial SET timezone = 'Europe/Berlin'")
        #expect(try line.spent(trial: trial.id, on: minute(5)) == 3)
        #expect(try line.spent(trial: Identifier(at: Moments.monday), on: minute(5)) == 0)
        // A price that is not known for every call is known for none of the pair.
        #expect(try line.settle(task, .success(Self.opinion), model: "judge-1", at: minute(61)))
        #expect(try store.analyst().query("SELECT cost FROM judgements")[0].isNull("cost"))
    }

    @Test func anOpinionIsKnownByItsQuestionWhileItsPairIsKept() throws {
        try compare([Self.mismatch, Self.mismatch])
        let (name, other) = (Identifier(high: 7, low: 8), Identifier(high: 7, low: 9))
        let first = try #require(try line.claim(lease: 60))
        #expect(try line.record(first, call(.productionFirst), model: "judge-1", lease: 60))
        #expect(try line.known(name) == nil)
        #expect(try line.settle(first, .success(Self.opinion), name: name, model: "judge-1", at: minute(61)))
        #expect(try line.known(name) == Self.opinion && line.known(other) == nil)
        let second = try #require(try line.claim(lease: 60))
        #expect(try line.settle(second, .failure(.refused), name: other, model: "judge-1", at: minute(61)))
        #expect(try line.known(other) == nil)

        let late = Moments.monday.adding(seconds: 60 * Moments.day)
        _ = try Retention(store.connection).prune(at: late)
        #expect(try store.value("SELECT count(*) FROM understudy_store.judge_call") == "0")
        #expect(try line.known(name) == nil)
        // The prediction stays where the evidence does.
        #expect(try store.analyst().query("SELECT f FROM judgements WHERE error IS NULL")[0].double("f") == -0.5)
    }

    @Test func theAuditCountsWhatTheViewShows() throws {
        let right = Finding(agreement: .different, failureMode: .labelMismatch, correct: .productionOnly, correctBy: .label)
        let wrong = Finding(agreement: .different, failureMode: .labelMismatch, correct: .candidateOnly, correctBy: .person)
        let tie = Finding(agreement: .different, failureMode: .labelMismatch, correct: .neither, correctBy: .label)
        try compare([right, wrong, tie, Self.mismatch, Self.mismatch, Self.mismatch, right])
        let opinions: [(Result<JudgeOpinion, JudgeFault>, reused: Bool)] = [
            (.success(JudgeOpinion(prediction: -0.5, isOrderConsistent: false)), false),
            (.success(JudgeOpinion(prediction: -1, isRepeatConsistent: true)), false), (.success(JudgeOpinion(prediction: 0)), false),
            (.success(JudgeOpinion(prediction: 1, isRepeatConsistent: false)), false), (.failure(.malformed), false),
            (.success(JudgeOpinion(prediction: 1, isOrderConsistent: false, isRepeatConsistent: false)), true),
        ]
        for (number, (result, reused)) in opinions.enumerated() {
            let task = try #require(try line.claim(lease: 60))
            if !reused { #expect(try line.record(task, call(.productionFirst), model: "judge-1", lease: 60)) }
            #expect(try line.settle(task, result, reused: reused, model: "judge-1", at: minute(70 + number)))
        }
        let audit = try line.audit(trial: trial.id, through: minute(100))
        #expect([audit.pairs, audit.opinions, audit.reused, audit.calls, audit.waiting] == [6, 5, 1, 5, 1])
        #expect([audit.orders, audit.consistentOrders, audit.repeats, audit.flips] == [4, 3, 2, 1])
        #expect([audit.judged, audit.agreeing] == [3, 2])
        #expect(audit.errors == [.malformed: 1] && abs(audit.cost! - 0.05) < 1e-12)
        #expect(try line.audit(trial: trial.id, through: minute(71)).pairs == 2)
        let view = try store.analyst().query(
            "SELECT count(*) FILTER (WHERE error IS NULL) AS opinions, avg(order_consistent::int) FILTER (WHERE NOT reused) AS share FROM judgements"
        )[0]
        #expect(try view.int("opinions") == 5 && view.double("share") == 0.75)
    }

    // MARK: - Settings

    @Test func keyPriceAndLimitsChangeWithinATrialAddressAndModelDoNot() throws {
        let cheaper = try Self.settings { $0.judge?.price = TokenPrice(input: 1, output: 2) }
        #expect(try store.registry.enable(cheaper, at: minute(1)).change == .updated(["judge.price"]))
        let other = try Self.settings { $0.judge?.model = "judge-2" }
        #expect(try store.registry.enable(other, at: minute(2)).change == .replaced(previous: trial.id))
    }
}
