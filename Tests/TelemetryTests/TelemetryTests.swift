import Synchronization
import Telemetry
import Testing

/// Keeps the lines that a log wrote.
private final class Lines: Sendable {
    private let kept = Mutex<[String]>([])
    private let taken = Mutex(true)

    var all: [String] { kept.withLock { $0 } }
    func take(_ line: [UInt8]) -> Bool {
        guard taken.withLock({ $0 }) else { return false }
        kept.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        return true
    }
    func refuse(_ refuses: Bool) { taken.withLock { $0 = !refuses } }
}

/// A clock that stands until it is moved.
private final class Clock: Sendable {
    private let now = Mutex<Int64>(1_794_812_400_250_000)

    var microseconds: Int64 { now.withLock { $0 } }
    func advance(seconds: Int64) { now.withLock { $0 += seconds * 1_000_000 } }
}

@Suite struct LogTests {
    private let lines = Lines()
    private let clock = Clock()

    private func log(_ level: LogLevel = .info, linesPerSecond: Int = 200) -> Log {
        Log(level: level, linesPerSecond: linesPerSecond, clock: { [clock] in clock.microseconds }, output: { [lines] in lines.take($0) })
    }

    @Test func writesTimeLevelComponentMessageAndFields() {
        log().warning("mirror", "the settings file is damaged", ["file": "/data/settings.json", "detail": "line 3, \"x\" = y"])
        #expect(
            lines.all == [
                "2026-11-16T07:00:00.250Z warning mirror the settings file is damaged file=/data/settings.json detail=\"line 3, \\\"x\\\" = y\"\n"
            ])
    }

    @Test func nothingFromOutsideStartsALineOfItsOwn() {
        log().info("mirror", "unknown\r\nworkload", ["path": "/a\n2026 error x", "bell": "\u{7}"])
        #expect(lines.all.count == 1)
        #expect(lines.all[0].filter { $0 == "\n" }.count == 1)
        #expect(lines.all[0].contains(#"unknown\r\nworkload path="/a\n2026 error x" bell="\x07""#))
    }

    @Test func longLinesAreCutBetweenCharacters() {
        log().info("mirror", String(repeating: "ä", count: 5000))
        #expect(lines.all[0].utf8.count <= Log.maxLineBytes)
        #expect(lines.all[0].hasSuffix("ä...\n"))
    }

    @Test func linesBelowTheLevelAreNotEvenPutTogether() {
        var made = 0
        func message() -> String {
            made += 1
            return "x"
        }
        let log = log(.warning)
        log.info("a", message())
        log.debug("a", message())
        log.error("a", message())
        #expect(made == 1)
        #expect(lines.all.count == 1)
    }

    @Test func aFloodIsLeftOutAndCounted() {
        let log = log(linesPerSecond: 3)
        for _ in 0..<10 { log.info("a", "flood") }
        #expect(lines.all.count == 3)
        clock.advance(seconds: 1)
        log.info("a", "after")
        #expect(lines.all.count == 5)
        #expect(lines.all[3].contains("lines were left out lines=7"))
    }

    @Test func linesThatTheOutputRefusesAreCounted() {
        let log = log()
        lines.refuse(true)
        log.info("a", "one")
        log.info("a", "two")
        lines.refuse(false)
        log.info("a", "three")
        #expect(lines.all.count == 2)
        #expect(lines.all[0].contains("lines=2"))
    }
}

@Suite struct MetricsTests {
    @Test func theTextNamesHelpTypeLabelsAndValues() {
        let registry = MetricsRegistry()
        registry.counter("understudy_calls_total", help: "Calls.\nAll \\ of them.", labels: ["workload": "a\"b\\c\nd"]).add(3)
        registry.gauge("understudy_queue", help: "Waiting.").set(2.5)
        registry.gauge("understudy_ready", help: "Ready.") { 1 }
        #expect(
            registry.prometheusText() == """
                # HELP understudy_calls_total Calls.\\nAll \\\\ of them.
                # TYPE understudy_calls_total counter
                understudy_calls_total{workload="a\\"b\\\\c\\nd"} 3
                # HELP understudy_queue Waiting.
                # TYPE understudy_queue gauge
                understudy_queue 2.5
                # HELP understudy_ready Ready.
                # TYPE understudy_ready gauge
                understudy_ready 1

                """)
    }

    @Test func histogramsAreCumulativeAndEndWithInfinity() {
        let registry = MetricsRegistry()
        let histogram = registry.histogram("h", help: "H.", labels: ["role": "x"], bounds: [1, 2.5])
        for value in [0.5, 1, 2, 3] { histogram.observe(value) }
        let text = registry.prometheusText()
        #expect(text.contains("h_bucket{role=\"x\",le=\"1\"} 2\nh_bucket{role=\"x\",le=\"2.5\"} 3\nh_bucket{role=\"x\",le=\"+Inf\"} 4\n"))
        #expect(text.contains("h_sum{role=\"x\"} 6.5\nh_count{role=\"x\"} 4\n"))
    }

    @Test func theSameNameAndLabelsAreTheSameMetric() {
        let registry = MetricsRegistry()
        registry.counter("c", help: "C.", labels: ["a": "1"]).add()
        registry.counter("c", help: "C.", labels: ["a": "1"]).add()
        registry.counter("c", help: "C.", labels: ["a": "2"]).add()
        #expect(registry.prometheusText().contains("c{a=\"1\"} 2\nc{a=\"2\"} 1\n"))
    }

    @Test func labelValuesWithoutEndShareOneSeries() {
        let registry = MetricsRegistry()
        for value in 0..<(MetricsRegistry.maxSeries + 50) { registry.counter("c", help: "C.", labels: ["v": String(value)]).add() }
        #expect(registry.prometheusText().contains("c{v=\"other\"} 50\n"))
    }

    @Test func threadsLoseNothing() async {
        let registry = MetricsRegistry()
        let counter = registry.counter("c", help: "C.")
        let gauge = registry.gauge("g", help: "G.")
        let histogram = registry.histogram("h", help: "H.", bounds: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.add()
                        gauge.add(0.5)
                        histogram.observe(2)
                    }
                }
            }
        }
        #expect(counter.value == 40_000)
        #expect(gauge.value == 20_000)
        #expect(histogram.counts == [0, 40_000])
        #expect(histogram.sum == 80_000)
    }

    @Test func aNameOfTwoKindsTraps() async {
        await #expect(processExitsWith: .failure) {
            let registry = MetricsRegistry()
            _ = registry.counter("c", help: "C.")
            _ = registry.gauge("c", help: "C.")
        }
    }
}
