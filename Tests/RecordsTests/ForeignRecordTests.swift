import JSON
import Records
import Testing
import Traffic

@Suite struct `Logs and exports of others` {
    static let request = #"{"model":"gpt-x","messages":[{"role":"user","content":"Hi"}],"temperature":0.2}"#
    static let answer =
        #"{"id":"chatcmpl-1","object":"chat.completion","created":1763280001,"model":"gpt-x-2026","choices":[{"index":0,"message":"#
        + #"{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2}}"#

    @Test(arguments: [
        #"{"id":"r1","timestamp":"2026-11-16T08:00:00Z","duration_ms":500,"request":REQUEST,"response":ANSWER}"#,
        #"{"request_id":"r1","timestamp":1794816000,"duration_ms":500,"request":{"url":"/v1/chat/completions","body":REQUEST},"response":{"status_code":200,"body":ANSWER}}"#,
        #"{"id":"r1","created_at":1794816000000,"duration_ms":500,"request":"REQUESTTEXT","response":"ANSWERTEXT","status":200}"#,
    ])
    func `a request log is read however it keeps the bodies`(_ form: String) throws {
        func quoted(_ text: String) -> String { JSONValue.string(text).serialisedString() }
        let text = form.replacing("\"REQUESTTEXT\"", with: quoted(Self.request)).replacing("\"ANSWERTEXT\"", with: quoted(Self.answer))
            .replacing("REQUEST", with: Self.request).replacing("ANSWER", with: Self.answer)
        let call = try onlyCall(text)
        #expect(call.id == "r1")
        #expect(call.calledAt == Timestamp("2026-11-16T08:00:00Z"))
        #expect(call.request["temperature"]?.doubleValue == 0.2)
        let leg = try #require(call.production)
        #expect(leg.status == 200)
        #expect(leg.output == "hello")
        #expect(leg.model == "gpt-x-2026")
        #expect(leg.requestID == "chatcmpl-1")
        #expect(leg.finishReason == "stop")
        #expect(leg.usage == TokenUsage(input: 9, output: 2))
        #expect(leg.durationMs == 500)
        #expect(leg.ttftMs == nil)
    }

    @Test func `a log without ids gives the same call the same name`() throws {
        let text = #"{"timestamp":5,"request":\#(Self.request),"response":"hello"}"#
        let first = try onlyCall(text)
        #expect(first.id.hasPrefix("record-"))
        #expect(try onlyCall(text).id == first.id)
        #expect(first.production?.output == "hello")
        let other = #"{"timestamp":6,"request":\#(Self.request),"response":"hello"}"#
        #expect(try onlyCall(other).id != first.id)
    }

