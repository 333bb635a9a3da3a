internal import Verdict

extension Queries {
    /// The queries of the audit of pairs that agree by a tolerant rule alone.
    mutating func addAudit() {
        guard let audit = model.look.audit else { return }
        if audit.judged > 0 {
            add(
                "/audit/worse_share/estimate", "share of the judged ones where only production was right",
                "SELECT worse / judged::double precision AS estimate FROM understudy.equivalence_audit WHERE \(trial) AND day = \(day)")
        }
        let figures: [(String, String, Bool)] = [
            ("equivalents", "pairs that agree by a tolerant rule alone", true), ("judged", "of them, judged", true),
            ("worse", "of them, only production right", true), ("share", "their share of the evidence", true),
            ("ceiling", "the share that the audit allows for", audit.ceiling != nil),
            ("allowed", "the share of them that may be worse", audit.allowed != nil),
            ("log_evidence", "the evidence that fewer are, as a natural logarithm", true),
            ("hidden_at_most", "the loss that they may hide at most", true),
        ]
        for (column, subject, isKnown) in figures where isKnown {
            add(
                "/audit/\(column)", subject,
                "SELECT \(column) AS estimate FROM understudy.equivalence_audit WHERE \(trial) AND day = \(day)")
        }
    }
}
