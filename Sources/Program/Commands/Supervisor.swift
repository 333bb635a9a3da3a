internal import EventLoop
internal import Glibc
internal import Processes
internal import Telemetry

/// Keeps child processes running: starts them, reads their `ready` line, starts them again when they die, ends them.
///
/// Everything happens on the thread of `loop`. The children die with this process, however it ends.
final class Supervisor {
    /// One child process to keep running.
    struct Role {
        let name: String
        /// Arguments for this program, given what its last run was bound to (`ready` words), so that a restart keeps its port.
        let arguments: ([String: String]) -> [String]
        /// Whether it leaves the processor to those that do not yield.
        var yields = false
        /// Listening sockets that each of its processes gets: they outlive it, so that no connection is refused meanwhile.
        var sockets: () -> [(name: String, socket: ListeningSocket)] = { [] }
    }

    private final class Child {
        let role: Role
        var process: ChildProcess?
        var watches: [LoopWatch] = []
        var pendingLine: [UInt8] = []
        var readyWords: [String: String] = [:]
        var startedAt: UInt64 = 0
        var failures = 0
        /// Called with the words of the first `ready` line.
        var onReady: (([String: String]) -> Void)?
        init(_ role: Role) { self.role = role }
    }

    private let loop: EventLoop
    private let environment: [String: String]
    private let log: Log
    private var children: [Child] = []
    /// Started to take a child's place, and not ready yet.
    private var successors: [Child] = []
    /// Replaced, and finishing their calls.
    private var retired: [Child] = []
    private var stopping = false

    /// - Parameter environment: added to this process's own for every child; carries the database URL, which must not stand in
    ///   an argument list that every user can read.
    init(loop: EventLoop, environment: [String: String], log: Log) {
        self.loop = loop
        self.environment = environment
        self.log = log
    }

    /// Starts a child and keeps it running; `ready` is called with the words of its first `ready` line.
    func start(_ role: Role, ready: @escaping ([String: String]) -> Void) throws {
        let child = Child(role)
        children.append(child)
        child.onReady = ready
        try launch(child)
    }

    /// Passes a signal on to one child, if it is running.
    func signal(_ name: String, _ number: Int32) { children.first { $0.role.name == name }?.process?.send(number) }

    /// Has a new process take over one child's work: it is started beside the old one, on the same sockets, and when it is ready the old
    /// one is asked to finish (SIGQUIT). When it does not come up, the old one goes on as if nothing had been.
    func replace(_ name: String) {
        guard !stopping, let old = children.first(where: { $0.role.name == name }) else { return }
        guard !successors.contains(where: { $0.role.name == name }) else {
            return log.info("supervisor", "\(name) is being replaced already")
        }
        let new = Child(old.role)
        new.onReady = { [weak self, unowned new] _ in self?.takeOver(new) }
        successors.append(new)
        do {
            try launch(new)
        } catch {
            successors.removeAll { $0 === new }
            log.error("supervisor", "a new \(name) cannot be started, the old one goes on: \(error)")
        }
    }

    private func takeOver(_ new: Child) {
        guard let position = children.firstIndex(where: { $0.role.name == new.role.name }) else { return }
        let old = children[position]
        children[position] = new
        successors.removeAll { $0 === new }
        guard let process = old.process else { return }
        log.info("supervisor", "a new \(new.role.name) serves; the old one finishes its calls")
        retired.append(old)
        process.send(SIGQUIT)
    }

    /// Ends one child, and those that it has replaced, with SIGTERM, and with SIGKILL what takes longer than `grace` seconds. Blocks;
    /// call it when the loop has been left.
    func end(_ name: String, grace: Double) {
        stopping = true
        let ending = (children + successors + retired).filter { $0.role.name == name }
        for child in ending { child.process?.send(SIGTERM) }
        let deadline = MonotonicClock.nanoseconds() + UInt64(grace * 1e9)
        for child in ending {
            guard let process = child.process else { continue }
            let now = MonotonicClock.nanoseconds()
            if process.wait(timeoutMilliseconds: Int((deadline > now ? deadline - now : 0) / 1_000_000)) == nil {
                log.warning("supervisor", "\(name) did not end within \(Int(grace)) s; killing it")
                process.send(SIGKILL)
                _ = process.wait()
            }
            for watch in child.watches { watch.cancel() }
        }
    }

