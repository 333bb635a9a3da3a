internal import EventLoop
internal import Postgres
internal import Report
internal import Storage
internal import Traffic
internal import Worker

/// Makes the pages. Used on the database thread only.
struct WebPages: Sendable {
    let database: WebDatabase

    func reply(to target: WebTarget) -> WebReply {
        let failing = WebReply.message(
            503, title: "The database cannot be used now", "Calls are served and pairs are spooled all the same. Try again in a moment.")
        return database.reply(failing: failing) { connection in
            do {
                return try page(target, connection)
            } catch let error as WorkerError {
                return .message(404, title: "Not found", "\(error)")
            }
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
