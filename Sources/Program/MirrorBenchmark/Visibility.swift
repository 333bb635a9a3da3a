internal import Foundation

/// How long it takes from a call to its place in what the report would say, one call at a time at odd moments.
func measureVisibility(_ numbers: Numbers) throws {
    let count = numbers[0, or: 20]
    let (stage, nginx) = try Stage.besideNginx(sample: "100%")
    defer {
        stage.end()
        nginx.end()
    }
    Thread.sleep(forTimeInterval: 1.5)
    let load = try Load(origin: stage.mirror)
    defer { try? load.end() }
    show("\(count) calls one by one, 100 % sampled, `status` asked until it counts each; load average \(loadAverage())")
    var seconds: [Double] = []
    for number in 0..<count {
        Thread.sleep(forTimeInterval: Double(number % 7) * 0.09)
        let start = ContinuousClock.now
        _ = try load.run("bench", callsPerSecond: 1, seconds: 1)
        while compared(stage) <= number {
            guard ContinuousClock.now - start < .seconds(60) else { stop("a call was not compared within a minute", code: 1) }
        }
        seconds.append((ContinuousClock.now - start) / .seconds(1))
    }
    let asking = ContinuousClock.now
    _ = compared(stage)
    let step = (ContinuousClock.now - asking) / .seconds(1)
    let sorted = seconds.sorted()
    show(
        String(
            format: "from call to report: median %.2f s, worst %.2f s (asking takes %.2f s of it)", median(sorted), sorted.last ?? .nan,
            step))
    show("load average after: \(loadAverage())")
}

private func compared(_ stage: Stage) -> Int {
    let status = stage.run(["status", "bench", "--json"])
    guard let object = try? JSONSerialization.jsonObject(with: Data(status.utf8)) as? [String: Any] else { return 0 }
    return object["compared"] as? Int ?? 0
}
