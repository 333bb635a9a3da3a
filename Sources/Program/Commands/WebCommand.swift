internal import EmbeddedPostgres
internal import EventLoop
internal import FoundationEssentials
internal import Glibc
internal import Processes
internal import Telemetry
internal import Web

extension Command {
    /// The page.
    static let web = Command(
        "web", summary: "Serves the reports as pages, and takes feedback",
        details: """
            Pages open with the token in DATA/web-token, as http://HOST:PORT/?token=…, a bearer token or the password of basic authentication.
            POST /WORKLOAD/feedback with the bearer token takes truth that comes later, in the lines of labels import.
            It prints: ready web=http://…
            """, options: [.webAddress, .dataFolder]
    ) { arguments in
        _ = try arguments.operands()
        holdEndSignals()
        let token = try webToken(roleFolder(arguments))
        let server = try WebServer(url: roleDatabase(arguments), token: token, log: Log(), metrics: MetricsRegistry())
        let bound = try server.listen(SocketAddress(parsing: arguments["web-address"] ?? defaultWebAddress))
        announce("ready web=\(url(of: bound))")
        waitForEndSignal()
        server.stop()
    }
}

/// The secret that opens the pages.
func webToken(_ folder: DataFolder) throws -> String { try token(in: folder.webTokenFile, of: folder) }

/// A secret: made once (128 random bits), kept in a file that only its owner can read.
func token(in path: String, of folder: DataFolder) throws -> String {
    if let data = FileManager.default.contents(atPath: path) {
        let token = String(decoding: data, as: UTF8.self).trimmingPrefix { $0.isWhitespace }.prefix { !$0.isWhitespace }
        if token.count >= 20 { return String(token) }
    }
    if !FileSystem.isFolder(folder.path) { try FileSystem.makeFolder(folder.path, mode: 0o700) }
    let token = (0..<2).map { _ in String(UInt64.random(in: 0...UInt64.max), radix: 36) }.joined() + "understudyunderstudy"
    let chosen = String(token.prefix(26))
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CommandError.failed("cannot write \(path): \(unsafe String(cString: strerror(errno))).") }
    defer { close(descriptor) }
    let bytes = Array((chosen + "\n").utf8)
    guard unsafe write(descriptor, bytes, bytes.count) == bytes.count else { throw CommandError.failed("cannot write \(path).") }
    return chosen
}
