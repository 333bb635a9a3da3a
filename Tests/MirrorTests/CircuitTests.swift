import Configuration
import Glibc
import TestSupport
import Testing
import Traffic

@testable import Mirror

/// The circuit breaker over real sockets, from the candidate's fall to its return.
@Suite struct CircuitTests {
    @Test func probesOneCallAtATimeUntilTheCandidateIsBack() async throws {
        try await onOwnThread {
            let production = try RawUpstream { ShadowTests.answer("b", $0, $1) }
            let candidate = try RawUpstream { _, connection in connection.answer("no", status: "503 Down") }
            let trial = try workloadSettings(candidate: "http://127.0.0.1:\(candidate.port)/v1")
            let harness = try MirrorHarness(mirrorSettings(production: production, trials: [trial]))
            defer {
                production.stop()
                candidate.stop()
                harness.stop(grace: 100_000_000)
            }
            var called = 0
            /// One call; whether its candidate was asked.
            func call() throws -> Bool {
                called += 1
                let before = candidate.requests.count
                #expect(try harness.chat("\(called)").text == chatAnswer("b"))
                #expect(harness.sink.wait { harness.sink.pairs.count == called })
                return candidate.requests.count > before
            }
            for _ in 0..<CircuitBreaker.window { #expect(try call()) }
            #expect(try !call(), "open: the candidate is left alone")
            candidate.answer { request, connection in ShadowTests.answer("a", request, connection) }
            // Calls of the pause are refused; the first after it is a probe.
            while try !call() { usleep(200_000) }
            #expect(harness.sink.pairs[called - 1].candidate.output == "a")
            #expect(try harness.metric("/metrics").text.contains("understudy_circuit_open{workload=\"w\",candidate=\"small\"} 1"))
            for _ in 1..<CircuitBreaker.probesToClose { #expect(try call()) }
            #expect(
                harness.sink.wait {
                    (try? harness.metric("/metrics").text.contains("understudy_circuit_open{workload=\"w\",candidate=\"small\"} 0")) == true
                })
            for _ in 0..<5 { #expect(try call()) }
            let refused = harness.sink.pairs.count { $0.candidate.error == .circuitOpen }
            #expect(candidate.requests.count + refused == called)
            #expect(harness.sink.waitForCount(refused, .shed, "circuit_open"))
        }
    }
}
