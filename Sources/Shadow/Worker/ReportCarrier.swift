internal import Postgres
internal import Processes
internal import Report
internal import Storage
internal import Telemetry
internal import Traffic
internal import Verdict

/// Where this worker takes reports by itself; nowhere unless told.
public struct ReportOutlets: Sendable {
    /// A folder for the reports as files. Made, for its owner alone, where it is absent.
    public var folder: String?
    /// Posts a message, once and without trying again. Blocks.
    public var post: (@Sendable (String) -> PostOutcome)?

    public init(folder: String? = nil, post: (@Sendable (String) -> PostOutcome)? = nil) {
        self.folder = folder
        self.post = post
    }
}

/// What came of posting a message. The words go into the database and the log, so they must not hold the webhook's URL.
public enum PostOutcome: Sendable, Hashable {
    case accepted
    /// It certainly was not taken: not sent, or turned down.
    case refused(String)
    /// It may have been taken.
    case unknown(String)
}

/// Takes reports to folder and webhook: of every week, Monday 07:00 in the trial's time zone, and when a day ends with another verdict.
///
/// A row a report and outlet, made once, is claimed by one worker at a time. A file may be written twice, it is the same. A message
/// may not arrive twice: its row is marked as being sent, and that is committed, before anything is sent; only after a certain refusal
/// is it sent again. A worker that dies in between, or a connection that breaks before the answer, leaves it unknown whether the
/// message arrived; then it stays unsent, which `status` says.
struct ReportCarrier {
    private let deliveries: Deliveries
    private let maker: ReportMaker
    private let connection: PostgresConnection
    private let outlets: ReportOutlets
    private let log: Log
    private let metrics: MetricsRegistry

    init(_ connection: PostgresConnection, _ outlets: ReportOutlets, log: Log, metrics: MetricsRegistry) {
        deliveries = Deliveries(connection)
        maker = ReportMaker(connection)
        self.connection = connection
        self.outlets = outlets
        self.log = log
        self.metrics = metrics
        for outlet in served { for result in ["done", "refused", "unknown", "failed"] { _ = counter(outlet, result) } }
    }

    private var served: [DeliveryOutlet] {
        (outlets.folder == nil ? [] : [.folder]) + (outlets.post == nil ? [] : [.webhook])
    }

    /// Puts what is due on its way and takes it there.
    func work(at moment: Timestamp) throws {
        let served = served
        guard !served.isEmpty else { return }
        try deliveries.alone { try announce(to: served, at: moment) }
        while let delivery = try deliveries.claim(for: served, at: moment) {
            let outcome = try take(delivery)
            let failed = try deliveries.finish(delivery, outcome, at: moment)
            note(delivery, outcome, failed: failed)
        }
    }

    private func announce(to outlets: [DeliveryOutlet], at moment: Timestamp) throws {
        for week in try deliveries.endedWeeks(lacking: outlets, at: moment) {
            // Days whose pairs are still compared are looked at all the same: the week has ended.
            for trial in try deliveries.unclosedTrials(week, at: moment) {
                _ = try takeLook(connection, trial: trial, at: moment, dayEnd: true)
            }
            var looks = try maker.earlierLooks(workload: week.workload, .weekBefore(monday: week.monday))
            if looks.isEmpty {
                // No worker was there then: the report says what is known by now.
                _ = try maker.report(workload: week.workload, at: moment)
                looks = try maker.earlierLooks(workload: week.workload, .at(moment))
            }
            try deliveries.announce(
                workload: week.workload, .week(week.week), looks: looks.map(\.number), day: week.monday, to: outlets, at: moment)
        }
        for change in try deliveries.verdictChanges(lacking: outlets, at: moment) {
            guard case .verdict(let look, _, _) = change.occasion else { continue }
            let shown = try maker.earlierLooks(workload: change.workload, .at(change.at)).map(\.number)
            // An ended trial is not shown beside those that go on, and its last verdict is told all the same.
            try deliveries.announce(
                workload: change.workload, change.occasion, looks: shown.contains(look) ? shown : [look], day: change.day, to: outlets,
                at: moment)
        }
    }

    private func take(_ delivery: ReportDelivery) throws -> DeliveryOutcome {
        let report: WorkloadReport
        do {
            report = try maker.report(looks: delivery.looks)
        } catch let error as PostgresError {
            throw error
        } catch {
            return .refused("\(error)")
        }
        switch delivery.outlet {
        case .folder: return write(report, delivery)
        case .webhook:
            return switch outlets.post?(ReportMessage(report, delivery).text) {
            case .accepted: .done
            case .refused(let why)?: .refused(why)
            case .unknown(let why)?: .unknown(why)
            case nil: .refused("no webhook is named")
            }
        }
    }

    // MARK: Files

    private func write(_ report: WorkloadReport, _ delivery: ReportDelivery) -> DeliveryOutcome {
        guard let root = outlets.folder else { return .refused("no folder is named") }
        let folder = "\(root)/\(delivery.workload)"
        do throws(ProcessError) {
            // One that is there keeps its mode: who may read is its owner's choice.
            if !FileSystem.isFolder(root) { try FileSystem.makeFolder(root, mode: 0o700) }
            if !FileSystem.isFolder(folder) { try FileSystem.makeFolder(folder, mode: 0o750) }
            for (ending, format) in [("json", ReportFormat.json), ("txt", .text), ("html", .html)] {
                try FileSystem.replace("\(folder)/\(delivery.fileName).\(ending)", with: report.rendered(as: format), mode: 0o640)
            }
            return .done
        } catch {
            return .refused("\(error)")
        }
    }

    // MARK: Telling

    private func note(_ delivery: ReportDelivery, _ outcome: DeliveryOutcome, failed: Bool) {
        let name = "the report \(delivery.fileName) of \(delivery.workload)"
        switch outcome {
        case .done:
            counter(delivery.outlet, "done").add()
            log.info("worker", "\(name) was taken to the \(delivery.outlet.rawValue)")
        case .refused(let why):
            counter(delivery.outlet, failed ? "failed" : "refused").add()
            let what = failed ? "is given up after \(delivery.attempt) attempts" : "was refused, attempt \(delivery.attempt)"
            log.warning("worker", "\(name) \(what): \(why)", ["outlet": delivery.outlet.rawValue])
        case .unknown(let why):
            counter(delivery.outlet, "unknown").add()
            log.warning("worker", "\(name) may have arrived and is not sent again: \(why)", ["outlet": delivery.outlet.rawValue])
        }
    }

    private func counter(_ outlet: DeliveryOutlet, _ result: String) -> Counter {
        metrics.counter(
            "understudy_report_deliveries_total", help: "Attempts to take a report to an outlet, by what came of them.",
            labels: ["outlet": outlet.rawValue, "result": result])
    }
}

extension ReportDelivery {
    /// The same for every attempt; a workload's sort by day.
    var fileName: String {
        switch occasion {
        case .week(let week): "\(day)-week-\(week)"
        case .verdict(let look, _, let verdict): "\(day)-verdict-\(verdict.rawValue.replacing("_", with: "-"))-look-\(look)"
        }
    }
}
