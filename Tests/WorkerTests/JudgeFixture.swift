import Configuration
import Foundation
import JSON
import Postgres
import Storage
import Synchronization
import Telemetry
import TestSupport
import Testing
import Traffic

@testable import Worker

/// A database with recorded pairs of one workload, and a judge whose answers a test's script gives.
final class JudgeFixture: Sendable {
    static let monday = Timestamp("2026-11-16T08:00:00Z")!
    static let key = "sk-judge-secret"

    let url: String
    let judge: StubUpstream
    let metrics = MetricsRegistry()
    private let lines = Mutex<[String]>([])

    /// A judge that is asked about nothing yet.
    init(_ script: @escaping @Sendable (JudgeQuestionSeen) -> StubAnswer) throws {
        url = try TemporaryPostgres.freshDatabase(template: "understudy") { url in
            try Migrator(StoreMigrations.all).run(PostgresConnection(url: url, applicationName: "tests"))
        }
        judge = try StubUpstream { request in script(JudgeQuestionSeen(request)) }
    }

    func connection() throws -> PostgresConnection { try PostgresConnection(url: url, applicationName: "tests") }

    /// What was logged.
    var logged: [String] { lines.withLock { $0 } }

    private var log: Log {
        Log(
            level: .info, clock: { 0 },
            output: { [self] bytes in
                lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
                return true
            })
    }

    func settings(_ workload: String = "support-intents", _ change: (inout WorkloadSettings) -> Void = { _ in }) throws -> WorkloadSettings
    {
        var settings = WorkloadSettings(
            workload: workload, compare: CompareSettings(kind: .label, labels: ["card_arrival", "lost_card", "transfer_failed"]),
            production: ProductionSettings(url: try UpstreamURL("http://production.test")),
            candidate: CandidateSettings(name: "phi-4", url: try UpstreamURL("http://candidate.test/v1"), model: "phi-4"))
        settings.judge = JudgeSettings(
            url: try UpstreamURL("\(judge.url)/v1"), model: "judge-1", key: .environment("JUDGE_KEY"),
            price: TokenPrice(input: 100, output: 1000), limits: JudgeLimits(timeoutNanoseconds: 5_000_000_000))
        change(&settings)
        return settings
    }

    /// Imports pairs, a minute apart, and compares them. Each is asked for its own name, unless `input` says what all are asked.
    @discardableResult
    func take(
        _ pairs: [(production: String, candidate: String, label: String?)], _ settings: WorkloadSettings, input: String? = nil
    ) throws -> StoredTrial {
        let connection = try connection()
        let lines = pairs.enumerated().map { number, pair -> JSONValue in
            var line: JSONValue = [
                "id": .string("p\(number)"), "called_at": .string(Self.monday.adding(seconds: Double(number) * 60).description),
                "request": ["model": "gpt-5", "messages": [["role": "user", "content": .string(input ?? "question \(number)")]]],
                "production": ["output": .string(pair.production), "model": "gpt-5"],
                "candidate": ["output": .string(pair.candidate), "model": "phi-4"],
            ]
            line["label"] = pair.label.map { .string($0) }
            return line
        }
        let outcome = try RecordedPairs(connection).store(
            lines: lines.flatMap { $0.serialised() + [10] }, name: "pairs.jsonl", settings: settings, at: Self.monday)
        try compare()
        return outcome.trial
    }

    /// Lets a worker compare all that waits.
    func compare() throws {
        let worker = Worker(try connection(), log: log, metrics: metrics)
        while try worker.work(at: Self.monday) {}
    }

    static let hurried = JudgePace(poll: 0.02, count: 0, again: [0.01, 0.02, 0.03], rest: 0.02, longestRest: 0.2, lease: 60)

    func thread(pace: JudgePace = hurried, environment: [String: String] = ["JUDGE_KEY": key]) throws -> JudgeThread {
        try JudgeThread(database: url, environment: environment, pace: pace, log: log, metrics: metrics)
    }

    /// Runs a thread until something holds of the database.
    func judge(
        pace: JudgePace = hurried, environment: [String: String] = ["JUDGE_KEY": key],
        until holds: (JudgeQueue) throws -> Bool = {
            try $0.waitingPairs() == 0
        }
    ) throws {
        let thread = try thread(pace: pace, environment: environment)
        defer { thread.stop() }
        try wait { try holds($0) }
    }

    func wait(until holds: (JudgeQueue) throws -> Bool) throws {
        let line = JudgeQueue(try connection())
        let deadline = Date(timeIntervalSinceNow: 30)
        while try !holds(line) {
            guard deadline.timeIntervalSinceNow > 0 else { throw NotReached(logged: logged) }
            usleep(10_000)
        }
    }

    /// What the analyst sees, oldest pair first.
    func judgements() throws -> PostgresRows {
        try connection().query("SELECT * FROM understudy.judgements ORDER BY pair_id, trial")
    }

    func value(_ sql: String) throws -> String? { try connection().query(sql).first?.value(at: 0) }
}

/// What was waited for did not happen.
struct NotReached: Error {
    var logged: [String]
}

/// A question as a judge received it.
struct JudgeQuestionSeen: Sendable {
    let request: StubRequest
    let body: JSONValue
    let first: String
    let second: String
    /// What the app asked.
    let asked: String

    init(_ request: StubRequest) {
        self.request = request
        body = (try? JSONValue.parse(request.body)) ?? .null
        let lines = body.at("/messages/1/content")?.stringValue?.split(separator: "\n") ?? []
        let data = lines.count > 1 ? (try? JSONValue.parse(String(lines[1]))) ?? .null : .null
        first = data.at("/answer_1/text")?.stringValue ?? ""
        second = data.at("/answer_2/text")?.stringValue ?? ""
        asked = data.at("/request/messages/0/content")?.stringValue ?? ""
    }

    /// The reply of a judge that takes answers of this text for right.
    func reply(right: String, same: Bool = false) -> StubAnswer {
        .reply(
            "{\"first_correct\":\(first == right),\"second_correct\":\(second == right),\"same_meaning\":\(same),\"difference\":\"contradiction\"}"
        )
    }
}

extension StubAnswer {
    /// A chat completion with this content; 1,000 tokens read and 10 written.
    static func reply(_ content: String, finish: String = "stop") -> StubAnswer {
        let body: JSONValue = [
            "id": "chatcmpl-1", "model": "judge-1",
            "choices": [
                ["index": 0, "finish_reason": .string(finish), "message": ["role": "assistant", "content": .string(content)]]
            ],
            "usage": ["prompt_tokens": 1000, "completion_tokens": 10],
        ]
        return .json(body.serialisedString())
    }
}
