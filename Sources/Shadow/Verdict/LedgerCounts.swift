import Statistics
import Traffic

/// Plain counts over the evidence ledger.
struct LedgerCounts {
    var pairs = 0
    var disagreements = 0
    var judged = 0
    var pending = 0
    var unaudited = 0
    var controls = ControlTable()

    init(_ cells: [EvidenceCell], terms: TrialTerms) {
        for cell in cells where cell.agreement != .incomparable {
            pairs += cell.count
            if cell.needsAudit { unaudited += cell.count }
            let differs = cell.agreement == .different
            if differs {
                disagreements += cell.count
                switch cell.adjudication {
                case .judged: judged += cell.count
                case .pending: pending += cell.count
                case .notPlanned: break
                }
            }
            switch (cell.control.outcome, differs) {
            case (.notDrawn, _): break
            case (.differed, true): controls.bothDiffer += cell.count
            case (.differed, false): controls.productionDiffers += cell.count
            case (.agreed, true): controls.candidateDiffers += cell.count
            case (.agreed, false): controls.noneDiffers += cell.count
            }
        }
    }

    /// Share of the differing pairs that was drawn for adjudication; 0 where none differs.
    var plannedShare: Double { disagreements > 0 ? Double(judged + pending) / Double(disagreements) : 0 }
    /// Share of the differing pairs that is judged; 0 where none differs.
    var judgedShare: Double { disagreements > 0 ? Double(judged) / Double(disagreements) : 0 }
    /// Share of the ledger that waits.
    var imputedShare: Double { pairs > 0 ? Double(pending) / Double(pairs) : 0 }
}
