import Foundation
import Testing

/// Every mistake of a user ends in one clear line and leaves nothing half done.
@Suite(.serialized) struct BadInputTests {
    @Test func aWrongFileIsRefusedWithEveryFaultAndItsLine() throws {
        let stage = try Stage()
        let file = stage.folder.appending(path: "bad.yaml")
        try
            "workload: Bad Name\ncompare: { as: label, labls: [a] }\nproduction: { url: nowhere }\ncandidate: { url: http://x.test/v1 }\nsample: 200%\n"
            .write(to: file, atomically: true, encoding: .utf8)
        let result = try stage.run(["enable", "-f", file.path, "--no-probe"])
        #expect(result.status == 1)
        for line in ["bad.yaml:1", "bad.yaml:2", "bad.yaml:3", "bad.yaml:5"] { #expect(result.errors.contains(line), "\(result.errors)") }
        #expect(!result.errors.contains("Fatal error"))
        #expect(try stage.run(["list", "--json"]).output.trimmingCharacters(in: .whitespacesAndNewlines) == "[]")
    }

    @Test func whatComesLaterIsRefusedWithNotYet() throws {
        let stage = try Stage()
        let file = stage.folder.appending(path: "later.yaml")
        try
            "workload: later\ncompare: { as: json }\nproduction: { url: http://a.test }\ncandidate: { api: bedrock, url: http://b.test, model: m }\n"
            .write(to: file, atomically: true, encoding: .utf8)
        let result = try stage.run(["enable", "-f", file.path, "--no-probe"])
        #expect(result.status == 1)
        #expect(result.errors.contains("not yet"))
    }

    @Test(arguments: [
        ["report", "nothing", "--database", "nonsense"], ["report", "nothing", "--database", "postgresql://127.0.0.1:1/x"],
        ["enable", "-f", "/nowhere/file.yaml"], ["import", "-f", "/nowhere/file.yaml", "/nowhere/pairs.jsonl"],
        ["stand-in", "-f", "/nowhere/model.json"],
        ["up", "--data", "/proc/understudy"],
    ])
    func aMistakeIsOneLine(_ arguments: [String]) throws {
        let result = try Program.run(
            arguments + (arguments.contains("--data") || arguments.contains("--database") ? [] : ["--data", "/proc/understudy"]))
        #expect(result.status == 1 || result.status == 2)
        #expect(result.output.isEmpty)
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        #expect(result.errors.hasPrefix("understudy: "))
    }

    @Test func aForeignFolderIsLeftAlone() throws {
        let stage = try Stage()
        let foreign = stage.folder.appending(path: "photos")
        try FileManager.default.createDirectory(at: foreign, withIntermediateDirectories: true)
        try "mine".write(to: foreign.appending(path: "cat.jpg"), atomically: true, encoding: .utf8)
        for role in ["up", "mirror"] {
            let result = try Program.run([role, "--data", foreign.path])
            #expect(result.status == 1)
            #expect(result.errors.contains("not Understudy's"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: foreign.path) == ["cat.jpg"])
    }

    @Test(arguments: ["a/path", "user@host", "host:0"]) func aHostToAllowThatIsNoneIsWrongUse(_ host: String) throws {
        let stage = try Stage()
        let result = try Program.run(["mirror", "--data", stage.data, "--allow-upstream", "api.example.com,\(host)"])
        #expect(result.status == 2)
        #expect(result.errors.contains("--allow-upstream takes HOST or HOST:PORT"))
    }

    @Test func aBusyPortIsSaid() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        let ready = try up.ready()
        let address = (ready["mirror"] ?? "").replacingOccurrences(of: "http://", with: "")
        let second = try Program.run([
            "mirror", "--data-folder", stage.folder.appending(path: "other").path, "--without-courier", "--mirror-address", "127.0.0.1:0",
            "--metrics-address",
            (ready["metrics"] ?? "").replacingOccurrences(of: "http://", with: ""),
        ])
        #expect(second.status == 1)
        #expect(second.errors.contains("127.0.0.1:"))
        #expect(!address.isEmpty)
    }

    @Test func anUnknownWorkloadAndAProductionThatIsDownAreClearHTTPErrors() throws {
        let stage = try Stage()
        let up = try stage.startUp()
        let mirror = try up.ready()["mirror"] ?? ""
        let unknown = try HttpConnection(mirror).request("POST", "/nobody/v1/chat/completions", body: "{}")
        #expect(unknown.status == 404)
        #expect(unknown.text.contains("nobody"))
        #expect(try JSONSerialization.jsonObject(with: Data(unknown.body)) is [String: Any])
        let settings = stage.folder.appending(path: "down.yaml")
        try
            "workload: down\ncompare: { as: label, labels: [a, b] }\nproduction: { url: http://127.0.0.1:1 }\ncandidate: { url: http://127.0.0.1:1, model: m }\n"
            .write(to: settings, atomically: true, encoding: .utf8)
        #expect(try stage.run(["enable", "-f", settings.path]).status == 1)
        #expect(try stage.run(["enable", "-f", settings.path, "--no-probe"]).status == 0)
        let answer = try eventually(within: 60, "the route") { () -> Answer? in
            let answer = try HttpConnection(mirror).request("POST", "/down/v1/chat/completions", body: "{}")
            return answer.status == 404 ? nil : answer
        }
        #expect(answer.status == 502)
        #expect(answer.headers["understudy-error"] != nil)
        #expect(try JSONSerialization.jsonObject(with: Data(answer.body)) is [String: Any])
    }

    @Test func aBadLineOfAnImportIsNamedAndNothingIsKept() throws {
        let stage = try Stage()
        let settings = stage.folder.appending(path: "import.yaml")
        try
            "workload: recorded\ncompare: { as: label, labels: [a, b] }\nproduction: { url: http://a.test }\ncandidate: { url: http://b.test, model: m }\n"
            .write(to: settings, atomically: true, encoding: .utf8)
        let pairs = stage.folder.appending(path: "pairs.jsonl")
        let good =
            #"{"id":"1","called_at":"2026-11-16T08:00:00Z","request":{"messages":[{"role":"user","content":"x"}]},"production":{"output":"a"},"candidate":{"output":"b"},"label":"a"}"#
        try (good + "\n" + good.replacingOccurrences(of: "\"id\":\"1\"", with: "\"id\":\"2\",\"lable\":\"a\"") + "\n").write(
            to: pairs, atomically: true, encoding: .utf8)
        let refused = try stage.run(["import", "-f", settings.path, pairs.path])
        #expect(refused.status == 1)
        #expect(refused.errors.contains("line 2") || refused.errors.contains(":2"), "\(refused.errors)")
        #expect(refused.errors.contains("lable"))
        #expect(try stage.run(["list", "--json"]).output.trimmingCharacters(in: .whitespacesAndNewlines) == "[]")
        let taken = try stage.run(["import", "-f", settings.path, pairs.path, "--skip-bad"])
        #expect(taken.status == 0)
        #expect(taken.output.contains("Imported 1 pairs"))
    }
}