    private func launch(_ child: Child) throws {
        var command = ChildCommand(programPath, child.role.arguments(child.readyWords))
        var variables = currentEnvironment().merging(environment) { $1 }
        variables[ServiceManager.variable] = nil
        command.environment = variables
        command.output = .pipe
        command.deathSignal = SIGKILL
        command.hasOwnGroup = true
        command.yields = child.role.yields
        command.sockets = child.role.sockets().map { ($0.name, $0.socket.descriptor) }
        let process = try ChildProcess(command)
        child.process = process
        child.startedAt = MonotonicClock.nanoseconds()
        child.pendingLine = []
        let exit = loop.watch(process.exitDescriptor, .read) { [weak self] _ in self?.ended(child) }
        child.watches = [exit]
        guard let output = process.output else { return }
        var reading: LoopWatch?
        reading = loop.watch(output.number, .read) { [weak self] _ in
            let bytes = output.read()
            if bytes.isEmpty { reading?.cancel() } else { self?.received(bytes, from: child) }
        }
        if let reading { child.watches.append(reading) }
    }

    private func received(_ bytes: [UInt8], from child: Child) {
        child.pendingLine += bytes
        while let end = child.pendingLine.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: child.pendingLine[..<end], as: UTF8.self)
            child.pendingLine.removeSubrange(...end)
            guard line.hasPrefix("ready") else { continue }
            for word in line.split(separator: " ").dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1)
                if parts.count == 2 { child.readyWords[String(parts[0])] = String(parts[1]) }
            }
            child.onReady?(child.readyWords)
            child.onReady = nil
        }
    }

    private func ended(_ child: Child) {
        guard let process = child.process, let status = process.exitStatus else { return }
        for watch in child.watches { watch.cancel() }
        child.watches = []
        child.process = nil
        if stopping { return }
        if let place = retired.firstIndex(where: { $0 === child }) {
            retired.remove(at: place)
            return log.info("supervisor", "the old \(child.role.name) has ended (\(status))")
        }
        if let place = successors.firstIndex(where: { $0 === child }) {
            successors.remove(at: place)
            return log.error("supervisor", "a new \(child.role.name) ended before it was ready (\(status)); the old one goes on")
        }
        // A child that lived for a while died of something rare: start it at once. One that dies at its start waits longer each time.
        let lived = MonotonicClock.nanoseconds() - child.startedAt
        child.failures = lived > 10_000_000_000 ? 0 : child.failures + 1
        let wait = min(5.0, 0.05 * Double(1 << min(child.failures, 7)))
        log.error("supervisor", "\(child.role.name) ended (\(status)); starting it again in \(wait) s")
        loop.schedule(after: UInt64(wait * 1e9)) { [weak self] in
            // A successor may have taken its place meanwhile.
            guard let self, !self.stopping, self.children.contains(where: { $0 === child }) else { return }
            do {
                try self.launch(child)
            } catch {
                self.log.error("supervisor", "\(child.role.name) cannot be started: \(error)")
            }
        }
    }
}

/// The path of this program's own binary.
var programPath: String {
    // The link of the process itself: right even when argv[0] is a bare name or the folder was left. Where the file was replaced since,
    // as by an upgrade, its name goes on with a word of the kernel's, and what stands in its place now is meant.
    if let path = FileSystem.realPath("/proc/self/exe") { return path }
    let deleted = " (deleted)"
    let link = FileSystem.target(ofLink: "/proc/self/exe") ?? ""
    return link.hasSuffix(deleted) ? String(link.dropLast(deleted.count)) : CommandLine.arguments[0]
}

/// This process's environment.
func currentEnvironment() -> [String: String] {
    var all: [String: String] = [:]
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
        let pair = unsafe String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if pair.count == 2 { all[String(pair[0])] = String(pair[1]) }
        unsafe entry += 1
    }
    return all
}
