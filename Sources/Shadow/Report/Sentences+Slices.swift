internal import Statistics
internal import Verdict

/// Where failures gather beside segments and lengths, and what separates the candidates.
extension Sentences {
    /// One plain sentence over all groups looked at.
    func slices(_ groups: Int, _ flagged: Int) -> String {
        let over = "Over \(Sentences.counted(groups, "group")) by turn, prompt, label and language, corrected for their number, "
        return flagged == 0
            ? over + "none gathers \(candidate)'s own failures beyond chance."
            : over + "\(Numbers.count(flagged)) \(flagged == 1 ? "gathers" : "gather") \(candidate)'s own failures beyond chance."
    }

    /// `turn 3`, `the label card_arrival`.
    func words(_ row: ReportModel.SliceRow) -> String {
        switch row.dimension {
        case .turn: row.slice == "\(ReportModel.TurnRow.last)" ? "turn \(row.slice) and later" : "turn \(ForeignText.name(row.slice))"
        case .prompt: "prompt \(ForeignText.name(row.slice))"
        case .label: "label \(ForeignText.name(row.slice))"
        case .language: row.slice == "und" ? "inputs whose language cannot be told" : "inputs in \(LanguageName.of(row.slice))"
        }
    }

    /// `1.2 more (0.4 more to 2.0 more)`.
    func words(_ difference: Estimate) -> String {
        "\(direction(difference.estimate)) (\(direction(difference.lower)) to \(direction(difference.upper)))"
    }

    /// Whether the candidate is right more often than the nearest other, on the same calls.
    var separation: String {
        guard let row = model.rivals.min(by: { $0.difference.estimate < $1.difference.estimate }) else { return "" }
        let (other, difference) = (ForeignText.name(row.candidate), row.difference)
        let counts =
            "Of \(Sentences.counted(row.pairs, "judged call")) that both answered \(candidate) alone was right on "
            + "\(Numbers.count(row.onlyThis)) and \(other) alone on \(Numbers.count(row.onlyOther))"
        if difference.lower > 0 { return "\(candidate) is right more often than \(other). \(counts)." }
        if difference.upper < 0 { return "\(candidate) is right less often than \(other). \(counts)." }
        return "\(candidate) and \(other) cannot be told apart yet. \(counts)."
    }
}