    @Test func `a stream of events, an error and a cut body are what they are`() throws {
        func leg(_ response: String, status: String = "200") throws -> Leg {
            let quoted = JSONValue.string(response).serialisedString()
            let call = try onlyCall(#"{"id":"x","timestamp":5,"status":\#(status),"request":\#(Self.request),"response":\#(quoted)}"#)
            return try #require(call.production)
        }
        let stream =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hel\"}}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},"
            + "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
        #expect(try leg(stream).output == "hello")
        #expect(try leg(stream).streamed)
        #expect(try leg(stream).ttftMs == nil)
        #expect(try leg(String(stream.prefix(90))).failure == .streamBroken)
        #expect(try leg("<html>Bad gateway</html>", status: "502").failure == .serverError)
        #expect(try leg("slow down", status: "429").failure == .rateLimited)
        #expect(try leg(String(Self.answer.dropLast(9))).failure == .serverError)
        #expect(try leg(#"{"intent":"greeting"}"#).output == #"{"intent":"greeting"}"#)
    }

    @Test func `a batch's two files are joined by their names`() throws {
        let input = #"{"custom_id":"c1","method":"POST","url":"/v1/chat/completions","body":\#(Self.request)}"#
        let output =
            #"{"id":"batch_req_1","custom_id":"c1","response":{"status_code":200,"request_id":"q","body":\#(Self.answer)},"error":null}"#
        for text in [input + "\n" + output, output + "\n" + input] {
            let call = try onlyCall(text)
            #expect(call.id == "c1")
            #expect(call.calledAt == Timestamp(microseconds: 1_763_280_001_000_000))
            #expect(call.production?.output == "hello")
            #expect(call.production?.durationMs == nil)
        }
        #expect(try onlyCall(input, .both).production == nil)
        #expect(callFile(input.replacing("/v1/chat/completions", with: "/v1/embeddings"), .both).skipped == ["no chat completion": 1])
    }

    @Test func `a stored completion needs its messages beside it`() throws {
        let stored = Self.answer.dropLast() + #","temperature":1,"metadata":{}}"#
        #expect(callFile(String(stored)).faults.map(\.field) == ["messages"])
        let whole = stored.dropLast() + #","messages":[{"id":"chatcmpl-1-0","role":"user","content":"Hi","content_parts":null}]}"#
        let call = try onlyCall(String(whole))
        #expect(call.request.at("/messages/0") == ["role": "user", "content": "Hi"])
        #expect(call.request["temperature"]?.intValue == 1)
        #expect(call.production?.output == "hello")
    }

    // MARK: LiteLLM

    static let payload =
        #"{"id":"chatcmpl-9","trace_id":"t","call_type":"acompletion","status":"success","startTime":1763280000.25,"endTime":1763280001.5,"#
        + #""completionStartTime":1763280000.75,"model":"gpt-x","model_group":"frontier","prompt_tokens":11,"completion_tokens":3,"#
        + #""messages":[{"role":"user","content":"Hi"}],"response":\#(answer),"model_parameters":{"temperature":0.2,"stream":STREAM,"extra_body":{"x":1}}}"#

    @Test(arguments: [true, false])
    func `LiteLLM's logging payload`(streams: Bool) throws {
        let call = try onlyCall(Self.payload.replacing("STREAM", with: "\(streams)"))
        #expect(call.id == "chatcmpl-9")
        #expect(call.calledAt == Timestamp(microseconds: 1_763_280_000_250_000))
        #expect(call.request["model"] == "frontier")
        #expect(call.request["stream"]?.boolValue == streams)
        #expect(call.request["extra_body"] == nil)
        #expect(call.production?.output == "hello")
        #expect(call.production?.durationMs == 1250)
        // Of an answer that was not streamed LiteLLM says its end here.
        #expect(call.production?.ttftMs == (streams ? 500 : nil))
    }

    @Test func `outside of a proxy LiteLLM names no group`() throws {
        let text = Self.payload.replacing("STREAM", with: "false").replacing(#""model_group":"frontier""#, with: #""model_group":"""#)
        #expect(try onlyCall(text).request["model"] == "gpt-x")
    }

    @Test func `a row of LiteLLM's spend logs`() throws {
        let row =
            #"{"request_id":"chatcmpl-9","call_type":"acompletion","startTime":"2026-11-16T08:00:00.250000","endTime":"2026-11-16T08:00:01Z","#
            + #""model":"gpt-x","prompt_tokens":11,"completion_tokens":3,"messages":{},"response":\#(Self.answer),"session_id":"s1","#
            + #""proxy_server_request":{"model":"frontier","messages":[{"role":"user","content":"Hi"}],"temperature":0.5,"metadata":{"k":1}}}"#
        let call = try onlyCall(row)
        #expect(call.id == "chatcmpl-9")
        #expect(call.conversation == "s1")
        #expect(call.request == ["messages": [["role": "user", "content": "Hi"]], "model": "frontier", "temperature": 0.5])
        #expect(call.production?.durationMs == 750)
    }

    @Test func `what LiteLLM logs of other calls is counted, and a failure is one`() throws {
        let other = #"{"id":"e","call_type":"aembedding","startTime":1,"messages":"x","response":{}}"#
        #expect(callFile(other).skipped == ["no chat completion": 1])
        let failure =
            #"{"id":"f","call_type":"acompletion","status":"failure","startTime":1,"endTime":2,"messages":[{"role":"user","content":"Hi"}],"#
            + #""response":null,"error_str":"RateLimitError","error_information":{"error_code":"429"},"model_parameters":{}}"#
        #expect(try onlyCall(failure).production?.failure == .rateLimited)
    }

    // MARK: Langfuse

    @Test func `an observation of Langfuse's pages`() throws {
        let text =
            #"[{"id":"o1","traceId":"t1","name":"chat","type":"GENERATION","model":"gpt-x","startTime":"2026-11-16T08:00:00.500Z","#
            + #""endTime":"2026-11-16T08:00:02.000Z","completionStartTime":"2026-11-16T08:00:01.000Z","modelParameters":{"temperature":"0.7"},"#
            + #""input":[{"role":"user","content":"Hi"}],"output":{"role":"assistant","content":"hello"},"#
            + #""usage":{"input":9,"output":2,"total":11,"unit":"TOKENS"},"level":"DEFAULT"},{"id":"s","type":"SPAN","startTime":"2026-11-16T08:00:00Z"}]"#
        let call = try onlyCall(text)
        #expect(callFile(text).skipped == ["no generation": 1])
        #expect(call.id == "o1")
        #expect(call.request["temperature"]?.doubleValue == 0.7)
        #expect(call.request["stream"] == true)
        #expect(call.production?.output == "hello")
        #expect(call.production?.model == "gpt-x")
        #expect(call.production?.usage == TokenUsage(input: 9, output: 2))
        #expect(call.production?.durationMs == 1500)
        #expect(call.production?.ttftMs == 500)
    }

    @Test func `a row of Langfuse's blob export, whose contents are text`() throws {
        func quoted(_ text: String) -> String { JSONValue.string(text).serialisedString() }
        let text =
            #"{"id":"o1","trace_id":"t1","type":"GENERATION","start_time":"2026-11-16 08:00:00.500000","end_time":"2026-11-16 08:00:02.000000","#
            + #""completion_start_time":null,"provided_model_name":"gpt-x","model_parameters":\#(quoted(#"{"max_tokens":5}"#)),"session_id":"s","#
            + #""input":\#(quoted(#"{"messages":[{"role":"user","content":"Hi"}],"tools":[]}"#)),"output":\#(quoted(#"{"role":"assistant","content":"hello"}"#)),"#
            + #""usage_details":{"input":9,"output":2,"total":11}}"#
        let call = try onlyCall(text)
        #expect(call.conversation == "s")
        #expect(call.request["max_tokens"]?.intValue == 5)
        #expect(call.request["stream"] == nil)
        #expect(call.production?.output == "hello")
        #expect(call.production?.ttftMs == nil)
        #expect(call.production?.durationMs == 1500)
        let failed = text.replacing(#""type""#, with: #""level":"ERROR","status_message":"boom","type""#)
        #expect(try onlyCall(failed).production?.failure == .serverError)
    }
}
