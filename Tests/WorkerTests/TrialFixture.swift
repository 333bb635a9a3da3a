import Configuration
import JSON
import Postgres
import Storage
import Telemetry
import TestSupport
import Traffic

@testable import Spool
@testable import Worker

/// A database of a test's own with trials of a mirror; what is shipped is compared by a worker.
struct TrialFixture {
    /// A Monday, 08:00 in UTC and 09:00 in Berlin.
    static let monday = Timestamp("2026-11-16T08:00:00Z")!

    let url: String
    let connection: PostgresConnection
    let metrics = MetricsRegistry()
    var maker: ReportMaker { ReportMaker(connection) }

    init() throws {
        url = try TemporaryPostgres.freshDatabase(template: "understudy") { url in
            try Migrator(StoreMigrations.all).run(PostgresConnection(url: url, applicationName: "tests"))
        }
        connection = try PostgresConnection(url: url, applicationName: "tests")
    }

    static func day(_ number: Double) -> Timestamp { monday.adding(seconds: number * 86_400) }

    static func settings(
        workload: String = "support-intents", candidate: String = "phi-4", change: (inout WorkloadSettings) -> Void = { _ in }
    ) throws -> WorkloadSettings {
        var settings = WorkloadSettings(
            workload: workload, compare: CompareSettings(kind: .label, labels: ["card_arrival", "lost_card", "transfer_failed"]),
            production: ProductionSettings(url: try UpstreamURL("http://production.test"), price: TokenPrice(input: 5, output: 25)),
            candidate: CandidateSettings(
                name: candidate, url: try UpstreamURL("http://candidate.test/v1"), model: candidate,
                price: .tokens(TokenPrice(input: 0.125, output: 0.5))))
        settings.trial.timezone = "Europe/Berlin"
        change(&settings)
        return settings
    }

    @discardableResult
    func enable(_ settings: WorkloadSettings, at moment: Timestamp = monday) throws -> StoredTrial {
        try Registry(connection).enable(settings, at: moment).trial
    }

    /// Ships calls a minute apart with one pair each, of which every third differs, and lets a worker compare them.
    @discardableResult
    func ship(_ trial: StoredTrial, _ count: Int, from moment: Timestamp) throws -> [Call] {
        var calls: [Call] = []
        var records: [SpoolRecord] = []
        for number in 0..<count {
            let at = moment.adding(seconds: Double(number) * 60)
            let request: JSONValue = [
                "model": "gpt-5", "messages": [["role": "user", "content": .string("Where is my card? \(number)")]],
            ]
            let call = Call(
                id: Identifier(at: at), workload: trial.workload, source: trial.source, calledAt: at,
                segment: number % 2 == 0 ? "mail" : nil,
                path: "/v1/chat/completions", request: request.serialised(),
                production: Self.answer("card_arrival", "chatcmpl-\(at.microseconds)"), controlRate: 0.05)
            let pair = Pair(
                id: Identifier(at: at), callID: call.id, trial: trial.id, workload: trial.workload,
                candidate: Self.answer(number % 3 == 0 ? "lost_card" : "card_arrival", nil), samplingRate: 0.1,
                hashOrder: UInt64(number))
            calls.append(call)
            records += [.call(call), .pair(pair)]
        }
        let counts: [(CoverageStage, Int)] = [(.calls, 10 * count), (.sampled, count)]
        records.append(
            .coverage(
                counts.map { CoverageDelta(workload: trial.workload, trial: trial.id, stage: $0.0, reason: "", at: moment, count: $0.1) }))
        let position = SpoolPosition(segment: 1, offset: 0)
        _ = try Shipper(connection).ship(
            SpoolBatch(
                entries: records.map { SpoolEntry(record: $0, position: position) }, next: SpoolPosition(segment: 1, offset: 1000)),
            spool: Identifier(at: moment), from: position)
        try compare(at: moment)
        return calls
    }

    private static func answer(_ output: String, _ requestID: String?) -> Leg {
        Leg(
            status: 200, output: output, finishReason: "stop", model: "gpt-5", requestID: requestID,
            usage: TokenUsage(input: 200, output: 4), durationMs: 800, confidence: Confidence(score: 0.9))
    }

    /// Lets a worker compare all that waits.
    func compare(at moment: Timestamp) throws {
        let worker = Worker(connection, log: Log(level: .error, clock: { 0 }) { _ in true }, metrics: metrics)
        while try worker.work(at: moment) {}
    }

    /// The first column of the first row, as text.
    func value(_ sql: String) throws -> String? { try connection.query(sql).first?.value(at: 0) }
}
