internal import EventLoop
internal import Foundation
internal import HTTPClient
internal import HTTPServer
internal import HTTPWire

/// Many open event streams of 20 chunks a second each, read at the model itself, through nginx and through the mirror in turn: how long
/// a chunk takes from the model to the client, and what the way between adds to that.
func measureStreams(_ numbers: Numbers) throws {
    let streams = numbers[0, or: 2000]
    let seconds = Double(numbers[1, or: 4])
    let rounds = numbers[2, or: 3]
    let stage = try Stage()
    let model = try StreamingModel(chunksPerSecond: 20)
    let nginx = try Nginx(in: stage.folder, production: model.origin)
    try stage.start()
    defer {
        stage.end()
        nginx.end()
    }
    try stage.enable("bench", production: model.origin, candidate: nginx.model)
    Thread.sleep(forTimeInterval: 1.5)
    let targets = [("model itself", model.origin, "direct"), ("nginx", nginx.origin, "mirror"), ("mirror", stage.mirror, "bench")]
    show("\(streams) open streams, 20 chunks of 200 bytes a second each, \(rounds) rounds of \(seconds) s; load average \(loadAverage())")
    var runs: [[Load.Outcome]] = targets.map { _ in [] }
    for _ in 0..<rounds {
        for (position, (_, origin, workload)) in targets.enumerated() {
            let reader = try StreamReader(origin: origin, workload: workload, streams: streams)
            runs[position].append(try reader.read(seconds: seconds))
            try reader.end()
            Thread.sleep(forTimeInterval: 1)
        }
    }
    show("target          chunks/s   p50 ms   p99 ms   added p50   added p99   ratio of added p50   of added p99   broken")
    func added(_ position: Int, _ share: Double, _ round: Int) -> Double {
        runs[position][round].quantile(share) - runs[0][round].quantile(share)
    }
    for (position, (name, _, _)) in targets.enumerated() {
        let all = Load.Outcome(milliseconds: runs[position].flatMap(\.milliseconds), failed: runs[position].reduce(0) { $0 + $1.failed })
        let adds = [0.5, 0.99].map { share in median((0..<rounds).map { added(position, share, $0) }) }
        let ratios = [0.5, 0.99].map { share in median((0..<rounds).map { added(position, share, $0) / added(1, share, $0) }) }
        show(
            column(name, 14)
                + String(
                    format: "%10.0f %8.2f %8.2f %11.2f %11.2f %20.2f %14.2f %8d", Double(all.milliseconds.count) / seconds / Double(rounds),
                    all.quantile(0.5), all.quantile(0.99), adds[0], adds[1], ratios[0], ratios[1], all.failed))
    }
    show("load average after: \(loadAverage()); the mirror's memory, peak: \(Int(try memory(of: stage.mirrorProcess, "VmHWM"))) MB")
}

/// A model whose every answer is a stream without end; the streams' chunks are spread evenly over time.
///
/// `@unchecked Sendable`: all but `origin` is touched by the loop's thread alone.
private final class StreamingModel: @unchecked Sendable {
    private(set) var origin = ""
    private let thread: LoopThread
    private let interval: UInt64
    private var server: HTTPServer?
    private var open: [Exchange] = []
    private var next = 0
    private var sentUntil: UInt64 = 0

    init(chunksPerSecond: Int) throws {
        interval = 1_000_000_000 / UInt64(chunksPerSecond)
        thread = try LoopThread(name: "model")
        let address = try thread.perform { [self] in
            let server = HTTPServer(loop: thread.loop) { [unowned self] _ in StreamBeginning { self.open.append($0) } }
            self.server = server
            sentUntil = MonotonicClock.nanoseconds()
            tick()
            return try server.listen(.tcp(host: "127.0.0.1", port: 0))
        }
        origin = "http://\(address)"
    }

    /// Sends to as many streams as are due, each in its turn.
    private func tick() {
        let now = MonotonicClock.nanoseconds()
        open.removeAll(where: \.isOver)
        let due = open.isEmpty ? 0 : min(open.count, Int((now - sentUntil) * UInt64(open.count) / interval))
        for _ in 0..<due {
            next = (next + 1) % open.count
            open[next].write(StreamChunk.make(at: MonotonicClock.nanoseconds()))
        }
        if open.isEmpty { sentUntil = now } else { sentUntil += UInt64(due) * interval / UInt64(open.count) }
        thread.loop.schedule(after: 1_000_000) { [self] in tick() }  // as long as the program runs
    }
}

