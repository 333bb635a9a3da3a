import EventLoop
import Foundation
import JSON
import StandIn
import TestSupport
import Testing

@Suite struct StandInModelTests {
    private func model(_ text: String) throws -> StandInModel { try StandInModel(Array(text.utf8)) }

    private static let shop = """
        {"model": "sim", "seed": 3, "latency": {"median_ms": 100, "p95_ms": 300},
         "answers": [{"last_user": "Where is it?", "answer": "order_status", "confidence": 0.9,
                      "otherwise": [{"share": 0.5, "answer": "stock_question", "confidence": 0.4}]},
                     {"contains": "refund", "answer": "refund_status", "latency_ms": 7},
                     {"last_user": "boom", "fault": "server_error"}],
         "default": {"answer": "speak_to_human"}}
        """

    @Test func theFirstEntryThatFitsAnswers() throws {
        let model = try model(Self.shop)
        #expect(model.answer(to: "my refund please", occurrence: 0).text == "refund_status")
        #expect(model.answer(to: "my refund please", occurrence: 0).latencyMs == 7)
        #expect(model.answer(to: "something else", occurrence: 0).text == "speak_to_human")
        #expect(model.answer(to: "boom", occurrence: 0).fault == .serverError)
    }

    @Test func theSameCallsGetTheSameAnswersAndSharesHold() throws {
        let first = try model(Self.shop)
        let second = try model(Self.shop)
        let answers = (0..<1000).map { first.answer(to: "Where is it?", occurrence: $0) }
        #expect(answers == (0..<1000).map { second.answer(to: "Where is it?", occurrence: $0) })
        #expect(abs(answers.count { $0.text == "stock_question" } - 500) < 60)
    }

    @Test func latenciesKeepTheirMedianAndTheirNinetyFifthPercentile() throws {
        let model = try model(Self.shop)
        let sorted = (0..<4000).map { model.answer(to: "Where is it?", occurrence: $0).latencyMs }.sorted()
        #expect(abs(sorted[2000] - 100) < 10)
        #expect(abs(sorted[3800] - 300) < 40)
    }

    @Test(arguments: [
        ("[1]", "must be an object"), ("{\"modell\": \"x\"}", "unknown key modell"),
        ("{\"answers\": [{\"answer\": \"x\"}]}", "answers[0] needs last_user"),
        ("{\"answers\": [{\"last_user\": \"a\", \"fault\": \"explode\"}]}", "no fault; known are hang"),
        ("{\"default\": {\"answer\": 3}}", "must be a text"),
        ("{\"seed\": -1}", "seed"), ("{", "line 1"), ("{\"default\": {}}", "needs an answer"),
    ])
    func aBadFileIsRefusedWithItsPlace(_ text: String, _ complaint: String) {
        #expect { try StandInModel(Array(text.utf8)) } throws: { "\($0)".contains(complaint) }
    }
}

@Suite struct StandInServerTests {
    private func start(_ text: String, ledger: String? = nil) throws -> (StandInServer, UInt16) {
        let server = try StandInServer(StandInModel(Array(text.utf8)), ledger: ledger)
        guard case .tcp(_, let port) = try server.listen(.tcp(host: "127.0.0.1", port: 0)) else { throw StartError.noPort }
        return (server, port)
    }

    private enum StartError: Error { case noPort }

    private func ask(_ port: UInt16, _ body: String) throws -> HTTPAnswer {
        let probe = try HTTPProbe(port: port)
        try probe.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        return try probe.readAnswer(to: "POST")
    }

    private static let quick =
        #"{"model":"sim","latency":{"median_ms":1,"p95_ms":1},"answers":[{"last_user":"half","fault":"close_early"},{"last_user":"no","fault":"refuse"}],"default":{"answer":"card_arrival","confidence":0.8}}"#

    @Test func aWholeAnswerSaysThatItIsSimulatedAndHowSureItIs() throws {
        let (server, port) = try start(Self.quick)
        defer { server.stop() }
        let answer = try ask(port, #"{"model":"any","logprobs":true,"messages":[{"role":"user","content":"hello"}]}"#)
        #expect(answer.status == 200)
        #expect(answer.header("X-Understudy-Simulated") == "true")
        let body = try JSONValue.parse(answer.body)
        #expect(body.at("/choices/0/message/content")?.stringValue == "card_arrival")
        let tokens = body.at("/choices/0/logprobs/content")?.arrayValue ?? []
        let sum = tokens.filter { $0["token"]?.stringValue != "" }.compactMap { $0["logprob"]?.doubleValue }.reduce(0, +)
        #expect(abs(sum + 0.2231435513) < 1e-6)
        #expect((body.at("/usage/completion_tokens")?.intValue ?? 0) > 0)
    }

    @Test func aStreamedAnswerAddsUpToTheWholeOneAndEnds() throws {
        let (server, port) = try start(Self.quick)
        defer { server.stop() }
        let answer = try ask(
            port,
            #"{"stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":[{"type":"text","text":"hello"}]}]}"#
        )
        let events = answer.text.components(separatedByBlankLines: ())
        #expect(events.last == "data: [DONE]")
        let pieces = events.dropLast().compactMap {
            try? JSONValue.parse(String($0.dropFirst(6))).at("/choices/0/delta/content")?.stringValue
        }
        #expect(pieces.joined() == "card_arrival")
        #expect(events.contains { $0.contains("\"usage\"") })
    }

    @Test func faultsShowAsTheyWouldInRealLife() throws {
        let (server, port) = try start(Self.quick)
        defer { server.stop() }
        let refusal = try JSONValue.parse(try ask(port, #"{"messages":[{"role":"user","content":"no"}]}"#).body)
        #expect(refusal.at("/choices/0/message/refusal")?.stringValue != nil)
        #expect(throws: (any Error).self) {
            let broken = try ask(port, #"{"messages":[{"role":"user","content":"half"}]}"#)
            if !broken.isComplete { throw StartError.noPort }
        }
        #expect(try ask(port, "{").status == 400)
    }

    @Test func theLedgerHasALineForEachAnswer() throws {
        let folder = try TemporaryFolder()
        let (server, port) = try start(Self.quick, ledger: folder.path("ledger"))
        defer { server.stop() }
        _ = try ask(port, #"{"messages":[{"role":"user","content":"one"}]}"#)
        _ = try ask(port, #"{"messages":[{"role":"user","content":"two"}]}"#)
        let lines = try readLines(folder.path("ledger"))
        #expect(try lines.map { try JSONValue.parse($0)["last_user"]?.stringValue } == ["one", "two"])
    }
}

extension String {
    /// The parts between empty lines.
    fileprivate func components(separatedByBlankLines: Void) -> [String] {
        var parts: [String] = [""]
        for line in split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty { parts.append("") } else { parts[parts.count - 1] += line }
        }
        return parts.filter { !$0.isEmpty }
    }
}

private func readLines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
}
