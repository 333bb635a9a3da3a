import Foundation
import Glibc
import Synchronization

/// Calls with ids of their own, sent by several keep-alive connections until told to stop; every other call is streamed.
final class CallLoad: @unchecked Sendable {
    // @unchecked: everything mutable is behind the locks.
    /// An answered call.
    struct Result {
        let id: String
        let status: Int
        /// The answer's bytes, as text.
        let text: String
        let started: Date
        let ended: Date

        /// What the model said: the message's content, or a stream's deltas together.
        var content: String {
            text.matches(of: /"content":"([^"]*)"/).map { String($0.1) }.joined()
        }
    }

    private let mirror: String
    private let threads: Int
    /// Between two calls of a connection; 0 sends one after the other.
    private let pause: UInt32
    private let done = Mutex<[Result]>([])
    private let broken = Mutex<[String]>([])
    private let stopped = Atomic<Bool>(false)
    private let group = DispatchGroup()

    init(mirror: String, threads: Int, pause: UInt32 = 2_000) {
        self.mirror = mirror
        self.threads = threads
        self.pause = pause
    }

    static func body(_ id: String, streamed: Bool = false) -> String {
        #"{"model":"big",\#(streamed ? #""stream":true,"# : "")"messages":[{"role":"system","content":"Answer yes or no."},{"role":"user","content":"\#(id)"}]}"#
    }

    func start() {
        for thread in 0..<threads {
            group.enter()
            Thread.detachNewThread { [self] in
                run(thread)
                group.leave()
            }
        }
    }

    private func run(_ thread: Int) {
        var count = 0
        var connection: HttpConnection?
        while !stopped.load(ordering: .relaxed) {
            count += 1
            let id = "call-\(thread)-\(count)"
            let started = Date()
            do {
                let open = try connection ?? HttpConnection(mirror, timeout: 30)
                connection = open
                let answer = try open.request("POST", "/crash/v1/chat/completions", body: Self.body(id, streamed: count.isMultiple(of: 2)))
                done.withLock { $0.append(Result(id: id, status: answer.status, text: answer.text, started: started, ended: Date())) }
                if answer.headers["connection"]?.lowercased() == "close" { connection = nil }
            } catch {
                broken.withLock { $0.append("\(id): \(error)") }
                connection = nil
                usleep(20_000)
            }
            if pause > 0 { usleep(pause) }
        }
    }

    func stop() {
        stopped.store(true, ordering: .relaxed)
        group.wait()
    }

    /// Calls answered so far.
    var count: Int { done.withLock { $0.count } }

    func results() -> [Result] { done.withLock { $0 } }

    /// Calls that got no whole answer, each with what happened.
    func failures() -> [String] {
        broken.withLock { $0 } + results().filter { $0.status != 200 }.map { "\($0.id): status \($0.status)" }
    }
}
