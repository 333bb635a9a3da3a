internal import Statistics
internal import Verdict

/// A workload's report: its candidates' trials, ranked, the one to act on first. With one candidate it is that trial's report.
public struct WorkloadReport: Sendable, Hashable {
    /// The workload's name.
    public let workload: String
    /// Ranked; never empty.
    public let reports: [ReportModel]

    /// Ranks the reports of one workload: by verdict (switch, two-tier, not yet, don't switch), then by what would be lost,
    /// then by what would be saved, then by name. Traps on an empty list: a workload without a trial has no report.
    public init(_ reports: [ReportModel]) {
        precondition(!reports.isEmpty, "a workload's report needs at least one trial")
        workload = reports[0].trial.workload
        self.reports = reports.sorted(by: WorkloadReport.ranksBefore)
    }

    /// The report that ranks first.
    public var leading: ReportModel { reports[0] }

    private static func ranksBefore(_ left: ReportModel, _ right: ReportModel) -> Bool {
        let (place, otherPlace) = (rank(left.look.decision.recommendation), rank(right.look.decision.recommendation))
        if place != otherPlace { return place < otherPlace }
        let (loss, otherLoss) = (expectedLoss(left.look), expectedLoss(right.look))
        if loss != otherLoss { return loss < otherLoss }
        let (saving, otherSaving) = (left.look.cost.saving?.estimate ?? -.infinity, right.look.cost.saving?.estimate ?? -.infinity)
        if saving != otherSaving { return saving > otherSaving }
        return (left.trial.candidate, left.trial.id) < (right.trial.candidate, right.trial.id)
    }

    private static func rank(_ recommendation: Recommendation) -> Int {
        switch recommendation {
        case .switch: 0
        case .twoTier: 1
        case .keepShadowing: 2
        case .stay: 3
        }
    }

    /// Answers worse, or where nobody judged, answers different; the unknown ranks behind everything known.
    private static func expectedLoss(_ look: Look) -> Double {
        look.quality.worsePerTenThousand.estimate ?? look.noise.disagreement.map { $0.estimate * 10_000 } ?? .infinity
    }
}
