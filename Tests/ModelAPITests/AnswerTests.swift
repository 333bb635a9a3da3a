import Configuration
import HTTPWire
import JSON
import Testing
import Traffic

@testable import ModelAPI

/// An answer whose body came in one piece, one millisecond after the send.
func captured(_ body: [UInt8], status: Int = 200, headers: Headers = [], isComplete: Bool = true) -> CapturedAnswer {
    CapturedAnswer(
        status: status, headers: headers, chunks: body.isEmpty ? [] : [AnswerChunk(bytes: body, atNanoseconds: 1_000_000)],
        isComplete: isComplete)
}

func captured(_ body: String, status: Int = 200, headers: Headers = [], isComplete: Bool = true) -> CapturedAnswer {
    captured(Array(body.utf8), status: status, headers: headers, isComplete: isComplete)
}

@Suite("Whole answers")
struct AnswerTests {
    private func read(_ answer: CapturedAnswer, _ confidence: ConfidenceSource = .logprobs) -> Leg {
        AnswerReader.read(answer, of: nil, confidence: confidence)
    }

    @Test func readsEverythingOfAnAnswer() {
        let leg = read(
            captured(
                #"{"id":"chatcmpl-1","model":"gpt-5-2026","choices":[{"index":0,"message":{"role":"assistant","content":"card_arrival","refusal":null},"finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":1}}}"#,
                headers: [Header("x-request-id", "req_1"), Header("X-Understudy-Simulated", "true")]))
        #expect(leg.failure == nil)
        #expect(leg.output == "card_arrival")
        #expect(leg.finishReason == "stop")
        #expect(leg.model == "gpt-5-2026")
        #expect(leg.requestID == "chatcmpl-1")
        #expect(leg.usage == TokenUsage(input: 12, output: 3, cachedInput: 4, reasoning: 1))
        #expect(leg.simulated)
        #expect(!leg.streamed)
        #expect(leg.ttftMs == nil)
        #expect(leg.confidence == nil)
    }

