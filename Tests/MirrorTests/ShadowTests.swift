import Configuration
import Foundation
import Synchronization
import Telemetry
import TestSupport
import Testing
import Traffic

@testable import Mirror

/// Sampled calls over real sockets: what reaches the candidate and the sink, and that production's bytes stay what they are.
@Suite struct ShadowTests {
    static let streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    /// A production that answers `b`, whole or streamed.
    private static func production() throws -> RawUpstream {
        try RawUpstream { request, connection in answer("b", request, connection) }
    }

    static func answer(_ text: String, _ request: RawRequest, _ connection: RawConnection) {
        guard String(decoding: request.body, as: UTF8.self).contains(#""stream":true"#) else {
            return connection.answer(chatAnswer(text))
        }
        connection.send(streamHead)
        connection.chunk(#"data: {"id":"s1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"# + "\n\n")
        connection.chunk(#"data: {"id":"s1","model":"m","choices":[{"index":0,"delta":{"content":"\#(text)"}}]}"# + "\n\n")
        connection.chunk(#"data: {"id":"s1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n")
        connection.chunk("data: [DONE]\n\n")
        connection.send("0\r\n\r\n")
    }

    /// What is not as in the plain case: everything sampled, no control, a candidate that answers `a`.
    struct Scene: Sendable {
        var control = 0.0
        var sample = SampleSettings(rate: 1)
        var limits = CandidateLimits()
        var key: KeyReference?
        var configure: @Sendable (inout MirrorConfiguration) -> Void = { _ in }
        var candidate: RawUpstream.Script = { ShadowTests.answer("a", $0, $1) }
    }

    /// Upstreams and a mirror, stopped at the end whatever happens.
    private func trial(
        _ scene: Scene = Scene(),
        _ steps: @escaping @Sendable (MirrorHarness, _ production: RawUpstream, _ candidate: RawUpstream) throws -> Void
    ) async throws {
        try await onOwnThread {
            let production = try Self.production()
            let candidate = try RawUpstream(scene.candidate)
            let trial = try workloadSettings(
                sample: scene.sample, control: scene.control, candidate: "http://127.0.0.1:\(candidate.port)/v1", limits: scene.limits,
                key: scene.key)
            let harness = try MirrorHarness(mirrorSettings(production: production, trials: [trial]), configure: scene.configure)
            defer {
                production.stop()
                candidate.stop()
                harness.stop(grace: 100_000_000)
            }
            try steps(harness, production, candidate)
        }
    }

    @Test func bothAnswersAreKeptAsOnePair() async throws {
        try await trial { harness, production, candidate in
            let answer = try harness.chat(headers: [("traceparent", "00-1-2-01")])
            #expect(answer.text == chatAnswer("b"))
            let (call, pair) = try harness.sink.firstPair()
            #expect(call.workload == "w" && call.source == .mirror && call.path == "/v1/chat/completions" && call.turn == 1)
            #expect(call.request == Array(chatRequest("hello").utf8) && call.traceparent == "00-1-2-01")
            #expect(call.production.status == 200 && call.production.output == "b" && call.production.error == nil)
            #expect(call.control == nil && call.controlRate == 0)
            #expect(pair.candidate.output == "a" && pair.candidate.status == 200 && pair.samplingRate == 1 && pair.planned)
            #expect(pair.id.moment == call.id.moment && pair.trial == trialIdentifier(0))
            for leg in [call.production, pair.candidate] {
                #expect((leg.durationMs ?? 0) > 0 && leg.ttftMs == nil && leg.usage.input == 5 && leg.usage.output == 2)
            }
            #expect(pair.candidate.queueMs == 0)
            #expect(harness.sink.order == ["call \(call.id)", "pair of \(call.id)"])
            #expect(harness.sink.waitForCount(1, .sampled))
            #expect(harness.sink.count(.calls) == 1 && harness.sink.count(.calls, ofTrials: false) == 1)
            #expect(production.requests.count == 1 && candidate.requests.count == 1)
        }
    }

    @Test func theCandidateGetsItsOwnModelAndKeyAndNothingOfTheApps() async throws {
        try await trial(Scene(key: .environment("SMALL_KEY"), configure: { $0.environment["SMALL_KEY"] = " candidate-secret\n" })) {
            harness, production, candidate in
            _ = try harness.chat(headers: [("Cookie", "app-cookie"), ("X-App", "app")])
            _ = try harness.sink.firstPair()
            let asked = candidate.requests[0]
            #expect(asked.requestLine == "POST /v1/chat/completions HTTP/1.1")
            #expect(asked.header("authorization") == "Bearer candidate-secret" && asked.header("understudy-leg") == "candidate")
            #expect(!asked.headText.contains("app-secret") && !asked.headText.contains("app-cookie") && asked.header("x-app") == nil)
            #expect(String(decoding: asked.body, as: UTF8.self).contains(#""model":"small""#))
            #expect(production.requests[0].header("authorization") == "Bearer app-secret")
            #expect(production.requests[0].header("understudy-leg") == nil)
            #expect(!harness.log.all.joined().contains("secret"))
        }
    }

    @Test func aStreamedCallIsShadowedStreamedAndTimedByItsFirstContent() async throws {
        try await trial(
            Scene(candidate: { request, connection in
                #expect(String(decoding: request.body, as: UTF8.self).contains(#""stream":true"#))
                Self.answer("a", request, connection)
            })
        ) { harness, _, _ in
            let answer = try harness.chat(stream: true)
            #expect(answer.isComplete && answer.text.hasSuffix("data: [DONE]\n\n"))
            let (call, pair) = try harness.sink.firstPair()
            for (leg, text) in [(call.production, "b"), (pair.candidate, "a")] {
                #expect(leg.streamed && leg.output == text && leg.finishReason == "stop" && leg.error == nil)
                #expect((leg.ttftMs ?? -1) >= 0 && (leg.ttftMs ?? .infinity) <= (leg.durationMs ?? 0))
            }
        }
    }

    /// What a candidate may do to us, and what its leg reads as then.
    enum Misbehaviour: String, CaseIterable, Sendable {
        case hangs, answers500, answersGarbage, closesAtOnce, closesEarly, breaksItsStream, floods, resets, isNotHTTP

        var expected: LegError? {
            switch self {
            case .hangs: .timeout
            case .answers500: .serverError
            case .answersGarbage: nil
            case .closesAtOnce, .isNotHTTP, .resets: .connectionFailed
            case .closesEarly, .breaksItsStream: .streamBroken
            case .floods: .tooLarge
            }
        }

        func play(_ request: RawRequest, _ connection: RawConnection) {
            switch self {
            case .hangs: connection.waitForEnd()
            case .answers500: connection.answer("{\"error\":{\"message\":\"no\"}}", status: "500 Oops")
            case .answersGarbage: connection.answer("\u{0} this is { not JSON")
            case .closesAtOnce: connection.close()
            case .resets: connection.reset()
            case .isNotHTTP:
                connection.send("SSH-2.0-OpenSSH_9.2\r\n")
                connection.close()
            case .closesEarly:
                connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"id\":")
                connection.close()
            case .breaksItsStream:
                connection.send(ShadowTests.streamHead)
                connection.chunk(#"data: {"id":"s","choices":[{"index":0,"delta":{"content":"par"}}]}"# + "\n\n")
                connection.close()
            case .floods:
                connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
                let piece = String(repeating: "x", count: 65_536)
                while connection.chunk(piece) {}
            }
        }
    }

    @Test(arguments: Misbehaviour.allCases)
    func whateverTheCandidateDoesProductionsBytesAreTheSame(_ misbehaviour: Misbehaviour) async throws {
        try await trial(
            Scene(
                limits: CandidateLimits(timeoutNanoseconds: 500_000_000), configure: { $0.captureLimit = 1 << 20 },
                candidate: { misbehaviour.play($0, $1) })
        ) { harness, production, _ in
            let through = try HTTPProbe(port: harness.port)
            let body = Array(chatRequest("x", stream: true).utf8)
            try through.send(HTTPProbe.head("POST", "/w/v1/chat/completions", body: body) + body)
            let direct = try HTTPProbe(port: production.port)
            try direct.send(HTTPProbe.head("POST", "/v1/chat/completions", body: body) + body)
            #expect(try through.readAnswer().body == direct.readAnswer().body)
            let (call, pair) = try harness.sink.firstPair()
            #expect(call.production.output == "b" && call.production.error == nil)
            if let expected = misbehaviour.expected {
                #expect(pair.candidate.error == expected)
            } else {
                #expect(pair.candidate.status == 200 && pair.candidate.failure != nil)
            }
            if misbehaviour == .floods {
                #expect(pair.candidate.truncatedCapture)
                #expect((pair.candidate.output?.utf8.count ?? 0) <= 1 << 20)
            }
        }
    }

    @Test func aCandidateThatCannotBeReachedIsAFailedLeg() async throws {
        try await trial { harness, _, candidate in
            candidate.stop()
            let answer = try harness.chat()
            #expect(answer.status == 200)
            let (_, pair) = try harness.sink.firstPair()
            #expect(pair.candidate.error == .connectionFailed)
        }
    }

    @Test func controlAsksProductionTheSameAgainWithTheAppsOwnCredentials() async throws {
        try await trial(Scene(control: 1)) { harness, production, candidate in
            _ = try harness.chat(headers: [("Idempotency-Key", "i1"), ("Accept-Encoding", "gzip"), ("X-App", "1")])
            let (call, pair) = try harness.sink.firstPair()
            #expect(call.controlRate == 1 && call.control?.output == "b" && (call.control?.durationMs ?? 0) > 0)
            #expect(pair.candidate.output == "a")
            let requests = production.waitForRequests(2)
            let control = try #require(requests.first { $0.header("understudy-leg") == "control" })
            let first = try #require(requests.first { $0.header("understudy-leg") == nil })
            #expect(control.requestLine == first.requestLine && control.body == first.body)
            #expect(control.header("authorization") == "Bearer app-secret" && control.header("x-app") == "1")
            #expect(control.header("idempotency-key") == nil && first.header("idempotency-key") == "i1")
            #expect(control.header("accept-encoding") == nil && first.header("accept-encoding") == "gzip")
            #expect(candidate.requests.count == 1)
        }
    }

    @Test func controlIsLeftOutWhileProductionIsShort() async throws {
        try await trial(Scene(control: 1)) { harness, production, _ in
            production.answer { _, connection in connection.answer("{}", status: "429 Too Many Requests") }
            let refused = try harness.chat()
            #expect(refused.status == 429)
            _ = try harness.sink.firstPair()
            production.answer { Self.answer("b", $0, $1) }
            let answer = try harness.chat()
            #expect(answer.status == 200)
            #expect(harness.sink.wait { harness.sink.pairs.count == 2 })
            #expect(harness.sink.waitForCount(1, .controlSkipped, "backoff", ofTrials: false))
            let later = harness.sink.calls[1]
            #expect(later.control == nil && later.controlRate == 0)
        }
    }

    @Test func aSlowCandidateQueuesThenShedsAndQueueTimeIsKeptApart() async throws {
        let gate = DispatchSemaphore(value: 0)
        try await trial(
            Scene(
                limits: CandidateLimits(concurrency: 1, queue: 1),
                candidate: { request, connection in
                    gate.wait()
                    Self.answer("a", request, connection)
                })
        ) { harness, _, candidate in
            _ = try harness.chat("1")
            _ = candidate.waitForRequests(1)
            _ = try harness.chat("2")
            _ = try harness.chat("3")
            #expect(harness.sink.waitForCount(1, .shed, "queue_full"))
            Thread.sleep(forTimeInterval: 0.05)  // time in line that must show as such
            gate.signal()
            gate.signal()
            #expect(harness.sink.wait { harness.sink.pairs.count == 2 })
            let waits = harness.sink.pairs.map { $0.candidate.queueMs ?? -1 }
            #expect(waits[0] == 0 && waits[1] >= 50)
            #expect((harness.sink.pairs[1].candidate.durationMs ?? .infinity) < waits[1])
        }
    }

    @Test func aCallThatWaitsTooLongIsShed() async throws {
        try await trial(
            Scene(
                limits: CandidateLimits(concurrency: 1, queue: 5, timeoutNanoseconds: 400_000_000),
                candidate: { _, connection in connection.waitForEnd() })
        ) { harness, _, candidate in
            _ = try harness.chat("1")
            _ = candidate.waitForRequests(1)
            for text in ["2", "3", "4"] { _ = try harness.chat(text) }
            #expect(harness.sink.wait { harness.sink.count(.shed, "queue_timeout") + harness.sink.pairs.count == 4 })
            #expect(harness.sink.count(.shed, "queue_timeout") >= 1)
        }
    }

    @Test func aFailingCandidateIsNotAskedAnyMoreAndThatIsAPair() async throws {
        try await trial(Scene(candidate: { _, connection in connection.answer("no", status: "503 Down") })) { harness, _, candidate in
            for number in 1...20 {
                _ = try harness.chat("\(number)")
                #expect(harness.sink.wait { harness.sink.pairs.count == number })
            }
            _ = try harness.chat("21")
            #expect(harness.sink.wait { harness.sink.pairs.count == 21 })
            #expect(harness.sink.pairs[20].candidate.error == .circuitOpen && harness.sink.pairs[20].candidate.status == nil)
            #expect(harness.sink.waitForCount(1, .shed, "circuit_open"))
            #expect(candidate.requests.count == 20)
            #expect(try harness.metric("/metrics").text.contains("understudy_circuit_open{workload=\"w\",candidate=\"small\"} 1"))
        }
    }

    @Test func aCallOfAnAppThatLeftIsMarked() async throws {
        try await trial { harness, production, _ in
            let started = DispatchSemaphore(value: 0)
            let ended = DispatchSemaphore(value: 0)
            production.answer { _, connection in
                connection.send(Self.streamHead)
                connection.chunk("data: {}\n\n")
                started.signal()
                connection.waitForEnd()
                ended.signal()
            }
            let probe = try HTTPProbe(port: harness.port)
            let body = Array(chatRequest("x", stream: true).utf8)
            try probe.send(HTTPProbe.head("POST", "/w/v1/chat/completions", body: body) + body)
            started.wait()
            probe.close()
            let (call, pair) = try harness.sink.firstPair()
            #expect(call.production.error == .clientLeft && pair.candidate.output == "a")
            #expect(ended.wait(timeout: .now() + 5) == .success)
        }
    }

    @Test func aProductionThatFailsLeavesAnIncomparablePair() async throws {
        try await trial { harness, production, _ in
            production.stop()
            let answer = try harness.chat()
            #expect(answer.status == 502)
            let (call, _) = try harness.sink.firstPair()
            #expect(call.production.error == .connectionFailed)
        }
    }

    @Test func answersOverTheCaptureLimitPassWholeAndAreMarked() async throws {
        try await trial(Scene(configure: { $0.captureLimit = 10_000 })) { harness, production, candidate in
            let long = chatAnswer(String(repeating: "x", count: 50_000))
            production.answer { _, connection in connection.answer(long) }
            let answer = try harness.chat()
            #expect(answer.text == long)
            let leg = try harness.sink.firstPair().call.production
            #expect(leg.error == .tooLarge && leg.truncatedCapture)
            #expect(try harness.chat(String(repeating: "y", count: 20_000)).text == long)
            #expect(harness.sink.waitForCount(1, .shed, "too_large"))
            #expect(candidate.requests.count == 1)
        }
    }

    @Test func withoutMemoryForCapturesCallsPassAndAreShed() async throws {
        try await trial(Scene(configure: { $0.captureMemory = 10 })) { harness, _, candidate in
            let answer = try harness.chat()
            #expect(answer.text == chatAnswer("b"))
            #expect(harness.sink.waitForCount(1, .shed, "capture_full"))
            #expect(candidate.requests.isEmpty)
        }
    }

    @Test func capturedBytesAreGivenBack() async throws {
        try await trial(Scene(control: 1)) { harness, _, _ in
            for number in 1...10 { _ = try harness.chat("\(number)", stream: number % 2 == 0) }
            #expect(harness.sink.wait { harness.sink.pairs.count == 10 })
            _ = try HTTPProbe.request("POST", port: harness.port, "/w/v1/chat/completions", body: Array("no json".utf8))
            #expect(harness.sink.waitForCount(1, .skipped, "not_json"))
            #expect(try harness.metric("/metrics").text.contains("\nunderstudy_captured_bytes 0\n"))
        }
    }

    @Test func callsThatAreNotForTheTrialOnlyPass() async throws {
        try await trial { harness, production, candidate in
            _ = try harness.chat(headers: [("Understudy-Leg", "candidate")])
            _ = try harness.chat(headers: [("x-stainless-retry-count", "2")])
            _ = try HTTPProbe.request(
                "POST", port: harness.port, "/w/v1/chat/completions",
                body: Array(#"{"previous_response_id":"r1","messages":[]}"#.utf8))
            _ = try HTTPProbe.request(port: harness.port, "/w/v1/models")
            for reason in ["loop", "retry", "server_state", "no_match"] { #expect(harness.sink.waitForCount(1, .skipped, reason)) }
            #expect(production.requests.count == 4 && production.requests[0].header("understudy-leg") == "candidate")
            #expect(candidate.requests.isEmpty && harness.sink.pairs.isEmpty)
        }
    }

    @Test func aNamedKeyThatIsNotThereIsSaidAndNothingIsSent() async throws {
        try await trial(Scene(key: .environment("ABSENT_KEY"))) { harness, _, candidate in
            let answer = try harness.chat()
            #expect(answer.status == 200)
            #expect(harness.sink.waitForCount(1, .shed, "no_key"))
            #expect(candidate.requests.isEmpty)
            #expect(harness.log.all.contains { $0.contains("key was not found") && $0.contains("ABSENT_KEY") })
        }
    }

    @Test func aSinkThatTakesNothingShedsAndCountsAreOfferedAgain() async throws {
        try await trial { harness, _, candidate in
            harness.sink.refuse(true)
            let answer = try harness.chat()
            #expect(answer.text == chatAnswer("b"))
            _ = candidate.waitForRequests(1)
            #expect(harness.sink.wait { harness.sink.refusedCoverage >= 3 })
            harness.sink.refuse(false)
            #expect(harness.sink.waitForCount(1, .shed, "spool_full"))
            #expect(harness.sink.count(.calls) == 1 && harness.sink.pairs.isEmpty)
            // Offered several times, counted once.
            let metrics = try harness.metric("/metrics").text
            #expect(metrics.contains("understudy_calls_total{workload=\"w\"} 1\n"))
            #expect(metrics.contains("understudy_shed_total{workload=\"w\",candidate=\"small\",reason=\"spool_full\"} 1\n"))
        }
    }

    @Test func aKeyInTheQueryReachesProductionAndIsNotKept() async throws {
        try await trial { harness, production, _ in
            let body = Array(chatRequest("hello").utf8)
            let answer = try HTTPProbe.request(
                "POST", port: harness.port, "/w/v1/chat/completions?api-version=1&key=app-secret", body: body)
            #expect(answer.status == 200)
            #expect(production.requests.first?.target == "/v1/chat/completions?api-version=1&key=app-secret")
            #expect(try harness.sink.firstPair().call.path == "/v1/chat/completions")
        }
    }

    @Test func segmentsComeFromTheNamedHeader() async throws {
        let sample = SampleSettings(rate: 1, segments: SegmentSettings(header: "X-Channel", rates: ["mail": 0.5]))
        try await trial(Scene(sample: sample)) { harness, _, _ in
            _ = try harness.chat(headers: [("X-Channel", "chat")])
            let (call, pair) = try harness.sink.firstPair()
            #expect(call.segment == "chat" && pair.samplingRate == 1 && pair.evidenceWeight == 0.5)
            #expect(harness.sink.wait { harness.sink.coverage.contains { $0.stage == .sampled && $0.segment == "chat" } })
        }
    }

    @Test func aPairIsHandedOverWithinFiftyMillisecondsOfItsLastLeg() async throws {
        let sent = Mutex<[ContinuousClock.Instant]>([])
        let scene = Scene(candidate: { request, connection in
            sent.withLock { $0.append(.now) }
            Self.answer("a", request, connection)
        })
        try await trial(scene) { harness, _, _ in
            // The quickest of some: a busy machine may delay any one of them.
            var quickest = Duration.seconds(60)
            for number in 1...10 {
                _ = try harness.chat("\(number)")
                #expect(harness.sink.wait { harness.sink.pairs.count == number })
                let began = sent.withLock { $0[number - 1] }
                quickest = min(quickest, ContinuousClock.now - began)
            }
            #expect(quickest < .milliseconds(50))
        }
    }

    @Test func twoCandidatesShareOneProductionCall() async throws {
        try await onOwnThread {
            let production = try Self.production()
            let first = try RawUpstream { Self.answer("a", $0, $1) }
            let second = try RawUpstream { Self.answer("c", $0, $1) }
            let trials = try [first, second].enumerated().map { index, upstream in
                try workloadSettings(control: index == 0 ? 0 : 1, candidate: "http://127.0.0.1:\(upstream.port)", name: "small-\(index)")
            }
            let harness = try MirrorHarness(mirrorSettings(production: production, trials: trials))
            _ = try harness.chat()
            #expect(harness.sink.wait { harness.sink.pairs.count == 2 })
            #expect(harness.sink.calls.count == 1 && harness.sink.calls[0].controlRate == 1)
            #expect(Set(harness.sink.pairs.map { $0.candidate.output }) == ["a", "c"])
            #expect(Set(harness.sink.pairs.map(\.callID)) == [harness.sink.calls[0].id])
            #expect(production.waitForRequests(2).count == 2)  // the call and its one control leg
            for upstream in [production, first, second] { upstream.stop() }
            harness.stop()
        }
    }
}

/// Faults of ours, made to happen step by step.
@Suite struct FaultTests {
    @Test(arguments: Failpoints.Step.allCases.filter { $0 != .settings })
    func aFaultEndsTheShadowAndNotTheCall(_ step: Failpoints.Step) async throws {
        try await onOwnThread {
            let production = try RawUpstream { ShadowTests.answer("b", $0, $1) }
            let candidate = try RawUpstream { ShadowTests.answer("a", $0, $1) }
            let trial = try workloadSettings(control: 1, candidate: "http://127.0.0.1:\(candidate.port)")
            let harness = try MirrorHarness(mirrorSettings(production: production, trials: [trial])) { $0.failpoints.armed = [step] }
            for isStreamed in [false, true] {
                let answer = try harness.chat(stream: isStreamed)
                let direct = try HTTPProbe.request(
                    "POST", port: production.port, "/", body: Array(chatRequest("hello", stream: isStreamed).utf8))
                #expect(answer.isComplete && answer.body == direct.body)
            }
            #expect(harness.sink.waitForCount(2, .fault, "shadow", ofTrials: false))
            harness.stop(grace: 100_000_000)
            #expect(harness.sink.pairs.isEmpty)
            #expect(harness.metrics.prometheusText().contains("\nunderstudy_captured_bytes 0\n"))
            for upstream in [production, candidate] { upstream.stop() }
        }
    }

    @Test func aFaultInNewSettingsLeavesTheLastGoodOnes() async throws {
        try await onOwnThread {
            let production = try RawUpstream { ShadowTests.answer("b", $0, $1) }
            let candidate = try RawUpstream { ShadowTests.answer("a", $0, $1) }
            let trial = try workloadSettings(control: 0, candidate: "http://127.0.0.1:\(candidate.port)")
            let harness = try MirrorHarness(mirrorSettings(production: production, trials: [trial])) { $0.failpoints.armed = [.settings] }
            // Taken, these would end the trial.
            try harness.write(mirrorSettings(production: production))
            let refused = { harness.metrics.prometheusText().contains("\nunderstudy_settings_refused_total 1\n") }
            let written = Date()
            while !refused(), Date().timeIntervalSince(written) < 10 { _ = harness.sink.wait(seconds: 0.02, until: refused) }
            #expect(refused())
            let answer = try harness.chat()
            let direct = try HTTPProbe.request("POST", port: production.port, "/", body: Array(chatRequest("hello").utf8))
            #expect(answer.isComplete && answer.body == direct.body)
            #expect(try harness.sink.firstPair().pair.candidate.status == 200)
            harness.stop()
            for upstream in [production, candidate] { upstream.stop() }
        }
    }
}
