import Configuration
import Foundation
import JSON
import Postgres
import Report
import Storage
import Synchronization
import Telemetry
import TestSupport
import Testing
import Traffic
import Verdict

@testable import Worker

private let right = "card_arrival"

@Suite struct `Pairs put to their judge` {
    @Test func `are asked about in both orders, blind, with the judge's own key`() throws {
        let store = try JudgeFixture { $0.reply(right: right) }
        try store.take(
            [(right, "lost_card", nil), ("lost_card", right, nil), ("lost_card", "transfer_failed", nil), (right, right, nil)],
            store.settings())
        try store.judge()
        let rows = try store.judgements()
        #expect(try rows.map { try $0.double("f") } == [-1, 1, 0])
        #expect(rows.allSatisfy { $0.isNull("error") })
        #expect(try rows.allSatisfy { try $0.bool("order_consistent") && $0.text("model") == "judge-1" && !$0.bool("reused") })
        let seen = store.judge.requests.map(JudgeQuestionSeen.init)
        for (production, candidate) in [(right, "lost_card"), ("lost_card", right), ("lost_card", "transfer_failed")] {
            #expect(seen.contains { $0.first == production && $0.second == candidate })
            #expect(seen.contains { $0.first == candidate && $0.second == production })
        }
        for question in seen {
            #expect(question.request.target == "/v1/chat/completions")
            #expect(question.request.header("authorization") == "Bearer \(JudgeFixture.key)")
            #expect(question.request.header("understudy-leg") == "judge")
            #expect(!question.request.text.contains("gpt-5") && !question.request.text.contains("phi-4"))
            #expect(question.body["temperature"] == 0)
        }
        // No two calls share a mark, so none can be foreseen.
        #expect(Set(seen.map { $0.body.at("/messages/1/content")?.stringValue?.prefix(32) }).count == seen.count)
        // 1,000 tokens read and 10 written, at 100 and 1,000 USD a million.
        #expect(try abs(rows[0].double("cost") - 0.11 * Double(rows[0].int("calls"))) < 1e-9)
        let metrics = store.metrics.prometheusText()
        #expect(metrics.contains("understudy_judge_calls_total{outcome=\"answered\"} \(seen.count)\n"))
        #expect(metrics.contains("understudy_judge_pairs_total{outcome=\"opinion\"} 3\n"))
    }

