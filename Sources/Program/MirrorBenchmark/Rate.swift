internal import Foundation

/// Calls at a fixed rate through nginx and through the mirror in turn, 10 % sampled, everything stored: what their clients see. Each is
/// timed from the moment that it was due, so that a stall counts for all calls that had to wait for it.
func measureRate(_ numbers: Numbers) throws {
    let rate = numbers[0, or: 1000]
    let seconds = Double(numbers[1, or: 5])
    let rounds = numbers[2, or: 3]
    let (stage, nginx) = try Stage.besideNginx()
    defer {
        stage.end()
        nginx.end()
    }
    Thread.sleep(forTimeInterval: 1.5)
    let targets = [
        ("model itself", try Load(origin: nginx.model), "direct"), ("nginx", try Load(origin: nginx.origin), "mirror"),
        ("mirror", try Load(origin: stage.mirror), "bench"),
    ]
    defer { for target in targets { try? target.1.end() } }
    for (_, load, workload) in targets { _ = try load.run(workload, callsPerSecond: rate, seconds: 1) }
    show("\(rate) calls a second, \(rounds) rounds of \(seconds) s in turn, 10 % sampled, everything stored; load average \(loadAverage())")
    show("each timed from when it was due; ratios to nginx are medians of the rounds'")
    var runs: [[Load.Outcome]] = targets.map { _ in [] }
    for _ in 0..<rounds {
        for (position, (_, load, workload)) in targets.enumerated() {
            runs[position].append(try load.run(workload, callsPerSecond: rate, seconds: seconds))
        }
    }
    show("target          p50 ms   p90 ms   p99 ms   p99 of each round            p50 ratio   p99 ratio   failed")
    for (position, (name, _, _)) in targets.enumerated() {
        let all = Load.Outcome(milliseconds: runs[position].flatMap(\.milliseconds), failed: runs[position].reduce(0) { $0 + $1.failed })
        let each = runs[position].map { String(format: "%.2f", $0.quantile(0.99)) }.joined(separator: " ")
        func ratio(_ share: Double) -> Double {
            median(zip(runs[position], runs[1]).map { $0.quantile(share) / $1.quantile(share) })
        }
        show(
            column(name, 14)
                + String(format: "%8.3f %8.3f %8.3f   ", all.quantile(0.5), all.quantile(0.9), all.quantile(0.99)) + column(each, 28)
                + String(format: "%9.2f %11.2f %8d", ratio(0.5), ratio(0.99), all.failed))
    }
    show("load average after: \(loadAverage())")
}
