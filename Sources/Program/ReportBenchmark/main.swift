// Fills a PostgreSQL of its own with pairs, compares them all, and prints how long reading takes: the report, each of the twelve
// questions of migrations/README.md as the analyst asks it, and what plain SQL over the raw pairs takes for a report's figures.
//
// usage: ReportBenchmark [--pairs N] [--keep]
// Each figure is the median of three runs, in milliseconds.
internal import Configuration
internal import EmbeddedPostgres
internal import Foundation
internal import Postgres
internal import Processes
internal import Report
internal import Spool
internal import Storage
internal import Telemetry
internal import Traffic
internal import Worker

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.contains("--help") {
    print("usage: ReportBenchmark [--pairs N (default 1000000)] [--keep]")
    exit(0)
}
let count = arguments.firstIndex(of: "--pairs").flatMap { $0 + 1 < arguments.count ? Int(arguments[$0 + 1]) : nil } ?? 1_000_000
let folder = try FileSystem.makeUniqueFolder(in: FileManager.default.temporaryDirectory.path, prefix: "understudy-report-")
let server = try EmbeddedPostgres.start(DataFolder(folder).claim())
defer {
    server.stop()
    try? FileManager.default.removeItem(atPath: folder)
}
let connection = try PostgresConnection(url: server.url, applicationName: "benchmark")
try Migrator(StoreMigrations.all).run(connection)

let now = Timestamp(microseconds: Int64(Date.now.timeIntervalSince1970 * 1e6))
let week = RecordedTraffic(count: count, end: now)
let start = ContinuousClock.now
try week.fill(connection)
let filled = ContinuousClock.now
let worker = Worker(connection, log: Log(), metrics: MetricsRegistry())
while try worker.work(at: now) {}
_ = try Summaries(connection).refreshLatency()
let compared = ContinuousClock.now
try connection.script("VACUUM ANALYZE")

/// A duration in seconds.
func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
let size = try connection.query("SELECT pg_database_size(current_database()) AS bytes")[0].int("bytes")
print(
    "\(count) pairs: shipped in \(Int(seconds(filled - start))) s, compared in \(Int(seconds(compared - filled))) s, "
        + "\(size / max(1, count)) bytes a pair in the database")

/// The median of three runs, in milliseconds.
func median(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    return try (0..<3).map { _ in try seconds(clock.measure(body)) * 1000 }.sorted()[1]
}

/// One row of the table.
func show(_ name: String, _ milliseconds: Double) {
    print(name.padding(toLength: 74, withPad: " ", startingAt: 0) + String(format: "%9.1f", milliseconds))
}

let maker = ReportMaker(connection)
show("the report", try median { _ = try maker.report(workload: RecordedTraffic.workload, at: now).rendered(as: .html) })
let settings = ["role": "understudy_analyst", "search_path": "understudy", "jit": "off", "enable_partitionwise_join": "on"]
let analyst = try PostgresConnection(url: server.url, applicationName: "benchmark", options: settings)
for (name, sql) in try AnalystPage.questions() { show(name, try median { _ = try analyst.query(sql) }) }
for (name, sql) in RecordedTraffic.plainQueries { show("plain SQL over the raw pairs: \(name)", try median { _ = try analyst.query(sql) }) }
