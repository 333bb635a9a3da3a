internal import Statistics
internal import Verdict

/// What is said of the audit of pairs that agree by a tolerant rule alone.
extension Sentences {
    /// `The audit is open: of 412 pairs that agree only within a tolerance 60 are judged, and in 2 of them only gpt-5 was right.`
    func auditLead(_ audit: AuditReading) -> String {
        let status = audit.status == .pass ? "passes" : "is open"
        let all =
            "\(Sentences.counted(audit.equivalents, "pair")) that \(audit.equivalents == 1 ? "agrees" : "agree") by a tolerant rule alone"
        if !look.basis.isAdjudicated {
            return "Where nobody judges, the \(all) count\(audit.equivalents == 1 ? "s" : "") as different, so there is nothing to audit."
        }
        if audit.judged == 0 { return "The audit \(status): of the \(all) none is judged." }
        let worse = audit.worse == 0 ? "in none" : "in \(Numbers.count(audit.worse))"
        return
            "The audit \(status): of the \(all) \(Numbers.count(audit.judged)) \(audit.judged == 1 ? "is" : "are") judged, and \(worse) of them "
            + "only \(production) was right."
    }

    /// What is allowed, what it comes to, what to do.
    func auditLines(_ audit: AuditReading) -> [String] {
        guard look.basis.isAdjudicated else { return [] }
        var lines: [String] = []
        let margin = Numbers.points(terms.auditAllowance)
        if let ceiling = audit.ceiling, let allowed = audit.allowed {
            lines.append(
                "They may hide a loss of \(margin) points, a quarter of the margin: at most \(Numbers.percent(ceiling)) of pairs (fixed after the "
                    + "first day; now \(Numbers.percent(audit.share, apartFrom: ceiling))), and \(candidate) worse in at most "
                    + "\(Numbers.percent(min(1, allowed))) of them. The pairs that differ are held to the other three quarters.")
        } else {
            lines.append("How many such pairs the audit allows for is fixed once the first day has ended and all its pairs are compared.")
        }
        if audit.hiddenAtMost < 1 {
            lines.append("As far as they are judged they hide at most \(Numbers.points(audit.hiddenAtMost)) points.")
        }
        if audit.isOverflown {
            lines.append(
                "There are more of them than that, so this trial's audit cannot pass: start a new trial, or declare narrower tolerances.")
        } else if let step = auditStep(audit) {
            lines.append(step)
        }
        return lines
    }

    /// What a person has to do; nil where the audit passes.
    private func auditStep(_ audit: AuditReading) -> String? {
        guard audit.status != .pass, audit.ceiling != nil else { return nil }
        let command = "understudy review \(shellWord(model.trial.workload))"
        if let count = audit.toJudge, count > 0 {
            return "Judge \(Numbers.count(count)) of them (\(command)): if in none of those \(candidate) is worse, the audit passes."
        }
        return audit.judged < audit.equivalents
            ? "Even all of them would not do yet; judge those that are there (\(command)) while more come."
            : "All of them are judged; more pairs must come."
    }

    /// Why the verdict waits, where the difference itself is within its limits; nil elsewhere.
    var auditClause: String? {
        guard look.basis.isAdjudicated, let audit = look.audit, audit.status != .pass else { return nil }
        let gate = look.gate(.quality)
        guard let lower = gate.lower, lower > gate.threshold else { return nil }
        if audit.isOverflown { return "more pairs agree by a tolerant rule alone than this trial's audit allows for" }
        guard audit.ceiling != nil else {
            return "the audit of pairs that agree by a tolerant rule alone begins when the first day has ended"
        }
        guard let count = audit.toJudge, count > 0 else {
            return "more pairs that agree by a tolerant rule alone must be judged than there are"
        }
        return "\(Sentences.counted(count, "pair")) that \(count == 1 ? "agrees" : "agree") by a tolerant rule alone "
            + "\(count == 1 ? "is" : "are") to be judged first"
    }
}
