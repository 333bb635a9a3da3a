import Foundation
import TestSupport
import Testing

/// What the mirror's process holds while much passes, or waits to pass.
@Suite(.serialized) struct MirrorMemoryTests {
    private static func upstream() throws -> StubUpstream {
        try StubUpstream { request in
            request.target == "/endless"
                ? StubAnswer(framing: .chunked, steps: [.flood])
                : StubAnswer(steps: Array(repeating: .send([UInt8](repeating: 120, count: 1 << 20)), count: 24))
        }
    }

    @Test func largeRequestsAndAnswersPassWithoutFillingMemory() throws {
        let upstream = try Self.upstream()
        let mirror = try MirrorAlone(production: upstream.url)
        let body = [UInt8](repeating: 121, count: 10 << 20)
        let probe = try HTTPProbe(port: mirror.port)
        let before = try mirror.memory().now
        for _ in 0..<8 {
            try probe.send(HTTPProbe.head("POST", "/w/x", body: body) + body)
            let answer = try probe.readAnswer()
            #expect(answer.isComplete && answer.body.count == 24 << 20)
        }
        #expect(upstream.requests.allSatisfy { $0.body.count == 10 << 20 } && upstream.requests.count == 8)
        let grown = try mirror.memory().most - before
        print("measured: 8 calls of 10 MiB up and 24 MiB down: \(grown) KiB more than before")
        #expect(grown < 24 << 10)
    }

    @Test func appsThatTakeNothingCostAFewHundredKilobytesEach() throws {
        let upstream = try Self.upstream()
        let mirror = try MirrorAlone(production: upstream.url)
        let before = try mirror.memory().now
        let apps = try (0..<40).map { _ in try HTTPProbe(port: mirror.port) }
        for app in apps { try app.send(HTTPProbe.head("GET", "/w/endless")) }
        try upstream.wait { $0.requests.count == 40 }
        var held = 0
        _ = try eventually(within: 60, "memory that grows no more; it is \(held) KiB") { () -> Bool? in
            let last = held
            Thread.sleep(forTimeInterval: 1)
            held = try mirror.memory().now - before
            return held > 0 && held < last + 2048 ? true : nil
        }
        print("measured: 40 apps that take nothing of endless answers: \(held) KiB")
        #expect(held < 40 * 640)
        // And production is not left hanging when they go.
        for app in apps { app.close() }
        try upstream.wait { $0.abandoned == 40 }
    }
}