/// Begins a stream once its request is there.
private final class StreamBeginning: ExchangeHandler {
    private let onBegin: (Exchange) -> Void

    init(_ onBegin: @escaping (Exchange) -> Void) { self.onBegin = onBegin }

    func requestBody(_ exchange: Exchange, _ bytes: [UInt8]) {}
    func clientLeft(_ exchange: Exchange) {}
    func responseDrained(_ exchange: Exchange) {}

    func requestEnded(_ exchange: Exchange) {
        // The second line is nginx's: it would gather chunks otherwise.
        exchange.respond(
            status: 200, headers: [Header("Content-Type", "text/event-stream"), Header("X-Accel-Buffering", "no")], body: .chunked)
        onBegin(exchange)
    }
}

/// A chunk that says when it was sent.
private enum StreamChunk {
    static let mark = Array("data: {\"at\":".utf8)
    private static let digits = 18
    private static let rest = Array(
        (#","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":""#
            + String(repeating: "x", count: 80) + "\"}}]}\n\n").utf8)

    static func make(at moment: UInt64) -> [UInt8] {
        let number = String(moment)
        return mark + Array((String(repeating: "0", count: digits - number.utf8.count) + number).utf8) + rest
    }

    /// The moments that stand in some bytes.
    static func moments(in bytes: [UInt8]) -> [UInt64] {
        var moments: [UInt64] = []
        var start = 0
        while let place = bytes[start...].firstIndex(of: UInt8(ascii: "d")) {
            start = place + 1
            let end = place + mark.count + digits
            guard end <= bytes.count, bytes[place..<(place + mark.count)].elementsEqual(mark) else { continue }
            moments.append(bytes[(place + mark.count)..<end].reduce(0) { $0 * 10 + UInt64($1 - 0x30) })
            start = end
        }
        return moments
    }
}

/// Reads many streams from one thread and notes how old their chunks are.
private final class StreamReader {
    private let thread: LoopThread
    private let driver: Driver

    private final class Driver: @unchecked Sendable {
        let client: HTTPClient
        var outcome = Load.Outcome()
        var begun = 0
        var isMeasuring = false

        init(_ loop: EventLoop) { client = HTTPClient(loop: loop) }
    }

    private final class Stream: TransferReceiver {
        private let driver: Driver
        private var hasBegun = false
        init(_ driver: Driver) { self.driver = driver }
        func responseHead(_ transfer: Transfer, status: Int, reason: [UInt8], headers: Headers) {}
        func uploadDrained(_ transfer: Transfer) {}
        func ended(_ transfer: Transfer, _ result: TransferEnd) { driver.outcome.failed += 1 }

        func responseBody(_ transfer: Transfer, _ bytes: [UInt8]) {
            if !hasBegun { driver.begun += 1 }
            hasBegun = true
            guard driver.isMeasuring else { return }
            let now = MonotonicClock.nanoseconds()
            for moment in StreamChunk.moments(in: bytes) { driver.outcome.milliseconds.append(Double(now - moment) / 1e6) }
        }
    }

    /// Opens the streams and waits until each has brought something.
    init(origin: String, workload: String, streams: Int) throws {
        let thread = try LoopThread(name: "streams")
        self.thread = thread
        let driver = try thread.perform { Driver(thread.loop) }
        self.driver = driver
        let request = OutgoingRequest(
            method: "POST", origin: origin, target: Array("/\(workload)/v1/chat/completions".utf8),
            headers: [Header("Content-Type", "application/json")], body: .bytes(Load.body(streams: true)))
        for first in stride(from: 0, to: streams, by: 100) {
            try thread.perform {
                for _ in first..<min(first + 100, streams) { _ = driver.client.send(request, to: Stream(driver)) }
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        let end = Date(timeIntervalSinceNow: 30)
        while try thread.perform({ driver.begun }) < streams {
            guard Date() < end else { stop("only \(try thread.perform { driver.begun }) of \(streams) streams began", code: 1) }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    func read(seconds: Double) throws -> Load.Outcome {
        Thread.sleep(forTimeInterval: 0.5)
        try thread.perform { [driver] in driver.isMeasuring = true }
        Thread.sleep(forTimeInterval: seconds)
        return try thread.perform { [driver] in
            driver.isMeasuring = false
            return driver.outcome
        }
    }

    func end() throws {
        try thread.perform { [driver] in driver.client.shutdown() }
        thread.stop()
    }
}
