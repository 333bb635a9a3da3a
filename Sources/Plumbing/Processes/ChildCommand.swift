/// A program and the shape in which it is to run as a child process.
public struct ChildCommand: Sendable {
    /// Where a child's standard output or errors go.
    public enum Outlet: Sendable {
        /// Where this process's own go.
        case inherit
        /// Nowhere.
        case discard
        /// To the end of a file, which is created with mode 0600 if it is absent.
        case file(String)
        /// To `ChildProcess.output` or `.errors`, which somebody must read: the child waits when 64 KiB lie there.
        case pipe
    }

    /// The program's path.
    public var executable: String
    /// Its arguments, without its own name.
    public var arguments: [String]
    /// Its whole environment; nil hands on this process's.
    public var environment: [String: String]?
    /// Its working folder; nil keeps this process's.
    public var folder: String?
    /// The user that it becomes (needs root); nil keeps this process's.
    public var user: SystemUser?
    /// True hands on this process's standard input; else it is empty.
    public var inheritsInput = false
    /// Where its standard output goes.
    public var output = Outlet.inherit
    /// Where its standard errors go.
    public var errors = Outlet.inherit
    /// The signal that the kernel sends it when this process ends, however it ends; nil for none.
    public var deathSignal: Int32?
    /// True has it run only while nobody else wants the processor, its own children too (`SCHED_IDLE` of sched(7)); its disk accesses keep
    /// their rank. A kernel with autogroups (sched(7) again) divides the processor among sessions as if nobody yielded.
    public var yields = false
    /// True puts it into a process group of its own, so that Ctrl-C on the terminal does not reach it.
    public var hasOwnGroup = false

    /// Descriptors of listening sockets that it gets, each with a name, by the protocol of sd_listen_fds(3). They stay this process's too. Needs
    /// an `environment`.
    public var sockets: [(name: String, descriptor: Int32)] = []

    /// A command with everything inherited but standard input.
    public init(_ executable: String, _ arguments: [String] = []) {
        self.executable = executable
        self.arguments = arguments
    }
}
