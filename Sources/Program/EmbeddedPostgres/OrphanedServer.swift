import Glibc
import Processes

/// The server of an owner that was killed. It has been told to stop by the kernel, yet may need a while, or its main process was
/// killed too and its children still write: no other server may start on the same files before all of them have ended.
struct OrphanedServer {
    private let cluster: String

    /// - Parameter cluster: the cluster's folder as the kernel shows it.
    init(cluster: String) { self.cluster = cluster }

    /// Stops what is left of it, ever more firmly, within 15 s. Only for the holder of the data folder's lock.
    func stop() throws(EmbeddedPostgresError) {
        let steps: [(signal: Int32, seconds: Int)] = [(SIGINT, 8), (SIGQUIT, 4), (SIGKILL, 3)]
        for (signal, seconds) in steps {
            guard !remaining().isEmpty else { break }
            send(signal)
            waitForEnd(seconds: seconds)
        }
        if let survivor = remaining().first {
            throw EmbeddedPostgresError(
                .serverFailed, "the PostgreSQL of a former run (process \(survivor.processID)) does not end: end it with kill -9")
        }
        // No process is left that the file could speak of. A server takes a foreign process with the same id for its owner.
        try? FileSystem.remove("\(cluster)/postmaster.pid")
    }

    private func remaining() -> [ProcessIdentity] { ProcessIdentity.all(named: "postgres", in: cluster) }

    private func send(_ signal: Int32) {
        let processes = remaining()
        let first = FileSystem.smallText("\(cluster)/postmaster.pid")?.split(separator: "\n").first.flatMap { Int32($0) }
        if let main = processes.first(where: { $0.processID == first }), signal != SIGKILL {
            main.send(signal)
        } else {
            // Without the main process there is no order to keep.
            for process in processes { process.send(signal == SIGINT ? SIGTERM : signal) }
        }
    }

    private func waitForEnd(seconds: Int) {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .seconds(seconds))
        // Not our children: nothing announces their end, so it is looked for.
        while clock.now < deadline && !remaining().isEmpty { _ = usleep(50_000) }
    }
}
