internal import Glibc

/// A process by its id and the moment it started, so that a later process with the same id is never taken for it.
public struct ProcessIdentity: Sendable, Hashable {
    /// The process id.
    public let processID: Int32
    /// The name of its program, at most 15 bytes, as the kernel shows it.
    public let name: String
    /// When it started, in clock ticks since the machine did (field 22 of `/proc/PID/stat`).
    public let startTicks: UInt64

    /// The process that has this id now; nil if there is none, or only a dead one that its parent has not collected yet.
    public init?(running processID: Int32) {
        guard let (name, fields) = ProcessIdentity.status(of: processID), fields[0] != "Z", fields[0] != "X", let ticks = UInt64(fields[19])
        else { return nil }
        self.processID = processID
        self.name = name
        startTicks = ticks
    }

    /// Seconds of processor time that a process has used, the kernel's for it included; nil if there is none with this id.
    public static func processorSeconds(of processID: Int32) -> Double? {
        guard let (_, fields) = status(of: processID), let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The name in `/proc/PID/stat` (proc(5)) and the fields behind it, the third of the file first.
    private static func status(of processID: Int32) -> (name: String, fields: [String])? {
        guard processID > 0, let bytes = readSmallFile("/proc/\(processID)/stat"),
            // The second field, the name in parentheses, may hold anything: counting starts behind its last parenthesis.
            let nameStart = bytes.firstIndex(of: UInt8(ascii: "(")),
            let nameEnd = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = bytes[(nameEnd + 1)...].split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard fields.count > 19 else { return nil }
        return (String(decoding: bytes[(nameStart + 1)..<nameEnd], as: UTF8.self), fields)
    }

    /// Every process of this name whose working folder is `folder` (an absolute path without links).
    public static func all(named name: String, in folder: String) -> [ProcessIdentity] {
        let numbers = ((try? FileSystem.names(in: "/proc")) ?? []).compactMap { Int32($0) }
        return numbers.compactMap { ProcessIdentity(running: $0) }.filter { $0.name == name && $0.workingFolder == folder }
    }

    /// True while this very process runs.
    public var isRunning: Bool { ProcessIdentity(running: processID)?.startTicks == startTicks }

    /// Its working folder; nil if that cannot be seen.
    public var workingFolder: String? { readLink("/proc/\(processID)/cwd") }

    /// Sends it a signal if it still runs. False if it does not, or may not be signalled.
    @discardableResult
    public func send(_ signal: Int32) -> Bool { isRunning && kill(processID, signal) == 0 }
}

/// Where a symbolic link leads.
private func readLink(_ path: String) -> String? {
    var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe target.withUnsafeMutableBytes { buffer in
        guard let start = buffer.baseAddress else { return -1 }
        return unsafe readlink(path, start.assumingMemoryBound(to: CChar.self), buffer.count)
    }
    return count < 0 ? nil : String(decoding: target[..<count], as: UTF8.self)
}
