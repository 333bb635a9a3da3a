import Configuration
import Foundation
import JSON
import TestSupport
import Testing
import Traffic

@testable import Mirror

/// Finished calls that a gateway hands in: authenticated, checked, sampled, caged, and kept as a source of their own.
@Suite struct TapTests {
    private static let token = "tap-token-of-the-tests"

    /// A mirror with a mirrored trial (0) and a tapped one (1) of the same workload.
    private func scene(
        sample: SampleSettings = SampleSettings(rate: 1), limits: CandidateLimits = CandidateLimits(), tapped: Bool = true,
        candidate: @escaping RawUpstream.Script = { ShadowTests.answer("a", $0, $1) },
        configure: @escaping @Sendable (inout MirrorConfiguration) -> Void = { _ in },
        _ steps: @escaping @Sendable (MirrorHarness, _ production: RawUpstream, _ candidate: RawUpstream) throws -> Void
    ) async throws {
        try await onOwnThread {
            let production = try RawUpstream { ShadowTests.answer("b", $0, $1) }
            let asked = try RawUpstream(candidate)
            let settings = try workloadSettings(sample: sample, control: 1, candidate: "http://127.0.0.1:\(asked.port)/v1", limits: limits)
            var all = try mirrorSettings(production: production, trials: [settings])
            if tapped { all.trials.append(MirrorTrial(id: trialIdentifier(1), settings: settings, source: .tap)) }
            let harness = try MirrorHarness(all) {
                $0.tapToken = Self.token
                configure(&$0)
            }
            defer {
                production.stop()
                asked.stop()
                harness.stop(grace: 100_000_000)
            }
            try steps(harness, production, asked)
        }
    }

    private static func record(_ id: String, at moment: Timestamp = Timestamp(Date()), more: String = "") -> String {
        #"{"id":"\#(id)","called_at":"\#(moment)","request":\#(chatRequest("q " + id)),"response":\#(chatAnswer("b")),"duration_ms":321"#
            + more + "}"
    }

    private static func hand(
        _ body: String, to harness: MirrorHarness, token: String? = token, method: String = "POST", path: String = "/w/pairs"
    ) throws -> HTTPAnswer {
        try HTTPProbe.request(
            method, port: harness.port, path, headers: token.map { [("Authorization", "Bearer \($0)")] } ?? [], body: Array(body.utf8))
    }

    private static func reply(_ body: String, from harness: MirrorHarness) throws -> JSONValue { try json(hand(body, to: harness)) }

    private static func expect(_ status: Int, _ answer: HTTPAnswer, at place: SourceLocation = #_sourceLocation) {
        #expect(answer.status == status, sourceLocation: place)
    }

    private static func json(_ answer: HTTPAnswer) throws -> JSONValue { try JSONValue.parse(answer.text) }