    @Test func `predict nothing where the judge goes by the place`() throws {
        let store = try JudgeFixture { _ in
            .reply(#"{"first_correct":true,"second_correct":false,"same_meaning":false,"difference":"meaning"}"#)
        }
        try store.take([(right, "lost_card", nil)], store.settings())
        try store.judge()
        let row = try store.judgements()[0]
        #expect(try row.double("f") == 0 && !row.bool("order_consistent") && row.isNull("error"))
    }

    @Test(arguments: [
        ("malformed", StubAnswer.reply("answer_2 is right"), 3), ("malformed", .reply("```json\n{}\n```"), 3), ("malformed", .reply(""), 3),
        ("truncated", .reply("{\"first_correct\":", finish: "length"), 3), ("refused", .reply("", finish: "content_filter"), 1),
        (
            "refused",
            .json(#"{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":null,"refusal":"No."}}]}"#), 1
        ),
        ("server_error", .json("{}", status: 500), 3), ("server_error", .text("not json"), 3), ("server_error", .json("{\"a\":1}"), 3),
        ("rate_limited", .json("{}", status: 429), 3), ("denied", .json("{}", status: 401), 3), ("denied", .json("{}", status: 404), 3),
        ("rejected", .json(#"{"error":"too long"}"#, status: 400), 1), ("connection_failed", .closed, 3), ("timeout", .hang, 3),
        ("truncated", StubAnswer(headers: [("Content-Type", "application/json")], framing: .chunked, steps: [.flood]), 3),
    ])
    func `count without a prediction where no opinion comes, after few calls`(_ error: String, _ answer: StubAnswer, _ calls: Int) throws {
        let store = try JudgeFixture { _ in answer }
        try store.take([(right, "lost_card", nil)], store.settings { $0.judge?.limits.timeoutNanoseconds = 300_000_000 })
        try store.judge()
        let row = try store.judgements()[0]
        #expect(try row.text("error") == error)
        #expect(try row.double("f") == 0 && row.int("calls") == calls)
        #expect(row.isNull("order_consistent") && row.isNull("same_meaning"))
        #expect(try store.value("SELECT count(*) FROM understudy_store.judge_call WHERE error = '\(error)'") == "\(calls)")
        #expect(store.metrics.prometheusText().contains("understudy_judge_pairs_total{outcome=\"\(error)\"} 1\n"))
        // Whoever answered, or was too late, bills; whoever turned the call away does not.
        let isBilled = ["malformed", "truncated", "refused", "timeout"].contains(error)
        #expect(try (row.double("cost") > 0) == isBilled)
    }

    @Test func `are asked about again after a failure, in the order that failed`() throws {
        let failures = Mutex(0)
        let store = try JudgeFixture { question in
            guard question.first == right,
                failures.withLock({
                    $0 += 1
                    return $0 < 3
                })
            else { return question.reply(right: right) }
            return .reply("no object")
        }
        try store.take([("lost_card", right, nil)], store.settings())
        try store.judge()
        let row = try store.judgements()[0]
        #expect(try row.double("f") == 1 && row.isNull("error"))
        let asks = try store.value(
            "SELECT string_agg(ask || ' ' || attempt || ' ' || coalesce(error, 'ok'), ', ' ORDER BY id) FROM understudy_store.judge_call WHERE ask <> 'again'"
        )
        #expect(asks == "production_first 1 ok, candidate_first 1 malformed, candidate_first 2 malformed, candidate_first 3 ok")
    }

    @Test func `are asked about without a temperature where the model takes none`() throws {
        let store = try JudgeFixture { question in
            question.body["temperature"] == nil
                ? question.reply(right: right)
                : .json(#"{"error":{"message":"Unsupported value: 'temperature' does not support 0 with this model."}}"#, status: 400)
        }
        try store.take([(right, "lost_card", nil), ("lost_card", right, nil)], store.settings { $0.judge?.limits.concurrency = 1 })
        try store.judge()
        #expect(try store.judgements().map { try $0.double("f") } == [-1, 1])
        #expect(store.judge.requests.map(JudgeQuestionSeen.init).count { $0.body["temperature"] != nil } == 1)
        #expect(try store.value("SELECT count(*) FROM understudy_store.judge_call WHERE error IS NOT NULL") == "0")
    }

    @Test func `wait while the judge asks for patience, all of the trial's`() throws {
        let refusals = Mutex(0)
        let store = try JudgeFixture { question in
            guard
                refusals.withLock({
                    $0 += 1
                    return $0 == 1
                })
            else { return question.reply(right: right) }
            return StubAnswer(
                status: 429, headers: [("Retry-After", "1"), ("Content-Type", "application/json")], steps: [.send([0x7B, 0x7D])])
        }
        try store.take((0..<4).map { _ in (right, "lost_card", nil) }, store.settings { $0.judge?.limits.concurrency = 1 })
        var pace = JudgeFixture.hurried
        pace.longestRest = 300
        try store.judge(pace: pace)
        #expect(try store.judgements().allSatisfy { $0.isNull("error") })
        let times = store.judge.requests.map(\.receivedAt)
        #expect(times[1] - times[0] >= 990_000_000)
        #expect(store.logged.contains { $0.contains("rate_limited") })
        #expect(store.logged.allSatisfy { !$0.contains(JudgeFixture.key) })
    }

    @Test func `no more than the limit are under way at once`() throws {
        let now = Mutex(0)
        let most = Mutex(0)
        let store = try JudgeFixture { question in
            let running = now.withLock {
                $0 += 1
                return $0
            }
            most.withLock { $0 = max($0, running) }
            usleep(30_000)
            now.withLock { $0 -= 1 }
            return question.reply(right: right)
        }
        try store.take((0..<12).map { _ in (right, "lost_card", nil) }, store.settings { $0.judge?.limits.concurrency = 3 })
        try store.judge()
        #expect(most.withLock { $0 } == 3)
    }

    @Test func `that are too long are not sent`() throws {
        let store = try JudgeFixture { $0.reply(right: right) }
        try store.take([(right, String(repeating: "long ", count: 60_000), nil)], store.settings())
        try store.judge()
        #expect(try store.judgements()[0].text("error") == "too_large")
        #expect(store.judge.requests.isEmpty)
    }
}

@Suite struct `A judge's budget and memory` {
    @Test func `at the day's limit no further call begins, and what comes counts without a prediction`() throws {
        let store = try JudgeFixture { $0.reply(right: right) }
        let today = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
        // A call costs 0.11 USD: the third passes the limit.
        let trial = try store.take(
            (0..<5).map { _ in (right, "lost_card", nil) },
            store.settings { $0.judge?.limits = JudgeLimits(concurrency: 1, timeoutNanoseconds: 5_000_000_000, dollarsPerDay: 0.3) })
        try store.judge()
        #expect(store.judge.requests.count == 3)
        let rows = try store.judgements()
        #expect(rows.map { $0.textOrNull("error") ?? "" } == ["", "budget", "budget", "budget", "budget"])
        #expect(try abs(JudgeQueue(store.connection()).spent(trial: trial.id, on: today) - 0.33) < 1e-9)
        #expect(try abs(rows.reduce(0) { try $0 + $1.double("cost") } - 0.33) < 1e-9)
        // What was given up stays given up when there is money again.
        try store.judge(until: { _ in true })
        #expect(try store.judgements().map { $0.textOrNull("error") ?? "" } == ["", "budget", "budget", "budget", "budget"])
    }

    @Test func `the same question is asked once, also for another workload`() throws {
        let store = try JudgeFixture { $0.reply(right: right) }
        let settings = try store.settings { $0.judge?.limits.concurrency = 1 }
        try store.take((0..<3).map { _ in (right, "lost_card", nil) }, settings, input: "the same")
        try store.judge()
        let asked = store.judge.requests.count
        #expect(asked == 2 || asked == 3)
        #expect(try store.judgements().map { try $0.bool("reused") } == [false, true, true])
        try store.take([(right, "lost_card", nil)], store.settings("other"), input: "the same")
        try store.judge()
        #expect(store.judge.requests.count == asked)
        let rows = try store.judgements()
        #expect(try rows.map { try $0.double("f") } == [-1, -1, -1, -1])
        #expect(
            try rows.filter { try $0.bool("reused") }.map { try [Double($0.int("calls")), $0.double("cost")] } == [
                [0, 0], [0, 0], [0, 0],
            ])
        // Another model, or the answers the other way round, are other questions.
        try store.take([(right, "lost_card", nil)], store.settings("third") { $0.judge?.model = "judge-2" }, input: "the same")
        try store.take([("lost_card", right, nil)], store.settings("fourth"), input: "the same")
        try store.judge()
        #expect(store.judge.requests.count >= asked + 4)
    }

    @Test func `what brought no opinion is asked again for the next pair`() throws {
        let isBroken = Mutex(true)
        let store = try JudgeFixture { question in isBroken.withLock { $0 } ? .reply("?") : question.reply(right: right) }
        try store.take([(right, "lost_card", nil)], store.settings(), input: "the same")
        try store.judge()
        isBroken.withLock { $0 = false }
        try store.take([(right, "lost_card", nil)], store.settings("other"), input: "the same")
        try store.judge()
        #expect(try Set(store.judgements().map { try $0.textOrNull("error") ?? "f \($0.double("f"))" }) == ["malformed", "f -1.0"])
    }

    @Test func `a share is asked a second time in the same order`() throws {
        let count = 120
        let store = try JudgeFixture { $0.reply(right: right) }
        try store.take((0..<count).map { _ in (right, "lost_card", nil) }, store.settings { $0.judge?.limits.concurrency = 8 })
        try store.judge()
        let again = try #require(Int(try store.value("SELECT count(*) FROM understudy_store.judge_call WHERE ask = 'again'") ?? ""))
        // Binomial with 5 %: 6 expected.
        #expect((1...18).contains(again))
        #expect(store.judge.requests.count == 2 * count + again)
        let rows = try store.judgements()
        #expect(try rows.count { try $0.boolOrNull("repeat_consistent") == true } == again)
    }
}

@Suite struct `A judge's thread` {
    @Test func `that is stopped in the middle is followed by one that goes on where it stood`() throws {
        let gate = Gate()
        let isFirst = Mutex(true)
        let store = try JudgeFixture { question in
            guard question.first == "lost_card",
                isFirst.withLock({ first in
                    defer { first = false }
                    return first
                })
            else {
                return question.reply(right: right)
            }
            var answer = question.reply(right: right)
            answer.before = [.wait(gate)]
            return answer
        }
        // Production's first order is answered, the other hangs when the thread ends.
        try store.take([(right, "lost_card", nil)], store.settings())
        let thread = try store.thread()
        try store.judge.waitForRequests(2)
        thread.stop()
        #expect(try store.value("SELECT string_agg(ask, ' ') FROM understudy_store.judge_call") == "production_first")
        #expect(try store.judgements().isEmpty)
        gate.open()
        try store.judge()
        #expect(try store.judgements().map { try $0.double("f") } == [-1])
        let asks = "SELECT string_agg(ask, ' ' ORDER BY id) FROM understudy_store.judge_call WHERE ask <> 'again'"
        #expect(try store.value(asks) == "production_first candidate_first")
        #expect(store.judge.requests.map(JudgeQuestionSeen.init).count { $0.first == right } <= 2)
    }

    @Test func `that dies loses its pair to another once the lease has run out`() throws {
        let store = try JudgeFixture { $0.reply(right: right) }
        try store.take([(right, "lost_card", nil)], store.settings())
        // Claimed by a worker that was killed: nothing gives the pair back.
        _ = try #require(try JudgeQueue(store.connection()).claim(lease: 0.5))
        try store.judge()
        #expect(try store.judgements().count == 1)
    }

    @Test func `leaves pairs waiting whose judge has no key here, and says so`() throws {
        let store = try JudgeFixture { $0.reply(right: right) }
        try store.take([(right, "lost_card", nil)], store.settings())
        try store.judge(environment: [:]) { _ in store.logged.contains { $0.contains("JUDGE_KEY") } }
        #expect(try JudgeQueue(store.connection()).waitingPairs() == 1)
        #expect(store.judge.requests.isEmpty)
        try store.judge()
        #expect(try store.judgements().count == 1)
    }

    @Test func `gives up pairs that have waited for a day`() throws {
        let store = try JudgeFixture { $0.reply(right: right) }
        try store.take([(right, "lost_card", nil)], store.settings())
        try store.connection().execute("UPDATE understudy_store.judge_task SET created_at = now() - interval '25 hours'")
        try store.judge(environment: [:])
        #expect(try store.judgements()[0].text("error") == "expired")
    }

    @Test func `connects again to a database that went away`() throws {
        let store = try JudgeFixture { $0.reply(right: right) }
        let thread = try store.thread()
        defer { thread.stop() }
        try store.take([(right, "lost_card", nil)], store.settings())
        try store.wait { try $0.waitingPairs() == 0 }
        try store.connection().execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'understudy judge' AND datname = current_database()"
        )
        try store.take([(right, "lost_card", nil)], store.settings("other"))
        try store.wait { try $0.waitingPairs() == 0 }
        #expect(try store.judgements().count == 2)
    }
}

@Suite struct `A trial with a judge, from pairs to verdict` {
    @Test func `takes predictions into the evidence, and never for the truth`() throws {
        // Right of ten but for every fifth, where the judge errs.
        let store = try JudgeFixture { question in
            let number = Int(question.asked.split(separator: " ").last ?? "") ?? 0
            return question.reply(right: number.isMultiple(of: 5) ? "lost_card" : right)
        }
        let pairs: [(String, String, String?)] = (0..<30).map { number in
            switch number % 3 {
            case 0: (right, right, right)
            case 1: (right, "lost_card", number < 15 ? right : nil)
            default: ("lost_card", right, number < 15 ? right : nil)
            }
        }
        let trial = try store.take(pairs, store.settings { $0.adjudicate.disagreements = 0.5 })
        let connection = try store.connection()
        let early = try takeLook(connection, trial: trial.id, at: JudgeFixture.monday.adding(seconds: 7200))
        // Until the judge has spoken the evidence stops before the second pair.
        #expect(early.input.cells.reduce(0) { $0 + $1.count } == 1)
        try store.judge()
        let taken = try takeLook(connection, trial: trial.id, at: JudgeFixture.monday.adding(seconds: 7300))
        #expect(taken.input.cells.reduce(0) { $0 + $1.count } == 30)
        #expect(taken.input.terms.judgeTrust == 0.5)
        var predicted: [Double: Int] = [:]
        for cell in taken.input.cells where cell.agreement == .different { predicted[cell.prediction, default: 0] += cell.count }
        #expect(predicted == [-1: 10, 1: 10])
        // Who was right is what the labels say.
        #expect(taken.input.differing == CorrectnessCounts(productionOnly: 5, candidateOnly: 5, unknown: 10))
        #expect(try store.value("SELECT count(*) FROM understudy.pairs WHERE correct_by NOT IN ('label')") == "0")
        let audit = try JudgeQueue(connection).audit(trial: trial.id, through: JudgeFixture.monday.adding(seconds: 1e9))
        #expect(audit.judged == 10 && audit.agreeing == 8)
        #expect(audit.orders == 20 && audit.consistentOrders == 20)
    }
}

@Suite struct `The report of a trial with a judge` {
    @Test func `gives figures that its own queries give again`() throws {
        let answers = Mutex(0)
        let store = try JudgeFixture { question in
            let number = answers.withLock {
                $0 += 1
                return $0
            }
            if question.asked.hasSuffix("4") { return .reply("no object") }
            return question.reply(right: number.isMultiple(of: 7) ? question.second : right)
        }
        let pairs: [(String, String, String?)] = (0..<40).map { number in
            number % 2 == 0 ? (right, right, right) : (number % 4 == 1 ? right : "lost_card", number % 4 == 1 ? "lost_card" : right, right)
        }
        let asked = pairs.enumerated().map { number, pair in number == 34 ? (right, "lost_card", Optional("lost_card")) : pair }
        let trial = try store.take(asked, store.settings { $0.judge?.limits.dollarsPerDay = 100 })
        try store.judge()
        let connection = try store.connection()
        let moment = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6) + 1_000_000)
        let report = try ReportMaker(connection).report(trial: trial.id, at: moment)
        let json = try JSONValue.parse(report.rendered(as: .json))
        #expect(json.at("/judge/opinions")?.intValue == 20 && json.at("/judge/errors/malformed")?.intValue == 1)
        #expect(json.at("/judge/agreement/n")?.intValue == 20 && json.at("/judge/per_day")?.doubleValue == 100)
        let analyst = try PostgresConnection(
            url: store.url, applicationName: "tests", options: ["role": "understudy_analyst", "search_path": "understudy"])
        var checked = 0
        for member in json["sql"]?.objectValue ?? [] where member.name.hasPrefix("/judge/") {
            let shown = try #require(json.at(member.name)?.doubleValue, "\(member.name)")
            let asked = try #require(try analyst.query(member.value.stringValue ?? "").first?.doubleOrNull("estimate"), "\(member.name)")
            #expect(abs(shown - asked) < 1e-9, "\(member.name): \(shown) in the report, \(asked) in SQL")
            checked += 1
        }
        #expect(checked >= 8)
        for format in [ReportFormat.text, .markdown, .html] {
            let text = report.rendered(as: format)
            #expect(text.contains("judge-1") && text.contains("malformed 1"), "\(format)")
        }
    }

    @Test func `says nothing of a judge where none is asked`() throws {
        let store = try JudgeFixture { $0.reply(right: right) }
        let trial = try store.take([(right, "lost_card", right)], store.settings { $0.judge = nil })
        let report = try ReportMaker(store.connection()).report(trial: trial.id, at: JudgeFixture.monday.adding(seconds: 3600))
        for format in ReportFormat.allCases { #expect(!report.rendered(as: format).lowercased().contains("judge-1")) }
        #expect(try JSONValue.parse(report.rendered(as: .json))["judge"] == nil)
    }
}
