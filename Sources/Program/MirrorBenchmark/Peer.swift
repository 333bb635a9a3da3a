internal import Foundation

/// Loads the mirror and nginx with its mirror module in one run and prints calls per second, p50, p99 and CPU per call.
///
/// Needs the folder `shared/bench` beside the checkout (or UNDERSTUDY_SHARED), nginx and wrk: without them it says so.
func comparePeer(_ options: [String]) throws {
    let shared = ProcessInfo.processInfo.environment["UNDERSTUDY_SHARED"].map { URL(filePath: $0) } ?? URL(filePath: "../shared")
    let bench = shared.appending(path: "bench")
    guard FileManager.default.isExecutableFile(atPath: bench.appending(path: "compare").path) else {
        return print("MirrorBenchmark: skipped, no \(bench.path) here (it holds the nginx peer and the load)")
    }
    let programs = ["/usr/bin/wrk", "/usr/sbin/nginx"]
    guard programs.allSatisfy(FileManager.default.isExecutableFile(atPath:)) else {
        return print("MirrorBenchmark: skipped, nginx or wrk is missing: ./deploy/install --bench")
    }
    let stage = try Stage()
    let run = ["BENCH_RUN": stage.folder.path]
    output([bench.appending(path: "peers").path, "start"], environment: run, leavesDaemon: true)
    try stage.start()
    try stage.enable("bench", production: "http://127.0.0.1:9001", candidate: "http://127.0.0.1:9003")
    let nginx = try String(contentsOf: stage.folder.appending(path: "proxy.pid"), encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    let target = "\(stage.mirror)/bench/v1/chat/completions"
    print("10 % sampled, everything stored. `mirror`: its process alone; `everything`: with shipping, PostgreSQL, worker and web.")
    print("load average before: \(loadAverage())")
    let spentBefore = processorSeconds(stage.up.processIdentifier)
    print(
        output(
            [bench.appending(path: "compare").path] + options + [
                "nginx=http://127.0.0.1:9002/mirror/v1/chat/completions@\(nginx)", "mirror=\(target)@\(stage.mirrorProcess)",
                "everything=\(target)@\(stage.up.processIdentifier)",
            ]), terminator: "")
    print("load average after: \(loadAverage())")
    print(stage.run(["status", "bench", "--json"]), terminator: "")
    let calls = waitUntilCompared(stage)
    let spent = processorSeconds(stage.up.processIdentifier) - spentBefore
    print(String(format: "everything, until the last pair was compared: %.1f us a call of %.0f", spent / calls * 1e6, calls))
    showStoredBytes(stage)
    output([bench.appending(path: "peers").path, "stop"], environment: run)
    stage.end()
}

/// Waits until what was stored is compared, two minutes at most; gives the number of calls so far.
private func waitUntilCompared(_ stage: Stage) -> Double {
    let end = ContinuousClock.now + .seconds(120)
    while true {
        let status = try? JSONSerialization.jsonObject(with: Data(stage.run(["status", "bench", "--json"]).utf8)) as? [String: Any]
        guard let status, let calls = status["calls"] as? Int, let paired = status["paired"] as? Int else { return .nan }
        if status["compared"] as? Int == paired, status["spooled"] as? Int == 0 { return Double(calls) }
        guard ContinuousClock.now < end else {
            stop("what was stored was not compared within two minutes", code: 1)
        }
        Thread.sleep(forTimeInterval: 0.5)
    }
}

/// What a pair takes in the database: call, pair and comparison, indexes and long texts included.
private func showStoredBytes(_ stage: Stage) {
    let query = """
        SELECT count(*), (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
            WHERE relkind = 'r' AND relname ~ '^(call|pair|comparison)_[0-9]') FROM understudy.pairs
        """
    let numbers = stage.run(["sql", "--csv", query]).split(separator: "\n").last?.split(separator: ",").compactMap { Double($0) } ?? []
    guard numbers.count == 2, numbers[0] > 0 else { return print("no pairs were stored") }
    print(String(format: "%.0f pairs, %.0f bytes stored a pair (tables, indexes, long texts)", numbers[0], numbers[1] / numbers[0]))
}
