import Configuration
import JSON
import Postgres
import Statistics
import Storage
import Testing
import Traffic
import Verdict

/// Pairs that agree only within a tolerance: drawn, served, judged and read by looks.
@Suite("The audit in the store") struct EquivalenceAuditTests {
    private let store: StoreFixture
    private let afterwards = Moments.monday.adding(seconds: 9 * Moments.day)

    init() throws { store = try StoreFixture() }

    private func settings(by adjudicator: Adjudicator = .labels) throws -> WorkloadSettings {
        try labelSettings { settings in
            settings.compare = CompareSettings(kind: .json, tolerance: ["/total": 0.01])
            settings.adjudicate.by = adjudicator
        }
    }

    /// Two days of pairs; every fourth agrees only within the tolerance.
    private func lines(labelled: Bool) -> [JSONValue] {
        (0..<400).map { number in
            let moment = Moments.monday.adding(seconds: Double(number % 2) * Moments.day + Double(number))
            return RecordedLines.pair("p\(number)", at: moment) { line in
                line["production"] = ["output": #"{"total": 10}"#]
                line["candidate"] = ["output": .string(number.isMultiple(of: 4) ? #"{"total": 10.005}"# : #"{"total": 10}"#)]
                if labelled { line["label"] = ["total": 10] }
            }
        }
    }

    private func look(_ trial: StoredTrial, at moment: Timestamp? = nil) throws -> TakenLook {
        try Looks(store.connection).take(
            trial: trial.id, at: moment ?? afterwards, decide: { Verdict.look(at: $0, after: $1) },
            reason: { $0.decision.recommendation.rawValue })
    }

    @Test("gold answers count, the share is fixed by the first day, and what a look saw stands in the view")
    func gold() throws {
        let trial = try store.take(lines(labelled: true), settings: settings()).trial
        try store.compareAll()
        let taken = try look(trial)
        let audit = try #require(taken.look.audit)
        #expect(audit.equivalents == 100 && audit.judged == 100 && audit.worse == 0)
        // 100 of the first day's 200 pairs: all those with even numbers fall on it.
        #expect(audit.ceiling == wilsonInterval(successes: 100, of: 200, confidence: 0.99).upper)
        #expect(try store.analyst().query("SELECT equivalents, judged, ceiling, allowed FROM equivalence_audit").count == 1)
        #expect(try store.value("SELECT judged FROM understudy.equivalence_audit") == "100")
        // Each level keeps about half of the one before.
        var levels: [Int: Int] = [:]
        for cell in taken.input.cells where cell.needsAudit { levels[cell.auditLevel, default: 0] += cell.count }
        #expect(levels.values.reduce(0, +) == 100)
        #expect((30...70).contains(levels[0] ?? 0))
        #expect((levels[5] ?? 0) < 20)
        // Corrected later, it stays as it was consumed.
        let one: JSONValue = ["id": "p0", "label": ["total": 11]]
        _ = try Labels(store.connection).store(
            lines: RecordedLines.file([one]), name: "labels.jsonl", workload: trial.workload, at: afterwards)
        try store.compareAll()
        #expect(try look(trial, at: afterwards.adding(seconds: 60)).look.audit?.worse == 0)
        // The share stays too, whatever comes.
        #expect(try Double(store.value("SELECT equivalence_ceiling FROM understudy_store.trial") ?? "") == audit.ceiling)
        // As stored, it is the same look.
        let stored = try #require(try Looks(store.connection).latest(trial: trial.id))
        #expect(Verdict.look(at: stored.input, after: stored.latchesBefore).audit == audit)
    }

    @Test("reviewers get them in the order of their draw, after the disagreements, and their words count")
    func reviewed() throws {
        let settings = try settings(by: .people)
        let trial = try store.take(lines(labelled: false), settings: settings).trial
        try store.compareAll()
        let queue = ReviewQueue(store.connection, trials: [trial.id], session: Identifier(at: Moments.monday))
        #expect(try queue.progress().audit == 100 && queue.progress().waiting == 0)
        var levels: [Identifier: Int] = [:]
        let rows = try store.connection.query(
            "SELECT pair_id, understudy_store.audit_level(pair_id) AS level FROM understudy_store.comparison")
        for row in rows {
            let id = try row.uuid("pair_id")
            levels[Identifier(high: id.0, low: id.1)] = try row.int("level")
        }
        var served: [Int] = []
        for _ in 0..<40 {
            let given = try #require(try queue.next())
            #expect(given.counts)
            served.append(try #require(levels[given.pair]))
            try Adjudications(store.connection).record(pair: given.pair, correct: .both, who: "maria", at: Moments.monday)
        }
        #expect(served == served.sorted(by: >), "the smallest sample comes first")
        try store.compareAll()
        #expect(try queue.progress().audit == 60)
        let audit = try #require(try look(trial).look.audit)
        #expect(audit.judged == 40 && audit.status == .open)
    }

    @Test("where nobody is to judge nobody is asked")
    func unjudged() throws {
        let trial = try store.take(lines(labelled: false), settings: settings(by: .none)).trial
        try store.compareAll()
        let queue = ReviewQueue(store.connection, trials: [trial.id], session: Identifier(at: Moments.monday))
        #expect(try queue.next() == nil && queue.progress().audit == 0)
    }
}
