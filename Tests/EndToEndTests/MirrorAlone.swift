import Configuration
import Foundation
import TestSupport
import Traffic

/// The mirror's own process and nothing else: no database, no courier; its routes come from a settings file.
final class MirrorAlone {
    let folder: TemporaryFolder
    let program: RunningProgram
    /// Where it listens, as it says itself.
    let url: String

    /// - Parameter production: the URL behind the route `w`.
    init(production: String, _ options: [String] = [], address: String = "127.0.0.1:0", environment: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        let settings = MirrorSettings(
            samplingKey: .init(word0: 1, word1: 2), routes: [MirrorRoute(workload: "w", productionURL: try UpstreamURL(production))],
            trials: [])
        try settings.write(to: folder.path("settings.json"))
        program = try RunningProgram(
            [
                "mirror", "--without-courier", "--data-folder", folder.path(""), "--mirror-address", address, "--metrics-address",
                "127.0.0.1:0",
            ] + options, environment: environment)
        url = try program.ready()["mirror"] ?? ""
    }

    /// The port of `url`.
    var port: UInt16 { url.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

    /// Memory in use now, and the most that ever was, in KiB.
    func memory() throws -> (now: Int, most: Int) {
        let status = try String(contentsOfFile: "/proc/\(program.processID)/status", encoding: .utf8)
        func number(_ name: String) -> Int {
            status.split(separator: "\n").first { $0.hasPrefix(name + ":") }?.split(whereSeparator: \.isWhitespace).dropFirst().first
                .flatMap { Int($0) } ?? 0
        }
        return (number("VmRSS"), number("VmHWM"))
    }
}

/// A tool of the machine, run to its end.
func tool(_ name: String, _ arguments: [String], in folder: String? = nil) throws -> Program.Result {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [name] + arguments
    if let folder { process.currentDirectoryURL = URL(filePath: folder) }
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let errorText = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Program.Result(
        status: process.terminationStatus, output: String(decoding: text, as: UTF8.self), errors: String(decoding: errorText, as: UTF8.self)
    )
}
