internal import EventLoop
internal import Foundation

/// Loads the mirror without sampling and with every call sampled to a candidate that misbehaves, in turn (A B A B …), and prints what
/// its clients see of production as ratios to the rounds without sampling.
///
/// Calls come at a fixed rate, whether earlier ones have been answered or not. Production takes 20 ms over each.
func measureIsolation(_ options: [String]) throws {
    let rounds = options.first.flatMap { Int($0) } ?? 5
    let seconds = options.dropFirst().first.flatMap { Double($0) } ?? 2
    let stage = try Stage()
    let models = try Models()
    let production = try models.start(.none)
    try stage.start()
    defer { stage.end() }
    let workloads = [("plain", "1%", Misbehaviour.none)] + Misbehaviour.allCases.map { ("\($0)", "100%", $0) }
    for (name, sample, misbehaviour) in workloads {
        try stage.enable(
            """
            workload: \(name)
            compare: { as: label, labels: [card_arrival, lost_card] }
            production: { url: "\(production)" }
            candidate: { url: "\(try models.start(misbehaviour))", model: small, confidence: none, limits: { timeout: 1s } }
            sample: \(sample)
            control: 0%
            """)
    }
    _ = stage.run(["disable", "plain"])  // the route stays
    Thread.sleep(forTimeInterval: 1.5)
    let load = try Load(origin: stage.mirror)
    defer { try? load.end() }
    for (name, _, _) in workloads { _ = try load.run(name, callsPerSecond: 20, seconds: 0.5) }
    show("200 calls a second, production takes 20 ms, every call sampled, \(rounds) rounds of \(seconds) s; load average \(loadAverage())")
    show("candidate       p50 ms   p99 ms   p50 ratio   p99 ratio   failed   mirror's memory, peak")
    for (name, _, _) in workloads.dropFirst() {
        var plain: [Double] = []
        var shadowed: [Double] = []
        var ratios: [(p50: Double, p99: Double)] = []
        var failed = 0
        for _ in 0..<rounds {
            let without = try load.run("plain", callsPerSecond: 200, seconds: seconds)
            let with = try load.run(name, callsPerSecond: 200, seconds: seconds)
            Thread.sleep(forTimeInterval: 1.2)  // legs in flight end before the next round without
            plain += without.milliseconds
            shadowed += with.milliseconds
            ratios.append((with.quantile(0.5) / without.quantile(0.5), with.quantile(0.99) / without.quantile(0.99)))
            failed += without.failed + with.failed
        }
        let all = Load.Outcome(milliseconds: shadowed)
        show(
            name.padding(toLength: 14, withPad: " ", startingAt: 0)
                + String(
                    format: "%8.2f %8.2f %11.3f %11.3f %8d   %.0f MB", all.quantile(0.5), all.quantile(0.99), median(ratios.map(\.p50)),
                    median(ratios.map(\.p99)), failed, try memory(of: stage.mirrorProcess, "VmHWM")))
    }
    show("load average after: \(loadAverage())")
}

/// The middle one.
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
