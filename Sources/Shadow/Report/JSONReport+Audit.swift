internal import JSON
internal import Verdict

extension JSONSections {
    /// The audit of pairs that agree by a tolerant rule alone; no member where there are none.
    var audit: [JSONMember] {
        guard let audit = look.audit else { return [] }
        return [
            JSONMember(
                "audit",
                [
                    "status": JSONValue(audit.status.rawValue), "equivalents": JSONValue(audit.equivalents),
                    "judged": JSONValue(audit.judged),
                    "worse": JSONValue(audit.worse), "share": JSONValue(audit.share), "ceiling": JSONValue(audit.ceiling),
                    "allowed": JSONValue(audit.allowed), "log_evidence": JSONValue(audit.logEvidence), "needed": JSONValue(audit.needed),
                    "hidden_at_most": JSONValue(audit.hiddenAtMost), "to_judge": JSONValue(audit.toJudge),
                    "sentence": JSONValue(sentences.auditLead(audit)),
                ])
        ]
    }
}
