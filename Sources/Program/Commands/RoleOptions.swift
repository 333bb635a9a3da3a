internal import EmbeddedPostgres
internal import EventLoop
internal import Glibc

let defaultWebAddress = "127.0.0.1:8081"

extension Option {
    static let webAddress = Option.value("web-address", "HOST:PORT", "where the page listens (default \(defaultWebAddress))")
    /// For children of `up`: the database comes by the environment, so --data must not choose one.
    static let dataFolder = Option.value("data-folder", "DIR", "the data folder, when it is not to choose the database (what up passes on)")
}

/// What `mirror` takes, and `up` for its mirror.
let mirrorOptions: [Option] = [
    .value(
        "mirror-address", "HOST:PORT", "where apps connect (default 127.0.0.1:8080); unix:PATH for a socket, port 0 lets the kernel choose"),
    .value("tls-certificate", "FILE", "serve apps over TLS with this certificate chain (PEM); read again at SIGHUP"),
    .value("tls-key", "FILE", "the certificate's private key (PEM, not encrypted)"),
    .value("tls-client-ca", "FILE", "the CAs (PEM) of which every app must show a certificate"),
    .value("metrics-address", "HOST:PORT", "/metrics, /livez and /readyz (default 127.0.0.1:9464)"),
    .value("loops", "N", "event loops (default: one a core)"),
    .value(
        "allow-upstream", "HOST[,HOST]",
        "further hosts to forward to, besides those of its settings at the start and those that enable has named on this machine"),
    .value(
        "control-limit", "N", "control calls a day and workload, of this mirror (default 10000); beyond it production is not asked twice"),
    .value("capture-limit", "MIB", "the most that is kept of a body, in MiB (default 8); longer ones pass whole and are marked"),
    .value("spool-limit", "MIB", "the most that the spool may hold, in MiB (default 4096); beyond it shadowing pauses"),
    .value("fsync-interval", "MS", "how often the spool is made safe against a power cut, in milliseconds (default 1000)"),
]

/// Where the worker takes reports by itself; of `worker`, and of `up` for its worker.
let reportOptions: [Option] = [
    .value(
        "report-folder", "DIR",
        "where the worker writes reports: weekly, and when a day ends with another verdict (default of up: DATA/reports)"),
    .value(
        "webhook-file", "FILE",
        "holds the URL of a Slack-compatible webhook for the reports' first screen; else \(Webhook.variable) in the environment"),
]

/// Event loops of the mirror.
func mirrorLoops(_ arguments: Arguments) throws -> Int {
    try arguments.integer("loops", in: 1...256, default: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
}

/// The folder that a role works in.
func roleFolder(_ arguments: Arguments) -> DataFolder {
    arguments["data-folder"].map { DataFolder($0) } ?? DatabaseOptions.dataFolder(arguments)
}

/// Those of `options` that were given, spelled again for a child; an address that a former run was bound to comes instead of the
/// one given, so that a restart keeps its port.
func forwardedOptions(_ arguments: Arguments, _ options: [Option], instead bound: [String: String?]) -> [String] {
    options.compactMap { option in
        let value = bound[option.name].flatMap { $0 }.map(address(ofURL:)) ?? arguments[option.name]
        return value.map { "--\(option.name)=\($0)" }
    }
}

/// `http://host:port` or `https://host:port` without its scheme.
func address(ofURL url: String) -> String {
    for scheme in ["http://", "https://"] where url.hasPrefix(scheme) { return String(url.dropFirst(scheme.count)) }
    return url
}

/// The URL at which an address answers; a Unix socket as `unix:PATH`.
func url(of address: SocketAddress, tls: Bool = false) -> String {
    if case .unix = address { return "\(address)" }
    return "\(tls ? "https" : "http")://\(address)"
}

/// The files of `--tls-certificate`, `--tls-key` and `--tls-client-ca`; nil where none was given.
func tlsFiles(_ arguments: Arguments) throws -> TLSFiles? {
    guard let certificate = arguments["tls-certificate"], let key = arguments["tls-key"] else {
        guard arguments["tls-certificate"] == nil, arguments["tls-key"] == nil, arguments["tls-client-ca"] == nil else {
            throw CommandError.usage("--tls-certificate and --tls-key belong together; --tls-client-ca needs both.")
        }
        return nil
    }
    return TLSFiles(certificate: certificate, key: key, clientCA: arguments["tls-client-ca"])
}
