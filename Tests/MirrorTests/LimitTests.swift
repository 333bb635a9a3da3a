import Configuration
import Foundation
import HTTPWire
import TestSupport
import Testing
import Traffic

@testable import Mirror

private let second: UInt64 = 1_000_000_000

@Suite struct CallerBreakerTests {
    private func expect(
        _ breaker: inout CallerBreaker, _ caller: UInt64, at now: UInt64, _ admitted: Bool, at location: SourceLocation = #_sourceLocation
    ) {
        let isAdmitted = breaker.admits(caller, at: now)
        #expect(isAdmitted == admitted, sourceLocation: location)
    }

    @Test func aRefusedCallerIsLeftOutAndTriedWithOneCallAPause() {
        var breaker = CallerBreaker()
        let pause = CallerBreaker.pause
        expect(&breaker, 1, at: 0, true)
        breaker.answered(1, status: 401, at: 0)
        expect(&breaker, 1, at: pause - 1, false)
        expect(&breaker, 2, at: 0, true)
        expect(&breaker, 1, at: pause, true)
        expect(&breaker, 1, at: pause + 1, false)
        breaker.answered(1, status: 200, at: pause + 2)
        expect(&breaker, 1, at: pause + 3, true)
    }

    @Test(arguments: [429, 500, 400, 404, 529]) func otherFailuresSayNothingAboutTheCaller(_ status: Int) {
        var breaker = CallerBreaker()
        breaker.answered(1, status: status, at: 0)
        expect(&breaker, 1, at: 0, true)
    }

    @Test func aNewWrongKeyWithEveryCallGainsNothing() {
        var breaker = CallerBreaker()
        breaker.answered(7, status: 200, at: 0)
        var asked = 0
        for caller in UInt64(100)..<1100 where breaker.admits(caller, at: second) {
            asked += 1
            breaker.answered(caller, status: 403, at: second)
        }
        #expect(asked == CallerBreaker.strangersAllowed)
        expect(&breaker, 7, at: second, true)
        expect(&breaker, 5000, at: second + CallerBreaker.pause, true)
    }

    @Test func whatItRemembersIsBounded() {
        var breaker = CallerBreaker()
        for caller in UInt64(0)..<20_000 {
            breaker.answered(caller, status: 401, at: caller)
            breaker.answered(caller | 1 << 40, status: 200, at: caller)
        }
        #expect(breaker.remembered <= 2 * CallerBreaker.capacity)
    }

    @Test func callersAreToldApartByWhateverCarriesTheirKey() {
        let key = KeyedHash(key0: 1, key1: 2)
        let target = Array("/v1/x".utf8)
        let headers: [Headers] = [
            [], [Header("Authorization", "Bearer a")], [Header("Authorization", "Bearer b")], [Header("X-Api-Key", "Bearer a")],
            [Header("Api-Key", "a")], [Header("X-Goog-Api-Key", "a")],
        ]
        var callers = headers.map { CallerBreaker.caller($0, target: target, key: key) }
        callers.append(CallerBreaker.caller([], target: Array("/v1/x?key=a".utf8), key: key))
        #expect(Set(callers).count == callers.count)
        #expect(CallerBreaker.caller([Header("authorization", "Bearer a")], target: Array("/v2?b".utf8), key: key) == callers[1])
    }
}

@Suite struct ControlAllowanceTests {
    @Test func aDayHasSoManyAndTheNextStartsAnew() {
        var allowance = ControlAllowance()
        let noon = Timestamp(microseconds: 43_200_000_000)
        let used = (0..<4).map { _ in
            let isUsed = allowance.isUsed(of: 3, at: noon)
            allowance.use()
            return isUsed
        }
        #expect(used == [false, false, false, true])
        let isUsedTomorrow = allowance.isUsed(of: 3, at: noon.adding(seconds: 43_200))
        #expect(!isUsedTomorrow)
    }
}

/// The limits of a candidate and of the control arm over real sockets: what is beyond them is shed by its reason, in the counts as in
/// the metrics, and production's answer stays what it is.
@Suite struct LimitTests {
    private struct Scene: Sendable {
        var limits = CandidateLimits()
        var control = 0.0
        var candidate: RawUpstream.Script = { ShadowTests.answer("a", $0, $1) }
        var production: RawUpstream.Script = { ShadowTests.answer("b", $0, $1) }
        var configure: @Sendable (inout MirrorConfiguration) -> Void = { _ in }
    }

    private func trial(
        _ scene: Scene,
        _ steps: @escaping @Sendable (MirrorHarness, _ production: RawUpstream, _ candidate: RawUpstream) throws -> Void
    ) async throws {
        try await onOwnThread {
            let production = try RawUpstream(scene.production)
            let candidate = try RawUpstream(scene.candidate)
            var settings = try workloadSettings(
                control: scene.control, candidate: "http://127.0.0.1:\(candidate.port)/v1", limits: scene.limits)
            settings.candidate.price = .tokens(TokenPrice(input: 1000, output: 1000))
            let harness = try MirrorHarness(mirrorSettings(production: production, trials: [settings]), configure: scene.configure)
            defer {
                production.stop()
                candidate.stop()
                harness.stop(grace: 100_000_000)
            }
            try steps(harness, production, candidate)
        }
    }

    static let hangs: RawUpstream.Script = { _, connection in connection.waitForEnd() }

