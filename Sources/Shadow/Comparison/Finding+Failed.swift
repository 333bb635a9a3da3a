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
    /// A value as it is stored with a difference: at most 2,000 scalars of it. (A character may have any number of marks.)
    static func excerpt(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard text.utf8.count > 2000, let end = scalars.index(scalars.startIndex, offsetBy: 2000, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return text }
        return String(scalars[..<end]) + "…"
    }
}
