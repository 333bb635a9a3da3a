internal import Foundation

/// Memory of the mirror and of nginx with many idle connections, each of which has brought one call.
func measureIdle(_ numbers: Numbers) throws {
    let count = numbers[0, or: 10_000]
    let (stage, nginx) = try Stage.besideNginx()
    defer {
        stage.end()
        nginx.end()
    }
    Thread.sleep(forTimeInterval: 1.5)
    show("\(count) idle connections, one call before on each, 10 % sampled; load average \(loadAverage())")
    show("target        before MB   open MB   KB a connection")
    for (name, origin, workload, processes) in [
        ("nginx", nginx.origin, "mirror", nginx.workers), ("mirror", stage.mirror, "bench", [stage.mirrorProcess]),
    ] {
        func now() throws -> Double { try processes.reduce(0) { try $0 + memory(of: $1, "VmRSS") } }
        let before = try now()
        let client = Process()
        client.executableURL = URL(filePath: "/usr/bin/env")
        client.arguments = [
            "python3", URL(filePath: #filePath).deletingLastPathComponent().appending(path: "idle.py").path, origin,
            "/\(workload)/v1/chat/completions", "\(count)",
        ]
        let (input, lines) = (Pipe(), Pipe())
        client.standardInput = input
        client.standardOutput = lines
        try client.run()
        guard String(decoding: lines.fileHandleForReading.availableData, as: UTF8.self).hasPrefix("open \(count)") else {
            stop("the connections to \(name) could not be opened: raise the limit of open files (ulimit -n)", code: 1)
        }
        Thread.sleep(forTimeInterval: 3)
        let open = try now()
        show(column(name, 12) + String(format: "%11.1f %9.1f %17.2f", before, open, (open - before) * 1024 / Double(count)))
        try input.fileHandleForWriting.close()
        client.waitUntilExit()
    }
    show("load average after: \(loadAverage())")
}

/// Memory of the mirror, its courier and the worker over time, under a steady load.
func measureSteadiness(_ numbers: Numbers) throws {
    let seconds = numbers[0, or: 600]
    let rate = numbers[1, or: 1000]
    let (stage, nginx) = try Stage.besideNginx()
    defer {
        stage.end()
        nginx.end()
    }
    let roles = ["mirror", "courier", "worker"]
    let processes = roles.compactMap { role in
        children(of: stage.up.processIdentifier).first { $0.command.split(separator: " ").dropFirst().first == Substring(role) }?.pid
    }
    guard processes.count == roles.count else { stop("not all roles are running", code: 1) }
    Thread.sleep(forTimeInterval: 1.5)
    let load = try Load(origin: stage.mirror)
    defer { try? load.end() }
    show("\(rate) calls a second for \(seconds) s, 10 % sampled, everything stored; load average \(loadAverage())")
    show("seconds   mirror MB   courier MB   worker MB   failed calls")
    var history: [[Double]] = []
    var failed = 0
    for second in stride(from: 0, to: seconds, by: 10) {
        failed += try load.run("bench", callsPerSecond: rate, seconds: 10).failed
        let now = try processes.map { try memory(of: $0, "VmRSS") }
        history.append(now)
        if second % 60 == 50 || second + 10 >= seconds {
            show(String(format: "%7d %11.1f %12.1f %11.1f %14d", second + 10, now[0], now[1], now[2], failed))
        }
    }
    let half = history.count / 2
    for (position, role) in roles.enumerated() {
        func mean(_ part: ArraySlice<[Double]>) -> Double { part.reduce(0) { $0 + $1[position] } / Double(max(part.count, 1)) }
        let (first, second) = (mean(history[(half / 2)..<half]), mean(history[(half + half / 2)...]))
        show(
            "\(role): \(String(format: "%.1f MB in the second quarter, %.1f MB in the last (%+.1f %%)", first, second, (second / first - 1) * 100))"
        )
    }
    show("load average after: \(loadAverage())")
    show(stage.run(["status", "bench", "--json"]))
}

/// A process's memory in MB: `VmRSS` now, `VmHWM` the most that it ever held.
func memory(of process: Int32, _ field: String) throws -> Double {
    let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("\(field):") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
}
