import Foundation
import Glibc
import Synchronization

/// The built `understudy` binary, run as its users run it.
enum Program {
    /// The binary beside the test bundle.
    static let path: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "understudy").path
    }()

    /// What a finished run printed and returned.
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Runs a command to its end.
    static func run(_ arguments: [String], environment: [String: String] = [:], input: String? = nil) throws -> Result {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = merged(environment)
        let folder = FileManager.default.temporaryDirectory.appending(path: "understudy-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = folder.appending(path: "out")
        let errors = folder.appending(path: "err")
        for file in [output, errors] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        if let input {
            let pipe = Pipe()
            process.standardInput = pipe
            try process.run()
            pipe.fileHandleForWriting.write(Data(input.utf8))
            try pipe.fileHandleForWriting.close()
        } else {
            process.standardInput = FileHandle.nullDevice
            try process.run()
        }
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }

    /// The tests' environment without a database that the machine may have configured.
    static func merged(_ environment: [String: String]) -> [String: String] {
        var all = ProcessInfo.processInfo.environment
        all["UNDERSTUDY_DATABASE_URL"] = nil
        all.merge(environment) { $1 }
        return all
    }
}

/// A long-running `understudy` process whose `ready` line can be awaited. Ended when it is dropped: asked to first, since a killed
/// `up` leaves its PostgreSQL behind.
final class RunningProgram: @unchecked Sendable {
    /// What it has printed. Apart from the program, so that the thread that reads it does not keep the program alive.
    private final class Printed: Sendable {
        let state = Mutex<(text: String, ended: Bool)>(("", false))
        let arrived = DispatchSemaphore(value: 0)
    }

    // @unchecked: `process` is only started, signalled and awaited.
    private let process = Process()
    private let printed = Printed()
    let errorsFile: URL

    /// Starts it; standard error goes to a file that a failing test can show.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        errorsFile = FileManager.default.temporaryDirectory.appending(path: "understudy-errors-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: errorsFile.path, contents: nil)
        process.executableURL = URL(filePath: Program.path)
        process.arguments = arguments
        process.environment = Program.merged(environment)
        process.standardInput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: errorsFile)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let reader = pipe.fileHandleForReading
        Thread.detachNewThread { [printed] in
            while true {
                let data = reader.availableData
                printed.state.withLock { state in
                    if data.isEmpty { state.ended = true } else { state.text += String(decoding: data, as: UTF8.self) }
                }
                printed.arrived.signal()
                if data.isEmpty { return }
            }
        }
    }

    deinit {
        let deadline = Date().addingTimeInterval(10)
        if process.isRunning { kill(process.processIdentifier, SIGTERM) }
        while process.isRunning, Date() < deadline { usleep(20_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: errorsFile)
    }

    var processID: Int32 { process.processIdentifier }
    var errors: String { (try? String(contentsOf: errorsFile, encoding: .utf8)) ?? "" }
    var output: String { printed.state.withLock { $0.text } }

    /// Waits for the line that starts with `ready ` and gives its `name=value` words.
    func ready(within seconds: Double = 60) throws -> [String: String] {
        let deadline = DispatchTime.now() + seconds
        while true {
            let (text, ended) = printed.state.withLock { $0 }
            if let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ready ") }), text.contains("\n") {
                var words: [String: String] = [:]
                for word in line.split(separator: " ").dropFirst() {
                    let parts = word.split(separator: "=", maxSplits: 1)
                    if parts.count == 2 { words[String(parts[0])] = String(parts[1]) }
                }
                return words
            }
            if ended { throw Unexpected("ended before it was ready: \(text) \(errors)") }
            if printed.arrived.wait(timeout: deadline) == .timedOut { throw Unexpected("not ready in \(seconds) s: \(text) \(errors)") }
        }
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for its end and gives the exit status.
    @discardableResult func waitForEnd() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }
}

/// Why a test could not go on.
struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Asks again and again until `condition` gives a value, for things that have no event to await from outside the process.
func eventually<Value>(within seconds: Double = 30, _ what: String, _ condition: () throws -> Value?) throws -> Value {
    let deadline = Date().addingTimeInterval(seconds)
    while true {
        if let value = try condition() { return value }
        if Date() > deadline { throw Unexpected("not within \(seconds) s: \(what)") }
        usleep(50_000)
    }
}

/// The processes below one, with their command lines.
func descendants(of parent: Int32) -> [(pid: Int32, command: String)] {
    var found: [(Int32, String)] = []
    var parents: Set<Int32> = [parent]
    let pids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }.sorted()
    for pid in pids {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), let close = stat.lastIndex(of: ")") else {
            continue
        }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard fields.count > 1, let parent = Int32(fields[1]), parents.contains(parent) else { continue }
        parents.insert(pid)
        let command = (try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)) ?? ""
        found.append((pid, command.replacingOccurrences(of: "\0", with: " ")))
    }
    return found
}
