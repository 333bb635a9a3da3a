import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

/// Workers as they are run: a webhook that fails and recovers, and a worker that is killed in the middle.
@Suite(.serialized) struct ReportDeliveryTests {
    private static let secret = "T0-B0-secret"
    private let folder: TemporaryFolder
    private let database: String
    private let connection: PostgresConnection

    /// A trial that began ten days ago, so that the report of last week is due.
    init() throws {
        folder = try TemporaryFolder()
        database = try TemporaryPostgres.freshDatabase()
        try folder.write(
            """
            workload: support-intents
            compare: { as: label, labels: [a, b] }
            production: { url: http://a.test }
            candidate: { url: http://b.test, model: small }
            """, to: "workload.yaml")
        let enabled = try Program.run(["enable", "-f", folder.path("workload.yaml"), "--no-probe", "--database", database])
        guard enabled.status == 0 else { throw Unexpected("enable failed: \(enabled.errors)") }
        connection = try PostgresConnection(url: database, applicationName: "tests")
        try connection.script("UPDATE understudy_store.trial SET started_at = started_at - interval '10 days'")
    }

    private func worker(_ stub: StubUpstream, environment: [String: String] = [:]) throws -> RunningProgram {
        let file = folder.path("webhook")
        try Data("\(stub.url)/\(Self.secret)\n".utf8).write(to: URL(filePath: file))
        return try RunningProgram(
            [
                "worker", "--database", database, "--report-folder", folder.path("reports"), "--webhook-file", file,
                "--metrics-address", "127.0.0.1:0",
            ], environment: environment)
    }

    private func state(_ outlet: String) throws -> String? {
        try connection.query("SELECT state || ' ' || attempts FROM understudy_store.delivery WHERE outlet = $1", [.text(outlet)])
            .first?.value(at: 0)
    }

    private func status() throws -> String {
        try Program.run(["status", "support-intents", "--json", "--database", database]).output
    }

    @Test func aWebhookThatFailsGetsTheReportOnceItTakesIt() throws {
        let stub = try StubUpstream { request in .text("", status: request.number < 3 ? 500 : 200) }
        let workers = try [worker(stub), worker(stub)]
        let metrics = try workers.map { try #require(try $0.ready()["metrics"]) }
        for attempt in 1...3 {
            _ = try eventually("attempt \(attempt) to be refused") { try state("webhook") == "waiting \(attempt)" ? true : nil }
            #expect(try status().contains("could not be posted yet, attempt \(attempt): the webhook answered HTTP 500"))
            // The wait is cut short; the worker of the last attempt may be gone by then.
            if attempt == 2 { workers[0].signal(SIGKILL) }
            try connection.script("UPDATE understudy_store.delivery SET due_at = now() WHERE state = 'waiting'")
        }
        _ = try eventually("the message to be taken") { try state("webhook") == "done 4" ? true : nil }
        #expect(try state("folder") == "done 1")
        #expect(stub.requests.count == 4 && Set(stub.requests.map(\.text)).count == 1)
        #expect(stub.requests[0].text.hasPrefix(#"{"text":"Weekly report, "#))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("reports/support-intents")).count == 3)
        #expect(try status().contains(#""warnings":[]"#))
        let text = try HttpConnection(metrics[1]).request("GET", "/metrics").text
        #expect(text.contains(#"understudy_report_deliveries_total{outlet="webhook",result="done"} 1"#))
        try workers.forEach(expectNoSecret)
    }

    @Test func aWebhookFileThatIsGoneIsSaidToBe() throws {
        let file = folder.path("absent")
        let worker = try RunningProgram(["worker", "--database", database, "--webhook-file", file])
        _ = try worker.ready()
        _ = try eventually("the attempt to fail") { try state("webhook") == "waiting 1" ? true : nil }
        #expect(try status().contains("attempt 1: the webhook file \(file) cannot be read. It is tried again at "))
    }

    @Test func aWorkerKilledWhileItPostsLeavesNothingToBePostedTwice() throws {
        let stub = try StubUpstream { _ in .hang }
        let first = try worker(stub)
        _ = try first.ready()
        _ = try stub.waitForRequests(1, timeoutMilliseconds: 30_000)
        #expect(try state("webhook") == "claimed 1", "it is marked before it is sent")
        first.signal(SIGKILL)
        first.waitForEnd()
        let second = try worker(stub)
        _ = try second.ready()
        try connection.script("UPDATE understudy_store.delivery SET claimed_until = now() WHERE state = 'claimed'")
        _ = try eventually("the claim to run out") { try state("webhook") == "unknown 1" ? true : nil }
        // Two more rounds of a worker that would post what is due.
        sleep(11)
        #expect(stub.requests.count == 1)
        let said = try status()
        #expect(said.contains("it is not known whether the report of week"))
        #expect(said.contains("Read it with understudy report support-intents --week "))
        try [first, second].forEach(expectNoSecret)
    }

    /// Dies at the first and at the second of its two deliveries, each time before and after it was made.
    @Test(arguments: ["delivery.claimed:1", "delivery.taken:1", "delivery.claimed:2", "delivery.taken:2"])
    func aWorkerThatDiesAtAFailpointPostsAtMostOnceAndTheFileIsThere(_ point: String) throws {
        let stub = try StubUpstream { _ in .text("") }
        let first = try worker(stub, environment: ["UNDERSTUDY_FAILPOINT": point])
        #expect(first.waitForEnd() == SIGKILL)
        try connection.script("UPDATE understudy_store.delivery SET claimed_until = now() WHERE state = 'claimed'")
        let second = try worker(stub)
        _ = try second.ready()
        let ends = try eventually(within: 60, "both deliveries to end") { () -> (folder: String, webhook: String)? in
            guard let folder = try state("folder"), let webhook = try state("webhook") else { return nil }
            let isOver = folder.hasPrefix("done") && (webhook.hasPrefix("done") || webhook.hasPrefix("unknown"))
            return isOver ? (folder, webhook) : nil
        }
        print("\(point): folder \(ends.folder), webhook \(ends.webhook), \(stub.requests.count) messages")
        #expect(stub.requests.count <= 1)
        // What nobody was asked to take is taken later; what may have been is not sent again, and status says so.
        #expect(ends.webhook.hasPrefix("done") ? stub.requests.count == 1 : try status().contains("it is not known whether"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("reports/support-intents")).count == 3)
    }

    /// The webhook's URL stands in no argument, no log line, and not in the database.
    private func expectNoSecret(_ program: RunningProgram) throws {
        #expect(!program.errors.contains(Self.secret) && !program.output.contains(Self.secret))
        let arguments = (try? String(contentsOfFile: "/proc/\(program.processID)/cmdline", encoding: .utf8)) ?? ""
        #expect(!arguments.contains(Self.secret))
        let stored = try connection.query("SELECT coalesce(string_agg(delivery::text, ''), '') FROM understudy_store.delivery AS delivery")
        #expect(stored[0].value(at: 0)?.contains(Self.secret) == false)
    }
}
