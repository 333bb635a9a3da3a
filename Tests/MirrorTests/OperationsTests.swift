import Configuration
import EventLoop
import Foundation
import Mirror
import TestSupport
import Testing
import Traffic

/// Settings that change, files that are damaged, starts, ends, and what the mirror says of itself.
@Suite struct OperationsTests {
    private static func upstream(_ text: String = "b") throws -> RawUpstream {
        try RawUpstream { request, connection in ShadowTests.answer(text, request, connection) }
    }

    /// Asks until an answer has that status; false when it does not within two seconds.
    private static func becomes(_ status: Int, _ harness: MirrorHarness, _ path: String = "/w/v1/x") throws -> Bool {
        let deadline = Date().addingTimeInterval(2)
        while Date() < deadline {
            if try HTTPProbe.request(port: harness.port, path).status == status { return true }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return false
    }

    @Test func withoutSettingsItServesAHintUntilTheyAreThere() async throws {
        try await onOwnThread {
            let upstream = try Self.upstream()
            let harness = try MirrorHarness(nil) { $0.allowedUpstreams = ["127.0.0.1:\(upstream.port)"] }
            let answer = try HTTPProbe.request(port: harness.port, "/w/v1/x")
            #expect(answer.status == 404 && answer.text.contains("understudy enable"))
            #expect(!harness.mirror.isReady)
            let readiness = try harness.metric("/readyz")
            #expect(readiness.status == 503 && readiness.text.contains("no settings yet"))
            #expect(try harness.metric("/livez").status == 200)
            try harness.write(try mirrorSettings(production: upstream))
            #expect(try Self.becomes(200, harness))
            #expect(harness.mirror.isReady)
            #expect(try harness.metric("/readyz").status == 200)
            upstream.stop()
            harness.stop()
        }
    }

    @Test func changedSettingsAreFollowedWithinASecond() async throws {
        try await onOwnThread {
            let production = try Self.upstream()
            let candidate = try Self.upstream("a")
            var settings = try mirrorSettings(production: production)
            let harness = try MirrorHarness(settings)
            // The quickest of some: a busy machine may delay any one of them.
            var quickest = 60.0
            for number in 1...3 {
                let trial = try workloadSettings(candidate: "http://127.0.0.1:\(candidate.port)")
                settings.trials = [MirrorTrial(id: trialIdentifier(UInt64(number)), settings: trial)]
                try harness.write(settings)
                let written = Date()
                func isFollowed() -> Bool { harness.sink.pairs.contains { $0.trial == trialIdentifier(UInt64(number)) } }
                while !isFollowed(), Date().timeIntervalSince(written) < 10 {
                    _ = try harness.chat()
                    _ = harness.sink.wait(seconds: 0.02, until: isFollowed)
                }
                quickest = min(quickest, Date().timeIntervalSince(written))
            }
            #expect(quickest < 1)
            settings.trials = []
            try harness.write(settings)
            Thread.sleep(forTimeInterval: 1)
            let asked = candidate.requests.count
            _ = try harness.chat()
            Thread.sleep(forTimeInterval: 0.2)
            #expect(candidate.requests.count == asked)
            settings.routes = []
            try harness.write(settings)
            #expect(try Self.becomes(404, harness))
            for upstream in [production, candidate] { upstream.stop() }
            harness.stop()
        }
    }

    @Test func aDamagedOrMissingFileChangesNothing() async throws {
        try await onOwnThread {
            let upstream = try Self.upstream()
            let harness = try MirrorHarness(mirrorSettings(production: upstream))
            let path = harness.folder.path("settings.json")
            var bytes = try Data(contentsOf: URL(filePath: path))
            bytes[bytes.count - 5] ^= 1
            try bytes.write(to: URL(filePath: path))
            let deadline = Date().addingTimeInterval(2)
            while !harness.log.all.contains(where: { $0.contains("cannot be used") }), Date() < deadline {
                Thread.sleep(forTimeInterval: 0.02)
            }
            #expect(harness.log.all.count { $0.contains("cannot be used") && $0.contains("damaged") } == 1)
            #expect(try HTTPProbe.request(port: harness.port, "/w/v1/x").status == 200)
            try FileManager.default.removeItem(atPath: path)
            Thread.sleep(forTimeInterval: 0.3)
            #expect(try HTTPProbe.request(port: harness.port, "/w/v1/x").status == 200)
            #expect(harness.mirror.isReady)
            upstream.stop()
            harness.stop()
        }
    }

    @Test func aCallInFlightKeepsTheRouteThatItBeganWith() async throws {
        try await onOwnThread {
            let gate = DispatchSemaphore(value: 0)
            let upstream = try RawUpstream { request, connection in
                if request.target == "/v1/slow" { gate.wait() }
                connection.answer("late")
            }
            var settings = try mirrorSettings(production: upstream)
            let harness = try MirrorHarness(settings)
            let probe = try HTTPProbe(port: harness.port)
            try probe.send(HTTPProbe.head("GET", "/w/v1/slow"))
            _ = upstream.waitForRequests(1)
            settings.routes = []
            try harness.write(settings)
            #expect(try Self.becomes(404, harness))
            gate.signal()
            #expect(try probe.readAnswer().text == "late")
            upstream.stop()
            harness.stop()
        }
    }

    @Test func drainingFinishesCallsAndTheirShadows() async throws {
        try await onOwnThread {
            let gate = DispatchSemaphore(value: 0)
            let production = try RawUpstream { request, connection in
                gate.wait()
                ShadowTests.answer("b", request, connection)
            }
            let candidate = try RawUpstream { request, connection in
                Thread.sleep(forTimeInterval: 0.3)
                ShadowTests.answer("a", request, connection)
            }
            let trial = try workloadSettings(candidate: "http://127.0.0.1:\(candidate.port)")
            let harness = try MirrorHarness(mirrorSettings(production: production, trials: [trial]))
            let body = Array(chatRequest("x").utf8)
            let probe = try HTTPProbe(port: harness.port)
            try probe.send(HTTPProbe.head("POST", "/w/v1/chat/completions", body: body) + body)
            _ = production.waitForRequests(1)
            let drained = DispatchSemaphore(value: 0)
            Thread {
                harness.stop(grace: 5_000_000_000)
                drained.signal()
            }.start()
            #expect(drained.wait(timeout: .now() + 0.3) == .timedOut)
            gate.signal()
            #expect(try probe.readAnswer().text == chatAnswer("b"))
            #expect(drained.wait(timeout: .now() + 5) == .success)
            #expect(harness.sink.pairs.count == 1 && harness.sink.count(.calls) == 1 && harness.sink.count(.sampled) == 1)
            #expect((try? HTTPProbe(port: harness.port)) == nil)
            for upstream in [production, candidate] { upstream.stop() }
        }
    }

    @Test func aPairThatWaitsForItsControlAloneIsCountedTooWhenTheGraceEnds() async throws {
        try await onOwnThread {
            let production = try RawUpstream { request, connection in
                if request.header("understudy-leg") == "control" { return connection.waitForEnd() }
                ShadowTests.answer("b", request, connection)
            }
            let candidate = try Self.upstream()
            let trial = try workloadSettings(control: 1, candidate: "http://127.0.0.1:\(candidate.port)")
            let harness = try MirrorHarness(mirrorSettings(production: production, trials: [trial]))
            _ = try harness.chat()
            _ = candidate.waitForRequests(1)
            _ = production.waitForRequests(2)
            harness.stop(grace: 200_000_000)
            #expect(harness.sink.pairs.isEmpty && harness.sink.count(.shed, "stopping") == 1)
            for upstream in [production, candidate] { upstream.stop() }
        }
    }

    @Test func whatDoesNotEndInTheGraceIsShedAndCounted() async throws {
        try await onOwnThread {
            let production = try Self.upstream()
            let candidate = try RawUpstream { _, connection in connection.waitForEnd() }
            let trial = try workloadSettings(candidate: "http://127.0.0.1:\(candidate.port)")
            let harness = try MirrorHarness(mirrorSettings(production: production, trials: [trial]))
            _ = try harness.chat()
            _ = candidate.waitForRequests(1)
            harness.stop(grace: 200_000_000)
            #expect(harness.sink.pairs.isEmpty && harness.sink.count(.shed, "stopping") == 1)
            for upstream in [production, candidate] { upstream.stop() }
        }
    }

    @Test func aBusyPortIsOneClearLine() async throws {
        try await onOwnThread {
            let harness = try MirrorHarness(nil)
            #expect {
                _ = try MirrorHarness(nil) { $0.address = .tcp(host: "127.0.0.1", port: harness.port) }
            } throws: { error in
                "\(error)".contains("127.0.0.1:\(harness.port)") && !"\(error)".contains("\n")
            }
            harness.stop()
        }
    }

