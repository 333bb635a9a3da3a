import Foundation
import Testing

/// The page: who gets in, and what is served.
@Suite(.serialized) struct WebTests {
    @Test func thePageOpensWithTheTokenOnlyAndServesTheReportInFourForms() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        let ready = try up.ready()
        try stage.enable(production: ["default": "yes"], candidate: ["default": "yes"])
        try stage.awaitRoute(ready["mirror"] ?? "")
        _ = try eventually(within: 60, "a compared pair") { try stage.status()["compared"] as? Int == 1 ? true : nil }
        let token = try String(contentsOfFile: "\(stage.data)/web-token", encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(token.count >= 20)
        let web = try HttpConnection(ready["web"] ?? "")
        #expect(try web.request("GET", "/livez").status == 200)
        #expect(try web.request("GET", "/").status == 401)
        #expect(try web.request("GET", "/crash").status == 401)
        #expect(try web.request("GET", "/?token=\(String(token.reversed()))").status == 401)
        let signIn = try web.request("GET", "/?token=\(token)")
        #expect(signIn.status == 303)
        let cookie = try #require(signIn.headers["set-cookie"])
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
        let session = ["Cookie": String(cookie.split(separator: ";")[0])]
        let list = try web.request("GET", "/", headers: session)
        #expect(list.status == 200 && list.text.contains("href=\"/crash\""))
        let page = try web.request("GET", "/crash", headers: ["Authorization": "Bearer \(token)"])
        #expect(page.status == 200 && page.text.contains("NOT YET") && page.text.contains("SIMULATED"))
        #expect(page.headers["content-security-policy"]?.contains("default-src 'none'") == true)
        let basic = Data("anyone:\(token)".utf8).base64EncodedString()
        let json = try web.request("GET", "/crash/report.json", headers: ["Authorization": "Basic \(basic)"])
        #expect((try JSONSerialization.jsonObject(with: Data(json.body)) as? [String: Any])?["report_version"] as? Int == 1)
        #expect(try web.request("GET", "/crash/report.md", headers: session).text.contains("NOT YET"))
        #expect(try web.request("GET", "/crash/report.txt", headers: session).text.contains("NOT YET"))
        let missing = try web.request("GET", "/%3Cscript%3E", headers: session)
        #expect(missing.status == 404 && !missing.text.contains("<script>"))
        #expect(try web.request("POST", "/crash", headers: session, body: "x").status == 405)
    }

    @Test func feedbackNeedsTheBearerTokenAndNamesEveryFault() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        let ready = try up.ready()
        try stage.enable(production: ["default": "yes"], candidate: ["default": "yes"])
        let token = try String(contentsOfFile: "\(stage.data)/web-token", encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        let bearer = ["Authorization": "Bearer \(token)"]
        let line = #"{"request_id":"req-1","label":"yes"}"#
        func send(_ body: String, _ headers: [String: String], to path: String = "/crash/feedback") throws -> Answer {
            try HttpConnection(ready["web"] ?? "").request("POST", path, headers: headers, body: body)
        }
        // What a browser would send by itself opens nothing.
        let strangers: [[String: String]] = [
            [:], ["Cookie": "understudy_token=\(token)"], ["Authorization": "Basic " + Data("x:\(token)".utf8).base64EncodedString()],
            ["Authorization": "Bearer \(token)x"], ["Authorization": "Bearer"],
        ]
        for headers in strangers {
            let refused = try send(line, headers)
            #expect(refused.status == 401 && refused.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
        }
        #expect(try send(line, [:], to: "/crash/feedback?token=\(token)").status == 401)
        #expect(try send(line, bearer).status == 202)
        #expect(try send(line, bearer, to: "/nobody/feedback").status == 404)
        #expect(try HttpConnection(ready["web"] ?? "").request("GET", "/crash/feedback", headers: bearer).status == 405)
        #expect(try send(line, bearer, to: "/crash").status == 405)
        let faulty = try send(line + "\n" + #"{"request_id":"a","lable":"x"}"# + "\nnonsense", bearer)
        #expect(faulty.status == 400)
        let answer = try JSONSerialization.jsonObject(with: Data(faulty.body)) as? [String: Any]
        let faults = try #require(answer?["faults"] as? [[String: Any]])
        #expect(faults.map { "\($0["line"] ?? "") \($0["field"] ?? "")" } == ["2 lable", "2 label", "3 "])
        let many = try send(String(repeating: "x\n", count: 5_000), bearer)
        #expect(many.status == 400 && many.body.count < 40_000)
        #expect((try JSONSerialization.jsonObject(with: Data(many.body)) as? [String: Any])?["fault_count"] as? Int == 5_000)
        #expect(try send(String(repeating: "x", count: (1 << 20) + 1), bearer).status == 413)
        #expect((try stage.status()["feedback"] as? [String: Any])?["waiting"] as? Int == 1)
        // Through the mirror a path of this name goes to production like any other.
        try stage.awaitRoute(ready["mirror"] ?? "")
        let passed = try HttpConnection(ready["mirror"] ?? "").request("POST", "/crash/feedback", headers: bearer, body: line)
        #expect(passed.status == 404 && !passed.text.contains("kept_until"))
        #expect((try stage.status()["feedback"] as? [String: Any])?["waiting"] as? Int == 1)
    }
}
