internal import CSystem
internal import Glibc
internal import Synchronization

/// How a process ended.
public enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
    /// It returned this code.
    case exited(Int32)
    /// This signal ended it.
    case signalled(Int32)

    /// True for exit code 0.
    public var isSuccess: Bool { self == .exited(0) }

    public var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let signal): "signal \(signal)"
        }
    }
}

/// A child process, from its start until its status has been collected. All calls are safe from any thread.
public final class ChildProcess: Sendable {
    /// Its process id. After the end it may belong to somebody else: use `send` rather than this to signal it.
    public let processID: Int32
    /// Becomes readable when the child ends: for an event loop. Belongs to this object.
    public let exitDescriptor: Int32
    /// The child's standard output, if the command asked for a pipe.
    public let output: PipeReader?
    /// The child's standard errors, if the command asked for a pipe.
    public let errors: PipeReader?
    private let status = Mutex<ExitStatus?>(nil)

    /// Starts the command; its program runs when this returns.
    ///
    /// - Throws: `notFound` or `notPermitted` for the program, its folder or its files, `system` for anything else.
    public init(_ command: ChildCommand) throws(ProcessError) {
        let input: Descriptor? = command.inheritsInput ? nil : try Descriptor(opening: "/dev/null", O_RDONLY)
        let (output, ownOutput) = try Self.open(command.output)
        let (errors, ownErrors) = try Self.open(command.errors)
        let request = SpawnRequest(command, input: input, output: output, errors: errors)
        processID = try request.spawn()
        self.output = ownOutput
        self.errors = ownErrors
        // A child that nobody has reaped keeps its id, so this cannot catch a stranger.
        exitDescriptor = cs_process_descriptor(processID)
        guard exitDescriptor >= 0 else {
            _ = kill(processID, SIGKILL)
            throw ProcessError(attempt: "cannot watch process \(processID)", errno: -exitDescriptor)
        }
    }

    deinit { _ = close(exitDescriptor) }

    /// How the child ended; nil while it runs.
    public var exitStatus: ExitStatus? {
        status.withLock { status in
            if status != nil { return status }
            var (signalled, value): (Int32, Int32) = (0, 0)
            switch unsafe cs_reap(processID, &signalled, &value) {
            case 0: return nil
            case 1: status = signalled != 0 ? .signalled(value) : .exited(value)
            // Somebody else collected it, or SIGCHLD is ignored: all that is known is that it has ended.
            default: status = .exited(-1)
            }
            return status
        }
    }

    /// Waits for the end.
    public func wait() -> ExitStatus {
        while true {
            if let status = wait(timeoutMilliseconds: 60_000) { return status }
        }
    }

    /// Waits for the end at most so long; nil if it still runs then.
    public func wait(timeoutMilliseconds: Int) -> ExitStatus? {
        waitReadable(exitDescriptor, timeoutMilliseconds: timeoutMilliseconds)
        return exitStatus
    }

    /// Sends a signal unless the child has ended. False if it had.
    @discardableResult
    public func send(_ signal: Int32) -> Bool {
        status.withLock { status in
            // Under the lock nobody reaps it, so the id is still its own.
            status == nil && kill(processID, signal) == 0
        }
    }

    private static func open(_ outlet: ChildCommand.Outlet) throws(ProcessError) -> (Descriptor?, PipeReader?) {
        switch outlet {
        case .inherit: return (nil, nil)
        case .discard: return (try Descriptor(opening: "/dev/null", O_WRONLY), nil)
        case .file(let path): return (try Descriptor(opening: path, O_WRONLY | O_APPEND | O_CREAT), nil)
        case .pipe:
            let (reading, writing) = try Descriptor.pipe()
            return (writing, PipeReader(reading))
        }
    }
}
