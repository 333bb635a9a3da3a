internal import Foundation
internal import Glibc
internal import Processes

/// Ends the benchmark with one line, and what it had started.
func stop(_ message: String, code: Int32) -> Never {
    unsafe Stage.running?.end()
    FileHandle.standardError.write(Data("MirrorBenchmark: \(message)\n".utf8))
    exit(code)
}

/// Prints a line at once: a long run shows what it has.
func show(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

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

/// The machine's load average over the last minute: figures taken on a busy machine must say so.
func loadAverage() -> String {
    (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)).flatMap { $0.split(separator: " ").first.map(String.init) } ?? "?"
}

/// Processor seconds that a process and those below it have used.
func processorSeconds(_ process: Int32) -> Double {
    guard let own = ProcessIdentity.processorSeconds(of: process) else { return 0 }
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
    let below = threads.flatMap { thread in
        ((try? String(contentsOfFile: "/proc/\(process)/task/\(thread)/children", encoding: .utf8)) ?? "").split(separator: " ")
    }
    return own + below.compactMap { Int32($0) }.reduce(0) { $0 + processorSeconds($1) }
}

/// Whether the kernel first divides the processor among sessions (autogroups of sched(7)), so that the processes of PostgreSQL, each a
/// session of its own, do not yield to the mirror. Not so in a CPU group, as a unit or a container may have.
private func sessionsShareTheProcessor() -> Bool {
    func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
    guard text("/proc/sys/kernel/sched_autogroup_enabled").hasPrefix("1") else { return false }
    let groups = text("/proc/self/cgroup").split(separator: "\n").map { $0.split(separator: ":", omittingEmptySubsequences: false) }
    if let old = groups.first(where: { $0.count > 2 && $0[1].split(separator: ",").contains("cpu") }) { return old[2] == "/" }
    let path = groups.first { $0.first == "0" }?.last ?? "/"
    return !FileManager.default.fileExists(atPath: "/sys/fs/cgroup\(path)/cpu.weight")
}

/// The whole numbers behind a measure's name.
struct Numbers {
    private let words: ArraySlice<String>

    init(_ options: [String]) { words = options.dropFirst() }

    /// The number at a position, where one is given.
    subscript(position: Int, or usual: Int) -> Int {
        guard position < words.count else { return usual }
        guard let number = Int(words[words.startIndex + position]), number > 0 else {
            stop("\(words[words.startIndex + position]) is no number above 0", code: 2)
        }
        return number
    }
}

/// Text in a column of that width.
func column(_ text: String, _ width: Int) -> String { text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0) }

/// Thousands of connections need as many descriptors.
func raiseDescriptorLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

/// A running `understudy up` of the release build beside this program, in a folder of its own.
final class Stage {
    /// The one that `stop` ends; main thread only.
    nonisolated(unsafe) static var running: Stage?

    let folder = FileManager.default.temporaryDirectory.appending(path: "understudy-bench-\(ProcessInfo.processInfo.processIdentifier)")
    let up = Process()
    private(set) var mirror = ""
    private(set) var mirrorProcess: Int32 = 0
    private let binary = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "understudy").path

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    }

    /// One that runs, with the workload `bench`, whose models are nginx's. The caller ends both.
    static func besideNginx(sample: String = "10%") throws -> (Stage, Nginx) {
        let stage = try Stage()
        let nginx = try Nginx(in: stage.folder)
        try stage.start()
        try stage.enable("bench", production: nginx.model, candidate: nginx.model, sample: sample)
        return (stage, nginx)
    }

    /// Starts everything and waits until it is ready.
    func start() throws {
        if sessionsShareTheProcessor() {
            show("autogroups are on and this is no CPU group: PostgreSQL does not yield to the mirror here (deploy/README.md, Running)")
        }
        up.executableURL = URL(filePath: binary)
        up.arguments = ["up", "--data", data]
        for role in ["mirror", "web", "metrics"] { up.arguments?.append("--\(role)-address=127.0.0.1:0") }
        let lines = Pipe()
        up.standardOutput = lines
        up.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try up.run()
        unsafe Stage.running = self
        var ready = ""
        while !ready.contains("ready ") || !ready.hasSuffix("\n") {
            let more = lines.fileHandleForReading.availableData
            if more.isEmpty { stop("understudy up did not start; build it first: swift build -c release", code: 1) }
            ready += String(decoding: more, as: UTF8.self)
        }
        let address = ready.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("mirror=") }
        guard let address, let child = children(of: up.processIdentifier).first(where: { $0.command.contains(" mirror ") }) else {
            stop("no mirror in: \(ready)", code: 1)
        }
        mirror = String(address.dropFirst("mirror=".count))
        mirrorProcess = child.pid
    }

    private var data: String { folder.appending(path: "data").path }

    /// Enables a workload by its settings' text.
    func enable(_ settings: String) throws {
        let file = folder.appending(path: "bench.yaml")
        try settings.write(to: file, atomically: true, encoding: .utf8)
        output([binary, "enable", "--data", data, "-f", file.path, "--no-probe"])
    }

    /// Enables a workload of labels by its URLs.
    func enable(_ workload: String, production: String, candidate: String, sample: String = "10%") throws {
        try enable(
            """
            workload: \(workload)
            compare: { as: label, labels: [card_arrival, lost_card] }
            production: { url: "\(production)", price: { input: 5, output: 25 } }
            candidate: { url: "\(candidate)", model: small, price: { input: 0.1, output: 0.4 }, confidence: none }
            sample: \(sample)
            control: 0%
            """)
    }

    /// Runs a command of the program on the stage's data.
    func run(_ arguments: [String]) -> String { output([binary] + arguments + ["--data", data]) }

    /// Ends everything.
    func end() {
        unsafe Stage.running = nil
        up.terminate()
        up.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
