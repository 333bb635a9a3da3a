import Configuration
import JSON
import Postgres
import Storage
import Testing
import Traffic

@Suite("The review queue")
struct ReviewQueueTests {
    let store: StoreFixture

    init() throws { store = try StoreFixture() }

    /// Imports pairs of which all named here differ; those in `drawn` were drawn for judging. A minute lies between two.
    private func recorded(_ names: [String], drawn: Set<String>, settings: WorkloadSettings? = nil) throws -> StoredTrial {
        let lines = names.enumerated().map { place, name in
            RecordedLines.pair(name, at: Moments.monday.adding(seconds: Double(place) * Moments.minute)) { line in
                line["candidate"] = ["output": name.hasPrefix("agree") ? "card_arrival" : "lost_card"]
                // A probability below 1 without a judgement: drawn elsewhere, and not this one.
                line["adjudication_probability"] = drawn.contains(name) ? 1 : 0.5
            }
        }
        let trial = try store.take(lines, settings: settings).trial
        try store.compareAll()
        return trial
    }

    private func queue(_ trials: StoredTrial..., on connection: PostgresConnection? = nil) -> ReviewQueue {
        ReviewQueue(connection ?? store.connection, trials: trials.map(\.id), session: Identifier(at: Moments.monday))
    }

    private func name(_ given: ReviewedPair?) throws -> String? {
        try given.flatMap { given in try store.pairIDs().first { $0.value == given.pair }?.key }
    }

    private func judge(_ name: String, _ correct: Correctness) throws {
        try Adjudications(store.connection).record(pair: store.pairIDs()[name]!, correct: correct, who: "maria", at: Moments.monday)
    }

