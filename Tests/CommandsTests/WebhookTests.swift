import Foundation
import JSON
import TestSupport
import Testing
import Worker

@testable import Commands

/// What came of posting a message: taken, certainly not taken, or nobody knows.
@Suite struct WebhookTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func webhook(_ url: String) throws -> Webhook {
        let path = folder.path("webhook")
        try Data("\(url)\n".utf8).write(to: URL(filePath: path))
        return try #require(Webhook(try Arguments(["--webhook-file", path], options: reportOptions)))
    }

    @Test func postsTheTextAsSlackTakesIt() throws {
        let stub = try StubUpstream()
        #expect(try webhook("\(stub.url)/services/T0/B0/secret?wait=true").post("one\n\"two\" → 3") == .accepted)
        let request = stub.requests[0]
        #expect(request.method == "POST" && request.target == "/services/T0/B0/secret?wait=true")
        #expect(request.header("Content-Type") == "application/json")
        #expect(try JSONValue.parse(request.body) == ["text": "one\n\"two\" → 3"])
    }

    @Test(arguments: [
        (200, "accepted"), (204, "accepted"), (301, "refused"), (400, "refused"), (404, "refused"), (429, "refused"), (500, "refused"),
        (503, "refused"), (502, "unknown"), (504, "unknown"),
    ]) func aStatusIsCertainUnlessAGatewayGivesIt(_ status: Int, _ expected: String) throws {
        let stub = try StubUpstream { _ in StubAnswer(status: status, headers: [("Location", "/elsewhere")]) }
        let outcome = try webhook("\(stub.url)/secret").post("text")
        #expect("\(outcome)".hasPrefix(expected))
        #expect(stub.requests.count == 1, "a redirect is not followed, nothing is repeated")
        #expect(!"\(outcome)".contains("secret") && !"\(outcome)".contains("127.0.0.1"))
    }

    @Test func whereNobodyListensNothingWasSent() throws {
        let stub = try StubUpstream()
        stub.stop()
        usleep(50_000)
        #expect(try webhook("\(stub.url)/secret").post("text") == .refused("the webhook cannot be reached"))
    }

    @Test(arguments: [false, true]) func aConnectionThatBreaksLeavesItUnknown(_ isReset: Bool) throws {
        let stub = try StubUpstream { _ in StubAnswer(before: [isReset ? .reset : .close]) }
        let outcome = try webhook("\(stub.url)/secret").post("text")
        #expect(outcome == .unknown("the connection to the webhook broke before it answered"))
        #expect(stub.requests.count == 1)
    }

    @Test func eachMessageHasAConnectionOfItsOwn() throws {
        // One that is kept open and broken at its second request would be repeated unasked.
        let stub = try StubUpstream { request in request.number == 1 ? .closed : StubAnswer() }
        let webhook = try webhook("\(stub.url)/secret")
        #expect(webhook.post("one") == .accepted)
        #expect("\(webhook.post("two"))".hasPrefix("unknown"))
        #expect(stub.requests.count == 2 && stub.connections == 2)
    }

    @Test(arguments: ["", "ftp://host/secret", "hooks.slack.com/secret", "https://user:pass@host/secret", "https://host/secret\nand more"])
    func whatIsNoURLIsRefusedWithoutRepeatingIt(_ text: String) throws {
        let error = #expect(throws: CommandError.self) { try webhook(text).check() }
        #expect(error?.description.contains("must hold the webhook's URL") == true)
        #expect(error?.description.contains("secret") == false)
        #expect("\(try webhook(text).post("text"))".hasPrefix("refused"))
    }

    @Test func theFileIsReadForEachMessage() throws {
        let stub = try StubUpstream()
        let webhook = try webhook("http://127.0.0.1:1/secret")
        #expect("\(webhook.post("text"))".hasPrefix("refused"))
        try Data("\(stub.url)/new".utf8).write(to: URL(filePath: folder.path("webhook")))
        #expect(webhook.post("text") == .accepted)
        try FileManager.default.removeItem(atPath: folder.path("webhook"))
        #expect("\(webhook.post("text"))".contains("cannot be read"))
    }
}
