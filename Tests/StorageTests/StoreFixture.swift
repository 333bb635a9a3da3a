import Configuration
import JSON
import Postgres
import Storage
import TestSupport
import Traffic

@testable import Spool

/// A migrated database of a test's own, and traffic to fill it with.
struct StoreFixture {
    let url: String
    let connection: PostgresConnection
    var registry: Registry { Registry(connection) }
    var shipper: Shipper { Shipper(connection) }
    var queue: ComparisonQueue { ComparisonQueue(connection) }

    init() throws {
        url = try TemporaryPostgres.freshDatabase(template: "understudy") { url in
            try Migrator(StoreMigrations.all).run(PostgresConnection(url: url, applicationName: "tests"))
        }
        connection = try PostgresConnection(url: url, applicationName: "tests")
    }

    private init(url: String) throws {
        self.url = url
        connection = try PostgresConnection(url: url, applicationName: "tests")
    }

    /// A database to which the migrations were applied themselves rather than copied.
    static func migratedAfresh() throws -> StoreFixture {
        let store = try StoreFixture(url: TemporaryPostgres.freshDatabase())
        try Migrator(StoreMigrations.all).run(store.connection)
        return store
    }

    /// A database as an older version left it.
    static func migrated(through number: Int) throws -> StoreFixture {
        let store = try StoreFixture(url: TemporaryPostgres.freshDatabase())
        try Migrator(StoreMigrations.all.filter { $0.number <= number }).run(store.connection)
        return store
    }

    /// Another session on the same database.
    func another() throws -> PostgresConnection { try PostgresConnection(url: url, applicationName: "tests") }

    /// A session of the analyst.
    func analyst() throws -> PostgresConnection {
        try PostgresConnection(url: url, applicationName: "tests", options: ["role": "understudy_analyst", "search_path": "understudy"])
    }

    /// The first column of the first row, as text.
    func value(_ sql: String, _ binds: [PostgresBind] = []) throws -> String? { try connection.query(sql, binds).first?.value(at: 0) }

    /// Ships records as one stretch of a new spool.
    @discardableResult
    func ship(_ records: [SpoolRecord]) throws -> Shipper.ShipResult {
        try shipper.shipAsOneStretch(records, spool: Identifier(at: Moments.monday), number: 0)
    }
}

extension Shipper {
    /// Ships records as a stretch of a spool, the stretches being numbered from 0.
    @discardableResult
    func shipAsOneStretch(_ records: [SpoolRecord], spool: Identifier, number: UInt64) throws -> ShipResult {
        let (start, end) = (SpoolPosition(segment: 1, offset: number * 1000), SpoolPosition(segment: 1, offset: (number + 1) * 1000))
        let entries = records.map { SpoolEntry(record: $0, position: start) }
        return try ship(SpoolBatch(entries: entries, next: end), spool: spool, from: start)
    }
}

/// Fixed moments: tests depend on no clock.
enum Moments {
    /// A Monday.
    static let monday = Timestamp("2026-11-16T08:00:00Z")!
    static let minute = 60.0
    static let hour = 3600.0
    static let day = 86_400.0
}

/// Settings of a workload of three labels; a test changes what it is about.
func labelSettings(
    workload: String = "support-intents", candidate: String = "phi-4", change: (inout WorkloadSettings) -> Void = { _ in }
) throws -> WorkloadSettings {
    var settings = WorkloadSettings(
        workload: workload,
        compare: CompareSettings(kind: .label, labels: ["card_arrival", "lost_card", "transfer_failed"]),
        production: ProductionSettings(url: try UpstreamURL("http://production.test"), price: TokenPrice(input: 5, output: 25)),
        candidate: CandidateSettings(
            name: candidate, url: try UpstreamURL("http://candidate.test/v1"), model: candidate,
            price: .tokens(TokenPrice(input: 0.125, output: 0.5))))
    change(&settings)
    return settings
}

/// What a leg answered.
func answer(
    _ output: String?, confidence: Double? = nil, durationMs: Double = 800, model: String = "gpt-5", requestID: String? = nil
) -> Leg {
    Leg(
        status: 200, output: output, finishReason: "stop", model: model, requestID: requestID,
        usage: TokenUsage(input: 200, output: 4), durationMs: durationMs, confidence: confidence.map { Confidence(score: $0) })
}

/// A call and its pair in a trial.
func traffic(
    _ trial: StoredTrial, at moment: Timestamp, production: Leg = answer("card_arrival"), candidate: Leg = answer("card_arrival"),
    control: Leg? = nil, segment: String? = nil, conversation: String? = nil, input: String = "Where is my card?", hashOrder: UInt64 = 0
) -> (call: Call, pair: Pair) {
    let request: JSONValue = [
        "model": "gpt-5",
        "messages": [["role": "system", "content": "Name the intent."], ["role": "user", "content": .string(input)]],
    ]
    let call = Call(
        id: Identifier(at: moment), workload: trial.workload, source: trial.source, calledAt: moment, segment: segment,
        conversation: conversation, path: "/v1/chat/completions", request: request.serialised(), production: production, control: control,
        controlRate: 0.05)
    let pair = Pair(
        id: Identifier(at: moment), callID: call.id, trial: trial.id, workload: trial.workload, candidate: candidate, samplingRate: 0.1,
        hashOrder: hashOrder)
    return (call, pair)
}

extension [(call: Call, pair: Pair)] {
    /// As a mirror writes them.
    var records: [SpoolRecord] { flatMap { [SpoolRecord.call($0.call), .pair($0.pair)] } }
}
