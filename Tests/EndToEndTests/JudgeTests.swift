import Foundation
import TestSupport
import Testing

/// A workload with a judge model, from its file to its report.
@Suite(.serialized) struct JudgeTests {
    private static let key = "sk-judge-of-this-test"

    /// A judge that takes the answer "yes" for right; `isStrict` keeps to the form.
    private func judge(isStrict: Bool = true) throws -> StubUpstream {
        try StubUpstream { request in
            guard isStrict else { return Self.completion("The first one, I think.") }
            let tree = try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]
            let messages = tree?["messages"] as? [[String: Any]]
            let data = (messages?.last?["content"] as? String)?.split(separator: "\n").dropFirst().first ?? "{}"
            let shown = try? JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any]
            let right = ["answer_1", "answer_2"].map { (shown?[$0] as? [String: Any])?["text"] as? String == "yes" }
            return Self.completion(
                #"{"first_correct":\#(right[0]),"second_correct":\#(right[1]),"same_meaning":false,"difference":"contradiction"}"#)
        }
    }

    private static func completion(_ content: String) -> StubAnswer {
        let body: [String: Any] = [
            "choices": [["index": 0, "finish_reason": "stop", "message": ["role": "assistant", "content": content]]],
            "usage": ["prompt_tokens": 500, "completion_tokens": 20],
        ]
        return .json(String(decoding: (try? JSONSerialization.data(withJSONObject: body)) ?? Data(), as: UTF8.self))
    }

    private func file(_ stage: Stage, _ judge: StubUpstream) throws -> String {
        let key = stage.folder.appending(path: "key")
        try "\(Self.key)\n".write(to: key, atomically: true, encoding: .utf8)
        let settings = stage.folder.appending(path: "judged.yaml")
        try """
        workload: crash
        compare: { as: label, labels: ["yes", "no"] }
        production: { url: "\(try stage.model("production", ["default": "yes"]))" }
        candidate: { url: "\(try stage.model("candidate", ["default": "yes", "call-7": "no"]))", model: small }
        sample: 100%
        judge: { url: "\(judge.url)/v1", model: judge-1, key: { file: "\(key.path)" }, price: { input: 1, output: 2 }, limits: { per_day: 5 USD } }
        """.write(to: settings, atomically: true, encoding: .utf8)
        return settings.path
    }

    @Test func aJudgeIsNamedAskedAndReported() throws {
        let stage = try Stage()
        let judge = try judge()
        let up = try stage.startUp()
        let mirror = try up.ready()["mirror"] ?? ""
        let enabled = try stage.run(["enable", "-f", file(stage, judge)])
        #expect(enabled.status == 0, "\(enabled.errors)")
        #expect(enabled.errors.contains("judge judge-1 at 127.0.0.1:\(judge.port) answers"))
        #expect(enabled.output.contains("also to 127.0.0.1:\(judge.port) (judge-1): request and both answers"))
        #expect(enabled.output.contains("at most 5 USD a day") && enabled.output.contains("spares no label"))
        try stage.awaitRoute(mirror)
        let connection = try HttpConnection(mirror)
        for number in 0..<10 { _ = try connection.request("POST", "/crash/v1/chat/completions", body: CallLoad.body("call-\(number)")) }
        let status = try eventually(within: 60, "11 compared pairs, none awaiting the judge") {
            let status = try stage.status()
            return status["compared"] as? Int == 11 && status["awaiting_judge"] as? Int == 0 && judge.requests.count >= 3 ? status : nil
        }
        #expect(status["warnings"] as? [String] == [])
        let sql = try stage.run(["sql", "--csv", "select f, order_consistent, model, error from judgements"])
        #expect(sql.output == "f,order_consistent,model,error\n-1,t,judge-1,\n")
        let report = try stage.run(["report", "crash", "--format", "json"])
        let json = try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any]
        let figures = json?["judge"] as? [String: Any]
        #expect(figures?["opinions"] as? Int == 1 && figures?["waiting"] as? Int == 0)
        #expect((json?["verdict"] as? [String: Any])?["basis"] as? String == "judge_only")
        let text = try stage.run(["report", "crash"]).output
        #expect(text.contains("MODEL JUDGE"))
        // The judge's key reaches the judge and nothing else.
        #expect(judge.requests.allSatisfy { $0.header("authorization") == "Bearer \(Self.key)" })
        let stored = try stage.run(["sql", "--csv", "select settings from trials"]).output
        for place in [stored, text, report.output, enabled.output, enabled.errors, up.errors] { #expect(!place.contains(Self.key)) }
    }

    @Test func aJudgeThatDoesNotKeepToTheFormIsRefusedBeforehand() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        _ = try up.ready()
        let judge = try judge(isStrict: false)
        let path = try file(stage, judge)
        let result = try stage.run(["enable", "-f", path])
        #expect(result.status == 1)
        #expect(result.errors.contains("response_format json_schema") && !result.errors.contains(Self.key), "\(result.errors)")
        #expect(judge.requests.count == 1)
        #expect(try stage.run(["enable", "-f", path, "--no-probe"]).status == 0)
    }
}