    /// Limits, what the candidate does, calls, and how many of them are shed for which reason.
    @Test(arguments: [
        (CandidateLimits(dollarsPerDay: 0.005), false, 4, "daily_budget", 3),
        (CandidateLimits(callsPerMinute: 2), false, 5, "calls_per_minute", 3),
        (CandidateLimits(concurrency: 2, queue: 1), true, 6, "queue_full", 3),
        (CandidateLimits(concurrency: 1, queue: 9, timeoutNanoseconds: 2 * second), true, 4, "queue_timeout", 1),
    ])
    func whatIsBeyondALimitIsShedByItsReason(
        _ limits: CandidateLimits, _ hangs: Bool, _ calls: Int, _ reason: String, _ shed: Int
    ) async throws {
        var scene = Scene(limits: limits)
        if hangs { scene.candidate = Self.hangs }
        try await trial(scene) { harness, _, candidate in
            for number in 1...calls {
                let answer = try harness.chat("\(number)")
                #expect(answer.text == chatAnswer("b"))
                // One after the other: what is spent is known when a leg has ended.
                let expected = hangs ? 0 : min(number, calls - shed)
                #expect(harness.sink.wait { harness.sink.pairs.count >= expected })
            }
            #expect(harness.sink.waitForCount(shed, .shed, reason))
            #expect(harness.sink.waitForCount(calls, .sampled))
            #expect(candidate.requests.count <= calls - shed)
            let line = "understudy_shed_total{workload=\"w\",candidate=\"small\",reason=\"\(reason)\"} "
            let metrics = try harness.metric("/metrics").text
            #expect(metrics.contains(line))
        }
    }

    @Test func noMoreCandidateCallsRunAtOnceThanAllowed() async throws {
        try await trial(Scene(limits: CandidateLimits(concurrency: 2), candidate: Self.hangs)) { harness, _, candidate in
            for number in 1...6 { _ = try harness.chat("\(number)") }
            _ = candidate.waitForRequests(2)
            Thread.sleep(forTimeInterval: 0.2)
            #expect(candidate.requests.count == 2)
        }
    }

    /// Takes `Bearer good…` alone.
    private static let guarded: RawUpstream.Script = { request, connection in
        if request.header("authorization")?.hasPrefix("Bearer good") == true { return ShadowTests.answer("b", request, connection) }
        connection.answer("{}", status: "401 Unauthorized")
    }

    private func call(_ harness: MirrorHarness, key: String) throws -> Int {
        try HTTPProbe.request(
            "POST", port: harness.port, "/w/v1/chat/completions", headers: [("Authorization", "Bearer \(key)")],
            body: Array(chatRequest("x").utf8)
        ).status
    }

    @Test func aCallerThatProductionRefusesDoesNotBurnTheCandidatesBudget() async throws {
        try await trial(Scene(control: 1, production: Self.guarded)) { harness, production, candidate in
            let first = try call(harness, key: "bad")
            #expect(first == 401)
            #expect(harness.sink.wait { harness.sink.pairs.count == 1 })
            for _ in 1...5 { _ = try call(harness, key: "bad") }
            #expect(harness.sink.waitForCount(5, .skipped, "caller_refused"))
            #expect(candidate.requests.count == 1)
            #expect(production.requests.count == 6 + 1)  // the first call's control leg
            let good = try call(harness, key: "good")
            #expect(good == 200)
            #expect(harness.sink.wait { harness.sink.pairs.count == 2 })
            #expect(harness.sink.count(.shed, "caller_refused") == 0)
            let metrics = try harness.metric("/metrics").text
            #expect(metrics.contains("\nunderstudy_captured_bytes 0\n"))
        }
    }

    @Test func newWrongKeysShareAnAllowanceAndAGoodOneIsTakenAfterItsFirstCall() async throws {
        try await trial(Scene(production: Self.guarded)) { harness, _, candidate in
            // A call may begin before the desk has heard of the last one's end: some more than allowed.
            for number in 1...40 { _ = try call(harness, key: "bad-\(number)") }
            #expect(harness.sink.wait { harness.sink.count(.skipped, "caller_refused") + harness.sink.pairs.count == 40 })
            #expect(candidate.requests.count <= CallerBreaker.strangersAllowed + 3)
            let asked = candidate.requests.count
            _ = try call(harness, key: "good-1")
            // Production answered it: this one is missing among the pairs, and said to be.
            #expect(harness.sink.waitForCount(1, .shed, "caller_refused"))
            _ = try call(harness, key: "good-1")
            #expect(candidate.waitForRequests(asked + 1).count == asked + 1)
        }
    }

    @Test func controlStopsAtItsDailyCapAndSaysSo() async throws {
        try await trial(Scene(control: 1, configure: { $0.controlsPerDay = 2 })) { harness, production, _ in
            for number in 1...5 {
                _ = try harness.chat("\(number)")
                #expect(harness.sink.wait { harness.sink.pairs.count == number })
            }
            #expect(production.requests.count == 7)
            #expect(harness.sink.calls.map(\.controlRate) == [1, 1, 0, 0, 0])
            #expect(harness.sink.waitForCount(3, .controlSkipped, "daily_cap", ofTrials: false))
            let metrics = try harness.metric("/metrics").text
            #expect(metrics.contains("understudy_control_skipped_total{workload=\"w\",reason=\"daily_cap\"} 3\n"))
        }
    }
}
