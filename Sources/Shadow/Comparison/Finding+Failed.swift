import Traffic

extension Finding {
    /// The finding of a pair whose candidate brought no answer, whatever kind the workload is of.
    static func failed(_ mode: FailureMode, _ production: Delivery, _ candidate: Delivery) -> Finding {
        let status = candidate.leg.status.map { "HTTP \($0)" }
        let value = candidate.text.isEmpty ? status : Difference.excerpt(candidate.text)
        let rule = "reliability.\(candidate.leg.error == nil ? "status" : "error")"
        let difference = Difference(
            path: "", kind: mode.rawValue, productionValue: Difference.excerpt(production.shown), candidateValue: value, rule: rule)
        return Finding(agreement: .different, failureMode: mode, differences: [difference])
    }
}

extension Difference {
    /// A value as it is stored with a difference: at most 2,000 characters of it.
    static func excerpt(_ text: String) -> String {
        guard text.utf8.count > 2000, let end = text.index(text.startIndex, offsetBy: 2000, limitedBy: text.endIndex), end < text.endIndex
        else { return text }
        return text[..<end] + "…"
    }
}
