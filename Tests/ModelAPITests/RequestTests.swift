import Configuration
import HTTPWire
import JSON
import ModelAPI
import Testing

@Suite("Reading an app's request and making the candidate's")
struct RequestTests {
    private func request(_ text: String) throws -> ChatRequest { try ChatRequest(body: Array(text.utf8)) }

    private func candidate(
        url: String = "http://vllm.internal:8000/v1", confidence: ConfidenceSource = .none, rewrite: RewriteSettings = RewriteSettings()
    ) throws -> CandidateSettings {
        CandidateSettings(name: "phi-4", url: try UpstreamURL(url), model: "phi-4", confidence: confidence, rewrite: rewrite)
    }

    private func body(_ request: CandidateRequest) throws -> JSONValue { try JSONValue.parse(request.body) }

    @Test func readsWhatTheMirrorAsksFor() throws {
        let request = try request(
            #"{"model":"gpt-5","stream":true,"messages":[{"role":"system","content":"Be short."},{"role":"user","content":"one"},"#
                + #"{"role":"assistant","content":"1"},{"role":"user","content":[{"type":"text","text":"two"},{"type":"image_url","image_url":{"url":"data:x"}}]}]}"#
        )
        #expect(request.model == "gpt-5")
        #expect(request.streams)
        #expect(request.turn == 2)
        #expect(request.estimatedInputTokens == 4)  // 9 + 3 + 1 + 3 bytes of text
        #expect(request.serverState == nil)
    }

    @Test(arguments: ["", "[]", "{}", #"{"messages":"x"}"#, #"{"messages":[}"#, "\u{FFFD}"])
    func refusesWhatIsNoChatRequest(_ text: String) {
        #expect(throws: ChatRequestError.self) { try request(text) }
    }

    @Test(arguments: [
        (#""previous_response_id":"r","messages":[]"#, "previous_response_id"), (#""thread_id":"t","messages":[]"#, "thread_id"),
        (#""previous_response_id":null,"messages":[]"#, nil),
        (#""messages":[{"role":"assistant","audio":{"id":"a"}}]"#, "audio.id"),
        (#""messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}]"#, "file_id"),
        (#""messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"…"}}]}]"#, nil),
        (#""store":true,"messages":[]"#, nil),
    ])
    func findsStateOnTheProvidersSide(_ members: String, _ field: String?) throws {
        #expect(try request("{\(members)}").serverState == field)
    }

    @Test func changesTheModelAndKeepsTheRest() throws {
        let text = #"{"model":"gpt-5","temperature":0.20,"messages":[{"role":"user","content":"hi"}],"seed":1,"x_unknown":[1.0]}"#
        let made = try request(text).forCandidate(try candidate(), key: "secret")
        #expect(made.method == "POST")
        #expect(made.origin == "http://vllm.internal:8000")
        #expect(String(decoding: made.target, as: UTF8.self) == "/v1/chat/completions")
        #expect(String(decoding: made.body, as: UTF8.self) == text.replacing("gpt-5", with: "phi-4"))
        #expect(made.headers["authorization"] == "Bearer secret")
        #expect(made.headers["understudy-leg"] == "candidate")
        #expect(made.untranslated == [])
        #expect(try request(text).forCandidate(try candidate(), key: nil).headers["authorization"] == nil)
    }

    @Test func streamsAsProductionAndAsksForUsage() throws {
        let streamed = try request(#"{"model":"m","stream":true,"stream_options":{"x":1},"messages":[]}"#)
        let made = try body(streamed.forCandidate(try candidate(), key: nil))
        #expect(made["stream"] == true)
        #expect(made["stream_options"] == ["x": 1, "include_usage": true])
        let plain = try request(#"{"model":"m","messages":[]}"#)
        let rewrite = RewriteSettings(set: ["stream": true, "temperature": 0])
        let kept = try body(plain.forCandidate(try candidate(rewrite: rewrite), key: nil))
        #expect(kept["stream"] == nil)
        #expect(kept["stream_options"] == nil)
        #expect(kept["temperature"] == 0)
    }

    @Test func asksForLogProbabilitiesWhereTheyAreTheConfidence() throws {
        let request = try request(#"{"model":"m","messages":[],"top_logprobs":8}"#)
        let made = try body(request.forCandidate(try candidate(confidence: .logprobs), key: nil))
        #expect(made["logprobs"] == true)
        #expect(made["top_logprobs"] == 8)
        let refused = RewriteSettings(remove: ["logprobs", "top_logprobs"])
        let without = request.forCandidate(try candidate(confidence: .logprobs, rewrite: refused), key: nil)
        #expect(try body(without)["logprobs"] == nil)
        #expect(without.untranslated == ["top_logprobs"])
        #expect(try body(request.forCandidate(try candidate(confidence: .field("/c")), key: nil))["logprobs"] == nil)
    }

    @Test func replacesTheInstructions() throws {
        let rewrite = RewriteSettings(system: "New.", remove: ["seed"])
        let request = try request(
            #"{"model":"m","seed":1,"messages":[{"role":"developer","name":"d","content":"Old."},{"role":"system","content":"More."},{"role":"user","content":"hi"},{"role":"system","content":"late"}]}"#
        )
        let made = request.forCandidate(try candidate(rewrite: rewrite), key: nil)
        #expect(
            try body(made)["messages"] == [
                ["role": "developer", "name": "d", "content": "New."], ["role": "user", "content": "hi"],
                ["role": "system", "content": "late"],
            ])
        #expect(made.untranslated == ["seed"])
        let bare = try self.request(#"{"messages":[{"role":"user","content":"hi"}]}"#).forCandidate(
            try candidate(rewrite: rewrite), key: nil)
        #expect(try body(bare).at("/messages/0") == ["role": "system", "content": "New."])
    }

    @Test(arguments: [
        ("http://h:8000", "/v1/chat/completions"), ("http://h/", "/v1/chat/completions"), ("http://h:8000/v1/", "/v1/chat/completions"),
        ("https://h/v1beta/openai", "/v1beta/openai/chat/completions"), ("https://h/x/v1/chat/completions", "/x/v1/chat/completions"),
    ])
    func findsTheEndpointBelowABaseURL(_ url: String, _ path: String) throws {
        let made = try request(#"{"messages":[]}"#).forCandidate(try candidate(url: url), key: nil)
        #expect(String(decoding: made.target, as: UTF8.self) == path)
    }
}