    @Test func aFinishedCallBecomesAPairOfItsOwnSource() async throws {
        try await scene { harness, production, candidate in
            let answer = try Self.hand(Self.record("x1", more: #","segment":"mail""#), to: harness)
            #expect(answer.status == 202)
            #expect(try Self.json(answer) == ["taken": 1, "sampled": 1, "repeated": 0, "ignored": 0])
            let (call, pair) = try harness.sink.firstPair()
            #expect(call.source == .tap && call.externalID == "x1" && call.segment == "mail")
            #expect(pair.trial == trialIdentifier(1) && pair.samplingRate == 1)
            #expect(call.production.output == "b" && call.production.durationMs == 321 && call.production.requestID == "chatcmpl-m")
            #expect(pair.candidate.output == "a" && (pair.candidate.durationMs ?? 0) > 0)
            // Nobody asks the gateway's production, not even for the control arm.
            #expect(production.requests.isEmpty && candidate.requests.count == 1)
            #expect(call.control == nil && call.controlRate == 0)
            #expect(candidate.requests[0].header("authorization") == nil)
            #expect(harness.sink.waitForCount(1, .sampled) && harness.sink.count(.calls) == 1)
            #expect(harness.sink.count(.calls, ofTrials: false) == 0)
        }
    }

    @Test func mirroredAndTappedCallsNeverShareATrial() async throws {
        try await scene { harness, _, _ in
            _ = try harness.chat("mirrored")
            _ = try Self.hand(Self.record("tapped"), to: harness)
            #expect(harness.sink.wait { harness.sink.pairs.count == 2 })
            for pair in harness.sink.pairs {
                let call = try #require(harness.sink.calls.first { $0.id == pair.callID })
                #expect(pair.trial == trialIdentifier(call.source == .tap ? 1 : 0))
            }
        }
    }

    @Test func linesAListAndLiteLLMsPayloadsAreTaken() async throws {
        try await scene { harness, _, _ in
            let now = Date().timeIntervalSince1970
            let payload =
                #"[{"id":"l1","call_type":"acompletion","status":"success","startTime":\#(now - 1),"endTime":\#(now),"model_group":"large","#
                + #""messages":[{"role":"user","content":"hi"}],"response":\#(chatAnswer("b")),"model_parameters":{}},"#
                + #"{"id":"l2","call_type":"aembedding","startTime":\#(now),"messages":"x","response":{}}]"#
            let taken = try Self.reply(payload, from: harness)
            #expect(taken == ["taken": 1, "sampled": 1, "repeated": 0, "ignored": 1])
            let lines = [Self.record("a"), Self.record("b")].joined(separator: "\n")
            let two = try Self.reply(lines, from: harness)
            #expect(two["taken"] == 2)
            #expect(harness.sink.wait { harness.sink.pairs.count == 3 })
        }
    }

    @Test func whatIsHandedInAgainIsAskedOnce() async throws {
        try await scene { harness, _, candidate in
            let moment = Timestamp(Date())
            let first = try Self.reply(Self.record("x", at: moment), from: harness)
            #expect(first["taken"] == 1)
            let again = try Self.reply(Self.record("x", at: moment), from: harness)
            #expect(
                again == [
                    "taken": 0, "sampled": 0, "repeated": 1, "ignored": 0,
                ])
            _ = try harness.sink.firstPair()
            usleep(100_000)
            #expect(candidate.requests.count == 1)
        }
    }

    @Test(arguments: [
        ("nonsense", "", "not JSON"), ("", "", "not nothing"), ("[]", "", "not nothing"), (#"{"id":"x"}"#, "", "no recorded call"),
        (#"{"id":"x","called_at":"soon","request":REQUEST,"response":ANSWER}"#, "called_at", "a time such as"),
        (#"{"id":"x","called_at":"2020-01-01T00:00:00Z","request":REQUEST,"response":ANSWER}"#, "called_at", "more than a day ago"),
        (#"{"id":"x","called_at":"2199-01-01T00:00:00Z","request":REQUEST,"response":ANSWER}"#, "called_at", "ahead of the mirror's clock"),
        (#"{"id":"x","called_at":NOW,"request":{"prompt":"x"},"response":ANSWER}"#, "request.messages", "a list of messages"),
        (#"{"id":"x","called_at":NOW,"request":REQUEST,"response":{"odd":1}}"#, "response", "neither a chat completion"),
        (#"{"id":"x","called_at":NOW,"request":REQUEST,"response":ANSWER,"duration_ms":-1}"#, "duration_ms", "from 0"),
        (#"{"id":"x","called_at":NOW,"request":REQUEST,"response":ANSWER,"label":"a"}"#, "label", "labels import"),
    ])
    func whatIsMalformedIsRefusedWholeWithItsField(_ body: String, _ field: String, _ words: String) async throws {
        try await scene { harness, _, candidate in
            let faulty = body.replacing("NOW", with: "\"\(Timestamp(Date()))\"").replacing("REQUEST", with: chatRequest("x"))
                .replacing("ANSWER", with: chatAnswer("b"))
            for text in faulty.isEmpty || faulty == "[]" ? [faulty] : [faulty, Self.record("good") + "\n" + faulty] {
                let answer = try Self.hand(text, to: harness)
                #expect(answer.status == 400)
                let reply = try Self.json(answer)
                #expect(reply.at("/faults/0/field")?.stringValue == field)
                #expect(reply.at("/faults/0/message")?.stringValue?.contains(words) == true, "\(reply.serialisedString())")
                #expect(reply.at("/faults/0/line")?.intValue == (text == faulty ? 1 : 2))
            }
            usleep(50_000)
            #expect(candidate.requests.isEmpty && harness.sink.pairs.isEmpty)
        }
    }

    @Test func withoutTheTokenOrATrialNothingIsTakenAndNothingGoesToProduction() async throws {
        try await scene { harness, production, candidate in
            for token in [nil, "wrong", "", Self.token + "x", "sk-app-key"] {
                try Self.expect(401, Self.hand(Self.record("x"), to: harness, token: token))
            }
            try Self.expect(404, Self.hand(Self.record("x"), to: harness, path: "/unknown/pairs"))
            #expect(production.requests.isEmpty && candidate.requests.isEmpty)
            // Every other path is production's.
            for (method, path) in [("GET", "/w/pairs"), ("POST", "/w/pairs/"), ("POST", "/w/v1/pairs")] {
                try Self.expect(200, Self.hand("{}", to: harness, method: method, path: path))
            }
            #expect(production.requests.count == 3)
        }
        try await scene(tapped: false) { harness, production, _ in
            let answer = try Self.hand(Self.record("x"), to: harness)
            #expect(answer.status == 404 && answer.text.contains("enable --tap"))
            #expect(production.requests.isEmpty)
        }
        let noToken: @Sendable (inout MirrorConfiguration) -> Void = { $0.tapToken = nil }
        try await scene(configure: noToken) { harness, _, _ in
            for token in ["", Self.token] { try Self.expect(401, Self.hand(Self.record("x"), to: harness, token: token)) }
        }
    }

    @Test func aBodyIsBoundedAndMemoryComesBack() async throws {
        let small: @Sendable (inout MirrorConfiguration) -> Void = { ($0.captureLimit, $0.captureMemory) = (200_000, 600_000) }
        try await scene(configure: small) { harness, _, _ in
            let large = Self.record("x", more: #","padding":"\#(String(repeating: "x", count: 250_000))""#)
            try Self.expect(413, Self.hand(large, to: harness))
            for number in 0..<6 {
                let padded = Self.record("p\(number)", more: #","padding":"\#(String(repeating: "x", count: 150_000))""#)
                try Self.expect(202, Self.hand(padded, to: harness))
                #expect(harness.sink.wait { harness.sink.pairs.count == number + 1 })
                try Self.expect(400, Self.hand("garbage" + padded, to: harness))
            }
        }
    }

    @Test func aBodyOfTooManyRecordsIsRefusedBeforeAnyIsRead() async throws {
        try await scene { harness, _, _ in
            let answer = try Self.hand(String(repeating: "x\n", count: 1_000_000), to: harness)
            // Each line read would have a fault of its own.
            let reply = try Self.json(answer)
            #expect(answer.status == 400 && reply["fault_count"] == 1)
            #expect(answer.text.contains("at most 1000 are taken at once"))
        }
    }

    @Test func theSampleIsThatOfTheTrialAndTheSameWhereverItIsHandedIn() async throws {
        let moment = Timestamp(Date())
        let ids = (0..<400).map { "call-\($0)" }
        let body = ids.map { Self.record($0, at: moment) }.joined(separator: "\n")
        var drawn: [Set<String>] = []
        for _ in 0..<2 {
            let found = Found()
            try await scene(sample: SampleSettings(rate: 0.25)) { harness, _, _ in
                let reply = try Self.reply(body, from: harness)
                #expect(reply["taken"] == 400)
                let sampled = try #require(reply["sampled"]?.intValue)
                #expect((60...140).contains(sampled))
                #expect(harness.sink.wait { harness.sink.pairs.count == sampled })
                #expect(harness.sink.pairs.allSatisfy { $0.samplingRate == 0.25 })
                found.ids = Set(harness.sink.calls.compactMap(\.externalID))
            }
            drawn.append(found.ids)
        }
        #expect(drawn[0] == drawn[1] && !drawn[0].isEmpty)
    }

    @Test func theCageHoldsAHangingCandidateAndTheGatewayIsAnsweredAtOnce() async throws {
        let limits = CandidateLimits(concurrency: 2, queue: 3, timeoutNanoseconds: 3_000_000_000)
        let hanging: RawUpstream.Script = { _, _ in Thread.sleep(forTimeInterval: 5) }
        try await scene(limits: limits, candidate: hanging) { harness, _, _ in
            let body = (0..<20).map { Self.record("h\($0)") }.joined(separator: "\n")
            let begin = Date()
            try Self.expect(202, Self.hand(body, to: harness))
            #expect(Date().timeIntervalSince(begin) < 2.5)
            #expect(harness.sink.waitForCount(15, .shed, "queue_full"))
            #expect(harness.sink.wait { harness.sink.pairs.count >= 2 })
            #expect(harness.sink.pairs.allSatisfy { $0.candidate.failure == .timeout })
        }
    }

    @Test func aFullSpoolIsShedAndCounted() async throws {
        try await scene { harness, _, candidate in
            harness.sink.refuse(true)
            try Self.expect(202, Self.hand(Self.record("x"), to: harness))
            #expect(harness.sink.wait { candidate.requests.count == 1 })
            usleep(100_000)
            harness.sink.refuse(false)
            #expect(harness.sink.waitForCount(1, .shed, "spool_full"))
            #expect(harness.sink.pairs.isEmpty)
        }
    }
}

private final class Found: @unchecked Sendable {
    // @unchecked: written on one thread, read when that has ended.
    var ids: Set<String> = []
}

extension Timestamp {
    fileprivate init(_ date: Date) { self.init(microseconds: Int64(date.timeIntervalSince1970 * 1e6)) }
}
