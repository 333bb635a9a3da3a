import Configuration
import JSON
import Postgres
import Records
import Spool
import Testing
import Traffic

@testable import Storage

@Suite("Feedback")
struct FeedbackTests {
    let store: StoreFixture
    private let trial: StoredTrial
    private static let start = Moments.monday

    init() throws {
        store = try StoreFixture()
        trial = try store.registry.enable(labelSettings(), at: Self.start).trial
    }

    private func send(_ lines: JSONValue..., at seconds: Double = 0, mostWaiting: Int = 100) throws -> Feedback.Receipt {
        try Feedback(store.connection, mostWaiting: mostWaiting).take(
            RecordedLines.file(lines), workload: trial.workload, at: Self.start.adding(seconds: seconds))
    }

    @discardableResult
    private func look(at seconds: Double) throws -> WaitingFeedbackOutcome {
        try Feedback(store.connection).applyWaiting(at: Self.start.adding(seconds: seconds))
    }

    /// Ships a call whose production answer has this request id, with its pair or without.
    @discardableResult
    private func ship(_ requestID: String, input: String = "Where is my card?", withPair: Bool = true) throws -> (call: Call, pair: Pair) {
        let one = traffic(
            trial, at: Self.start, production: answer("card_arrival", requestID: requestID), candidate: answer("lost_card"), input: input)
        try store.ship(withPair ? [one].records : [.call(one.call)])
        return one
    }

    private func labels() throws -> [String] {
        try store.connection.query("SELECT label #>> '{}' AS label FROM understudy_store.gold_label ORDER BY id").map {
            try $0.text("label")
        }
    }

    private func outcomes() throws -> [String: Int] { try Feedback(store.connection).counts(workload: trial.workload).outcomes }

    @Test("what names a stored call is stored at once, and its pair compared again")
    func stored() throws {
        try ship("req-1")
        _ = try store.waiting()
        let receipt = try send(["request_id": "req-1", "label": "lost_card"], ["request_id": "req-1", "label": "lost_card"])
        #expect(receipt == Feedback.Receipt(stored: 1, unchanged: 1))
        #expect(try labels() == ["lost_card"])
        #expect(try store.value("SELECT origin FROM understudy_store.gold_label") == "feedback")
        #expect(try store.waiting().first?.label == "lost_card")
        #expect(try outcomes() == ["stored": 1, "unchanged": 1])
    }

