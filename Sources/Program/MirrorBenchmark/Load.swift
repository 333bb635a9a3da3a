internal import EventLoop
internal import Foundation
internal import HTTPClient
internal import HTTPWire

/// Calls at a fixed rate from one thread, timed each from its send to the end of its answer.
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
        let loop: EventLoop
        let client: HTTPClient
        var outcome = Outcome()
        var open = 0
        var left = 0
        var done: ((Outcome) -> Void)?

        init(_ loop: EventLoop) {
            self.loop = loop
            client = HTTPClient(loop: loop)
        }

        func ended(after nanoseconds: UInt64?) {
            open -= 1
            if let nanoseconds { outcome.milliseconds.append(Double(nanoseconds) / 1e6) } else { outcome.failed += 1 }
            if open == 0, left == 0 { done?(outcome) }
        }
    }

    private final class Call: TransferReceiver {
        private let driver: Driver
        private var status = 0
        init(_ driver: Driver) { self.driver = driver }
        func responseHead(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers) { self.status = status }
        func responseBody(_ transfer: Transfer, _ bytes: [UInt8]) {}
        func uploadDrained(_ transfer: Transfer) {}

        func ended(_ transfer: Transfer, _ result: TransferEnd) {
            driver.ended(after: result == .complete && status == 200 ? MonotonicClock.nanoseconds() - transfer.sentAt : nil)
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

    /// Calls a workload for so long and waits for the last answer.
    func run(_ workload: String, callsPerSecond: Int, seconds: Double) throws -> Outcome {
        let prompt = "You classify. " + String(repeating: "x", count: 1600)
        let body =
            #"{"model":"frontier-1","temperature":0,"messages":[{"role":"system","content":"\#(prompt)"},"#
            + #"{"role":"user","content":"When will my card arrive?"}]}"#
        let request = OutgoingRequest(
            method: "POST", origin: origin, target: Array("/\(workload)/v1/chat/completions".utf8),
            headers: [Header("Content-Type", "application/json"), Header("Authorization", "Bearer sk-bench")],
            body: .bytes(Array(body.utf8)))
        let handoff = Handoff<Outcome>()
        let driver = driver
        thread.loop.submit {
            driver.outcome = Outcome()
            driver.left = Int(Double(callsPerSecond) * seconds)
            driver.done = { handoff.put(.success($0)) }
            let start = MonotonicClock.nanoseconds()
            var sent: UInt64 = 0
            func tick() {
                // Timers come late by up to 5 ms: all that is due goes out, so that the rate holds.
                let due = min(
                    (MonotonicClock.nanoseconds() - start) * UInt64(callsPerSecond) / 1_000_000_000 + 1, sent + UInt64(driver.left))
                while sent < due {
                    sent += 1
                    driver.left -= 1
                    driver.open += 1
                    _ = driver.client.send(request, to: Call(driver))
                }
                if driver.left > 0 { driver.loop.schedule(after: 1_000_000) { tick() } }
            }
            tick()
        }
        return try handoff.take().get()
    }
}
