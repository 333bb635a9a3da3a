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
    try stage.enable(
        """
        workload: bench
        compare: { as: label, labels: [card_arrival, lost_card] }
        production: { url: "http://127.0.0.1:9001", price: { input: 5, output: 25 } }
        candidate: { url: "http://127.0.0.1:9003", model: small, price: { input: 0.1, output: 0.4 }, confidence: none }
        sample: 10%
        control: 0%
        """)
    let nginx = try String(contentsOf: stage.folder.appending(path: "proxy.pid"), encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    let target = "\(stage.mirror)/bench/v1/chat/completions"
    print("10 % sampled, everything stored. `mirror`: its process alone; `everything`: with shipping, PostgreSQL, worker and web.")
    print("load average before: \(loadAverage())")
    print(
        output(
            [bench.appending(path: "compare").path] + options + [
                "nginx=http://127.0.0.1:9002/mirror/v1/chat/completions@\(nginx)", "mirror=\(target)@\(stage.mirrorProcess)",
                "everything=\(target)@\(stage.up.processIdentifier)",
            ]), terminator: "")
    print("load average after: \(loadAverage())")
    print(stage.run(["status", "bench", "--json"]), terminator: "")
    output([bench.appending(path: "peers").path, "stop"], environment: run)
    stage.end()
}
