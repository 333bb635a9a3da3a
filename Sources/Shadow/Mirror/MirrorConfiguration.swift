public import EventLoop
internal import Glibc
public import HTTPServer

/// How a mirror is started. What it serves stands in the settings file, which may change while it runs.
public struct MirrorConfiguration: Sendable {
    /// The checksummed file of routes and trials. It may be missing at first: every call is answered by 404 until it is there.
    public var settingsFile: String
    /// Where apps call.
    public var address: SocketAddress
    /// The certificate that apps see, and the CA of those that they must show; nil serves plain HTTP.
    public var tls: TLSFiles?
    /// Where `/metrics`, `/livez` and `/readyz` are; nil serves none.
    public var metricsAddress: SocketAddress?
    /// Sockets that this process was handed, which are listened on instead of `address`; loops that are more than these share them.
    public var sockets: [ListeningSocket] = []
    /// A socket that this process was handed, instead of `metricsAddress`.
    public var metricsSocket: ListeningSocket?
    /// Event loops that serve production, at least 1: one a core.
    public var loops: Int
    /// Longest request or answer, in bytes, that is kept for a comparison. Longer ones pass whole and are marked.
    public var captureLimit: Int
    /// Bytes that all captured calls together may hold; beyond it, calls are not shadowed.
    public var captureMemory: Int
    /// Control calls that this mirror asks of one workload's production in a day (UTC).
    public var controlsPerDay: Int
    /// Authorities (`host` or `host:port`, as `UpstreamURL.authority` has them) that credentials may be sent to, besides those of
    /// the settings file as it is at the start and those of `allowedUpstreamsFile`.
    public var allowedUpstreams: Set<String>
    /// A file of such authorities, one a line, read again whenever settings are taken and while a route is refused; nil is none.
    public var allowedUpstreamsFile: String?
    /// What apps' connections are allowed.
    public var serverLimits: ServerLimits
    /// What a gateway must know to hand in finished calls; nil lets nobody. Neither logged nor stored.
    public var tapToken: String?
    /// Where candidates' keys named by `env` are looked up. Its values are neither logged nor stored.
    public var environment: [String: String]
    /// Armed by tests alone.
    var failpoints = Failpoints()

    /// Cores that this machine has online.
    public static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    public init(
        settingsFile: String, address: SocketAddress = .tcp(host: "127.0.0.1", port: 8080),
        metricsAddress: SocketAddress? = .tcp(host: "127.0.0.1", port: 9464), loops: Int = MirrorConfiguration.cores,
        captureLimit: Int = 8 << 20,
        captureMemory: Int = 256 << 20, controlsPerDay: Int = 10_000, allowedUpstreams: Set<String> = [],
        allowedUpstreamsFile: String? = nil,
        serverLimits: ServerLimits = ServerLimits(),
        environment: [String: String] = [:]
    ) {
        precondition(loops >= 1 && captureLimit > 0 && captureMemory > 0, "a mirror needs a loop and some memory")
        self.settingsFile = settingsFile
        self.address = address
        self.metricsAddress = metricsAddress
        self.loops = loops
        self.captureLimit = captureLimit
        self.captureMemory = captureMemory
        self.controlsPerDay = controlsPerDay
        self.allowedUpstreams = allowedUpstreams
        self.allowedUpstreamsFile = allowedUpstreamsFile
        self.serverLimits = serverLimits
        self.environment = environment
    }
}

/// Why a mirror could not start.
public struct MirrorError: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: Sendable {
        /// The address for apps cannot be listened on.
        case cannotListen
        /// The address for metrics cannot be listened on.
        case cannotListenForMetrics
        /// The certificate or its key cannot be used.
        case tls
        /// Threads or descriptors ran out.
        case resources
    }

    public var code: Code
    /// One line that says what to do.
    public var description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