    @Test func metricsTellWhatHappened() async throws {
        try await onOwnThread {
            let production = try Self.upstream()
            let candidate = try Self.upstream("a")
            let trial = try workloadSettings(candidate: "http://127.0.0.1:\(candidate.port)")
            let harness = try MirrorHarness(mirrorSettings(production: production, trials: [trial]))
            _ = try harness.chat(stream: true)
            _ = try HTTPProbe.request(port: harness.port, "/w/v1/models")
            _ = try harness.sink.firstPair()
            #expect(harness.sink.waitForCount(2, .calls) && harness.sink.waitForCount(1, .sampled))
            let answer = try harness.metric("/metrics")
            #expect(answer.header("content-type")?.hasPrefix("text/plain; version=0.0.4") == true)
            for line in [
                "understudy_calls_total{workload=\"w\"} 2", "understudy_sampled_total{workload=\"w\",candidate=\"small\"} 1",
                "understudy_skipped_total{workload=\"w\",candidate=\"small\",reason=\"no_match\"} 1",
                "understudy_pairs_total{workload=\"w\",candidate=\"small\"} 1", "understudy_settings_loads_total 1",
                "# TYPE gen_ai_client_operation_duration_seconds histogram",
            ] {
                #expect(answer.text.contains(line + "\n"), "\(line) is not among the metrics")
            }
            #expect(answer.text.contains("understudy_leg=\"production\"") && answer.text.contains("understudy_leg=\"candidate\""))
            #expect(try harness.metric("/other").status == 404)
            for upstream in [production, candidate] { upstream.stop() }
            harness.stop()
        }
    }
}
