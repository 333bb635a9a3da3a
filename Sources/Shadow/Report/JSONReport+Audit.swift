internal import JSON
internal import Statistics
internal import Verdict

extension JSONSections {
    /// The audit of pairs that agree by a tolerant rule alone; no member where there are none.
    var audit: [JSONMember] {
        guard let audit = look.audit else { return [] }
        let pairs = look.quality.pairs
        let share = wilsonEstimate(successes: Int((audit.share * Double(pairs)).rounded()), of: pairs)
        return [
            JSONMember(
                "audit",
                [
                    "status": JSONValue(audit.status.rawValue), "equivalents": JSONValue(audit.equivalents),
                    "judged": JSONValue(audit.judged),
                    "worse": JSONValue(audit.worse),
                    "worse_share": estimate(audit.worseShare, n: audit.judged),
                    "share": JSONValue(audit.share), "share_lower": JSONValue(share?.lower), "share_upper": JSONValue(share?.upper),
                    "n": JSONValue(pairs), "ceiling": JSONValue(audit.ceiling),
                    "allowed": JSONValue(audit.allowed), "log_evidence": JSONValue(audit.logEvidence), "needed": JSONValue(audit.needed),
                    "hidden_at_most": JSONValue(audit.hiddenAtMost), "to_judge": JSONValue(audit.toJudge),
                    "sentence": JSONValue(sentences.auditLead(audit)),
                ])
        ]
    }
}

extension AuditReading {
    /// How many of the judged pairs production alone had right, with 95 % limits for one look; nil while none is judged.
    var worseShare: Estimate? { wilsonEstimate(successes: worse, of: judged) }
}