    @Test("one object over several lines is one line; the request itself names every call that asked the same")
    func oneObject() throws {
        let one = try ship("req-1")
        try ship("req-2")
        try ship("req-3", input: "Something else")
        let request = String(decoding: one.call.request, as: UTF8.self)
        let body = "{\n  \"request\": \(request),\n  \"label\": \"lost_card\"\n}\n"
        let receipt = try Feedback(store.connection).take(Array(body.utf8), workload: trial.workload, at: Self.start)
        #expect(receipt.stored == 1)
        #expect(
            try store.value(
                """
                SELECT string_agg(production_request_id, ',' ORDER BY production_request_id)
                FROM understudy_store.call JOIN understudy_store.gold_label ON call_id = call.id
                """) == "req-1,req-2")
    }

    @Test("what comes before its call waits for it, and is applied when call and pair are there")
    func before() throws {
        let receipt = try send(["request_id": "req-1", "label": "lost_card"], ["request_id": "never", "label": "lost_card"])
        #expect(receipt.unmatched == ["req-1", "never"] && receipt.stored == 0)
        #expect(receipt.keptUntil == Self.start.adding(seconds: Feedback.holdSeconds))
        try look(at: 2)
        #expect(try labels() == [])
        let one = try ship("req-1", withPair: false)
        try look(at: 5)
        #expect(try labels() == [], "the call alone is not enough")
        try store.ship([.pair(one.pair)])
        // It has been looked for at 2 s and at 5 s: the next look is as long again after the last.
        #expect(try look(at: 6) == WaitingFeedbackOutcome())
        #expect(try look(at: 10) == WaitingFeedbackOutcome(applied: 1))
        #expect(try labels() == ["lost_card"])
        #expect(try store.value("SELECT said_at::text FROM understudy_store.gold_label") == "2026-11-16 08:00:00+00", "when it was said")
        #expect(try store.count("waiting_feedback") == 1)
        #expect(try look(at: Feedback.holdSeconds - 1) == WaitingFeedbackOutcome())
        #expect(try look(at: Feedback.holdSeconds) == WaitingFeedbackOutcome(expired: 1))
        #expect(try store.count("waiting_feedback") == 0)
        #expect(try outcomes() == ["kept": 2, "applied": 1, "expired": 1])
    }

    @Test("of several words about one call the last stands, however they came")
    func lastWord() throws {
        _ = try send(["request_id": "req-1", "label": "lost_card"])
        _ = try send(["request_id": "req-1", "label": "transfer_failed"], at: 1)
        try ship("req-1")
        #expect(try send(["request_id": "req-1", "label": "card_arrival"], at: 2).stored == 1)
        #expect(try look(at: 30).applied == 2)
        #expect(try labels() == ["card_arrival"], "what was said before and comes later says nothing new")
        _ = try send(["request_id": "req-2", "label": "lost_card"], at: 40)
        _ = try send(["request_id": "req-2", "label": "transfer_failed"], at: 41)
        try ship("req-2")
        try look(at: 60)
        #expect(try labels() == ["card_arrival", "lost_card", "transfer_failed"])
    }

    @Test("a judgement waits too; one that several pairs turn out to share is refused and counted")
    func judgements() throws {
        _ = try send(["request_id": "req-1", "correct": "neither", "who": "maria"], ["request_id": "req-2", "correct": "both"])
        try ship("req-1")
        try ship("req-2")
        try ship("req-2")
        #expect(try look(at: 10) == WaitingFeedbackOutcome(applied: 1, refused: 1))
        #expect(try store.value("SELECT correct || ' ' || who FROM understudy.adjudications") == "neither maria")
        #expect(try outcomes() == ["kept": 2, "applied": 1, "refused": 1])
    }

    @Test("no more wait than may; the rest is told so, and what has its call is stored all the same")
    func bounded() throws {
        try ship("req-1")
        #expect(
            try send(["request_id": "a", "label": "lost_card"], ["request_id": "b", "label": "lost_card"], mostWaiting: 2).keptUntil != nil)
        let receipt = try send(["request_id": "c", "label": "lost_card"], ["request_id": "req-1", "label": "lost_card"], mostWaiting: 2)
        #expect(receipt == Feedback.Receipt(stored: 1, unmatched: ["c"]))
        #expect(try store.count("waiting_feedback") == 2)
        #expect(try outcomes() == ["kept": 2, "stored": 1, "turned_away": 1])
    }

    @Test("faults name line and field, and nothing of the body is kept")
    func faults() throws {
        try ship("req-1")
        do {
            _ = try send(
                ["request_id": "req-1", "label": "lost_card"], ["request_id": "req-1", "label": 3], ["label": "lost_card"],
                ["request_hash": "no hash", "label": "lost_card"], ["request": ["model": "m"], "label": "lost_card"],
                ["id": "x", "segment": "mail", "label": "lost_card"], ["request_id": "r", "request_hash": "x", "label": "lost_card"])
            Issue.record("the body was taken")
        } catch let error as FaultyFileError {
            #expect(
                error.faults.map { "\($0.line) \($0.field)" }
                    == ["2 label", "3 id", "4 request_hash", "5 request", "6 segment", "7 request_hash", "7 request_hash"])
        }
        #expect(try labels() == [] && store.count("waiting_feedback") == 0 && outcomes() == [:])
        for body in ["", "\n\n", "[]", "nonsense", "{\"request_id\":\"a\",\"label\":\"x\"}\n{", "\u{0}"] {
            #expect(throws: FaultyFileError.self, "\(body)") {
                try Feedback(store.connection).take(Array(body.utf8), workload: trial.workload, at: Self.start)
            }
        }
        #expect(throws: StorageError.self) { try Feedback(store.connection).take(Array("{}".utf8), workload: "other", at: Self.start) }
    }

    @Test("two workers that look at once apply every line once")
    func twoWorkers() throws {
        for number in 0..<50 { _ = try send(["request_id": .string("req-\(number)"), "label": "lost_card"]) }
        for number in 0..<50 { try ship("req-\(number)") }
        let (first, second) = (try store.another(), try store.another())
        let outcome = try first.transaction { () throws -> WaitingFeedbackOutcome in
            _ = try first.query("SELECT FROM understudy_store.waiting_feedback ORDER BY id LIMIT 20 FOR UPDATE")
            return try Feedback(second).applyWaiting(at: Self.start.adding(seconds: 10))
        }
        #expect(outcome.applied == 30)
        #expect(try look(at: 10).applied == 20)
        #expect(try labels().count == 50)
    }

    @Test("a case of an exported eval set is a line of labels: its request names the calls")
    func evalCase() throws {
        let one = try ship("req-1")
        let request = try JSONValue.parse(one.call.request)
        let line: JSONValue = [
            "id": "case-1", "called_at": "2026-01-01T00:00:00Z", "request": request, "label": "lost_card", "label_by": "person",
            "segment": "mail",
            "failure_mode": "label_mismatch",
        ]
        #expect(try send(line).stored == 1)
        var unknown = line
        unknown["request"] = ["messages": [["role": "user", "content": "never asked"]]]
        #expect(try send(unknown).unmatched == ["case-1"])
    }
}
