import Configuration
import Foundation
import Mirror
import TestSupport
import Testing

/// Rule 5: apps' credentials go only where somebody on this machine has said so.
@Suite struct AllowedUpstreamTests {
    private static func upstream() throws -> RawUpstream { try RawUpstream { _, connection in connection.answer("ok") } }

    private static func ask(_ harness: MirrorHarness) throws -> HTTPAnswer {
        try HTTPProbe.request(port: harness.port, "/w/x", headers: [("Authorization", "Bearer app-secret")])
    }

    /// Asks until the mirror's answer has that status, 5 s at most; the last answer.
    private static func answer(_ status: Int, _ harness: MirrorHarness) throws -> HTTPAnswer {
        let deadline = Date().addingTimeInterval(5)
        while true {
            let answer = try ask(harness)
            if answer.status == status || Date() > deadline { return answer }
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    @Test func hostsOfTheSettingsAtTheStartAreAllowedAndLaterOnesAreNot() async throws {
        try await onOwnThread {
            let first = try Self.upstream()
            let second = try Self.upstream()
            let harness = try MirrorHarness(mirrorSettings(production: first), loops: 1)
            #expect(try Self.ask(harness).status == 200)
            try harness.write(mirrorSettings(production: second))
            let refused = try Self.answer(502, harness)
            #expect(refused.status == 502 && refused.header("understudy-error") == "upstream_not_allowed")
            #expect(refused.text.contains("--allow-upstream 127.0.0.1:\(second.port)"))
            #expect(second.requests.isEmpty)
            try harness.write(mirrorSettings(production: first))
            #expect(try Self.answer(200, harness).status == 200)
            harness.stop()
            for upstream in [first, second] { upstream.stop() }
        }
    }

    @Test func withoutSettingsAtTheStartOnlyTheOptionAndTheFileAllow() async throws {
        try await onOwnThread {
            let upstream = try Self.upstream()
            for isGiven in [false, true] {
                let harness = try MirrorHarness(nil, loops: 1) {
                    $0.allowedUpstreams = isGiven ? ["127.0.0.1:\(upstream.port)"] : ["api.example.com"]
                }
                try harness.write(mirrorSettings(production: upstream))
                #expect(try Self.answer(isGiven ? 200 : 502, harness).status == (isGiven ? 200 : 502))
                #expect(upstream.requests.isEmpty == !isGiven)
                harness.stop()
            }
            upstream.stop()
        }
    }

    @Test func theFileIsReadAgainWhenSettingsComeAndWhileARouteIsRefused() async throws {
        try await onOwnThread {
            let first = try Self.upstream()
            let second = try Self.upstream()
            let place = try TemporaryFolder()
            let file = place.path("allowed-upstreams")
            try place.write("\n  API.example.com \r\n127.0.0.1:\(first.port)", to: "allowed-upstreams")
            let harness = try MirrorHarness(nil, loops: 1) { $0.allowedUpstreamsFile = file }
            try harness.write(mirrorSettings(production: first))
            #expect(try Self.answer(200, harness).status == 200)
            try harness.write(mirrorSettings(production: second))
            #expect(try Self.answer(502, harness).status == 502)
            #expect(second.requests.isEmpty)
            try "127.0.0.1:\(second.port)\n".write(toFile: file, atomically: true, encoding: .utf8)
            #expect(try Self.answer(200, harness).status == 200)
            // What a line less allows no more ends with the next settings.
            try harness.write(mirrorSettings(production: first))
            #expect(try Self.answer(502, harness).status == 502)
            harness.stop()
            for upstream in [first, second] { upstream.stop() }
        }
    }
}
