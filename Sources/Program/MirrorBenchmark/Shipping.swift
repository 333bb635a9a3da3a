internal import Configuration
internal import EmbeddedPostgres
internal import Foundation
internal import JSON
internal import Postgres
internal import Processes
internal import Spool
internal import Storage
internal import Traffic

/// Rows shipped a second from a spool, as the courier ships them, against `\copy` of the same rows into the same partitioned tables:
/// in turn, into tables that are empty each time. A pair is two rows, its call's and its own.
func measureShipping(_ numbers: Numbers) throws {
    let count = numbers[0, or: 20_000]
    let rounds = numbers[1, or: 3]
    let folder = try FileSystem.makeUniqueFolder(in: FileManager.default.temporaryDirectory.path, prefix: "understudy-shipping-")
    try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: folder)
    let server = try EmbeddedPostgres.start(DataFolder("\(folder)/data").claim())
    defer {
        server.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }
    let connection = try PostgresConnection(url: server.url, applicationName: "benchmark")
    try Migrator(StoreMigrations.all).run(connection)
    let start = Timestamp("2026-11-16T08:00:00Z")!
    let trial = try Registry(connection).enable(ShippedPairs.settings(), at: start).trial
    let writer = try SpoolWriter(root: "\(folder)/spool")
    for number in 0..<count {
        let (call, pair) = ShippedPairs.pair(number, of: trial)
        while !writer.append(.call(call)) { Thread.sleep(forTimeInterval: 0.01) }
        while !writer.append(.pair(pair)) { Thread.sleep(forTimeInterval: 0.01) }
    }
    guard writer.flush() else { stop("the spool could not be written", code: 1) }
    defer { writer.close() }
    show("\(count) pairs, 2 rows each, \(rounds) rounds in turn; load average \(loadAverage())")
    var shipped: [Double] = []
    var copied: [Double] = []
    let parts = try CopiedParts(folder: "\(folder)/parts", url: server.url)
    for round in 0..<rounds {
        try empty(connection)
        shipped.append(Double(count) * 2 / (try ship(writer.folder, connection)))
        if round == 0 { try parts.write(connection, pairs: count) }
        try empty(connection)
        copied.append(Double(count) * 2 / parts.copy())
    }
    let stored = try connection.query("SELECT count(*)::int AS rows FROM understudy_store.call")[0].int("rows")
    guard stored == count else { stop("\\copy stored \(stored) calls of \(count)", code: 1) }
    show(
        column("shipped", 12) + shipped.map { String(format: "%9.0f", $0) }.joined()
            + String(format: "   median %.0f rows/s", median(shipped)))
    show(
        column("\\copy", 12) + copied.map { String(format: "%9.0f", $0) }.joined() + String(format: "   median %.0f rows/s", median(copied))
    )
    show(String(format: "ratio %.2f (median of the rounds')", median(zip(shipped, copied).map { $0 / $1 })))
    show("load average after: \(loadAverage())")
}

private func empty(_ connection: PostgresConnection) throws {
    let tables = ["call", "pair", "prompt", "batch", "shipment", "coverage_count"].map { "understudy_store.\($0)" }
    try connection.script("TRUNCATE \(tables.joined(separator: ", ")); CHECKPOINT")
}

/// As the courier does; gives the seconds.
private func ship(_ spool: SpoolFolder, _ connection: PostgresConnection) throws -> Double {
    let began = ContinuousClock.now
    let (reader, shipper) = (SpoolReadAhead(SpoolReader(spool)), Shipper(connection))
    var position = SpoolPosition.start
    while true {
        let batch = try reader.read(from: position)
        if batch.isIdle(from: position) { break }
        _ = try shipper.ship(batch, spool: spool.id, from: position)
        position = batch.next
    }
    return (ContinuousClock.now - began) / .seconds(1)
}

/// The shipped rows in files of 1,000, and psql to copy them in again.
private struct CopiedParts {
    private static let rows = 1000
    let folder: String
    let url: String

    init(folder: String, url: String) throws {
        self.folder = folder
        self.url = url
        try FileSystem.makeFolder(folder, mode: 0o755)
    }

    /// Writes the files, and the script that copies them.
    func write(_ connection: PostgresConnection, pairs: Int) throws {
        var (out, back) = ("", "")
        for table in ["call", "pair"] {
            let columns = try connection.query(
                """
                SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS names FROM pg_attribute
                WHERE attrelid = 'understudy_store.\(table)'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
                """)[0].text("names")
            for first in stride(from: 0, to: pairs, by: CopiedParts.rows) {
                let file = "\(folder)/\(table)-\(first)"
                out +=
                    "\\copy (SELECT \(columns) FROM understudy_store.\(table) ORDER BY id OFFSET \(first) LIMIT \(CopiedParts.rows)) TO '\(file)'\n"
                back += "\\copy understudy_store.\(table) (\(columns)) FROM '\(file)'\n"
            }
        }
        try out.write(toFile: "\(folder)/out.sql", atomically: true, encoding: .utf8)
        try back.write(toFile: "\(folder)/back.sql", atomically: true, encoding: .utf8)
        run("out.sql")
    }

    /// Copies all of them in; gives the seconds.
    func copy() -> Double {
        let began = ContinuousClock.now
        run("back.sql")
        return (ContinuousClock.now - began) / .seconds(1)
    }

    private func run(_ script: String) { output(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-f", "\(folder)/\(script)", url]) }
}

/// Pairs like those of the other measures: a classification, one system text for all calls.
private enum ShippedPairs {
    static func settings() throws -> WorkloadSettings {
        var compare = CompareSettings(kind: .label)
        compare.labels = ["card_arrival", "lost_card"]
        return WorkloadSettings(
            workload: "bench", compare: compare,
            production: ProductionSettings(url: try UpstreamURL("http://production.test"), price: TokenPrice(input: 5, output: 25)),
            candidate: CandidateSettings(
                name: "small", url: try UpstreamURL("http://candidate.test/v1"), model: "small",
                price: .tokens(TokenPrice(input: 0.1, output: 0.4))))
    }

    static func pair(_ number: Int, of trial: StoredTrial) -> (call: Call, pair: Pair) {
        let moment = trial.startedAt.adding(seconds: Double(number) / 1000)
        let call = Call(
            id: Identifier(at: moment), workload: trial.workload, source: .mirror, calledAt: moment, path: "/v1/chat/completions",
            request: Load.body(), production: leg("large", number), controlRate: 0)
        return (
            call,
            Pair(
                id: Identifier(at: moment), callID: call.id, trial: trial.id, workload: trial.workload, candidate: leg("small", number),
                samplingRate: 0.1)
        )
    }

    private static func leg(_ model: String, _ number: Int) -> Leg {
        Leg(
            status: 200, output: number % 10 == 0 && model == "small" ? "lost_card" : "card_arrival", finishReason: "stop", model: model,
            requestID: "chatcmpl-\(number)", usage: TokenUsage(input: 512, output: 4), durationMs: 300 + Double(number % 400))
    }
}
