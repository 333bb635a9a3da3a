import Configuration
import EventLoop
import Foundation
import Mirror
import Synchronization
import Telemetry
import TestSupport
import Testing
import Traffic

/// Keeps what the mirror hands over, and lets a test wait for it.
final class MemorySink: PairSink {
    private struct Kept {
        var calls: [Call] = []
        var pairs: [Pair] = []
        var coverage: [CoverageDelta] = []
        var order: [String] = []
        var refuses = false
        var refusedCoverage = 0
    }

    private let kept = Mutex(Kept())
    private let changed = NSCondition()

    var calls: [Call] { kept.withLock { $0.calls } }
    var pairs: [Pair] { kept.withLock { $0.pairs } }
    var coverage: [CoverageDelta] { kept.withLock { $0.coverage } }
    /// The ids of calls and of pairs' calls in the order in which they came.
    var order: [String] { kept.withLock { $0.order } }

    func append(call: Call) -> Bool {
        keep {
            $0.calls.append(call)
            $0.order.append("call \(call.id)")
        }
    }

    func append(pair: Pair) -> Bool {
        keep {
            $0.pairs.append(pair)
            $0.order.append("pair of \(pair.callID)")
        }
    }

    func append(coverage: [CoverageDelta]) -> Bool {
        if keep({ $0.coverage += coverage }) { return true }
        kept.withLock { $0.refusedCoverage += 1 }
        return false
    }

    /// How often counts were offered and refused.
    var refusedCoverage: Int { kept.withLock { $0.refusedCoverage } }

    func refuse(_ refuses: Bool) { kept.withLock { $0.refuses = refuses } }

    private func keep(_ change: (inout Kept) -> Void) -> Bool {
        changed.lock()
        defer { changed.unlock() }
        changed.broadcast()
        return kept.withLock { kept in
            guard !kept.refuses else { return false }
            change(&kept)
            return true
        }
    }

    /// Waits until something holds; false when it does not within the time.
    func wait(seconds: Double = 10, until holds: () -> Bool) -> Bool {
        let deadline = Date().addingTimeInterval(seconds)
        changed.lock()
        defer { changed.unlock() }
        while !holds() {
            if !changed.wait(until: deadline) { return holds() }
        }
        return true
    }

    /// The first pair and its call.
    func firstPair(seconds: Double = 10) throws -> (call: Call, pair: Pair) {
        guard wait(seconds: seconds, until: { !pairs.isEmpty }) else { throw HarnessError("no pair came; coverage: \(coverage)") }
        let pair = pairs[0]
        return (try #require(calls.first { $0.id == pair.callID }), pair)
    }

    /// How often a stage and reason were counted so far.
    func count(_ stage: CoverageStage, _ reason: String = "", ofTrials: Bool = true) -> Int {
        coverage.filter { $0.stage == stage && $0.reason == reason && ($0.trial != nil) == ofTrials }.reduce(0) { $0 + $1.count }
    }

    /// Waits until a stage and reason were counted that often.
    func waitForCount(_ expected: Int, _ stage: CoverageStage, _ reason: String = "", ofTrials: Bool = true) -> Bool {
        wait { count(stage, reason, ofTrials: ofTrials) >= expected }
    }
}

struct HarnessError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A running mirror on free ports, with its settings file in a folder of its own.
final class MirrorHarness: Sendable {
    let folder: TemporaryFolder
    let sink = MemorySink()
    let metrics = MetricsRegistry()
    let mirror: Mirror
    let port: UInt16
    private let isStopped = Mutex(false)

    /// Starts a mirror; `settings` are written first, unless nil.
    init(
        _ settings: MirrorSettings?, loops: Int = 2, configure: (inout MirrorConfiguration) -> Void = { _ in }
    ) throws {
        folder = try TemporaryFolder()
        if let settings { try settings.write(to: folder.path("settings.json")) }
        var configuration = MirrorConfiguration(
            settingsFile: folder.path("settings.json"), address: .tcp(host: "127.0.0.1", port: 0),
            metricsAddress: .tcp(host: "127.0.0.1", port: 0), loops: loops)
        configure(&configuration)
        let lines = LogLines()
        mirror = try Mirror(
            configuration, sink: sink, metrics: metrics,
            log: Log(level: .info, clock: { WallClock.microseconds() }, output: { line in lines.take(line) }))
        log = lines
        guard case .tcp(_, let bound) = try mirror.start() else { throw HarnessError("not a port") }
        port = bound
    }

    let log: LogLines

    /// Ends the mirror; harmless when done before.
    func stop(grace: UInt64 = 2_000_000_000) {
        guard
            isStopped.withLock({ stopped in
                defer { stopped = true }
                return !stopped
            })
        else { return }
        mirror.drain(DrainGrace(calls: grace, idle: 0))
    }

    deinit { stop(grace: 0) }

    func write(_ settings: MirrorSettings) throws { try settings.write(to: folder.path("settings.json")) }

    /// One chat call as an app makes it.
    func chat(
        _ text: String = "hello", workload: String = "w", stream: Bool = false, headers: [(String, String)] = []
    ) throws -> HTTPAnswer {
        try HTTPProbe.request(
            "POST", port: port, "/\(workload)/v1/chat/completions",
            headers: [("Content-Type", "application/json"), ("Authorization", "Bearer app-secret")] + headers,
            body: Array(chatRequest(text, stream: stream).utf8))
    }

    /// An address of the metrics server.
    func metric(_ path: String) throws -> HTTPAnswer {
        guard case .tcp(_, let port)? = mirror.metricsAddress else { throw HarnessError("no metrics") }
        return try HTTPProbe.request(port: port, path)
    }
}

/// Log lines as text.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func take(_ line: [UInt8]) -> Bool {
        lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        return true
    }
}

func chatRequest(_ text: String, stream: Bool = false) -> String {
    #"{"model":"large","messages":[{"role":"user","content":"\#(text)"}]\#(stream ? #","stream":true"# : "")}"#
}

func chatAnswer(_ text: String, model: String = "m") -> String {
    #"{"id":"chatcmpl-\#(model)","object":"chat.completion","model":"\#(model)","choices":[{"index":0,"message":{"role":"assistant","#
        + #""content":"\#(text)"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#
}

/// One route `w` to a production that is only a port.
func mirrorSettings(port: UInt16) throws -> MirrorSettings {
    MirrorSettings(
        samplingKey: .init(word0: 1, word1: 2),
        routes: [MirrorRoute(workload: "w", productionURL: try UpstreamURL("http://127.0.0.1:\(port)"))], trials: [])
}

/// One route `w` to a production, with trials of candidates there.
func mirrorSettings(production: RawUpstream, trials: [WorkloadSettings] = []) throws -> MirrorSettings {
    MirrorSettings(
        samplingKey: .init(word0: 1, word1: 2),
        routes: [MirrorRoute(workload: "w", productionURL: try UpstreamURL("http://127.0.0.1:\(production.port)"))],
        trials: trials.enumerated().map { MirrorTrial(id: trialIdentifier(UInt64($0.offset)), settings: $0.element) })
}

/// Runs blocking steps on a thread of their own: the tests' pooled threads are few.
func onOwnThread(_ steps: @escaping @Sendable () throws -> Void) async throws { try await BackgroundWork(steps).value() }
