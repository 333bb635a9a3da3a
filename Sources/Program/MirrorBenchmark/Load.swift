internal import EventLoop
internal import Foundation
internal import HTTPClient
internal import HTTPWire

/// Calls at a fixed rate, whether earlier ones have been answered or not, timed each from when it was due to the end of its answer: a
/// target that stalls is charged for all calls that had to wait for it.
final class Load {
    /// What came of a run.
    struct Outcome: Sendable {
        var milliseconds: [Double] = []
        var failed = 0

        /// That quantile of the answered calls' times.
        func quantile(_ share: Double) -> Double {
            let sorted = milliseconds.sorted()
            return sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
        }
    }

    private let origin: String
    private let thread: LoopThread
    private let driver: Driver

    /// Everything that belongs to the loop's thread.
    private final class Driver: @unchecked Sendable {
        let client: HTTPClient
        var outcome = Outcome()
        var open = 0
        var left = 0
        var done: ((Outcome) -> Void)?

        init(_ loop: EventLoop) { client = HTTPClient(loop: loop) }

        func ended(after nanoseconds: UInt64?) {
            open -= 1
            if let nanoseconds { outcome.milliseconds.append(Double(nanoseconds) / 1e6) } else { outcome.failed += 1 }
            if open == 0, left == 0 { done?(outcome) }
        }
    }

    private final class Call: TransferReceiver {
        private let driver: Driver
        private let due: UInt64
        private var status = 0

        init(_ driver: Driver, due: UInt64) {
            self.driver = driver
            self.due = due
        }

        func responseHead(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers) { self.status = status }
        func responseBody(_ transfer: Transfer, _ bytes: [UInt8]) {}
        func uploadDrained(_ transfer: Transfer) {}

        func ended(_ transfer: Transfer, _ result: TransferEnd) {
            driver.ended(after: result == .complete && status == 200 ? MonotonicClock.nanoseconds() - due : nil)
        }
    }

    /// Loads what answers at that origin.
    init(origin: String) throws {
        self.origin = origin
        let thread = try LoopThread(name: "load")
        self.thread = thread
        driver = try thread.perform { Driver(thread.loop) }
    }

    /// Closes all connections. Once, at the end.
    func end() throws {
        try thread.perform { [driver] in driver.client.shutdown() }
        thread.stop()
    }

    /// A classifying call's body, 1.7 KB.
    static func body(streams: Bool = false) -> [UInt8] {
        let prompt = "You classify. " + String(repeating: "x", count: 1600)
        return Array(
            (#"{"model":"frontier-1","temperature":0,\#(streams ? #""stream":true,"# : "")"messages":[{"role":"system","#
                + #""content":"\#(prompt)"},{"role":"user","content":"When will my card arrive?"}]}"#).utf8)
    }

    /// Calls a workload for so long and waits for the last answer.
    func run(_ workload: String, callsPerSecond: Int, seconds: Double) throws -> Outcome {
        let request = OutgoingRequest(
            method: "POST", origin: origin, target: Array("/\(workload)/v1/chat/completions".utf8),
            headers: [Header("Content-Type", "application/json"), Header("Authorization", "Bearer sk-bench")],
            body: .bytes(Load.body()))
        let handoff = Handoff<Outcome>()
        let driver = driver
        let count = Int(Double(callsPerSecond) * seconds)
        try thread.perform {
            driver.outcome = Outcome()
            driver.left = count
            driver.done = { handoff.put(.success($0)) }
        }
        let start = MonotonicClock.nanoseconds() + 1_000_000
        // This thread is the clock: the loop's own timers come up to 5 ms late.
        for number in 0..<UInt64(count) {
            let due = start + number * 1_000_000_000 / UInt64(callsPerSecond)
            let now = MonotonicClock.nanoseconds()
            if due > now { Thread.sleep(forTimeInterval: Double(due - now) / 1e9) }
            thread.loop.submit {
                driver.left -= 1
                driver.open += 1
                _ = driver.client.send(request, to: Call(driver, due: due))
            }
        }
        return try handoff.take().get()
    }
}
