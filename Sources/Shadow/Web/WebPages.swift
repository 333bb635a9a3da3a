internal import EventLoop
internal import Postgres
internal import Report
internal import Storage
internal import Telemetry
internal import Traffic
internal import Worker

/// Makes the pages. Used on the database thread only.
final class WebPages: @unchecked Sendable {
    // @unchecked: `connection` is touched on one thread, the web server's database thread.
    private let url: String
    private let log: Log
    private var connection: PostgresConnection?

    init(url: String, log: Log) {
        self.url = url
        self.log = log
    }

    func reply(to target: WebTarget) -> WebReply {
        do {
            let connection = try self.connection ?? PostgresConnection(url: url, applicationName: "understudy web")
            self.connection = connection
            return try page(target, connection)
        } catch let error as WorkerError {
            return .message(404, title: "Not found", "\(error)")
        } catch {
            // A connection that failed may be lost: the next request opens another.
            connection = nil
            log.error("web", "\(error)")
            return .message(
                503, title: "The database cannot be used now", "Calls are served and pairs are spooled all the same. Try again in a moment."
            )
        }
    }

    private func page(_ target: WebTarget, _ connection: PostgresConnection) throws -> WebReply {
        let segments = target.segments
        if segments == ["readyz"] {
            _ = try connection.query("SELECT 1")
            return .text(200, "ok")
        }
        let maker = ReportMaker(connection)
        let moment = Timestamp(microseconds: WallClock.microseconds())
        if segments.isEmpty {
            let workloads = try Set(Registry(connection).trials(includingEnded: true).map(\.workload)).sorted()
            let reports = try workloads.map { try maker.report(workload: $0, at: moment) }
            return .html(200, HTMLPage.list(reports) { "/" + WebTarget.encoded($0) })
        }
        let report: WorkloadReport
        if let text = target.parameters["trial"], let trial = Identifier(text) {
            report = try maker.report(trial: trial, at: moment)
        } else {
            report = try maker.report(workload: segments[0], candidate: target.parameters["candidate"], at: moment)
        }
        switch segments.dropFirst().first {
        case nil: return .html(200, report.rendered(as: .html))
        case "report.json":
            return WebReply(status: 200, headers: WebReply.headers("application/json"), body: Array(report.rendered(as: .json).utf8))
        case "report.md":
            return WebReply(
                status: 200, headers: WebReply.headers("text/markdown; charset=utf-8"), body: Array(report.rendered(as: .markdown).utf8))
        case "report.txt": return .text(200, report.rendered(as: .text))
        default:
            return .message(
                404, title: "Not found", "There is a page for each workload, with report.json, report.md and report.txt below it.")
        }
    }
}