    @Test("drawn pairs come first, the oldest first; then the others that differ, which count in nothing; agreements never")
    func order() throws {
        let trial = try recorded(["u1", "d1", "agree", "d2", "u2"], drawn: ["d1", "d2", "agree"])
        let queue = queue(trial)
        var served: [String] = []
        var skipped: Set<Identifier> = []
        while let given = try queue.next(skipping: skipped) {
            served.append(try #require(try name(given)) + (given.counts ? " counts" : ""))
            skipped.insert(given.pair)
        }
        #expect(served == ["d1 counts", "d2 counts", "u1", "u2"])
        let progress = try queue.progress()
        #expect(progress.judged == 0 && progress.waiting == 2 && progress.unplanned == 2)
    }

    @Test("of several candidates' trials the oldest pair comes first, whoever's it is")
    func trials() throws {
        let first = try recorded(["a", "b"], drawn: ["a", "b"], settings: labelSettings { $0.trial.candidates = 2 })
        let second = try store.take(
            [RecordedLines.pair("between", at: Moments.monday.adding(seconds: 30)) { $0["candidate"] = ["output": "lost_card"] }],
            settings: labelSettings(candidate: "mistral") { $0.trial.candidates = 2 }
        ).trial
        try store.compareAll()
        let queue = queue(first, second)
        var served: [String] = []
        var skipped: Set<Identifier> = []
        while let given = try queue.next(skipping: skipped) {
            served.append(try #require(try name(given)))
            skipped.insert(given.pair)
        }
        #expect(served == ["a", "between", "b"])
    }

    @Test("what somebody has judged or labelled is not served, also before a worker has taken it in")
    func judged() throws {
        let trial = try recorded(["a", "b", "c"], drawn: ["a", "b", "c"])
        let queue = queue(trial)
        try judge("a", .productionOnly)
        #expect(try name(queue.next()) == "b")
        #expect(try queue.progress().judged == 1 && queue.progress().waiting == 2)
        try store.compareAll()
        #expect(try queue.progress().judged == 1 && queue.progress().waiting == 2)
        _ = try Labels(store.connection).store(
            lines: RecordedLines.file([["id": "b", "label": "lost_card"]]), name: "labels.jsonl", workload: trial.workload,
            at: Moments.monday)
        try store.compareAll()
        #expect(try name(queue.next()) == "c")
    }

    @Test("a word that is taken back puts the pair into the queue again, and every word is kept")
    func takenBack() throws {
        let trial = try recorded(["a", "b"], drawn: ["a", "b"])
        let queue = queue(trial)
        try judge("a", .both)
        try store.compareAll()
        #expect(try name(queue.next()) == "b")
        try judge("a", .unknown)
        #expect(try name(queue.next()) == "b", "until a worker has taken it in the pair counts as judged")
        try store.compareAll()
        #expect(try name(queue.next()) == "a")
        try judge("a", .neither)
        try store.compareAll()
        #expect(try store.value("SELECT string_agg(correct, ',' ORDER BY id) FROM understudy_store.adjudication") == "both,unknown,neither")
        #expect(try store.value("SELECT correct FROM understudy.pairs WHERE external_id = 'a'") == "neither")
        #expect(try queue.progress().judged == 1)
    }

    @Test("a pair lies before one reviewer at a time; a lease that has ended, or was given back, is free again")
    func leases() throws {
        let trial = try recorded(["a", "b", "c"], drawn: ["a", "b", "c"])
        let (mine, theirs) = (queue(trial), queue(trial, on: try store.another()))
        #expect(try name(mine.next()) == "a")
        #expect(try name(theirs.next()) == "b")
        #expect(try name(mine.next()) == "a", "what I hold is mine")
        let a = try #require(try store.pairIDs()["a"])
        #expect(try name(theirs.next(skipping: [#require(try store.pairIDs()["b"])])) == "c")
        try mine.release()
        #expect(try name(theirs.next()) == "a")
        // Theirs runs out at once.
        #expect(try name(theirs.next(lease: 0)) == "a")
        #expect(try name(mine.next()) == "a")
        try theirs.renew(a)
        #expect(try store.value("SELECT count(*) FROM understudy_store.review_lease WHERE lease_until > clock_timestamp()") == "1")
        #expect(try name(theirs.next()) == "b", "a lease that is gone is not won back while somebody else holds the pair")
    }

    @Test("two reviewers who go through the queue at once never get the same pair")
    func twoAtOnce() throws {
        let names = (0..<20).map { "p\(10 + $0)" }
        let trial = try recorded(names, drawn: Set(names))
        let connections = [try store.another(), try store.another()]
        let queues = connections.map { queue(trial, on: $0) }
        var served: [String] = []
        var open = true
        while open {
            open = false
            for (queue, connection) in zip(queues, connections) {
                guard let given = try queue.next() else { continue }
                open = true
                served.append(try #require(try name(given)))
                try Adjudications(connection).record(pair: given.pair, correct: .both, who: nil, at: Moments.monday)
            }
        }
        #expect(served == names)
    }

    @Test("one pair can be asked for by its id, judged or not; strangers and pairs without an answer cannot")
    func byID() throws {
        let trial = try recorded(["a", "agree"], drawn: ["a"])
        let ids = try store.pairIDs()
        let queue = queue(trial)
        try judge("a", .both)
        try store.compareAll()
        #expect(try queue.take(ids["a"]!) == ReviewedPair(pair: ids["a"]!, counts: true))
        #expect(try queue.take(ids["agree"]!) == ReviewedPair(pair: ids["agree"]!, counts: false))
        #expect(try queue.take(Identifier(at: Moments.monday)) == nil)
        let other = ReviewQueue(store.connection, trials: [Identifier(at: Moments.monday)], session: Identifier(at: Moments.monday))
        #expect(try other.take(ids["a"]!) == nil)
    }

    @Test("other pairs of a conversation and day count in nothing once its evidence is chosen")
    func conversations() throws {
        let lines = (0..<2).map { place in
            RecordedLines.pair("t\(place)", at: Moments.monday.adding(seconds: Double(place))) {
                $0["candidate"] = ["output": "lost_card"]
                $0["conversation"] = "one"
            }
        }
        let trial = try store.take(lines).trial
        try store.compareAll()
        let queue = queue(trial)
        #expect(try queue.progress().waiting == 2, "while the day has not ended either may yet be the evidence")
        try store.connection.execute(
            "UPDATE understudy_store.comparison SET in_evidence = (pair_id = (SELECT id FROM understudy_store.pair ORDER BY id DESC LIMIT 1))"
        )
        #expect(try queue.progress().waiting == 1 && queue.progress().unplanned == 1)
        #expect(try name(queue.next()) == "t1")
    }

    @Test("names of every kind find their pairs, and the history of a pair has every word")
    func history() throws {
        _ = try recorded(["a", "b"], drawn: ["a", "b"])
        let reader = PairReader(store.connection)
        let a = try #require(try store.pairIDs()["a"])
        let stored = try #require(try reader.pair(a))
        #expect(try reader.pairs(named: "a") == [a] && reader.pairs(named: a.description) == [a])
        #expect(try reader.pairs(named: stored.claimed.call.id.description) == [a])
        #expect(try reader.pairs(named: "nobody") == [] && reader.pairs(named: "\u{0}") == [])
        try judge("a", .both)
        try judge("a", .unknown)
        for label in ["lost_card", "card_arrival"] {
            _ = try Labels(store.connection).store(
                lines: RecordedLines.file([["id": "a", "label": .string(label)]]), name: "\(label).jsonl", workload: "support-intents",
                at: Moments.monday)
        }
        let history = try reader.history(of: stored)
        #expect(history.judgements.map(\.correct) == [.unknown, .both] && history.judgements.allSatisfy { $0.who == "maria" })
        #expect(history.goldAnswers.map(\.label) == ["card_arrival", "lost_card"])
        #expect(history.goldAnswers.map(\.origin) == ["card_arrival.jsonl", "lost_card.jsonl"])
        #expect(history.inEvidence == true && history.requestHash != nil && history.consumed == nil)
    }
}
