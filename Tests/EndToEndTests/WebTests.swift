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
        _ = try eventually(within: 10, "a compared pair") { try stage.status()["compared"] as? Int == 1 ? true : nil }
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
}
