import EventLoop
import HTTPServer
import HTTPWire
import Synchronization

/// A server on a thread of its own, on 127.0.0.1 and a port that the kernel chose.
final class LoopbackServer: Sendable {
    let thread: LoopThread
    let port: UInt16
    private let box: ServerBox

    /// Reaches the server, on its loop only.
    private final class ServerBox: @unchecked Sendable {
        var server: HTTPServer?
    }

    init(limits: ServerLimits = ServerLimits(), makeHandler: @escaping @Sendable (Exchange) -> any ExchangeHandler) throws {
        let thread = try LoopThread(name: "server")
        self.thread = thread
        let box = ServerBox()
        self.box = box
        port = try thread.perform {
            let server = HTTPServer(loop: thread.loop, limits: limits, makeHandler: makeHandler)
            box.server = server
            guard case .tcp(_, let port) = try server.listen(.tcp(host: "127.0.0.1", port: 0)) else { return 0 }
            return port
        }
    }

    deinit { thread.stop() }

    func connect(receiveBuffer: Int32? = nil) throws -> RawClient { try RawClient(port: port, receiveBuffer: receiveBuffer) }

    /// Runs on the server's loop and waits for the result.
    func withServer<Result: Sendable>(_ body: @escaping @Sendable (HTTPServer) -> Result) -> Result {
        let box = box
        return (try? thread.perform { body(box.server!) })!
    }

    var openConnections: Int { withServer { $0.openConnections } }
}

/// Something that happens once (or again), to be waited for from another thread.
final class Occurrence<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let signal = Semaphore()

    func set(_ value: Value) {
        self.value.withLock { $0 = value }
        signal.post()
    }

    /// Waits for the next `set`. Traps after ten seconds: what was to happen did not.
    func wait() -> Value {
        signal.wait()
        return value.withLock { $0! }
    }
}
