// Fills a PostgreSQL of its own with pairs and prints how many a second the diff worker compares, from claim to commit: with one
// worker, with two, and beside a worker in Python that does the same with deepdiff and jsonschema, all in one run.
//
// usage: ComparisonBenchmark [--pairs N] [--only label|json|tools|text] [--without-python]
// Ratios travel between machines, absolute figures do not.
internal import Configuration
internal import EmbeddedPostgres
internal import Foundation
internal import Postgres
internal import Processes
internal import Spool
internal import Storage
internal import Telemetry
internal import Traffic
internal import Worker

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.contains("--help") {
    print("usage: ComparisonBenchmark [--pairs N] [--only label|json|tools|text] [--without-python]")
    exit(0)
}

/// The value after an option.
func option(_ name: String) -> String? {
    arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
}

// What a worker's process does: it compares until nothing waits, and prints what it compared and what that cost.
if arguments.first == "worker" {
    let connection = try PostgresConnection(url: arguments[1], applicationName: "benchmark worker")
    let worker = Worker(connection, log: Log(), metrics: MetricsRegistry())
    let moment = Timestamp("2026-11-16T12:00:00Z")!
    while try worker.work(at: moment) {}
    let seconds = [getpid(), connection.serverProcessID].map { ProcessIdentity.processorSeconds(of: $0) ?? 0 }
    print("\(seconds[0]) \(seconds[1])")
    exit(0)
}

/// Runs workers side by side until nothing waits: wall seconds, and the CPU seconds of workers and of their server processes.
func run(_ commands: [[String]]) throws -> (wall: Double, worker: Double, server: Double) {
    let start = ContinuousClock.now
    let children = try commands.map { command in
        var child = ChildCommand("/usr/bin/env", command)
        child.output = .pipe
        return try ChildProcess(child)
    }
    var (worker, server) = (0.0, 0.0)
    for child in children {
        let words = String(decoding: child.output?.readToEnd() ?? [], as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard child.wait().isSuccess, words.count == 2 else {
            print("a worker failed: \(words.joined(separator: " "))")
            exit(1)
        }
        worker += Double(words[0]) ?? 0
        server += Double(words[1]) ?? 0
    }
    let wall = (ContinuousClock.now - start) / .seconds(1)
    return (wall, worker, server)
}

/// Stores pairs in a new trial, waiting to be compared.
func fill(_ pairs: SyntheticPairs, count: Int, name: String, _ connection: PostgresConnection) throws {
    let start = Timestamp("2026-11-16T08:00:00Z")!
    let trial = try Registry(connection).enable(pairs.settings(name), at: start).trial
    let shipper = Shipper(connection)
    let spool = Identifier(at: start)
    for first in stride(from: 0, to: count, by: 1000) {
        let records = (first..<min(first + 1000, count)).flatMap { number -> [SpoolRecord] in
            let (call, pair) = pairs.pair(number, of: trial)
            return [.call(call), .pair(pair)]
        }
        let here = SpoolPosition(segment: 1, offset: UInt64(first))
        let batch = SpoolBatch(
            entries: records.map { SpoolEntry(record: $0, position: here) }, next: SpoolPosition(segment: 1, offset: UInt64(first + 1000)))
        _ = try shipper.ship(batch, spool: spool, from: here)
    }
    try connection.script("VACUUM ANALYZE")
}

let count = option("--pairs").flatMap { Int($0) } ?? 20_000
let only = option("--only")
let peer = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "peer.py").path
let python = arguments.contains("--without-python") ? nil : peer
let folder = try FileSystem.makeUniqueFolder(in: FileManager.default.temporaryDirectory.path, prefix: "understudy-comparison-")
let server = try EmbeddedPostgres.start(DataFolder(folder).claim())
defer {
    server.stop()
    try? FileManager.default.removeItem(atPath: folder)
}
let connection = try PostgresConnection(url: server.url, applicationName: "benchmark")
try Migrator(StoreMigrations.all).run(connection)

/// A figure in a column of its own.
func column(_ text: String, _ width: Int = 14) -> String { String(repeating: " ", count: max(1, width - text.count)) + text }

print("Pairs a second, claim to commit; \(count) pairs a row, 1,000 characters of request each, one pair in ten differs.")
print(
    "kind and length  " + column("one worker") + column("µs worker") + column("µs server") + column("two workers") + column("ratio")
        + column("Python") + column("ratio"))
let own = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().path
for load in Load.all where only == nil || load.kind.rawValue == only {
    // Long answers fill the disk: fewer of them say as much.
    let count = (load.bytes ?? 0) > 4096 ? max(1, count / 5) : count
    let pairs = SyntheticPairs(load: load)
    var rates: [Double] = []
    var line = load.name.padding(toLength: 17, withPad: " ", startingAt: 0)
    for workers in 1...2 {
        try fill(pairs, count: count, name: "w\(workers)-\(load.kind.rawValue)-\(load.bytes ?? 0)", connection)
        let used = try run(Array(repeating: [own, "worker", server.url], count: workers))
        rates.append(Double(count) / used.wall)
        line += column("\(Int(rates[workers - 1]))")
        if workers == 1 {
            line += column("\(Int(used.worker / Double(count) * 1e6))") + column("\(Int(used.server / Double(count) * 1e6))")
        }
    }
    line += column(String(format: "%.2f", rates[1] / rates[0]))
    if let python {
        try fill(pairs, count: count / 5, name: "python-\(load.kind.rawValue)-\(load.bytes ?? 0)", connection)
        let used = try run([["/usr/bin/python3", python, server.url]])
        let rate = Double(count / 5) / used.wall
        line += column("\(Int(rate))") + column(String(format: "%.0f", rates[0] / rate))
    }
    print(line)
}
