internal import JSON
internal import Statistics
internal import Traffic
internal import Verdict

/// The pairs by day, turn and slice, and beside other candidates.
extension Queries {
    /// The pairs in evidence by the day of their call.
    mutating func addDaily() {
        let first = "(SELECT min(day) FROM understudy.coverage WHERE \(trial) AND compared > 0)"
        let better = "CASE correct WHEN 'candidate_only' THEN 1 WHEN 'production_only' THEN -1 ELSE 0 END"
        for (index, day) in model.look.daily.enumerated() {
            let rows =
                "FROM understudy.pairs WHERE \(trial) AND in_evidence AND agreement <> 'incomparable' AND day = \(first) + \(day.day)"
            let name = "on day \(day.day + 1)"
            add("/daily/\(index)/pairs", "pairs in evidence \(name)", "SELECT count(*) AS estimate \(rows)")
            add("/daily/\(index)/different", "that differ \(name)", "SELECT count(*) AS estimate \(rows) AND agreement = 'different'")
            guard day.pairs > 0 else { continue }
            add("/daily/\(index)/share", "share that differs \(name)", "SELECT avg((agreement = 'different')::int) AS estimate \(rows)")
            if day.difference != nil, day.limits != nil {
                add("/daily/\(index)/difference/estimate", "difference in accuracy \(name)", "SELECT avg(\(better)) AS estimate \(rows)")
            }
        }
    }

    mutating func addTurns() {
        for (index, row) in model.turns.enumerated() where row.pairs > 0 {
            let rows =
                "FROM understudy.slices WHERE \(trial) AND dimension = 'turn' AND slice = '\(row.turn)' AND agreement <> 'incomparable'"
            add("/turns/\(index)/pairs", "comparable pairs on turn \(row.turn)", "SELECT sum(pairs) AS estimate \(rows)")
            for (name, condition) in [
                ("different", "agreement = 'different'"), ("production_only", "correct = 'production_only'"),
                ("candidate_only", "correct = 'candidate_only'"),
            ] {
                add(
                    "/turns/\(index)/\(name)", "of them \(name.replacing("_", with: " "))",
                    "SELECT coalesce(sum(pairs) FILTER (WHERE \(condition)), 0) AS estimate \(rows)")
            }
            add(
                "/turns/\(index)/share", "share that differs on turn \(row.turn)",
                "SELECT coalesce(sum(pairs) FILTER (WHERE agreement = 'different'), 0) / sum(pairs)::double precision AS estimate \(rows)")
        }
    }

    mutating func addSlices() {
        for (index, reading) in model.sliceReadings.prefix(PageBuilder.slices).enumerated() {
            let row = reading.row
            let name = "\(row.dimension.rawValue) \(ForeignText.name(row.slice))"
            let isLabel = row.dimension == .label
            let all =
                isLabel
                ? "FROM understudy.label_pairs WHERE \(trial)"
                : "FROM understudy.slices WHERE \(trial) AND dimension = '\(row.dimension.rawValue)' AND agreement <> 'incomparable'"
            let own = "\(isLabel ? "production_label" : "slice") = \(Queries.quoted(row.slice))"
            let failures = "coalesce(sum(pairs) FILTER (WHERE correct = 'production_only'), 0)"
            add("/slices/\(index)/pairs", "comparable pairs of \(name)", "SELECT sum(pairs) AS estimate \(all) AND \(own)")
            add("/slices/\(index)/failures", "of \(name), only production right", "SELECT \(failures) AS estimate \(all) AND \(own)")
            if reading.concentration.riskRatio != nil {
                add(
                    "/slices/\(index)/risk_ratio", "how many times as often as elsewhere only production is right in \(name)",
                    "SELECT own.failures / nullif(whole.failures - own.failures, 0)::double precision * (whole.pairs - own.pairs) / own.pairs "
                        + "AS estimate FROM (SELECT \(failures) AS failures, sum(pairs) AS pairs \(all) AND \(own)) AS own, "
                        + "(SELECT \(failures) AS failures, sum(pairs) AS pairs \(all)) AS whole")
            }
        }
    }

    mutating func addRivals() {
        // A mirrored call is one for all its candidates; imported ones share the file's id.
        let same = model.trial.source == .imported ? "external_id" : "call_id"
        for (index, row) in model.rivals.enumerated() {
            let name = ForeignText.name(row.candidate)
            let rows =
                "FROM (SELECT * FROM understudy.pairs WHERE \(trial) ORDER BY called_at DESC, pair_id DESC LIMIT \(ReportModel.RivalRow.calls)) "
                + "AS ours JOIN understudy.pairs AS theirs ON theirs.\(same) = ours.\(same) AND theirs.trial = '\(row.trial)' "
                + "WHERE ours.agreement <> 'incomparable' AND ours.correct <> 'unknown' AND theirs.agreement <> 'incomparable' "
                + "AND theirs.correct <> 'unknown'"
            let (right, wrong) = ("IN ('both', 'candidate_only')", "NOT IN ('both', 'candidate_only')")
            add("/rivals/\(index)/pairs", "judged calls that \(name) answered too", "SELECT count(*) AS estimate \(rows)")
            add(
                "/rivals/\(index)/only_this", "of them, \(name) alone wrong",
                "SELECT count(*) AS estimate \(rows) AND ours.correct \(right) AND theirs.correct \(wrong)")
            add(
                "/rivals/\(index)/only_other", "of them, \(name) alone right",
                "SELECT count(*) AS estimate \(rows) AND ours.correct \(wrong) AND theirs.correct \(right)")
            add(
                "/rivals/\(index)/difference/estimate", "how much more often this candidate is right than \(name)",
                "SELECT avg((ours.correct \(right))::int - (theirs.correct \(right))::int) AS estimate \(rows)")
        }
    }
}
