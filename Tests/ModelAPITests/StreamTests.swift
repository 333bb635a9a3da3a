import Configuration
import HTTPWire
import JSON
import ModelAPI
import Testing
import Traffic

@Suite("Streamed answers")
struct StreamTests {
    private static let type: Headers = [Header("Content-Type", "text/event-stream; charset=utf-8")]

    /// Reads a stream whose n-th piece arrives n milliseconds after the send.
    private func read(_ pieces: [String], isComplete: Bool = true, confidence: ConfidenceSource = .logprobs) -> Leg {
        let chunks = pieces.enumerated().map { AnswerChunk(bytes: Array($1.utf8), atNanoseconds: UInt64($0 + 1) * 1_000_000) }
        return AnswerReader.read(
            CapturedAnswer(status: 200, headers: StreamTests.type, chunks: chunks, isComplete: isComplete), of: nil, confidence: confidence)
    }

    private static let first =
        #"data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null}}]}"# + "\n\n"
    private static let last = #"data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
    private static let usage = #"data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}"# + "\n\n"
    private static let done = "data: [DONE]\n\n"

    private static func delta(_ members: String, logprobs: String = "null") -> String {
        #"data: {"choices":[{"index":0,"delta":{\#(members)},"logprobs":\#(logprobs)}]}"# + "\n\n"
    }

    @Test func assemblesTextUsageAndTimeToTheFirstText() {
        let leg = read(
            [
                StreamTests.first, StreamTests.delta(#""content":"""#), StreamTests.delta(#""content":"card""#),
                StreamTests.delta(#""content":"_é""#),
            ]
                + [StreamTests.last, StreamTests.usage, StreamTests.done])
        #expect(leg.failure == nil)
        #expect(leg.streamed)
        #expect(leg.output == "card_é")
        #expect(leg.finishReason == "stop")
        #expect(leg.model == "m")
        #expect(leg.requestID == "c1")
        #expect(leg.usage == TokenUsage(input: 9, output: 2))
        #expect(leg.ttftMs == 3)
    }

    @Test(arguments: [
        #""refusal":"No""#, #""tool_calls":[{"index":0,"function":{"name":"f","arguments":""}}]"#, #""function_call":{"name":"f"}"#,
    ])
    func timesRefusalsAndToolCallsLikeText(_ members: String) {
        #expect(read([StreamTests.first, StreamTests.delta(members), StreamTests.last]).ttftMs == 2)
    }

    @Test func doesNotTimeThoughtsAndEmptyDeltas() {
        let leg = read([
            StreamTests.first, StreamTests.delta(#""reasoning_content":"hm""#), StreamTests.delta(#""content":"x""#), StreamTests.last,
        ])
        #expect(leg.ttftMs == 3)
        #expect(leg.output == "x")
        #expect(read([StreamTests.first, StreamTests.last]).ttftMs == nil)
    }

    @Test func assemblesToolCallsByIndex() {
        let leg = read([
            StreamTests.first, StreamTests.delta(#""tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":""}}]"#),
            StreamTests.delta(#""tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}]"#),
            StreamTests.delta(#""tool_calls":[{"index":0,"function":{"arguments":":1}"}},{"index":1,"function":{"arguments":"{}"}}]"#),
            StreamTests.last,
        ])
        #expect(leg.toolCalls == [ToolCall(id: "a", name: "f", arguments: #"{"x":1}"#), ToolCall(id: "b", name: "g", arguments: "{}")])
        #expect(leg.output == nil)
    }

    @Test func ignoresOtherChoices() {
        let other = #"data: {"choices":[{"index":1,"delta":{"content":"other"}}]}"# + "\n\n"
        #expect(read([StreamTests.first, other, StreamTests.delta(#""content":"x""#), other, StreamTests.last]).output == "x")
    }

    @Test func sumsLogProbabilitiesOverTheDeltas() throws {
        let leg = read([
            StreamTests.first, StreamTests.delta(#""content":"a""#, logprobs: #"{"content":[{"token":"a","bytes":[97],"logprob":-0.5}]}"#),
            StreamTests.delta(#""content":"b""#, logprobs: #"{"content":[{"token":"b","bytes":[98],"logprob":-0.25}]}"#),
            StreamTests.delta("", logprobs: #"{"content":[{"token":"","bytes":[],"logprob":-3}]}"#), StreamTests.last,
        ])
        #expect(leg.confidence?.logProbabilitySum == -0.75)
        #expect(leg.confidence?.tokenCount == 2)
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func readsEveryLineEndCommentsAndAnyCut(_ lineEnd: String) {
        let text =
            (": keep-alive\n\n" + StreamTests.first + ": ping\n" + StreamTests.delta(#""content":"naïve 😀""#) + StreamTests.last
            + StreamTests.done)
            .replacing("\n", with: lineEnd)
        let bytes = Array(text.utf8)
        let whole = read([text])
        #expect(whole.output == "naïve 😀")
        for cut in 0...bytes.count {
            let chunks = [Array(bytes[..<cut]), Array(bytes[cut...])].map { AnswerChunk(bytes: $0, atNanoseconds: 1_000_000) }
            let leg = AnswerReader.read(CapturedAnswer(status: 200, headers: StreamTests.type, chunks: chunks), of: nil, confidence: .none)
            #expect(leg.output == whole.output)
            #expect(leg.error == nil)
        }
    }

    @Test func isContentWithAFinishReasonInsteadOfDone() {
        #expect(read([StreamTests.first, StreamTests.delta(#""content":"x""#), StreamTests.last]).failure == nil)
        let bare = StreamTests.done.replacing("\n", with: "")
        #expect(read([StreamTests.first, StreamTests.delta(#""content":"x""#), bare]).failure == nil)
    }

    @Test func callsAStreamWithoutAnEndBroken() {
        let leg = read([StreamTests.first, StreamTests.delta(#""content":"x""#)])
        #expect(leg.error == .streamBroken)
        #expect(leg.output == "x")
        // Where the transfer itself failed, the caller says why.
        #expect(read([StreamTests.first], isComplete: false).error == nil)
        #expect(read([StreamTests.done]).error == .streamBroken)
    }

    @Test func callsAnErrorAfterHTTP200ABrokenStream() {
        let error =
            #"data: {"error":{"code":500,"message":"The model produced output that does not match","type":"server_error"}}"# + "\n\n"
        let leg = read([StreamTests.first, error])
        #expect(leg.error == .streamBroken)
        let alone = read([error])
        #expect(alone.error == .streamBroken)
        #expect(alone.output == error)
        #expect(read([StreamTests.first, "event: error\ndata: {\"message\":\"x\"}\n\n", StreamTests.last]).error == .streamBroken)
        #expect(read([StreamTests.first, "data: {half\n\n", StreamTests.last]).error == .streamBroken)
    }

    @Test func readsAWholeBodyUnderAStreamsTypeAndAStreamUnderAnother() {
        let whole = read([#"{"choices":[{"message":{"content":"x"}}]}"#])
        #expect(whole.output == "x")
        #expect(!whole.streamed)
        let text = StreamTests.first + StreamTests.delta(#""content":"y""#) + StreamTests.done
        let plain = CapturedAnswer(
            status: 200, headers: [Header("Content-Type", "text/plain")],
            chunks: [AnswerChunk(bytes: Array(text.utf8), atNanoseconds: 5_000_000)])
        let leg = AnswerReader.read(plain, of: nil, confidence: .none)
        #expect(leg.output == "y")
        #expect(leg.streamed)
        #expect(leg.ttftMs == 5)
    }
}
