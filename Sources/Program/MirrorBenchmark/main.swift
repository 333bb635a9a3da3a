// Loads the mirror and nginx with its mirror module in one run and prints calls per second, p50, p99 and CPU per call.
//
// Sampled: 10 %, everything stored. Needs the folder `shared/bench` beside the checkout (or UNDERSTUDY_SHARED), nginx and wrk:
// without them it says so and ends. Ratios travel between machines, absolute figures do not.
internal import Foundation
internal import Processes

/// Ends the benchmark with one line.
func stop(_ message: String, code: Int32) -> Never {
    FileHandle.standardError.write(Data("MirrorBenchmark: \(message)\n".utf8))
    exit(code)
}

/// Runs a program to its end and gives its standard output, unless it leaves a daemon behind that would keep the pipe open.
@discardableResult
func output(_ arguments: [String], environment: [String: String] = [:], leavesDaemon: Bool = false) -> String {
    var command = ChildCommand("/usr/bin/env", arguments)
    command.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    command.output = leavesDaemon ? .discard : .pipe
    do {
        let child = try ChildProcess(command)
        let text = String(decoding: child.output?.readToEnd() ?? [], as: UTF8.self)
        guard child.wait().isSuccess else { stop("\(arguments.joined(separator: " ")) failed", code: 1) }
        return text
    } catch {
        stop("\(error)", code: 1)
    }
}

/// The process ids directly below one, with their command lines.
func children(of parent: Int32) -> [(pid: Int32, command: String)] {
    output(["ps", "-o", "pid=,args=", "--ppid", String(parent)]).split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ", maxSplits: 1)
        return words.count == 2 ? Int32(words[0]).map { ($0, String(words[1])) } : nil
    }
}

let here = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
let shared = ProcessInfo.processInfo.environment["UNDERSTUDY_SHARED"].map { URL(filePath: $0) } ?? URL(filePath: "../shared")
let bench = shared.appending(path: "bench")
guard FileManager.default.isExecutableFile(atPath: bench.appending(path: "compare").path) else {
    print("MirrorBenchmark: skipped, no \(bench.path) here (it holds the nginx peer and the load)")
    exit(0)
}
guard FileManager.default.isExecutableFile(atPath: "/usr/bin/wrk"), FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx") else {
    print("MirrorBenchmark: skipped, nginx or wrk is missing: ./deploy/install --bench")
    exit(0)
}

let folder = FileManager.default.temporaryDirectory.appending(path: "understudy-bench-\(ProcessInfo.processInfo.processIdentifier)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
let run = ["BENCH_RUN": folder.path]
output([bench.appending(path: "peers").path, "start"], environment: run, leavesDaemon: true)

let binary = here.appending(path: "understudy").path
let data = folder.appending(path: "data").path
let up = Process()
up.executableURL = URL(filePath: binary)
up.arguments = [
    "up", "--data", data, "--mirror-address", "127.0.0.1:0", "--web-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0",
]
let upOutput = Pipe()
up.standardOutput = upOutput
up.standardError = FileHandle(forWritingAtPath: "/dev/null")
try up.run()

/// Ends everything that was started.
func cleanUp() {
    up.terminate()
    up.waitUntilExit()
    output([bench.appending(path: "peers").path, "stop"], environment: run)
    try? FileManager.default.removeItem(at: folder)
}

var ready = ""
while !ready.contains("ready ") || !ready.hasSuffix("\n") {
    let more = upOutput.fileHandleForReading.availableData
    if more.isEmpty { stop("understudy up did not start; build it first: swift build -c release", code: 1) }
    ready += String(decoding: more, as: UTF8.self)
}
guard let mirror = ready.split(whereSeparator: \.isWhitespace).first(where: { $0.hasPrefix("mirror=") })?.dropFirst("mirror=".count) else {
    stop("no mirror address in: \(ready)", code: 1)
}
let settings = folder.appending(path: "bench.yaml")
try """
workload: bench
compare: { as: label, labels: [card_arrival, lost_card] }
production: { url: "http://127.0.0.1:9001", price: { input: 5, output: 25 } }
candidate: { url: "http://127.0.0.1:9003", model: small, price: { input: 0.1, output: 0.4 }, confidence: none }
sample: 10%
control: 0%
""".write(to: settings, atomically: true, encoding: .utf8)
output([binary, "enable", "--data", data, "-f", settings.path, "--no-probe"])
guard let mirrorProcess = children(of: up.processIdentifier).first(where: { $0.command.contains(" mirror ") }) else {
    stop("no mirror process below understudy up", code: 1)
}
let nginx = try String(contentsOf: folder.appending(path: "proxy.pid"), encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
let target = "\(mirror)/bench/v1/chat/completions"
let options = Array(CommandLine.arguments.dropFirst())
print("10 % sampled, everything stored. `mirror`: its process alone; `everything`: with shipping, PostgreSQL, worker and web.")
print(
    output(
        [bench.appending(path: "compare").path] + options + [
            "nginx=http://127.0.0.1:9002/mirror/v1/chat/completions@\(nginx)", "mirror=\(target)@\(mirrorProcess.pid)",
            "everything=\(target)@\(up.processIdentifier)",
        ]), terminator: "")
print(output([binary, "status", "--data", data, "bench", "--json"]), terminator: "")
cleanUp()