    @Test func readsToolCallsAndRefusals() {
        let tools = read(
            captured(
                #"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"b","function":{"name":"g","arguments":{"y":2}}}]},"finish_reason":"tool_calls"}]}"#
            ))
        #expect(tools.output == nil)
        #expect(
            tools.toolCalls == [ToolCall(id: "a", name: "f", arguments: #"{"x":1}"#), ToolCall(id: "b", name: "g", arguments: #"{"y":2}"#)])
        let old = read(captured(#"{"choices":[{"message":{"content":"","function_call":{"name":"f","arguments":"{}"}}}]}"#))
        #expect(old.toolCalls == [ToolCall(name: "f", arguments: "{}")])
        let refusal = read(captured(#"{"choices":[{"message":{"content":null,"refusal":"No."},"finish_reason":"stop"}]}"#))
        #expect(refusal.refusal == "No.")
        #expect(refusal.output == nil)
        let parts = read(
            captured(
                #"{"choices":[{"message":{"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"a"},{"type":"text","text":"b"}]}}]}"#
            ))
        #expect(parts.output == "ab")
    }

    @Test func takesTheFirstOfSeveralChoices() {
        let leg = read(captured(#"{"choices":[{"index":1,"message":{"content":"second"}},{"index":0,"message":{"content":"first"}}]}"#))
        #expect(leg.output == "first")
    }

    @Test func estimatesTokensWhereTheProviderCountsNone() throws {
        let request = try ChatRequest(body: Array(#"{"messages":[{"role":"user","content":"12345678"}]}"#.utf8))
        let leg = AnswerReader.read(captured(#"{"choices":[{"message":{"content":"abcde"}}]}"#), of: request, confidence: .none)
        #expect(leg.usage == TokenUsage(input: 2, output: 2, estimated: true))
    }

    @Test func scoresTheAnswersTokensWithoutTheStopToken() throws {
        let leg = read(
            captured(
                #"{"choices":[{"message":{"content":"ab"},"logprobs":{"content":[{"token":"a","bytes":[97],"logprob":-0.25,"top_logprobs":[{"token":"a","logprob":-0.25},{"token":"x","logprob":-2},{"token":"y","logprob":-3}]},{"token":"b","bytes":null,"logprob":-0.5},{"token":"","bytes":[],"logprob":-4},{"token":"<|im_end|>","logprob":-5}]}}]}"#
            ))
        let confidence = try #require(leg.confidence)
        #expect(abs(confidence.score - 0.4723665527) < 1e-9)  // e^-0.75
        #expect(confidence.logProbabilitySum == -0.75)
        #expect(confidence.logProbabilityMinimum == -0.5)
        #expect(confidence.tokenCount == 2)
        #expect(abs((confidence.margin ?? 0) - 0.6434654998) < 1e-9)  // e^-0.25 - e^-2
    }

    @Test func hasNoConfidenceWithoutTokens() {
        for logprobs in [
            "null", "{}", #"{"content":null}"#, #"{"content":[]}"#, #"{"content":[{"token":"","logprob":-1}]}"#, #"{"content":[{}]}"#,
        ] {
            #expect(read(captured(#"{"choices":[{"message":{"content":"a"},"logprobs":\#(logprobs)}]}"#)).confidence == nil)
        }
    }

    @Test func readsAConfidenceThatTheAnswerCarries() {
        let answer = captured(#"{"choices":[{"message":{"content":"{\"label\":\"x\",\"confidence\":0.83}"}}]}"#)
        #expect(read(answer, .field("/confidence")).confidence == Confidence(score: 0.83))
        #expect(read(answer, .field("/label")).confidence == nil)
        #expect(read(captured(#"{"choices":[{"message":{"content":"{\"confidence\":83}"}}]}"#), .field("/confidence")).confidence == nil)
        #expect(read(answer, .none).confidence == nil)
    }

    @Test(arguments: [
        (#"{"error":{"message":"x","type":"server_error"}}"#, LegError.serverError),
        (#"{"error":{"code":429,"message":"x"}}"#, .rateLimited), (#"{"error":{"code":400}}"#, .rejectedRequest),
        (#"{"error":"boom"}"#, .serverError),
        ("<html>busy</html>", .serverError), ("", .serverError), ("{}", .serverError), (#"{"choices":[]}"#, .serverError),
        ("null", .serverError),
        (#"{"choices":[{"message":{"content":"cut"#, .serverError), (#"{"choices":[17]}"#, .serverError),
    ])
    func calls200WithoutAnAnswerAnError(_ body: String, _ error: LegError) {
        let leg = read(captured(body))
        #expect(leg.error == error)
        #expect(leg.output == (body.isEmpty ? nil : body))
    }

    @Test func keepsTheTextOfErrorAnswersAndTheirStatus() {
        let leg = read(captured(#"{"error":{"message":"slow down"}}"#, status: 429, headers: [Header("X-Request-ID", "r")]))
        #expect(leg.error == nil)
        #expect(leg.failure == .rateLimited)
        #expect(leg.output == #"{"error":{"message":"slow down"}}"#)
        #expect(leg.requestID == "r")
        #expect(read(CapturedAnswer(status: nil, isComplete: false)).failure == .connectionFailed)
    }

    @Test func leavesTheErrorOfABrokenTransferToTheCaller() {
        let leg = read(captured(#"{"choices":[{"message":{"content":"cut"#, isComplete: false))
        #expect(leg.error == nil)
        #expect(leg.output == #"{"choices":[{"message":{"content":"cut"#)
    }

    @Test func limitsTheTextThatItKeepsOfABodyThatIsNoAnswer() {
        let leg = read(captured([UInt8](repeating: UInt8(ascii: "x"), count: 100_000)))
        #expect(leg.output?.utf8.count == AnswerReader.rawOutputLimit)
        #expect(read(captured([0xFF, 0xFE, 0x00, 0x7B])).output == "\u{FFFD}\u{FFFD}\0{")
    }

    /// Made by zlib (gzip -9, zlib's own wrapper, and bare deflate) from `{"choices":[{"message":{"content":"packed"}}]}`.
    @Test(arguments: [
        ("gzip", AnswerTests.gzipped), ("x-gzip", AnswerTests.gzipped), ("deflate", AnswerTests.zlibbed), ("deflate", AnswerTests.bare),
        ("br", AnswerTests.brotli), ("zstd", AnswerTests.zstd),
    ])
    func decodesCompressedAnswers(_ coding: String, _ bytes: [UInt8]) {
        #expect(read(captured(bytes, headers: [Header("Content-Encoding", coding)])).output == "packed")
        let chunks = bytes.map { AnswerChunk(bytes: [$0], atNanoseconds: 0) }
        #expect(read(CapturedAnswer(status: 200, headers: [Header("Content-Encoding", coding)], chunks: chunks)).output == "packed")
    }

    @Test(arguments: ["gzip, br", "compress", "dcb", "snappy"]) func marksWhatItCannotDecode(_ coding: String) {
        let leg = read(captured([1, 2, 3], headers: [Header("Content-Encoding", coding)]))
        #expect(leg.truncatedCapture)
        #expect(leg.output == nil)
        #expect(leg.error == nil)
    }

    @Test(arguments: ["gzip", "deflate", "br", "zstd"]) func damageIsNoAnswer(_ coding: String) {
        let headers: Headers = [Header("Content-Encoding", coding)]
        #expect(read(captured(Array("not so coded at all".utf8), headers: headers)).output == nil)
        let whole = coding == "gzip" ? AnswerTests.gzipped : coding == "br" ? AnswerTests.brotli : AnswerTests.zstd
        for place in whole.indices {
            var bytes = whole
            bytes[place] ^= 0x55
            _ = read(captured(bytes, headers: headers))
            _ = read(captured(Array(bytes[..<place]), headers: headers))
        }
    }

    @Test(arguments: [("deflate", AnswerTests.bomb), ("br", AnswerTests.brotliBomb), ("zstd", AnswerTests.zstdBomb)])
    func stopsDecodingABomb(_ coding: String, _ bomb: [UInt8]) {
        let leg = read(captured(bomb, headers: [Header("Content-Encoding", coding)]))
        #expect(leg.truncatedCapture)
        #expect(leg.output?.utf8.count == AnswerReader.rawOutputLimit)
    }

    /// A window of 128 MiB would be set aside before a byte is decoded.
    @Test func aWindowBeyondTheStandardsIsRefused() {
        let leg = read(captured(AnswerTests.zstdHead(windowLog: 27) + [0x01, 0x00, 0x00], headers: [Header("Content-Encoding", "zstd")]))
        #expect(leg.output == nil)
        let decoder = ContentDecoder([Header("Content-Encoding", "zstd")])
        _ = decoder.decode(AnswerTests.zstdHead(windowLog: 27) + [0x01, 0x00, 0x00])
        #expect(decoder.stop == .damaged)
        let usual = ContentDecoder([Header("Content-Encoding", "zstd")])
        _ = usual.decode(AnswerTests.zstdHead(windowLog: 23) + [0x01, 0x00, 0x00])
        #expect(usual.stop == nil)
    }

    /// Bent and cut bodies: whatever comes out, nothing traps.
    @Test func survivesDamage() {
        let body = Array(
            #"{"id":"x","choices":[{"index":0,"message":{"content":"a","tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]},"logprobs":{"content":[{"token":"a","logprob":-1,"top_logprobs":[{"token":"b","logprob":-2}]}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1e300}}"#
                .utf8)
        var state: UInt64 = 1
        func random(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        let alphabet = Array(#"{}[]",:0-nt"#.utf8)
        for round in 0..<3000 {
            var bytes = body
            for _ in 0...random(3) { bytes[random(bytes.count)] = alphabet[random(alphabet.count)] }
            if round % 4 == 0 { bytes.removeLast(random(bytes.count)) }
            _ = read(captured(bytes))
            _ = read(captured(Array("data: ".utf8) + bytes + Array("\n\n".utf8), headers: [Header("Content-Type", "text/event-stream")]))
        }
    }
}
